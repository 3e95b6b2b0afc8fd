"""Links: shown with where they lead, opened only when the reader has seen that. Knows no message."""

import asyncio
from collections.abc import Sequence
from functools import partial

from frieza_tui.i18n import _
from frieza_tui.text.safe import safe_line
from frieza_tui.tui.links.link_bar import LinkBar
from frieza_tui.tui.links.opening import open_outside
from frieza_tui.tui.links.target import Link, destination
from frieza_tui.tui.parts.workers import Workers
from frieza_tui.tui.widgets.waiting_line import WaitingLine


class Links:
    """Offers links above the waiting line, and opens one."""

    def __init__(self, waiting_line: WaitingLine, workers: Workers) -> None:
        self._waiting_line = waiting_line
        self._workers = workers
        self._bar: LinkBar | None = None

    async def offer(self, links: Sequence[Link]) -> None:
        """Show where links lead, at least one, in place of those that are shown."""
        destinations = [found for link in links if (found := destination(link))]
        if not destinations:
            words = _("Only http, https and mailto links are opened; this one is {target}.")
            self._waiting_line.say(words.format(target=safe_line(links[0].target, 60)))
            return
        before = self._bar if self._bar is not None and self._bar.is_attached else None
        self._bar = LinkBar(destinations, self._waiting_line.screen.focused if before is None else before.came_from)
        if before is not None:
            await before.remove()
        await self._waiting_line.put_above(self._bar)
        self._bar.focus()

    def open(self, url: str) -> None:
        """Open a link that was chosen; where there is no browser its address is copied."""
        if self._bar is not None:
            self._bar.action_leave()
        self._workers.start("link", partial(self._open, url))

    async def _open(self, url: str) -> None:
        if await asyncio.to_thread(open_outside, url):
            self._waiting_line.say(_("Opened."))
        else:
            self._waiting_line.app.copy_to_clipboard(url)
