"""Looks at this machine: terminal, settings, disk. Asks no server and loads no model."""

import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path

from frieza_tui import paths
from frieza_tui.chosen import ChosenFile
from frieza_tui.doctor.report import Disk, Folder, SettingsFound, SetValue, Terminal
from frieza_tui.domain.errors import NotKept, StoreError
from frieza_tui.i18n import _
from frieza_tui.settings import Loaded, Settings, settings_file
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.clipboard.routes import fitting_tools

_SECRETS = {"api_key"}
_NAME_IN_URL = re.compile(r"(?<=//)[^/@\s]*@")


def look_at_terminal() -> Terminal | None:
    """Ask the terminal; takes a second where it is silent."""
    if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    from frieza_tui.tui.terminal.asking import ask_terminal, colours

    facts = ask_terminal(os.environ)
    tools = fitting_tools(os.environ)
    return Terminal(
        name=facts.name or safe_line(os.environ.get("TERM_PROGRAM") or os.environ.get("TERM", ""), 60) or None,
        colours=colours(os.environ),
        is_light=facts.is_light,
        kitty_keys=facts.kitty_flags is not None if facts.is_complete else None,
        ambiguous_width=facts.ambiguous_width,
        has_own_cursor=facts.ambiguous_width is not None,
        clipboard=tools[0].name if tools else "terminal",
    )


def look_at_settings(loaded: Loaded, file: Path | None) -> SettingsFound:
    """Return what is set, and by what, and what was chosen. Raises: SettingsError, if others could read a key there."""
    path = file or settings_file()
    values = [
        SetValue(name, _shown(name, getattr(loaded.settings, name)), loaded.sources[name])
        for name in Settings.__struct_fields__
        if name in loaded.sources
    ]
    return SettingsFound(str(path), path.is_file(), [*values, *_chosen_values(ChosenFile())])


def _chosen_values(file: ChosenFile) -> Iterator[SetValue]:
    """Yield what was chosen on the screen, from where that is kept."""
    chosen, source = file.read(), str(file.path)
    if chosen.answerer is not None:
        yield SetValue(_("who answers"), safe_line(without_name(chosen.answerer), 80), source)
    for address, kept in chosen.keys.items():
        value = "…" if kept.key else _("in the keyring")
        yield SetValue(_("key of {server}").format(server=safe_line(address, 80)), value, source)
    if chosen.http_hosts:
        yield SetValue("allow_http", safe_line(", ".join(chosen.http_hosts), 80), source)


def _shown(name: str, value: object) -> str:
    if name in _SECRETS:
        return "…"
    return safe_line(without_name(value) if isinstance(value, str) else repr(value), 80)


def without_name(url: str) -> str:
    """Return an address without the name and the password that may stand in it."""
    return _NAME_IN_URL.sub("…@", url)


async def look_at_disk(count_leftovers: Callable[[], Coroutine[None, None, int]]) -> Disk:
    """Measure our folders; takes the count of what the ledger holds as left over."""
    folders = [_folder(path) for path in dict.fromkeys((paths.data_dir(), paths.state_dir(), paths.cache_dir()))]
    try:
        return Disk(folders, await count_leftovers(), _trouble_of(folders))
    except StoreError as error:
        said = error.happened if isinstance(error, NotKept) else str(error)  # no conversation goes on here
        return Disk(folders, None, said)


def _folder(path: Path) -> Folder:
    try:
        free = shutil.disk_usage(path).free
    except OSError:
        free = None
    found = path.rglob("*") if os.path.isdir(path) else ()
    return Folder(str(path), sum(map(_size_of, found)), free)


def _size_of(path: Path) -> int:
    """Return the bytes of a file; 0 for anything else, and for a file that another program has just deleted."""
    try:
        facts = path.lstat()
    except OSError:
        return 0
    return facts.st_size if stat.S_ISREG(facts.st_mode) else 0


def _trouble_of(folders: list[Folder]) -> str | None:
    closed = next((one for one in folders if not paths.is_writable(Path(one.path))), None)
    if closed is not None:
        return _("Nothing can be written to {path}.").format(path=safe_line(closed.path))
    full = next((one for one in folders if one.free_bytes is not None and one.free_bytes < 50_000_000), None)
    return None if full is None else _("The disk of {path} is almost full.").format(path=full.path)
