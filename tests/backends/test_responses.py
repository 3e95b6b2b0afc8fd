import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from frieza_tui.backends import base, responses
from frieza_tui.backends.api_notes import ApiNotes
from frieza_tui.backends.base import RunRequest, Sampling
from frieza_tui.backends.model_list import ModelChoice
from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.responses import ResponsesBackend
from frieza_tui.backends.responses.follower import Patience
from frieza_tui.backends.responses.memory import Start
from frieza_tui.backends.responses.requests import RequestBuilder
from frieza_tui.chat.receipt import DELETE_S, receipt_line
from frieza_tui.domain.branches import ending_at
from frieza_tui.domain.errors import NotHere, RateLimited, Refused, StreamCut, TimedOut
from frieza_tui.domain.events import RunChanged, RunEvent, TextDelta, ThreadCreated, ThreadLost
from frieza_tui.domain.run import ToolCall
from frieza_tui.domain.thread import ImageFilePart, ImageUrlPart, Message, TextPart, Thread
from tests.support.assistants_double import SSE, chopped, sse, transcript
from tests.support.backend_contract import (
    FRIEZA,
    BackendContract,
    Stage,
    Staging,
    after,
    asking,
    ending_of,
    request_of,
    run,
    run_to_error,
    text_of,
)
from tests.support.raw_http import CUT, Answer, Call, Loopback, error_answer, json_answer, serve
from tests.support.responses_double import ResponsesDouble, Script
from tests.support.shapes import check_shape
from tests.support.traces import expected, trace

EXPECTED = expected("responses")


class ResponsesStage:
    def __init__(self, backend: ResponsesBackend, server: Loopback, double: ResponsesDouble) -> None:
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
        self.double.extras = [
            sse("response.foo", {"type": "response.foo"}),
            b"event: ping\ndata:\n\n",
            sse("response.audio.delta", {"type": "response.audio.delta", "delta": "AAAA"}),
            b"data: {]\n\n",
        ]
        return 3

    def out_of_order(self) -> tuple[bytes, str]:
        at = {"item_id": "msg_9", "output_index": 0}
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("response.in_progress", {"response": {"id": "resp_9", "object": "response"}}),
            ("response.output_text.delta", {**at, "content_index": 1, "delta": "b"}),
            ("response.output_text.delta", {**at, "content_index": 0, "delta": "a"}),
            ("response.completed", {"response": {"id": "resp_9", "object": "response", "output": []}}),
        ]
        return b"".join(sse(kind, {"type": kind, **data}) for kind, data in kinds), "a\n\nb"

    def texts(self) -> list[tuple[str, str]]:
        return self.double.texts()


@asynccontextmanager
async def staged(
    settle_s: float = 0.3,
    alive_s: float = 0.3,
    model: str = "",
    double: ResponsesDouble | None = None,
    notes: ApiNotes | None = None,
    **options: Any,
) -> AsyncGenerator[ResponsesStage, None]:
    double = double or ResponsesDouble()
    async with serve(double.answer) as server:
        client = OpenAIClient(Server(server.base_url, "sk-test-key"), loads_assistants=False, **options)
        backend = ResponsesBackend(client, patience=Patience(settle_s, alive_s), model=model, notes=notes)
        try:
            yield ResponsesStage(backend, server, double)
        finally:
            await backend.close()


class ResponsesContract(BackendContract):
    @pytest.mark.parametrize("status", ["failed", "incomplete"])
    async def test_the_end_that_the_server_tells_is_the_end(self, staging: Staging, status: str) -> None:
        async with staging() as stage:
            stage.will("half", ending=status)
            events = await run(stage.backend, asking("hi"))
            assert ending_of(events) == status
            assert "close incomplete: half" in trace(events)


class TestResponsesKeepTheContract(ResponsesContract):
    @pytest.fixture
    def staging(self) -> Staging:
        def stage(**options: Any) -> AbstractAsyncContextManager[Stage]:
            return staged(**options)

        return stage


class TestResponsesOfABareServerKeepTheContract(ResponsesContract):
    @pytest.fixture
    def staging(self) -> Staging:
        def stage(**options: Any) -> AbstractAsyncContextManager[Stage]:
            double = ResponsesDouble(
                has_conversations=False, has_previous=False, takes_background=False, echoes_store=None, is_sparse=True
            )
            return staged(double=double, **options)

        return stage


