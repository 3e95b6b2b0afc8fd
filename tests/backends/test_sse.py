from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.backends import sse
from frieza_tui.backends.sse import EventDecoder, EventTooLarge, ServerEvent

NASTY = (
    ": comment\n\nevent: a\ndata: one\n\ndata:two\ndata\ndata:  three\n\nevent: lonely\n\nid: 5\nretry: 9\n\n"
    "data: \n\nevent: b\ndata: 日本語 🎉\n\n"
).encode()
TOLD = [ServerEvent("a", b"one"), ServerEvent("", b"two\n\n three"), ServerEvent("b", "日本語 🎉".encode())]


def decode(data: bytes, cuts: list[int]) -> list[ServerEvent]:
    decoder = EventDecoder()
    edges = [0, *sorted(cuts), len(data)]
    events = [one for start, end in pairwise(edges) for one in decoder.feed(data[start:end])]
    return events + decoder.finish()


@given(st.lists(st.integers(0, len(NASTY))), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_line_ends_and_cuts_change_nothing(cuts: list[int], line_end: bytes) -> None:
    assert decode(NASTY.replace(b"\n", line_end), cuts) == TOLD


def test_an_event_is_told_as_soon_as_it_is_whole() -> None:
    decoder = EventDecoder()
    assert decoder.feed(b"data: x\r") == []
    assert decoder.feed(b"\r") == [ServerEvent("", b"x")]


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_the_last_event_needs_no_blank_line(ending: bytes) -> None:
    assert decode(b"event: a\ndata: x" + ending, []) == [ServerEvent("a", b"x")]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert decode(b"\xef\xbb\xbfdata: x\n\n", [1]) == [ServerEvent("", b"x")]


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 100)
    decoder = EventDecoder()
    decoder.feed(b"x" * 90)
    with pytest.raises(EventTooLarge):
        decoder.feed(b"x" * 90)
