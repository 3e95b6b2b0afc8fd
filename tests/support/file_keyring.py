"""A keyring for tests, which PYTHON_KEYRING_BACKEND puts in place of the system's."""

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend

NAME = "tests.support.file_keyring.FileKeyring"


class FileKeyring(KeyringBackend):
    """Secrets in the JSON file that FILE_KEYRING names; "locked" in its place: one that waits for ever."""

    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        secrets = self._read()
        found = secrets.get(f"{service} {username}")
        return found if isinstance(found, str) else None

    def set_password(self, service: str, username: str, password: str) -> None:
        secrets = self._read() | {f"{service} {username}": password}
        self._file.write_text(json.dumps(secrets))

    @property
    def _file(self) -> Path:
        return Path(os.environ["FILE_KEYRING"])

    def _read(self) -> dict[str, object]:
        if os.environ["FILE_KEYRING"] == "locked":
            time.sleep(600)
        return dict(json.loads(self._file.read_text())) if self._file.exists() else {}
