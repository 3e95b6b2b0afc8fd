"""A stand-in for a server of the Responses API with Conversations: keeps what it is given, and is strict about it."""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.assistants_double import SSE, chopped, sse
from tests.support.raw_http import CUT, Answer, Call, error_answer, json_answer

TAKEN = frozenset(
    [
        "model",
        "input",
        "instructions",
        "stream",
        "conversation",
        "previous_response_id",
        "background",
        "store",
        "tools",
        "include",
        "temperature",
        "top_p",
        "max_output_tokens",
        "reasoning",
        "stream_options",
    ]
)
"""Fields that the API's reference has (of those that this program may send)."""
USAGE = {
    "input_tokens": 20,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 11,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 31,
}


@dataclass
class Script:
    """What one response does: text pieces and gates, then an ending; None ends the stream without one."""

    pieces: Sequence[object] = ()
    ending: str | None = "completed"
    fault: dict[str, Any] | None = None
    raw: Answer | None = None
    is_lost: bool = False
    """The server knows nothing of the response any more."""
    later: str | None = None
    """The status that a look finds after a stream that ended without one; None: in_progress."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Of the final response object."""
    items: Sequence[dict[str, Any]] = ()
    """Output items after the message."""
    cut_at: int | None = None
    """How many bytes of the stream are sent before the connection breaks."""
    resume_cut_at: int | None = None
    """The same for the first resumed stream."""


@dataclass
class Kept:
    """A response on the server."""

    script: Script
    object: dict[str, Any]
    events: list[tuple[int, bytes]]
    sent: list[dict[str, Any]]
    has_resumed: bool = False