async def read_until_text(backend: ResponsesBackend, thread: Thread) -> None:
    """Read a run up to its first text, then close its stream."""
    async with aclosing(backend.stream_run(request_of(thread))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                return


async def talk(stage: ResponsesStage, *replies: str, thread: Thread | None = None) -> Thread:
    """Have turns, each with one reply; returns the thread after them."""
    thread = thread or Thread()
    for reply in replies:
        stage.will(reply)
        thread = asking(f"ask {reply}", thread)
        thread = after(thread, await run(stage.backend, thread))
    return thread


def lines(*texts: str) -> list[tuple[str, str]]:
    return [(role, text) for one in texts for role, text in (("user", f"ask {one}"), ("assistant", one))]


# -- the stream ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, 7])
async def test_a_transcript_through_the_server_gives_the_same_events(size: int | None) -> None:
    async with staged(settle_s=0, alive_s=0) as stage:
        for name, told in EXPECTED.items():
            stage.double.will(raw=Answer(chopped([transcript(name)], size), content_type=SSE))
            events: list[RunEvent] = []
            try:
                async for event in stage.backend.stream_run(request_of(asking("hi"))):
                    events.append(event)
            except StreamCut:
                assert name == "responses_background_part1.sse"
            assert isinstance(events[0], ThreadCreated)
            assert trace(events[1:]) == told, name


async def test_a_transcript_cut_in_two_is_resumed_from_its_last_number() -> None:
    async with staged() as stage:
        stage.double.will(raw=Answer([transcript("responses_background_part1.sse"), CUT], content_type=SSE))
        rest = Answer([transcript("responses_background_resume_after7.sse")], content_type=SSE)
        stage.double.faults["GET", "/responses/resp_abc123"] = rest
        events = await run(stage.backend, asking("hi"))
        assert trace(events[1:]) == EXPECTED["responses_background.sse"]
        resumed = next(call for call in stage.server.calls if call.is_a("GET", "/resp_abc123"))
        assert resumed.query == {"stream": ["true"], "starting_after": ["7"]}


async def test_a_response_cut_after_any_byte_has_no_text_twice_and_none_missing() -> None:
    async with staged() as stage:
        replies = ("こんに", "ちは。", "🎉 ", "one", " two")
        stage.will(*replies)
        await run(stage.backend, asking("hi"))
        size = sum(len(data) for _number, data in list(stage.double.responses.values())[-1].events)
        first = len(list(stage.double.responses.values())[-1].events[0][1])
        for at in range(first, size, 151):
            stage.will(*replies, cut_at=at, resume_cut_at=at // 3)
            events = await run(stage.backend, asking("hi"))
            assert text_of(events) == "".join(replies), at
            assert ending_of(events) == "completed", at
        assert stage.server.count("POST", "/responses") == len(range(first, size, 151)) + 1


async def test_a_server_that_cannot_resume_is_asked_for_the_whole() -> None:
    async with staged(double=ResponsesDouble(can_resume=False)) as stage:
        stage.will("half", " and half", ending=None, cut_at=1500, later="completed")
        events = await run(stage.backend, asking("hi"))
        assert text_of(events) == "half and half"
        assert ending_of(events) == "completed"


async def test_a_response_that_brings_nothing_any_more_is_given_up_and_cancelled() -> None:
    async with staged(read_timeout_s=0.3, settle_s=0.1, alive_s=0.2) as stage:
        stage.will("half", asyncio.Event(), ending=None)
        events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, TimedOut)
        assert text_of(events) == "half"
        stage.will("well")
        assert text_of(await run(stage.backend, asking("more"))) == "well"
        assert stage.server.count("POST", "/cancel") == 1


async def test_a_response_that_thinks_for_long_is_waited_for_while_the_server_says_it_lives() -> None:
    double = ResponsesDouble(can_resume=False)
    async with staged(read_timeout_s=0.3, settle_s=0.1, alive_s=20, double=double) as stage:
        stage.will("at ", asyncio.Event(), "last", ending=None)
        reading = asyncio.create_task(run(stage.backend, asking("hi")))
        await stage.server.asked("GET", "/responses/resp_2", 5)
        double.responses["resp_2"].script.later = "completed"
        assert text_of(await reading) == "at last"


async def test_a_response_that_ended_while_nobody_listened_is_told() -> None:
    async with staged(double=ResponsesDouble(takes_background=False)) as stage:
        stage.will("half", CUT, ending=None, later="incomplete")
        events = await run(stage.backend, asking("hi"))
        assert ending_of(events) == "incomplete"


@pytest.mark.parametrize("shape", ["flat", "nested"])
async def test_after_an_error_event_the_true_state_is_looked_up(shape: str) -> None:
    async with staged() as stage:
        error = {"code": "server_error", "message": "m"}
        fault = sse("error", {"type": "error", **(error if shape == "flat" else {"error": error})})
        stage.will("half", fault, ending=None, later="failed", fields={"error": {"code": "c", "message": "why"}})
        last = (await run(stage.backend, asking("hi")))[-1]
        assert isinstance(last, RunChanged)
        assert (last.run.status, last.run.error and last.run.error.message) == ("failed", "why")


async def test_a_whole_response_in_place_of_a_stream_is_taken() -> None:
    async with staged() as stage:
        content = [{"type": "output_text", "text": "all at once"}]
        item = {"id": "m", "type": "message", "role": "assistant", "content": content}
        stage.double.will(raw=json_answer({"id": "r", "object": "response", "status": "completed", "output": [item]}))
        events = await run(stage.backend, asking("hi"))
        assert trace(events)[1:] == ["open", "text all at once", "close completed: all at once", "run completed"]


# -- what is sent ----------------------------------------------------------------------------------------------------


async def test_a_request_carries_what_the_reference_names_and_no_more() -> None:
    async with staged() as stage:
        await talk(stage, "a")
        (sent,) = stage.double.requests
        assert sent == {
            "model": "double-1",
            "instructions": FRIEZA.instructions,
            "conversation": next(iter(stage.double.conversations)),
            "background": True,
            "store": True,
            "stream": True,
            "input": [{"type": "message", "role": "user", "content": "ask a"}],
        }


async def test_a_code_interpreter_is_asked_for_with_its_outputs() -> None:
    async with staged() as stage:
        stage.will("x")
        request = replace(
            request_of(asking("hi")), assistant=replace(FRIEZA, tools=("code_interpreter", "file_search"))
        )
        async with aclosing(stage.backend.stream_run(request)) as events:
            assert [event async for event in events]
        (sent,) = stage.double.requests
        assert sent["tools"] == [{"type": "code_interpreter", "container": {"type": "auto"}}]
        assert sent["include"] == ["code_interpreter_call.outputs"]


@pytest.mark.parametrize("is_openai", [True, False])
@pytest.mark.parametrize("is_kept", [True, False])
def test_the_output_of_a_call_and_openais_extras_are_of_the_apis_shape(*, is_openai: bool, is_kept: bool) -> None:
    requests = RequestBuilder(is_openai=is_openai)
    call = ToolCall("function", "call_1", "f", "{}", ("17",))
    requests.waiting_calls = (call,)
    request = RunRequest(replace(FRIEZA, tools=("code_interpreter",)), asking("hi"), Sampling(1.0), (call,))
    draft = requests.draft("gpt-5.5", request, Start({}, request.thread.messages, is_kept=is_kept))
    assert b"function_call_output" in draft.body
    check_shape(Call("POST", "/v1/responses", {}, {}, draft.body))


def test_a_field_that_no_api_has_is_not_of_its_shape() -> None:
    body = b'{"model": "m", "stream": true, "input": [{"type": "message", "role": "user", "content": "a", "mood": 1}]}'
    with pytest.raises(ValidationError):
        check_shape(Call("POST", "/v1/responses", {}, {}, body))


async def test_a_temperature_of_zero_is_sent() -> None:
    async with staged() as stage:
        stage.will("x")
        async with aclosing(stage.backend.stream_run(request_of(asking("hi"), temperature=0.0))) as events:
            assert [event async for event in events]
        assert stage.double.requests[0]["temperature"] == 0


async def test_images_of_a_user_are_sent_as_parts() -> None:
    async with staged() as stage:
        stage.will("nice")
        parts = (TextPart("look"), ImageUrlPart("https://example.invalid/a.png"), ImageFilePart("file-1"))
        await run(stage.backend, Thread(messages=(Message("user", parts),)))
        (item,) = stage.double.requests[0]["input"]
        assert [part["type"] for part in item["content"]] == ["input_text", "input_image", "input_image"]


# -- the server's memory ---------------------------------------------------------------------------------------------


async def test_a_conversation_is_made_once_and_sent_only_what_is_new() -> None:
    async with staged() as stage:
        await talk(stage, "a", "b", "c")
        assert stage.texts() == lines("a", "b", "c")
        assert stage.server.count("POST", "/conversations") == 1
        assert [len(sent["input"]) for sent in stage.double.requests] == [1, 1, 1]


async def test_a_server_without_background_is_asked_for_it_once() -> None:
    async with staged(double=ResponsesDouble(takes_background=False)) as stage:
        await talk(stage, "a", "b")
        assert stage.server.count("POST", "/responses") == 3
        assert not [sent for sent in stage.double.requests if "background" in sent]


@pytest.mark.parametrize("name", ["background", "store"])
async def test_a_field_that_a_server_does_not_know_is_left_out_from_then_on(name: str) -> None:
    async with staged(double=ResponsesDouble(refused_fields={name})) as stage:
        await talk(stage, "a", "b")
        assert stage.texts() == lines("a", "b")
        assert not [sent for sent in stage.double.requests if name in sent]


@pytest.mark.parametrize(("complaint", "asked"), [("beside", 4), ("nothing", 3)])
async def test_a_server_that_does_not_name_the_field_in_its_words_gets_the_plain_form(
    complaint: str, asked: int
) -> None:
    refused = {"background", "store", "previous_response_id"}  # as OpenRouter refuses them
    double = ResponsesDouble(
        has_conversations=False, has_previous=False, echoes_store=False, refused_fields=refused, complaint=complaint
    )
    async with staged(double=double) as stage:
        await talk(stage, "a", "b")
        assert stage.texts() == lines("a", "b")
        assert stage.server.count("POST", "/responses") == asked
        assert set(double.requests[-1]) == {"model", "instructions", "input", "stream"}


async def test_a_refusal_that_the_plain_form_meets_too_is_told_and_teaches_nothing(tmp_path: Path) -> None:
    notes = ApiNotes(tmp_path / "apis.json")
    async with staged(notes=notes) as stage:
        refusal = {"code": 400, "message": "Provider returned error", "metadata": {"raw": '{"error": "no cats"}'}}
        stage.double.faults["POST", "/responses"] = json_answer({"error": refusal}, 400)
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert "Provider returned error: no cats." in error.happened
        await run_to_error(stage.backend, asking("hi"))
        assert stage.server.count("POST", "/responses") == 3
        stage.double.faults.clear()
        await talk(stage, "a")
        assert (stage.double.requests[-1]["background"], notes.lacks(stage.server.base_url)) == (True, frozenset())


async def test_a_refusal_that_repeats_the_request_teaches_nothing(tmp_path: Path) -> None:
    notes = ApiNotes(tmp_path / "apis.json")
    async with staged(notes=notes) as stage:
        said = "store this conversation in the background"
        echo = {"detail": [{"loc": ["body", "input"], "msg": "no cats", "input": said}]}
        stage.double.faults["POST", "/responses"] = json_answer(echo, 422)
        await run_to_error(stage.backend, asking("hi"))
        stage.double.faults.clear()
        await talk(stage, "a")
        assert (stage.double.requests[-1]["background"], notes.lacks(stage.server.base_url)) == (True, frozenset())
        assert "conversation" in stage.double.requests[-1]


async def test_without_conversations_the_response_before_is_named() -> None:
    async with staged(double=ResponsesDouble(has_conversations=False)) as stage:
        await talk(stage, "a", "b", "c")
        assert stage.texts() == lines("a", "b", "c")
        assert stage.server.count("POST", "/conversations") == 1
        assert [sent.get("previous_response_id") is None for sent in stage.double.requests] == [True, False, False]
        assert [len(sent["input"]) for sent in stage.double.requests] == [1, 1, 1]


async def test_what_a_server_lacks_is_not_tried_again_by_the_next_program(tmp_path: Path) -> None:
    double = ResponsesDouble(has_conversations=False, has_previous=False, takes_background=False, echoes_store=None)
    notes = ApiNotes(tmp_path / "apis.json")
    async with staged(double=double, notes=notes) as stage:
        await talk(stage, "a", "b")
        assert notes.lacks(stage.server.base_url) == {"conversation", "previous", "background"}
        asked = len(stage.server.calls)
        client = OpenAIClient(Server(stage.server.base_url, "sk-test-key"), loads_assistants=False)
        next_one = ResponsesBackend(client, model="double-1", notes=notes)
        stage.will("c")
        await run(next_one, asking("again"))
        await next_one.close()
        assert [call.path for call in stage.server.calls[asked:]] == ["/v1/responses"]


@pytest.mark.parametrize(
    "facts",
    [
        {"has_previous": False},
        {"has_previous": False, "echoes_store": None, "is_sparse": True},
        {"ignores_previous": True},
        {"ignores_previous": True, "echoes_store": False},
        {"ignores_previous": True, "echoes_store": None, "is_sparse": True},
    ],
)
async def test_a_server_without_any_memory_is_sent_the_history(facts: dict[str, Any]) -> None:
    async with staged(double=ResponsesDouble(has_conversations=False, **facts)) as stage:
        thread = await talk(stage, "a")
        stage.will("b")
        if "ignores_previous" in facts and facts.get("echoes_store") is not False:
            stage.will("b")
        thread = asking("ask b", thread)
        events = await run(stage.backend, thread)
        assert text_of(events) == "b"
        await talk(stage, "c", thread=after(thread, events))
        assert stage.texts() == lines("a", "b", "c")
        assert (stage.double.requests[-1]["store"], len(stage.double.requests[-1]["input"])) == (False, 5)
        assert not {"previous_response_id", "conversation", "background"} & set(stage.double.requests[-1])


async def test_a_gateway_that_calls_the_response_before_by_another_name_has_not_forgotten_it() -> None:
    async with staged(double=ResponsesDouble(has_conversations=False, renames_previous=True)) as stage:
        await talk(stage, "a", "b", "c")
        assert stage.texts() == lines("a", "b", "c")
        assert len(stage.double.requests) == 3
        assert len(stage.double.requests[-1]["input"]) == 1


LITELLM_HAS_NOT = error_answer(500, "litellm.APIConnectionError: GET responses is not supported for ollama_chat", "500")


@pytest.mark.parametrize("answer", [LITELLM_HAS_NOT, error_answer(404, "not found"), error_answer(405, "not allowed")])
async def test_a_server_that_has_not_what_it_says_it_keeps_is_found_out_before_a_turn_is_in_vain(
    answer: Answer, tmp_path: Path
) -> None:
    notes = ApiNotes(tmp_path / "apis.json")
    double = ResponsesDouble(has_conversations=False, ignores_previous=True, claims_store=True)
    async with staged(double=double, notes=notes) as stage:
        double.faults["GET", "/responses/resp_1"] = answer
        await talk(stage, "a", "b", "c")
        assert stage.texts() == lines("a", "b", "c")
        assert (stage.server.count("POST", "/responses"), stage.server.count("GET", "/resp_1")) == (3, 1)
        assert notes.lacks(stage.server.base_url) >= {"conversation", "previous"}
        assert await stage.backend.delete_remote() == ()
        lacks = notes.lacks(stage.server.base_url)
    async with staged(double=double, notes=notes) as stage:
        notes.note_lacks(stage.server.base_url, lacks)
        await talk(stage, "a", "b")
        assert stage.server.count("POST", "/responses") == 2
        assert await stage.backend.delete_remote() == ()


async def test_a_look_that_tells_nothing_changes_nothing() -> None:
    async with staged(double=ResponsesDouble(has_conversations=False)) as stage:
        stage.double.faults["GET", "/responses/resp_1"] = error_answer(500, "not now")
        await talk(stage, "a", "b", "c")
        assert [len(sent["input"]) for sent in stage.double.requests] == [1, 1, 1]


@pytest.mark.parametrize("status", [404, 400])
async def test_a_conversation_that_the_server_lost_is_made_anew_and_told_of(status: int) -> None:
    async with staged(double=ResponsesDouble(lost_status=status)) as stage:
        thread = await talk(stage, "a")
        stage.double.conversations.clear()
        stage.will("b")
        thread = asking("ask b", thread)
        events = await run(stage.backend, thread)
        assert [type(event) for event in events[:2]] == [ThreadLost, ThreadCreated]
        assert stage.texts() == lines("a", "b")
        assert stage.server.count("POST", "/conversations") == 2
        await talk(stage, "c", thread=after(thread, events))
        assert len(stage.double.requests[-1]["input"]) == 1


async def test_a_server_that_never_finds_its_conversations_is_spoken_to_without() -> None:
    async with staged(double=ResponsesDouble(loses_conversations=True)) as stage:
        await talk(stage, "a", "b")
        assert stage.texts() == lines("a", "b")
        assert stage.double.requests[-1]["previous_response_id"]


async def test_a_404_of_a_server_that_has_answered_is_not_taken_for_another_api() -> None:
    async with staged() as stage:
        thread = await talk(stage, "a")
        stage.double.faults["POST", "/responses"] = error_answer(404, "File 'file-1' was not found.")
        events, error = await run_to_error(stage.backend, asking("b", thread))
        assert (events, stage.server.count("POST", "/responses")) == ([], 2)
        assert "File 'file-1' was not found." in error.happened


@pytest.mark.parametrize("status", [404, 400])
async def test_a_response_that_the_server_lost_is_not_named_again(status: int) -> None:
    async with staged(double=ResponsesDouble(has_conversations=False, lost_status=status)) as stage:
        thread = await talk(stage, "a", "b")
        stage.double.responses.clear()
        thread = await talk(stage, "c", thread=thread)
        assert "previous_response_id" not in stage.double.requests[-1]
        await talk(stage, "d", thread=thread)
        assert stage.texts() == lines("a", "b", "c", "d")
        assert len(stage.double.requests[-1]["input"]) == 1


async def test_asking_again_cuts_the_conversation_back_to_before_the_dropped_reply() -> None:
    async with staged() as stage:
        thread = await talk(stage, "a", "b")
        stage.will("c")
        await run(stage.backend, ending_at(thread, thread.messages[-2].id))
        assert stage.texts() == [*lines("a"), ("user", "ask b"), ("assistant", "c")]
        assert (stage.server.count("POST", "/conversations"), len(stage.double.items)) == (1, 4)
        await stage.backend.delete_remote()
        assert stage.double.conversations == {}
        assert stage.double.items == {}


@pytest.mark.parametrize("ending", ["failed", "incomplete"])
async def test_after_a_turn_that_ended_badly_only_what_is_missing_is_sent(ending: str) -> None:
    async with staged() as stage:
        thread = await talk(stage, "a")
        stage.will("half", ending=ending)
        thread = asking("ask half", thread)
        thread = after(thread, await run(stage.backend, thread))
        await talk(stage, "b", thread=thread)
        assert stage.texts() == lines("a", "half", "b")
        assert len(stage.double.requests[-1]["input"]) == 3
        assert stage.server.count("POST", "/conversations") == 1


async def test_what_an_unfinished_turn_left_in_the_conversation_is_taken_out_of_it() -> None:
    async with staged() as stage:
        thread = await talk(stage, "a")
        stage.will("half", ending="failed")
        thread = asking("ask half", thread)
        thread = after(thread, await run(stage.backend, thread))
        conversation = next(iter(stage.double.conversations.values()))
        conversation.append("left")
        stage.double.items["left"] = {"id": "left", "type": "message", "role": "user", "content": "ask half"}
        await talk(stage, "b", thread=thread)
        assert stage.texts() == lines("a", "half", "b")
        assert "left" not in stage.double.items


async def test_a_conversation_into_which_a_response_may_still_write_is_not_used_again() -> None:
    async with staged(settle_s=0.0, alive_s=0.0) as stage:
        thread = await talk(stage, "a")
        stage.will("half", CUT, ending=None)
        stage.double.faults["POST", "/cancel"] = error_answer(500, "not now")
        _events, error = await run_to_error(stage.backend, asking("lost", thread))
        assert isinstance(error, StreamCut)
        await talk(stage, "b", thread=thread)
        assert stage.texts() == lines("a", "b")
        assert stage.server.count("POST", "/conversations") == 2


async def test_after_a_turn_that_ended_badly_the_response_before_it_is_named() -> None:
    async with staged(double=ResponsesDouble(has_conversations=False)) as stage:
        thread = await talk(stage, "a")
        stage.will("half", ending="failed")
        thread = asking("ask half", thread)
        thread = after(thread, await run(stage.backend, thread))
        await talk(stage, "b", thread=thread)
        assert stage.texts() == lines("a", "half", "b")
        assert len(stage.double.requests[-1]["input"]) == 3


async def test_after_a_cancelled_turn_the_conversation_has_what_is_known_here() -> None:
    async with staged() as stage:
        thread = await talk(stage, "a")
        stage.will("half", asyncio.Event(), "never")
        thread = asking("ask half", thread)
        await read_until_text(stage.backend, thread)
        await stage.backend.cancel_run()
        thread = thread.with_message(Message("assistant", (TextPart("half"),), status="incomplete"))
        await talk(stage, "b", thread=thread)
        assert stage.texts() == lines("a", "half", "b")


async def test_a_request_that_was_refused_leaves_the_conversation_as_it_was() -> None:
    async with staged() as stage:
        thread = await talk(stage, "a")
        stage.double.will(raw=error_answer(429, "slow"))
        _events, error = await run_to_error(stage.backend, asking("lost", thread))
        assert isinstance(error, RateLimited)
        await talk(stage, "b", thread=thread)
        assert stage.texts() == lines("a", "b")
        assert stage.server.count("POST", "/conversations") == 1


async def test_a_history_too_long_for_the_model_loses_its_oldest_turns_and_says_so() -> None:
    double = ResponsesDouble(has_conversations=False, has_previous=False, window_bytes=700)
    async with staged(double=double) as stage:
        thread = await talk(stage, *("x" * 40 for _turn in range(4)))
        stage.will("last")
        events = await run(stage.backend, asking("more", thread))
        last = events[-1]
        assert isinstance(last, RunChanged)
        assert last.run.dropped_messages > 0
        assert len(double.requests[-1]["input"]) == len(thread.messages) + 1 - last.run.dropped_messages
        assert double.requests[-1]["input"][0]["role"] == "user"


async def test_a_conversation_too_long_for_the_model_goes_on_as_history(tmp_path: Path) -> None:
    notes = ApiNotes(tmp_path / "apis.json")
    async with staged(notes=notes) as stage:
        thread = await talk(stage, *("x" * 40 for _turn in range(4)))
        stage.double.faults["POST", "/responses"] = error_answer(400, "too long", "context_length_exceeded")
        _events, error = await run_to_error(stage.backend, asking("more", thread))
        assert isinstance(error, Refused)
        stage.double.faults.clear()
        thread = await talk(stage, "last", thread=thread)
        sent = stage.double.requests[-1]
        assert "conversation" not in sent
        assert len(sent["input"]) < len(thread.messages)
        assert notes.lacks(stage.server.base_url) == frozenset()
        await talk(stage, "anew")
        assert stage.texts() == lines("anew")
        assert "conversation" in stage.double.requests[-1]


# -- function calls --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [{}, {"has_conversations": False}, {"has_conversations": False, "has_previous": False, "echoes_store": False}],
)
async def test_the_output_of_a_function_call_goes_on_with_the_run(facts: dict[str, Any]) -> None:
    call = {"id": "fc", "type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}
    async with staged(double=ResponsesDouble(**facts)) as stage:
        stage.will(items=[call])
        thread = asking("hi")
        last = (await run(stage.backend, thread))[-1]
        assert isinstance(last, RunChanged)
        assert [call.name for call in last.run.required_calls] == ["weather"]
        stage.will("sunny")
        done = replace(request_of(thread), tool_outputs=(ToolCall("function", "call_1", outputs=("sun",)),))
        async with aclosing(stage.backend.stream_run(done)) as events:
            assert text_of([event async for event in events]) == "sunny"
        assert [kind for kind, _text in stage.texts()] == ["user", "function_call", "function_call_output", "assistant"]


# -- models ----------------------------------------------------------------------------------------------------------


async def test_a_model_that_the_server_does_not_know_is_told_with_those_like_it() -> None:
    async with staged(model="gtp-5.5", double=ResponsesDouble(models=["gpt-5.5", "gpt-5.4", "whisper"])) as stage:
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, NotHere)
        assert "gtp-5.5" in error.happened
        assert "gpt-5.5, gpt-5.4." in error.todo


