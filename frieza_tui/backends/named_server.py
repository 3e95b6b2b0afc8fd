"""Which server is spoken to: its name as it is shown, and its words without its keys. Asks no server anything."""

import ipaddress
import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from frieza_tui.settings import BASIC
from frieza_tui.text.safe import safe_line

_KEY = re.compile(r"\b(?:sk|pk|key|Bearer)[-_ ][A-Za-z0-9_*.-]{6,}", re.IGNORECASE)
LEAST_KEY: Final = 12
"""Characters; what is shorter ("none", "ollama") is no secret, and may be a word of a reply or a model's name."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server, and the key that must not be shown."""

    base_url: str
    api_key: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Host and port, as they are shown."""
        _scheme, host, port = self._parts()
        return safe_line(host if port is None else f"{host}:{port}", 100) if host else self.words(self.base_url, 100)

    @property
    def is_callable(self) -> bool:
        """Whether the address is one of HTTP's."""
        scheme, host, _port = self._parts()
        return scheme in ("http", "https") and bool(host)

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI's own server."""
        _scheme, host, _port = self._parts()
        return host == "openai.com" or host.endswith(".openai.com")

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine, as far as its name tells."""
        _scheme, host, _port = self._parts()
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    @property
    def host(self) -> str:
        """The host alone; empty where the address is none."""
        return self._parts()[1]

    @property
    def is_plain_http(self) -> bool:
        """Whether others on the way can read along: http, and not on this machine."""
        return self._parts()[0] == "http" and not self.is_loopback

    def _parts(self) -> tuple[str, str, int | None]:
        """Return scheme, host and port; empty ones where the address is none."""
        try:
            parts = urlsplit(self.base_url)
            return parts.scheme, parts.hostname or "", parts.port
        except ValueError:
            return "", "", None

    @property
    def _secrets(self) -> tuple[str, ...]:
        """The key; of a name and a password, both forms."""
        if not self.api_key.startswith(BASIC):
            return (self.api_key,) if len(self.api_key) >= LEAST_KEY else ()
        _name, _colon, password = b64decode(self.api_key.removeprefix(BASIC)).decode().partition(":")
        return (self.api_key, self.api_key.removeprefix(BASIC), *([password] if password else []))

    def words(self, text: str, limit: int = 300) -> str:
        """Return text of the server's as one safe line without keys."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return safe_line(_KEY.sub("…", text), limit)
