from frieza_tui.store.thread_reader import Hit, ThreadSummary
from frieza_tui.tui.screens.thread_lines import ThreadLine

ONE = ThreadSummary("t", "Title", "A", 0.0, 0.0, 2)


def test_what_stands_before_a_hit_is_cut_between_whole_characters() -> None:
    line = ThreadLine(ONE, Hit(ONE, "m", "user", "か\u3099" * 12 + "👩🏽\u200d🚀 x", "hit", " after"))
    shown = [line.content(columns, (), "").plain.split("…", 1)[1] for columns in (16, 40, 80)]
    assert shown == ["👩🏽\u200d🚀 xhit after", "か\u3099" * 3 + shown[0], "か\u3099" * 8 + shown[0]]
