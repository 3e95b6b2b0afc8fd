"""One connection to an OpenAI-like server: the SDK's requests and errors, our decoding. Knows no API's objects.

The SDK builds a model for every event, which costs ten times what decoding does (0.17 against 0.02 ms of CPU a delta,
bench/RESULTS.md); so requests go through its `with_streaming_response` surface and the bodies are decoded here.
"""

import asyncio
import json
import logging
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, TypeVar
from urllib.parse import quote

import msgspec

from frieza_tui.backends.base import Ledger, NoLedger, Preparation, Stage
from frieza_tui.backends.named_server import LEAST_KEY, Server
from frieza_tui.backends.sdk_client import build_client, met_a_closed_connection
from frieza_tui.backends.sdk_errors import (
    address_error,
    backend_error,
    bad_reply,
    sdk_errors,
    setup_error,
)
from frieza_tui.backends.sse import MAX_EVENT_BYTES, EventDecoder, EventTooLarge, ServerEvent
from frieza_tui.domain.errors import BackendError

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI, AsyncStream


class RawResponse(Protocol):
    """A reply whose body has not been read."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""
        ...

    def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""
        ...


Request: TypeAlias = Callable[[], AbstractAsyncContextManager[RawResponse]]
Method: TypeAlias = Literal["GET", "POST", "DELETE"]

T = TypeVar("T")
log = logging.getLogger(__name__)

_DRAIN_S: Final = 0.1
KEY_WAIT_S: Final = 0.3
"""How long a key may take before it is said that it is waited for; a locked keyring asks for its password."""
LOOP_SHARE_S: Final = 0.004
"""How long buffered events are handed on before the loop gets its turn."""
DONE: Final = "[DONE]"
"""Name of the event that tells of a stream's own last word, for those who ask to be told."""
ASSISTANTS_BETA: Final = {"OpenAI-Beta": "assistants=v2"}
"""The header without which servers do not show the Assistants API; the SDK's own methods send it."""
_RETIRED: Final = r"(deprecated$|The Assistants API is deprecated)"
_decode_json = msgspec.json.Decoder().decode


