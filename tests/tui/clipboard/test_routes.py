import shutil
from base64 import b64decode
from pathlib import Path

import pytest

from frieza_tui.tui.clipboard.osc52 import SCREEN_PIECE, osc52
from frieza_tui.tui.clipboard.routes import fitting_tools


def names(environ: dict[str, str], platform: str = "linux", missing: str = "") -> list[str]:
    return [tool.name for tool in fitting_tools(environ, platform, lambda name: None if name == missing else name)]


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", []),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", ["wl-copy", "xclip", "xsel"]),
        ({"DISPLAY": ":0"}, "linux", ["xclip", "xsel"]),
        ({"DISPLAY": ":0", "TMUX": "/tmp/tmux"}, "linux", ["xclip", "xsel", "tmux"]),
        ({}, "darwin", ["pbcopy"]),
        ({}, "win32", ["clip.exe"]),
        ({"WSL_DISTRO_NAME": "Debian", "WAYLAND_DISPLAY": "wayland-0"}, "linux", ["clip.exe", "wl-copy"]),
    ],
)
def test_the_programs_fit_the_place(environ: dict[str, str], platform: str, expected: list[str]) -> None:
    assert names(environ, platform) == expected


@pytest.mark.parametrize("mark", ["SSH_CONNECTION", "SSH_TTY"])
def test_far_away_only_what_leads_back_to_the_user_is_used(mark: str) -> None:
    here = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "TMUX": "/tmp/tmux", "WSL_DISTRO_NAME": "Debian"}
    assert names({**here, mark: "1"}) == ["tmux"]
    assert names({"DISPLAY": "localhost:10.0", mark: "1"}) == ["xclip", "xsel"]
    assert names({mark: "1"}, "darwin") == []


def test_a_program_that_is_not_here_is_not_tried() -> None:
    assert names({"DISPLAY": ":0"}, missing="xclip") == ["xsel"]


def test_programs_are_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fitting_tools({"DISPLAY": ":0"}, "linux") == []
    (tmp_path / "xsel").write_text("#!/bin/sh\n")
    (tmp_path / "xsel").chmod(0o755)
    assert shutil.which("xsel")
    assert [tool.name for tool in fitting_tools({"DISPLAY": ":0"}, "linux")] == ["xsel"]


def test_the_terminal_is_given_the_text_in_base64() -> None:
    sequence = osc52("フリーザ", {"TERM": "xterm-256color"})
    assert sequence.startswith("\x1b]52;c;")
    assert sequence.endswith("\x07")
    assert b64decode(sequence[7:-1]).decode() == "フリーザ"


@pytest.mark.parametrize("environ", [{"TMUX": "/tmp/tmux", "TERM": "screen-256color"}, {"TERM": "tmux-256color"}])
def test_tmux_is_given_the_sequence_and_its_passthrough(environ: dict[str, str]) -> None:
    plain = osc52("hi", {})
    assert osc52("hi", environ) == plain + "\x1bPtmux;\x1b" + plain + "\x1b\\"


def test_screen_is_given_strings_that_it_does_not_cut() -> None:
    environ = {"STY": "1.pts-0", "TERM": "screen"}
    pieces = osc52("x" * 1000, environ).split("\x1b\\")
    assert pieces.pop() == ""
    assert all(piece.startswith("\x1bP") and len(piece) <= SCREEN_PIECE + 2 for piece in pieces)
    assert "".join(piece[2:] for piece in pieces) == osc52("x" * 1000, {})