async def test_without_a_model_the_first_that_can_talk_is_used() -> None:
    async with staged(double=ResponsesDouble(models=["nomic-embed-text", "qwen3"])) as stage:
        await talk(stage, "a")
        assert stage.backend.label.model == stage.double.requests[0]["model"] == "qwen3"


async def test_openais_default_is_a_current_model() -> None:
    models = ModelChoice(OpenAIClient(Server("https://api.openai.com/v1")), "")
    assert await models.choose(FRIEZA) == "gpt-5.5"


# -- cancelling and leaving ------------------------------------------------------------------------------------------


async def test_a_background_response_is_cancelled_on_the_server() -> None:
    async with staged() as stage:
        stage.double.cancel_gate = asyncio.Event()
        stage.will("partial", asyncio.Event(), "never")
        await read_until_text(stage.backend, asking("hi"))
        cancelling = asyncio.create_task(stage.backend.cancel_run())
        kept = next(iter(stage.double.responses.values()))
        await stage.server.asked("GET", kept.object["id"], 2)
        assert not cancelling.done()
        kept.object["status"] = "cancelled"
        await asyncio.wait_for(cancelling, 20)
        assert stage.server.count("POST", "/cancel") == 1


async def test_a_plain_response_is_cancelled_by_closing_its_stream() -> None:
    async with staged(double=ResponsesDouble(takes_background=False)) as stage:
        stage.will("partial", asyncio.Event(), "never")
        await read_until_text(stage.backend, asking("hi"))
        await asyncio.wait_for(stage.server.dropped.wait(), 20)
        await stage.backend.cancel_run()
        assert stage.server.count("POST", "/cancel") == 0


