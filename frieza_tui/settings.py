"""Settings: one frozen object, read once at the start; flag over environment over file over default.

Knows the values and where they came from; what they do is everybody else's business.
"""

import math
import os
import re
import tomllib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import unquote, urlsplit

import msgspec

from frieza_tui import paths
from frieza_tui.domain.errors import SettingsError
from frieza_tui.i18n import _

Api: TypeAlias = Literal["auto", "assistants", "responses", "chat"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
Follow: TypeAlias = Literal["end", "top"]

ENV_PREFIX = "FRIEZA_TUI_"
SHARED_ENV = {"api_key": "OPENAI_API_KEY", "base_url": "OPENAI_BASE_URL"}
"""Variables that the openai package reads too; ours win over them."""


BASIC = "Basic "
"""Begins a key that is a name and a password."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings, each with its default."""

    base_url: str | None = None
    """A server's base URL, usually ending in /v1. None: OpenAI if there is a key, else the embedded server."""
    api_key: str | None = None
    """A key for the server. Best kept in the environment; a settings file that holds one must be its owner's alone."""
    api: Api = "auto"
    """Which API to speak; auto: as the table of who answers says."""
    allow_http: tuple[str, ...] = ()
    """Hosts that may be used over plain http without being asked about; in the environment divided by commas."""
    model: str | None = None
    """A model's name on the server; for the embedded server "small", or the path of a GGUF file."""
    assistant: str = "frieza"
    """The name of an assistant file, or its path."""
    keep: bool = False
    """Leave the remote objects on the server at the end."""
    store: bool = True
    """Keep threads on disk, for coming back and searching."""
    read_timeout_s: float = 120.0
    """Silence from a server that ends a run's stream."""
    theme: str | None = None
    """A theme's name; None: frieza, light or dark as the terminal is."""
    language: Literal["auto", "ja", "en"] = "auto"
    """Of the program's own words; auto: as the locale says."""
    follow: Follow = "end"
    """What the log keeps in view when a reply outgrows it: its end, or its first line."""
    ambiguous_width: Literal["auto", 1, 2] = "auto"
    """Cells of characters that East Asian fonts draw wide, such as ○ and α; auto: as the terminal says when asked."""
    mouse: bool = True
    """Whether the screen takes the mouse; without it the terminal selects text as it is used to."""
    bell: bool = False
    """Whether the terminal's bell rings when a long answer is over and the window has not the focus."""
    kitty: bool = True
    """Whether to ask the terminal for the kitty key protocol."""
    model_url: str | None = None
    """Where `model get` downloads from, instead of the publisher's address."""
    log_level: LogLevel = "warning"
    """What goes into the log file in the platform's state folder; never a message's text."""

    def __repr__(self) -> str:
        return f"Settings(base_url={self.base_url!r}, api={self.api!r}, model={self.model!r}, …)"


class Loaded(msgspec.Struct, frozen=True):
    """The settings, and for each value that is not the default where it came from."""

    settings: Settings
    sources: dict[str, str]


def environ_without_keys() -> dict[str, str]:
    """Return the environment for a program that is started from here and has no use for a server and its key."""
    secret = {name for field in SHARED_ENV for name in (SHARED_ENV[field], ENV_PREFIX + field.upper())}
    return {name: value for name, value in os.environ.items() if name not in secret}


def settings_file() -> Path:
    """Where the user's settings file is, whether or not it exists."""
    return paths.config_dir() / "settings.toml"


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str], file: Path | None = None) -> Loaded:
    """Read the settings once.

    Args:
        flags: what was given on the command line, by field name; None means not given.
        environ: the environment.
        file: the settings file; None for the usual place, where it may be absent.

    Raises: SettingsError, naming the file, variable or flag, the key, and what is allowed.
    """
    path = file or settings_file()
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    layers: list[tuple[str, Mapping[str, object]]] = [
        (str(path), _from_file(path, is_required=file is not None)),
        ("environment", _from_environment(environ)),
        ("command line", {key: value for key, value in flags.items() if value is not None}),
    ]
    for source, layer in layers:
        _check(source, layer)
        values.update(layer)
        sources.update(dict.fromkeys(layer, source))
    base_url, key = without_password(str(values.get("base_url", "")))
    if key:
        values.update(base_url=base_url, api_key=key)
        sources["api_key"] = sources["base_url"]
    return Loaded(msgspec.convert(values, Settings, strict=False), sources)


