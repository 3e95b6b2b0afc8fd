"""Which messages of a thread a server has, and how far it can be brought back in step. Asks nobody by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from frieza_tui.backends.refusals import has_no_way
from frieza_tui.domain.branches import common_length
from frieza_tui.domain.errors import BackendError, NotHere
from frieza_tui.domain.thread import Message


class _Held(NamedTuple):
    """One entry: a message that was sent, or those that one run wrote, of which the thread here has one."""

    ids: tuple[str, ...]
    """Here."""
    remote_ids: tuple[str, ...]
    """There; empty where they are not known."""


class HeldMessages:
    """The messages that a server has, in their order."""

    def __init__(self) -> None:
        self._entries: list[_Held] = []
        self._looked_at: tuple[Message, ...] = ()

    def __len__(self) -> int:
        return len(self._entries)

    def common(self, messages: Sequence[Message]) -> int:
        """Return with how many of its messages a thread begins like the server's."""
        messages = tuple(messages)
        at = common_length(self._looked_at, messages)
        end = min(len(self._entries), len(messages))
        while at < end and messages[at].id in self._entries[at].ids:
            at += 1
        self._looked_at = messages[:at]
        return at

    def add(self, messages: Iterable[Message]) -> None:
        """Note that messages were sent, whose ids on the server nobody knows."""
        self._entries += [_Held((message.id,), ()) for message in messages]

    def add_known(self, message: Message, remote_id: str) -> None:
        """Note that a message was sent, and its id on the server; "" if that is not known."""
        self._entries.append(_Held((message.id,), (remote_id,) if remote_id else ()))

    def add_written(self, ids: Iterable[str]) -> None:
        """Note that a run wrote messages; the thread here has them as one of these ids."""
        written = tuple(ids)
        if written:
            self._entries.append(_Held(written, written))

    def clear(self) -> None:
        """The server has none."""
        self.cut(0)

    def cut(self, count: int) -> None:
        """The server has only the first ones."""
        del self._entries[count:]
        self._looked_at = self._looked_at[:count]

    async def bring_back(
        self,
        messages: Sequence[Message],
        list_newest: Callable[[], Awaitable[Sequence[str]]],
        delete: Callable[[str], Awaitable[object]],
    ) -> bool:
        """Delete on the server what follows the last message that surely belongs to a thread. False if none does.

        Then nothing was deleted, or not all of it: what the server has is of no use. list_newest: returns the ids of
        the last messages there, the newest first; a copy that differs in more is of no use either. No run may be
        writing meanwhile. Never raises.
        """
        count = self.common(messages)
        while count and not self._entries[count - 1].remote_ids:
            count -= 1
        if not count:
            return False
        anchor = self._entries[count - 1].remote_ids
        try:
            newest = await list_newest()
            beyond = list(takewhile(lambda remote_id: remote_id not in anchor, newest))
            if len(beyond) == len(newest):
                return False
            await asyncio.gather(*(_delete_one(delete, remote_id) for remote_id in beyond))
        except BackendError:
            return False
        self.cut(count)
        return True


async def _delete_one(delete: Callable[[str], Awaitable[object]], remote_id: str) -> None:
    try:
        await delete(remote_id)
    except NotHere as error:
        if has_no_way(error):
            raise
