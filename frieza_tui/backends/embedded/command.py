"""What `frieza-tui model` does: says what is there, downloads, removes; in plain lines."""

from collections.abc import Callable
from typing import Literal, TextIO

from frieza_tui.backends.embedded.catalogue import KNOWN, LARGE, SMALL, KnownModel
from frieza_tui.backends.embedded.joining import gigabytes, installed_parts
from frieza_tui.backends.model_files import ModelStatus, get, models_dir, remove, status
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe


def run_model_command(
    action: Literal["show", "get", "remove"], *, is_small: bool, url: str | None, out: TextIO, err: TextIO
) -> None:
    """Carry out one action. Raises: ModelError.

    Args:
        action: what to do.
        is_small: the small model; `remove` without it removes both.
        url: where `get` downloads from; None: the publisher.
        out: for what is there and what was done.
        err: for progress, on a terminal only.
    """
    model = SMALL if is_small else LARGE
    match action:
        case "show":
            _show(out, err)
        case "get":
            path = get(model, url, _progress(err))
            _say(_("{name} is in {path}.").format(name=model.name, path=path), out)
        case "remove":
            _remove((SMALL,) if is_small else KNOWN, out)


def _progress(err: TextIO) -> Callable[[float], None]:
    """Return a function that keeps one line with the percentage up to date; silent where `err` is no terminal."""
    shown = -1

    def show(fraction: float) -> None:
        nonlocal shown
        percent = int(fraction * 100)
        if percent != shown and err.isatty():
            shown = percent
            print(f"\r{percent:3d} %", end="\n" if percent == 100 else "", file=err, flush=True)

    return show


def _show(out: TextIO, err: TextIO) -> None:
    found = status(on_progress=_progress(err))
    for one in found:
        _say("\n".join(_lines(one)), out)
    if not any(one.is_here or one.are_parts_installed for one in found):
        print(_('Install one with pip install ".[local]", or with: frieza-tui model get'), file=out)


def _lines(one: ModelStatus) -> list[str]:
    """Describe one model: its name and state, then indented facts."""
    model = one.model
    lines = [f"{model.name} ({gigabytes(model.size_bytes)}): {_state(one)}"]
    if one.is_here:
        lines.append(f"  {one.path}")
    if one.partial_bytes:
        part = gigabytes(one.partial_bytes)
        lines.append("  " + _("a download was cut after {part}; `frieza-tui model get` goes on").format(part=part))
    lines.append("  " + _("needs {memory} of memory").format(memory=model.memory))
    lines.append(f"  SHA-256 {model.sha256}")
    return lines


def _state(one: ModelStatus) -> str:
    if one.is_right:
        return _("here, and its checksum is right")
    if one.is_here:
        return _("here, but DAMAGED: remove it with `frieza-tui model remove`")
    if one.are_parts_installed:
        return _("its parts are installed, and are joined at the first start")
    return _("not here")


def _remove(models: tuple[KnownModel, ...], out: TextIO) -> None:
    freed = sum(remove(model) for model in models)
    _say(_("{size} freed in {folder}.").format(size=gigabytes(freed), folder=models_dir()), out)
    for model in models:
        if installed_parts(model):
            words = _("The installed parts of {name} are pip's: {parts}.")
            parts = f"{model.part_package}1 … {model.part_count}"
            print(words.format(name=model.name, parts=parts), file=out)


def _say(text: str, out: TextIO) -> None:
    print(make_safe(text), file=out)  # folders are named by the environment