async def test_a_cancel_before_the_responses_id_is_known_waits_for_it() -> None:
    async with staged() as stage:
        gate = asyncio.Event()
        stage.will("never")
        made = sse("response.created", {"response": {"id": "resp_late", "background": True, "store": True}})
        stage.double.scripts[0].raw = Answer([gate, made, asyncio.Event()], content_type=SSE)
        reading = asyncio.create_task(run(stage.backend, asking("hi")))
        await stage.server.asked("POST", "/responses")
        reading.cancel()
        await asyncio.wait([reading])
        cancelling = asyncio.create_task(stage.backend.cancel_run())
        gate.set()
        await asyncio.wait_for(cancelling, 20)
        assert stage.server.count("POST", "/responses/resp_late/cancel") == 1
        await asyncio.wait_for(stage.server.dropped.wait(), 20)


async def test_everything_of_a_long_conversation_is_deleted_and_the_receipt_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("frieza_tui.backends.responses.backend.DELETE_S", 30.0)  # a busy machine is no server's fault
    async with staged() as stage:
        thread = await talk(stage, "a")
        conversation_id = next(iter(stage.double.conversations))
        for number in range(250):
            item_id = f"old_{number}"
            stage.double.conversations[conversation_id].append(item_id)
            stage.double.items[item_id] = {"id": item_id, "type": "message"}
        await talk(stage, "b", "c", thread=thread)
        receipt = await stage.backend.delete_remote()
        assert [(one.kind, one.is_deleted) for one in receipt] == [("conversation", True), ("responses", True)]
        assert (stage.double.conversations, stage.double.items, stage.double.responses) == ({}, {}, {})
        assert stage.server.count("GET", "/items") == 3


