"""What crashed or cut-off programs left on servers: found in the ledger, deleted, struck off. Knows no face."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from frieza_tui.backends.base import Deletion, RemoteRun
from frieza_tui.chat.cut_run import CutRun, open_run_of
from frieza_tui.chat.past import Past
from frieza_tui.i18n import _
from frieza_tui.settings import source_words

if TYPE_CHECKING:
    from frieza_tui.store.ledger import LedgerServer, RemoteObject

FindKey: TypeAlias = "Callable[[LedgerServer], Awaitable[str | None]]"
"""Returns the key that the objects were made with, "" if none is needed, None if it is not to be had now."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A remote object that is left over, and what became of it."""

    base_url: str
    deletion: Deletion


def take_over(past: Past, place: tuple[str, str], server: str, file: Path | None = None) -> Past:
    """Return a past whose last reply was cut off with the run it came from, if that may still be on this server.

    What was made for the run is then this program's own, so that no sweep deletes it. place: the server's base URL and
    the mark of the key. server: its name, as it is shown. Raises: StoreError.
    """
    from frieza_tui.store.threads import open_threads

    last = past.turns[-1] if past.turns else None
    is_cut = last is not None and last.ended is not None and last.ended.rest == "on_server"
    run = open_run_of(last.events) if last is not None and is_cut else None
    if last is None or last.user is None or run is None or not place[0]:
        return past  # the embedded server died with its program
    ids = [run.id, run.thread_id]
    with open_threads(file) as threads:
        objects = tuple(Deletion(one.kind, one.id, False) for one in threads.adopt(place, ids))
        if not objects and not threads.was_kept(past.thread.id, last.user.id, server, ids):
            return past
    return replace(past, cut_run=CutRun(RemoteRun(run.id, run.thread_id, objects), last.events))


async def sweep(
    find_key: FindKey, file: Path | None = None, *, is_dry: bool = False, spares_cut: bool = False
) -> list[Leftover]:
    """Delete what is left over of programs that are no more, each with its own server and key.

    is_dry: only say what there is. spares_cut: leave alone what the rest of a reply may still be fetched from, once
    its thread is opened. A key is sent to no other server than the one it was used for. Raises: StoreError.
    """
    objects = await asyncio.to_thread(_left_over, file, spares_cut=spares_cut)
    if is_dry:
        return [Leftover(one.server.base_url, Deletion(one.kind, one.id, False)) for one in objects]
    groups = groupby(sorted(objects, key=_order), key=lambda one: one.server)
    sweeping = [_sweep_server(server, [*group], find_key, file) for server, group in groups]
    found: list[Leftover] = []
    for swept in await asyncio.gather(*sweeping, return_exceptions=True):  # so it waits for all, also when cancelled
        if isinstance(swept, BaseException):
            raise swept
        found += swept
    return found


async def _sweep_server(
    server: "LedgerServer", objects: "Sequence[RemoteObject]", find_key: FindKey, file: Path | None
) -> list[Leftover]:
    """Delete what is left over on one server; what is gone is struck off also where this is cancelled."""
    gone: list[str] = []
    try:
        deletions = await _delete(server, [Deletion(one.kind, one.id, False) for one in objects], find_key, gone.append)
        return [Leftover(server.base_url, one) for one in deletions]
    finally:
        if gone:
            await asyncio.to_thread(_strike, file, server.base_url, gone)


async def sweep_twice(find_key: FindKey) -> None:
    """Sweep at the start, and once more when no reply that was cut off before is waited for any longer.

    Raises: StoreError.
    """
    from frieza_tui.store.threads import REJOIN_S

    await sweep(find_key, spares_cut=True)
    await asyncio.sleep(REJOIN_S)
    await sweep(find_key, spares_cut=True)


def _order(one: "RemoteObject") -> tuple[str, str, str]:
    return one.server.base_url, one.server.key_mark, one.server.key_source


async def _delete(
    server: "LedgerServer", objects: Sequence[Deletion], find_key: FindKey, note_gone: Callable[[str], None]
) -> Sequence[Deletion]:
    from frieza_tui.backends.leftovers import delete_leftovers

    key = await find_key(server)
    if key is None:
        reason = _("The key that made it (from: {source}) is not set now.").format(
            source=source_words(server.key_source)
        )
        return [Deletion(one.kind, one.id, False, reason) for one in objects]
    return await delete_leftovers(server.base_url, key, objects, note_gone)


def _left_over(file: Path | None, *, spares_cut: bool) -> "list[RemoteObject]":
    from frieza_tui.store.database import has_file
    from frieza_tui.store.threads import open_threads

    if not has_file(file):
        return []
    with open_threads(file) as threads:
        return threads.left_over(spares_cut=spares_cut)


def _strike(file: Path | None, base_url: str, ids: Sequence[str]) -> None:
    from frieza_tui.store.threads import open_threads

    with open_threads(file) as threads:
        threads.strike(base_url, ids)
