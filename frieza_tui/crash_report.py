"""A report of what broke: kinds of errors and frames, no message text, no values of variables, no keys.

An error's own words are in it only where they are ours; others may quote what a user or a model said.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final

from frieza_tui import __version__, paths
from frieza_tui.domain.errors import BackendError, FriezaError, SettingsError
from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line

KEPT_REPORTS: Final = 5
_TERMINAL: Final = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION")
_PACKAGES: Final = ("textual", "openai", "httpx2", "xllamacpp")
_MOST_FRAMES: Final = 60
_MOST_ERRORS: Final = 10


def report_sentence(error: BaseException) -> str:
    """Write a report and say in a sentence where it is, safe to show; without a place to write it: what to do."""
    path = write_report(error)
    if path is None:
        return _("No report of it could be written.")
    return _("A report without your messages is in {path}.").format(path=safe_line(str(path), 400))


def write_report(error: BaseException) -> Path | None:
    """Write a report, for its owner's eyes only, and keep the newest KEPT_REPORTS; None if it cannot be written."""
    try:
        folder = paths.state_dir()
        path = _new_file(folder, _head() + describe(error))
        for old in sorted(folder.glob("crash-*.txt"))[:-KEPT_REPORTS]:
            old.unlink(missing_ok=True)
    except (OSError, SettingsError):
        return None
    return path


def describe(error: BaseException) -> str:
    """Return the kinds and frames of an error and of those behind it, the first cause last; one line each."""
    return "".join(f"{line}\n" for one in list(_chain(error))[:_MOST_ERRORS] for line in _lines(one))


def mistake_words(error: BaseException) -> str:
    """Say that an error is one of our own, in a sentence."""
    return _("frieza-tui itself made a mistake ({kind}).").format(kind=type(error).__name__)


def tell_uncaught(error: BaseException) -> None:
    """Write a report of an error that nobody caught, and say so on standard error."""
    with suppress(OSError, ValueError, AttributeError):  # nobody listens any more
        sys.stderr.write(f"frieza-tui: {mistake_words(error)} {report_sentence(error)}\n")


def _head() -> str:
    import platform

    facts = {
        "frieza-tui": __version__,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        **{name.lower(): os.environ.get(name, "") for name in _TERMINAL},
        **{name: _version(name) for name in _PACKAGES},
    }
    return "".join(f"{name}: {safe_line(value, 80)}\n" for name, value in facts.items() if value) + "\n"


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _chain(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[BaseException]:
    if id(error) in seen:
        return
    seen |= {id(error)}
    yield error
    members: tuple[BaseException, ...] = getattr(error, "exceptions", ())  # of an exception group
    for one in members:
        yield from _chain(one, seen)
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if behind is not None:
        yield from _chain(behind, seen)


def _lines(error: BaseException) -> Iterator[str]:
    kind = type(error)
    yield f"{kind.__module__}.{kind.__qualname__}{_own_words(error)}"
    frames = list(_frames(error.__traceback__))
    if len(frames) > _MOST_FRAMES:
        frames[_MOST_FRAMES // 2 : -_MOST_FRAMES // 2] = ["  …"]
    yield from frames


def _own_words(error: BaseException) -> str:
    match error:
        case BackendError(facts=facts):  # a server may quote what it was sent
            return f": status {facts.status}" if facts.status is not None else ""
        case FriezaError():
            return f": {safe_line(str(error), 300)}"
        case _:
            return ""


def _frames(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        yield f"  {_place(code.co_filename)}:{traceback.tb_lineno} {code.co_qualname}"
        traceback = traceback.tb_next


def _place(file: str) -> str:
    """Return a file's path from its package on; where it lies on this machine is nobody's business."""
    parts = Path(file).parts
    for mark in ("site-packages", "frieza_tui"):
        if mark in parts:
            at = len(parts) - 1 - parts[::-1].index(mark)
            return "/".join(parts[at + (mark == "site-packages") :])
    return "/".join(parts[-2:])


def _new_file(folder: Path, text: str) -> Path:
    """Write a file whose name tells when; it is nobody else's, for no two nanoseconds are the same."""
    now_ns = time.time_ns()
    moment = time.strftime("%Y%m%d-%H%M%S", time.localtime(now_ns // 10**9))
    path = folder / f"crash-{moment}-{now_ns % 10**9:09d}.txt"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path
