"""How a server remembers a thread: in a conversation, by the response before, or not at all. Knows no runs.

The ways are tried in this order. What a server shows it cannot do is not tried again; what it has is used only as far
as it is surely the beginning of the thread here: what is beyond that is deleted, or all of it made anew.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeAlias

from frieza_tui.backends.base import Deletion
from frieza_tui.backends.deletions import Deletions, summarized
from frieza_tui.backends.held_messages import HeldMessages
from frieza_tui.backends.loose_json import Json, text_of
from frieza_tui.backends.openai_client import OpenAIClient, path_of
from frieza_tui.backends.refusals import has_no_way
from frieza_tui.domain.errors import BackendError, BadReply, NotHere, Refused
from frieza_tui.domain.thread import Message

log = logging.getLogger(__name__)

Way: TypeAlias = Literal["conversation", "previous", "history"]

_WAYS: Final[tuple[Way, ...]] = ("conversation", "previous")
_MEMORY: Final = "memory"
"""Lacked by a server that has nothing of what it says it keeps."""
_SYNC_WAIT_S: Final = 1.0
_LOOK_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Start:
    """What a request begins with."""

    fields: dict[str, object]
    """Those that name the server's memory."""
    messages: tuple[Message, ...]
    """What the server does not have yet."""
    is_new: bool = False
    """A conversation was made for it."""
    is_kept: bool = True
    """The server is to remember what it is sent."""


