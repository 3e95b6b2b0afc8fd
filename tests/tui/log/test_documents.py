"""However a text is cut on its way, its leaves are those of the text read at once."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.tui.log.documents import MarkdownDocument
from tests.support.markdown_corpus import CORPUS


def leaves_in_pieces(pieces: Iterable[str]) -> list[object]:
    document = MarkdownDocument()
    shown: list[object] = []
    for piece in pieces:
        document.append(piece)
        first = document.refresh()
        assert shown[:first] == document.leaves[:first]
        shown = list(document.leaves)
    return [*shown, {name: entry for name, entry in targets(document).items()}]


def targets(document: MarkdownDocument) -> dict[str, object]:
    references = document.env["references"]
    assert isinstance(references, dict)
    return {label: (entry["href"], entry["title"]) for label, entry in references.items()}


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
def test_one_character_at_a_time_makes_the_same_leaves(text: str) -> None:
    assert leaves_in_pieces(text) == leaves_in_pieces([text])


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
def test_it_may_end_anywhere(text: str) -> None:
    growing = MarkdownDocument()
    for end in range(1, len(text) + 1):
        growing.append(text[end - 1])
        growing.refresh()
        whole = MarkdownDocument()
        whole.append(text[:end])
        whole.refresh()
        assert (growing.leaves, targets(growing)) == (whole.leaves, targets(whole))


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS.keys())
def test_a_cut_anywhere_makes_the_same_leaves(text: str) -> None:
    whole = leaves_in_pieces([text])
    for at in range(1, len(text)):
        assert leaves_in_pieces([text[:at], text[at:]]) == whole


@pytest.mark.parametrize("first", CORPUS.values(), ids=CORPUS.keys())
def test_one_character_at_a_time_after_anything_else(first: str) -> None:
    texts = list(CORPUS.values())
    for second in texts[texts.index(first) % 4 :: 4]:
        text = first + "\n" + second
        assert leaves_in_pieces(text) == leaves_in_pieces([text])


LINES = st.sampled_from(sorted({line for text in CORPUS.values() for line in text.replace("\r", "\n").split("\n")}))
INDENTED = st.builds(lambda indent, line: " " * indent + line, st.sampled_from([0, 0, 0, 1, 2, 3, 4, 6]), LINES)


@given(st.lists(INDENTED, min_size=1, max_size=14), st.randoms(use_true_random=False), st.integers(1, 9))
def test_any_lines_in_any_pieces_make_the_same_leaves(lines: list[str], random: object, size: int) -> None:
    text = "\n".join(lines)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert leaves_in_pieces(pieces) == leaves_in_pieces([text])
