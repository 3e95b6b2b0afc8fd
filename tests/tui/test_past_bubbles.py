"""A kept thread on the screen: its messages are read where somebody looks, and nobody sees a difference."""

from frieza_tui.chat import Past
from frieza_tui.chat.path_turn import PathTurn
from frieza_tui.domain.events import ReasoningDelta, StepDelta
from frieza_tui.domain.run import ToolCall
from frieza_tui.domain.thread import Message, TextPart, Thread, user_message
from frieza_tui.domain.turn import PastTurn, TurnEnded
from frieza_tui.i18n import use_language
from frieza_tui.store.run_events import events_of
from frieza_tui.tui.log.content import Bubble
from frieza_tui.tui.past_bubbles import PastMessage, PastReply
from tests.support.stage import Stage, open_stage

COUNT = 200
SHOWN = 40


def long_thread() -> Past:
    messages: list[Message] = []
    for number in range(COUNT):
        reply = Message("assistant", (TextPart(f"Answer {number}\x1b[31m.\n\n- *one*\n- two"),), f"reply{number}")
        messages += [user_message(f"Question {number}"), reply]
    return Past(Thread(messages=tuple(messages)))


def asleep(at: Stage) -> int:
    return sum(bubble.is_asleep for bubble in at.log.viewport.bubbles)


async def test_only_messages_that_come_into_view_are_read() -> None:
    async with open_stage(past=long_thread()) as at:
        await at.wait_for("Answer 199.")
        assert COUNT * 2 - SHOWN < asleep(at) < COUNT * 2
        await at.press("tab", "g")
        await at.wait_for("Question 0", "Answer 0.")
        assert asleep(at) > COUNT


async def test_messages_that_nobody_has_looked_at_are_found_as_they_would_be_shown() -> None:
    async with open_stage(past=long_thread()) as at:
        await at.wait_for("Answer 199.")
        assert at.log.finding.find("Answer 7.") == 1
        await at.wait_for("Answer 7.")
        assert at.log.finding.find("[31m") == 0
        assert at.log.bubbles.source_of("reply-3") == "Answer 2.\n\n- *one*\n- two"
        assert asleep(at) > COUNT


async def test_the_scroll_bar_knows_the_whole_thread_at_once() -> None:
    async with open_stage(past=long_thread()) as at:
        await at.wait_for("Answer 199.")
        before = at.log.virtual_size.height
        for _press in range(3):
            await at.press("pageup")
        await at.wait_for("Question 193")
        assert abs(at.log.virtual_size.height - before) < before // 20


def a_bubble(turn: PathTurn) -> Bubble:
    return Bubble("a", "assistant", "F", is_settled=True, sleeper=PastReply(turn, "F"), is_asleep=True)


def test_a_bubble_that_was_emptied_is_as_before_when_somebody_looks_again() -> None:
    reply = Message("assistant", (TextPart("two [1]"),), "m")
    call = StepDelta("s", 0, ToolCall("code_interpreter", input="6 * 7", outputs=("42\n",)))
    known = PastTurn(
        None, (call, ReasoningDelta("hm"), *events_of(reply)), TurnEnded("incomplete", "Out of tokens."), "m"
    )
    bubble = a_bubble(PathTurn(user_message("one"), reply, known))
    assert bubble.source == "two [1]"
    assert bubble.documents()
    shown = [(name, document.source) for name, document in bubble.segments.items()]
    assert [text for _name, text in shown] == ["Code interpreter", "6 * 7", "42\n", "hm", "two [1]", "Out of tokens."]
    assert bubble.segments_to_fold == {"reasoning:0"}
    bubble.segments_to_fold = frozenset()
    bubble.pack()
    assert not bubble.segments
    assert bubble.label_leaf().cells[-1][0] == "incomplete"
    assert [(name, document.source) for name, document in bubble.segments.items()] == shown
    assert not bubble.segments_to_fold


def test_a_kept_reply_takes_on_the_language_of_the_screen() -> None:
    bubble = a_bubble(PathTurn(user_message("one"), Message("assistant", (TextPart(""),), "m"), None))
    assert [document.source for document in bubble.documents()] == ["The answer is empty."]
    use_language("ja")
    try:
        assert bubble.say_again()
        assert [document.source for document in bubble.documents()] == ["返答が空です。"]
    finally:
        use_language("en")


def test_what_is_added_to_a_kept_message_stays() -> None:
    sleeper = PastMessage(PathTurn(user_message("one"), None, None))
    bubble = Bubble("u", "user", "You", sleeper=sleeper, is_asleep=True)
    bubble.append("text:0", " two")
    bubble.pack()
    assert bubble.source == "one two"