class ThreadMemory:
    """Which of the thread's messages the server has, and where."""

    def __init__(self, client: OpenAIClient) -> None:
        self.way: Way = "conversation"
        self.lacking: set[Way] = set()
        """Ways that the server has shown it does not know."""
        self.conversation_id = ""
        self._client = client
        self._deletions = Deletions(client)
        self._previous_id = ""
        self._has_continued = self._has_looked = False
        self._has_no_memory = False
        self._held = HeldMessages()
        self._is_trusted = self._is_settled = True
        self._conversations: dict[str, None] = {}
        self._responses: dict[str, bool] = {}
        self._making: asyncio.Task[str] | None = None

    @property
    def objects(self) -> tuple[Deletion, ...]:
        """Everything that is still on the server."""
        conversations = tuple(Deletion("conversation", one, False) for one in self._conversations)
        return (*conversations, *(Deletion("response", one, False) for one in self._responses))

    async def begin(self, messages: Sequence[Message], *, goes_on: bool = False) -> Start:
        """Return what to send so that the server has the whole thread.

        goes_on: there may be no message that the server has not. Raises: BackendError.
        """
        missing = await self._missing(messages)
        if missing is None or not (missing or goes_on):
            self._start_anew()
            missing = messages
        if self.way == "conversation":
            is_new = not self.conversation_id
            await self._find_conversation()
            if self.conversation_id:
                return Start({"conversation": self.conversation_id}, tuple(missing), is_new=is_new)
        if self.way == "previous" and await self._has_previous():
            fields: dict[str, object] = {"previous_response_id": self._previous_id} if self._previous_id else {}
            return Start(fields, tuple(missing))
        return Start({}, tuple(messages), is_kept=False)

    def take_over(self, objects: Sequence[Deletion]) -> None:
        """Take what an earlier program made here for one's own, to be deleted."""
        self._conversations.update({one.id: None for one in objects if one.kind == "conversation"})
        self._responses.update({one.id: True for one in objects if one.kind == "response"})

    def note_response(self, response_id: str, response: Json) -> None:
        """Note a response that the server keeps, or may keep."""
        if self._has_no_memory:
            return  # it says of everything that it keeps it, also where it was asked not to
        is_kept = response.get("store")
        if response_id and (is_kept or (is_kept is None and self.way != "history")):
            if response_id not in self._responses:
                self._client.ledger.add("response", response_id)
            # vLLM does not say it of itself, but what goes on in the background has to be somewhere.
            self._responses[response_id] = bool(is_kept) or response.get("background") is True

    def note_whole(self, messages: Sequence[Message], written_ids: frozenset[str], response: Json) -> None:
        """Note that a response is whole: the server has the thread up to it."""
        held = self._held.common(messages)
        self._held.cut(held)
        self._held.add(messages[held:])
        self._held.add_written(written_ids)
        self._is_trusted = self._is_settled = True
        if self.way == "previous":
            self._previous_id = text_of(response.get("id"))
            if response.get("store") is False:
                self.step_down()

    def distrust(self, *, is_over: bool) -> None:
        """Look first at what the server has, at the next run: a response did not end whole.

        is_over: it has ended; else it may go on to write, and nothing of that conversation is used again.
        """
        self._is_trusted, self._is_settled = False, self._is_settled and is_over

    def settle(self) -> None:
        """The response that was left to itself has ended meanwhile."""
        self._is_settled = True

    def was_ignored(self, start: Start, response: Json) -> bool:
        """Tell whether a server took a request without the memory that it names, as stateless ones silently do."""
        asked = start.fields.get("previous_response_id")
        if asked is None:
            return False
        # A gateway asks for the one before by its own name for it, and passes on what its server calls it.
        if response.get("previous_response_id"):
            self._has_continued = True
            return False
        self._has_no_memory = True
        return True

    @property
    def lacks(self) -> tuple[str, ...]:
        """What was found that the server does not have, by names to be kept."""
        return (*self.lacking, *((_MEMORY,) if self._has_no_memory else ()))

    def skip(self, ways: Collection[str]) -> None:
        """Try none of these, which the server was found not to know before."""
        self._has_no_memory = self._has_no_memory or _MEMORY in ways
        while self.way != "history" and self.way in ways:
            self.step_down()

    def step_down(self) -> None:
        """Go on without the way in use, which the server does not know."""
        self.lacking.add(self.way)
        self._leave_way()

    def _leave_way(self) -> None:
        self.way = "previous" if self.way == "conversation" else "history"
        log.info("the server's memory is of another kind: %s", self.way)
        self._start_anew()
        if self.way == "history":
            for response_id in [one for one, is_kept in self._responses.items() if self._has_no_memory or not is_kept]:
                del self._responses[response_id]
                self._client.ledger.strike(response_id)

    def use_none(self) -> None:
        """Send the history from now on: what the server keeps has become longer than its model can read."""
        while self.way != "history":
            self._leave_way()

    def use_again(self) -> None:
        """Try what the server has again: it is another thread now, which is not too long yet."""
        here: list[Way] = [way for way in _WAYS if way not in self.lacking]
        way = here[0] if here else "history"
        if way != self.way:
            self._start_anew()
            self.way = way

    def forget_lost(self) -> bool:
        """Begin anew because the server has lost what it had; False: it never kept it."""
        if self.way == "previous" and not self._has_continued:
            self.step_down()
            return False
        self._start_anew()
        return True

    async def delete(self, until_s: float) -> tuple[Deletion, ...]:
        """Delete everything at the same time, until a moment of the loop's clock. Never raises."""
        await self._finish_making()
        deletions = await self._deletions.delete(self.objects, until_s)
        # A server that does not say whether it keeps responses is not thanked for deleting what it never had.
        unknown = {*self._deletions.not_found, *(one.id for one in deletions if one.is_lasting)}
        never_kept = {one for one in unknown if not (self._has_continued or self._responses.get(one, True))}
        for deletion in deletions:
            self._strike_off(deletion)
        return summarized([deletion for deletion in deletions if deletion.id not in never_kept])

    async def close(self) -> None:
        """Stop what still goes on in the background."""
        if self._making is not None:
            self._making.cancel()
            await asyncio.wait([self._making])
        await self._deletions.close()

    # -- in step -------------------------------------------------------------------------------------------------

    async def _missing(self, messages: Sequence[Message]) -> Sequence[Message] | None:
        """Return the messages that the server has not; None if what it has is not the beginning of the thread."""
        # The response before stays as it was, whatever became of one that followed it.
        is_trusted = self._is_trusted or self.way == "previous"
        if not is_trusted or self._held.common(messages) < len(self._held):
            if not self._is_settled or not self.conversation_id:
                return None
            newest = partial(self._deletions.newest_entries, "conversation", self.conversation_id)
            delete = partial(self._deletions.entry, "conversation", self.conversation_id)
            if not await self._held.bring_back(messages, newest, delete):
                return None
            self._is_trusted = True
        return messages[len(self._held) :]

    async def _has_previous(self) -> bool:
        """Look, once, whether the server has what it says it keeps; else a whole turn would be in vain."""
        if not self._previous_id or self._has_continued or self._has_looked:
            return True
        self._has_looked = True
        request = self._client.request("GET", path_of("responses", self._previous_id), is_repeated=False)
        try:
            async with asyncio.timeout(_LOOK_S):
                await self._client.call(request)
        except (BackendError, TimeoutError) as error:
            if not (isinstance(error, NotHere) or (isinstance(error, BackendError) and has_no_way(error))):
                return True  # the turn itself will tell
            self._has_no_memory = True
            self.step_down()
            return False
        return True

    def _start_anew(self) -> None:
        if self.conversation_id:
            self._deletions.discard("conversation", self.conversation_id, self._strike_off)
        self.conversation_id = self._previous_id = ""
        self._held.clear()
        self._is_trusted = self._is_settled = True

    async def _find_conversation(self) -> None:
        """Make a conversation if there is none; goes on by itself if the caller is cancelled, so that it is known."""
        await self._finish_making()
        if self.conversation_id:
            return
        self._making = asyncio.create_task(self._make_conversation())
        try:
            self.conversation_id = await asyncio.shield(self._making)
            self._making = None
        except (NotHere, Refused, BadReply):
            self._making = None
            self.step_down()

    async def _make_conversation(self) -> str:
        made = await self._client.call(self._client.request("POST", "/conversations", b"{}"))
        conversation_id = text_of(made.get("id"))
        if conversation_id:
            self._conversations.setdefault(conversation_id)
            self._client.ledger.add("conversation", conversation_id)
            await self._client.ledger.written()
            return conversation_id
        raise NotHere("no conversations")

    async def _finish_making(self) -> None:
        """Wait for a conversation whose maker was cancelled; it is still empty, so it can be used."""
        making, self._making = self._making, None
        if making is None:
            return
        await asyncio.wait([making], timeout=_SYNC_WAIT_S)
        if not making.done():
            making.cancel()
        elif not making.cancelled() and making.exception() is None and not len(self._held):
            self.conversation_id = self.conversation_id or making.result()

    # -- deleted -------------------------------------------------------------------------------------------------

    def _strike_off(self, deletion: Deletion) -> None:
        if not (deletion.is_deleted or deletion.is_lasting):
            return
        self._conversations.pop(deletion.id, None)
        self._responses.pop(deletion.id, None)
        if deletion.id == self.conversation_id:
            self.conversation_id = ""
            self._held.clear()
