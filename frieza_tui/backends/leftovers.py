"""Deletes what an earlier program left on a server, whichever API it was made with. Knows no file."""

from collections.abc import Callable, Sequence

from frieza_tui.backends.base import Deletion, NoLedger
from frieza_tui.backends.deletions import Deletions
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.domain.errors import BackendError
from frieza_tui.i18n import _

BOUND_S = 20.0
"""For one request: thousands of objects take their time, and nobody waits for them."""


class _KeptLedger(NoLedger):
    """The ledger that the leftovers are in; its keeper is told of each that is gone, and strikes it off."""

    def __init__(self, note_gone: Callable[[str], None]) -> None:
        self._note_gone = note_gone

    def strike(self, remote_id: str) -> None:
        """Tell the keeper."""
        self._note_gone(remote_id)

    def what_now(self) -> str:
        """Return what becomes of something that could not be deleted."""
        return _("The next start deletes it, or: frieza-tui clean.")


async def delete_leftovers(
    base_url: str, api_key: str, objects: Sequence[Deletion], note_gone: Callable[[str], None]
) -> tuple[Deletion, ...]:
    """Delete the objects at the same time; what the server no longer has counts as deleted. Never raises.

    note_gone: told the id of each at once, for this may be cancelled.
    """
    server = Server(base_url, api_key)
    ledger = _KeptLedger(note_gone)
    client = OpenAIClient(server, read_timeout_s=BOUND_S, loads_assistants=False, ledger=ledger)
    try:
        await client.open()
        return tuple(await Deletions(client, BOUND_S).delete(objects))
    except BackendError as error:
        return tuple(Deletion(one.kind, one.id, False, error.happened) for one in objects)
    finally:
        await client.close()
