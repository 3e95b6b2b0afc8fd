"""The world that every test runs in: a home of its own, no keys, no proxies, English words."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from frieza_tui.i18n import use_language

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

FOREIGN = ("OPENAI_", "FRIEZA_TUI_", "TEXTUAL", "NO_COLOR", "COLORTERM", "LANGUAGE", "LC_", "HTTP_PROXY", "HTTPS_PROXY")
FOREIGN_CLIPBOARDS = ("DISPLAY", "WAYLAND_DISPLAY", "TMUX", "STY", "SSH_CONNECTION", "WSL_DISTRO_NAME", "WSL_INTEROP")
FOREIGN_SIZES = ("COLUMNS", "LINES")
"""pytest-xdist sets them; a terminal of a test has its own."""


@pytest.fixture(autouse=True)
def own_world(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    for name in list(os.environ):
        if name in (*FOREIGN_SIZES, *FOREIGN_CLIPBOARDS) or (
            name.upper().startswith(FOREIGN) and not name.startswith("TEXTUAL_SNAPSHOT")
        ):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("SSH_TTY", "far away")  # else tests would copy into a real clipboard
    use_language("en")
    yield home
    use_language("en")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show each fault that was tried (tests/faults) and how it ended; those of a test that failed are missing."""
    reports = terminalreporter.getreports("passed")
    tried = [value for report in reports for key, value in report.user_properties if key == "fault"]
    if tried:
        terminalreporter.section(f"{len(tried)} faults")
        width = max(len(name) for name, _outcome in tried)
        for name, outcome in tried:
            terminalreporter.write_line(f"{name:{width}}  {outcome}")
