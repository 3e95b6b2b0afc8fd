"""The one table that turns errors of `openai`, `httpx2` and JSON into our error tree. Knows no API's objects.

Importing it does not import an SDK; calling it does.
"""

import json
import math
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from frieza_tui.backends.loose_json import Json, json_object, json_objects, text_of
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.proxies import proxy_of, variable_of
from frieza_tui.backends.sse import EventTooLarge
from frieza_tui.backends.waits import retry_after_s
from frieza_tui.domain.errors import (
    AuthFailed,
    BackendError,
    BadReply,
    NotHere,
    RateLimited,
    Refused,
    ServerFacts,
    ServerFault,
    StreamCut,
    TimedOut,
    Unreachable,
)
from frieza_tui.i18n import _
from frieza_tui.text.sentences import as_sentence

if TYPE_CHECKING:
    import openai

_NO_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_FILTERED = frozenset({"content_filter", "content_policy_violation", "moderation_blocked"})
_LONG_S = 120
_NO_SUCH_KEY = frozenset({"no_db_connection"})
"""What LiteLLM's proxy without a database answers, with 400, to every key but its master key."""
_REQUEST_ID = re.compile(r"[\w.:-]+", re.ASCII)
"""What is none goes into no log: a header is a server's to fill, with a key or with what a user said."""
_MODEL = re.compile(r"\bmodel\b", re.IGNORECASE)


def sdk_errors() -> tuple[type[Exception], ...]:
    """Name the families of exceptions that `backend_error` translates, for an except clause."""
    import httpx2
    import openai

    return (
        openai.OpenAIError,
        httpx2.HTTPError,
        httpx2.InvalidURL,
        httpx2.StreamError,
        msgspec.DecodeError,
        json.JSONDecodeError,
        UnicodeDecodeError,
        EventTooLarge,
    )


def backend_error(error: Exception, server: Server) -> BackendError:
    """Return our error for one of the SDK's; raise it `from error`."""
    import httpx2
    import openai

    if isinstance(error, openai.APIStatusError):
        return _status_error(error, server)
    if isinstance(error, openai.APIConnectionError | httpx2.TransportError):
        return _connection_error(error, server)
    if isinstance(error, httpx2.InvalidURL):
        return address_error(server)
    if isinstance(error, openai.APIResponseValidationError | ValueError | httpx2.HTTPError | httpx2.StreamError):
        return bad_reply(server)
    if isinstance(error, openai.APIError):
        happened = _("The server at {server} reported an error: {message}")
        facts = ServerFacts(server.base_url, code=error.code)
        return ServerFault(_said(happened, server, error.message), _("Ask again."), facts)
    return AuthFailed(_("There is no API key for {server}.").format(server=server.name), _key_advice())


def setup_error(error: Exception, server: Server) -> BackendError:
    """Return our error for a client that cannot even be made, as the environment is; raise it `from error`."""
    facts = ServerFacts(server.base_url)
    if isinstance(error, OSError):
        happened = _("The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read.")
        return Unreachable(happened, _("Set it to a file or folder of certificates, or unset it."), facts)
    if not proxy_of(server.base_url):
        return address_error(server)
    return Unreachable(_("The address of the proxy is none that can be used."), _proxy_advice(), facts)


def bad_reply(server: Server, content_type: str = "") -> BackendError:
    """Return the error for a server that answered something else than its API says."""
    facts = ServerFacts(server.base_url)
    if (blocked := _proxy_in_the_way(server, facts)) is not None:
        return blocked
    if "html" in content_type:
        happened = _("{server} answered with a web page instead of data.")
    else:
        happened = _("{server} answered something that is not of its API.")
    return BadReply(happened.format(server=server.name), _address_advice(), facts)


def stream_cut(server: Server) -> BackendError:
    """Return the error for a stream that ended before its run did."""
    happened = _("The connection to {server} ended in the middle of the reply.").format(server=server.name)
    return StreamCut(happened, _("Ask again to go on."), ServerFacts(server.base_url))


def timed_out(server: Server) -> BackendError:
    """Return the error for a server that went silent."""
    happened = _("{server} was silent for too long.").format(server=server.name)
    return TimedOut(happened, _("Ask again, or see whether the server is overloaded."), ServerFacts(server.base_url))


# -- no connection ---------------------------------------------------------------------------------------------------


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__


