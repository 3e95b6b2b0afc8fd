"""One connection to an OpenAI-like server: the SDK's requests and errors, our decoding. Knows no API's objects.

The SDK builds a model for every event, which costs ten times what decoding does (0.17 against 0.02 ms of CPU a delta,
bench/RESULTS.md); so requests go through its `with_streaming_response` surface and the bodies are decoded here.
"""

import asyncio
import json
import logging
import warnings
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import msgspec

from frieza_tui.backends.sdk_errors import Server, address_error, backend_error, bad_reply, sdk_errors
from frieza_tui.backends.sse import EventDecoder, ServerEvent

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai._response import AsyncAPIResponse

    Request: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncAPIResponse[Any]]]

T = TypeVar("T")
log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S: Final = 5.0
DRAIN_S: Final = 0.1
LOOP_SHARE_S: Final = 0.004
"""How long buffered events are handed on before the loop gets its turn."""
_RETIRED: Final = r"(deprecated$|The Assistants API is deprecated)"
_decode_json = msgspec.json.Decoder().decode


class OpenAIClient:
    """The SDK's client for one server, imported and built in a thread when it is first needed."""

    def __init__(self, server: Server, *, read_timeout_s: float = 60.0, uses_proxies: bool = True) -> None:
        """Take the server.

        read_timeout_s: of silence, within a stream too. uses_proxies: False for a server that this program started.
        """
        self.server = server
        self._read_timeout_s = read_timeout_s
        self._uses_proxies = uses_proxies
        self._opening = asyncio.Lock()
        self._posts: AsyncOpenAI | None = None
        self._reads: AsyncOpenAI | None = None

    async def open(self) -> None:
        """Import the SDK and build the client, in a thread; nothing if that was done.

        Raises: BackendError for an address that cannot be one.
        """
        async with self._opening:
            if self._posts is not None:
                return
            if not self.server.is_callable:
                raise address_error(self.server)
            # The import alone takes a second; in a thread the screen stays alive.
            posts = await asyncio.to_thread(self._build)
            self._posts, self._reads = posts, posts.with_options(max_retries=2)

    @property
    def posts(self) -> "AsyncOpenAI":
        """For requests that must not happen twice: never retried."""
        assert self._posts is not None, "open() comes first"
        return self._posts

    @property
    def reads(self) -> "AsyncOpenAI":
        """For requests that change nothing when repeated: retried twice."""
        assert self._reads is not None, "open() comes first"
        return self._reads

    async def call(self, request: "Request") -> dict[str, Any]:
        """Send a request and return the JSON object that answers it.

        Raises: BackendError.
        """
        try:
            async with _quietly(request) as response:
                body = await response.read()
                answer = _decode(body)
                if isinstance(answer, dict):
                    return answer
                raise bad_reply(self.server, response.headers.get("content-type", ""))
        except sdk_errors() as error:
            raise backend_error(error, self.server) from error

    async def stream(self, request: "Request") -> AsyncGenerator[tuple[str, object], None]:
        """Send a request and yield its events as (name, data), data decoded; None where it is not JSON.

        A JSON body where a stream was due is yielded as one event without a name. Ends at `[DONE]` or at the end of
        the body, whichever comes first. Raises: BackendError; an end that came too early is not known here.
        """
        try:
            async with _quietly(request) as response:
                content_type = response.headers.get("content-type", "text/event-stream")
                if "event-stream" not in content_type:
                    yield "", await self._body_instead(response, content_type)
                    return
                async with aclosing(_events(response)) as events:
                    async for event in events:
                        if event.data.startswith(b"[DONE]"):
                            await _drain(events)
                            return
                        yield event.name, _decode(event.data)
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

    async def _body_instead(self, response: "AsyncAPIResponse[Any]", content_type: str) -> dict[str, Any]:
        answer = _decode(await response.read()) if "json" in content_type else None
        if isinstance(answer, dict):
            return answer
        raise bad_reply(self.server, content_type)

    def _build(self) -> "AsyncOpenAI":
        try:
            return self._client()
        except sdk_errors() as error:
            raise backend_error(error, self.server) from error

    def _client(self) -> "AsyncOpenAI":
        import httpx2
        import openai

        timeout = httpx2.Timeout(self._read_timeout_s, connect=CONNECT_TIMEOUT_S)
        own = None if self._uses_proxies else openai.DefaultAsyncHttpx2Client(trust_env=False, timeout=timeout)
        client = openai.AsyncOpenAI(
            # Without a key of its own a server must not be sent the one of OPENAI_API_KEY.
            api_key=self.server.api_key or "none",
            base_url=self.server.base_url,
            timeout=timeout,
            max_retries=0,
            http_client=own,
        )
        # The SDK imports its resources at the first touch, another second.
        _ = (client.models, client.beta.assistants, client.beta.threads.messages, client.beta.threads.runs)
        return client


async def _events(response: "AsyncAPIResponse[Any]") -> AsyncGenerator[ServerEvent, None]:
    """Yield a response's events, giving the loop its turn where many are buffered."""
    loop = asyncio.get_running_loop()
    decoder = EventDecoder()
    async for piece in response.iter_bytes():
        since_s = loop.time()
        for event in decoder.feed(piece):
            yield event
            if loop.time() - since_s > LOOP_SHARE_S:
                await asyncio.sleep(0)
                since_s = loop.time()
    for event in decoder.finish():
        yield event


async def _drain(events: AsyncGenerator[ServerEvent, None]) -> None:
    """Read the few bytes after the end, so that the connection can be used again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            async for _event in events:
                pass


def _decode(body: bytes) -> object:
    """Return what JSON says, None for what is not JSON."""
    try:
        return _decode_json(body)
    except msgspec.DecodeError:
        pass
    try:
        # Halves of a UTF-16 pair in escapes, as some servers cut an emoji between two deltas; msgspec refuses them.
        return json.loads(body)
    except ValueError:
        return None


def _quietly(start: Callable[[], T]) -> T:
    """Begin a request without the SDK's warning that the Assistants API is deprecated, which users cannot act on."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", _RETIRED, DeprecationWarning)
        return start()
