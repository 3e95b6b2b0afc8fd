import asyncio

import pytest
from openai import AsyncAssistantEventHandler, BadRequestError

from frieza_tui.backends.scripted import Piece, Reply, ScriptedBackend, final
from frieza_tui.domain.events import AnnotationAdded, ImageAdded, StepChanged, StepDelta, TextDelta
from frieza_tui.domain.run import RunStep, ToolCall, Usage
from frieza_tui.domain.thread import Annotation, ImageFilePart, ImageUrlPart
from tests.support.conversations import kinds, open_talk, run_of
from tests.support.server_client import client_of

WEATHER = ToolCall("function", "call_1", "get_weather", '{"city":"Tokyo"}')
TIME = ToolCall("function", "call_2", "get_time", "{}")
FUNCTION = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
ASKED = final("requires_action", required_calls=(WEATHER,))
STEP_OPENED = ["run.step.created", "run.step.in_progress", "run.step.delta"]


async def test_a_function_call_waits_for_its_output_and_goes_on() -> None:
    backend = ScriptedBackend([Reply(ASKED), Reply("It is ", "sunny.")])
    async with client_of(backend) as client:
        talk = await open_talk(client, tools=[FUNCTION])
        events = await talk.events()
        run = (await client.beta.threads.runs.list(talk.thread_id)).data[0]
        assert run.status == "requires_action"
        assert run.required_action is not None
        call = run.required_action.submit_tool_outputs.tool_calls[0]
        assert (call.id, call.function.name, call.function.arguments) == ("call_1", "get_weather", '{"city":"Tokyo"}')
        stream = await client.beta.threads.runs.submit_tool_outputs(
            run.id,
            thread_id=talk.thread_id,
            tool_outputs=[{"tool_call_id": call.id, "output": "sunny"}],
            stream=True,
        )
        more = [event async for event in stream]
        steps = (await client.beta.threads.runs.steps.list(run.id, thread_id=talk.thread_id, order="asc")).data
        ended = await client.beta.threads.runs.retrieve(run.id, thread_id=talk.thread_id)
    assert kinds(events) == ["run.created", "run.queued", "run.in_progress", *STEP_OPENED, "run.requires_action"]
    assert kinds(more)[:6] == [
        "run.step.completed",
        "run.queued",
        "run.in_progress",
        *STEP_OPENED[:2],
        "message.created",
    ]
    assert kinds(more)[-1] == "run.completed"
    assert ended.required_action is None
    assert [step.type for step in steps] == ["tool_calls", "message_creation"]
    details = steps[0].step_details
    assert details.type == "tool_calls"
    assert details.tool_calls[0].type == "function"
    assert details.tool_calls[0].function.output == "sunny"
    assert [(call.id, call.outputs) for call in backend.requests[1].tool_outputs] == [("call_1", ("sunny",))]


async def test_a_function_call_that_a_backend_streams_is_told_piece_by_piece() -> None:
    step = RunStep("step_x", "tool_calls", "in_progress")
    pieces: list[Piece] = [
        StepChanged(step),
        StepDelta("step_x", 0, ToolCall("function", "call_1", "get_weather")),
        StepDelta("step_x", 0, ToolCall("function", input='{"city":')),
        StepDelta("step_x", 0, ToolCall("function", input='"Tokyo"}')),
        ASKED,
    ]
    async with client_of(ScriptedBackend([Reply("Let me see.", *pieces), Reply("Sunny.")])) as client:
        talk = await open_talk(client, tools=[FUNCTION])
        seen: list[str] = []

        class Handler(AsyncAssistantEventHandler):
            async def on_tool_call_created(self, tool_call: object) -> None:
                seen.append("created")

            async def on_tool_call_done(self, tool_call: object) -> None:
                seen.append(tool_call.function.arguments)  # type: ignore[attr-defined]

        async with client.beta.threads.runs.stream(
            thread_id=talk.thread_id, assistant_id=talk.assistant_id, event_handler=Handler()
        ) as stream:
            await stream.until_done()
            run = await stream.get_final_run()
        async with client.beta.threads.runs.submit_tool_outputs_stream(
            run_id=run.id, thread_id=talk.thread_id, tool_outputs=[{"tool_call_id": "call_1", "output": "sunny"}]
        ) as answer:
            assert "".join([text async for text in answer.text_deltas]) == "Sunny."
        steps = (await client.beta.threads.runs.steps.list(run.id, thread_id=talk.thread_id, order="asc")).data
    assert seen == ["created", '{"city":"Tokyo"}']
    assert [step.status for step in steps] == ["completed"] * 3


