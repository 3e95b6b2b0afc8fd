"""Takes a key out of the command line, so that no list of processes shows it. Knows no flag but that one."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

_FLAG: Final = "--api-key"
_ABBREVIATED: Final = "--api-"
"""The least of the flag that means no other one."""
_STAND_IN: Final = "…"
_PLACE: Final = "FRIEZA_TUI_GIVEN_KEY"


def hide_key(words: Sequence[str]) -> None:
    """Start the program anew with a stand-in for the key, if one is given; for that tenth of a second it is seen.

    Returns where there is none, and where the system or the way that the program was started does not allow it.
    """
    hidden, key = _without_key(words)
    is_as_started = bool(words) and sys.orig_argv[-len(words) :] == [*words]
    if not key or not is_as_started or os.name != "posix":
        return
    with suppress(OSError):
        command = [*sys.orig_argv[: -len(words)], *hidden]
        os.execve(sys.executable, command, {**os.environ, _PLACE: key})


def key_given(word: str | None) -> str | None:
    """Return the key that a word of the command line stands for; it is handed on to no other program."""
    return os.environ.pop(_PLACE, word) if word == _STAND_IN else word


def _without_key(words: Sequence[str]) -> tuple[list[str], str]:
    hidden, key = [*words], ""
    for at, word in enumerate(words):
        flag, sign, value = word.partition("=")
        if not (flag.startswith(_ABBREVIATED) and _FLAG.startswith(flag)):
            continue
        if sign:
            hidden[at], key = f"{flag}={_STAND_IN}", value
        elif at + 1 < len(words):
            hidden[at + 1], key = _STAND_IN, words[at + 1]
    return hidden, "" if key == _STAND_IN else key
