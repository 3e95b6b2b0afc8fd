"""The world that every test runs in: a home of its own, no keys, no proxies, English words."""

import gc
import itertools
import os
import ssl
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from frieza_tui.i18n import use_language
from frieza_tui.tui.collecting import put_off_collections

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

FOREIGN = ("OPENAI_", "FRIEZA_TUI_", "TEXTUAL", "NO_COLOR", "COLORTERM", "LANGUAGE", "LC_", "HTTP_PROXY", "HTTPS_PROXY")
FOREIGN_CLIPBOARDS = ("DISPLAY", "WAYLAND_DISPLAY", "TMUX", "STY", "SSH_CONNECTION", "WSL_DISTRO_NAME", "WSL_INTEROP")
FOREIGN_SIZES = ("COLUMNS", "LINES")
"""pytest-xdist sets them; a terminal of a test has its own."""


HOMES = itertools.count()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What the imports make stays: looking through it again and again takes 2 s of CPU in each worker."""
    with put_off_collections():
        result = yield
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)  # at each 700 objects they took a twentieth of the time
    return result


@pytest.fixture(scope="session")
def small_trust_store(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """One authority in place of all: each client reads them when it is made, which takes 40 ms of CPU."""
    authorities = ssl.create_default_context().get_ca_certs(binary_form=True)
    if not authorities:
        return None
    path = tmp_path_factory.mktemp("trust") / "one.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(authorities[0]))
    return path


@pytest.fixture(autouse=True)
def own_world(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, small_trust_store: Path | None
) -> Iterator[Path]:
    for name in list(os.environ):
        if name in (*FOREIGN_SIZES, *FOREIGN_CLIPBOARDS) or (
            name.upper().startswith(FOREIGN) and not name.startswith("TEXTUAL_SNAPSHOT")
        ):
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / f"home{next(HOMES)}"
    home.mkdir()  # mktemp would list all the thousands there are to find a number
    monkeypatch.setenv("HOME", str(home))
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    if small_trust_store is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(small_trust_store))
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
