import subprocess
import sys
from pathlib import Path

from frieza_tui.store import copying_process


def test_a_file_that_nobody_may_write_to_becomes_a_copy_that_can_be_opened(tmp_path: Path) -> None:
    file, folder = tmp_path / "threads.db", tmp_path / "copy"
    file.write_bytes(b"kept")
    file.chmod(0o400)
    folder.mkdir()
    subprocess.run([sys.executable, "-P", copying_process.__file__, str(file), str(folder)], check=True, timeout=30)
    copy = folder / file.name
    assert copy.read_bytes() == b"kept"
    assert copy.stat().st_mode & 0o200
