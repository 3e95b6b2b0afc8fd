from frieza_tui.tui.log.content import Bubble
from frieza_tui.tui.log.excerpt import excerpt
from frieza_tui.tui.log.rows import BEYOND
from frieza_tui.tui.log.thread_rows import ThreadRows


def test_rows_that_are_laid_out_to_be_taken_are_counted() -> None:
    rows = ThreadRows()
    rows.width = 40
    rows.add(Bubble("a", "assistant", "A", waiting_source="\n\n".join(["日本語の長い文章です。" * 8] * 5)))
    taken = excerpt(rows, (0, 1, 0), (0, 5, BEYOND))
    assert taken == rows.bubbles[0].source
    assert rows.total == sum(block.height for block in rows.view(0).blocks) == 31
