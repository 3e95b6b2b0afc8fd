"""Which programs can put text into the clipboard that the user means, best first. Runs none of them."""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Environ = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that takes text on standard input."""

    name: str
    copy: tuple[str, ...]
    paste: tuple[str, ...] = ()
    """What writes to standard output what was copied; empty where it cannot be read back in good time."""
    encoding: str = "utf-8"
    sends_on: bool = False
    """Whether it keeps the text itself, and only asks the terminal to take it too."""


_CLIP = Tool("clip.exe", ("clip.exe",), encoding="utf-16-le")
_MAC = ("env", "LC_CTYPE=UTF-8")  # without a locale of this kind they read MacRoman
_PBCOPY = Tool("pbcopy", (*_MAC, "pbcopy"), (*_MAC, "pbpaste"))
_WAYLAND = Tool("wl-copy", ("wl-copy", "--type", "text/plain"), ("wl-paste", "--no-newline"))
_XCLIP = Tool("xclip", ("xclip", "-selection", "clipboard", "-in"), ("xclip", "-selection", "clipboard", "-out"))
_XSEL = Tool("xsel", ("xsel", "--clipboard", "--input"), ("xsel", "--clipboard", "--output"))
_TMUX = Tool("tmux", ("tmux", "load-buffer", "-w", "-"), ("tmux", "save-buffer", "-"), sends_on=True)


def is_far_away(environ: Environ) -> bool:
    """Whether the user sits at another machine, so that this one's clipboard is not theirs."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def fitting_tools(
    environ: Environ, platform: str = sys.platform, find: Callable[[str], str | None] = shutil.which
) -> list[Tool]:
    """Return the programs that are here and reach the user's clipboard, in the order to try them."""
    is_here = not is_far_away(environ)
    display = environ.get("DISPLAY", "")
    has_display = bool(display) and (is_here or not display.startswith(":"))  # another one is forwarded by ssh
    wishes = (
        (_CLIP, is_here and (platform == "win32" or _is_wsl(environ))),
        (_PBCOPY, is_here and platform == "darwin"),
        (_WAYLAND, is_here and bool(environ.get("WAYLAND_DISPLAY"))),
        (_XCLIP, has_display),
        (_XSEL, has_display),
        (_TMUX, bool(environ.get("TMUX"))),
    )
    return [tool for tool, fits in wishes if fits and find(tool.name)]


def _is_wsl(environ: Environ) -> bool:
    return bool(environ.get("WSL_DISTRO_NAME") or environ.get("WSL_INTEROP"))
