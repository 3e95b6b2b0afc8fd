"""Whether the thread is kept on disk: says when it is not, and keeps it anew in another file. Knows no file."""

from collections.abc import Callable

from textual.message import Message

from frieza_tui.chat import Chat
from frieza_tui.domain.errors import StoreError, UnusableFile
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe
from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.messages import KeepingChanged
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
        post: Callable[[Message], object],
    ) -> None:
        """Take the conversation and where its troubles are said. post: brings a message to whoever calls `tell`."""
        self._chat = chat
        self._notices = notices
        self._waiting_line = waiting_line
        self._workers = workers
        self._post = post

    def begin(self) -> None:
        """Listen to the conversation."""
        self._chat.on_trouble = lambda error: self._post(KeepingChanged(error))

    def tell(self, message: KeepingChanged) -> None:
        """Say that the thread is not kept, and why; or that it is kept again."""
        self._notices.remove(_NOT_KEPT)
        if message.error is None:
            kept_anew = _("Kept from now on; the old file is {path}.").format(path=message.moved_to)
            self._waiting_line.say(kept_anew if message.moved_to else _("Kept on disk again."), 20.0)
            return
        happened, is_unusable = make_safe(str(message.error)), isinstance(message.error, UnusableFile)

        def say() -> str:
            return " ".join([happened, _("F9 does it now and keeps this conversation.")]) if is_unusable else happened

        state = BubbleState(lambda: _("in memory"), "warning")
        self._notices.put(_NOT_KEPT, lambda: _("This thread is not kept on disk"), state, say)

    def keep_anew(self) -> None:
        """Move a file of the threads aside that cannot be used, and keep this conversation in a new one."""
        if isinstance(self._chat.trouble, UnusableFile):
            self._workers.start("keep", self._keep_anew)

    async def _keep_anew(self) -> None:
        try:
            path = await self._chat.keep_anew()
        except StoreError as error:
            self._post(KeepingChanged(error))
            return
        self._post(KeepingChanged(None, path))  # behind the one that says that it works again
