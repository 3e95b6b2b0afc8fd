"""Deletes what an earlier program left on a server, whichever API it was made with. Knows no file."""

import asyncio
from collections.abc import Sequence

from frieza_tui.backends.base import Deletion, NoLedger
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient, path_of
from frieza_tui.backends.responses.deletions import Deletions
from frieza_tui.domain.errors import BackendError, NotHere
from frieza_tui.i18n import _

BOUND_S = 20.0
"""For one request: thousands of objects take their time, and nobody waits for them."""
_BETA = {"OpenAI-Beta": "assistants=v2"}
_FOLDERS = {"thread": "threads", "assistant": "assistants"}


class _KeptLedger(NoLedger):
    """The ledger that the leftovers are in: its keeper strikes off what is deleted."""

    def what_now(self) -> str:
        """Return what becomes of something that could not be deleted."""
        return _("The next start deletes it, or: frieza-tui clean.")


async def delete_leftovers(base_url: str, api_key: str, objects: Sequence[Deletion]) -> tuple[Deletion, ...]:
    """Delete the objects at the same time; what the server no longer has counts as deleted. Never raises."""
    server = Server(base_url, api_key)
    client = OpenAIClient(server, read_timeout_s=BOUND_S, loads_assistants=False, ledger=_KeptLedger())
    try:
        await client.open()
        deletions = Deletions(client, BOUND_S)
        return tuple(await asyncio.gather(*(_delete(client, deletions, one) for one in objects)))
    except BackendError as error:
        return tuple(Deletion(one.kind, one.id, False, error.happened) for one in objects)
    finally:
        await client.close()


async def _delete(client: OpenAIClient, deletions: Deletions, one: Deletion) -> Deletion:
    match one.kind:
        case "conversation":
            return await deletions.conversation(one.id)
        case "response":
            return await deletions.response(one.id)
        case kind if kind in _FOLDERS:
            return await _delete_of_assistants(client, one)
        case _:
            return Deletion(one.kind, one.id, False, _("This frieza-tui does not know such objects."))


async def _delete_of_assistants(client: OpenAIClient, one: Deletion) -> Deletion:
    path = path_of(_FOLDERS[one.kind], one.id)
    try:
        async with asyncio.timeout(BOUND_S):
            await client.call(client.request("DELETE", path, headers=_BETA))
    except NotHere:
        return Deletion(one.kind, one.id, True)
    except TimeoutError:
        return Deletion(one.kind, one.id, False, _("The server did not answer in time."))
    except BackendError as error:
        return Deletion(one.kind, one.id, False, error.happened)
    return Deletion(one.kind, one.id, True)
