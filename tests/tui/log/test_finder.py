"""What is found is where it is shown, and no text makes the search long."""

import pytest

from frieza_tui.tui.log.content import Bubble
from frieza_tui.tui.log.finder import Finder, Found
from frieza_tui.tui.log.thread_rows import Place, ThreadRows

TOP = Place(0, 0, 0)


def thread(*sources: str, width: int = 60) -> ThreadRows:
    rows = ThreadRows()
    rows.width = width
    for number, source in enumerate(sources):
        rows.add(Bubble(f"a{number}", "assistant", f"A{number}", waiting_source=source, is_settled=True))
    return rows


def rows_found(rows: ThreadRows, text: str) -> list[str]:
    """Return the rows that are gone to, from the first to the last."""
    finder, found = Finder(rows, text), []
    while (at := finder.step(1, TOP)) is not None:
        place = finder.place(at)
        row = rows.read(place.bubble, place.block).row(place.row)
        found.append(row.text[at.start - row.start :].rstrip())
    return found


def test_a_text_in_a_table_is_found_in_its_cell() -> None:
    rows = thread("Words\n\n| number | text |\n|-:|:-:|\n| 1 | *hay* and needle |\n| 22 | `needle`, 針 |\n")
    assert rows_found(rows, "needle") == ["needle", "needle, 針"]
    assert rows_found(rows, "22") == ["22 │   needle, 針"]
    assert rows_found(rows, "text") == ["text"]
    assert rows_found(rows, "1 │") == rows_found(rows, "─") == []


def test_a_text_that_a_cell_breaks_is_found_in_each_of_its_lines() -> None:
    assert rows_found(thread("| a | b |\n|-|-|\n| x | some words |\n", width=14), "some words") == ["some", "words"]


def test_a_place_in_the_middle_of_long_code_is_on_its_row() -> None:
    rows = thread("```\n" + "\n".join(f"line {number}." for number in range(3000)) + "\n```\n")
    assert rows_found(rows, "LINE 2345.") == ["line 2345."]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("use `*args` here", "use *args here"),
        ("the **`__init__`** method", "the __init__ method"),
        ("see **[1]** and", "see [1] and"),
        ("2 \\* 3\\_4", "2 * 3_4"),
        ("`C:\\\\x` C:\\\\y", "C:\\y"),
        ("`a    b`", "a  b"),
        ("a\nb", "a b"),
        ("a**b**", "ab"),
        ("**ﾌﾘｰｻﾞ**様はﾊﾟﾜｰ", "ふりーざ様"),
        ("フリーザ様", "ﾌﾘｰｻﾞ様"),
        ("がくふ", "か\u3099クフ"),
        ("ＡＢＣ　ｄ", "abc d"),
        ("5 * 3", "５　＊　３"),
        ("straße é", "straße É"),
    ],
)
def test_marks_that_are_shown_are_found_among_those_that_are_not(source: str, text: str) -> None:
    rows = thread(source)
    assert len(Finder(rows, text).hits()) == len(rows_found(rows, text)) == 1


def test_a_message_that_has_the_text_and_does_not_show_it_is_gone_to_by_itself() -> None:
    rows = thread(*["Words", "[needle](https://x.y/pin)"] * 40)
    finder = Finder(rows, "x.y")
    assert [finder.step(-1, Place(78, 1, 0)), finder.step(-1, TOP), finder.step(1, TOP)] == [
        Found(77, 0, 0),
        Found(75, 0, 0),
        Found(77, 0, 0),
    ]
    assert finder.place(Found(77, 0, 0)) == Place(77, 0, 1)
    assert sum(not bubble.waiting_source for bubble in rows.bubbles) < 5  # no other is laid out for it


@pytest.mark.parametrize(
    ("line", "text"),
    [("*", "*****x"), ("_*", "*_*_*_x"), ("\\", "\\\\\\\\\\x"), ("]", "]]]]]x"), (" ", "     x"), ("[", "[[[[[x")],
)
def test_long_lines_of_marks_or_spaces_are_searched_at_once(line: str, text: str) -> None:
    rows = thread("```\nstart" + line * 400 + ".\n```\n")
    assert Finder(rows, text).hits() == []
    assert rows_found(rows, text) == []
