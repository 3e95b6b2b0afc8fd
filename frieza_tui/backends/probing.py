"""Which API a server has, found out without making anything that stays. Knows no adapter.

An API is here if its path answers as the API does. 404, 405, 410 and 501 say that it is not; so does a web page, or a
200 that is no answer of the API (LM Studio gives that for every path). 401, 403, 429 and 5xx say that something is
there, and that it cannot be known what: they are raised, and no other API is tried in their place.
"""

import logging
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from frieza_tui.backends.loose_json import Json
from frieza_tui.backends.openai_client import ASSISTANTS_BETA, OpenAIClient
from frieza_tui.backends.refusals import is_about_model, is_not_set_up
from frieza_tui.domain.errors import AuthFailed, BackendError, BadReply, NotHere, Refused, ServerFault
from frieza_tui.i18n import _

log = logging.getLogger(__name__)

Api: TypeAlias = Literal["assistants", "responses", "chat"]

_NOTHING_ASKED: Final = b'{"store":false}'
"""A request without an input: refused by every server that reads it; nothing is kept should one answer it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The API to speak with a server."""

    api: Api
    is_sure: bool = True
    """The server answered as the API says, so that it can be remembered."""


async def find_api(client: OpenAIClient) -> Finding:
    """Ask a server for the Assistants API, then for the Responses API; what has neither has Chat Completions.

    Raises: BackendError if the server does not let itself be asked.
    """
    if client.server.is_openai:
        return Finding("responses")
    try:
        if await _has_assistants(client):
            return Finding("assistants")
        return await _responses_or_chat(client)
    except (AuthFailed, ServerFault) as error:
        if error.facts.status == 401:
            raise
        hint = _("If it goes on, name the API with --api.")
        error.todo = f"{error.todo} {hint}"
        raise


async def _has_assistants(client: OpenAIClient) -> bool:
    request = client.request("GET", "/assistants?limit=1", headers=ASSISTANTS_BETA, is_repeated=False)
    try:
        answer = await client.call(request)
    except (NotHere, BadReply, Refused) as error:
        log.info("no Assistants API: %s", type(error).__name__)
        return False
    except ServerFault as error:
        if not is_not_set_up(error):
            raise
        return False
    return isinstance(answer.get("data"), list)


async def _responses_or_chat(client: OpenAIClient) -> Finding:
    try:
        answer: Json = await client.call(client.request("POST", "/responses", _NOTHING_ASKED))
    except NotHere as error:
        return Finding("responses" if is_about_model(error) else "chat")
    except Refused:
        return Finding("responses")
    except ServerFault as error:
        # Some servers fail over a request that others refuse; but so does a server that is ill.
        if error.facts.status != 500:
            raise
        return Finding("responses", is_sure=False)
    except BadReply:
        return Finding("chat")
    return Finding("responses" if answer.get("object") == "response" else "chat")


def reason_for(api: Api, *, is_openai: bool) -> str:
    """Return in a few words why an API was chosen."""
    if is_openai:
        return _("auto: OpenAI's own API")
    match api:
        case "assistants":
            return _("auto: the server has it")
        case "responses":
            return _("auto: the server has no Assistants API")
        case "chat":
            return _("auto: the server has neither Assistants nor Responses")


def is_unlike_api(error: BackendError) -> bool:
    """Tell whether an error may mean that a server does not have the API it was taken to have."""
    return isinstance(error, NotHere | BadReply) and error.facts.code != "model_not_found"
