"""The door to the Markdown parser: it is loaded when there is something to read, and not before the first picture."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from markdown_it.token import Token

Env: TypeAlias = MutableMapping[str, object]
"""What markdown-it keeps of a document besides its blocks: link definitions under "references"."""


def parse_blocks(source: str, env: Env) -> "list[Token]":
    """Return the blocks of a document, their inline text unread. Link definitions are added to `env`."""
    from frieza_tui.tui.log.grammar import block_parser

    return block_parser().parse(source, env)


def parse_inline(content: str, env: Env) -> "list[Token]":
    """Return the inline tokens of a paragraph, heading or cell; links are looked up in `env`."""
    from frieza_tui.tui.log.grammar import inline_parser

    return inline_parser().parseInline(content, env)[0].children or []


def load_parsers() -> None:
    """Load what reads Markdown and colours code; any thread may do that, so that the first reply need not wait."""
    from frieza_tui.tui.log import highlighting
    from frieza_tui.tui.log.grammar import block_parser, inline_parser

    block_parser()
    inline_parser()
    highlighting.Highlighter("python")
