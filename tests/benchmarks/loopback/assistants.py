"""Assistants v2 on the loopback server: what a conversation needs, streamed runs and their cancelling included."""

from tests.benchmarks.loopback.plan import Plan, make_plan
from tests.benchmarks.loopback.wire import (
    MODEL,
    Answer,
    Json,
    Stream,
    around,
    event,
    last_user_text,
    listing,
    new_id,
    now,
    text_of,
)


class Assistants:
    """The assistants, threads, messages and runs of one server."""

    def __init__(self) -> None:
        self._assistants: dict[str, Json] = {}
        self._threads: dict[str, list[Json]] = {}
        self._runs: dict[str, Json] = {}

    def answer_assistants(self, method: str, parts: list[str], body: Json) -> Answer:
        """Answer requests below /assistants."""
        match (method, parts):
            case ("POST", [_]):
                made = _assistant(body)
                self._assistants[str(made["id"])] = made
                return made
            case ("GET", [_, assistant]):
                return self._assistants.get(assistant)
            case ("DELETE", [_, assistant]) if self._assistants.pop(assistant, None):
                return {"id": assistant, "object": "assistant.deleted", "deleted": True}
            case _:
                return None

    def answer_threads(self, method: str, parts: list[str], body: Json) -> Answer:
        """Answer requests below /threads."""
        match (method, parts):
            case ("POST", [_]):
                return _thread(self._open_thread(body))
            case ("POST", [_, "runs"]):
                given = body.get("thread")
                return self._start_run(self._open_thread(given if isinstance(given, dict) else {}), body)
            case (_, [_, thread]) if thread in self._threads:
                return self._answer_thread(method, thread)
            case (_, [_, thread, "messages", *rest]) if thread in self._threads:
                return self._answer_messages(method, thread, rest, body)
            case (_, [_, thread, "runs", *rest]) if thread in self._threads:
                return self._answer_runs(method, thread, rest, body)
            case _:
                return None

    def _open_thread(self, body: Json) -> str:
        thread = new_id("thread")
        self._threads[thread] = []
        self._add_messages(thread, body.get("messages"))
        return thread

    def _add_messages(self, thread: str, messages: object) -> None:
        for message in messages if isinstance(messages, list) else []:
            self._add_message(thread, message)

    def _add_message(self, thread: str, body: Json) -> Json:
        made = _message(thread, str(body.get("role", "user")), text_of(body.get("content")), status="completed")
        self._threads[thread].append(made)
        return made

    def _answer_thread(self, method: str, thread: str) -> Answer:
        if method != "DELETE":
            return _thread(thread)
        del self._threads[thread]
        return {"id": thread, "object": "thread.deleted", "deleted": True}

    def _answer_messages(self, method: str, thread: str, rest: list[str], body: Json) -> Answer:
        match (method, rest):
            case ("POST", []):
                return self._add_message(thread, body)
            case ("GET", []):
                return listing(self._threads[thread][::-1])
            case ("GET", [message]):
                return next((one for one in self._threads[thread] if one["id"] == message), None)
            case _:
                return None

    def _answer_runs(self, method: str, thread: str, rest: list[str], body: Json) -> Answer:
        match (method, rest):
            case ("POST", []):
                return self._start_run(thread, body)
            case ("GET", [run]):
                return self._runs.get(run)
            case ("GET", [_, "steps"]):
                return listing([])
            case ("POST", [run, "cancel"]) if run in self._runs:
                self._runs[run] = {**self._runs[run], "status": "cancelled", "cancelled_at": now()}
                return self._runs[run]
            case _:
                return None

    def _start_run(self, thread: str, body: Json) -> Json | Stream:
        self._add_messages(thread, body.get("additional_messages"))
        plan = make_plan(last_user_text(self._threads[thread]))
        run = _run(thread, body)
        name = str(run["id"])
        reply = _message(thread, "assistant", plan.text, status="completed", run=run)
        if not body.get("stream"):
            self._threads[thread].append(reply)
            self._runs[name] = {**run, "status": "completed", "completed_at": now()}
            return run
        self._runs[name] = {**run, "status": "in_progress"}
        self._threads[thread].append(reply)
        return _stream(plan, run, reply, self._runs)


