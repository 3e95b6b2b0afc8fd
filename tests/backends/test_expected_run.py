import pytest

from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.expected_run import LONGEST, decode_expected, encode_expected
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.thread import Message, TextPart, Thread, user_message

REPLY = Message("assistant", (TextPart("一\n二"),))


def request_of(*messages: Message) -> RunRequest:
    return RunRequest(Assistant("フリーザ様", "Speak."), Thread(messages=messages))


def told(request: RunRequest) -> list[tuple[str, str]] | None:
    line = encode_expected(request)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    decoded = decode_expected(line)
    if decoded is None:
        return None
    assert decoded.assistant.instructions == "Speak."
    return [(message.role, message.text) for message in decoded.thread.messages]


def test_a_run_comes_out_as_it_went_in() -> None:
    assert told(request_of(user_message("1"), REPLY, user_message("こん"))) == [
        ("user", "1"),
        ("assistant", "一\n二"),
        ("user", "こん"),
    ]


def test_of_a_long_thread_the_end_is_told() -> None:
    assert told(request_of(user_message("x" * LONGEST), REPLY, user_message("2"))) == [
        ("assistant", "一\n二"),
        ("user", "2"),
    ]


def test_a_message_that_is_too_long_is_not_told() -> None:
    assert told(request_of(user_message("x" * (LONGEST + 1)))) is None


def test_half_of_a_character_does_no_harm() -> None:
    assert told(request_of(user_message("a\ud800b"))) == [("user", "a?b")]


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"\xff"])
def test_what_is_no_run_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        decode_expected(line)
