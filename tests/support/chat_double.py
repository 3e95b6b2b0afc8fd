"""A stand-in for a server of the Chat Completions API: keeps nothing, and writes as a test tells it to."""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.assistants_double import SSE, chopped
from tests.support.raw_http import Answer, Call, error_answer, json_answer

FINISH = {"completed": "stop", "incomplete": "length"}
DONE = b"data: [DONE]\n\n"


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> bytes:
    choice = {"index": 0, "delta": delta or {}, "logprobs": None, "finish_reason": finish}
    data = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "double-1", "choices": [choice]} | fields
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


USAGE = chunk(choices=[], usage={"prompt_tokens": 20, "completion_tokens": 11, "total_tokens": 31})


@dataclass
class Script:
    """What one run does: text pieces and gates, then an ending; None ends the stream without one."""

    pieces: Sequence[object] = ()
    ending: str | None = "completed"
    fault: dict[str, Any] | None = None
    raw: Answer | None = None
    is_lost: bool = False


@dataclass
class ChatDouble:
    """The server's answers; `answer` is the handler for `raw_http.serve`."""

    scripts: deque[Script] = field(default_factory=deque)
    chop: int | None = None
    extras: list[bytes] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=lambda: [{"id": "double-1", "object": "model"}])
    window_tokens: int | None = None
    """If set, longer prompts are refused; a message counts as many tokens as its JSON has bytes."""
    refused_fields: set[str] = field(default_factory=set)
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the runs that were begun."""

    reply: str = ""
    """All that the last run writes."""

    def will(self, *pieces: object, **facts: Any) -> Script:
        script = Script(pieces, **facts)
        self.scripts.append(script)
        return script

    def answer(self, call: Call) -> Answer:
        match call.method, call.path:
            case "GET", "/v1/models":
                return json_answer({"object": "list", "data": self.models})
            case "POST", "/v1/chat/completions":
                return self._refusal(call.json) or self._begin(call.json)
            case _:
                return error_answer(404, "Not found")

    def _refusal(self, body: dict[str, Any]) -> Answer | None:
        for name in self.refused_fields & set(body):
            return error_answer(400, f"Unrecognized request argument supplied: {name}")
        asked = sum(len(json.dumps(message)) for message in body["messages"])
        if self.window_tokens is not None and asked > self.window_tokens:
            words = f"This model's maximum context length is {self.window_tokens} tokens; you asked for {asked}."
            return error_answer(400, words, "context_length_exceeded")
        return None

    def _begin(self, body: dict[str, Any]) -> Answer:
        script = self.scripts.popleft()
        if script.raw is not None:
            return script.raw
        self.requests.append(body)
        self.reply = "".join(piece for piece in script.pieces if isinstance(piece, str))
        pieces: list[object] = [chunk({"role": "assistant", "content": None}), *self.extras]
        for piece in script.pieces:
            pieces.append(chunk({"content": piece}) if isinstance(piece, str) else piece)
        if script.fault is not None:
            pieces.append(b"data: " + json.dumps({"error": script.fault}).encode() + b"\n\n")
        elif script.ending is not None:
            pieces.append(chunk(finish=FINISH[script.ending]))
            pieces += [USAGE] if "stream_options" in body else []
            pieces.append(DONE)
        return Answer(chopped(pieces, self.chop), content_type=SSE)