def _stream(plan: Plan, run: Json, reply: Json, runs: dict[str, Json]) -> Stream:
    name = str(run["id"])
    step = _step(run, reply)
    begun = {**reply, "status": "in_progress", "content": [], "completed_at": None}
    head = (
        event(run, "thread.run.created")
        + event(run, "thread.run.queued")
        + event({**run, "status": "in_progress"}, "thread.run.in_progress")
        + event(step, "thread.run.step.created")
        + event(step, "thread.run.step.in_progress")
        + event(begun, "thread.message.created")
        + event(begun, "thread.message.in_progress")
    )
    before, after = around(lambda text: event(_delta(reply["id"], text), "thread.message.delta"))
    count = len(plan.deltas)
    usage = {"prompt_tokens": 10, "completion_tokens": count, "total_tokens": 10 + count}
    completed = {**run, "status": "completed", "completed_at": now(), "usage": usage}
    tail = (
        event(reply, "thread.message.completed")
        + event({**step, "status": "completed"}, "thread.run.step.completed")
        + event(completed, "thread.run.completed")
        + event("[DONE]", "done")
    )
    cancelled = (
        event({**begun, "status": "incomplete"}, "thread.message.incomplete")
        + event({**step, "status": "cancelled"}, "thread.run.step.cancelled")
        + event({**run, "status": "cancelled"}, "thread.run.cancelled")
        + event("[DONE]", "done")
    )
    return Stream(plan, head, before, after, tail, cancelled, lambda: runs[name]["status"] == "cancelled")


def _delta(message: object, text: str) -> Json:
    content = [{"index": 0, "type": "text", "text": {"value": text, "annotations": []}}]
    return {"id": message, "object": "thread.message.delta", "delta": {"content": content}}


def _assistant(body: Json) -> Json:
    return {
        "id": new_id("asst"),
        "object": "assistant",
        "created_at": now(),
        "name": body.get("name"),
        "description": None,
        "model": body.get("model", MODEL),
        "instructions": body.get("instructions"),
        "tools": [],
        "metadata": body.get("metadata") or {},
        "temperature": 1.0,
        "top_p": 1.0,
        "response_format": "auto",
    }


def _thread(thread: str) -> Json:
    return {"id": thread, "object": "thread", "created_at": now(), "metadata": {}, "tool_resources": {}}


def _message(thread: str, role: str, text: str, *, status: str, run: Json | None = None) -> Json:
    return {
        "id": new_id("msg"),
        "object": "thread.message",
        "created_at": now(),
        "thread_id": thread,
        "role": role,
        "status": status,
        "assistant_id": run and run["assistant_id"],
        "run_id": run and run["id"],
        "attachments": [],
        "metadata": {},
        "completed_at": now(),
        "incomplete_at": None,
        "incomplete_details": None,
        "content": [{"type": "text", "text": {"value": text, "annotations": []}}],
    }


def _run(thread: str, body: Json) -> Json:
    nothing = ("started_at", "expires_at", "cancelled_at", "failed_at", "completed_at", "last_error", "usage")
    return {
        "id": new_id("run"),
        "object": "thread.run",
        "created_at": now(),
        "assistant_id": body.get("assistant_id"),
        "thread_id": thread,
        "status": "queued",
        "required_action": None,
        "incomplete_details": None,
        "model": MODEL,
        "instructions": "",
        "tools": [],
        "metadata": {},
        "tool_choice": "auto",
        "response_format": "auto",
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "parallel_tool_calls": True,
        **dict.fromkeys(nothing),
    }


def _step(run: Json, reply: Json) -> Json:
    nothing = ("cancelled_at", "completed_at", "expired_at", "failed_at", "last_error", "metadata", "usage")
    return {
        "id": new_id("step"),
        "object": "thread.run.step",
        "created_at": now(),
        "run_id": run["id"],
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "type": "message_creation",
        "status": "in_progress",
        "step_details": {"type": "message_creation", "message_creation": {"message_id": reply["id"]}},
        **dict.fromkeys(nothing),
    }
