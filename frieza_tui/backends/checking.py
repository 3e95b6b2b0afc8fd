"""Asks a server once whether it is there and takes a key, before either is kept. Makes nothing on it."""

import asyncio
from typing import Final

from frieza_tui.backends.loose_json import json_objects
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.sdk_errors import Server, timed_out
from frieza_tui.domain.errors import AuthFailed, RateLimited

CHECK_S: Final = 15.0


async def check_server(base_url: str, api_key: str = "") -> int:
    """Ask for the models, with one request; return how many there are, 0 where this key may not list them.

    Raises: BackendError; AuthFailed with status 401 if the key is wrong or missing.
    """
    server = Server(base_url, api_key)
    client = OpenAIClient(server, read_timeout_s=CHECK_S, loads_assistants=False)
    try:
        async with asyncio.timeout(CHECK_S):
            await client.open()
            listed = await client.call(client.request("GET", "/models", is_repeated=False))
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
    return len(json_objects(listed.get("data")))
