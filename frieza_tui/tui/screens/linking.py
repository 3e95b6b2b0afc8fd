"""What a chat screen does with links: shows where they lead, opens them when told. Knows no message."""

import asyncio

from textual import on, work
from textual.widget import Widget

from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.links.link_bar import LinkBar
from frieza_tui.tui.links.opening import open_outside
from frieza_tui.tui.links.target import destination
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.screens.kept import KeptScreen


class LinkingScreen(KeptScreen):
    """A screen whose log has links. None is opened before the reader has seen where it leads."""

    _link_return: Widget | None = None
    """What had the focus before the links were shown."""

    @on(MessageLog.LinksOffered)
    async def _show_links(self, message: MessageLog.LinksOffered) -> None:
        message.stop()
        destinations = [found for link in message.links if (found := destination(link))]
        if not destinations:
            words = _("Only http, https and mailto links are opened; this one is {target}.")
            self._waiting_line.say(words.format(target=safe_line(message.links[0].target, 60)))
            return
        if not self.query(LinkBar):
            self._link_return = self.focused
        await self.query(LinkBar).remove()
        bar = LinkBar(destinations)
        await self.mount(bar, before=self._waiting_line)
        bar.focus()

    @on(LinkBar.Left)
    async def _leave_links(self, message: LinkBar.Left) -> None:
        message.stop()
        await self._close_links()
        if message.key is not None and self._link_return is not None:
            self._link_return.post_message(message.key)

    @on(LinkBar.Chosen)
    async def _take_link(self, message: LinkBar.Chosen) -> None:
        message.stop()
        await self._close_links()
        self._open_link(message.url)

    async def _close_links(self) -> None:
        await self.query(LinkBar).remove()
        if self._link_return is not None and self._link_return.is_attached:
            self._link_return.focus()

    @work(exclusive=True, group="link", exit_on_error=False)
    async def _open_link(self, url: str) -> None:
        """Open it in a thread of the system's; where there is no browser the address is copied."""
        if await asyncio.to_thread(open_outside, url):
            self._waiting_line.say(_("Opened."))
        else:
            self.app.copy_to_clipboard(url)
