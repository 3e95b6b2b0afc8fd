import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from frieza_tui.tui.terminal.inlet import KEY_WAIT_S, REST_WAIT_S, Inlet
from tests.support.attacks import bare_attacks, marked_sequences, shows_only

ANSWERS = {
    "colour": "\x1b]11;rgb:1515/1111/1d1d\x1b\\",
    "colour, BEL": "\x1b]11;rgb:ff/ff/ff\x07",
    "name": "\x1bP>|WezTerm 2026\x1b\\",
    "no such setting": "\x1bP0+r\x1b\\",
    "graphics": "\x1b_Gi=1;OK\x1b\\",
    "kitty keys": "\x1b[?25u",
    "kind": "\x1b[?62;22c",
    "other kind": "\x1b[>41;380;0c",
    "colours changed": "\x1b[?997;1n",
    "where": "\x1b[2;3R",
}
FOR_THE_PARSER = {
    "text": "日本a",
    "arrow": "\x1b[A",
    "F3 with shift, old": "\x1b[1;2S",
    "kitty key": "\x1b[13;2u",
    "kitty text": "\x1b[0;;12501:12522u",
    "application key": "\x1bOP",
    "alt": "\x1ba",
    "mouse": "\x1b[<35;10;20M",
    "mouse beyond the edge": "\x1b[<35;-1;20m",
    "old mouse": "\x1b[M !!",
    "mode": "\x1b[?2026;2$y",
    "focus": "\x1b[I",
    "paste": "\x1b[200~一行目\n[31m]11;b\t👩\u200d👧\x1b[201~",
}
BROKEN = {
    "no numbers": "\x1b[<32;NaN;NaNM",
    "nothing": "\x1b[<M",
    "endless": "\x1b[<32;inf;-infm",
    "huge": "\x1b[<32;999999999;1M",
    "huge key": "\x1b[99999999u",
    "cut by a key": "\x1b[<32;10",
    "cut numbers": "\x1b[32;10;5",
    "cut answer": "\x1b]11;rgb:12",
}

streams = st.lists(st.sampled_from([*ANSWERS.items(), *FOR_THE_PARSER.items(), *BROKEN.items()]), max_size=8)


def through(pieces: list[str]) -> tuple[str, list[str]]:
    answers: list[str] = []
    inlet = Inlet(answers.append)
    inlet.awaited_positions = 1
    given_on = "".join(inlet.feed(piece, 0.0) for piece in pieces)
    return given_on + inlet.tick(REST_WAIT_S), answers


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_an_answer_is_never_text(answer: str, size: int) -> None:
    whole = f"before{answer}after"
    assert through([whole[at : at + size] for at in range(0, len(whole), size)]) == ("beforeafter", [answer])


@pytest.mark.parametrize("keys", FOR_THE_PARSER.values(), ids=FOR_THE_PARSER)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_what_the_parser_knows_passes_as_it_is(keys: str, size: int) -> None:
    whole = f"a{keys}b"
    assert through([whole[at : at + size] for at in range(0, len(whole), size)]) == (whole, [])


@pytest.mark.parametrize("report", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_broken_report_is_never_text(report: str, size: int) -> None:
    whole = f"a{report}\x1b[B"
    assert through([whole[at : at + size] for at in range(0, len(whole), size)]) == ("a\x1b[B", [])
    assert through(["a" + report]) == ("a", [])


@given(streams, st.data())
def test_no_cutting_makes_a_difference(parts: list[tuple[str, str]], data: st.DataObject) -> None:
    whole = "".join(text for _name, text in parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=12)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert through(pieces) == through([whole])


@pytest.mark.parametrize("key", ["\x1b", "\x1b[", "\x1b]", "\x1bP"])
def test_what_may_be_a_key_is_held_for_a_moment_only(key: str) -> None:
    inlet = Inlet(print)
    assert inlet.feed(key, 1.0) == ""
    assert inlet.wait_s(1.0, 9.0) == pytest.approx(KEY_WAIT_S)
    assert inlet.tick(1.0) == ""
    assert inlet.tick(1.0 + KEY_WAIT_S) == key
    assert inlet.wait_s(1.0, 9.0) == 9.0


@pytest.mark.parametrize("rest", ["N;NaN;NaNM", ";NaNM", "NM", "1;2m"])
def test_the_rest_of_a_mouse_report_that_comes_late_is_no_text_either(rest: str) -> None:
    inlet = Inlet(print)
    assert inlet.feed("a\x1b[<32;Na", 1.0) == "a"
    assert inlet.tick(1.0 + REST_WAIT_S) == ""
    assert inlet.feed(f"{rest}b", 2.5) == "b"
    assert inlet.feed(rest, 2.5) == rest


@pytest.mark.parametrize("typed", ["M", "nine", "日本"])
def test_what_is_typed_after_half_a_mouse_report_stays(typed: str) -> None:
    inlet = Inlet(print)
    assert inlet.feed("\x1b[<32;Na", 1.0) == ""
    assert inlet.tick(1.0 + REST_WAIT_S) == ""
    assert inlet.feed(typed, 2.0) == typed


def test_the_second_position_is_a_key() -> None:
    answers: list[str] = []
    inlet = Inlet(answers.append)
    inlet.awaited_positions = 1
    assert inlet.feed("\x1b[2;2R\x1b[1;5R", 0.0) == "\x1b[1;5R"
    assert answers == ["\x1b[2;2R"]


def test_no_position_is_awaited_after_the_last_answer() -> None:
    answers: list[str] = []
    inlet = Inlet(answers.append)
    inlet.awaited_positions = 5
    assert inlet.feed("\x1b[2;2R\x1b[?62c\x1b[1;2R", 0.0) == "\x1b[1;2R"
    assert answers == ["\x1b[2;2R", "\x1b[?62c"]


def test_an_endless_answer_is_given_up() -> None:
    inlet = Inlet(print)
    assert len(inlet.feed("\x1b]11;" + "x" * 20_000, 0.0)) < 20_000
    assert inlet.feed("a", 0.0).endswith("a")


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_what_is_pasted_presses_no_key(size: int) -> None:
    parser = XTermParser()
    for attack in (*marked_sequences(), *bare_attacks()):
        whole = f"\x1b[200~a {attack} b\r\x1b[201~"
        pasted, answers = through([whole[at : at + size] for at in range(0, len(whole), size)])
        found = list(parser.feed(pasted))
        assert (len(found), answers) == (1, []), ascii(attack)
        assert isinstance(found[0], events.Paste)
        assert shows_only(found[0].text), ascii(attack)


def test_a_pause_within_a_paste_lets_no_key_out() -> None:
    inlet = Inlet(print)
    assert inlet.feed("\x1b[200~a\x1b", 0.0) == "\x1b[200~a"
    assert inlet.tick(REST_WAIT_S) == ""
    assert inlet.feed("\x03b\x1b[201~", 1.0) == "␛␃b\x1b[201~"