async def test_a_conversation_is_made_known_though_the_turn_was_cancelled_meanwhile() -> None:
    async with staged() as stage:
        gate = asyncio.Event()
        stage.double.faults["POST", "/conversations"] = Answer([gate, b'{"id": "conv_late"}'])
        reading = asyncio.create_task(run(stage.backend, asking("hi")))
        await stage.server.asked("POST", "/conversations")
        reading.cancel()
        await asyncio.wait([reading])
        gate.set()
        receipt = await stage.backend.delete_remote()
        assert [(one.kind, one.id) for one in receipt] == [("conversation", "conv_late")]
        assert stage.server.count("DELETE", "/conversations/conv_late") == 1


async def test_an_item_that_cannot_be_deleted_keeps_its_conversation_on_the_receipt() -> None:
    async with staged() as stage:
        await talk(stage, "a")
        item_id = next(iter(stage.double.items))
        stage.double.faults["DELETE", f"/items/{item_id}"] = error_answer(403, "not yours")
        receipt = await stage.backend.delete_remote()
        assert [(one.kind, one.is_deleted) for one in receipt] == [("conversation", False), ("response", True)]
        assert "not yours" in receipt[0].reason
        assert [one.kind for one in stage.backend.remote_objects] == ["conversation"]


async def test_a_silent_server_holds_the_leaving_for_its_bound_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert base.DELETE_S < DELETE_S
    monkeypatch.setattr(responses.backend, "DELETE_S", 0.6)
    async with staged() as stage:
        await talk(stage, "a")
        stage.double.faults["GET", "/items"] = Answer([asyncio.Event()])
        receipt = await asyncio.wait_for(stage.backend.delete_remote(), 20)
        assert [(one.kind, one.is_deleted) for one in receipt] == [("conversation", False), ("response", True)]


