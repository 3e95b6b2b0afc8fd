import asyncio
import re

from frieza_tui.backends.scripted import Reply
from frieza_tui.domain.events import (
    AnnotationAdded,
    ImageAdded,
    MessageClosed,
    ReasoningDelta,
    RefusalDelta,
    RunChanged,
    RunEvent,
    StepChanged,
    StepDelta,
    ThreadLost,
)
from frieza_tui.domain.run import Run, RunStep, ToolCall
from frieza_tui.domain.thread import Annotation, ImageUrlPart, Message, TextPart
from tests.support.stage import open_stage


async def shown_after(*pieces: str | RunEvent) -> str:
    async with open_stage(Reply(*pieces), size=(80, 40)) as at:
        await at.say("hello")
        await at.wait_for("completed")
        return at.text


async def test_code_that_a_tool_runs_and_its_output_are_shown_as_they_come() -> None:
    shown = await shown_after(
        StepDelta("step_1", 0, ToolCall("code_interpreter", input="print(")),
        StepDelta("step_1", 0, ToolCall("code_interpreter", input="6 * 7)")),
        StepDelta("step_1", 0, ToolCall("code_interpreter", outputs=("42\n",))),
        "The answer is 42.",
    )
    assert shown.index("Code interpreter") < shown.index("print(6 * 7)") < shown.index("42\n")
    assert "The answer is 42." in shown


async def test_a_tool_call_that_came_without_deltas_is_shown_whole_once() -> None:
    call = ToolCall("file_search", input="power level", outputs=("scouter.txt",))
    step = RunStep("step_1", "tool_calls", "completed", (call,))
    shown = await shown_after(StepChanged(step), StepChanged(step))
    assert shown.count("power level") == 1
    assert shown.count("scouter.txt") == 1


async def test_an_image_that_a_tool_made_is_named_once_though_its_code_came_before() -> None:
    whole = ToolCall("code_interpreter", input="plot()", images=("https://example.org/plot.png",))
    shown = await shown_after(
        StepDelta("step_1", 0, ToolCall("code_interpreter", input="plot()")),
        *[StepChanged(RunStep("step_1", "tool_calls", "completed", (whole,)))] * 2,
    )
    assert shown.count("plot()") == 1
    assert shown.count("Image: https://example.org/plot.png") == 1


async def test_a_tool_that_failed_says_so_and_why_once() -> None:
    search = RunStep("step_1", "tool_calls", "failed", (ToolCall("web_search"),))
    image = RunStep("step_2", "tool_calls", "failed", (ToolCall("image_generation"),), error="Not allowed.")
    dice = RunStep("step_3", "tool_calls", "failed", (ToolCall("mcp", outputs=("No dice.",)),), error="No dice.")
    shown = await shown_after(StepChanged(search), StepChanged(image), StepChanged(dice))
    assert "Failed." in shown
    assert "Failed: Not allowed." in shown
    assert shown.count("No dice.") == 1


async def test_reasoning_refusals_and_images_have_their_place() -> None:
    shown = await shown_after(
        ReasoningDelta("Thinking of"),
        ReasoningDelta(" Namek."),
        RefusalDelta("", "I will not."),
        ImageAdded("", ImageUrlPart("https://example.org/namek.png")),
    )
    assert "Thinking of Namek." in shown
    assert "I will not." in shown
    assert "https://example.org/namek.png" in shown


async def test_reasoning_is_whole_while_it_comes_and_folds_once_when_the_answer_begins() -> None:
    thoughts = [ReasoningDelta(f"Thought {number}.\n") for number in range(1, 10)]
    thinking, answering = asyncio.Event(), asyncio.Event()
    async with open_stage(Reply(*thoughts, thinking, "Over", answering, " nine thousand."), size=(80, 40)) as at:
        await at.say("hello")
        await at.wait_for("Thought 1.", "Thought 9.")
        thinking.set()
        await at.wait_for("Thought 1.", "… 6 more lines", "Over")
        assert "Thought 9." not in at.text
        await at.press("tab", "J", "enter")
        answering.set()
        await at.wait_for("Thought 9.", "Over nine thousand.", "completed")


async def test_reasoning_stays_as_it_is_under_the_eyes_of_somebody_who_scrolled_up() -> None:
    thinking = asyncio.Event()
    thoughts = [ReasoningDelta(f"Thought {number}.\n") for number in range(1, 40)]
    async with open_stage(Reply(*thoughts, thinking, "Over.")) as at:
        await at.say("hello")
        await at.wait_for("Thought 39.")
        await at.press("ctrl+up", "ctrl+up")
        await at.wait_gone("Thought 39.")
        shown = re.findall(r"Thought \d+", at.text)
        thinking.set()
        await at.wait_for("  ready")
        assert re.findall(r"Thought \d+", at.text) == shown


async def test_sources_are_listed_once_at_the_end() -> None:
    mark = Annotation("url_citation", "[1]", "https://example.org", title="Namek")
    plot = Annotation("container_file_citation", "", "cfile_1", title="plot.png", container_id="cntr_1")
    whole = Message("assistant", (TextPart("Far away.", (mark, plot)),), id="msg_1")
    shown = await shown_after("Far away.", AnnotationAdded("", mark), AnnotationAdded("", mark), MessageClosed(whole))
    assert shown.count("Namek (https://example.org)") == 1
    assert shown.count("plot.png (cntr_1/cfile_1)") == 1


async def test_a_message_that_came_whole_without_deltas_is_shown() -> None:
    shown = await shown_after(MessageClosed(Message("assistant", (TextPart("All at once."),), id="msg_1")))
    assert "All at once." in shown


async def test_a_conversation_that_the_server_lost_is_told_of() -> None:
    assert "no longer had the conversation" in await shown_after(ThreadLost(), "ok")


async def test_how_far_the_prompt_is_read_is_the_state_until_the_first_word() -> None:
    reading, answering = asyncio.Event(), asyncio.Event()
    half = RunChanged(Run("", "in_progress", read_fraction=0.4))
    pieces = (half, reading, RunChanged(Run("", "in_progress")), "Ok", answering)
    async with open_stage(Reply(*pieces)) as at:
        await at.say("hello")
        await at.wait_for("reading 40%")
        reading.set()
        await at.wait_for("Ok", "in progress")
        answering.set()
        await at.wait_for("completed")


async def test_messages_that_no_longer_fit_are_counted() -> None:
    shown = await shown_after(RunChanged(Run("", "in_progress", dropped_messages=4)), "ok")
    assert "4 oldest messages" in shown
