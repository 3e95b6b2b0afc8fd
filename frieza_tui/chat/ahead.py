"""What is being written, told to a backend that can read it ahead, so that the answer begins sooner. Knows no face."""

from collections.abc import Callable

from frieza_tui.backends.base import Backend, RunRequest


class Ahead:
    """The draft, and when the backend is told of it: while nothing else goes on."""

    def __init__(self, backend: Backend, request_for: Callable[[str], RunRequest | None]) -> None:
        """request_for: gives the run that sending a text would ask for; None while nothing is to be told."""
        self.opening = ""
        """What people are likely to begin a thread with; taken for the draft as long as there is none."""
        self._backend = backend
        self._request_for = request_for
        self._draft = ""

    def note(self, draft: str) -> None:
        """Take the draft as it stands now, "" for none."""
        if draft != self._draft:
            self._draft = draft
            self.tell()

    def tell(self) -> None:
        """Tell the backend, if it wants to know."""
        is_draft, expect = bool(self._draft.strip()), self._backend.expect
        text = self._draft if is_draft else self.opening
        request = self._request_for(text) if text and expect is not None else None
        if expect is not None and request is not None and (is_draft or len(request.thread.messages) == 1):
            expect(request)
