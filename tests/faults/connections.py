"""Faults of connections, headers and bodies: alike for every API, tried on the one that needs the fewest requests."""

import asyncio
import json
from collections.abc import Callable
from typing import Final

from tests.faults.server import FaultServer
from tests.faults.session import DONE_WELL, FAILED, TEXT, Fault, escape
from tests.support.assistants_double import SSE
from tests.support.chat_double import DONE, chunk
from tests.support.raw_http import CUT, Answer, error_answer

_OTHER_HOST: Final = "http://localhost.invalid/v1/elsewhere"


def answers(answer: Answer) -> Callable[[FaultServer], None]:
    """Have the run answered by something else."""
    return lambda server: server.will(raw=answer)


def streams(*pieces: object) -> Callable[[FaultServer], None]:
    """Have the run answered by a stream of these pieces."""
    return answers(Answer(pieces, content_type=SSE))


def says_raw(*pieces: object) -> Callable[[FaultServer], None]:
    """Have the run answered by bytes that need not be HTTP."""
    return answers(Answer(pieces, is_raw=True))


def lost_then(lost: Answer, *pieces: object, **facts: Answer) -> Callable[[FaultServer], None]:
    """Fail in a way that has the program ask again by itself, and do something at its second try."""

    def stage(server: FaultServer) -> None:
        server.will(raw=lost)
        server.will(*pieces, **facts)

    return stage


def back(server: FaultServer) -> None:
    server.come_back()


CALL: Final = {"id": "call_1", "type": "function", "function": {"name": "open_door", "arguments": "{}"}}
HEAD: Final = chunk({"role": "assistant", "content": None})
SAID: Final = chunk({"content": TEXT})
END: Final = chunk(finish="stop")
_HALF: Final = json.dumps({"choices": [{"index": 0, "delta": {"content": "フリーザ"}}]}, ensure_ascii=False).encode()

CONNECT: Final = (
    Fault("connect: refused", FaultServer.go_down, ("connection was refused", FAILED), mend=back, is_sent=False),
    Fault(
        "connect: accepted and closed at once",
        lambda server: server.talk_otherwise(b""),
        ("closed the connection without an answer", FAILED),
        mend=back,
        is_sent=False,
    ),
    Fault(
        "connect: another protocol",
        lambda server: server.talk_otherwise(b"220 mail.example ESMTP\r\n\r\n"),
        ("not of its API", FAILED),
        mend=back,
        is_sent=False,
    ),
    Fault(
        "connect: never accepted",
        FaultServer.take_no_connection,
        ("did not take the connection in time", FAILED),
        mend=back,
        is_sent=False,
    ),
    Fault("connect: a used one is lost before the answer", lost_then(Answer([CUT]), TEXT), (DONE_WELL,), TEXT),
    Fault(
        "connect: lost again and again",
        lost_then(Answer([CUT]), raw=Answer([CUT])),
        ("closed the connection without an answer", FAILED),
        is_sent=False,
    ),
    Fault(
        "connect: lost within the status line",
        lost_then(Answer([b"HTTP/1.1 2"], is_raw=True), TEXT),
        (DONE_WELL,),
        TEXT,
    ),
)