async def test_outputs_can_be_submitted_without_a_stream() -> None:
    asked = final("requires_action", required_calls=(WEATHER, TIME))
    async with client_of(ScriptedBackend([Reply(asked), Reply("done")])) as client:
        talk = await open_talk(client, tools=[FUNCTION])
        run = await talk.ended((await talk.run()).id)
        runs = client.beta.threads.runs
        given = [{"tool_call_id": "call_1", "output": "sunny"}, {"tool_call_id": "call_2", "output": ""}]
        with pytest.raises(BadRequestError, match="Expected tool outputs for call_ids"):
            await runs.submit_tool_outputs(run.id, thread_id=talk.thread_id, tool_outputs=given[:1])  # type: ignore[arg-type]
        await runs.submit_tool_outputs(run.id, thread_id=talk.thread_id, tool_outputs=given)  # type: ignore[arg-type]
        assert (await talk.ended(run.id)).status == "completed"
        with pytest.raises(BadRequestError, match="do not accept tool outputs"):
            await runs.submit_tool_outputs(run.id, thread_id=talk.thread_id, tool_outputs=given)  # type: ignore[arg-type]


async def test_a_run_that_waits_for_outputs_can_be_cancelled() -> None:
    async with client_of(ScriptedBackend([Reply(ASKED), Reply("done")])) as client:
        talk = await open_talk(client, tools=[FUNCTION])
        run = await talk.ended((await talk.run()).id)
        await client.beta.threads.runs.cancel(run.id, thread_id=talk.thread_id)
        assert (await talk.ended(run.id)).status == "cancelled"
        steps = (await client.beta.threads.runs.steps.list(run.id, thread_id=talk.thread_id)).data
        assert [step.status for step in steps] == ["cancelled"]
        assert kinds(await talk.events())[-1] == "run.completed"


async def test_a_run_that_nobody_answers_expires() -> None:
    async with client_of(ScriptedBackend([Reply(ASKED)]), run_lifetime_s=1.0) as client:
        talk = await open_talk(client, tools=[FUNCTION])
        run = await talk.ended((await talk.run()).id)
        assert run.status == "requires_action"
        async with asyncio.timeout(20):
            while run.status == "requires_action":
                run = await client.beta.threads.runs.retrieve(run.id, thread_id=talk.thread_id)
        assert run.status == "expired"
        assert run.required_action is None


async def test_a_code_interpreter_is_told_with_its_logs_and_images() -> None:
    done = RunStep(
        "s",
        "tool_calls",
        "completed",
        (ToolCall("code_interpreter", "call_ci", input="print(42)", outputs=("42\n",), images=("file-1",)),),
        usage=Usage(1, 2),
    )
    pieces: list[Piece] = [
        StepDelta("s", 0, ToolCall("code_interpreter", "call_ci", input="print(")),
        StepDelta("s", 0, ToolCall("code_interpreter", input="42)")),
        StepDelta("s", 0, ToolCall("code_interpreter", outputs=("42\n",))),
        StepDelta("s", 0, ToolCall("code_interpreter", images=("file-1",))),
        StepChanged(done),
        ImageAdded("", ImageFilePart("file-1")),
        ImageAdded("", ImageUrlPart("https://example.org/a.png"), 1),
        TextDelta("", "Here: ", 2),
        AnnotationAdded("", Annotation("file_path", "sandbox:/x", "file-2", 0, 4), 2),
        AnnotationAdded("", Annotation("url_citation", "x", "https://example.org"), 2),
    ]
    async with client_of(ScriptedBackend([Reply(*pieces)])) as client:
        talk = await open_talk(client, tools=[{"type": "code_interpreter"}])
        async with client.beta.threads.runs.stream(
            thread_id=talk.thread_id, assistant_id=talk.assistant_id, event_handler=AsyncAssistantEventHandler()
        ) as stream:
            await stream.until_done()
            steps = await stream.get_final_run_steps()
            messages = await stream.get_final_messages()
        run_id = steps[0].run_id
        listed = (await client.beta.threads.runs.steps.list(run_id, thread_id=talk.thread_id, order="asc")).data
        step = await client.beta.threads.runs.steps.retrieve(steps[0].id, thread_id=talk.thread_id, run_id=run_id)
    assert [one.id for one in listed] == [one.id for one in steps]
    assert step.usage is not None
    details = step.step_details
    assert details.type == "tool_calls"
    call = details.tool_calls[0]
    assert call.type == "code_interpreter"
    assert call.code_interpreter.input == "print(42)"
    assert [output.type for output in call.code_interpreter.outputs] == ["logs", "image"]
    assert [block.type for block in messages[0].content] == ["image_file", "image_url", "text"]
    text = messages[0].content[2]
    assert text.type == "text"
    assert [mark.type for mark in text.text.annotations] == ["file_path"]


async def test_calls_of_every_kind_pass_the_strict_client() -> None:
    pieces: list[Piece] = [
        StepDelta("s", 0, ToolCall("file_search", "call_a")),
        StepDelta("s", 1, ToolCall("web_search", "call_b", input="query")),
        StepChanged(RunStep("s", "tool_calls", "failed", error="no such thing")),
    ]
    async with client_of(ScriptedBackend([Reply(*pieces, "sorry")])) as client:
        talk = await open_talk(client, tools=[{"type": "file_search"}])
        events = await talk.events()
        step = (await client.beta.threads.runs.steps.list(run_of(events).id, thread_id=talk.thread_id)).data[-1]
    assert step.status == "failed"
    assert step.last_error is not None
    assert step.last_error.message == "no such thing"
