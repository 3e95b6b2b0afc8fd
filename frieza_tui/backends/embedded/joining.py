"""Joins a model from its installed parts: read as files, checked, put in place whole or not at all."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import IO

from frieza_tui.backends.embedded.catalogue import KnownModel
from frieza_tui.backends.embedded.locking import exclusive
from frieza_tui.domain.errors import ModelError
from frieza_tui.i18n import _

OnProgress = Callable[[float], None]
"""Called in the working thread with the fraction done, 0 to 1. What it raises ends the work and is passed on."""

_BLOCK = 4 << 20
_SPARE_BYTES = 64 << 20


def gigabytes(size_bytes: int) -> str:
    """Return a size for people: "1.1 GB"."""
    return f"{size_bytes / 1e9:.1f} GB"


def installed_parts(model: KnownModel) -> tuple[Path, ...]:
    """Return the paths of all parts in order, or nothing if one is missing or of another version.

    None of the packages' code is imported.
    """
    paths: list[Path] = []
    for number in range(1, model.part_count + 1):
        package = f"{model.part_package}{number}"
        try:
            found = distribution(package)
        except PackageNotFoundError:
            return ()
        path = Path(str(found.locate_file(f"{package.replace('-', '_')}/data/part{number:02d}.bin")))
        if found.version != model.part_version or not path.is_file():
            return ()
        paths.append(path)
    return tuple(paths)


def is_in_place(model: KnownModel, folder: Path) -> bool:
    """Tell whether the whole file is there; its name says that its checksum was right when it was put there."""
    try:
        return (folder / model.local_name).stat().st_size == model.size_bytes
    except OSError:
        return False


def file_sha256(path: Path, on_progress: OnProgress) -> str:
    """Read a whole file and return its SHA-256 in hex."""
    digest = hashlib.sha256()
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            on_progress(min(1.0, file.tell() / size_bytes))
    return digest.hexdigest()


def demand_space(folder: Path, needed_bytes: int) -> None:
    """Raise ModelError unless the disk has room for this much and a little more."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes + _SPARE_BYTES:
        happened = _("The model needs {needed} in {folder}, where {free} are free.").format(
            needed=gigabytes(needed_bytes), folder=folder, free=gigabytes(free_bytes)
        )
        raise ModelError(happened, _("Make room there and try again."))


def _blocks(parts: tuple[Path, ...]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as source:
            while block := source.read(_BLOCK):
                yield block


def _copy(parts: tuple[Path, ...], out: IO[bytes], size_bytes: int, on_progress: OnProgress) -> str:
    """Write the parts one after another; return the SHA-256 of all."""
    digest = hashlib.sha256()
    written = 0
    for block in _blocks(parts):
        digest.update(block)
        out.write(block)
        written += len(block)
        on_progress(min(1.0, written / size_bytes))
    out.flush()
    os.fsync(out.fileno())
    return digest.hexdigest()


def join(model: KnownModel, folder: Path, on_progress: OnProgress = lambda _fraction: None) -> Path:
    """Return the path of the whole model in `folder`, joining its parts first if it is not there; blocks the thread.

    Several processes may do this at once: one joins, the others wait and use its file.

    Raises: ModelError (not installed, no room, wrong bytes, the disk's own errors).
    """
    target = folder / model.local_name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with exclusive(target.with_suffix(".lock"), lambda: on_progress(0.0)):
            if not is_in_place(model, folder):
                _join_at(target, model, on_progress)
    except OSError as error:
        happened = _("The model could not be put together in {folder}: {reason}.")
        raise ModelError(happened.format(folder=folder, reason=error.strerror or error)) from error
    return target


def _join_at(target: Path, model: KnownModel, on_progress: OnProgress) -> None:
    """Join beside the target, then rename; called by one process at a time, so what a dead one left is in the way."""
    parts = installed_parts(model)
    if not parts:
        happened = _("The parts of the model {name} are not installed.").format(name=model.name)
        raise ModelError(happened, _("Install them with: {command}").format(command=install_command(model)))
    temporary = target.with_suffix(".joining")
    temporary.unlink(missing_ok=True)
    demand_space(target.parent, model.size_bytes)
    try:
        with temporary.open("wb") as out:
            checksum = _copy(parts, out, model.size_bytes, on_progress)
        if checksum != model.sha256:
            happened = _("The installed parts of the model {name} are not the right bytes, so they are not used.")
            todo = _("Get the model from its publisher with: frieza-tui model get")
            raise ModelError(happened.format(name=model.name), todo)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def install_command(model: KnownModel) -> str:
    """Return the shell command that installs a model's parts and the engine."""
    return f'pip install ".[{model.extra}]"'
