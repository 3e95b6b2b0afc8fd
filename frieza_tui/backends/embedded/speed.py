"""How fast the embedded model is here: starts an engine of its own, has it say a few tokens, ends it."""

import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from frieza_tui.backends.embedded.engine_client import EngineClient, EngineError, EngineGone
from frieza_tui.backends.embedded.engine_process import ENGINE_COMMAND, EngineProcess
from frieza_tui.domain.errors import ModelError
from frieza_tui.i18n import _

PROBE_TOKENS: Final = 16
_PROMPT: Final = ({"role": "user", "content": "Count from one to thirty in words."},)


@dataclass(frozen=True, slots=True)
class Speed:
    """What a short reply took."""

    load_s: float
    first_token_s: float
    """From the question, some 20 tokens, to the first token."""
    tokens_per_s: float
    """After the first one."""


async def measure_speed(model: Path, command: Sequence[str] = ENGINE_COMMAND) -> Speed:
    """Load a model file and have it say PROBE_TOKENS tokens; takes seconds. Raises: ModelError."""
    with tempfile.TemporaryDirectory(prefix="frieza-tui-") as folder:
        start_s = monotonic()
        process = await EngineProcess.start(model, Path(folder), Path(folder) / "engine.log", command)
        load_s = monotonic() - start_s
        client = EngineClient(process.endpoint)
        try:
            return await _measure(client, load_s)
        except (EngineError, EngineGone) as error:
            happened = _("The engine of the embedded model gave no answer.")
            raise await process.death() or ModelError(happened) from error
        finally:
            await client.close()
            await process.stop()


async def _measure(client: EngineClient, load_s: float) -> Speed:
    since_s = monotonic()
    times: list[float] = []
    async with aclosing(client.stream_chat({"messages": _PROMPT, "max_tokens": PROBE_TOKENS})) as pieces:
        async for piece in pieces:
            if piece.text:
                times.append(monotonic())
    if not times:
        raise EngineGone("no token")
    spoken_s = times[-1] - times[0]
    return Speed(load_s, times[0] - since_s, (len(times) - 1) / spoken_s if spoken_s > 0 else 0.0)
