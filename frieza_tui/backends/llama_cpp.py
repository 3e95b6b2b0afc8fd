"""The backend of the embedded model: run events out of llama.cpp in a process of its own. Knows no face and no API."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace

from frieza_tui.backends.base import Deletion, Label, Preparation, RunRequest
from frieza_tui.backends.embedded.engine_client import EngineError, EngineGone
from frieza_tui.backends.embedded.engine_process import CONTEXT_TOKENS, ENGINE_COMMAND
from frieza_tui.backends.embedded.host import EngineHost, RunningEngine
from frieza_tui.backends.embedded.prompt_builder import MessageTooLong, PackInUse, PromptBuilder
from frieza_tui.backends.embedded.prompt_reader import PromptReader
from frieza_tui.backends.embedded.prompts import (
    MAX_TOKENS,
    PACK_MAX_TOKENS,
    Prompt,
    choose_pack,
    packs_of,
)
from frieza_tui.backends.embedded.reply import Reply
from frieza_tui.backends.embedded.slots import SlotKeeper
from frieza_tui.domain.assistant import Assistant, ExamplePack
from frieza_tui.domain.errors import ModelError
from frieza_tui.domain.events import RunChanged, RunEvent
from frieza_tui.domain.run import Run, RunError
from frieza_tui.domain.thread import new_id
from frieza_tui.i18n import _

SAMPLING: dict[str, float] = {
    "top_p": 0.9,
    "top_k": 40,
    "min_p": 0.1,
    "repeat_penalty": 1.0,
    "dry_multiplier": 0.8,
    "dry_allowed_length": 40,
    "dry_penalty_last_n": 300,
}
"""What a small model talks best with. A repeat penalty would eat the words of the persona, which the prompt holds;
DRY ends a reply that repeats itself, and lets an example (less than 40 tokens) be taken whole."""
IDLE_S = 1.5
"""How long nothing must happen before an example pack is read ahead."""


class _Session:
    """What belongs to one engine process: it is forgotten with it."""

    def __init__(self, engine: RunningEngine, host: EngineHost) -> None:
        self.engine = engine
        self.client = engine.client
        self.slots = SlotKeeper(host.slots_dir, engine.model.fingerprint, engine.version)
        self.builder = PromptBuilder(CONTEXT_TOKENS, engine.client.count_tokens)
        self.reader = PromptReader(engine.client)


class LlamaCppBackend:
    """The embedded model; see `backends.base.Backend`.

    One run generates at a time, later ones stay queued. A model this program knows is given the example pack of an
    assistant that has one (or of the known assistant with the same instructions) and the last two exchanges; any other
    model or assistant gets the instructions and as much of the thread as fits.
    """

    resume_run: None = None
    signs_of_life: int = 0
    models: None = None

    def __init__(
        self,
        model: str | None = None,
        known_assistants: Sequence[Assistant] = (),
        *,
        seed: int | None = None,
        idle_s: float = IDLE_S,
        engine_command: Sequence[str] = ENGINE_COMMAND,
    ) -> None:
        """Load nothing.

        Args:
            model: as `model_files.resolve` takes it.
            known_assistants: whose example packs are used for requests that carry instructions only.
            seed: makes replies repeatable; None: they vary.
            idle_s: seconds of quiet before an example pack is read ahead.
            engine_command: starts the engine's process.
        """
        self.on_preparation: Callable[[Preparation], None] = lambda _preparation: None
        self.unknown_events = 0
        self._known_assistants = known_assistants
        self._seed = seed
        self._idle_s = idle_s
        self._host = EngineHost(model, lambda preparation: self.on_preparation(preparation), engine_command)
        self._session: _Session | None = None
        self._turn = asyncio.Lock()
        self._warming: asyncio.Task[None] | None = None
        self._is_closed = False
        self._expected: RunRequest | None = None
        self._is_reading = False
        self._salt = new_id("voice") if seed is None else str(seed)
        self._packs: list[ExamplePack] = [pack for one in known_assistants[:1] for pack in one.packs]

    @property
    def label(self) -> Label:
        """What the status bar says."""
        engine = self._host.running
        return Label("llama.cpp", _("embedded"), engine.model.name if engine else "")

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """Nothing: this backend keeps nothing outside the program."""
        return ()

    async def prepare(self) -> None:
        """Find, join and load the model. Raises: ModelError."""
        await self._ready()
        if not self._turn.locked():
            self._warm_when_idle()

    def expect(self, request: RunRequest) -> None:
        """Read the prompt of a run that may come; at once, unless the model is not loaded yet or is answering."""
        self._expected = request
        if self._is_engine_alive and not self._turn.locked() and not self._is_reading:
            self._warm_when_idle()

    @property
    def _is_engine_alive(self) -> bool:
        return self._host.running is not None and self._host.running.is_alive

    async def _ready(self) -> _Session:
        engine = await self._host.ready()
        if self._session is None or self._session.engine is not engine:
            self._session = _Session(engine, self._host)
        return self._session

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Yield the events of one run; closing the generator stops the engine. Raises: ModelError."""
        run = Run(new_id("run"), "queued", self.label.model or None)
        yield RunChanged(run)
        async with self._turn:
            self._stop_warming()
            self._expected = None
            try:
                session = await self._ready()
                run = replace(run, status="in_progress", model=self.label.model)
                async with aclosing(self._answer(session, request, run)) as events:
                    async for event in events:
                        yield event
            finally:
                self._warm_when_idle()

    async def _answer(self, session: _Session, request: RunRequest, run: Run) -> AsyncGenerator[RunEvent, None]:
        reply = Reply(run)
        try:
            prompt = await self._prompt(session, request)
            run = replace(run, dropped_messages=prompt.dropped_messages)
            yield RunChanged(run)
            reply = Reply(run, prompt.opener)
            async with aclosing(session.client.stream_chat(self._body(prompt, request))) as pieces:
                async for piece in pieces:
                    for event in reply.feed(piece):
                        yield event
            if not reply.is_whole:
                raise EngineGone
            last = reply.finish()
        except MessageTooLong as error:
            last = reply.fail(_too_long(error))
        except EngineError as error:
            last = reply.fail(RunError("server_error", str(error)))
        except EngineGone:
            last = reply.fail(RunError("server_error", str(await self._host.discard())))
        for event in last:
            yield event

    async def _prompt(self, session: _Session, request: RunRequest) -> Prompt:
        packs = packs_of(request.assistant, self._known_assistants) if session.engine.model.known else ()
        pack = choose_pack(packs, request.thread)
        if pack is None:
            session.slots.note_use(None, 0)
            return await session.builder.plain(
                request.thread, request.assistant.instructions, self._reply_tokens(request, MAX_TOKENS)
            )
        self._packs = [pack, *(other for other in packs if other is not pack)]
        count = await session.slots.take_up(session.client, pack)
        session.slots.note_use(pack, count)
        turn_seed = f"{self._salt} {len(request.thread.messages)} {request.thread.messages[-1].text}"
        reply_tokens = self._reply_tokens(request, PACK_MAX_TOKENS)
        return await session.builder.with_pack(request.thread, PackInUse(pack, count), reply_tokens, turn_seed)

    def _reply_tokens(self, request: RunRequest, default: int) -> int:
        return min(request.sampling.max_output_tokens or default, CONTEXT_TOKENS // 2)

    def _body(self, prompt: Prompt, request: RunRequest) -> dict[str, object]:
        wanted = request.sampling
        body: dict[str, object] = {
            **SAMPLING,
            "messages": prompt.as_chat(),
            "max_tokens": prompt.max_tokens,
            "temperature": prompt.temperature,
        }
        for key, value in (("temperature", wanted.temperature), ("top_p", wanted.top_p), ("seed", self._seed)):
            if value is not None:
                body[key] = value
        return body

    def _warm_when_idle(self) -> None:
        self._stop_warming()
        if not self._is_closed:
            self._warming = asyncio.create_task(self._warm())

    def _stop_warming(self) -> None:
        self._is_reading = False
        if self._warming is not None:
            self._warming.cancel()
            self._warming = None

    async def _warm(self) -> None:
        await self._read_expected()
        await asyncio.sleep(self._idle_s)
        if self._is_engine_alive:
            with suppress(ModelError):
                await self.read_ahead()

    async def _read_expected(self) -> None:
        self._is_reading = True
        while (request := self._expected) is not None and self._is_engine_alive:
            self._expected = None
            with suppress(EngineError, EngineGone, ModelError, MessageTooLong):  # the run meets the same, and tells
                session = await self._ready()
                prompt = await self._prompt(session, request)
                await session.reader.read(prompt, is_wanted=lambda: self._expected is None)
        self._is_reading = False

    async def read_ahead(self) -> None:
        """Read what is missing of the example packs, the one in use first, and save it; minutes, once in a lifetime.

        Happens by itself when nothing else does. Raises: ModelError.
        """
        session = await self._ready()
        if session.engine.model.known is None:
            return
        with suppress(EngineError, EngineGone, OSError):  # the next run meets the same trouble, and tells
            for pack in self._packs:
                await session.slots.warm(session.client, pack)

    async def cancel_run(self) -> None:
        """Do nothing: closing the stream has stopped the run."""

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Return nothing: this backend keeps nothing outside the program."""
        return ()

    async def close(self) -> None:
        """End the engine."""
        self._is_closed = True
        self._stop_warming()
        await self._host.close()


def _too_long(error: MessageTooLong) -> RunError:
    words = _("The message is too long for this model: it has {tokens:,} tokens, and {limit:,} fit.")
    return RunError("context_length_exceeded", words.format(tokens=error.tokens, limit=error.limit_tokens))
