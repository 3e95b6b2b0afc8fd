"""What a reader of the log asks for: copies, find, the pager, links, branches. Knows no thread on disk."""

from typing import TypeAlias

from frieza_tui.i18n import _
from frieza_tui.tui.links.link_bar import LinkBar
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.messages import TextCopied
from frieza_tui.tui.parts.branching import Branching
from frieza_tui.tui.parts.links import Links
from frieza_tui.tui.parts.pager import open_in_pager
from frieza_tui.tui.parts.turn_runner import TurnRunner
from frieza_tui.tui.widgets.composer import Composer
from frieza_tui.tui.widgets.find_line import FindLine
from frieza_tui.tui.widgets.waiting_line import WaitingLine

Asked: TypeAlias = (
    MessageLog.TextTaken
    | MessageLog.CodeOffered
    | MessageLog.LinksOffered
    | MessageLog.Wished
    | LinkBar.Chosen
    | TextCopied
)


class Reader:
    """Does what is asked for in the log, or has it done."""

    def __init__(
        self,
        log: MessageLog,
        composer: Composer,
        waiting_line: WaitingLine,
        runner: TurnRunner,
        branching: Branching,
        links: Links,
    ) -> None:
        self._log = log
        self._composer = composer
        self._waiting_line = waiting_line
        self._runner = runner
        self._branching = branching
        self._links = links

    def go_to_messages(self) -> bool:
        """Put the cursor on messages. False, and nothing changes, where there are none or something is written."""
        is_writing = not self._composer.has_focus or bool(self._composer.text)
        if is_writing or not self._runner.is_calm or self._log.bubbles.is_empty:
            return False
        self._log.focus()
        return True

    async def serve(self, asked: Asked) -> None:
        """Do what is asked for."""
        match asked:
            case MessageLog.TextTaken():
                self._copy(asked)
            case TextCopied(words=words):
                self._waiting_line.say(words)
            case MessageLog.CodeOffered(blocks=blocks):
                self._waiting_line.say(_("Which code? Press 1 to {count}.").format(count=len(blocks)))
            case MessageLog.LinksOffered(links=links):
                await self._links.offer(links)
            case LinkBar.Chosen(url=url):
                self._links.open(url)
            case MessageLog.Wished(wish="leave"):
                self._log.finding.find("")
                self._composer.focus()
            case MessageLog.Wished(wish="find"):
                await self._open_find()
            case MessageLog.Wished(wish="open"):
                self._open_in_pager()
            case MessageLog.Wished(wish=wish, key=key):
                self._branching.grant(wish, key)

    def _copy(self, taken: MessageLog.TextTaken) -> None:
        if taken.text.strip():
            self._log.app.copy_to_clipboard(taken.text)
        elif taken.what == "code":
            self._waiting_line.say(_("There is no code in this message."))
        else:
            self._waiting_line.say(_("There is nothing to copy here yet."))

    async def _open_find(self) -> None:
        found = self._log.screen.query(FindLine)
        line = found.first() if found else FindLine(self._log.finding.find, self._read_on, self._waiting_line.say)
        if not found:
            await self._waiting_line.put_above(line)
        line.focus()

    def _read_on(self) -> None:
        (self._log if self._log.display else self._composer).focus()  # a new thread may have begun meanwhile

    def _open_in_pager(self) -> None:
        text, is_wide = self._log.taking.text_to_open()
        if text and (trouble := open_in_pager(text, self._log.app.suspend, is_wide=is_wide)):
            self._waiting_line.say(trouble)
