"""The routes of threads and messages."""

import msgspec
from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frieza_tui.domain.thread import new_id
from frieza_tui.server import convert
from frieza_tui.server.errors import ApiError, not_found
from frieza_tui.server.objects import (
    Block,
    Deleted,
    ImageFileBlock,
    ImageUrlBlock,
    Json,
    MessageObject,
    TextBlock,
    TextValue,
    ThreadObject,
)
from frieza_tui.server.replies import json_reply, page_reply, read_body, service_of
from frieza_tui.server.requests import (
    ImageFileIn,
    ImageUrlIn,
    MessageCreate,
    MetadataUpdate,
    PartIn,
    TextIn,
    ThreadCreate,
    ThreadUpdate,
)
from frieza_tui.server.service import Service


def _block(part: PartIn) -> Block:
    match part:
        case TextIn(text=text):
            return TextBlock(TextValue(text))
        case ImageFileIn(image_file=image):
            return ImageFileBlock(image)
        case ImageUrlIn(image_url=address):
            return ImageUrlBlock(address)


def new_message(thread_id: str, body: MessageCreate) -> MessageObject:
    """Return a message as it is kept. Raises: ApiError 400 if there is nothing in it."""
    if not body.content:
        raise ApiError(400, "Message content must be non-empty.", param="content")
    parts = [TextIn(text=body.content)] if isinstance(body.content, str) else body.content
    attachments: list[Json] = [msgspec.to_builtins(attachment) for attachment in body.attachments or []]
    return MessageObject(
        id=new_id("msg"),
        created_at=convert.now(),
        thread_id=thread_id,
        role=body.role,
        content=[_block(part) for part in parts],
        attachments=attachments,
        metadata=body.metadata or {},
    )


def new_thread(service: Service, body: ThreadCreate) -> ThreadObject:
    """Keep a new thread with its first messages. Raises: ApiError 400."""
    thread = ThreadObject(
        id=new_id("thread"),
        created_at=convert.now(),
        metadata=body.metadata or {},
        tool_resources=body.tool_resources or {},
    )
    messages = [new_message(thread.id, message) for message in body.messages or []]
    service.state.add(thread)
    for message in messages:
        service.state.add(message, thread.id)
    return thread


async def _create(request: Request) -> Response:
    body = await read_body(request, ThreadCreate)
    return json_reply(new_thread(service_of(request), body))


async def _retrieve(request: Request) -> Response:
    return json_reply(service_of(request).require(ThreadObject, request.path_params["thread_id"]))


async def _modify(request: Request) -> Response:
    body = await read_body(request, ThreadUpdate)
    thread = service_of(request).require(ThreadObject, request.path_params["thread_id"])
    if body.metadata is not UNSET:
        thread.metadata = body.metadata or {}
    if body.tool_resources is not UNSET:
        thread.tool_resources = body.tool_resources
    service_of(request).state.save(thread)
    return json_reply(thread)


async def _delete(request: Request) -> Response:
    service = service_of(request)
    thread = service.require(ThreadObject, request.path_params["thread_id"])
    service.state.delete(thread)
    service.runs.drop(thread.id)
    return json_reply(Deleted(thread.id, "thread.deleted"))


async def _create_message(request: Request) -> Response:
    body = await read_body(request, MessageCreate)
    thread = service_of(request).require_idle_thread(request.path_params["thread_id"])
    message = new_message(thread.id, body)
    service_of(request).state.add(message, thread.id)
    return json_reply(message)


async def _list_messages(request: Request) -> Response:
    thread = service_of(request).require(ThreadObject, request.path_params["thread_id"])
    return page_reply(request, MessageObject, thread.id, request.query_params.get("run_id", ""))


def _message(request: Request) -> MessageObject:
    thread_id, message_id = request.path_params["thread_id"], request.path_params["message_id"]
    service_of(request).require(ThreadObject, thread_id)
    return service_of(request).require(MessageObject, message_id, thread_id)


async def _retrieve_message(request: Request) -> Response:
    return json_reply(_message(request))


async def _modify_message(request: Request) -> Response:
    body = await read_body(request, MetadataUpdate)
    message = _message(request)
    if body.metadata is not UNSET:
        message.metadata = body.metadata or {}
    service_of(request).state.save(message)
    return json_reply(message)


async def _delete_message(request: Request) -> Response:
    message = _message(request)
    if message.status == "in_progress":
        raise not_found(message.NOUN, message.id)
    service_of(request).state.delete(message)
    return json_reply(Deleted(message.id, "thread.message.deleted"))


ROUTES = [
    Route("/v1/threads", _create, methods=["POST"]),
    Route("/v1/threads/{thread_id}", _retrieve, methods=["GET"]),
    Route("/v1/threads/{thread_id}", _modify, methods=["POST"]),
    Route("/v1/threads/{thread_id}", _delete, methods=["DELETE"]),
    Route("/v1/threads/{thread_id}/messages", _create_message, methods=["POST"]),
    Route("/v1/threads/{thread_id}/messages", _list_messages, methods=["GET"]),
    Route("/v1/threads/{thread_id}/messages/{message_id}", _retrieve_message, methods=["GET"]),
    Route("/v1/threads/{thread_id}/messages/{message_id}", _modify_message, methods=["POST"]),
    Route("/v1/threads/{thread_id}/messages/{message_id}", _delete_message, methods=["DELETE"]),
]
