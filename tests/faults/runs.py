"""Faults of runs and their events: those that only the Assistants API has, and those of Responses."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from tests.faults.connections import CALL
from tests.faults.server import FaultServer
from tests.faults.session import DONE_WELL, FAILED, TEXT, Fault, escape
from tests.support.assistants_double import DONE, SSE, AssistantsDouble, Script, sse
from tests.support.raw_http import CUT, Answer, Call, error_answer
from tests.support.responses_double import ResponsesDouble

_ERROR: Final = {"code": "server_error", "message": "the engine broke"}
_ACTION: Final = {"required_action": {"submit_tool_outputs": {"tool_calls": [CALL]}}}
_ITEM: Final = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "open_door", "arguments": "{}"}


def writes(*pieces: object, **facts: Any) -> Callable[[FaultServer], None]:
    """Have the run write pieces and end as the stand-in's script says."""
    return lambda server: server.will(*pieces, **facts)


def assistants(change: Callable[[AssistantsDouble], object], *pieces: str) -> Callable[[FaultServer], None]:
    """Change the server's state before a run that writes pieces."""

    def stage(server: FaultServer) -> None:
        assert isinstance(server.double, AssistantsDouble)
        double = server.double
        server.do(lambda: change(double))
        if pieces:
            server.will(*pieces)

    return stage


def responses(change: Callable[[ResponsesDouble], object], **facts: Any) -> Callable[[FaultServer], None]:
    """Change the server's state before a response that writes TEXT."""

    def stage(server: FaultServer) -> None:
        assert isinstance(server.double, ResponsesDouble)
        double = server.double
        server.do(lambda: change(double))
        server.will(TEXT, **facts)

    return stage


def fails_at(method: str, path_end: str, answer: Answer) -> Callable[[FaultServer], None]:
    return assistants(lambda double: double.will_fail_at(method, path_end, answer))


def _queue_for_ever(server: FaultServer) -> None:
    """Have the next run stay queued, whatever it is asked."""
    double = server.double
    assert isinstance(double, AssistantsDouble)

    def begin(call: Call) -> Answer | None:
        if not call.is_a("POST", "/runs"):
            return None
        server.instead = server.as_usual
        run = {"id": "run_queued", "object": "thread.run", "thread_id": call.path.split("/")[3], "status": "queued"}
        double.runs["run_queued"] = run | {"script": Script(), "message": None}
        return Answer([sse("thread.run.created", run), asyncio.Event()], content_type=SSE)

    server.instead = begin


def _ask_and_stay(server: FaultServer) -> None:
    server.will(ending="requires_action", run_fields=_ACTION)
    server.instead = lambda call: error_answer(500, "Not now.") if call.path.endswith("/cancel") else None


def _be_as_usual(server: FaultServer) -> None:
    server.instead = server.as_usual


def _refuse_twice(server: FaultServer) -> None:
    for _try in range(2):
        server.will(raw=error_answer(400, "No runs today."))


def _limit_once(server: FaultServer) -> None:
    slower = {"code": "rate_limit_exceeded", "message": "Please try again in 1s."}
    server.will(ending="failed", run_fields={"last_error": slower})
    server.will(TEXT)


def _lose_conversations(double: ResponsesDouble) -> None:
    double.conversations.clear()
    double.items.clear()


RUN_STATES: Final = (
    Fault(
        "run: failed",
        writes(TEXT, ending="failed", run_fields={"last_error": _ERROR}),
        ("the engine broke", FAILED),
        TEXT,
    ),
    Fault("run: failed without a word", writes(ending="failed"), ("did not say why", FAILED)),
    Fault(
        "run: failed for its rate",
        _limit_once,
        (DONE_WELL,),
        TEXT,
    ),
    Fault("run: expired", writes(TEXT, ending="expired"), ("expired", FAILED), TEXT),
    Fault(
        "run: incomplete",
        writes(TEXT, ending="incomplete", run_fields={"incomplete_details": {"reason": "max_completion_tokens"}}),
        ("largest allowed length", "incomplete"),
        TEXT,
    ),
    Fault("run: cancelled by the server", writes(TEXT, ending="cancelled"), ("cancelled",), TEXT),
    Fault(
        "action: a function that nobody has, over Assistants",
        writes(ending="requires_action", run_fields=_ACTION),
        ("open_door", FAILED),
    ),
    Fault(
        "action: a function that nobody has, and the run cannot be cancelled",
        _ask_and_stay,
        ("open_door", FAILED),
        mend=_be_as_usual,
    ),
    Fault("run: queued for ever, then Escape", _queue_for_ever, ("cancelled",), act=escape),
    Fault("run: silent for ever, then Escape", writes(TEXT, asyncio.Event()), ("cancelled",), TEXT, act=escape),
    Fault(
        "run: its stream is cut, and it ends by itself",
        writes(TEXT, CUT, ending=None, later="completed", later_text=f"{TEXT}その続き"),
        ("その続き", DONE_WELL),
        TEXT,
    ),
    Fault(
        "run: its stream is cut, and it is lost", writes(TEXT, CUT, ending=None, is_lost=True), ("middle", FAILED), TEXT
    ),
    Fault(
        "run: its stream is cut, and it fails", writes(TEXT, CUT, ending=None, later="failed"), ("why", FAILED), TEXT
    ),
    Fault("run: refused, and refused with all made anew", _refuse_twice, ("No runs today", FAILED), is_sent=False),
    Fault("server: loses the thread", assistants(lambda double: double.threads.clear(), TEXT), (DONE_WELL,), TEXT),
    Fault(
        "server: loses the assistant", assistants(lambda double: double.assistants.clear(), TEXT), (DONE_WELL,), TEXT
    ),
    Fault(
        "server: does not take the message",
        fails_at("POST", "/messages", error_answer(500, "No more paper.")),
        ("No more paper", FAILED),
        is_sent=False,
    ),
    Fault(
        "server: takes the message, and its answer is lost",
        fails_at("POST", "/messages", Answer([b'{"id": "msg', CUT])),
        ("ended in the middle", FAILED),
        is_sent=False,
    ),
)