HEADERS: Final = (
    Fault(
        "headers: a web page",
        answers(Answer([b"<html>It works!</html>"], content_type="text/html")),
        ("web page", FAILED),
        is_sent=False,
    ),
    Fault(
        "headers: plain text for a stream",
        answers(Answer([b"hello"], content_type="text/plain")),
        ("not of its API", FAILED),
        is_sent=False,
    ),
    Fault(
        "headers: nothing below them", answers(Answer([], content_type=SSE)), ("not of its API", FAILED), is_sent=False
    ),
    Fault("headers: JSON that is no object", answers(Answer([b"[1]"])), ("not of its API", FAILED), is_sent=False),
    Fault("headers: 204", says_raw(b"HTTP/1.1 204 No Content\r\n\r\n"), ("not of its API", FAILED), is_sent=False),
    Fault("status: 400", answers(error_answer(400, "Too odd.")), ("400", "Too odd.", FAILED), is_sent=False),
    Fault("status: 401", answers(error_answer(401, "No.")), ("does not accept the API key", FAILED), is_sent=False),
    Fault("status: 403", answers(error_answer(403, "Not you.")), ("does not allow this", FAILED), is_sent=False),
    Fault("status: 404", answers(error_answer(404, "What?")), ("does not have", FAILED), is_sent=False),
    Fault("status: 413", answers(error_answer(413, "Too much.")), ("413", FAILED), is_sent=False),
    Fault(
        "status: 429 for an hour",
        answers(error_answer(429, "Slow down.", headers={"retry-after": "3600"})),
        ("too many requests", "60 minutes", FAILED),
        is_sent=False,
    ),
    Fault(
        "status: 429 for a minute, then Escape",
        answers(error_answer(429, "Slow down.", headers={"retry-after": "60"})),
        ("cancelled",),
        act=escape,
    ),
    Fault(
        "clock: a rate limit that ended in 1970",
        lost_then(error_answer(429, "Slow.", headers={"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}), TEXT),
        (DONE_WELL,),
        TEXT,
    ),
    Fault(
        "clock: a rate limit until 2106",
        answers(error_answer(429, "Slow.", headers={"retry-after": "Fri, 01 Jan 2106 00:00:00 GMT"})),
        ("too many requests", FAILED),
        is_sent=False,
    ),
    Fault(
        "status: 429 of no quota",
        answers(error_answer(429, "Pay.", "insufficient_quota")),
        ("no quota left", FAILED),
        is_sent=False,
    ),
    Fault("status: 500", answers(error_answer(500, "Oops.")), ("500", "Oops.", FAILED), is_sent=False),
    Fault(
        "status: 502 with a web page",
        answers(Answer([b"<html>Bad gateway</html>"], 502, "text/html")),
        ("502", FAILED),
        is_sent=False,
    ),
    Fault("status: 503", answers(error_answer(503, "Later.")), ("503", FAILED), is_sent=False),
    Fault("status: 529", answers(error_answer(529, "Overloaded.")), ("529", "Overloaded", FAILED), is_sent=False),
    Fault(
        "status: 500 with commands for the terminal",
        answers(error_answer(500, "\x1b]52;c;aGk=\x07\x1b[2JOops.")),
        ("500", "Oops.", FAILED),
        is_sent=False,
    ),
    Fault(
        "headers: a flood of them",
        answers(Answer([DONE], content_type=SSE, headers={f"x-{number}": "y" * 1000 for number in range(300)})),
        ("not of its API", FAILED),
        is_sent=False,
    ),
    Fault(
        "headers: a redirect to another host",
        answers(Answer([], 307, headers={"location": _OTHER_HOST})),
        ("sends requests on to localhost.invalid", FAILED),
        is_sent=False,
    ),
    Fault(
        "headers: a body that is not what its coding says",
        answers(Answer([b"not gzip at all"], headers={"content-encoding": "gzip"})),
        ("not of its API", FAILED),
        is_sent=False,
    ),
    Fault(
        "headers: less body than was announced",
        says_raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{"),
        ("ended in the middle", FAILED),
        is_sent=False,
    ),
)

STREAM: Final = (
    Fault("stream: cut within an event", streams(HEAD, SAID, END[:20], CUT), ("middle of the reply", FAILED), TEXT),
    Fault(
        "stream: cut within a character", streams(HEAD, SAID, b"data: " + _HALF[:-5], CUT), ("middle of", FAILED), TEXT
    ),
    Fault("stream: silence within it", streams(HEAD, SAID, asyncio.Event()), ("silent for too long", FAILED), TEXT),
    Fault(
        "stream: silence before it", answers(Answer([asyncio.Event()])), ("silent for too long", FAILED), is_sent=False
    ),
    Fault(
        "stream: pieces of one byte", streams(*(bytes([one]) for one in HEAD + SAID + END + DONE)), (DONE_WELL,), TEXT
    ),
    Fault("stream: line ends of CRLF", streams((HEAD + SAID + END + DONE).replace(b"\n", b"\r\n")), (DONE_WELL,), TEXT),
    Fault("stream: comments only", streams(*[b": keep-alive\n\n"] * 50), ("not of its API", FAILED), is_sent=False),
    Fault(
        "stream: a line that does not end",
        streams(HEAD, SAID, b"data: {", *[b"x" * (1 << 20)] * 66),
        ("not of its API", FAILED),
        TEXT,
    ),
    Fault("stream: broken JSON between events", streams(HEAD, b"data: {]\n\n", SAID, END, DONE), (DONE_WELL,), TEXT),
    Fault(
        "stream: bytes that are no UTF-8", streams(HEAD, b"data: \xff\xfe\xfd\n\n", SAID, END, DONE), (DONE_WELL,), TEXT
    ),
    Fault("stream: two replies in one", streams(HEAD, SAID, END, DONE, HEAD, SAID, END, DONE), (DONE_WELL,), TEXT),
    Fault("stream: Escape in its silence", streams(HEAD, SAID, asyncio.Event()), ("cancelled",), TEXT, act=escape),
    Fault(
        "stream: commands for the terminal",
        streams(HEAD, chunk({"content": f"\x1b]0;owned\x07\x1b[2J{TEXT}"}), END, DONE),
        (DONE_WELL,),
        TEXT,
    ),
)

CHUNKS: Final = (
    Fault("events: no [DONE]", streams(HEAD, SAID, END), (DONE_WELL,), TEXT),
    Fault("events: no finish reason", streams(HEAD, SAID), ("middle of the reply", FAILED), TEXT),
    Fault("events: [DONE] twice", streams(HEAD, SAID, END, DONE, DONE), (DONE_WELL,), TEXT),
    Fault("events: a delta after the end", streams(HEAD, SAID, END, SAID, DONE), (DONE_WELL,), TEXT),
    Fault("events: no word at all", streams(HEAD, END, DONE), ("answer is empty", DONE_WELL)),
    Fault("events: missing fields", streams(b'data: {"choices":[{}]}\n\n', SAID, END, DONE), (DONE_WELL,), TEXT),
    Fault(
        "events: an error among the chunks",
        streams(HEAD, SAID, b'data: {"error": {"message": "we are sorry", "code": 500}}\n\n'),
        ("we are sorry", FAILED),
        TEXT,
    ),
    Fault("events: the length is reached", streams(HEAD, SAID, chunk(finish="length"), DONE), ("incomplete",), TEXT),
    Fault(
        "events: filtered",
        streams(HEAD, SAID, chunk(finish="content_filter"), DONE),
        ("content filter", "incomplete"),
        TEXT,
    ),
    Fault(
        "action: a function that nobody has, over Chat Completions",
        streams(HEAD, SAID, chunk({"tool_calls": [{"index": 0, **CALL}]}), chunk(finish="tool_calls"), DONE),
        ("open_door", FAILED),
        TEXT,
    ),
    Fault(
        "clock: a server between 1970 and 2106",
        streams(HEAD, chunk({"content": TEXT}, created=0), chunk(finish="stop", created=2**32), DONE),
        (DONE_WELL,),
        TEXT,
    ),
)
