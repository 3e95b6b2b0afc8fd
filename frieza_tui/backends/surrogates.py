"""Puts halves of UTF-16 pairs together that a server cut between two deltas. Knows no API."""

from collections.abc import Hashable


class PairJoiner:
    """Holds back half a pair until its other half comes; what stays half becomes U+FFFD."""

    def __init__(self) -> None:
        self._halves: dict[Hashable, str] = {}

    def join(self, key: Hashable, text: str) -> str:
        """Return text that can be encoded; key names the stream of text that it belongs to."""
        if not text:
            return ""
        if self._halves:
            text = self._halves.pop(key, "") + text
        try:
            text.encode()
        except UnicodeEncodeError:
            return self._mend(key, text)
        return text

    def _mend(self, key: Hashable, text: str) -> str:
        if "\ud800" <= text[-1] <= "\udbff":
            self._halves[key] = text[-1]
            text = text[:-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
