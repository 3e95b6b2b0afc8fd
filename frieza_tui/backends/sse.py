"""Server-sent events out of bytes, however they were cut. Knows no API and does no input or output."""

from typing import Final, NamedTuple

MAX_EVENT_BYTES: Final = 64 * 1024 * 1024
"""More than any reply; a server that never ends a line must not fill the memory."""
_BOM: Final = b"\xef\xbb\xbf"


class ServerEvent(NamedTuple):
    """One event: its name ("" if the server gave none) and its data as bytes of UTF-8."""

    name: str
    data: bytes


class EventTooLarge(ValueError):
    """One event is larger than MAX_EVENT_BYTES."""


class EventDecoder:
    """Puts pieces of a stream together to events.

    Takes line ends of CR, LF and CRLF, several data lines, comments, and pieces that end anywhere. Events without data
    are passed over, as the HTML standard says; `id` and `retry` are not used by any API here.
    """

    def __init__(self) -> None:
        self._tail: list[bytes] = []
        self._tail_bytes = 0
        self._skips_lf = False
        self._is_at_start = True
        self._name = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """Take the next bytes and return the events that they complete.

        Raises: EventTooLarge.
        """
        lines = self._joined(self._with_line_feeds(piece)).split(b"\n")
        self._keep(lines.pop())
        events: list[ServerEvent] = []
        for line in lines:
            if line:
                self._take(line)
            elif (event := self._complete()) is not None:
                events.append(event)
        return events

    def finish(self) -> list[ServerEvent]:
        """Return the event that the stream ended in, if it had data: some servers leave out the last blank line."""
        line = b"".join(self._tail)
        self._tail, self._tail_bytes = [], 0
        if line:
            self._take(line)
        event = self._complete()
        return [] if event is None else [event]

    def _with_line_feeds(self, piece: bytes) -> bytes:
        if self._skips_lf and piece:
            self._skips_lf = False
            piece = piece.removeprefix(b"\n")
        if b"\r" not in piece:
            return piece
        self._skips_lf = piece.endswith(b"\r")
        return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _joined(self, piece: bytes) -> bytes:
        """Put what was kept before a piece, unless its line still goes on."""
        if not self._tail or b"\n" not in piece:
            return piece
        joined = b"".join((*self._tail, piece))
        self._tail, self._tail_bytes = [], 0
        return joined

    def _keep(self, rest: bytes) -> None:
        if not rest:
            return
        self._tail.append(rest)
        self._tail_bytes += len(rest)
        if self._tail_bytes > MAX_EVENT_BYTES:
            raise EventTooLarge(f"an event is larger than {MAX_EVENT_BYTES} bytes")

    def _take(self, line: bytes) -> None:
        if self._is_at_start:
            self._is_at_start = False
            line = line.removeprefix(_BOM)
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value
        elif field == b"error":  # llama.cpp's own way of telling one
            self._name = field
            self._data.append(value)

    def _complete(self) -> ServerEvent | None:
        name, data = self._name, self._data
        self._name, self._data = b"", []
        if not data:
            return None
        whole = data[0] if len(data) == 1 else b"\n".join(data)
        return ServerEvent(name.decode("utf-8", "replace"), whole) if whole.strip() else None
