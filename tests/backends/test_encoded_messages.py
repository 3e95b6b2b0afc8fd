from collections.abc import Sequence
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.backends.encoded_messages import EncodedMessages
from frieza_tui.backends.prompts import PromptBuilder
from frieza_tui.domain.thread import Message, Role, TextPart
from tests.support.counting import calls_of

CHANGES = st.lists(st.tuples(st.integers(0, 6), st.text("ua", max_size=4)), min_size=1, max_size=8)
"""How many messages stay, and whose follow."""


def said(role: Role, text: str) -> Message:
    return Message(role, (TextPart(text),))


def text_of(message: Message) -> object:
    return [message.role, message.text]


def alternating(count: int) -> tuple[Message, ...]:
    return tuple(said("user" if number % 2 == 0 else "assistant", f"{number}") for number in range(count))


@given(CHANGES)
def test_a_thread_that_was_followed_is_encoded_as_one_that_is_new(changes: Sequence[tuple[int, str]]) -> None:
    followed, messages = EncodedMessages(text_of), tuple[Message, ...]()
    for step, (stay, roles) in enumerate(changes):
        more = (said("user" if role == "u" else "assistant", f"{step}.{at}") for at, role in enumerate(roles))
        messages = (*messages[:stay], *more)
        followed.follow(messages)
        new = EncodedMessages(text_of)
        new.follow(messages)
        assert (followed.pieces, followed.roles, followed.ends) == (new.pieces, new.roles, new.ends)
        assert followed.roles == [role for role, _group in groupby(messages, key=lambda one: one.role)]
        assert followed.size_bytes == sum(map(len, followed.pieces))


def test_a_prompt_of_a_long_thread_takes_no_more_work() -> None:
    def work(count: int) -> int:
        builder, messages = PromptBuilder(text_of), alternating(count)
        builder.build("", messages)
        longer = (*messages, said("user", "more"))
        return calls_of(lambda: builder.build("", longer))

    assert work(3000) == work(30)
