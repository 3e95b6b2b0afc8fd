"""The servers of language models that run on this machine, found on their usual ports. Uses none of them."""

import asyncio
import importlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from frieza_tui.backends.loose_json import Json, json_object, json_objects, text_of

if TYPE_CHECKING:
    import httpx2

PORTS: Final[Mapping[int, str]] = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}
"""Where each server listens unless it is told otherwise, as its documents say."""
LOOK_S: Final = 0.6
"""How long all of it may take: a server on this machine that is awake answers within milliseconds."""
MAX_BYTES: Final = 2_000_000
"""Of a list of models; what is longer is none."""
_OWNERS: Final = {
    "library": "Ollama",
    "llamacpp": "llama.cpp",
    "vllm": "vLLM",
    "organization_owner": "LM Studio",
    "frieza-tui": "frieza-tui serve",
}
"""What the servers write as `owned_by` in their lists of models."""
_OWN_PORTS: Final = (11434, 1234)
"""Hardly anything else uses these; 8000 and 8080 are anybody's, so that what answers there has to say what it is."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered."""

    name: str
    """Which one it is: "Ollama", "LM Studio", "llama.cpp", "vLLM", "frieza-tui serve"; "" if it does not tell."""
    base_url: str
    models: int | None
    """How many it lists; None if it wants a key for that."""
    answer_s: float
    """How long it took to answer, in seconds."""

    @property
    def needs_key(self) -> bool:
        """Whether it answers only those who have its key."""
        return self.models is None


async def find_local_servers(ports: Sequence[int] = tuple(PORTS), look_s: float = LOOK_S) -> tuple[LocalServer, ...]:
    """Return the servers that answer on these ports of 127.0.0.1, in the order of the ports.

    All are asked at once for their models, without a key and past any proxy; what does not answer within look_s
    seconds is left out. Never raises.
    """
    # A quarter of a second of CPU, which the screen does not wait for.
    await asyncio.to_thread(importlib.import_module, "httpx2")
    import httpx2

    # There is no certificate to check on plain http; reading the trust store would take 40 ms.
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        found = await asyncio.gather(*(_look(client, port, look_s) for port in ports))
    return tuple(server for server in found if server is not None)


async def _look(client: "httpx2.AsyncClient", port: int, look_s: float) -> LocalServer | None:
    import httpx2

    base_url = f"http://127.0.0.1:{port}/v1"
    since_s = time.monotonic()
    try:
        async with asyncio.timeout(look_s), client.stream("GET", f"{base_url}/models") as response:
            body = await _body_of(response)
    except (httpx2.HTTPError, httpx2.StreamError, TimeoutError):
        return None
    return _read(port, response, json_object(_decoded(body)), time.monotonic() - since_s)


async def _body_of(response: "httpx2.Response") -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_BYTES:
            return b""
    return bytes(body)


def _decoded(body: bytes) -> object:
    import msgspec

    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None


def _read(port: int, response: "httpx2.Response", answer: Json, answer_s: float) -> LocalServer | None:
    """Tell from an answer which server gave it; None if it is no server of language models."""
    models = json_objects(answer.get("data"))
    name = _name(port, response, models)
    base_url = f"http://127.0.0.1:{port}/v1"
    if response.status_code in (401, 403) and "error" in answer:
        return LocalServer(name, base_url, None, answer_s)
    is_list = response.status_code == 200 and "data" in answer  # Ollama without models writes null
    return LocalServer(name, base_url, len(models), answer_s) if is_list else None


def _name(port: int, response: "httpx2.Response", models: Sequence[Json]) -> str:
    if response.headers.get("server", "") == "llama.cpp":
        return "llama.cpp"
    said = next((name for model in models if (name := _OWNERS.get(text_of(model.get("owned_by"))))), "")
    return said or (PORTS[port] if port in _OWN_PORTS else "")
