import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from frieza_tui.backends import chat_completions
from frieza_tui.backends.chat_completions import ChatCompletionsBackend
from frieza_tui.backends.encoded_messages import EncodedMessages
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.domain.errors import BadReply, NotHere, Refused, StreamCut, TimedOut
from frieza_tui.domain.events import RunChanged, RunEvent
from frieza_tui.domain.run import Run
from frieza_tui.domain.thread import ImageUrlPart, Message, TextPart, Thread
from tests.support.assistants_double import SSE, chopped, transcript
from tests.support.backend_contract import (
    FRIEZA,
    BackendContract,
    Stage,
    Staging,
    asking,
    ending_of,
    request_of,
    run,
    run_to_error,
    text_of,
)
from tests.support.chat_double import DONE, ChatDouble, Script, chunk
from tests.support.raw_http import CUT, Answer, Loopback, error_answer, json_answer, serve
from tests.support.traces import expected, trace

EXPECTED = expected("chat")


class ChatStage:
    def __init__(self, backend: ChatCompletionsBackend, server: Loopback, double: ChatDouble) -> None:
        self.backend = backend
        self.server = server
        self.double = double

    def will(self, *pieces: object, ending: str | None = "completed", **facts: Any) -> Script:
        return self.double.will(*pieces, ending=ending, **facts)

    def will_answer(self, answer: Answer) -> Script:
        return self.double.will(raw=answer)

    def chop(self, size: int) -> None:
        self.double.chop = size

    def add_unknown_events(self) -> int:
        self.double.extras = [b'data: {"type": "ping"}\n\n', b": comment\n\n", b"data: {]\n\n", b"data: []\n\n"]
        return 3

    def out_of_order(self) -> tuple[bytes, str]:
        another = {"index": 1, "delta": {"content": "b"}, "finish_reason": None}
        return b"".join([chunk(choices=[another]), chunk({"content": "a"}), chunk(finish="stop")]), "a"

    def texts(self) -> list[tuple[str, str]]:
        sent = [(message["role"], message["content"]) for message in self.double.requests[-1]["messages"]]
        return [*(line for line in sent if line[0] != "system"), ("assistant", self.double.reply)]


@asynccontextmanager
async def staged(model: str = "", **options: Any) -> AsyncGenerator[ChatStage, None]:
    double = ChatDouble()
    async with serve(double.answer) as server:
        client = OpenAIClient(Server(server.base_url, "sk-test-key"), loads_assistants=False, **options)
        backend = ChatCompletionsBackend(client, model=model)
        try:
            yield ChatStage(backend, server, double)
        finally:
            await backend.close()


class TestChatCompletionsKeepTheContract(BackendContract):
    @pytest.fixture
    def staging(self) -> Staging:
        def stage(**options: Any) -> AbstractAsyncContextManager[Stage]:
            return staged(**options)

        return stage

    @pytest.mark.parametrize("status", ["incomplete"])
    async def test_the_end_that_the_server_tells_is_the_end(self, staging: Staging, status: str) -> None:
        async with staging() as stage:
            stage.will("half", ending=status)
            events = await run(stage.backend, asking("hi"))
            assert ending_of(events) == status
            assert "close incomplete: half (length)" in trace(events)


def spoken(*texts: str) -> Thread:
    """Return a thread of whole turns."""
    thread = Thread()
    for text in texts:
        thread = asking(f"ask {text}", thread).with_message(Message("assistant", (TextPart(text),)))
    return thread


def last_run(events: list[RunEvent]) -> Run:
    last = events[-1]
    assert isinstance(last, RunChanged)
    return last.run


# -- the stream ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, 7])
async def test_a_transcript_through_the_server_gives_the_same_events(size: int | None) -> None:
    async with staged() as stage:
        for name, told in EXPECTED.items():
            stage.will_answer(Answer(chopped([transcript(name)], size), content_type=SSE))
            events: list[RunEvent] = []
            try:
                async for event in stage.backend.stream_run(request_of(asking("hi"))):
                    events.append(event)
            except StreamCut:
                assert name == "chat_truncated.sse"
            assert trace(events) == told, name


async def test_a_reply_cut_after_any_byte_never_passes_for_whole() -> None:
    stream = transcript("chat_normal.sse")
    finish = stream.index(b'"finish_reason":"stop"')
    whole = "Hello! How can I assist you today? 日本語 🎉"
    async with staged() as stage:
        for at in range(1, finish, 97):
            stage.will_answer(Answer([stream[:at], CUT], content_type=SSE))
            events, error = await run_to_error(stage.backend, asking("hi"))
            assert isinstance(error, StreamCut)
            assert whole.startswith(text_of(events))


