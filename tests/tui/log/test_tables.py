"""Tables fit their width, and rows that are there are not laid out again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.tables import STRIDE, TableLayout, fit_columns


def lines(leaf: Leaf, width: int) -> list[str]:
    layout = TableLayout(width)
    layout.update(leaf, {})
    return [layout.row(index).text for index in range(layout.count)]


def table(aligns: str, *rows: tuple[str, ...]) -> Leaf:
    return Leaf("table", info=aligns, cells=rows)


def test_columns_are_as_wide_as_their_cells_and_aligned() -> None:
    leaf = table("lrc", ("a", "b", "c"), ("one", "two", "three"), ("**x**", "`y`", "日本"))
    assert lines(leaf, 40) == [
        "a   │   b │   c  ",
        "────┼─────┼──────",
        "one │ two │ three",
        "x   │   y │ 日本 ",
    ]


def test_a_wide_table_wraps_its_widest_cells() -> None:
    leaf = table("--", ("name", "text"), ("a", "some words that need more room"))
    assert lines(leaf, 20) == [
        "name │ text         ",
        "─────┼──────────────",
        "a    │ some words   ",
        "     │ that need    ",
        "     │ more room    ",
    ]


def test_japanese_beside_a_long_word_keeps_room_for_its_rules() -> None:
    leaf = table("--", ("説明", "url"), ("ちょっと待って。次に進む", "https://example.com/a/b"))
    assert lines(leaf, 30)[2:] == [
        "ちょっと │ https://           ",
        "待って。 │ example.com/a/b    ",
        "次に進む │                    ",
    ]
    assert lines(leaf, 50)[2].startswith("ちょっと待って。次に進む │ https://")


def test_breaks_in_a_cell_make_lines() -> None:
    assert lines(table("-", ("a",), ("b<br>c",)), 10) == ["a", "─", "b", "c"]


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=8).flatmap(
        lambda natural: st.tuples(st.just(natural), st.lists(st.integers(1, 20), min_size=len(natural)))
    ),
    st.integers(1, 100),
)
def test_columns_never_take_more_than_the_room(columns: tuple[list[int], list[int]], room: int) -> None:
    natural, least = columns
    widths = fit_columns(natural, [min(a, b) for a, b in zip(least, natural, strict=False)], room)
    assert all(1 <= width <= own for width, own in zip(widths, natural, strict=True))
    assert sum(widths) <= max(room, len(natural))
    if sum(natural) <= room:
        assert widths == natural


def test_a_row_that_comes_changes_the_rows_before_only_if_columns_widen() -> None:
    layout = TableLayout(40)
    head, first = ("a", "b"), ("one", "two")
    assert layout.update(table("--", head, first), {}) == 0
    assert layout.update(table("--", head, first, ("x", "y")), {}) == 3
    assert layout.update(table("--", head, first, ("x", "yy")), {}) == 3
    assert layout.update(table("--", head, first, ("x", "yyyy")), {}) == 0
    fresh = TableLayout(40)
    fresh.update(table("--", head, first, ("x", "yyyy")), {})
    assert [layout.row(index) for index in range(4)] == [fresh.row(index) for index in range(4)]


@pytest.mark.parametrize("aligns", ["--", "rr", "cc"])
def test_links_in_cells_are_found_where_they_are_shown(aligns: str) -> None:
    layout = TableLayout(40)
    layout.update(table(aligns, ("a", "wide column"), ("x", "[go](u)")), {})
    row = layout.row(2)
    at = row.text.index("go")
    assert [layout.link_at(row.start + at + step).target for step in (-1, 0, 1, 2)] == ["", "u", "u", ""]
    assert layout.link_at(layout.row(1).start).target == ""
    assert [link.text for link in layout.all_links()] == ["go"]


@pytest.mark.parametrize("aligns", ["--", "rr", "cc"])
def test_what_is_found_in_cells_is_where_they_are_shown(aligns: str) -> None:
    layout = TableLayout(19)
    layout.update(table(aligns, ("日本", "some text"), ("a *text*", "text, then more text"), ("x", "y")), {})
    found = [
        (layout.row(start // STRIDE).start, layout.cut(start, end)) for start, end in layout.find(re.compile("text"))
    ]
    assert found == [(layout.row(index).start, "text") for index in (0, 2, 2, 3)]


def test_a_part_of_a_table_is_taken_as_it_is_shown() -> None:
    layout = TableLayout(40)
    layout.update(table("--", ("a", "b"), ("c", "d")), {})
    assert layout.cut(0, 1 << 60) == "a │ b\n──┼──\nc │ d"
    assert layout.cut(layout.row(0).start + 4, layout.row(2).start + 1) == "b\n──┼──\nc"
