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

from frieza_tui.backends.base import Ledger, NoLedger
from frieza_tui.backends.proxies import proxy_of
from frieza_tui.backends.sdk_errors import (
    Server,
    address_error,
    backend_error,
    bad_reply,
    sdk_errors,
    setup_error,
    was_closed,
)
from frieza_tui.backends.sse import MAX_EVENT_BYTES, EventDecoder, EventTooLarge, ServerEvent
from frieza_tui.backends.waits import retry_after_s
from frieza_tui.domain.errors import BackendError
from frieza_tui.settings import BASIC

if TYPE_CHECKING:
    import httpx2
    from openai import APIConnectionError, AsyncOpenAI, AsyncStream


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

CONNECT_TIMEOUT_S: Final = 5.0
LEAST_KEY: Final = 12
"""Characters; what is shorter ("none", "ollama") is no secret, and may be a word of a reply."""
_DRAIN_S: Final = 0.1
UNSEEN_WAIT_S: Final = 2.0
"""How long the SDK may wait by itself before it repeats a request that changes nothing."""
LOOP_SHARE_S: Final = 0.004
"""How long buffered events are handed on before the loop gets its turn."""
DONE: Final = "[DONE]"
"""Name of the event that tells of a stream's own last word, for those who ask to be told."""
_CONNECTED: Final = "frieza_tui.connected"
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
                self.server = replace(self.server, api_key=await self._find_key())
            # The import alone takes a second; in a thread the screen stays alive.
            posts = await asyncio.to_thread(self._build)
            self._posts, self._reads = posts, posts.with_options(max_retries=2)

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

        A JSON body where a stream was due is yielded as one event without a name. Ends at `[DONE]` or at the end of
        the body, whichever comes first. tells_done: yield `[DONE]` too, as an event of that name. Raises:
        BackendError; an end that came too early is not known here.
        """
        try:
            async with _quietly(request) as response:
                content_type = response.headers.get("content-type", "text/event-stream")
                if "event-stream" not in content_type:
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
        errors: tuple[type[Exception], ...] = (ImportError, OSError, ValueError, *sdk_errors())
        try:
            return self._client()
        except errors as error:
            raise setup_error(error, self.server) from error

    def _client(self) -> "AsyncOpenAI":
        import httpx2
        import openai

        timeout = httpx2.Timeout(self._read_timeout_s, connect=CONNECT_TIMEOUT_S)
        is_straight = self._uses_proxies and not proxy_of(self.server.base_url)
        http_client = openai.DefaultAsyncHttpx2Client(
            trust_env=self._uses_proxies,
            # Else a connection to each proxy is set up, and one that cannot be stops what does not need it.
            transport=httpx2.AsyncHTTPTransport(limits=openai.DEFAULT_CONNECTION_LIMITS) if is_straight else None,
            timeout=timeout,
            event_hooks={"request": [self._stay_here, _note_connecting], "response": [self._note_answer, _tell_waits]},
        )
        key = self.server.api_key
        client = openai.AsyncOpenAI(
            # Without a key of its own a server must not be sent the one of OPENAI_API_KEY.
            api_key=key or "none",
            default_headers={"Authorization": key} if key.startswith(BASIC) else None,
            base_url=self.server.base_url,
            timeout=timeout,
            max_retries=0,
            http_client=http_client,
        )
        if self._loads_assistants:
            # The SDK imports its resources at the first touch, another second.
            _ = (client.models, client.beta.assistants, client.beta.threads.messages, client.beta.threads.runs)
        return client

    async def _note_answer(self, _response: "httpx2.Response") -> None:
        self.has_answered = True
        self.signs_of_life += 1

    async def _stay_here(self, request: "httpx2.Request") -> None:
        """Let no redirect take what the user wrote to another host, or out of TLS."""
        import httpx2

        own, url = httpx2.URL(self.server.base_url), request.url
        if url.host != own.host or (own.scheme == "https" and url.scheme != "https"):
            raise httpx2.ConnectError("redirected", request=request)


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
            if not _met_a_closed_connection(error):
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


async def _note_connecting(request: "httpx2.Request") -> None:
    """Have a request remember whether a connection was made for it or one of an earlier request was used again."""

    async def note(event: str, _info: object) -> None:
        if event == "connection.connect_tcp.started":
            request.extensions[_CONNECTED] = True

    request.extensions["trace"] = note


def _met_a_closed_connection(error: "APIConnectionError") -> bool:
    """Tell whether a request was lost on an earlier request's connection, just as the server closed that one.

    llama.cpp's server closes it after each stream, a moment after the last word of the reply.
    """
    import httpx2

    cause = error.__cause__
    if isinstance(cause, httpx2.RemoteProtocolError) and not was_closed(cause):
        return False  # it had begun to answer
    closed = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
    return isinstance(cause, closed) and not error.request.extensions.get(_CONNECTED)


async def _tell_waits(response: "httpx2.Response") -> None:
    """Keep the SDK from waiting out a limit or an overload unseen, for up to two minutes: the wait is told instead."""
    if response.status_code == 429 or (retry_after_s(response.headers) or 0) > UNSEEN_WAIT_S:
        response.headers["x-should-retry"] = "false"


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
