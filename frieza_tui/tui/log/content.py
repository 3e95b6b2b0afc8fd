"""A bubble's content: its label, state and segments, as leaves. Knows no width and no look."""

from dataclasses import dataclass, field
from typing import Protocol, cast

from frieza_tui.i18n import ngettext
from frieza_tui.text.width import clip
from frieza_tui.tui.log.bubble import (
    NO_STATE,
    SEGMENT_KINDS,
    Author,
    BubbleState,
    CodeBlock,
    SegmentKind,
    Words,
    spoken,
)
from frieza_tui.tui.log.documents import Document, LiteralDocument, document_for
from frieza_tui.tui.log.leaf import Leaf
from frieza_tui.tui.log.parsing import Env

NO_ENV: Env = {}


class Sleeper(Protocol):
    """What a bubble of a kept thread is to show: told only where somebody looks, as often as it takes."""

    def measures(self) -> tuple[int, int]:
        """Return what `measures_of` would say of its text."""
        ...

    def source(self) -> str:
        """Return its text segments, joined by blank lines."""
        ...

    def fill(self, bubble: "Bubble") -> None:
        """Put segments and state into an empty bubble."""
        ...


def measures_of(text: str) -> tuple[int, int]:
    """Return line ends and cells of a text, for estimates: wide characters are guessed from their bytes."""
    cells = len(text) if text.isascii() else (len(text) + len(text.encode("utf-8", "surrogatepass"))) // 2
    return text.count("\n") + 1, cells


@dataclass(slots=True)
class Bubble:
    """One message of the thread, or a notice, on the screen."""

    key: str
    author: Author
    label: Words
    state: BubbleState = NO_STATE
    waiting_source: str = ""
    """Text of a settled bubble that nobody has looked at yet."""
    sleeper: Sleeper | None = None
    """Of a bubble that can be emptied and filled again."""
    is_asleep: bool = False
    """Its sleeper has not been asked to fill it, or is to be asked again."""
    segments: dict[str, Document] = field(default_factory=dict)
    """By segment name "kind:id", in the order in which they began."""
    measured: tuple[int, int] | None = None
    """What `measures` found; a resize asks every bubble of the thread."""
    has_grown: bool = False
    """Text came while it was on the screen; that of a kept thread was there before."""
    is_settled: bool = False
    is_folded: bool = False
    """Only its label and its first line are shown."""
    folded_blocks: frozenset[int] = frozenset()
    """Blocks of which only the first rows are shown, by their number in the bubble."""
    segments_to_fold: frozenset[str] = frozenset()
    """Segments of one block each that is folded when the bubble is laid out anew."""
    mark: str = ""
    """Beside the label: which of several branches this is, such as "2/3"."""

    def append(self, segment: str, text: str) -> None:
        """Add text to a segment, which begins with its first text."""
        self.has_grown = True
        self._unpack()
        self.sleeper = None
        self.put(segment, text)

    def put(self, segment: str, text: str) -> None:
        """Add text that a sleeper has, and would have again."""
        self.measured = None
        self._document(segment).append(text)

    def note(self, segment: str, words: Words) -> None:
        """Say something of our own in a segment of the kind "note"."""
        self.measured = None
        document = self._document(segment)
        assert isinstance(document, LiteralDocument)
        document.say(words)

    def say_again(self) -> bool:
        """Say all notes in the language in use; tells whether the text is another one now."""
        if self.sleeper is not None:
            was_awake = not self.is_asleep
            self.pack()
            return was_awake
        notes = [document for document in self.segments.values() if isinstance(document, LiteralDocument)]
        return any([note.say_again() for note in notes])

    def replace_text(self, source: str) -> None:
        """Replace all text segments by one, where the first of them stood."""
        self.measured = None
        self._unpack()
        self.sleeper = None
        texts = [name for name in self.segments if name.startswith("text:")]
        if "\n\n".join(self.segments[name].source for name in texts) == source:
            return
        fresh = document_for("text")
        fresh.append(source)
        kept: dict[str, Document] = {}
        for name, document in self.segments.items():
            if name not in texts:
                kept[name] = document
            elif name == texts[0]:
                kept[name] = fresh
        if not texts:
            kept["text:0"] = fresh
        self.segments = kept

    @property
    def source(self) -> str:
        """The text segments as they came, joined by blank lines."""
        if self.waiting_source:
            return self.waiting_source
        if self.sleeper is not None and self.is_asleep:
            return self.sleeper.source()
        return "\n\n".join(
            document.source for name, document in self.segments.items() if name.startswith("text:") and document.source
        )

    def code_blocks(self) -> list[CodeBlock]:
        """The blocks of code of all segments, in order."""
        return [block for document in self.documents() for block in document.code_blocks()]

    def documents(self) -> list[Document]:
        """The segments' texts in order; reads a text that was waiting."""
        self._unpack()
        return list(self.segments.values())

    def fold_leaf(self) -> Leaf:
        """What stands for the text of a folded bubble."""
        source = "\n".join(document.source for document in self.documents())
        line, _line_end, rest = source.strip().partition("\n")
        hidden = rest.count("\n") + 1 if rest else 0
        more = (ngettext("… {count} more line", "… {count} more lines", hidden).format(count=hidden), "fold")
        return Leaf("label", clip(line, 200, end="…"), gap=False, cells=(more,) if hidden else ())

    def label_leaf(self) -> Leaf:
        """The first row: who, which branch, and the state."""
        self._unpack()
        tone = f"state-{self.state.tone}" if self.state.tone else "state"
        cells = ((self.mark, "branch"), (spoken(self.state.text), tone))
        shown = tuple(cell for cell in cells if cell[0])
        return Leaf("label", spoken(self.label), f"label-{self.author}", cells=shown)

    def measures(self) -> tuple[int, int]:
        """Return line ends and cells of all text, for estimates."""
        if self.measured is None:
            if self.sleeper is not None and self.is_asleep:
                self.measured = self.sleeper.measures()
            else:
                sources = [self.waiting_source] if self.waiting_source else [d.source for d in self.segments.values()]
                found = [measures_of(source) for source in sources]
                self.measured = sum(lines for lines, _ in found), sum(cells for _, cells in found)
        return self.measured

    def pack(self) -> None:
        """Forget what was read of a settled text; it is read again when somebody looks."""
        if self.sleeper is not None:
            self.segments.clear()
            self.is_asleep = True
        elif list(self.segments) == ["text:0"]:
            self.waiting_source = self.segments["text:0"].source
            self.segments.clear()

    def _unpack(self) -> None:
        if self.waiting_source:
            source, self.waiting_source = self.waiting_source, ""
            self._document("text:0").append(source)
        if self.sleeper is not None and self.is_asleep:
            self.is_asleep = False
            self.sleeper.fill(self)

    def _document(self, segment: str) -> Document:
        document = self.segments.get(segment)
        if document is None:
            kind = segment.partition(":")[0]
            if kind not in SEGMENT_KINDS:
                raise ValueError(f"not a kind of segment: {kind}")
            if kind == "text" and self.author != "assistant":
                document = LiteralDocument("literal", self.author)
            else:
                document = document_for(cast(SegmentKind, kind))
            self.segments[segment] = document
        return document
