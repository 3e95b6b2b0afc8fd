import asyncio
import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from typing import TextIO, TypeAlias

import pytest

from frieza_tui.backends.base import Preparation
from frieza_tui.backends.scripted import Reply, ScriptedBackend, final
from frieza_tui.chat import Chat, Past, Patience, SilenceWatch
from frieza_tui.chat.silence import SILENT_S
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import ModelError, RateLimited
from frieza_tui.domain.events import RunChanged, ThreadLost
from frieza_tui.domain.run import Run
from frieza_tui.domain.thread import Message, TextPart, Thread
from frieza_tui.domain.turn import PastTurn, TurnEnded
from frieza_tui.plain import ANSWERED, FAILED, PlainFace
from tests.support.seconds import Seconds

FRIEZA = Assistant("フリーザ様", "You act as Frieza from Dragon Ball. Speak in Japanese")


Pipe: TypeAlias = tuple[TextIO, TextIO]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """Standard input as a reader and a writer."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as typing, os.fdopen(reading, encoding="utf-8") as source:
        yield source, typing
        typing.close()  # the reader's thread comes to its end before the file is closed under it
        source.read()


class Face:
    def __init__(self, *replies: Reply) -> None:
        self.backend = ScriptedBackend(replies)
        self.out, self.err = io.StringIO(), io.StringIO()
        self.chat = Chat(self.backend, FRIEZA)
        self.plain = PlainFace(self.chat, self.out, self.err)


async def test_the_articles_loop_prompts_answers_and_ends_by_q() -> None:
    face = Face(Reply("ホッホッホ。", "私です。"), Reply("二"))
    status = await face.plain.run_loop(io.StringIO("誰だ\n\n次\nq\n届かない\n"))
    assert status == ANSWERED
    assert face.out.getvalue() == "> ホッホッホ。私です。\n> > 二\n> "
    assert [request.thread.messages[-1].text for request in face.backend.requests] == ["誰だ", "次"]


async def test_the_loop_ends_at_the_end_of_the_file_and_gives_a_receipt() -> None:
    face = Face(Reply("一"))
    await face.plain.run_loop(io.StringIO("1"))
    receipt = face.err.getvalue().splitlines()
    assert [line.split()[0] for line in receipt] == ["thread", "assistant"]
    assert all(line.endswith(": deleted") for line in receipt)


async def test_one_answer_is_all_that_standard_output_gets() -> None:
    face = Face(Reply("はい", "。"))
    assert await face.plain.run_once("聞け") == ANSWERED
    assert (face.out.getvalue(), face.err.getvalue()) == ("はい。\n", "")
    assert face.backend.is_closed


async def test_a_conversation_that_the_server_lost_is_told_on_the_other_stream() -> None:
    face = Face(Reply(ThreadLost(), "一"))
    await face.plain.run_once("1")
    assert (face.out.getvalue(), face.err.getvalue().count("no longer had the conversation")) == ("一\n", 1)


@pytest.mark.parametrize(("bound_s", "told"), [(0, ["reading 0%", "reading 50%"]), (60, [])])
async def test_how_far_a_long_prompt_is_read_is_told_now_and_then_and_what_was_left_out_once(
    bound_s: int, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frieza_tui.plain.READING_TOLD_S", bound_s)
    runs = [Run("", "in_progress", dropped_messages=2, read_fraction=read) for read in (None, 0.0, 0.5, None)]
    face = Face(Reply(*map(RunChanged, runs), "一"))
    await face.plain.run_once("1")
    left_out, *rest = face.err.getvalue().splitlines()
    assert ("2 oldest messages" in left_out, rest) == (True, told)


async def test_a_failure_is_told_on_the_other_stream_with_status_1() -> None:
    face = Face(Reply(before=[ModelError("There is no model.", "Install one.")]))
    assert await face.plain.run_once("聞け") == FAILED
    assert (face.out.getvalue(), face.err.getvalue()) == ("", "There is no model. Install one.\n")


async def test_a_rate_limit_is_waited_out_and_told_on_the_other_stream() -> None:
    face = Face(Reply(before=[RateLimited("Too many requests.", retry_after_s=2.0)]), Reply("はい"))
    face.chat.patience = Patience(lambda _seconds: asyncio.sleep(0))
    assert await face.plain.run_once("聞け") == ANSWERED
    assert face.out.getvalue() == "はい\n"
    assert face.err.getvalue() == "Too many requests. Trying again in 2 s; Ctrl+C cancels.\n"


async def test_a_long_silence_is_told_each_ten_seconds_on_the_other_stream() -> None:
    gate, seconds = asyncio.Event(), Seconds()
    face = Face(Reply("はい", gate))
    face.chat.silence = SilenceWatch(seconds.sleep)
    answering = asyncio.create_task(face.plain.run_once("聞け"))
    await seconds.pass_one_by_one(SILENT_S * 2 + 2)
    gate.set()
    assert await answering == ANSWERED
    assert face.err.getvalue().splitlines() == [
        f"Nothing has come for {count} s; Ctrl+C cancels." for count in (SILENT_S, SILENT_S * 2)
    ]


async def test_a_cut_reply_keeps_its_text_and_says_why() -> None:
    face = Face(Reply("途中", final("incomplete", incomplete_reason="max_tokens")))
    assert await face.plain.run_once("聞け") == ANSWERED
    assert face.out.getvalue() == "途中\n"
    assert "largest" in face.err.getvalue()


async def test_escape_sequences_of_a_model_never_reach_the_output() -> None:
    face = Face(Reply("赤\x1b[3", "1m字\x07"))
    await face.plain.run_once("聞け")
    assert "\x1b" not in face.out.getvalue()
    assert "赤字" in face.out.getvalue()


async def test_what_came_before_is_printed_as_it_was_then() -> None:
    asked = [Message("user", (TextPart(text),), id=text) for text in ("一", "二")]
    replies = [Message("assistant", (TextPart(text),), id=text) for text in ("壱\x1b[31m", "弐")]
    ends = TurnEnded("done"), TurnEnded("incomplete", "It was cut off.", rest="on_server")
    turns = tuple(PastTurn(user, (), end, reply.id) for user, end, reply in zip(asked, ends, replies, strict=True))
    thread = Thread(messages=(asked[0], replies[0], asked[1], replies[1]))
    chat, out, err = Chat(ScriptedBackend(()), FRIEZA, past=Past(thread, turns)), io.StringIO(), io.StringIO()
    assert await PlainFace(chat, out, err).run_loop(io.StringIO("q\n")) == ANSWERED
    assert out.getvalue() == "> 一\n壱\n> 二\n弐\n> "
    assert err.getvalue() == "It was cut off.\n"


async def test_each_stage_of_the_preparation_is_told_once() -> None:
    stages = [Preparation("starting_server"), *(Preparation("loading_model", part) for part in (0.1, 0.5))]
    face = Face()
    face.chat = Chat(ScriptedBackend((Reply("はい"),), preparation=[*stages, Preparation("ready")]), FRIEZA)
    assert await PlainFace(face.chat, face.out, face.err).run_once("聞け") == ANSWERED
    assert face.err.getvalue() == "starting the server …\nloading the model …\n"


async def test_an_output_that_takes_no_more_ends_the_loop_with_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sys, "stdout", sys.stdout)
    face = Face()
    assert await PlainFace(face.chat, FullDisk(), face.err).run_loop(io.StringIO("聞け\n")) == FAILED
    sys.stdout.close()
    assert "The output cannot be written" in face.err.getvalue()


async def test_a_reader_who_has_seen_enough_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class ClosedPipe(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", sys.stdout)
    face = Face(Reply("はい", "。"))
    face.plain = PlainFace(face.chat, ClosedPipe(), face.err)
    assert await face.plain.run_once("聞け") == FAILED
    sys.stdout.close()  # it forgets what is written, from the broken pipe on
    assert face.err.getvalue() == ""


async def test_an_interrupt_stops_the_reply_and_the_loop_goes_on(pipe: Pipe) -> None:
    face = Face(Reply("途中", asyncio.Event()), Reply("次"))
    source, typing = pipe
    running = asyncio.create_task(face.plain.run_loop(source))
    typing.write("一\n")
    typing.flush()
    await shown(face, "途中")
    os.kill(os.getpid(), signal.SIGINT)
    typing.write("二\nq\n")
    typing.flush()
    await running
    assert face.out.getvalue() == "> 途中\n> 次\n> "
    assert "cancelled" in face.err.getvalue()


async def test_a_termination_signal_leaves_and_deletes(pipe: Pipe) -> None:
    face = Face(Reply("途中", asyncio.Event()))
    source, typing = pipe
    running = asyncio.create_task(face.plain.run_loop(source))
    typing.write("一\n")
    typing.flush()
    await shown(face, "途中")
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert face.backend.remote_objects == ()
    assert face.err.getvalue().count("deleted") == 2


async def shown(face: Face, text: str) -> None:
    """Wait until a text has been written to the output."""
    has_come = asyncio.Event()
    write = face.out.write

    def note(piece: str) -> int:
        count = write(piece)
        if text in face.out.getvalue():
            has_come.set()
        return count

    face.out.write = note  # type: ignore[method-assign]
    if text not in face.out.getvalue():
        await has_come.wait()
