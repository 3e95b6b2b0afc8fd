import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

import frieza_tui
from frieza_tui.cli import main

PROGRAM = (sys.executable, "-m", "frieza_tui")
Done: TypeAlias = subprocess.CompletedProcess[str]


def run(*words: str, stdin: str = "") -> Done:
    return subprocess.run([*PROGRAM, *words], input=stdin, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Done]]:
    """Run the program in this process, where that shows the same; a start of it takes 0.3 s of CPU."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)

    def one(*words: str) -> Done:
        try:
            status = main(words)
        except SystemExit as end:
            status = int(end.code or 0)
        return Done(words, status, *capsys.readouterr())

    yield one
    for handler in [*logging.getLogger("frieza_tui").handlers]:
        logging.getLogger("frieza_tui").removeHandler(handler)
        logging.getLogger().removeHandler(handler)
        handler.close()


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"frieza-tui {frieza_tui.__version__}\n"


def test_one_answer_streams_to_standard_output_alone() -> None:
    done = run("--demo", "-p", "こんにちは")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search("[ぁ-ん]", done.stdout)


def test_piped_text_is_one_message() -> None:
    done = run("--demo", stdin="こんにちは\n")
    assert done.returncode == 0
    assert done.stdout.strip()


def test_a_prompt_of_a_dash_reads_standard_input() -> None:
    assert run("--demo", "-p", "-", stdin="こんにちは").returncode == 0
    assert run("--demo", "-p", "-", stdin=" \n").returncode == 2


def test_input_that_is_no_utf8_is_taken_all_the_same() -> None:
    strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(
        [*PROGRAM, "--demo", "--plain"], input=b"caf\xe9\n", capture_output=True, timeout=30, env=strict
    )
    assert done.returncode == 0
    assert "フリーザ" in done.stdout.decode()


def test_letters_that_the_output_has_no_code_for_become_question_marks() -> None:
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*PROGRAM, "--demo", "-p", "x"], capture_output=True, timeout=30, env=ascii_only, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"**????**" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file that is always full is Linux's")
@pytest.mark.parametrize("words", [("--demo", "-p", "x"), ("clean",)], ids=["an answer", "a list"])
def test_output_that_cannot_be_written_is_told_with_status_1(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False
        )
    assert done.returncode == 1
    assert "The output cannot be written" in done.stderr
    assert "mistake" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="it takes a shell")
def test_a_program_without_standard_streams_does_its_work_all_the_same() -> None:
    command = ["sh", "-c", 'exec "$0" "$@" <&- >&-', *PROGRAM, "--demo", "--plain"]
    done = subprocess.run(command, stderr=subprocess.PIPE, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_no_terminal_is_said_and_plain_is_named() -> None:
    done = run("--demo")
    assert done.returncode == 2
    assert "--plain" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_plain_loop_ends_by_q() -> None:
    done = run("--demo", "--plain", stdin="やあ\nq\n")
    assert done.returncode == 0
    assert done.stdout.startswith("> ")
    assert done.stderr.count(": deleted") == 2


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--api", "soap", "-p", "x"], "soap"),
        (["--base-url", "nowhere", "-p", "x"], "nowhere"),
        (["--settings", "missing.toml", "-p", "x"], "missing.toml"),
        (["--bogus"], "--bogus"),
    ],
)
def test_misuse_is_told_in_words_with_status_2(call: Callable[..., Done], words: list[str], named: str) -> None:
    done = call(*words)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_assistant_is_told_with_the_known_ones(call: Callable[..., Done]) -> None:
    done = call("--demo", "--assistant", "cell", "-p", "x")
    assert done.returncode == 1
    assert "cell" in done.stderr
    assert "frieza" in done.stderr


def test_a_server_that_refuses_is_named(call: Callable[..., Done]) -> None:
    done = call("--base-url", "http://127.0.0.1:9/v1", "--api-key", "sk-planted", "-p", "x")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "127.0.0.1" in done.stderr
    assert "sk-planted" not in done.stderr


def test_the_log_file_is_private_and_holds_no_message(call: Callable[..., Done], own_world: Path) -> None:
    call("--demo", "--log-level", "debug", "-p", "planted-words")
    logs = list(own_world.rglob("*.log"))
    assert logs
    for log in logs:
        assert log.stat().st_mode & 0o077 == 0
        assert "planted-words" not in log.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--api", "assistants", "--api-key", "sk-x"], "--api responses"),
        (["--base-url", "http://192.0.2.7:11434/v1"], 'allow_http = ["192.0.2.7"]'),
    ],
)
@pytest.mark.parametrize("face", [["-p", "x"], ["--plain"]])
def test_what_nobody_can_be_asked_about_is_refused(
    call: Callable[..., Done], words: list[str], named: str, face: list[str]
) -> None:
    done = call(*words, *face)
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr
    assert "Traceback" not in done.stderr
