"""Chat Completions on the loopback server, streamed."""

from tests.benchmarks.loopback.plan import Plan, make_plan
from tests.benchmarks.loopback.wire import MODEL, Json, Stream, around, event, last_user_text, new_id, now


def answer_chat(body: Json) -> Json | Stream:
    """Answer POST /chat/completions."""
    plan = make_plan(last_user_text(body.get("messages")))
    if body.get("stream"):
        return _stream(plan)
    message = {"role": "assistant", "content": plan.text}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {**_base("chat.completion"), "choices": [choice], "usage": _usage(plan)}


def _stream(plan: Plan) -> Stream:
    base = _base("chat.completion.chunk")

    def chunk(delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return event({**base, "choices": [choice]})

    before, after = around(lambda text: chunk({"content": text}))
    usage = event({**base, "choices": [], "usage": _usage(plan)})
    head = chunk({"role": "assistant", "content": ""})
    return Stream(plan, head, before, after, chunk({}, "stop") + usage + event("[DONE]"))


def _base(kind: str) -> Json:
    return {"id": new_id("chatcmpl"), "object": kind, "created": now(), "model": MODEL, "system_fingerprint": "fp"}


def _usage(plan: Plan) -> Json:
    count = len(plan.deltas)
    return {"prompt_tokens": 10, "completion_tokens": count, "total_tokens": 10 + count}
