"""Where the embedded model's file is: finds it, has it joined or fetched, checks it, removes it. Loads nothing."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from frieza_tui.backends.embedded.catalogue import KNOWN, SMALL, KnownModel
from frieza_tui.backends.embedded.download import download, partial_path
from frieza_tui.backends.embedded.joining import (
    OnProgress,
    file_sha256,
    install_command,
    installed_parts,
    is_in_place,
    join,
)
from frieza_tui.domain.errors import ModelError
from frieza_tui.i18n import _
from frieza_tui.paths import data_dir

_GGUF_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model to run: a file that is there, or one whose parts are."""

    path: Path
    name: str
    fingerprint: str
    """Names the bytes: the checksum of a known model; size and age of any other file."""
    known: KnownModel | None = None
    """None: somebody's own GGUF file."""

    @property
    def needs_joining(self) -> bool:
        """Whether `make_ready` has work to do before the file is there."""
        return self.known is not None and not is_in_place(self.known, self.path.parent)

    def make_ready(self, on_progress: OnProgress) -> Path:
        """Join the parts if need be and return the path; blocks the thread. Raises: ModelError."""
        return join(self.known, self.path.parent, on_progress) if self.needs_joining and self.known else self.path


def models_dir() -> Path:
    """The folder of the known models; made when first needed."""
    return data_dir() / "models"


def _known_file(model: KnownModel, folder: Path) -> ModelFile:
    return ModelFile(folder / model.local_name, model.name, model.sha256, model)


def _own_file(path: Path) -> ModelFile:
    """Return somebody's own GGUF file. Raises: ModelError if it is none."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_GGUF_MAGIC))
        facts = path.stat()
    except OSError as error:
        happened = _("The model file {path} cannot be read: {reason}.")
        raise ModelError(happened.format(path=path, reason=error.strerror or error)) from error
    if magic != _GGUF_MAGIC:
        happened = _("{path} is not a model file of llama.cpp (GGUF).").format(path=path)
        raise ModelError(happened, _("Give the path of a .gguf file, or leave the model out."))
    identity = f"{path.resolve()}:{facts.st_size}:{facts.st_mtime_ns}"
    return ModelFile(path, path.stem, hashlib.sha256(identity.encode()).hexdigest())


def _missing(models: Sequence[KnownModel]) -> ModelError:
    happened = _("There is no embedded model on this computer.")
    if len(models) == 1:
        happened = _("The model {name} is not on this computer.").format(name=models[0].name)
    todo = _(
        "Install it with {command} (or `frieza-tui model get`), set OPENAI_API_KEY, or name a server with --base-url."
    )
    return ModelError(happened, todo.format(command=install_command(models[0])))


def resolve(model: str | None = None, folder: Path | None = None, known: Sequence[KnownModel] = KNOWN) -> ModelFile:
    """Find the model to run; joins and loads nothing.

    Args:
        model: None for the best known one that is here or whose parts are installed; "small" for the small one; a
            known model's name; or the path of any GGUF file.
        folder: where known models are; None: the data folder.
        known: the known models, best first.

    Raises: ModelError, saying the three ways on.
    """
    folder = folder or models_dir()
    names = {one.name: one for one in known} | {"small": SMALL if SMALL in known else known[-1]}
    if model is not None and model not in names:
        return _own_file(Path(model).expanduser())
    wanted = known if model is None else (names[model],)
    for one in wanted:
        if is_in_place(one, folder) or installed_parts(one):
            return _known_file(one, folder)
    raise _missing(wanted)


def names_here(folder: Path | None = None, known: Sequence[KnownModel] = KNOWN) -> list[str]:
    """Return what `resolve` takes for each model on this computer: known ones, and other GGUF files in the folder."""
    folder = folder or models_dir()
    names = [one.name for one in known if is_in_place(one, folder) or installed_parts(one)]
    ours = {one.local_name for one in known}
    return names + [str(path) for path in sorted(folder.glob("*.gguf")) if path.name not in ours]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is here of one known model."""

    model: KnownModel
    path: Path
    """Where the whole file is, or would be."""
    is_here: bool
    is_right: bool
    """Whether its bytes, read just now, have the right checksum."""
    are_parts_installed: bool
    partial_bytes: int
    """Of a download that was cut; 0 if there is none."""


def status(
    folder: Path | None = None, known: Sequence[KnownModel] = KNOWN, on_progress: OnProgress = lambda _fraction: None
) -> tuple[ModelStatus, ...]:
    """Look at all known models, reading whole files to check them; blocks the thread for seconds."""
    folder = folder or models_dir()
    return tuple(_status(model, folder, on_progress) for model in known)


def _status(model: KnownModel, folder: Path, on_progress: OnProgress) -> ModelStatus:
    path = folder / model.local_name
    partial = partial_path(model, folder)
    return ModelStatus(
        model,
        path,
        is_here=os.path.isfile(path),
        is_right=is_in_place(model, folder) and file_sha256(path, on_progress) == model.sha256,
        are_parts_installed=bool(installed_parts(model)),
        partial_bytes=partial.stat().st_size if os.path.isfile(partial) else 0,
    )


def get(
    model: KnownModel, url: str | None = None, on_progress: OnProgress = lambda _f: None, folder: Path | None = None
) -> Path:
    """Download a model from its publisher; see `embedded.download`. Raises: ModelError."""
    return download(model, folder or models_dir(), url, on_progress)


def remove(model: KnownModel, folder: Path | None = None) -> int:
    """Delete a model's file and what is left of a download; returns the bytes freed.

    Installed parts stay: they belong to pip. Raises: ModelError.
    """
    folder = folder or models_dir()
    whole = folder / model.local_name
    freed = 0
    path = whole
    try:
        for path in (whole, partial_path(model, folder), whole.with_suffix(".joining"), whole.with_suffix(".lock")):
            if path.is_file():
                freed += path.stat().st_size
                path.unlink()
    except OSError as error:
        happened = _("{path} could not be removed: {reason}.")
        todo = _("If frieza-tui is running, end it first.")
        raise ModelError(happened.format(path=path, reason=error.strerror or error), todo) from error
    return freed
