import os
from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.app import SuspendNotSupported

from frieza_tui.tui.parts.pager import open_in_pager
from tests.support.file_limit import files_no_larger_than


def test_the_pager_gets_the_whole_text_in_a_file_that_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, seen = tmp_path / "pager", tmp_path / "seen"
    script.write_text(f'#!/bin/sh\ncat "$1" > {seen}\necho "$1" >> {seen}\necho "$LESS" >> {seen}\n')
    script.chmod(0o700)
    monkeypatch.setenv("PAGER", os.fspath(script))
    monkeypatch.setenv("LESS", "-R")
    assert open_in_pager("一行目\nline 2\n", nullcontext, is_wide=True) == ""
    first, second, name, options = seen.read_text("utf-8").splitlines()
    assert (first, second, options) == ("一行目", "line 2", "-R -S")
    assert not Path(name).exists()


@pytest.mark.parametrize("command", ["no-such-pager-here", "no-such 'quote"])
def test_a_pager_that_cannot_be_started_is_named(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", command)
    assert command.split(" ")[0] in open_in_pager("text", nullcontext, is_wide=False)


def test_where_the_screen_cannot_be_put_away_the_pager_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def suspend() -> nullcontext[None]:
        raise SuspendNotSupported

    monkeypatch.setenv("PAGER", "true")
    assert open_in_pager("text", suspend, is_wide=False) != ""


def test_where_the_disk_does_not_take_the_whole_text_the_disk_is_blamed_and_nothing_of_it_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER", "false")
    monkeypatch.setattr("tempfile.tempdir", os.fspath(tmp_path))
    with files_no_larger_than(1_000_000):
        said = open_in_pager("word " * 400_000, nullcontext, is_wide=False)
    assert "cannot be put in a file (File too large); set TMPDIR" in said
    assert list(tmp_path.iterdir()) == []
