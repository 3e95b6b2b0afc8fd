"""Deletes conversations with their items, and responses, many at the same time. Knows no runs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from frieza_tui.backends.base import Deletion
from frieza_tui.backends.loose_json import Json, json_objects, text_of
from frieza_tui.backends.openai_client import Method, OpenAIClient, path_of
from frieza_tui.backends.refusals import is_never_deleted
from frieza_tui.domain.errors import BackendError, NotHere, TimedOut, Unreachable
from frieza_tui.i18n import _

AT_ONCE: Final = 24
"""Requests in flight; 400 items and 200 responses are then gone in some 25 round trips."""
PAGE: Final = 100
"""Items of one list, the most that the API gives (source: API reference, conversations/items/list)."""


class Deletions:
    """Deletes what one server keeps; a bound of time holds for each call, or for each request."""

    def __init__(self, client: OpenAIClient, request_s: float | None = None) -> None:
        """Take the server. request_s: for one request; None: as long as the call that it is for may take."""
        self._client = client
        self._request_s = request_s
        self._silence: Exception | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.not_found: set[str] = set()
        """Ids that the server did not have."""

    async def conversation(self, conversation_id: str, bound_s: float | None = None) -> Deletion:
        """Delete a conversation and, before it, its items, which the API would leave behind. Never raises."""
        return await self._bounded("conversation", conversation_id, self._empty_and_delete, bound_s)

    async def response(self, response_id: str, bound_s: float | None = None) -> Deletion:
        """Delete a response. Never raises."""

        async def delete(one: str) -> None:
            await self._delete("responses", one)

        return await self._bounded("response", response_id, delete, bound_s)

    async def other(self, kind: str, remote_id: str, folder: str, headers: Mapping[str, str]) -> Deletion:
        """Delete an object of another API, found in a folder below the base URL. Never raises."""

        async def delete(one: str) -> None:
            await self._delete(folder, one, headers=headers)

        return await self._bounded(kind, remote_id, delete, None)

    async def newest_items(self, conversation_id: str) -> list[str]:
        """Return the ids of a conversation's last items, at most PAGE, the newest first. Raises: BackendError."""
        path = f"{path_of('conversations', conversation_id, 'items')}?limit={PAGE}&order=desc"
        listed = await self._client.call(self._client.request("GET", path))
        return [text_of(item.get("id")) for item in json_objects(listed.get("data"))]

    async def item(self, conversation_id: str, item_id: str) -> None:
        """Delete one item; one that is gone already is no error. Raises: BackendError."""
        await self._delete("conversations", conversation_id, "items", item_id)

    async def _bounded(
        self, kind: str, remote_id: str, delete: Callable[[str], Awaitable[None]], bound_s: float | None
    ) -> Deletion:
        try:
            async with asyncio.timeout(bound_s):
                await delete(remote_id)
        except TimeoutError:
            late = _("The server did not answer in time.")
            return Deletion(kind, remote_id, False, f"{late} {self._client.ledger.what_now()}")
        except BackendError as error:
            if is_never_deleted(error):
                self._client.ledger.strike(remote_id)
                never = _("{server} has no way to delete it.").format(server=self._client.server.name)
                return Deletion(kind, remote_id, False, never, is_lasting=True)
            return Deletion(kind, remote_id, False, f"{error.happened} {self._client.ledger.what_now()}")
        self._client.ledger.strike(remote_id)
        return Deletion(kind, remote_id, True)

    async def _empty_and_delete(self, conversation_id: str) -> None:
        # All are listed first: an item that is gone is no mark from which a list could go on.
        items = await self._items(conversation_id)
        deleting = (self.item(conversation_id, item) for item in items)
        for failure in await asyncio.gather(*deleting, return_exceptions=True):
            if failure is not None:
                raise failure
        await self._delete("conversations", conversation_id)

    async def _items(self, conversation_id: str) -> list[str]:
        path = f"{path_of('conversations', conversation_id, 'items')}?limit={PAGE}&order=asc"
        found: list[str] = []
        after = ""
        while True:
            try:
                listed = await self._call("GET", f"{path}{after}")
            except NotHere:
                return found
            ids = [text_of(item.get("id")) for item in json_objects(listed.get("data"))]
            found += [one for one in ids if one]
            last_id = text_of(listed.get("last_id")) or (ids[-1] if ids else "")
            if not listed.get("has_more") or not last_id:
                return found
            after = f"&after={path_of(last_id)[1:]}"

    async def _delete(self, *path: str, headers: Mapping[str, str] | None = None) -> None:
        async with self._slots:
            try:
                await self._call("DELETE", path_of(*path), headers)
            except NotHere as error:
                if is_never_deleted(error):
                    raise
                self.not_found.add(path[-1])

    async def _call(self, method: Method, path: str, headers: Mapping[str, str] | None = None) -> Json:
        """Send a request, but not where each has its own bound and one has been in vain: there may be thousands."""
        if self._silence is not None:
            raise self._silence
        try:
            async with asyncio.timeout(self._request_s):
                return await self._client.call(self._client.request(method, path, headers=headers))
        except (TimeoutError, TimedOut, Unreachable) as error:
            if self._request_s is not None:
                self._silence = error
            raise


def summarized(deletions: Sequence[Deletion]) -> tuple[Deletion, ...]:
    """Return a receipt that stays short: the responses that were deleted are one line."""
    gone = [one for one in deletions if one.kind == "response" and one.is_deleted]
    if len(gone) < 2:
        return tuple(deletions)
    others = tuple(one for one in deletions if one not in gone)
    words = _("{first} to {last} ({count})").format(first=gone[0].short_id, last=gone[-1].short_id, count=len(gone))
    return (*others, Deletion("responses", words, True))