def path_of(*parts: str) -> str:
    """Return a path below the base URL; ids are the server's words, and may not lead anywhere else."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


class OpenAIClient:
    """The SDK's client for one server, imported and built in a thread when it is first needed."""

    def __init__(
        self,
        server: Server,
        *,
        read_timeout_s: float = 60.0,
        uses_proxies: bool = True,
        loads_assistants: bool = True,
        ledger: Ledger | None = None,
        find_key: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        """Take the server.

        read_timeout_s: of silence, within a stream too. uses_proxies: False for a server that this program started.
        loads_assistants: import the SDK's `beta.assistants` and `beta.threads` too, half a second of CPU.
        ledger: where whatever is made there is written down; None: nowhere. find_key: returns the key of a server that
        comes without; not called before the server is needed.
        """
        self.server = server
        self.has_answered = False
        """Whether anything came back from the server, be it a refusal."""
        self.signs_of_life = 0
        """Grows with each answer, and with each piece of one."""
        self._find_key = find_key
        self.on_preparation: Callable[[Preparation], None] = lambda _preparation: None
        self.stage: Stage = "connecting"
        """What is done until the first request can be sent."""
        self.ledger = ledger or NoLedger()
        self._read_timeout_s = read_timeout_s
        self._uses_proxies = uses_proxies
        self._loads_assistants = loads_assistants
        self._opening = asyncio.Lock()
        self._posts: AsyncOpenAI | None = None
        self._reads: AsyncOpenAI | None = None

    async def open(self) -> None:
        """Import the SDK and build the client, in a thread; nothing if that was done.

        Raises: BackendError for an address that cannot be one; what find_key raises.
        """
        async with self._opening:
            if self._posts is not None:
                return
            if not self.server.is_callable:
                raise address_error(self.server)
            if self._find_key is not None and not self.server.api_key:
                self.server = replace(self.server, api_key=await self._found_key(self._find_key))
            # The import alone takes a second; in a thread the screen stays alive.
            posts = await asyncio.to_thread(self._build)
            self._posts, self._reads = posts, posts.with_options(max_retries=2)

    async def _found_key(self, find_key: Callable[[], Awaitable[str]]) -> str:
        telling = asyncio.get_running_loop().call_later(KEY_WAIT_S, self._enter, "fetching_key")
        try:
            key = await find_key()
        finally:
            telling.cancel()
            self.stage = "connecting"
        self._enter("connecting")
        return key

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self.on_preparation(Preparation(stage))

    @property
    def posts(self) -> "AsyncOpenAI":
        """For requests that must not happen twice: never retried, but where no server can have seen the first."""
        assert self._posts is not None, "open() comes first"
        return self._posts

    @property
    def reads(self) -> "AsyncOpenAI":
        """For requests that change nothing when repeated: retried twice."""
        assert self._reads is not None, "open() comes first"
        return self._reads

    def request(
        self,
        method: Method,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        is_repeated: bool = True,
    ) -> Request:
        """Return a request to a path below the base URL, with a body that is encoded JSON already.

        The SDK's methods encode their parameters anew with every call, which costs more with each message of a history
        (bench/RESULTS.md). POST is never retried, the others twice unless is_repeated is False.
        """
        sent_headers = {**(headers or {}), **({"content-type": "application/json"} if body is not None else {})}
        is_repeated = is_repeated and method != "POST"
        return lambda: _opened(self.reads if is_repeated else self.posts, method, path, body, sent_headers)

    async def call(self, request: Request) -> dict[str, Any]:
        """Send a request and return the JSON object that answers it.

        Raises: BackendError.
        """
        try:
            async with _quietly(request) as response:
                answer = self._decode(await _body_of(response))
                if isinstance(answer, dict):
                    return answer
                raise bad_reply(self.server, response.headers.get("content-type", ""))
        except sdk_errors() as error:
            raise backend_error(error, self.server) from error

    async def stream(self, request: Request, *, tells_done: bool = False) -> AsyncGenerator[tuple[str, object], None]:
        """Send a request and yield its events as (name, data), data decoded; None where it is not JSON.

        A JSON body where a stream was due is yielded as one event without a name; what has another name, such as
        text/plain, is taken for a stream. Ends at `[DONE]` or at the end of the body, whichever comes first.
        tells_done: yield `[DONE]` too, as an event of that name. Raises: BackendError; an end that came too early is
        not known here.
        """
        try:
            async with _quietly(request) as response:
                content_type = response.headers.get("content-type", "text/event-stream")
                if "json" in content_type or "html" in content_type:
                    yield "", await self._body_instead(response, content_type)
                    return
                async with aclosing(self._events(response)) as events:
                    async for event in events:
                        if event.data.startswith(b"[DONE]"):
                            await drain(events)
                            if tells_done:
                                yield DONE, None
                            return
                        yield event.name, self._decode(event.data)
        except sdk_errors() as error:
            raise backend_error(error, self.server) from error

    async def close(self) -> None:
        """Close every connection. Never raises."""
        posts, self._posts, self._reads = self._posts, None, None
        if posts is None:
            return
        errors: tuple[type[Exception], ...] = (*sdk_errors(), OSError, RuntimeError)
        try:
            await posts.close()
        except errors as error:
            log.debug("closing the client failed: %s", type(error).__name__)

    async def _events(self, response: RawResponse) -> AsyncGenerator[ServerEvent, None]:
        """Yield a response's events, giving the loop its turn where many are buffered."""
        loop = asyncio.get_running_loop()
        decoder = EventDecoder()
        async for piece in response.iter_bytes():
            self.signs_of_life += 1
            since_s = loop.time()
            for event in decoder.feed(piece):
                yield event
                if loop.time() - since_s > LOOP_SHARE_S:
                    await asyncio.sleep(0)
                    since_s = loop.time()
        for event in decoder.finish():
            yield event

    async def _body_instead(self, response: RawResponse, content_type: str) -> dict[str, Any]:
        answer = self._decode(await _body_of(response)) if "json" in content_type else None
        if isinstance(answer, dict):
            return answer
        raise bad_reply(self.server, content_type)

    def _decode(self, body: bytes) -> object:
        """Return what JSON says, None for what is not JSON; a server that repeats the key is not repeated."""
        key = self.server.api_key.encode("utf-8", "replace")
        if len(key) >= LEAST_KEY and key in body:
            body = body.replace(key, "…".encode())
        return _decode(body)

    def _build(self) -> "AsyncOpenAI":
        errors: tuple[type[Exception], ...] = (OSError, ValueError, *sdk_errors())
        try:
            return build_client(
                self.server,
                read_timeout_s=self._read_timeout_s,
                uses_proxies=self._uses_proxies,
                loads_assistants=self._loads_assistants,
                on_answer=self._note_answer,
            )
        except errors as error:
            raise setup_error(error, self.server) from error

    async def _note_answer(self, _response: "httpx2.Response") -> None:
        self.has_answered = True
        self.signs_of_life += 1


@asynccontextmanager
async def _opened(
    client: "AsyncOpenAI", method: Method, path: str, body: bytes | None, headers: Mapping[str, str]
) -> AsyncGenerator[RawResponse]:
    import httpx2
    from openai import APIConnectionError, AsyncStream

    options: Any = {"headers": headers} if headers else {}
    if method == "DELETE":
        yield _WholeResponse(await client.delete(path, cast_to=httpx2.Response, options=options))
        return
    stream: AsyncStream[object]
    kind = AsyncStream[object]
    if method == "GET":
        stream = await client.get(path, cast_to=object, options=options, stream=True, stream_cls=kind)
    else:
        post = partial(client.post, path, cast_to=object, content=body, options=options, stream=True, stream_cls=kind)
        try:
            stream = await post()
        except APIConnectionError as error:
            if not met_a_closed_connection(error):
                raise
            stream = await post()
    try:
        yield _OpenResponse(stream)
    finally:
        await stream.close()


class _OpenResponse:
    """A reply that the SDK would decode, were it asked to."""

    def __init__(self, stream: "AsyncStream[object]") -> None:
        self._response = stream.response
        self.headers: Mapping[str, str] = stream.response.headers

    def iter_bytes(self) -> AsyncIterator[bytes]:
        return self._response.aiter_bytes()


class _WholeResponse:
    def __init__(self, response: "httpx2.Response") -> None:
        self._body = response.content
        self.headers: Mapping[str, str] = response.headers

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        yield self._body


async def _body_of(response: RawResponse) -> bytes:
    """Return a whole body. Raises: EventTooLarge, before it fills the memory."""
    body = bytearray()
    async for piece in response.iter_bytes():
        body += piece
        if len(body) > MAX_EVENT_BYTES:
            raise EventTooLarge("a body without an end")
    return bytes(body)


async def drain(events: AsyncGenerator[object, None]) -> None:
    """Read the few bytes after the last word, so that the connection can be used again; what breaks there is past."""
    with suppress(TimeoutError, BackendError, *sdk_errors()):
        async with asyncio.timeout(_DRAIN_S):
            async for _event in events:
                pass


def _decode(body: bytes) -> object:
    """Return what JSON says, None for what is not JSON."""
    try:
        return _decode_json(body)
    except RecursionError:  # nested as no API nests
        return None
    except msgspec.DecodeError:
        pass
    try:
        # Halves of a UTF-16 pair in escapes, as some servers cut an emoji between two deltas; msgspec refuses them.
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _quietly(start: Callable[[], T]) -> T:
    """Begin a request without the SDK's warning that the Assistants API is deprecated, which users cannot act on."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", _RETIRED, DeprecationWarning)
        return start()
