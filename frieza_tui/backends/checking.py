"""Asks a server whether it is there and takes a key, and what it has. Makes nothing on it."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Final

from frieza_tui.backends.model_list import fetch_models
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.probing import Api, find_api
from frieza_tui.backends.sdk_errors import timed_out
from frieza_tui.domain.errors import AuthFailed, BadReply, NotHere, RateLimited, Refused

CHECK_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Examined:
    """What a server that answers is like."""

    api: Api
    models: int | None
    """How many it lists; None if it has no list, or none for this key."""
    answer_s: float
    """From asking for the list to its end, the connection included."""


async def check_server(base_url: str, api_key: str = "") -> int:
    """Ask for the models, with one request; return how many there are, 0 where this key may not list them.

    Raises: BackendError; AuthFailed with status 401 if the key is wrong or missing.
    """
    server = Server(base_url, api_key)
    client = OpenAIClient(server, read_timeout_s=CHECK_S, loads_assistants=False)
    try:
        async with asyncio.timeout(CHECK_S):
            await client.open()
            return len(await fetch_models(client))
    except RateLimited:
        return 0
    except AuthFailed as error:
        if not api_key or error.facts.status != 403:
            raise
        return 0
    except TimeoutError as error:
        raise timed_out(server) from error
    finally:
        await client.close()


async def examine_server(base_url: str, api_key: str = "") -> Examined:
    """Ask a server for its models and find out its API. Raises: BackendError, in words for people."""
    server = Server(base_url, api_key)
    client = OpenAIClient(server, read_timeout_s=CHECK_S, loads_assistants=False)
    try:
        async with asyncio.timeout(CHECK_S):
            await client.open()
            since_s = monotonic()
            models = await _count_models(client)
            answer_s = monotonic() - since_s
            return Examined((await find_api(client)).api, models, answer_s)
    except TimeoutError as error:
        raise timed_out(server) from error
    finally:
        await client.close()


async def _count_models(client: OpenAIClient) -> int | None:
    try:
        return len(await fetch_models(client))
    except (NotHere, BadReply, Refused, RateLimited):
        return None
