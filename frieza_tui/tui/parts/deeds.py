"""What can be done by a key, and what by its name: each deed is a method of one part, found here by its name."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from frieza_tui.i18n import _
from frieza_tui.tui.actions import Action
from frieza_tui.tui.log.message_log import MessageLog
from frieza_tui.tui.parts.chat_parts import ChatParts

LEAVING_DEEDS = frozenset({"interrupt", "page-up", "page-down", "line-up", "line-down", "follow-end"})
"""What can still be done while the program leaves: nothing that begins something."""


def key_deeds(parts: ChatParts, message_log: MessageLog) -> Mapping[str, Callable[[], object]]:
    """Return what the chat screen's bindings name."""
    return {
        "escape": parts.escape.press,
        "interrupt": parts.interruption.press,
        "retry": parts.runner.retry,
        "go-on": parts.outbox.go_on,
        "edit-outside": parts.outside_editor.open,
        "models": parts.models.choose,
        "threads": parts.threads.choose,
        "keep-anew": parts.keeping.keep_anew,
        "complete": lambda: parts.command_line.complete() or message_log.screen.focus_next(),
        "page-up": partial(message_log.scroll_page_up, animate=False),
        "page-down": partial(message_log.scroll_page_down, animate=False),
        "line-up": partial(message_log.scroll_up, animate=False),
        "line-down": partial(message_log.scroll_down, animate=False),
        "follow-end": message_log.follow_end,
    }


def palette_actions(parts: ChatParts) -> Iterator[Action]:
    """Yield what the palette offers of the conversation, the most wanted first."""
    yield Action(_("New thread"), _("The one before stays kept"), parts.threads.begin_new)
    yield Action(_("Threads"), _("Search, open, rename, export, delete"), parts.threads.choose, "Ctrl+T")
    yield Action(_("Model"), _("Choose the model that answers"), parts.models.choose, "F2")
    yield Action(_("Editor"), _("Write the message in $VISUAL or $EDITOR"), parts.outside_editor.open, "Ctrl+O")
    yield Action(_("Who answers"), _("Which API and server, and why"), parts.server_label.explain)
    yield Action(_("Choose who answers"), _("The embedded model, a key, another server"), parts.choice.open)
