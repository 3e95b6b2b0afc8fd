"""Builds the SDK's client for one server: its way there, its limits of time, its retries. Knows no API's objects."""

from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeAlias

from frieza_tui.backends.named_server import Server
from frieza_tui.backends.proxies import proxy_of
from frieza_tui.backends.sdk_errors import was_closed
from frieza_tui.backends.waits import retry_after_s
from frieza_tui.settings import BASIC

if TYPE_CHECKING:
    import httpx2
    from openai import APIConnectionError, AsyncOpenAI

_OnAnswer: TypeAlias = "Callable[[httpx2.Response], Awaitable[None]]"
CONNECT_TIMEOUT_S: Final = 5.0
UNSEEN_WAIT_S: Final = 2.0
"""How long the SDK may wait by itself before it repeats a request that changes nothing."""
CLOSED_WITHIN_S: Final = 1.0
"""How soon a connection is found closed that was being closed when a request was sent on it: about a round trip."""
_CONNECTED: Final = "frieza_tui.connected"
_SENT_S: Final = "frieza_tui.sent_s"


def build_client(
    server: Server,
    *,
    read_timeout_s: float,
    uses_proxies: bool,
    loads_assistants: bool,
    on_answer: _OnAnswer,
) -> "AsyncOpenAI":
    """Import the SDK and return a client that repeats nothing; takes a second.

    on_answer: called with each reply whose head has come. Raises: what the environment brings about.
    """
    import httpx2
    import openai

    timeout = httpx2.Timeout(read_timeout_s, connect=CONNECT_TIMEOUT_S)
    key = server.api_key
    client = openai.AsyncOpenAI(
        # Without a key of its own a server must not be sent the one of OPENAI_API_KEY.
        api_key=key or "none",
        default_headers={"Authorization": key} if key.startswith(BASIC) else None,
        base_url=server.base_url,
        timeout=timeout,
        max_retries=0,
        http_client=_http_client(server, timeout, on_answer, uses_proxies=uses_proxies),
    )
    if loads_assistants:
        # The SDK imports its resources at the first touch, another second.
        _ = (client.models, client.beta.assistants, client.beta.threads.messages, client.beta.threads.runs)
    return client


def _http_client(
    server: Server, timeout: "httpx2.Timeout", on_answer: _OnAnswer, *, uses_proxies: bool
) -> "httpx2.AsyncClient":
    import httpx2
    import openai

    is_straight = uses_proxies and not proxy_of(server.base_url)
    return openai.DefaultAsyncHttpx2Client(
        trust_env=uses_proxies,
        # Else a connection to each proxy is set up, and one that cannot be stops what does not need it.
        transport=httpx2.AsyncHTTPTransport(limits=openai.DEFAULT_CONNECTION_LIMITS) if is_straight else None,
        timeout=timeout,
        event_hooks={"request": [partial(_stay_at, server), _note_connecting], "response": [on_answer, _tell_waits]},
    )


def met_a_closed_connection(error: "APIConnectionError") -> bool:
    """Tell whether a request was lost on an earlier request's connection, just as the server closed that one.

    llama.cpp's server closes it after each stream, a moment after the last word of the reply. A server that took the
    request and died of it later has had it: that is not this.
    """
    import httpx2

    cause = error.__cause__
    if isinstance(cause, httpx2.RemoteProtocolError) and not was_closed(cause):
        return False  # it had begun to answer
    closed = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
    facts = error.request.extensions
    is_at_once = monotonic() - facts.get(_SENT_S, 0.0) < CLOSED_WITHIN_S
    return isinstance(cause, closed) and is_at_once and not facts.get(_CONNECTED)


async def _stay_at(server: Server, request: "httpx2.Request") -> None:
    """Let no redirect take what the user wrote to another host, or out of TLS."""
    import httpx2

    own, url = httpx2.URL(server.base_url), request.url
    if url.host != own.host or (own.scheme == "https" and url.scheme != "https"):
        raise httpx2.ConnectError("redirected", request=request)


async def _note_connecting(request: "httpx2.Request") -> None:
    """Have a request remember when it was sent, and whether a connection was made for it or used again."""

    async def note(event: str, _info: object) -> None:
        if event == "connection.connect_tcp.started":
            request.extensions[_CONNECTED] = True

    request.extensions["trace"] = note
    request.extensions[_SENT_S] = monotonic()


async def _tell_waits(response: "httpx2.Response") -> None:
    """Keep the SDK from waiting out a limit or an overload unseen, for up to two minutes: the wait is told instead."""
    if response.status_code == 429 or (retry_after_s(response.headers) or 0) > UNSEEN_WAIT_S:
        response.headers["x-should-retry"] = "false"
