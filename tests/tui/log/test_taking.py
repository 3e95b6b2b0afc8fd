"""What the reader's cursor is on is given away, by an object that needs no screen."""

import pytest

from frieza_tui.tui.links.target import Link
from frieza_tui.tui.log.bubble import CodeBlock
from frieza_tui.tui.log.content import Bubble
from frieza_tui.tui.log.cursor import Cursor
from frieza_tui.tui.log.taking import Taken, Taking
from frieza_tui.tui.log.thread_rows import ThreadRows

SOURCE = "See [one](http://a.b) and [two](http://c.d).\n\n```py\nx = 1\n```\n\n[one](http://a.b) again\n\n```\ny\n```"


class Hands:
    """A reader's hands, on one message."""

    def __init__(self) -> None:
        self.given: list[tuple[str, Taken]] = []
        self.offered_code: list[list[CodeBlock]] = []
        self.offered_links: list[list[Link]] = []
        rows = ThreadRows()
        self.cursor = Cursor(rows)
        rows.add(Bubble("a", "assistant", "A", waiting_source=SOURCE, is_settled=True))
        self.taking = Taking(self.cursor, self.give, self.offered_code.append, self.offered_links.append)

    def give(self, text: str, what: Taken) -> None:
        self.given.append((text, what))


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_nothing_is_taken_while_the_cursor_is_nowhere(hands: Hands) -> None:
    taking = hands.taking
    for take in (taking.take_text, taking.take_source, taking.take_code, taking.take_links):
        take()
    assert (hands.given, hands.offered_code, hands.offered_links) == ([], [], [])
    assert taking.text_to_open() == ("", False)


def test_each_link_of_a_message_is_offered_once_and_those_of_a_block_alone(hands: Hands) -> None:
    hands.cursor.put(0)
    hands.taking.take_links()
    hands.cursor.step_block(1)
    hands.cursor.step_block(1)
    hands.taking.take_links()
    hands.cursor.step_block(1)
    hands.taking.take_links()
    targets = [[link.target for link in links] for links in hands.offered_links]
    assert targets == [["http://a.b", "http://c.d"], ["http://a.b"]]


def test_a_digit_takes_code_right_after_it_was_offered_and_not_later(hands: Hands) -> None:
    hands.cursor.put(0)
    hands.taking.take_code()
    assert len(hands.offered_code) == 1
    assert not hands.taking.take_offered("3")
    assert not hands.taking.take_offered("2")
    hands.taking.take_code()
    assert hands.taking.take_offered("2")
    assert hands.given == [("y\n", "code")]
