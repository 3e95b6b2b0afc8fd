import stat
from pathlib import Path

import pytest

from frieza_tui.paths import write_whole
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