def _connection_error(error: Exception, server: Server) -> BackendError:
    import httpx2
    import openai

    causes = tuple(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    facts = ServerFacts(server.base_url)
    if has(httpx2.UnsupportedProtocol, httpx2.LocalProtocolError):
        return address_error(server)
    if has(httpx2.ConnectTimeout, httpx2.PoolTimeout):
        return _unreachable(_("{server} did not take the connection in time."), server)
    if has(httpx2.TimeoutException):
        return _proxy_in_the_way(server, facts) or timed_out(server)
    if has(httpx2.ProxyError):
        return Unreachable(
            _("The proxy refused the way to {server}.").format(server=server.name), _proxy_advice(), facts
        )
    if has(httpx2.ConnectError):
        return _redirected(causes, server) or _no_connection(server, has)
    if blocked := _proxy_in_the_way(server, facts):
        return blocked
    is_of_the_head = isinstance(error, openai.APIConnectionError) and "peer closed" not in str(causes[-1])
    if not is_of_the_head:
        return stream_cut(server)
    if has(httpx2.RemoteProtocolError) and not was_closed(causes[-1]):
        return bad_reply(server)
    happened = _("{server} closed the connection without an answer.").format(server=server.name)
    return StreamCut(happened, _("Send again."), facts)


def was_closed(error: BaseException) -> bool:
    """Tell whether a connection ended before one byte of an answer; else what came was no answer of HTTP."""
    return "disconnected" in str(error)  # httpcore2 has one class for both


def _redirected(causes: tuple[BaseException, ...], server: Server) -> BackendError | None:
    """Return the error for a server that sends requests on to another one, which get nothing from here; or None."""
    import httpx2

    for cause in causes:
        if isinstance(cause, httpx2.ConnectError) and cause.request.url.netloc != httpx2.URL(server.base_url).netloc:
            other = Server(str(cause.request.url)).name
            happened = _("{server} sends requests on to {other}; they were not sent there.")
            todo = _("If that is right, give that address with --base-url.")
            return Unreachable(happened.format(server=server.name, other=other), todo, ServerFacts(server.base_url))
    return None


def _no_connection(server: Server, has: Callable[..., bool]) -> BackendError:
    if has(ssl.SSLError) and not has(ssl.SSLCertVerificationError):
        happened = _("{server} does not speak HTTPS, or not as this machine does.").format(server=server.name)
        todo = _("Check the address given with --base-url: it may have to begin with http://.")
        return Unreachable(happened, todo, ServerFacts(server.base_url))
    if has(ssl.SSLError):
        happened = _("The certificate of {server} is not one that this machine trusts.").format(server=server.name)
        todo = _("Add its authority to the system's trust store, or name it in SSL_CERT_FILE.")
        return Unreachable(happened, todo, ServerFacts(server.base_url))
    if has(socket.gaierror):
        return _unreachable(_("There is no machine called {server}, or no network."), server)
    if has(ConnectionRefusedError):
        return _unreachable(_("Nothing answers at {server}: the connection was refused."), server)
    return _unreachable(_("{server} cannot be reached."), server)


def _unreachable(happened: str, server: Server) -> BackendError:
    facts = ServerFacts(server.base_url)
    if (blocked := _proxy_in_the_way(server, facts)) is not None:
        return blocked
    if proxy := server.words(proxy_of(server.base_url), 100):
        gone = _("The proxy {proxy}, on the way to {server}, cannot be reached.")
        return Unreachable(gone.format(proxy=proxy, server=server.name), _proxy_advice(), facts)
    todo = _("Check that the server is running and that the address is right, then send again.")
    return Unreachable(happened.format(server=server.name), todo, facts)


def address_error(server: Server) -> BackendError:
    """Return the error for an address that is none."""
    happened = _("{server} is not an address that can be called.").format(server=server.words(server.base_url, 100))
    todo = _("Give one such as http://127.0.0.1:8000/v1 with --base-url.")
    return Unreachable(happened, todo, ServerFacts(server.base_url))


def _proxy_in_the_way(server: Server, facts: ServerFacts) -> BackendError | None:
    """Return the error for a server of this machine that a proxy variable sends around the world, or None."""
    if not server.is_loopback or not proxy_of(server.base_url):
        return None
    happened = _("{server} is on this machine, but {variable} sends the request to a proxy.")
    happened = happened.format(server=server.name, variable=variable_of(server.base_url))
    return Unreachable(happened, _("Set NO_PROXY=127.0.0.1,localhost and start again."), facts)


# -- a status of 400 and above ---------------------------------------------------------------------------------------


def _status_error(error: "openai.APIStatusError", server: Server) -> BackendError:
    named = server.words(error.request_id or "", 100)
    request_id = named if _REQUEST_ID.fullmatch(named) else None
    facts = ServerFacts(server.base_url, error.status_code, request_id, error.code)
    is_of_the_api = isinstance(error.body, dict)
    if not is_of_the_api and (blocked := _proxy_in_the_way(server, facts)) is not None:
        return blocked
    message = server.words(_joined(_message(error.body), _beside(error.response.content)))
    status = error.status_code
    wait_s = retry_after_s(error.response.headers)
    if status in (402, 429):
        return _limited(server, facts, message, wait_s)
    if status in (404, 405, 410, 501):
        return _not_here(server, facts, message)
    if status >= 500:
        happened = _("{server} failed (status {status}).").format(server=server.name, status=status)
        return ServerFault(_with(happened, message), _wait_advice(wait_s), facts, wait_s)
    if status == 401 or error.type in _NO_SUCH_KEY:
        return _key_refused(server, replace(facts, status=401))  # what others answer
    return _denied(server, facts, message)


def _key_refused(server: Server, facts: ServerFacts) -> BackendError:
    known = _("{server} does not accept the API key.") if server.api_key else _("{server} asks for an API key.")
    return AuthFailed(known.format(server=server.name), _key_advice(), facts)


def _denied(server: Server, facts: ServerFacts, message: str) -> BackendError:
    status = facts.status
    if status == 407:
        happened = _("The proxy on the way to {server} asks for a name and a password.").format(server=server.name)
        return Unreachable(happened, _proxy_advice(), facts)
    if facts.code in _FILTERED:
        happened = _with(_("A content filter of {server} refused the message.").format(server=server.name), message)
        return Refused(happened, _("Change the message, then send again."), facts)
    if status == 403:
        happened = _("{server} does not allow this.").format(server=server.name)
        return AuthFailed(_with(happened, message), _("Use a key or an account that may do it."), facts)
    if status == 408:
        return timed_out(server)
    happened = _("{server} refused the request (status {status}).").format(server=server.name, status=status)
    return Refused(_with(happened, message), _("Change the message or the settings, then send again."), facts)


def _not_here(server: Server, facts: ServerFacts, message: str) -> BackendError:
    if facts.code == "model_not_found" or (facts.status == 404 and _MODEL.search(message)):
        happened = _("{server} does not have this model.").format(server=server.name)
        return NotHere(_with(happened, message), _("Choose another one: /model, or --model at the start."), facts)
    happened = _("{server} does not have what was asked for (status {status}).")
    happened = happened.format(server=server.name, status=facts.status)
    return NotHere(_with(happened, message), _address_advice(), facts)


def _limited(server: Server, facts: ServerFacts, message: str, wait_s: float | None) -> BackendError:
    if facts.status == 402 or facts.code in _NO_QUOTA:
        happened = _("The account at {server} has no quota left.").format(server=server.name)
        return RateLimited(happened, _("Add credit to it, or use another key."), facts, wait_s, is_lasting=True)
    happened = _with(_("{server} gets too many requests.").format(server=server.name), message)
    return RateLimited(happened, _wait_advice(wait_s), facts, wait_s)


def _wait_advice(wait_s: float | None) -> str:
    if wait_s is None:
        return _("Wait a little, then send again.")
    if wait_s > _LONG_S:
        return _("Send again in {minutes} minutes.").format(minutes=math.ceil(wait_s / 60))
    return _("Send again in {seconds} s.").format(seconds=max(1, math.ceil(wait_s)))


# -- words -----------------------------------------------------------------------------------------------------------


def _message(body: object) -> str:
    """Return the server's sentence; a body that is not JSON, such as a web page, has none worth showing."""
    if not isinstance(body, dict):
        return ""
    inner = body.get("error", body)
    message = inner.get("message", inner.get("detail", "")) if isinstance(inner, dict) else inner
    return message if isinstance(message, str) else _objections(message)


def _beside(reply: bytes) -> str:
    """Return what OpenRouter puts beside its message: its objections to fields, or its provider's own reply."""
    whole = _decoded(reply)
    about = json_object(whole.get("metadata")) or json_object(json_object(whole.get("error")).get("metadata"))
    raw = about.get("raw")
    if isinstance(raw, str):
        return _message(_decoded(raw.encode("utf-8", "replace"))) or raw
    return _objections(raw)


def _decoded(data: bytes) -> Json:
    try:
        return json_object(msgspec.json.decode(data))
    except (msgspec.DecodeError, RecursionError):
        return {}


def _joined(message: str, more: str) -> str:
    return f"{message.rstrip('.')}: {more}" if message and more and more not in message else message or more


def _objections(message: object) -> str:
    """Return what a server of FastAPI's kind has against a request: a list, maybe in an object, of fields and words."""
    objections: list[str] = []
    for one in json_objects(json_object(message).get("detail", message)):
        where = one.get("loc") or one.get("path")
        words = text_of(one.get("msg")) or text_of(one.get("message"))
        if words:
            objections.append(f"{where[-1]}: {words}" if isinstance(where, list) and where else words)
    return "; ".join(objections)


def _with(happened: str, message: str) -> str:
    if not message:
        return happened
    return _("{sentence} It says: {message}").format(sentence=happened, message=as_sentence(message))


def _said(happened: str, server: Server, message: str) -> str:
    return happened.format(server=server.name, message=as_sentence(server.words(message)))


def _key_advice() -> str:
    return _("Give a valid one: /welcome on the screen, or OPENAI_API_KEY at the start.")


def _address_advice() -> str:
    return _("Check the address given with --base-url (it often ends in /v1), and --api.")


def _proxy_advice() -> str:
    return _("Check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, or name the server in NO_PROXY.")
