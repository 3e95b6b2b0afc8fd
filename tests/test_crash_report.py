import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from frieza_tui import paths
from frieza_tui.crash_report import KEPT_REPORTS, describe, report_sentence, write_report
from frieza_tui.domain.errors import Refused, ServerFacts, StoreError
from frieza_tui.log_file import KEPT_FILES, MAX_BYTES, open_log

SECRET = "planted-words"
BREAK = f"""
import frieza_tui.cli
def break_down(planted):
    raise ValueError(planted) from KeyError("{SECRET}")
frieza_tui.cli._dispatch = lambda words: break_down("{SECRET}")
raise SystemExit(frieza_tui.cli.main(["{SECRET}"]))
"""


def broken(error: Exception) -> Exception:
    def break_down(planted: str) -> None:
        raise error from LookupError(planted)

    try:
        break_down(SECRET)
    except type(error) as caught:
        return caught
    raise AssertionError


def reports() -> list[Path]:
    return sorted(paths.state_dir().glob("crash-*.txt"))


def test_a_report_names_kinds_and_frames_and_quotes_nobody() -> None:
    path = write_report(broken(ExceptionGroup(SECRET, [ValueError(SECRET), TypeError(SECRET)])))
    assert path is not None
    text = path.read_text("utf-8")
    assert re.search(r"^python: CPython 3\.\d+", text, re.MULTILINE)
    assert re.search(r"^  tests/test_crash_report\.py:\d+ broken\.<locals>\.break_down$", text, re.MULTILINE)
    for kind in ("ExceptionGroup", "builtins.ValueError", "builtins.TypeError", "builtins.LookupError"):
        assert kind in text
    assert SECRET not in text
    assert str(Path.home()) not in text
    assert path.stat().st_mode & 0o777 == 0o600


def test_our_own_words_are_quoted() -> None:
    assert "The disk is full." in describe(broken(StoreError("The disk is full.")))


def test_a_servers_words_are_not_quoted_for_they_may_quote_a_message() -> None:
    error = Refused(f"The server refused: {SECRET}.", SECRET, ServerFacts(SECRET, 400, SECRET, SECRET))
    assert "Refused: status 400\n" in describe(broken(error))
    assert SECRET not in describe(broken(error))


def test_an_error_that_caused_itself_is_told_once() -> None:
    error = ValueError(SECRET)
    error.__context__ = KeyError(SECRET)
    error.__context__.__context__ = error
    assert describe(error).count("ValueError") == 1


def test_the_newest_reports_are_kept() -> None:
    for _time in range(KEPT_REPORTS + 3):
        last = write_report(ValueError())
    assert len(reports()) == KEPT_REPORTS
    assert last in reports()


def test_a_place_that_takes_no_report_breaks_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert write_report(ValueError()) is None
    assert "No report" in report_sentence(ValueError())


def test_an_error_that_nobody_catches_is_a_sentence_and_a_report() -> None:
    done = subprocess.run([sys.executable, "-c", BREAK], capture_output=True, text=True, timeout=30, check=False)
    (path,) = reports()
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr + done.stdout + path.read_text("utf-8")


@pytest.fixture
def log_path() -> Iterator[Path]:
    loggers = logging.getLogger("frieza_tui"), logging.getLogger()
    before = [list(logger.handlers) for logger in loggers]
    path = open_log("warning")
    assert path is not None
    yield path
    for logger, handlers in zip(loggers, before, strict=True):
        for handler in [one for one in logger.handlers if one not in handlers]:
            logger.removeHandler(handler)
            handler.close()


def test_of_an_error_in_a_library_the_log_says_where_and_what_kind(log_path: Path) -> None:
    said = f"exception was never retrieved: {SECRET!r} %s"
    logging.getLogger("asyncio").error(said, SECRET, exc_info=broken(ValueError(SECRET)))
    logging.getLogger("asyncio").debug(said, SECRET)
    text = log_path.read_text("utf-8")
    assert "ERROR asyncio: test_of_an_error_in_a_library" in text
    assert "builtins.ValueError" in text
    assert SECRET not in text


def test_the_log_quotes_no_error_and_no_control_and_is_its_owners_alone(log_path: Path) -> None:
    log = logging.getLogger("frieza_tui.test")
    log.error("it broke at \x1b]52;c;aGk=\x07 %s", "\x9b31m", exc_info=broken(ValueError(SECRET)))
    text = log_path.read_text("utf-8")
    assert "break_down" in text
    assert SECRET not in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert log_path.stat().st_mode & 0o777 == 0o600
    assert os.access(log_path, os.W_OK)


def test_a_log_that_is_full_gives_way_to_a_new_one_and_the_oldest_goes(log_path: Path) -> None:
    log = logging.getLogger("frieza_tui.test")
    for _line in range((KEPT_FILES + 2) * 5):
        log.error("x" * (MAX_BYTES // 5))
    files = [*log_path.parent.glob(f"{log_path.name}*")]
    assert len(files) == 1 + KEPT_FILES
    assert all(file.stat().st_size <= MAX_BYTES and file.stat().st_mode & 0o777 == 0o600 for file in files)