@dataclass
class ResponsesDouble:
    """The server's state and its answers; `answer` is the handler for `raw_http.serve`."""

    has_conversations: bool = True
    has_previous: bool = True
    ignores_previous: bool = False
    """Takes previous_response_id, and knows nothing of it; as Ollama."""
    renames_previous: bool = False
    """Echoes an id that is not the one asked for; as a gateway that has names of its own."""
    takes_background: bool = True
    can_resume: bool = True
    echoes_store: bool | None = True
    claims_store: bool = False
    """Says that it keeps what it was asked not to keep; as LiteLLM."""
    is_sparse: bool = False
    """Leaves out indexes, sequence numbers and most of the response object; as llama.cpp."""
    chop: int | None = None
    extras: list[bytes] = field(default_factory=list)
    refused_fields: set[str] = field(default_factory=set)
    complaint: str = "words"
    """How it refuses them: in words, beside them as OpenRouter ("beside"), or without telling which ("nothing")."""
    lost_status: int = 404
    """For what it does not have any more; OpenAI and LM Studio say 400 of a response."""
    loses_conversations: bool = False
    """It makes them, and has not got them; as two machines that do not share what they keep."""
    window_bytes: int | None = None
    models: list[str] = field(default_factory=lambda: ["double-1", "other-1"])
    scripts: deque[Script] = field(default_factory=deque)
    conversations: dict[str, list[str]] = field(default_factory=dict)
    """Ids of items by conversation."""
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    """They outlive their conversation, as OpenAI's do."""
    responses: dict[str, Kept] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[tuple[str, str], Answer] = field(default_factory=dict)
    """Answers to give instead, by method and the path's end."""
    cancel_gate: asyncio.Event | None = None
    _numbers: int = 0

    def will(self, *pieces: object, **facts: Any) -> Script:
        script = Script(pieces, **facts)
        self.scripts.append(script)
        return script

    def texts(self) -> list[tuple[str, str]]:
        """Role and text of what the last request reached, and of what was answered."""
        return [_line(item) for item in list(self.responses.values())[-1].sent]

    # -- the handler -------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        for (method, path_end), other in self.faults.items():
            if call.is_a(method, path_end):
                return other
        match call.method, call.path.removeprefix("/v1/").split("/"):
            case "GET", ["models"]:
                return json_answer({"object": "list", "data": [{"id": one, "object": "model"} for one in self.models]})
            case "POST", ["responses"]:
                return self._refusal(call.json) or self._begin(call.json)
            case method, ["responses", response_id, *rest]:
                return self._of_response(method, response_id, rest, call)
            case method, ["conversations", *rest] if self.has_conversations:
                return self._of_conversations(method, rest, call)
            case _:
                return error_answer(404, "Not found")

    def _refusal(self, body: dict[str, Any]) -> Answer | None:
        for name in ("model", "input"):
            if not body.get(name):
                return error_answer(400, f"'{name}' is required")
        if body["model"] not in (*self.models, "default"):
            return error_answer(404, f"The model '{body['model']}' does not exist", "model_not_found")
        for name in body:
            if name not in TAKEN or name in self.refused_fields:
                return self._complain(name)
        if body.get("background") and not self.takes_background:
            return error_answer(400, "'background' is not supported here.")
        if body.get("background") and body.get("store") is False:
            return error_answer(400, "background requires store")
        if {"conversation", "previous_response_id"} <= set(body):
            return error_answer(400, "conversation and previous_response_id exclude each other")
        if (
            self.window_bytes is not None
            and (size := len(json.dumps(body["input"], ensure_ascii=False).encode())) > self.window_bytes
        ):
            words = f"request ({size} tokens) exceeds the available context size ({self.window_bytes} tokens)"
            return error_answer(400, words)
        return self._unknown_memory(body)

    def _unknown_memory(self, body: dict[str, Any]) -> Answer | None:
        conversation, previous = body.get("conversation"), body.get("previous_response_id")
        if conversation is not None and (self.loses_conversations or conversation not in self.conversations):
            return error_answer(self.lost_status, f"Conversation with id '{conversation}' not found.")
        if previous is None or self.ignores_previous:
            return None
        if not self.has_previous:
            return error_answer(400, "this server does not support 'previous_response_id'.")
        if previous not in self.responses:
            return error_answer(self.lost_status, f"Previous response with id '{previous}' not found.")
        return None

    def _complain(self, name: str) -> Answer:
        if self.complaint == "words":
            return error_answer(400, f"Unknown parameter: '{name}'.", "unknown_parameter")
        error = {"code": "invalid_prompt", "message": "Invalid Responses API request"}
        raw = [{"code": "invalid_value", "values": [False], "path": [name], "message": "Invalid input: expected false"}]
        return json_answer({"error": error, "metadata": {"raw": raw} if self.complaint == "beside" else None}, 400)

    def _of_conversations(self, method: str, rest: list[str], call: Call) -> Answer:
        match method, rest:
            case "POST", []:
                conversation_id = self._id("conv")
                self.conversations[conversation_id] = []
                return json_answer({"id": conversation_id, "object": "conversation", "created_at": 1, "metadata": {}})
            case _, [conversation_id, *_others] if conversation_id not in self.conversations:
                return error_answer(404, "No such conversation")
            case "GET", [conversation_id, "items"]:
                return self._page(self.conversations[conversation_id], call)
            case "DELETE", [conversation_id, "items", item_id] if item_id in self.conversations[conversation_id]:
                self.conversations[conversation_id].remove(item_id)
                del self.items[item_id]
                return json_answer({"id": conversation_id, "object": "conversation"})
            case "DELETE", [conversation_id]:
                del self.conversations[conversation_id]
                return json_answer({"id": conversation_id, "object": "conversation.deleted", "deleted": True})
            case _:
                return error_answer(404, "Not found")

    def _page(self, ids: list[str], call: Call) -> Answer:
        limit = int(call.query["limit"][0])
        ids = ids[::-1] if call.query["order"] == ["desc"] else ids
        after = call.query.get("after", [""])[0]
        start = ids.index(after) + 1 if after else 0
        page = ids[start : start + limit]
        data = [self.items[one] for one in page]
        has_more = start + limit < len(ids)
        return json_answer(
            {"object": "list", "data": data, "has_more": has_more, "last_id": page[-1] if page else None}
        )

    def _of_response(self, method: str, response_id: str, rest: list[str], call: Call) -> Answer:
        kept = self.responses.get(response_id)
        if kept is None or kept.script.is_lost:
            return error_answer(404, f"Response with id '{response_id}' not found.")
        match method, rest:
            case "GET", [] if call.query.get("stream") == ["true"]:
                return self._resume(kept, int(call.query.get("starting_after", ["-1"])[0]))
            case "GET", []:
                return json_answer(self._looked_at(kept))
            case "POST", ["cancel"]:
                is_over = self.cancel_gate is None or self.cancel_gate.is_set()
                kept.object["status"] = "cancelled" if is_over else "in_progress"
                return json_answer(kept.object)
            case "DELETE", []:
                del self.responses[response_id]
                return json_answer({"id": response_id, "object": "response", "deleted": True})
            case _:
                return error_answer(404, "Not found")

    def _resume(self, kept: Kept, number: int) -> Answer:
        if not self.can_resume or not kept.object["background"]:
            return error_answer(400, "This response cannot be streamed.")
        stream: list[object] = [data for at, data in kept.events if at > number]
        if kept.script.resume_cut_at is not None and not kept.has_resumed:
            stream = [b"".join(one for one in stream if isinstance(one, bytes))[: kept.script.resume_cut_at], CUT]
        kept.has_resumed = True
        return Answer(chopped(stream, self.chop), content_type=SSE)

    def _looked_at(self, kept: Kept) -> dict[str, Any]:
        if kept.object["status"] == "in_progress" and kept.script.later is not None:
            kept.object |= self._final(kept, kept.script.later)
        return kept.object

    # -- one response ------------------------------------------------------------------------------------------

    def _begin(self, body: dict[str, Any]) -> Answer:
        script = self.scripts.popleft()
        self.requests.append(body)
        if script.raw is not None:
            return script.raw
        kept = Kept(script, self._object(body), [], self._known(body) + list(body["input"]))
        self.responses[kept.object["id"]] = kept
        stream = self._stream(kept)
        if script.cut_at is not None:
            whole = b"".join(piece for piece in stream if isinstance(piece, bytes))
            stream = [whole[: script.cut_at], CUT]
        return Answer(chopped(stream, self.chop), content_type=SSE)

    def _known(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        if "conversation" in body:
            return [self.items[one] for one in self.conversations[body["conversation"]]]
        previous = None if self.ignores_previous else body.get("previous_response_id")
        return list(self.responses[previous].sent) if previous else []

    def _object(self, body: dict[str, Any]) -> dict[str, Any]:
        conversation = body.get("conversation")
        made = {
            "id": self._id("resp"),
            "object": "response",
            "status": "in_progress",
            "background": bool(body.get("background")),
            "conversation": {"id": conversation} if conversation else None,
            "previous_response_id": self._echoed(body),
            "model": body["model"],
            "output": [],
            "error": None,
            "incomplete_details": None,
            "usage": None,
        }
        return (
            made
            if self.echoes_store is None
            else made | {"store": self.claims_store or (self.echoes_store and body.get("store", True))}
        )

    def _echoed(self, body: dict[str, Any]) -> str | None:
        if self.ignores_previous or "previous_response_id" not in body:
            return None
        return "resp_upstream" if self.renames_previous else str(body["previous_response_id"])

    def _stream(self, kept: Kept) -> list[object]:
        script, message_id = kept.script, self._id("msg")
        at = {"item_id": message_id, "output_index": 0, "content_index": 0}
        begun = [("created", {"response": kept.object}), ("in_progress", {"response": kept.object})]
        pieces: list[object] = [self._event(kept, f"response.{kind}", data) for kind, data in begun]
        pieces += self.extras
        texts = [piece for piece in script.pieces if isinstance(piece, str)]
        if texts:
            item = {"id": message_id, "type": "message", "status": "in_progress", "role": "assistant", "content": []}
            pieces.append(self._event(kept, "response.output_item.added", {"output_index": 0, "item": item}))
        for piece in script.pieces:
            is_text = isinstance(piece, str)
            pieces.append(self._event(kept, "response.output_text.delta", {**at, "delta": piece}) if is_text else piece)
        status = "completed" if script.ending == "completed" else "incomplete"
        content = [{"type": "output_text", "text": "".join(texts), "annotations": []}]
        whole = {"id": message_id, "type": "message", "status": status, "role": "assistant", "content": content}
        kept.object["_output"] = [*([whole] if texts else []), *script.items]
        if script.fault is not None:
            pieces.append(self._event(kept, "error", {"error": script.fault}))
        elif script.ending is not None:
            pieces += self._stream_end(kept, script.ending)
        return pieces

    def _stream_end(self, kept: Kept, ending: str) -> list[object]:
        items = enumerate(kept.object["_output"])
        done = [
            self._event(kept, "response.output_item.done", {"output_index": at, "item": item}) for at, item in items
        ]
        final = kept.object | self._final(kept, ending)
        if not any(isinstance(piece, asyncio.Event) for piece in kept.script.pieces):
            kept.object |= self._final(kept, ending)
        return [*done, self._event(kept, f"response.{ending}", {"response": final})]

    def _final(self, kept: Kept, status: str) -> dict[str, Any]:
        output = kept.object["_output"]
        if status == "completed":
            kept.sent += [item for item in output if item not in kept.sent]
            self._add_to_conversation(kept)
        return {"status": status, "output": output, "usage": USAGE} | kept.script.fields

    def _add_to_conversation(self, kept: Kept) -> None:
        conversation = kept.object.get("conversation")
        if conversation is None:
            return
        ids = self.conversations[conversation["id"]]
        for item in kept.sent[len(ids) :]:
            ids.append(item.get("id") or self._id("item"))
            self.items[ids[-1]] = {**item, "id": ids[-1]}

    def _event(self, kept: Kept, name: str, data: dict[str, Any]) -> bytes:
        number = len(kept.events)
        body: dict[str, Any] = {"type": name, "sequence_number": number, **data}
        if "response" in body:
            body["response"] = {key: value for key, value in body["response"].items() if key != "_output"}
        if self.is_sparse:
            body = {
                key: value for key, value in body.items() if key not in ("sequence_number",) and "_index" not in key
            }
            if "response" in body:
                slim = ("id", "object", "status", "model", "output", "usage", "error", "incomplete_details")
                body["response"] = {key: body["response"].get(key) for key in slim}
        kept.events.append((number, sse(name, body)))
        return kept.events[-1][1]

    def _id(self, prefix: str) -> str:
        self._numbers += 1
        return f"{prefix}_{self._numbers}"


def _line(item: dict[str, Any]) -> tuple[str, str]:
    content = item.get("content", item.get("output", ""))
    return item.get("role", item["type"]), content if isinstance(content, str) else content[0]["text"]
