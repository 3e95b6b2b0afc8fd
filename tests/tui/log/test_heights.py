"""Heights sum and find as a plain list would."""

from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.tui.log.heights import Heights

CHANGES = st.lists(st.tuples(st.sampled_from(["append", "set", "truncate"]), st.integers(0, 400), st.integers(1, 50)))


@given(st.lists(st.integers(1, 50), max_size=300), CHANGES)
def test_after_any_changes_it_is_what_a_list_says(values: list[int], changes: list[tuple[str, int, int]]) -> None:
    heights = Heights(values)
    for what, index, height in changes:
        if what == "append":
            heights.append(height)
            values.append(height)
        elif what == "set" and values:
            heights.set(index % len(values), height)
            values[index % len(values)] = height
        elif what == "truncate":
            heights.truncate(index)
            del values[index:]
    assert heights.total == sum(values)
    assert [heights[index] for index in range(len(heights))] == values
    rows = [(index, row) for index, value in enumerate(values) for row in range(value)]
    for row in range(0, len(rows), 7):
        assert heights.find(row) == rows[row]
    for index in range(0, len(values), 5):
        assert heights.before(index) == sum(values[:index])
    if rows:
        assert heights.find(len(rows) + 5) == rows[-1]