async def test_a_response_that_still_lives_is_cancelled_before_it_is_deleted() -> None:
    async with staged() as stage:
        stage.will("partial", asyncio.Event(), "never")
        await read_until_text(stage.backend, asking("hi"))
        receipt = await stage.backend.delete_remote()
        assert all(one.is_deleted for one in receipt)
        assert stage.server.count("POST", "/cancel") == 1
        assert stage.double.responses == {}


async def test_a_server_that_keeps_nothing_gets_no_receipt() -> None:
    double = ResponsesDouble(has_conversations=False, has_previous=False, echoes_store=None, is_sparse=True)
    async with staged(double=double) as stage:
        await talk(stage, "a")
        double.responses.clear()
        assert await stage.backend.delete_remote() == ()
        assert stage.backend.remote_objects == ()


async def test_a_server_that_forgets_what_it_says_it_keeps_gets_no_receipt() -> None:
    async with staged(double=ResponsesDouble(has_conversations=False, ignores_previous=True)) as stage:
        thread = await talk(stage, "a")
        stage.will("b")
        await talk(stage, "b", thread=thread)
        assert await stage.backend.delete_remote() == ()
        assert stage.server.count("DELETE", "") == 0


NO_WAY_TO_DELETE = [
    error_answer(405, "Method Not Allowed"),  # vLLM 0.32
    error_answer(500, "litellm.APIConnectionError: DELETE responses is not supported for ollama_chat", "500"),
    json_answer({"error": "Unexpected endpoint or method. (DELETE /v1/responses/resp_1)"}),
]


