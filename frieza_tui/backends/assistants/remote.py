"""The assistant and the thread on the server: made, kept in step with the local ones, deleted. Knows no runs."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from frieza_tui.backends.base import Deletion, RunRequest
from frieza_tui.backends.deletions import Deletions
from frieza_tui.backends.held_messages import HeldMessages
from frieza_tui.backends.image_notes import text_with_notes
from frieza_tui.backends.loose_json import text_of
from frieza_tui.backends.model_list import ModelChoice
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.refusals import is_about_model
from frieza_tui.backends.sdk_errors import timed_out
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import (
    AuthFailed,
    BackendError,
    BadReply,
    NotHere,
    RateLimited,
    Refused,
    ServerFacts,
    Unreachable,
)
from frieza_tui.domain.thread import ImageFilePart, ImageUrlPart, Message
from frieza_tui.i18n import _

MAX_FIRST_MESSAGES: Final = 32
"""How many messages `threads.create` takes (source: API reference, threads/createThread)."""
_LOOK_S: Final = 20.0
"""For one look-up, the SDK's own waits before it tries again included."""
_FOLLOW_WAIT_S: Final = 10.0
_LEAVE_WAIT_S: Final = 1.0
_BUILT_IN_TOOLS: Final = ("code_interpreter", "file_search")


@dataclass(frozen=True, slots=True)
class RemoteIds:
    """What a run is made of."""

    assistant_id: str
    thread_id: str
    is_thread_new: bool