RUN_EVENTS: Final = (
    Fault("events: unknown kinds", writes(sse("thread.message.sparkled", {"id": 1}), TEXT), (DONE_WELL,), TEXT),
    Fault(
        "events: fields missing or of another kind",
        writes(
            *(
                sse(f"thread.{kind}", data)
                for kind in ("message.delta", "run.step.delta")
                for data in ({}, {"delta": 3})
            ),
            TEXT,
        ),
        (DONE_WELL,),
        TEXT,
    ),
    Fault("events: done before the run's end", writes(TEXT, DONE), (DONE_WELL,), TEXT),
    Fault("events: a flat error", writes(TEXT, ending=None, fault=_ERROR, later="failed"), ("broke", FAILED), TEXT),
    Fault(
        "events: a wrapped error",
        writes(TEXT, ending=None, fault={"error": _ERROR}, later="failed"),
        ("broke", FAILED),
        TEXT,
    ),
    Fault("events: messages without deltas", writes(TEXT, has_deltas=False), (DONE_WELL,), TEXT),
)

RESPONSES: Final = (
    Fault("response: failed", writes(TEXT, ending="failed", fields={"error": _ERROR}), ("broke", FAILED), TEXT),
    Fault(
        "response: incomplete",
        writes(TEXT, ending="incomplete", fields={"incomplete_details": {"reason": "max_output_tokens"}}),
        ("largest allowed length", "incomplete"),
        TEXT,
    ),
    Fault(
        "response: a wrapped error event",
        writes(TEXT, ending=None, fault=_ERROR, later="failed"),
        ("broke", FAILED),
        TEXT,
    ),
    Fault(
        "response: a flat error event",
        writes(TEXT, sse("error", {"type": "error", **_ERROR}), ending=None, later="failed"),
        ("broke", FAILED),
        TEXT,
    ),
    Fault("response: cut, and resumed", writes(TEXT, cut_at=700), (DONE_WELL,), TEXT),
    Fault("response: cut, and cut again", writes(TEXT, cut_at=700, resume_cut_at=40), (DONE_WELL,), TEXT),
    Fault("response: cut, and lost", writes(TEXT, CUT, ending=None, is_lost=True), ("middle", FAILED), TEXT),
    Fault(
        "response: cut, and cancelled by the server",
        writes(TEXT, CUT, ending=None, later="cancelled"),
        ("cancelled",),
        TEXT,
    ),
    Fault("response: silent for ever, then Escape", writes(TEXT, asyncio.Event()), ("cancelled",), TEXT, act=escape),
    Fault(
        "response: indexes out of order",
        writes(sse("response.content_part.added", {"item_id": "x", "output_index": 7, "content_index": -3}), TEXT),
        (DONE_WELL,),
        TEXT,
    ),
    Fault(
        "response: unknown kinds",
        writes(sse("response.sparkled", {"type": "response.sparkled"}), TEXT),
        (DONE_WELL,),
        TEXT,
    ),
    Fault(
        "action: a function that nobody has, over Responses",
        writes(
            TEXT,
            *(
                sse(f"response.output_item.{word}", {"output_index": 1, "item": {**_ITEM, "status": status}})
                for word, status in (("added", "in_progress"), ("done", "completed"))
            ),
        ),
        ("open_door", FAILED),
        TEXT,
    ),
    Fault("server: loses the conversation", responses(_lose_conversations), (DONE_WELL,), TEXT),
    Fault(
        "server: loses the earlier responses", responses(lambda double: double.responses.clear()), (DONE_WELL,), TEXT
    ),
    Fault(
        "server: refuses a field",
        responses(lambda double: double.refused_fields.add("background")),
        (DONE_WELL,),
        TEXT,
    ),
)