@pytest.mark.parametrize("answer", NO_WAY_TO_DELETE, ids=["vllm", "litellm", "lm-studio"])
@pytest.mark.parametrize("echoes_store", [True, None])
async def test_what_a_server_has_no_way_to_delete_is_told_once_and_not_tried_again(
    answer: Answer, echoes_store: bool | None
) -> None:
    async with staged(double=ResponsesDouble(has_conversations=False, echoes_store=echoes_store)) as stage:
        await talk(stage, "a", "b")
        stage.double.faults["DELETE", ""] = answer
        receipt = await stage.backend.delete_remote()
        assert [(one.kind, one.is_deleted, one.is_lasting) for one in receipt] == [("responses", False, True)]
        assert "no way to delete" in receipt[0].reason
        assert "next start" not in receipt[0].reason
        assert stage.backend.remote_objects == ()


async def test_one_response_in_the_background_is_told_of_though_the_server_does_not_say_that_it_keeps_it() -> None:
    async with staged(double=ResponsesDouble(has_conversations=False, echoes_store=None)) as stage:
        await talk(stage, "a")
        stage.double.faults["DELETE", ""] = NO_WAY_TO_DELETE[0]
        assert [(one.kind, one.is_deleted) for one in await stage.backend.delete_remote()] == [("response", False)]


