"""The routes of assistants and models."""

from typing import Any

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frieza_tui.domain.thread import new_id
from frieza_tui.server import convert
from frieza_tui.server.errors import ApiError
from frieza_tui.server.objects import AssistantObject, Deleted, Page
from frieza_tui.server.replies import json_reply, page_reply, read_body, service_of
from frieza_tui.server.requests import AssistantCreate, AssistantUpdate, plain_tools


def _assign(assistant: AssistantObject, body: AssistantCreate | AssistantUpdate) -> None:
    for name in AssistantUpdate.__struct_fields__:
        value: Any = getattr(body, name)
        if value is UNSET or name == "file_ids":
            continue
        if name == "tools":
            value = plain_tools(value)
        elif name == "metadata":
            value = value or {}
        setattr(assistant, name, value)


async def _create(request: Request) -> Response:
    body = await read_body(request, AssistantCreate)
    assistant = AssistantObject(id=new_id("asst"), created_at=convert.now(), model=body.model)
    _assign(assistant, body)
    service_of(request).state.add(assistant)
    return json_reply(assistant)


async def _list(request: Request) -> Response:
    return page_reply(request, AssistantObject)


async def _retrieve(request: Request) -> Response:
    return json_reply(service_of(request).require(AssistantObject, request.path_params["assistant_id"]))


async def _modify(request: Request) -> Response:
    body = await read_body(request, AssistantUpdate)
    assistant = service_of(request).require(AssistantObject, request.path_params["assistant_id"])
    _assign(assistant, body)
    service_of(request).state.save(assistant)
    return json_reply(assistant)


async def _delete(request: Request) -> Response:
    assistant = service_of(request).require(AssistantObject, request.path_params["assistant_id"])
    service_of(request).state.delete(assistant)
    return json_reply(Deleted(assistant.id, "assistant.deleted"))


async def _list_models(request: Request) -> Response:
    models = service_of(request).models()
    first = models[0].id if models else None
    return json_reply(Page(list(models), first, first, False))


async def _retrieve_model(request: Request) -> Response:
    wanted = request.path_params["model"]
    for model in service_of(request).models():
        if model.id == wanted:
            return json_reply(model)
    raise ApiError(404, f"The model '{wanted}' does not exist.", param="model", code="model_not_found")


ROUTES = [
    Route("/v1/assistants", _create, methods=["POST"]),
    Route("/v1/assistants", _list, methods=["GET"]),
    Route("/v1/assistants/{assistant_id}", _retrieve, methods=["GET"]),
    Route("/v1/assistants/{assistant_id}", _modify, methods=["POST"]),
    Route("/v1/assistants/{assistant_id}", _delete, methods=["DELETE"]),
    Route("/v1/models", _list_models, methods=["GET"]),
    Route("/v1/models/{model:path}", _retrieve_model, methods=["GET"]),
]
