"""What was chosen on the screen: who answers, the keys, the hosts of plain http. One file of our own, mode 0600.

It lies beside the settings file, which is the user's alone to write, and counts for less than that.
"""

import logging
import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from frieza_tui import paths
from frieza_tui.domain.errors import SettingsError, StoreError
from frieza_tui.i18n import _
from frieza_tui.keyring_process import get_secret, put_secret

log = logging.getLogger(__name__)

EMBEDDED: Final = "embedded"


class KeptKey(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server's key."""

    mark: str
    """Tells it from others without telling it."""
    key: str | None = msgspec.field(default=None)
    """None: it is in the system's keyring."""

    def __repr__(self) -> str:
        return f"KeptKey(mark={self.mark!r}, …)"


class Chosen(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that was chosen."""

    answerer: str | None = None
    """A server's base URL, or "embedded"; None: nobody was chosen yet."""
    keys: dict[str, KeptKey] = msgspec.field(default_factory=dict)
    """By the server's address, as `address_of` writes it."""
    http_hosts: tuple[str, ...] = ()
    """Hosts that may be used over plain http."""


class ChosenFile:
    """The file, read and written whole."""

    def __init__(self, path: Path | None = None) -> None:
        """Take the file; None: chosen.json in the config folder."""
        self.path = path or paths.config_dir() / "chosen.json"

    def read(self) -> Chosen:
        """Return what was chosen; nothing if the file is absent or damaged.

        Raises: SettingsError if it holds a key that other users could read.
        """
        try:
            chosen = msgspec.json.decode(self.path.read_bytes(), type=Chosen)
        except FileNotFoundError:
            return Chosen()
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            log.warning("what was chosen cannot be read: %s", type(error).__name__)
            return Chosen()
        is_open = os.name == "posix" and self.path.stat().st_mode & 0o077
        if is_open and any(kept.key for kept in chosen.keys.values()):
            raise SettingsError(
                _("The file {path} holds a key that other users could read.").format(path=self.path),
                _("Run: chmod 600 {path}").format(path=self.path),
            )
        return chosen

    def choose(self, answerer: str) -> None:
        """Remember who answers. Raises: StoreError, SettingsError."""
        self._write(msgspec.structs.replace(self.read(), answerer=answerer))

    def allow_http(self, host: str) -> None:
        """Remember that a host may be used over plain http. Raises: StoreError, SettingsError."""
        chosen = self.read()
        self._write(msgspec.structs.replace(chosen, http_hosts=tuple(sorted({*chosen.http_hosts, host}))))

    async def keep_key(self, base_url: str, key: str, mark: str) -> None:
        """Keep a server's key, in the keyring where there is one, else here. Raises: StoreError, SettingsError."""
        address = address_of(base_url)
        kept = KeptKey(mark) if await put_secret(address, key) else KeptKey(mark, key)
        chosen = self.read()
        self._write(msgspec.structs.replace(chosen, keys={**chosen.keys, address: kept}))

    def kept_key(self, base_url: str) -> KeptKey | None:
        """Return what is known of a server's key. Raises: SettingsError."""
        return self.read().keys.get(address_of(base_url))

    async def fetch_key(self, base_url: str) -> str | None:
        """Return a server's key, None if there is none or the keyring does not give it. Raises: SettingsError."""
        kept = self.kept_key(base_url)
        return None if kept is None else kept.key or await get_secret(address_of(base_url))

    def _write(self, chosen: Chosen) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            paths.write_whole(self.path, msgspec.json.format(msgspec.json.encode(chosen)))
        except OSError as error:
            happened = _("What you chose cannot be kept in {path}: {error}.").format(
                path=self.path, error=error.strerror
            )
            raise StoreError(happened, _("It holds until the program ends.")) from error


def address_of(base_url: str) -> str:
    """Return a base URL as it is kept: without a name, a password or a question in it; "" for what is none."""
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}{parts.path.rstrip('/')}"