class RemoteCopy:
    """What this program made on the server, and which local messages the thread there has."""

    def __init__(self, client: OpenAIClient, model: str) -> None:
        """Take the client; model "" means the assistant's own, else the first that the server lists."""
        self.models = ModelChoice(client, model)
        """Another one than the assistant on the server was made with has it made anew."""
        self.assistant_id = ""
        self.thread_id = ""
        self._client = client
        self._deletions = Deletions(client)
        self._made_for: tuple[Assistant, str] | None = None
        self._held = HeldMessages()
        self._is_trusted = True
        self.is_in_step = False
        """Assistant and thread were as the last request wants them, as far as the server told."""
        self._leftovers: dict[str, str] = {}
        self._following: asyncio.Task[RemoteIds] | None = None

    @property
    def objects(self) -> tuple[Deletion, ...]:
        """Everything that is still on the server."""
        current = (("thread", self.thread_id), ("assistant", self.assistant_id))
        leftovers = ((kind, remote_id) for remote_id, kind in self._leftovers.items())
        return tuple(Deletion(kind, remote_id, False) for kind, remote_id in (*current, *leftovers) if remote_id)

    async def follow(self, request: RunRequest) -> RemoteIds:
        """Make the assistant and the thread, or bring them in step with the request.

        Goes on by itself if the caller is cancelled, so that every object made is known. Raises: BackendError.
        """
        await self._finish_following(_FOLLOW_WAIT_S)
        self._following = asyncio.create_task(self._bring_in_step(request))
        return await asyncio.shield(self._following)

    def take_over(self, objects: Sequence[Deletion]) -> None:
        """Take what an earlier program made here for one's own, to be deleted."""
        self._leftovers.update({one.id: one.kind for one in objects})

    def note_written(self, message_ids: frozenset[str]) -> None:
        """Note that a run wrote messages into the thread; the local thread has them as one of these ids."""
        self._held.add_written(message_ids)

    def distrust(self) -> None:
        """Look at the thread before the next run: something may have been written into it that nobody was told of."""
        self._is_trusted = False

    def forget(self) -> None:
        """Begin anew at the next run: nothing of what was made is used again; it is deleted meanwhile."""
        for remote_id, kind in tuple(self._leftovers.items()):
            self._discard(kind, remote_id)
        self.forget_thread()
        self.forget_assistant()

    def forget_assistant(self) -> None:
        """Make a new assistant at the next run."""
        if self.assistant_id:
            self._discard("assistant", self.assistant_id)
        self.assistant_id, self._made_for = "", None

    def forget_thread(self) -> None:
        """Make a new thread at the next run."""
        if self.thread_id:
            self._discard("thread", self.thread_id)
        self.thread_id, self._is_trusted = "", True
        self._held.clear()

    async def delete(self, until_s: float) -> tuple[Deletion, ...]:
        """Delete everything at the same time, until a moment of the loop's clock. Never raises."""
        await self._finish_following(_LEAVE_WAIT_S)
        deletions = await self._deletions.delete(self.objects, until_s)
        for deletion in deletions:
            self._strike_off(deletion)
        return tuple(deletions)

    async def close(self) -> None:
        """Stop what still goes on in the background."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
        await self._deletions.close()

    # -- in step -------------------------------------------------------------------------------------------------

    async def _finish_following(self, bound_s: float) -> None:
        if self._following is None:
            return
        await asyncio.wait([self._following], timeout=bound_s)
        if not self._following.done():
            self._following.cancel()
            self.forget_thread()
        elif not self._following.cancelled():
            self._following.exception()  # whoever waited has had it; this keeps asyncio from reporting it
        self._following = None

    async def _bring_in_step(self, request: RunRequest) -> RemoteIds:
        self.is_in_step = False
        if not await self._has_beginning(request.thread.messages):
            self.forget_thread()
        is_new = not self.thread_id
        steps: list[Awaitable[None]] = []
        if self._made_for != (request.assistant, self.models.name):
            steps.append(self._make_assistant(request.assistant))
        if is_new:
            steps.append(self._make_thread(request.thread.messages))
        for result in await asyncio.gather(*steps, return_exceptions=True):
            if result is not None:
                raise result
        await self._post(request.thread.messages[len(self._held) :])
        self.is_in_step = True
        return RemoteIds(self.assistant_id, self.thread_id, is_new)

    async def _has_beginning(self, messages: Sequence[Message]) -> bool:
        """Return whether the thread on the server is the beginning of this one, or could be made so."""
        if self.thread_id and (not self._is_trusted or self._held.common(messages) < len(self._held)):
            newest = partial(self._deletions.newest_entries, "thread", self.thread_id)
            delete = partial(self._deletions.entry, "thread", self.thread_id)
            self._is_trusted = await self._held.bring_back(messages, newest, delete)
            return self._is_trusted
        return bool(self.thread_id)

    async def _make_assistant(self, assistant: Assistant) -> None:
        model = await self._chosen_model(assistant)
        if self.assistant_id:
            self._discard("assistant", self.assistant_id)
            self.assistant_id, self._made_for = "", None
        api = self._client.posts.beta.assistants.with_streaming_response
        tools: Any = [{"type": tool} for tool in assistant.tools if tool in _BUILT_IN_TOOLS]
        try:
            made = await self._client.call(
                lambda: api.create(model=model, name=assistant.name, instructions=assistant.instructions, tools=tools)
            )
        except (NotHere, Refused) as error:
            if isinstance(error, Refused) or is_about_model(error):
                raise await self.models.explained(error) from error
            raise _not_this_api(error) from error
        self.assistant_id, self._made_for = self._id_of(made), (assistant, model)
        await self._note_made("assistant", self.assistant_id)

    async def _chosen_model(self, assistant: Assistant) -> str:
        try:
            async with asyncio.timeout(_LOOK_S):
                return await self.models.choose(assistant)
        except TimeoutError:
            raise timed_out(self._client.server) from None

    async def _make_thread(self, messages: Sequence[Message]) -> None:
        first = messages[:MAX_FIRST_MESSAGES]
        api = self._client.posts.beta.threads.with_streaming_response
        made = await self._client.call(lambda: api.create(messages=[_payload(message) for message in first]))
        self.thread_id = self._id_of(made)
        self._held.add(first)
        await self._note_made("thread", self.thread_id)

    async def _note_made(self, kind: str, remote_id: str) -> None:
        self._client.ledger.add(kind, remote_id)
        await self._client.ledger.written()

    async def _post(self, messages: Sequence[Message]) -> None:
        api = self._client.posts.beta.threads.messages.with_streaming_response
        for message in messages:
            payload = _payload(message)
            try:
                made = await self._client.call(
                    lambda: api.create(self.thread_id, role=payload["role"], content=payload["content"])  # noqa: B023
                )
            except BackendError as error:
                # After these the message is surely not there; after any other it may be, or may not.
                if not isinstance(error, RateLimited | AuthFailed | Unreachable):
                    self.distrust()
                raise
            self._held.add_known(message, text_of(made.get("id")))

    def _id_of(self, made: dict[str, Any]) -> str:
        remote_id = text_of(made.get("id"))
        if not remote_id:
            server = self._client.server
            happened = _("{server} made something without an id.").format(server=server.name)
            raise BadReply(happened, _("Check that it serves the Assistants API."), ServerFacts(server.base_url))
        return remote_id

    # -- deleted -------------------------------------------------------------------------------------------------

    def _discard(self, kind: str, remote_id: str) -> None:
        self._leftovers[remote_id] = kind
        self._deletions.discard(kind, remote_id, self._strike_off)

    def _strike_off(self, deletion: Deletion) -> None:
        if not (deletion.is_deleted or deletion.is_lasting):
            return
        self._leftovers.pop(deletion.id, None)
        if deletion.id == self.thread_id:
            self.thread_id = ""
            self._held.clear()
        if deletion.id == self.assistant_id:
            self.assistant_id, self._made_for = "", None


def _payload(message: Message) -> Any:  # noqa: ANN401 - the SDK's own nest of typed dicts
    images: list[dict[str, object]] = []
    for part in message.parts:
        if isinstance(part, ImageFilePart):
            images.append({"type": "image_file", "image_file": {"file_id": part.file_id}})
        elif isinstance(part, ImageUrlPart):
            images.append({"type": "image_url", "image_url": {"url": part.url}})
    # Images of an assistant's are its own to keep; servers take them from users only.
    if not images or message.role == "assistant":
        return {"role": message.role, "content": text_with_notes(message)}
    words = text_with_notes(message, ImageFilePart, ImageUrlPart)
    text: list[dict[str, object]] = [{"type": "text", "text": words}] if words else []
    return {"role": message.role, "content": [*text, *images]}


def _not_this_api(error: NotHere) -> NotHere:
    """Return what a 404 for assistants means."""
    if "openai.com" in error.facts.provider:
        happened = _("OpenAI retired the Assistants API on 2026-08-26.")
    else:
        happened = _("This server does not have the Assistants API, which OpenAI retired on 2026-08-26.")
    todo = _("Use --api responses, or start without --base-url to talk to the embedded server.")
    return NotHere(happened, todo, error.facts)
