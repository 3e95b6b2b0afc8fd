"""What is being written, told to a backend that can read it ahead, so that the answer begins sooner. Knows no face."""

from collections.abc import Callable

from frieza_tui.backends.base import Backend, RunRequest


class Ahead:
    """The draft, and when the backend is told of it: while nothing else goes on."""

    def __init__(self, backend: Backend, request_for: Callable[[str], RunRequest | None]) -> None:
        """request_for: gives the run that sending a text would ask for; None while nothing is to be told."""
        self.opening = ""
        """What people are likely to begin a thread with; expected as long as the draft may become it."""
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
        expect = self._backend.expect
        request = self._likeliest() if expect is not None else None
        if expect is not None and request is not None:
            expect(request)

    def _likeliest(self) -> RunRequest | None:
        if self.opening and self.opening.startswith(self._draft):
            request = self._request_for(self.opening)
            if request is not None and len(request.thread.messages) == 1:
                return request
        return self._request_for(self._draft) if self._draft.strip() else None
