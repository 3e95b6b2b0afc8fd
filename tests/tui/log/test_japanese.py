"""No row of the log begins or ends with what may not, whatever the prose stands in and is mixed with."""

from collections.abc import Iterator
from itertools import cycle

import pytest

from frieza_tui.text.width import cell_len
from frieza_tui.tui.log.block import Block
from frieza_tui.tui.log.documents import MarkdownDocument
from frieza_tui.tui.log.rows import spans_width
from frieza_tui.tui.log.tables import SEPARATOR
from tests.text.test_breaking import NOT_FIRST, NOT_LAST, PROSE

CONTAINERS = {
    "paragraph": "{}",
    "heading": "## {}",
    "quote": "> {}",
    "list": "- 一\n  - {}",
    "numbers": "12. {}",
    "task": "- [ ] {}",
    "quoted list": "> - {}",
    "table": "| 名 | 説明 |\n| -- | -- |\n| あ | {} |",
}
MIXED = (
    "{}",
    "`コード`、{}",
    "**強調**{}",
    "[リンク](https://example.com/)。{}",
    "「`foo(bar)`」{}",
    "*Latin words*（{}）",
)


def mixed(paragraph: str) -> str:
    """The paragraph with inline Markdown before every twelfth character."""
    pieces = [paragraph[at : at + 12] for at in range(0, len(paragraph), 12)]
    return "".join(form.format(piece) for form, piece in zip(cycle(MIXED), pieces, strict=False))


def texts_of_rows(source: str, width: int) -> Iterator[str]:
    document = MarkdownDocument()
    document.append(source)
    document.refresh()
    for leaf in document.leaves:
        block = Block(leaf, document.env, width, gap=False)
        block.read()
        for index in range(block.height):
            row = block.row(index)
            assert spans_width(block.prefix(index)) + row.width <= width
            cells = row.text.split(SEPARATOR) if leaf.kind == "table" else [row.text]
            yield from filter(None, (cell.strip(" ") for cell in cells))


@pytest.mark.parametrize("width", [21, 32, 40, 59])
@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
def test_kinsoku_holds_in_whatever_the_prose_stands(container: str, width: int) -> None:
    paragraphs = [paragraph for paragraph in PROSE.split("\n") if paragraph and paragraph[0] not in NOT_FIRST]
    source = "\n\n".join(container.format(mixed(paragraph)) for paragraph in paragraphs)
    rows = list(texts_of_rows(source, width))
    assert len(rows) > sum(map(cell_len, paragraphs)) // width
    assert [row for row in rows if row[0] in NOT_FIRST or row[-1] in NOT_LAST] == []
