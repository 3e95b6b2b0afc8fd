"""The receipt: one line for each remote object, true whatever became of it."""

from frieza_tui.backends.base import Deletion
from frieza_tui.i18n import _


def receipt_line(deletion: Deletion) -> str:
    """Return the line for one remote object: deleted, or not deleted and what to do."""
    what = f"{deletion.kind} {deletion.id}"
    if deletion.is_deleted:
        return _("{what}: deleted").format(what=what)
    return _("{what}: not deleted; {reason}").format(what=what, reason=deletion.reason)
