"""The adapter for the Chat Completions API at any address. Knows no face; nothing is kept on the server."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final

from frieza_tui.backends.base import Deletion, RunRequest
from frieza_tui.backends.chat_completions.accumulator import ChunkAccumulator
from frieza_tui.backends.encoded_messages import encoded, encoded_object
from frieza_tui.backends.image_notes import text_with_notes
from frieza_tui.backends.model_list import ModelChoice
from frieza_tui.backends.openai_client import DONE, OpenAIClient
from frieza_tui.backends.prompts import Prompt, PromptBuilder
from frieza_tui.backends.refusals import context_numbers, is_about_context, is_about_field, is_no_such_path
from frieza_tui.backends.sdk_errors import bad_reply, stream_cut
from frieza_tui.backends.server_backend import ServerBackend
from frieza_tui.domain.errors import BackendError, NotHere, Refused, StreamCut, TimedOut
from frieza_tui.domain.events import RunEvent, StreamFault
from frieza_tui.domain.thread import ImageUrlPart, Message
from frieza_tui.i18n import _

USAGE_WAIT_S: Final = 2.0
"""After the reply's last word: for the usage, and for the stream's own end."""


class ChatCompletionsBackend(ServerBackend):
    """Implements Backend over `chat/completions`."""

    api = "Chat Completions"
    resume_run: None = None

    def __init__(self, client: OpenAIClient, *, model: str = "", place: str = "") -> None:
        """Take the client of the server.

        model: "" means the assistant's own, else the first that the server lists. place: what the label calls the
        server, its host if empty.
        """
        super().__init__(client, ModelChoice(client, model), place)
        self._prompts = PromptBuilder(_message)
        self._takes_usage = True
        # OpenAI's newer models refuse the old name, and many other servers know no other.
        self._limit_name = "max_completion_tokens" if client.server.is_openai else "max_tokens"

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """Nothing: the server keeps nothing."""
        return ()

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Send the history, as much as fits, and yield the reply's events.

        A request that a server refuses for a field, or for its length, is sent once more without. Raises: BackendError.
        """
        await self.prepare()
        model = await self.models.choose(request.assistant)
        self._prompts.fit(model, self.models.context_tokens)
        is_shortened = False
        while True:
            prompt = self._prompt(request)
            accumulator = ChunkAccumulator(prompt.dropped_messages)
            try:
                async with aclosing(self._run_once(accumulator, self._body(model, prompt, request))) as events:
                    async for event in events:
                        yield event
                if accumulator.usage:
                    self._prompts.learn(prompt, accumulator.usage.input_tokens)
                return
            except (Refused, NotHere) as error:
                if self._adapt(error, request):
                    continue
                if not is_shortened and is_about_context(error):
                    is_shortened = True
                    self._prompts.shrink(prompt, context_numbers(error))
                else:
                    raise await self._explained(error) from error
            finally:
                self.unknown_events += accumulator.unknown_events

    async def cancel_run(self) -> None:
        """Do nothing: closing the stream has ended the run."""

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Delete nothing: the server keeps nothing."""
        return ()

    async def close(self) -> None:
        """Free the connections."""
        await self._client.close()

    async def _look_around(self) -> None:
        """Ask for the models, whose windows the list may tell."""
        await self.models.look_briefly()

    async def _run_once(self, accumulator: ChunkAccumulator, body: bytes) -> AsyncGenerator[RunEvent, None]:
        server = self._client.server
        request = self._client.request("POST", "/chat/completions", body)
        try:
            async with aclosing(self._client.stream(request, tells_done=True)) as stream:
                async for name, data in stream:
                    if name == DONE:
                        break
                    for event in accumulator.take(data, name):
                        yield event
                    if accumulator.fault is not None:
                        return
                    if accumulator.finish_reason is not None:
                        for event in await _rest(accumulator, stream):
                            yield event
                        break
                else:
                    raise stream_cut(server) if accumulator.run else bad_reply(server)
        except (StreamCut, TimedOut):
            if accumulator.finish_reason is None:
                raise
        for event in accumulator.end():
            yield event

    def _prompt(self, request: RunRequest) -> Prompt:
        reply_tokens = request.sampling.max_output_tokens
        return self._prompts.build(request.assistant.instructions, request.thread.messages, reply_tokens)

    def _body(self, model: str, prompt: Prompt, request: RunRequest) -> bytes:
        instructions = request.assistant.instructions
        fields: dict[str, object] = {"model": model, "stream": True}
        if self._takes_usage:
            fields["stream_options"] = {"include_usage": True}
        fields |= request.sampling.fields(self._limit_name)
        system = (encoded({"role": "system", "content": instructions}),) if instructions else ()
        return encoded_object(fields, "messages", (*system, *prompt.messages))

    def _adapt(self, error: BackendError, request: RunRequest) -> bool:
        """Do without a field that a server refused, or with its other name; False if it refused something else."""
        if self._takes_usage and is_about_field(error, "stream_options"):
            self._takes_usage = False
            return True
        has_limit = request.sampling.max_output_tokens is not None
        if has_limit and self._limit_name == "max_tokens" and is_about_field(error, "max_tokens"):
            self._limit_name = "max_completion_tokens"
            return True
        return False

    async def _explained(self, error: BackendError) -> BackendError:
        if is_no_such_path(error):
            happened = _("{server} does not have the Chat Completions API.").format(server=self._client.server.name)
            todo = _("Check the address given with --base-url (it often ends in /v1), and --api.")
            return NotHere(happened, todo, error.facts)
        return await self.models.explained(error)


async def _rest(accumulator: ChunkAccumulator, stream: AsyncGenerator[tuple[str, object], None]) -> list[RunEvent]:
    """Read what comes after the reply's last word: the usage, marks on the text, and the end of the stream."""
    events: list[RunEvent] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(USAGE_WAIT_S):
            async for name, data in stream:
                if name == DONE:
                    break
                events += [event for event in accumulator.take(data, name) if not isinstance(event, StreamFault)]
    return events


def _message(message: Message) -> object:
    images = [part.url for part in message.parts if isinstance(part, ImageUrlPart)]
    if not images or message.role == "assistant":
        return {"role": message.role, "content": text_with_notes(message)}
    text = text_with_notes(message, ImageUrlPart)
    parts: list[object] = [{"type": "text", "text": text}] if text else []
    return {
        "role": message.role,
        "content": [*parts, *({"type": "image_url", "image_url": {"url": url}} for url in images)],
    }