async def test_a_reply_that_said_its_last_word_is_whole_though_its_stream_breaks() -> None:
    async with staged() as stage:
        stage.will("all", chunk(finish="stop"), CUT, ending=None)
        assert last_run(await run(stage.backend, asking("hi"))).status == "completed"


async def test_a_stream_that_is_left_open_after_its_last_word_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chat_completions.backend, "USAGE_WAIT_S", 0.05)
    async with staged() as stage:
        stage.will("all", chunk(finish="stop"), asyncio.Event(), ending=None)
        assert last_run(await run(stage.backend, asking("hi"))).status == "completed"


async def test_a_stream_without_a_finish_reason_is_whole_if_it_says_so() -> None:
    async with staged() as stage:
        stage.will("all", DONE, ending=None)
        assert last_run(await run(stage.backend, asking("hi"))).status == "completed"


async def test_a_connection_that_breaks_after_the_last_word_takes_nothing_back() -> None:
    async with staged() as stage:
        stage.will("all", DONE, CUT, ending=None)
        assert last_run(await run(stage.backend, asking("hi"))).status == "completed"


async def test_silence_within_a_reply_is_told_and_what_came_stays() -> None:
    async with staged(read_timeout_s=0.3) as stage:
        stage.will("half", asyncio.Event(), ending=None)
        events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, TimedOut)
        assert text_of(events) == "half"


# -- what is sent ----------------------------------------------------------------------------------------------------


async def test_a_request_carries_what_the_reference_names_and_no_more() -> None:
    async with staged() as stage:
        stage.will("x")
        await run(stage.backend, asking("hi"))
        assert stage.double.requests == [
            {
                "model": "double-1",
                "messages": [
                    {"role": "system", "content": FRIEZA.instructions},
                    {"role": "user", "content": "hi"},
                ],
                "stream": True,
                "stream_options": {"include_usage": True},
            }
        ]


async def test_a_server_that_does_not_know_of_usage_is_not_asked_for_it_again() -> None:
    async with staged() as stage:
        stage.double.refused_fields = {"stream_options"}
        stage.will("a")
        stage.will("b")
        assert last_run(await run(stage.backend, asking("hi"))).usage is None
        await run(stage.backend, asking("hi"))
        assert stage.server.count("POST", "/chat/completions") == 3


async def test_the_other_name_of_the_longest_reply_is_used_where_a_server_knows_that_one() -> None:
    async with staged() as stage:
        stage.double.refused_fields = {"max_tokens"}
        for text in ("a", "b"):
            stage.will(text)
            request = request_of(asking("hi"), max_output_tokens=9)
            assert text_of([event async for event in stage.backend.stream_run(request)]) == text
        assert [sent["max_completion_tokens"] for sent in stage.double.requests] == [9, 9]
        assert stage.server.count("POST", "/chat/completions") == 3


async def test_sources_that_come_after_the_last_word_are_told() -> None:
    async with staged() as stage:
        source = {"type": "url_citation", "url_citation": {"url": "https://example.invalid/n"}}
        stage.will("all", chunk(finish="stop"), chunk({"annotations": [source]}), ending=None)
        events = await run(stage.backend, asking("hi"))
        assert "note url_citation https://example.invalid/n" in trace(events)
        assert ending_of(events) == "completed"


async def test_messages_of_one_role_that_follow_each_other_go_as_one() -> None:
    async with staged() as stage:
        stage.will("x")
        await run(stage.backend, asking("again", asking("unanswered")))
        assert stage.texts()[0] == ("user", "unanswered\n\nagain")


async def test_images_of_a_user_are_sent_as_parts() -> None:
    async with staged() as stage:
        stage.will("nice")
        seen = Message("user", (TextPart("look"), ImageUrlPart("https://example.invalid/a.png")))
        await run(stage.backend, Thread(messages=(seen,)))
        content = stage.double.requests[0]["messages"][-1]["content"]
        assert [part["type"] for part in content] == ["text", "image_url"]


async def test_half_a_character_in_a_message_does_not_stop_it() -> None:
    async with staged() as stage:
        stage.will("x")
        await run(stage.backend, asking("a\ud83cb"))
        assert stage.texts()[0] == ("user", "a?b")


# -- the window ------------------------------------------------------------------------------------------------------


