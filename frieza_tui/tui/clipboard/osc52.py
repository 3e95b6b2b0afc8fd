"""The terminal's own way to take text into the clipboard: OSC 52, wrapped where a multiplexer is in between."""

from base64 import b64encode
from collections.abc import Mapping

SCREEN_PIECE = 240
"""GNU screen cuts longer strings; its oldest limit in use is 256 bytes."""


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """Return what to write to the terminal so that it copies a text.

    tmux takes the sequence itself, or lets the wrapped one through, as it is set up; so it is given both.
    """
    encoded = b64encode(text.encode("utf-8", "replace")).decode("ascii")
    plain = f"\x1b]52;c;{encoded}\x07"
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux"):
        return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY"):
        pieces = (plain[at : at + SCREEN_PIECE] for at in range(0, len(plain), SCREEN_PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return plain
