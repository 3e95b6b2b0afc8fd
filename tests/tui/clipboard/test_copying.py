import os
import shutil
from pathlib import Path

import pytest

from frieza_tui.backends.scripted import Reply
from frieza_tui.tui.clipboard import copying
from frieza_tui.tui.clipboard.copying import Copied, copy_with
from frieza_tui.tui.clipboard.copying_app import copied_words
from frieza_tui.tui.clipboard.routes import Tool, fitting_tools
from tests.support.stage import open_stage

KEEPS = 'cat > "$CLIPBOARD_FILE"'
GIVES = 'cat "$CLIPBOARD_FILE"'
X_KEEPS_AND_GIVES = f'case "$3" in -in|--input) {KEEPS};; *) {GIVES};; esac'
STAYS_TO_SERVE = f"{KEEPS}; sleep 4 & exit 0"


class Machine:
    """A machine with a display, whose programs are little scripts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.file = folder / "clipboard"
        needed = {Path(found).parent for name in ("sh", "cat", "sleep") if (found := shutil.which(name))}
        monkeypatch.setenv("PATH", os.pathsep.join([str(self.bin), *map(str, needed)]))
        monkeypatch.setenv("CLIPBOARD_FILE", str(self.file))
        monkeypatch.delenv("SSH_TTY")
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-test")
        monkeypatch.setenv("DISPLAY", ":99")

    def has(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    async def copy(self, text: str, platform: str = "linux") -> str:
        ours = [tool for tool in fitting_tools(os.environ, platform) if (self.bin / tool.name).exists()]
        return copied_words(await copy_with(ours, text))

    @property
    def clipboard(self) -> str:
        return self.file.read_text("utf-8")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


XSEL = f'case "$*" in "--clipboard --input") {KEEPS};; "--clipboard --output") {GIVES};; *) exit 1;; esac'
TMUX = f'case "$*" in "load-buffer -w -") {KEEPS};; "save-buffer -") {GIVES};; *) exit 1;; esac'


def only_with(words: str, does: str) -> str:
    """A program that fails with any other words."""
    return f'[ "$*" = "{words}" ] || exit 1; {does}'


@pytest.mark.parametrize(
    ("platform", "programs", "environ", "says"),
    [
        (
            "linux",
            {"wl-copy": only_with("--type text/plain", KEEPS), "wl-paste": only_with("--no-newline", GIVES)},
            {},
            "Copied with wl-copy, verified.",
        ),
        ("linux", {"xclip": X_KEEPS_AND_GIVES}, {}, "Copied with xclip, verified."),
        (
            "linux",
            {"xsel": XSEL},
            {},
            "Copied with xsel, verified.",
        ),
        (
            "darwin",
            {"pbcopy": f'[ "$LC_CTYPE" = UTF-8 ] && {KEEPS}', "pbpaste": f'[ "$LC_CTYPE" = UTF-8 ] && {GIVES}'},
            {},
            "Copied with pbcopy, verified.",
        ),
        (
            "linux",
            {"tmux": TMUX},
            {"TMUX": "/tmp/tmux,1,0"},
            "Copied with tmux, verified there, and sent on to the terminal.",
        ),
    ],
)
async def test_each_way_is_named_and_what_is_read_back_is_verified(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    programs: dict[str, str],
    environ: dict[str, str],
    says: str,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for name, script in programs.items():
        machine.has(name, script)
    assert await machine.copy("日本 ①\nline two\n", platform) == says
    assert machine.clipboard == "日本 ①\nline two\n"


async def test_clip_exe_cannot_be_read_back(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian")
    machine.has("clip.exe", KEEPS)
    assert await machine.copy("日本") == "Copied with clip.exe, not verified."


async def test_what_is_read_back_the_same_is_called_verified(machine: Machine) -> None:
    machine.has("wl-copy", KEEPS)
    machine.has("wl-paste", GIVES)
    assert await machine.copy("日本\nline two\n") == "Copied with wl-copy, verified."
    assert machine.clipboard == "日本\nline two\n"


async def test_a_program_that_stays_to_serve_the_clipboard_is_not_waited_for(machine: Machine) -> None:
    machine.has("wl-copy", STAYS_TO_SERVE)
    machine.has("wl-paste", GIVES)
    assert await machine.copy("text") == "Copied with wl-copy, verified."


async def test_what_cannot_be_read_back_is_not_called_verified(machine: Machine) -> None:
    machine.has("wl-copy", KEEPS)
    assert await machine.copy("text") == "Copied with wl-copy, not verified."


@pytest.mark.parametrize(
    ("copies", "pastes"), [("exit 1", GIVES), ("cat > /dev/null", "echo something else"), ("exec sleep 30", GIVES)]
)
async def test_where_a_program_fails_the_next_one_is_tried(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, copies: str, pastes: str
) -> None:
    monkeypatch.setattr(copying, "LIMIT_S", 0.3)
    machine.has("wl-copy", copies)
    machine.has("wl-paste", pastes)
    machine.has("xclip", X_KEEPS_AND_GIVES)
    assert await machine.copy("text") == "Copied with xclip, verified."
    assert machine.clipboard == "text"


async def test_where_all_fail_the_terminal_is_left(machine: Machine) -> None:
    machine.has("xclip", "exit 1")
    (machine.bin / "xsel").write_text("not a program")
    assert await machine.copy("text") == "Copied: sent to the terminal, not verified."


def test_a_program_that_only_sends_on_says_so() -> None:
    tmux = Tool("tmux", ("tmux",), sends_on=True)
    assert "sent on to the terminal" in copied_words(Copied(tmux, is_verified=True))


async def test_windows_is_given_its_own_encoding(machine: Machine) -> None:
    machine.has("clip.exe", KEEPS)
    [tool] = fitting_tools({"WSL_DISTRO_NAME": "Debian"}, "linux", lambda name: name)
    assert await copy_with([tool], "日本") == Copied(tool, is_verified=False)
    assert machine.file.read_bytes() == "日本".encode("utf-16-le")


async def test_the_screen_names_the_route_and_copies_safe_text(machine: Machine) -> None:
    machine.has("wl-copy", KEEPS)
    machine.has("wl-paste", GIVES)
    async with open_stage(Reply("some **bold** words")) as at:
        at.app.copy_to_clipboard("a\x1b]0;title\x07b\u202e")
        await at.wait_for("Copied with wl-copy, verified.")
    assert machine.clipboard == "ab"
