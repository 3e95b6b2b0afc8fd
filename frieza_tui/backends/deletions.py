"""Deletes what was made on a server, whichever API it was made with, many at the same time. Knows no runs."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from frieza_tui.backends.base import Deletion
from frieza_tui.backends.loose_json import Json, json_objects, text_of
from frieza_tui.backends.openai_client import ASSISTANTS_BETA, Method, OpenAIClient, path_of
from frieza_tui.backends.refusals import has_no_way
from frieza_tui.domain.errors import BackendError, NotHere, ServerFacts, TimedOut, Unreachable
from frieza_tui.i18n import _

AT_ONCE: Final = 24
"""Requests in flight; 400 items and 200 responses are then gone in some 25 round trips.

With 64 it takes as long (1,500 deletions on loopback 5.0 s, with 24 4.7 s): each costs 1.4 ms of CPU, half of that the
SDK's, and over a network 24 are enough to reach a server's limit of requests a minute.
"""
PAGE: Final = 100
"""Items of one list, the most that the API gives (source: API reference, conversations/items/list)."""
_LEAST_S: Final = 0.5
_DISCARD_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class _Kind:
    """Where a server has the objects of one kind."""

    folder: str
    entries: str = ""
    """The folder, below each, of what it holds."""
    headers: dict[str, str] = field(default_factory=dict)
    is_emptied: bool = False
    """What it holds is deleted before it, for the API would leave it behind."""


_KINDS: Final = {
    "thread": _Kind("threads", "messages", ASSISTANTS_BETA),
    "assistant": _Kind("assistants", headers=ASSISTANTS_BETA),
    "conversation": _Kind("conversations", "items", is_emptied=True),
    "response": _Kind("responses"),
}


class Deletions:
    """Deletes what one server keeps; a bound of time holds for each object, or for each request."""

    def __init__(self, client: OpenAIClient, request_s: float | None = None) -> None:
        """Take the server. request_s: for one request; None: as long as the object that it is for may take."""
        self._client = client
        self._request_s = request_s
        self._silence: Exception | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.not_found: set[str] = set()
        """Ids that the server did not have."""
        self._discards: set[asyncio.Task[None]] = set()

    async def delete(self, objects: Sequence[Deletion], until_s: float | None = None) -> list[Deletion]:
        """Delete objects at the same time, until a moment of the loop's clock, and return what became of each.

        Never raises.
        """
        bound_s = None if until_s is None else max(_LEAST_S, until_s - asyncio.get_running_loop().time())
        return await asyncio.gather(*(self._bounded(one.kind, one.id, bound_s) for one in objects))

    def discard(self, kind: str, remote_id: str, note_end: Callable[[Deletion], None]) -> None:
        """Delete an object in the background. note_end: told what became of it, unless `close` comes first."""

        async def delete() -> None:
            note_end(await self._bounded(kind, remote_id, _DISCARD_S))

        task = asyncio.create_task(delete())
        self._discards.add(task)
        task.add_done_callback(self._discards.discard)

    async def close(self) -> None:
        """Stop what still goes on in the background."""
        for task in self._discards:
            task.cancel()
        if self._discards:
            await asyncio.wait(self._discards)

    async def newest_entries(self, kind: str, remote_id: str) -> list[str]:
        """Return the ids of the last things that an object holds, at most PAGE, newest first. Raises: BackendError."""
        of = _KINDS[kind]
        path = f"{path_of(of.folder, remote_id, of.entries)}?limit={PAGE}&order=desc"
        listed = await self._client.call(self._client.request("GET", path, headers=of.headers))
        return [text_of(entry.get("id")) for entry in json_objects(listed.get("data"))]

    async def entry(self, kind: str, remote_id: str, entry_id: str) -> None:
        """Delete one thing that an object holds; one that is gone already is no error. Raises: BackendError."""
        of = _KINDS[kind]
        await self._delete(of, remote_id, of.entries, entry_id)

    async def _bounded(self, kind: str, remote_id: str, bound_s: float | None) -> Deletion:
        if kind not in _KINDS:
            return Deletion(kind, remote_id, False, _("This frieza-tui does not know such objects."))
        try:
            async with asyncio.timeout(bound_s):
                await self._delete_whole(kind, remote_id)
        except TimeoutError:
            late = _("The server did not answer in time.")
            return Deletion(kind, remote_id, False, f"{late} {self._client.ledger.what_now()}")
        except BackendError as error:
            if has_no_way(error):
                self._client.ledger.strike(remote_id)
                never = _("{server} has no way to delete it.").format(server=self._client.server.name)
                return Deletion(kind, remote_id, False, never, is_lasting=True)
            return Deletion(kind, remote_id, False, f"{error.happened} {self._client.ledger.what_now()}")
        self._client.ledger.strike(remote_id)
        return Deletion(kind, remote_id, True)

    async def _delete_whole(self, kind: str, remote_id: str) -> None:
        of = _KINDS[kind]
        if of.is_emptied:
            # All are listed first: an item that is gone is no mark from which a list could go on.
            entries = await self._entries(of, remote_id)
            deleting = (self.entry(kind, remote_id, entry) for entry in entries)
            for failure in await asyncio.gather(*deleting, return_exceptions=True):
                if failure is not None:
                    raise failure
        await self._delete(of, remote_id)

    async def _entries(self, of: _Kind, remote_id: str) -> list[str]:
        path = f"{path_of(of.folder, remote_id, of.entries)}?limit={PAGE}&order=asc"
        found: list[str] = []
        after = ""
        while True:
            try:
                listed = await self._call("GET", f"{path}{after}", of)
            except NotHere:
                return found
            ids = [text_of(entry.get("id")) for entry in json_objects(listed.get("data"))]
            found += [one for one in ids if one]
            last_id = text_of(listed.get("last_id")) or (ids[-1] if ids else "")
            if not listed.get("has_more") or not last_id:
                return found
            after = f"&after={path_of(last_id)[1:]}"

    async def _delete(self, of: _Kind, *path: str) -> None:
        async with self._slots:
            try:
                answer = await self._call("DELETE", path_of(of.folder, *path), of)
                if answer.get("error"):  # LM Studio answers so, with 200, whatever it does not have
                    raise NotHere("no way to delete", facts=ServerFacts(self._client.server.base_url, 405))
            except NotHere as error:
                if has_no_way(error):
                    raise
                self.not_found.add(path[-1])

    async def _call(self, method: Method, path: str, of: _Kind) -> Json:
        """Send a request, but not where each has its own bound and one has been in vain: there may be thousands."""
        if self._silence is not None:
            raise self._silence
        try:
            async with asyncio.timeout(self._request_s):
                return await self._client.call(self._client.request(method, path, headers=of.headers))
        except (TimeoutError, TimedOut, Unreachable) as error:
            if self._request_s is not None:
                self._silence = error
            raise


def summarized(deletions: Sequence[Deletion]) -> tuple[Deletion, ...]:
    """Return a receipt that stays short: the responses that were deleted are one line, and so are those that stay."""
    lines: list[Deletion] = []
    for is_deleted, is_lasting in ((False, False), (False, True), (True, False)):
        alike = [one for one in deletions if (one.is_deleted, one.is_lasting) == (is_deleted, is_lasting)]
        responses = [one for one in alike if one.kind == "response" and (is_deleted or is_lasting)]
        lines += [one for one in alike if one not in responses]
        lines += _joined(responses) if len(responses) > 1 else responses
    return tuple(lines)


def _joined(alike: Sequence[Deletion]) -> list[Deletion]:
    first, last = alike[0], alike[-1]
    words = _("{first} to {last} ({count})").format(first=first.short_id, last=last.short_id, count=len(alike))
    return [replace(last, kind="responses", id=words)]
