"""The routes of runs and run steps."""

from collections.abc import Generator
from contextlib import contextmanager

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frieza_tui.server.event_stream import EventStream
from frieza_tui.server.objects import AssistantObject, RunObject, StepObject, ThreadObject
from frieza_tui.server.orders import new_run, run_request
from frieza_tui.server.replies import EventReply, json_reply, page_reply, read_body, service_of
from frieza_tui.server.requests import (
    MetadataUpdate,
    Nothing,
    RunCreate,
    ThreadCreate,
    ThreadRunCreate,
    ToolOutputs,
)
from frieza_tui.server.service import Service
from frieza_tui.server.thread_routes import new_message, new_thread


@contextmanager
def _stream(request: Request, is_wanted: bool | None) -> Generator[EventStream | None, None, None]:
    """Open a stream if one is wanted; it stays open unless the request fails."""
    service = service_of(request)
    speaks_v1 = "assistants=v1" in request.headers.get("openai-beta", "")
    stream = service.open_stream(speaks_v1=speaks_v1) if is_wanted else None
    try:
        yield stream
    except BaseException:
        if stream is not None:
            service.close_stream(stream)
        raise


def _reply(service: Service, run: RunObject, stream: EventStream | None) -> Response:
    return json_reply(run) if stream is None else EventReply(service, stream)


async def _create(request: Request) -> Response:
    body = await read_body(request, RunCreate)
    service = service_of(request)
    thread = service.require(ThreadObject, request.path_params["thread_id"])
    assistant = service.require(AssistantObject, body.assistant_id)
    service.runs.require_idle(thread.id)
    messages = [new_message(thread.id, message) for message in body.additional_messages or []]
    with _stream(request, body.stream) as stream:
        for message in messages:
            service.state.add(message, thread.id)
        run = new_run(service.options, thread.id, assistant, body)
        service.runs.create(run, run_request(service.state, run), stream)
        return _reply(service, run, stream)


async def _create_with_thread(request: Request) -> Response:
    body = await read_body(request, ThreadRunCreate)
    service = service_of(request)
    assistant = service.require(AssistantObject, body.assistant_id)
    with _stream(request, body.stream) as stream:
        thread = new_thread(service, body.thread or ThreadCreate())
        if stream is not None:
            stream.tell("thread.created", thread)
        run = new_run(service.options, thread.id, assistant, body)
        service.runs.create(run, run_request(service.state, run), stream)
        return _reply(service, run, stream)


def _run(request: Request) -> RunObject:
    """Return the run that the path names; the living one, if it lives."""
    thread_id, run_id = request.path_params["thread_id"], request.path_params["run_id"]
    service = service_of(request)
    service.require(ThreadObject, thread_id)
    live = service.runs.active(thread_id)
    return live.run if live and live.run.id == run_id else service.require(RunObject, run_id, thread_id)


async def _retrieve(request: Request) -> Response:
    return json_reply(_run(request))


async def _list(request: Request) -> Response:
    thread = service_of(request).require(ThreadObject, request.path_params["thread_id"])
    return page_reply(request, RunObject, thread.id)


async def _modify(request: Request) -> Response:
    body = await read_body(request, MetadataUpdate)
    run = _run(request)
    if body.metadata is not UNSET:
        run.metadata = body.metadata or {}
    service_of(request).state.save(run)
    return json_reply(run)


async def _cancel(request: Request) -> Response:
    await read_body(request, Nothing)
    return json_reply(service_of(request).runs.cancel(_run(request)))


async def _submit(request: Request) -> Response:
    body = await read_body(request, ToolOutputs)
    service, run = service_of(request), _run(request)
    outputs = {given.tool_call_id or "": given.output or "" for given in body.tool_outputs}
    service.runs.require_waiting(run, set(outputs))
    with _stream(request, body.stream) as stream:
        service.runs.submit(run, outputs, run_request(service.state, run), stream)
        return _reply(service, run, stream)


async def _list_steps(request: Request) -> Response:
    run = _run(request)
    return page_reply(request, StepObject, run.thread_id, run.id)


async def _retrieve_step(request: Request) -> Response:
    run = _run(request)
    step = service_of(request).require(StepObject, request.path_params["step_id"], run.thread_id, run.id)
    return json_reply(step)


_RUNS = "/v1/threads/{thread_id}/runs"
ROUTES = [
    Route("/v1/threads/runs", _create_with_thread, methods=["POST"]),
    Route(_RUNS, _create, methods=["POST"]),
    Route(_RUNS, _list, methods=["GET"]),
    Route(_RUNS + "/{run_id}", _retrieve, methods=["GET"]),
    Route(_RUNS + "/{run_id}", _modify, methods=["POST"]),
    Route(_RUNS + "/{run_id}/cancel", _cancel, methods=["POST"]),
    Route(_RUNS + "/{run_id}/submit_tool_outputs", _submit, methods=["POST"]),
    Route(_RUNS + "/{run_id}/steps", _list_steps, methods=["GET"]),
    Route(_RUNS + "/{run_id}/steps/{step_id}", _retrieve_step, methods=["GET"]),
]
