"""What stands before every route: request ids, host, origin, key. Knows no route but /health."""

import hmac
import ipaddress
import logging
import socket
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frieza_tui.server.errors import ApiError
from frieza_tui.server.options import ServerOptions

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_log = logging.getLogger(__name__)


def error_reply(error: ApiError) -> Response:
    """Return an error in OpenAI's shape."""
    headers = {"retry-after": "1"} if error.status == 429 else {}
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(error.body(), error.status, headers, "application/json")


async def on_api_error(_request: Request, error: Exception) -> Response:
    """Answer a refused request."""
    assert isinstance(error, ApiError)
    return error_reply(error)


async def on_missing_route(request: Request, _error: Exception) -> Response:
    """Answer a path or a method that this server does not have."""
    return error_reply(ApiError(404, f"Invalid URL ({request.method} {request.url.path})"))


async def on_unwritten(_request: Request, error: Exception) -> Response:
    """Answer when the state could not be read or written."""
    _log.error("the state failed: %s", type(error).__name__)
    return error_reply(ApiError(500, f"The server could not keep its state: {error}.", kind="server_error"))


async def on_crash(request: Request, _error: Exception) -> Response:
    """Answer when the server itself failed; the server's log has the frames."""
    message = "The server had an error while processing your request."
    reply = error_reply(ApiError(500, message, kind="server_error"))
    reply.headers["x-request-id"] = request.state.request_id
    return reply


def _bare_host(host: str) -> str:
    """Return a Host header's name without its port and brackets, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")


class Guard:
    """Lets a request through to the routes, or answers it."""

    def __init__(self, app: ASGIApp, options: ServerOptions) -> None:
        self._app = app
        self._secret = f"Bearer {options.token}".encode()
        self._hosts = _LOOPBACK | {options.host.lower()}
        self._is_any_address = options.host in ("0.0.0.0", "::", "")
        if self._is_any_address:
            self._hosts.add(socket.gethostname().lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"req_{uuid4().hex}"
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        scope["path"] = scope["path"].rstrip("/") or "/"
        try:
            self._check(scope)
        except ApiError as error:
            await error_reply(error)(scope, receive, send_named)
        else:
            await self._app(scope, receive, send_named)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_own(_bare_host(host)):
            raise ApiError(403, "The request's Host is not this server. Use its address, or localhost.")
        if origin is not None and origin != f"http://{host}":
            raise ApiError(403, "Requests of web pages from elsewhere are refused.")
        if scope["path"] == "/health":
            return
        given = headers.get("authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, self._secret):
            message = "Incorrect API key provided." if given else "You didn't provide an API key."
            raise ApiError(401, message, code="invalid_api_key")

    def _is_own(self, name: str) -> bool:
        if name in self._hosts:
            return True
        if not self._is_any_address:
            return False
        # Bound to every address: a page elsewhere cannot make a browser send an address as the host of a name.
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
