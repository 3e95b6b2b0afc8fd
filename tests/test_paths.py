import os
import stat
from pathlib import Path

import pytest

from frieza_tui.cli import main
from frieza_tui.doctor.local_checks import look_at_disk
from frieza_tui.paths import open_log_of_child, write_whole
from tests.support.file_limit import files_no_larger_than


def test_a_file_that_finds_no_room_stays_as_it_was_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    write_whole(file, b"old")
    with files_no_larger_than(2), pytest.raises(OSError, match="large"):
        write_whole(file, b"newer")
    assert (file.read_bytes(), [one.name for one in tmp_path.iterdir()]) == (b"old", ["kept.json"])


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_whole(tmp_path / "kept.json", b"x")
    assert stat.S_IMODE((tmp_path / "kept.json").stat().st_mode) == 0o600


def test_where_no_home_folder_is_known_it_is_said_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_242_424)  # whom no list of users has
    assert main(["threads", "list"]) == 2
    assert "There is no home folder. Set HOME" in capsys.readouterr().err


def test_a_child_speaks_to_nobody_where_its_log_cannot_be_written(tmp_path: Path) -> None:
    with open_log_of_child(tmp_path / "none" / "child.log", "ab") as log:
        log.write(b"words")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["threads", "list"], "cannot be written: File name too long."),
        (["threads", "repair"], "cannot be written: File name too long."),
        (["clean"], "cannot be written: File name too long."),
        (["model"], "not here"),
    ],
)
def test_a_folder_that_nobody_may_look_into_is_no_mistake_of_the_program(
    command: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / ("x" * 300)))  # refused to root too, as no mode is
    main(command)
    assert said in "".join(capsys.readouterr())


async def test_the_doctor_goes_on_where_it_may_not_look_into_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_leftovers() -> int:
        return 0

    closed = tmp_path / ("x" * 300)
    monkeypatch.setenv("XDG_STATE_HOME", str(closed))
    disk = await look_at_disk(no_leftovers)
    assert [one.size_bytes for one in disk.folders if one.path.startswith(str(closed))] == [0]