async def test_a_history_too_long_loses_its_oldest_turns_once_and_says_so() -> None:
    async with staged() as stage:
        stage.double.window_tokens = 700
        stage.will("fits")
        thread = spoken(*("x" * 40 for _turn in range(10)))
        last = last_run(await run(stage.backend, asking("more", thread)))
        assert 0 < last.dropped_messages < 20
        assert last.dropped_messages % 2 == 0
        assert len(stage.texts()) == 22 - last.dropped_messages
        assert stage.server.count("POST", "/chat/completions") == 2
        stage.will("fits again")
        assert last_run(await run(stage.backend, asking("more", thread))).dropped_messages > 0
        assert stage.server.count("POST", "/chat/completions") == 3


async def test_one_message_too_long_for_the_model_is_an_error() -> None:
    async with staged() as stage:
        stage.double.window_tokens = 100
        _events, error = await run_to_error(stage.backend, asking("x" * 500))
        assert isinstance(error, Refused)
        assert "longer than the model can read" in error.happened


async def test_a_window_that_the_server_lists_is_kept_without_a_refusal() -> None:
    async with staged() as stage:
        stage.double.models = [{"id": "double-1", "max_model_len": 400}]
        stage.will("fits")
        thread = spoken(*("x" * 100 for _turn in range(10)))
        assert last_run(await run(stage.backend, asking("more", thread))).dropped_messages > 0
        assert stage.server.count("POST", "/chat/completions") == 1


# -- models and servers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        error_answer(404, "The model `gtp-4o` does not exist.", "model_not_found"),
        error_answer(404, 'model "gtp-4o" not found, try pulling it first'),
        error_answer(400, "gtp-4o is not a valid model ID"),
    ],
)
async def test_a_model_that_the_server_does_not_know_is_told_with_those_like_it(answer: Answer) -> None:
    async with staged(model="gtp-4o") as stage:
        stage.double.models = [{"id": one} for one in ("gpt-4o", "gpt-4o-mini", "whisper")]
        stage.will_answer(answer)
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, NotHere)
        assert "gtp-4o" in error.happened
        assert "gpt-4o, gpt-4o-mini" in error.todo


async def test_a_server_that_has_no_models_yet_is_told_so_and_asked_again_once_it_has_one() -> None:
    async with staged() as stage:
        listed, stage.double.models = stage.double.models, []
        stage.will_answer(error_answer(404, "model 'default' not found"))  # Ollama as it comes
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert type(error) is NotHere
        assert "has no models yet" in error.happened
        stage.double.models = listed
        stage.will("hello")
        assert text_of(await run(stage.backend, asking("hi"))) == "hello"
        assert stage.double.requests[-1]["model"] == "double-1"


async def test_a_server_without_a_list_of_models_is_asked_for_its_default() -> None:
    async with staged() as stage:
        stage.double.models = []
        stage.will("x")
        await run(stage.backend, asking("hi"))
        assert stage.double.requests[0]["model"] == "default"


async def test_a_server_without_this_api_is_told_so() -> None:
    async with staged() as stage:
        stage.will_answer(error_answer(404, "Not found"))
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, NotHere)
        assert "Chat Completions" in error.happened


async def test_a_200_that_is_no_completion_is_a_bad_reply() -> None:
    async with staged() as stage:
        stage.will_answer(json_answer({"hello": "world"}))
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, BadReply)


# -- each message once -----------------------------------------------------------------------------------------------


def test_a_message_is_encoded_once_while_it_is_in_the_thread() -> None:
    encoded_texts: list[str] = []

    def encode(message: Message) -> object:
        encoded_texts.append(message.text)
        return message.text

    messages = EncodedMessages(encode)
    thread = spoken("a", "b").messages
    messages.follow(thread)
    first = list(messages.pieces)
    messages.follow(thread)
    assert messages.pieces == first
    assert len(encoded_texts) == 4
    changed = (*thread[:-1], replace(thread[-1], parts=(TextPart("c"),)))
    messages.follow(changed)
    assert messages.pieces[-1] == b'"c"'
    assert len(encoded_texts) == 5


async def test_a_404_that_says_what_is_missing_is_not_taken_for_a_missing_api() -> None:
    async with staged() as stage:
        stage.will_answer(error_answer(404, "No endpoints found matching your data policy."))
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert "No endpoints found" in error.happened
        assert "/model" in error.todo
        stage.will_answer(error_answer(404, "Not Found"))
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert "does not have the Chat Completions API" in error.happened
