"""HTTP requests in, HTTP replies out: reading bodies and queries, writing JSON and event streams."""

import asyncio
from typing import Any, TypeVar, cast

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from frieza_tui.server.errors import MAX_BODY_BYTES, ApiError, bad_body, not_found
from frieza_tui.server.event_stream import EventStream
from frieza_tui.server.objects import Page, Wire
from frieza_tui.server.service import Service
from frieza_tui.server.state import Cut

B = TypeVar("B", bound=msgspec.Struct)
W = TypeVar("W", bound=Wire)
_BODY_S = 60.0
_DRAINED_BYTES = 100_000_000


def service_of(request: Request) -> Service:
    """Return the service behind a request."""
    return cast(Service, request.app.state.service)


async def read_body(request: Request, kind: type[B]) -> B:
    """Return the body as a struct; an empty one counts as `{}`.

    Raises: ApiError 400 (naming the field), 408, 413.
    """
    raw = await _read_bytes(request)
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_body(error) from error


async def _read_bytes(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in request.stream():
                size += len(chunk)
                # What is too much is read to its end and forgotten, so that the client gets to read the refusal.
                if size <= MAX_BODY_BYTES:
                    chunks.append(chunk)
                elif size > _DRAINED_BYTES:
                    break
    except TimeoutError as error:
        raise ApiError(408, "The body of the request did not arrive in time.") from error
    except ClientDisconnect as error:
        raise ApiError(400, "The client left before the body had arrived.") from error
    if size > MAX_BODY_BYTES:
        raise ApiError(413, f"The body is larger than {MAX_BODY_BYTES:,} bytes.", code="request_too_large")
    return b"".join(chunks)


def json_reply(data: object) -> Response:
    """Return a 200 with JSON."""
    return Response(msgspec.json.encode(data), media_type="application/json")


def read_cut(request: Request) -> Cut:
    """Return which part of a list a request asks for. Raises: ApiError 400."""
    query = request.query_params
    order, limit = query.get("order", "desc"), query.get("limit", "20")
    if order not in ("asc", "desc"):
        raise ApiError(400, "Invalid value for 'order': expected 'asc' or 'desc'.", param="order", code="invalid_value")
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= 100):
        message = "Invalid value for 'limit': expected a number from 1 to 100."
        raise ApiError(400, message, param="limit", code="invalid_value")
    return Cut(int(limit), order == "asc", query.get("after"), query.get("before"))


def page_reply(request: Request, kind: type[W], thread_id: str = "", run_id: str = "") -> Response:
    """Return one part of a list. Raises: ApiError 400 or 404."""
    try:
        found = service_of(request).state.page(kind, read_cut(request), thread_id, run_id)
    except KeyError as error:
        raise not_found(kind.NOUN, str(error.args[0])) from error
    ids = [item.id for item in found.items]
    page = Page(cast(list[Any], found.items), ids[0] if ids else None, ids[-1] if ids else None, found.has_more)
    return json_reply(page)


class EventReply(StreamingResponse):
    """Server-sent events out of a stream, which is let go of when the client goes, or nothing is left."""

    def __init__(self, service: Service, stream: EventStream) -> None:
        headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
        super().__init__(stream.chunks(), media_type="text/event-stream", headers=headers)
        self._service = service
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._service.close_stream(self._stream)
