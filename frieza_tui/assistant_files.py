"""Reads assistant files (TOML) into assistants; knows no backend and no face."""

from pathlib import Path

import msgspec

from frieza_tui.domain.assistant import Assistant, Example, ExamplePack, ToolKind
from frieza_tui.domain.errors import AssistantFileError
from frieza_tui.i18n import _
from frieza_tui.paths import config_dir
from frieza_tui.text.safe import make_safe, safe_line

_SHIPPED_DIR = Path(__file__).parent / "assistants"
_DEFAULT_NAME = "frieza"
_NAME_CELLS = 80


class _Pack(msgspec.Struct, forbid_unknown_fields=True):
    """A language's table in the file."""

    system: str
    examples: list[tuple[str, str]]
    openers: list[str] = []
    more: list[tuple[str, str]] = []


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file."""

    name: str
    instructions: str
    model: str | None = None
    tools: list[ToolKind] = []
    ja: _Pack | None = None
    en: _Pack | None = None


def _examples(pairs: list[tuple[str, str]]) -> tuple[Example, ...]:
    return tuple(Example(user, reply) for user, reply in pairs)


def _pack(language: str, table: _Pack) -> ExamplePack:
    return ExamplePack(language, table.system, _examples(table.examples), tuple(table.openers), _examples(table.more))


def _assistant(content: _File) -> Assistant:
    tables = (("ja", content.ja), ("en", content.en))
    packs = tuple(_pack(language, table) for language, table in tables if table is not None)
    return Assistant(
        safe_line(content.name, _NAME_CELLS), content.instructions, content.model, tuple(content.tools), packs
    )


def load_assistant(path: Path) -> Assistant:
    """Read and check one assistant file.

    Raises: AssistantFileError, naming the file and the key that is wrong.
    """
    todo = _("Compare it with the file that ships with the program: {path}").format(path=shipped_path())
    try:
        content = msgspec.toml.decode(path.read_text("utf-8-sig"), type=_File)
    except OSError as error:
        happened = _("The assistant file {path} cannot be read: {reason}.")
        raise AssistantFileError(happened.format(path=path, reason=error.strerror or error)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        happened = _("The assistant file {path} is wrong: {reason}.").format(path=path, reason=error)
        raise AssistantFileError(happened, todo) from error
    for key in ("name", "instructions"):
        if not make_safe(getattr(content, key)).strip():
            happened = _("The assistant file {path} is wrong: `{key}` is empty.").format(path=path, key=key)
            raise AssistantFileError(happened, todo)
    return _assistant(content)


def shipped_path() -> Path:
    """Where the file of the default assistant is: one to copy and change."""
    return _SHIPPED_DIR / f"{_DEFAULT_NAME}.toml"


def _named_files() -> dict[str, Path]:
    """Assistant files by name; the user's own hide shipped ones of the same name."""
    folders = (_SHIPPED_DIR, config_dir() / "assistants")
    return {file.stem: file for folder in folders for file in sorted(folder.glob("*.toml"))}


def find_assistant(name_or_path: str) -> Assistant:
    """Load an assistant by the path of its file, or by name: a file of the user's assistants folder, or shipped.

    Raises: AssistantFileError.
    """
    if name_or_path.endswith(".toml") or "/" in name_or_path or "\\" in name_or_path:
        return load_assistant(Path(name_or_path).expanduser())
    files = _named_files()
    if name_or_path in files:
        return load_assistant(files[name_or_path])
    happened = _("There is no assistant named {name}.").format(name=name_or_path)
    todo = _("Use one of {names}, give the path of a file, or put {name}.toml into {folder}.").format(
        names=", ".join(sorted(files)), name=name_or_path, folder=config_dir() / "assistants"
    )
    raise AssistantFileError(happened, todo)
