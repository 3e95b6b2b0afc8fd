"""The deletions at the end, and the receipt: one line for each remote object, true whatever became of it."""

import asyncio
from dataclasses import replace

from frieza_tui.backends.base import Backend, Deletion
from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line

_MOST = 600
"""Characters of a line; ids and reasons come from servers."""

DELETE_S = 3.5
"""Of the five seconds that leaving may take; backends bound each of their deletions below this."""


async def delete_remote(backend: Backend, *, is_kept: bool) -> tuple[Deletion, ...]:
    """Delete what a backend made, unless it is to be kept; returns one Deletion for each object. Never raises."""
    made = backend.remote_objects
    if is_kept:
        return _left(made, _("kept, as --keep asks."))
    try:
        return await asyncio.wait_for(backend.delete_remote(), DELETE_S)
    except TimeoutError:
        return _left(made, _("the server did not answer in time; delete it there."))


def _left(made: tuple[Deletion, ...], reason: str) -> tuple[Deletion, ...]:
    """Say why things are left on a server; what goes with its server is not."""
    return tuple(one if one.is_deleted else replace(one, reason=reason) for one in made)


def receipt_line(deletion: Deletion) -> str:
    """Return the line for one remote object, safe to show: deleted, or not deleted and what to do."""
    what = f"{deletion.kind} {deletion.short_id}"
    if deletion.is_deleted and deletion.reason:
        return safe_line(_("{what}: deleted; {reason}").format(what=what, reason=deletion.reason), _MOST)
    if deletion.is_deleted:
        return safe_line(_("{what}: deleted").format(what=what), _MOST)
    return safe_line(_("{what}: not deleted; {reason}").format(what=what, reason=deletion.reason), _MOST)
