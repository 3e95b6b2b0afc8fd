"""Looks at the embedded model: is it here, is every byte right, how fast does it speak on this machine."""

import asyncio
import importlib.util
from collections.abc import Sequence

from frieza_tui.backends.embedded.catalogue import NEEDED
from frieza_tui.backends.embedded.engine_process import ENGINE_COMMAND
from frieza_tui.backends.embedded.joining import file_sha256
from frieza_tui.backends.embedded.speed import measure_speed
from frieza_tui.backends.model_files import ModelFile, resolve
from frieza_tui.doctor.report import ModelFound
from frieza_tui.domain.errors import ModelError
from frieza_tui.i18n import _
from frieza_tui.paths import is_writable
from frieza_tui.text.safe import safe_line


async def look_at_model(
    model: str | None, command: Sequence[str] = ENGINE_COMMAND, needed: Sequence[str] = NEEDED
) -> ModelFound:
    """Check the model and have it say a few tokens; takes seconds. Joins and downloads nothing.

    model: as the settings have it for the embedded server. command: starts the engine. needed: modules it imports.
    """
    try:
        file = await asyncio.to_thread(resolve, model)
    except ModelError as error:
        return ModelFound(problem=str(error))
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        words = _('{modules} is not installed: pip install ".[local]".')
        return ModelFound(file.name, problem=words.format(modules=", ".join(missing)))
    if file.needs_joining and not is_writable(file.path.parent):
        words = _("Nothing can be written to {path}.").format(path=safe_line(str(file.path.parent), 400))
        return ModelFound(file.name, problem=words)
    if file.needs_joining:
        return ModelFound(file.name, note=_("its parts are installed, and are joined at the first start"))
    return await _tried(file, command)


async def _tried(file: ModelFile, command: Sequence[str]) -> ModelFound:
    name, path = safe_line(file.name, 80), safe_line(str(file.path), 400)
    known = file.known
    is_right = None
    if known is not None:
        is_right = await asyncio.to_thread(file_sha256, file.path, lambda _fraction: None) == known.sha256
        if not is_right:
            return ModelFound(name, path, False, problem=_("It is damaged: remove it with `frieza-tui model remove`."))
    try:
        speed = await measure_speed(file.path, command)
    except ModelError as error:
        return ModelFound(name, path, is_right, problem=str(error))
    times = (round(speed.load_s, 1), round(speed.first_token_s, 2), round(speed.tokens_per_s, 1))
    return ModelFound(name, path, is_right, *times)
