"""Responses on the loopback server, streamed, and as little of Conversations as clients of it ask for."""

from tests.benchmarks.loopback.plan import Plan, make_plan
from tests.benchmarks.loopback.wire import (
    MODEL,
    Answer,
    Json,
    Stream,
    around,
    event,
    last_user_text,
    new_id,
    now,
    text_of,
)


def answer_responses(body: Json) -> Json | Stream:
    """Answer POST /responses."""
    given = body.get("input")
    plan = make_plan(text_of(given) if isinstance(given, str) else last_user_text(given))
    response = new_id("resp")
    if body.get("stream"):
        return _stream(plan, response)
    return _response(response, "completed", plan)


def answer_conversations(method: str, parts: list[str]) -> Answer:
    """Answer requests below /conversations."""
    match (method, parts):
        case ("POST", [_]):
            return {"id": new_id("conv"), "object": "conversation", "created_at": now(), "metadata": {}}
        case ("DELETE", [_, conversation]):
            return {"id": conversation, "object": "conversation.deleted", "deleted": True}
        case _:
            return None


def _stream(plan: Plan, response: str) -> Stream:
    place: Json = {"item_id": new_id("msg"), "output_index": 0, "content_index": 0}
    numbers = iter(range(10**9))

    def send(kind: str, **fields: object) -> bytes:
        return event({"type": kind, "sequence_number": next(numbers), **fields}, kind)

    begun = _response(response, "in_progress", None)
    item, part = _item(place["item_id"], "in_progress", None), _part("")
    head = (
        send("response.created", response=begun)
        + send("response.in_progress", response=begun)
        + send("response.output_item.added", output_index=0, item=item)
        + send("response.content_part.added", **place, part=part)
    )
    before, after = around(lambda text: send("response.output_text.delta", **place, delta=text, logprobs=[]))
    done = _item(place["item_id"], "completed", plan)
    tail = (
        send("response.output_text.done", **place, text=plan.text, logprobs=[])
        + send("response.content_part.done", **place, part=_part(plan.text))
        + send("response.output_item.done", output_index=0, item=done)
        + send("response.completed", response=_response(response, "completed", plan))
    )
    return Stream(plan, head, before, after, tail)


def _part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _item(item_id: object, status: str, plan: Plan | None) -> Json:
    content = [] if plan is None else [_part(plan.text)]
    return {"id": item_id, "type": "message", "status": status, "role": "assistant", "content": content}


def _response(response: str, status: str, plan: Plan | None) -> Json:
    usage = None
    if plan is not None:
        count = len(plan.deltas)
        usage = {
            "input_tokens": 10,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": count,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 10 + count,
        }
    return {
        "id": response,
        "object": "response",
        "created_at": now(),
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": MODEL,
        "output": [] if plan is None else [_item(new_id("msg"), "completed", plan)],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage,
    }