async def test_a_gateways_id_is_not_longer_than_the_line_that_tells_of_it() -> None:
    async with staged(double=ResponsesDouble(has_conversations=False)) as stage:
        whole = {"id": "resp_" + "x" * 400, "object": "response", "status": "completed", "output": [], "store": True}
        stage.double.will(
            raw=Answer([sse("response.completed", {"type": "response.completed", "response": whole})], content_type=SSE)
        )
        await run(stage.backend, asking("hi"))
        stage.double.faults["DELETE", ""] = json_answer({"deleted": True})
        (line,) = [receipt_line(one) for one in await stage.backend.delete_remote()]
        assert len(line) < 80
        assert stage.server.count("DELETE", "x" * 400) == 1


async def test_an_id_that_leads_elsewhere_leads_nowhere() -> None:
    async with staged() as stage:
        stage.double.faults["POST", "/conversations"] = json_answer({"id": "../models"})
        stage.double.conversations["../models"] = []
        await talk(stage, "a")
        await stage.backend.delete_remote()
        assert stage.server.count("DELETE", "/v1/conversations/..%2Fmodels") == 1


async def test_a_server_without_responses_is_told_so() -> None:
    async with staged(double=ResponsesDouble(has_conversations=False)) as stage:
        stage.double.faults["POST", "/responses"] = error_answer(404, "Not found")
        _events, error = await run_to_error(stage.backend, asking("hi"))
        assert isinstance(error, NotHere)
        assert "Responses API" in error.happened
        assert "--api chat" in error.todo
