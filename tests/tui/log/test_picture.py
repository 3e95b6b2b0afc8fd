import pytest

from frieza_tui.tui.log.picture import NoOutput, Pending, changed_rows, moved, rows_moved

BLANK = "blank row"
ROWS = [f"row {number}" for number in range(12)]


class Written(NoOutput):
    """A terminal to which pictures are written by hand."""

    def __init__(self) -> None:
        self.frames = 0
        self.places: dict[tuple[int, int], int] = {}

    def write(self, *places: tuple[int, int]) -> None:
        self.frames += 1
        self.places |= dict.fromkeys(places, self.frames)

    def written_at(self, row: int, column: int) -> int:
        return self.places.get((row, column), 0)


@pytest.mark.parametrize("rows", [-3, -1, 1, 3])
def test_a_move_is_known_by_the_rows_that_both_pictures_have(rows: int) -> None:
    before, after = ROWS[3:9], ROWS[3 + rows : 9 + rows]
    assert rows_moved(before, after, BLANK) == rows
    assert changed_rows(moved(before, rows), after) == (list(range(6 - rows, 6)) if rows > 0 else list(range(-rows)))


def test_a_picture_with_little_in_common_has_not_moved() -> None:
    assert rows_moved(ROWS[:6], ROWS[5:11], BLANK) == 0
    assert rows_moved(ROWS[:6], ROWS[:6], BLANK) == 0


def test_blank_rows_say_nothing_about_a_move() -> None:
    assert rows_moved([BLANK] * 5 + ["a"], ["a"] + [BLANK] * 5, BLANK) == 0


def test_a_place_is_pending_until_a_later_picture_has_it() -> None:
    output = Written()
    pending = Pending(lambda: output)
    output.write((1, 0), (2, 0))
    pending.add([1, 2], 0)
    output.write((1, 0))
    assert not pending.is_empty()
    output.write((2, 7))
    assert not pending.is_empty()
    output.write((2, 0))
    assert pending.is_empty()


def test_nothing_is_pending_once_all_is_drawn_anew() -> None:
    pending = Pending(NoOutput)
    pending.add([1], 0)
    assert not pending.is_empty()
    pending.clear()
    assert pending.is_empty()
