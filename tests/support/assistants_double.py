"""A stand-in for a server of the Assistants API: keeps what it is given, and runs as a test tells it to."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from tests.support.raw_http import CUT, Answer, Call, error_answer, json_answer

SSE = "text/event-stream; charset=utf-8"
Fault: TypeAlias = Callable[[Call], Answer | None]


def sse(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


DONE = b"event: done\ndata: [DONE]\n\n"


@dataclass
class Script:
    """What one run does: text pieces and gates, then an ending status; None ends the stream without one."""

    pieces: Sequence[str | asyncio.Event | object] = ()
    ending: str | None = "completed"
    run_fields: dict[str, Any] = field(default_factory=dict)
    later: str | None = None
    """The status that a look finds after a stream that ended without one."""
    is_lost: bool = False
    """The server knows nothing of the run any more."""
    later_text: str | None = None
    """The text that a look finds then; None: what the pieces add up to."""
    raw: Answer | None = None
    """Sent instead of a stream."""
    cut_at: int | None = None
    """If set, the connection is dropped after so many bytes of the stream; the run goes on to its end."""
    has_deltas: bool = True
    fault: dict[str, Any] | None = None
    """Sent as an error event where the stream ends without an ending."""


class AssistantsDouble:
    """The server's state and its answers; `answer` is the handler for `raw_http.serve`."""

    def __init__(self) -> None:
        self.assistants: dict[str, dict[str, Any]] = {}
        self.threads: dict[str, list[dict[str, Any]]] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.scripts: deque[Script] = deque()
        self.faults: list[Fault] = []
        self.deleted: list[str] = []
        self.cancel_gate: asyncio.Event | None = None
        self.chop: int | None = None
        """If set, streams are sent in pieces of so many bytes."""
        self.extras: list[bytes] = []
        """Put into every stream after its run's first events."""
        self._numbers = 0

    # -- what tests say ----------------------------------------------------------------------------------------

    def will(self, *pieces: object, **facts: Any) -> Script:
        script = Script(pieces, **facts)
        self.scripts.append(script)
        return script

    def will_fail_at(self, method: str, path_end: str, answer: Answer, times: int = 1) -> None:
        """Answer the next calls of a path with something else."""
        left = [times]

        def fault(call: Call) -> Answer | None:
            if not call.is_a(method, path_end) or not left[0]:
                return None
            left[0] -= 1
            return answer

        self.faults.append(fault)

    def texts(self, thread_id: str | None = None) -> list[tuple[str, str]]:
        """Role and text of a thread's messages; of the newest thread by default."""
        messages = self.threads[thread_id or list(self.threads)[-1]]
        return [(message["role"], message["content"][0]["text"]["value"]) for message in messages]

    # -- the handler -------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        for fault in self.faults:
            if (other := fault(call)) is not None:
                return other
        match call.method, call.path.removeprefix("/v1/").split("/"):
            case "GET", ["models"]:
                return json_answer({"object": "list", "data": [{"id": "double-1", "object": "model"}]})
            case "POST", ["assistants"]:
                made = {"id": self._id("asst"), "object": "assistant", **call.json}
                self.assistants[made["id"]] = made
                return json_answer(made)
            case "POST", ["threads"]:
                thread_id = self._id("thread")
                self.threads[thread_id] = []
                for message in call.json.get("messages", []):
                    self._add(thread_id, message)
                return json_answer({"id": thread_id, "object": "thread", "created_at": 1, "metadata": {}})
            case "DELETE", [kind, one]:
                return self._delete(kind, one)
            case method, ["threads", thread_id, *rest]:
                if thread_id not in self.threads:
                    return error_answer(404, f"No thread found with id '{thread_id}'.")
                return self._in_thread(method, thread_id, rest, call)
            case _:
                return error_answer(404, "Not found")

    def _in_thread(self, method: str, thread_id: str, rest: list[str], call: Call) -> Answer:
        match method, rest:
            case "POST", ["messages"]:
                if self._live(thread_id):
                    return error_answer(400, "Can't add messages to the thread while a run is active.")
                return json_answer(self._add(thread_id, call.json))
            case "GET", ["messages"]:
                run_id = call.query.get("run_id", [None])[0]
                found = [one for one in self.threads[thread_id] if run_id in (None, one["run_id"])]
                found = found[::-1] if call.query["order"] == ["desc"] else found
                page = found[: int(call.query["limit"][0])]
                return json_answer({"object": "list", "data": page, "has_more": len(page) < len(found)})
            case "DELETE", ["messages", message_id]:
                self.threads[thread_id] = [one for one in self.threads[thread_id] if one["id"] != message_id]
                return json_answer({"id": message_id, "object": "thread.message.deleted", "deleted": True})
            case "POST", ["runs"]:
                return self._start(thread_id, call)
            case "GET", ["runs"]:
                found = [
                    {"id": run_id, "object": "thread.run", "status": run["status"]}
                    for run_id, run in self.runs.items()
                    if run["thread_id"] == thread_id and not run["script"].is_lost
                ]
                return json_answer({"object": "list", "data": found[::-1]})
            case "GET", ["runs", run_id]:
                return self._look(run_id)
            case "POST", ["runs", run_id, "cancel"]:
                return self._cancel(run_id)
            case _:
                return error_answer(404, "Not found")

    def _delete(self, kind: str, one: str) -> Answer:
        store: dict[str, Any] = self.assistants if kind == "assistants" else self.threads
        if store.pop(one, None) is None:
            return error_answer(404, "Not found")
        self.deleted.append(one)
        return json_answer({"id": one, "object": f"{kind[:-1]}.deleted", "deleted": True})

    def _live(self, thread_id: str) -> list[dict[str, Any]]:
        ended = ("completed", "failed", "cancelled", "incomplete", "expired")
        return [run for run in self.runs.values() if run["thread_id"] == thread_id and run["status"] not in ended]

    def _start(self, thread_id: str, call: Call) -> Answer:
        if call.json["assistant_id"] not in self.assistants:
            return error_answer(404, "No assistant found")
        script = self.scripts.popleft()
        run_id = self._id("run")
        run: dict[str, Any] = {"id": run_id, "object": "thread.run", "thread_id": thread_id, "status": "queued"}
        self.runs[run_id] = run | {"script": script, "message": None}
        if script.raw is not None:
            if script.later is None:
                del self.runs[run_id]
            else:
                self.runs[run_id]["status"] = script.later
                self._write_later(self.runs[run_id])
            return script.raw
        pieces = chopped(self._stream(self.runs[run_id], script), self.chop)
        if script.cut_at is not None:
            pieces = [b"".join(piece for piece in pieces if isinstance(piece, bytes))[: script.cut_at], CUT]
        return Answer(pieces, content_type=SSE)

    def _stream(self, run: dict[str, Any], script: Script) -> list[object]:
        shown = {"id": run["id"], "object": "thread.run", "thread_id": run["thread_id"], "model": "double-1"}
        pieces: list[object] = [
            sse("thread.run.created", shown | {"status": "queued"}),
            sse("thread.run.in_progress", shown | {"status": "in_progress"}),
        ]
        pieces += self.extras
        run["status"] = "in_progress"
        message = self._message(run["thread_id"], "assistant", "", run["id"])
        texts = [piece for piece in script.pieces if isinstance(piece, str)]
        if texts and script.has_deltas:
            pieces.append(sse("thread.message.created", message | {"status": "in_progress", "content": []}))
        for piece in script.pieces:
            pieces.append(_delta(message["id"], piece) if isinstance(piece, str) and script.has_deltas else piece)
        pieces = [piece for piece in pieces if not isinstance(piece, str)]
        if script.ending is None:
            run["message"] = message
            run["left"] = "".join(texts)
            if script.fault is not None:
                pieces += [sse("error", script.fault), DONE]
            return pieces
        return [*pieces, *self._stream_end(run, script, message, "".join(texts), shown)]

    def _stream_end(
        self, run: dict[str, Any], script: Script, message: dict[str, Any], text: str, shown: dict[str, Any]
    ) -> list[object]:
        status = "completed" if script.ending in ("completed", "requires_action") else "incomplete"
        whole = message | {"status": status, "content": [_text(text)]}
        events: list[object] = []
        if text:
            self.threads[run["thread_id"]].append(whole)
            if script.has_deltas:
                events.append(sse(f"thread.message.{status}", whole))
        usage = {"prompt_tokens": 20, "completion_tokens": 11, "total_tokens": 31}
        end = shown | {"status": script.ending, "usage": usage} | script.run_fields
        run["ending"] = end
        if not any(isinstance(piece, asyncio.Event) for piece in script.pieces):
            run["status"] = script.ending
        return [*events, sse(f"thread.run.{script.ending}", end), DONE]

    def _look(self, run_id: str) -> Answer:
        if run_id not in self.runs or self.runs[run_id]["script"].is_lost:
            return error_answer(404, f"No run found with id '{run_id}'.")
        run = self.runs[run_id]
        script: Script = run["script"]
        if script.later is not None and run["status"] == "in_progress":
            run["status"] = script.later
            if script.later != "in_progress":
                self._write_later(run)
        return json_answer({"id": run_id, "object": "thread.run", "status": run["status"]} | script.run_fields)

    def _write_later(self, run: dict[str, Any]) -> None:
        script: Script = run["script"]
        text = script.later_text if script.later_text is not None else run.get("left", "")
        if text:
            message = run["message"] or self._message(run["thread_id"], "assistant", "", run["id"])
            self.threads[run["thread_id"]].append(message | {"status": "completed", "content": [_text(text)]})

    def _cancel(self, run_id: str) -> Answer:
        run = self.runs[run_id]
        run["status"] = "cancelled" if self.cancel_gate is None or self.cancel_gate.is_set() else "cancelling"
        return json_answer({"id": run_id, "object": "thread.run", "status": "cancelling"})

    def _add(self, thread_id: str, payload: dict[str, Any]) -> dict[str, Any]:
        content = payload["content"]
        text = content if isinstance(content, str) else content[0]["text"]
        message = self._message(thread_id, payload["role"], text, None)
        self.threads[thread_id].append(message)
        return message

    def _message(self, thread_id: str, role: str, text: str, run_id: str | None) -> dict[str, Any]:
        return {
            "id": self._id("msg"),
            "object": "thread.message",
            "created_at": 1,
            "thread_id": thread_id,
            "run_id": run_id,
            "role": role,
            "status": "completed",
            "content": [_text(text)],
        }

    def _id(self, prefix: str) -> str:
        self._numbers += 1
        return f"{prefix}_{self._numbers}"


def _text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": {"value": value, "annotations": []}}


def _delta(message_id: str, text: str) -> bytes:
    content = [{"index": 0, "type": "text", "text": {"value": text}}]
    return sse(
        "thread.message.delta", {"id": message_id, "object": "thread.message.delta", "delta": {"content": content}}
    )


def chopped(pieces: Sequence[object], size: int | None) -> list[object]:
    """Cut the bytes between gates into pieces of a size, wherever that falls."""
    if size is None:
        return list(pieces)
    cut: list[object] = []
    waiting = b""
    for piece in [*pieces, None]:
        if isinstance(piece, bytes):
            waiting += piece
            continue
        cut += [waiting[start : start + size] for start in range(0, len(waiting), size)]
        cut += [] if piece is None else [piece]
        waiting = b""
    return cut


def transcript(name: str) -> bytes:
    return (Path(__file__).parents[1] / "wire" / name).read_bytes()