def without_password(address: str) -> tuple[str, str]:
    """Return an address without the name and the password in it, and these as a key; "" where there are none.

    As a key they are masked, kept and sent as every key is. Source of its form: RFC 7617.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return address, ""
    given, _sign, place = parts.netloc.rpartition("@")
    if not given:
        return address, ""
    name, _colon, password = given.partition(":")
    pair = f"{unquote(name)}:{unquote(password)}".encode()
    return parts._replace(netloc=place).geturl(), BASIC + b64encode(pair).decode()


def _from_file(path: Path, *, is_required: bool) -> dict[str, object]:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        if is_required:
            raise SettingsError(_("There is no settings file {path}.").format(path=path)) from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = _("it is not UTF-8") if isinstance(error, UnicodeDecodeError) else error.strerror
        raise SettingsError(
            _("The settings file {path} cannot be read: {error}.").format(path=path, error=reason),
            _("Mend or remove it."),
        ) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            _("The settings file {path} is not valid TOML: {error}.").format(path=path, error=error),
            _("Mend or remove it."),
        ) from error
    has_key = "api_key" in values or without_password(str(values.get("base_url", "")))[1]
    if has_key and os.name == "posix" and path.stat().st_mode & 0o077:
        raise SettingsError(
            _("The settings file {path} holds a key that other users could read.").format(path=path),
            _("Run: chmod 600 {path}").format(path=path),
        )
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for field in Settings.__struct_fields__:
        for name in (SHARED_ENV.get(field), ENV_PREFIX + field.upper()):
            if name and environ.get(name):
                values[field] = _hosts(environ[name]) if field == "allow_http" else environ[name]
    return values


def _hosts(words: str) -> list[str]:
    return [host.strip() for host in words.split(",") if host.strip()]


def _check(source: str, layer: Mapping[str, object]) -> None:
    try:
        checked = msgspec.convert(dict(layer), Settings, strict=source not in {"environment", "command line"})
    except msgspec.ValidationError as error:
        raise SettingsError(_wrong_value(source, layer, str(error))) from error
    if checked.base_url is not None and not _is_web_address(checked.base_url):
        shown = checked.base_url.rpartition("@")[2]  # a password may stand before it
        raise SettingsError(
            _("{key} in {source} is not a web address: {value}.").format(
                key="base_url", source=_place("base_url", source), value=shown
            ),
            _("Give one such as http://127.0.0.1:11434/v1."),
        )
    if checked.api_key is not None and not is_key(checked.api_key):
        words = _("one word of Latin letters, digits and signs")
        raise SettingsError(_value_refused("api_key", source, "…", words))
    if not 0 < checked.read_timeout_s < math.inf:
        allowed = _allowed("read_timeout_s")
        raise SettingsError(_value_refused("read_timeout_s", source, checked.read_timeout_s, allowed))


def is_key(text: str) -> bool:
    """Tell whether a text can be a key: one word that a header can hold."""
    return text.isascii() and text.isprintable() and " " not in text


def _is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:  # brackets that do not fit an address
        return False
    has_spaces = any(sign.isspace() or not sign.isprintable() for sign in text)
    return address.scheme in {"http", "https"} and bool(address.hostname) and not has_spaces


def _wrong_value(source: str, layer: Mapping[str, object], message: str) -> str:
    """Say in words what msgspec found: an unknown key, or a value of the wrong kind."""
    unknown = re.search(r"unknown field `(\w+)`", message)
    if unknown:
        return _("Unknown setting {key} in {source}; allowed are {allowed}.").format(
            key=unknown[1], source=source_words(source), allowed=", ".join(Settings.__struct_fields__)
        )
    field = re.search(r"at `\$\.(\w+)`", message)
    key = field[1] if field else ""
    return _value_refused(key, source, "…" if key == "api_key" else layer.get(key), _allowed(key))


def source_words(source: str) -> str:
    """Return where a value came from, as `Loaded.sources` has it, in the language in use; a file is its path."""
    named = {"environment": _("the environment"), "command line": _("the command line")}
    return named.get(source, source)


def _value_refused(key: str, source: str, value: object, allowed: str) -> str:
    return _("Wrong value for {key} in {source}: {value!r}; allowed is {allowed}.").format(
        key=key, source=_place(key, source), value=value, allowed=allowed
    )


def _place(key: str, source: str) -> str:
    """Say where a reader finds a value: the file, the variables, or the command line."""
    if source == "environment":
        return " / ".join(name for name in (SHARED_ENV.get(key), ENV_PREFIX + key.upper()) if name)
    return source_words(source)


def _allowed(key: str) -> str:
    """Name what a field takes, from its annotation."""
    info = next((field for field in msgspec.structs.fields(Settings) if field.name == key), None)
    if info is None:
        return "?"
    kind = msgspec.inspect.type_info(info.type)
    if isinstance(kind, msgspec.inspect.LiteralType):
        return ", ".join(repr(value) for value in kind.values)
    return {"BoolType": "true, false", "FloatType": _("a number above 0"), "VarTupleType": _("a list of texts")}.get(
        type(kind).__name__, _("a text")
    )
