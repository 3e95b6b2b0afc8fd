"""Whether the thread is kept on disk: says when it is not, and keeps it anew in another file. Knows no file."""

from collections.abc import Callable
from functools import partial

from frieza_tui.chat import Chat
from frieza_tui.domain.errors import PartNotKept, StoreError, UnusableFile
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.parts.notices import Notices
from frieza_tui.tui.parts.workers import Workers
from frieza_tui.tui.widgets.waiting_line import WaitingLine

_NOT_KEPT = "not-kept"


class Keeping:
    """Follows what becomes of the thread on disk."""

    def __init__(
        self,
        chat: Chat,
        notices: Notices,
        waiting_line: WaitingLine,
        workers: Workers,
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        """Take the conversation and where its troubles are said. later: calls a function in the screen's own time."""
        self._chat = chat
        self._notices = notices
        self._waiting_line = waiting_line
        self._workers = workers
        self._later = later

    def begin(self) -> None:
        """Listen to the conversation."""
        self._chat.on_trouble = self._tell_later

    def _tell_later(self, error: StoreError | None, moved_to: str = "") -> None:
        self._later(partial(self._tell, error, moved_to))

    def _tell(self, error: StoreError | None, moved_to: str) -> None:
        """Say that the thread is not kept, and why; with None that it is kept again.

        moved_to: where a file that could not be used is now; safe to show.
        """
        self._notices.remove(_NOT_KEPT)
        if error is None:
            kept_anew = _("Kept from now on; the old file is {path}.").format(path=moved_to)
            self._waiting_line.say(kept_anew if moved_to else _("Kept on disk again."), 20.0)
            return
        happened, is_unusable = make_safe(str(error)), isinstance(error, UnusableFile)

        def say() -> str:
            return " ".join([happened, _("F9 does it now and keeps this conversation.")]) if is_unusable else happened

        def label() -> str:
            if isinstance(error, PartNotKept):
                return _("Not all of this thread is kept on disk")
            return _("This thread is not kept on disk")

        state = BubbleState(lambda: _("in memory"), "warning")
        self._notices.put(_NOT_KEPT, label, state, say)

    def keep_anew(self) -> None:
        """Move a file of the threads aside that cannot be used, and keep this conversation in a new one."""
        if isinstance(self._chat.trouble, UnusableFile):
            self._workers.start("keep", self._keep_anew)

    async def _keep_anew(self) -> None:
        try:
            path = await self._chat.keep_anew()
        except StoreError as error:
            self._tell_later(error)
            return
        self._tell_later(None, path)  # behind the one that says that it works again
