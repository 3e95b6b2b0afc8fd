"""The keys: one table behind the bindings, the key line, the help screen and the README. Knows no widget."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from frieza_tui.i18n import _

Group: TypeAlias = Literal["writing", "answer", "reading", "program"]


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key does."""

    id: str
    shown: str
    """The keys as people write them, alternatives divided by " / "."""
    press: str
    """The first of them by Textual's name."""
    group: Group
    does: Callable[[], str]
    """One line for the help screen, in the language in use."""
    hint: Callable[[], str]
    """One or two words for the key line, in the language in use."""


KEYS: tuple[Key, ...] = (
    Key("send", "Enter", "enter", "writing", lambda: _("Send the message"), lambda: _("send")),
    Key(
        "newline",
        "Ctrl+J / Shift+Enter",
        "ctrl+j",
        "writing",
        lambda: _("New line; a backslash before Enter does it too"),
        lambda: _("new line"),
    ),
    Key(
        "recall",
        "↑ / ↓",
        "up",
        "writing",
        lambda: _("Earlier messages, from the first row; ↓ comes back"),
        lambda: _("earlier"),
    ),
    Key(
        "command",
        "Enter / ↑ / ↓",
        "enter",
        "writing",
        lambda: _("After a slash: do the marked command; ↑ and ↓ mark another"),
        lambda: _("do it"),
    ),
    Key("complete", "Tab", "tab", "writing", lambda: _("After a slash: complete the command"), lambda: _("complete")),
    Key(
        "editor",
        "Ctrl+O",
        "ctrl+o",
        "writing",
        lambda: _("Write the message in $VISUAL or $EDITOR"),
        lambda: _("editor"),
    ),
    Key("undo", "Ctrl+Z / Ctrl+Y", "ctrl+z", "writing", lambda: _("Undo and redo in the message"), lambda: _("undo")),
    Key(
        "cancel", "Esc", "escape", "answer", lambda: _("Cancel the answer; what has arrived stays"), lambda: _("cancel")
    ),
    Key("queue", "Enter", "enter", "answer", lambda: _("While an answer comes: queue the message"), lambda: _("queue")),
    Key(
        "take-back",
        "↑",
        "up",
        "answer",
        lambda: _("In an empty box: take the last queued message back"),
        lambda: _("take back"),
    ),
    Key(
        "retry",
        "Ctrl+R",
        "ctrl+r",
        "answer",
        lambda: _("Fetch the rest of a cut answer; else ask the last message again"),
        lambda: _("again"),
    ),
    Key(
        "go-on",
        "Ctrl+G",
        "ctrl+g",
        "answer",
        lambda: _("Let the assistant go on with a cut answer"),
        lambda: _("go on"),
    ),
    Key(
        "send-held", "Enter", "enter", "answer", lambda: _("In an empty box: send what is held"), lambda: _("send held")
    ),
    Key(
        "page", "PgUp / PgDn", "pageup", "reading", lambda: _("Scroll the conversation by a page"), lambda: _("scroll")
    ),
    Key(
        "line",
        "Ctrl+↑ / Ctrl+↓",
        "ctrl+up",
        "reading",
        lambda: _("Scroll the conversation by a line"),
        lambda: _("scroll"),
    ),
    Key(
        "end",
        "End / Ctrl+End",
        "end",
        "reading",
        lambda: _("Go to the end and follow the answer"),
        lambda: _("to the end"),
    ),
    Key(
        "log",
        "Tab",
        "tab",
        "reading",
        lambda: _("Between the message box and the conversation; Esc in an empty box, too"),
        lambda: _("read"),
    ),
    Key(
        "messages",
        "j / k",
        "j",
        "reading",
        lambda: _("In the conversation: message by message; J and K by block, g and G to the ends, [ and ] yours"),
        lambda: _("move"),
    ),
    Key(
        "take",
        "y / Y / c",
        "y",
        "reading",
        lambda: _("On a message: copy its text, its Markdown, its code"),
        lambda: _("copy"),
    ),
    Key(
        "link",
        "l",
        "l",
        "reading",
        lambda: _("On a message: show where its links lead; Enter opens one"),
        lambda: _("links"),
    ),
    Key("find", "/", "slash", "reading", lambda: _("Find in the conversation; n and N go on"), lambda: _("find")),
    Key(
        "found",
        "Enter / Esc",
        "enter",
        "reading",
        lambda: _("While finding: go on to read; Esc takes the marks away"),
        lambda: _("read on"),
    ),
    Key(
        "message",
        "Enter / o",
        "enter",
        "reading",
        lambda: _("On a message: fold, open in $PAGER; on a table (J) at its full width"),
        lambda: _("fold"),
    ),
    Key(
        "edit",
        "e / r",
        "e",
        "reading",
        lambda: _("On a message: edit yours and send it anew, ask for another answer; each makes a branch"),
        lambda: _("edit"),
    ),
    Key(
        "branches",
        ", / .",
        "comma",
        "reading",
        lambda: _("On a message marked 2/3: to the branch before, to the next"),
        lambda: _("branches"),
    ),
    Key(
        "delete",
        "d / u",
        "d",
        "reading",
        lambda: _("On a message: delete it, yours with its answer; u brings it back until the next is sent"),
        lambda: _("delete"),
    ),
    Key(
        "write",
        "Esc / Tab",
        "escape",
        "reading",
        lambda: _("From the conversation back to the message box"),
        lambda: _("write"),
    ),
    Key(
        "threads",
        "Ctrl+T",
        "ctrl+t",
        "program",
        lambda: _("Kept threads: search, open, rename, export, delete"),
        lambda: _("threads"),
    ),
    Key("help", "F1", "f1", "program", lambda: _("This help"), lambda: _("help")),
    Key("models", "F2", "f2", "program", lambda: _("Choose the model that answers from now on"), lambda: _("model")),
    Key("theme", "F3", "f3", "program", lambda: _("Next theme"), lambda: _("theme")),
    Key("palette", "Ctrl+P", "ctrl+p", "program", lambda: _("Find a command by name"), lambda: _("commands")),
    Key(
        "interrupt",
        "Ctrl+C",
        "ctrl+c",
        "program",
        lambda: _("Copy what is selected; else cancel the answer; else put the draft aside; twice: quit"),
        lambda: _("cancel"),
    ),
    Key(
        "quit", "Ctrl+Q", "ctrl+q", "program", lambda: _("Quit; so does q sent as the whole message"), lambda: _("quit")
    ),
)
_BY_ID = {key.id: key for key in KEYS}


def key(id_: str) -> Key:
    """Return a key of the table by its id."""
    return _BY_ID[id_]


def group_title(group: Group) -> str:
    """Return the heading of a group in the language in use."""
    match group:
        case "writing":
            return _("Writing")
        case "answer":
            return _("The answer")
        case "reading":
            return _("Reading")
        case "program":
            return _("Program")


def grouped() -> list[tuple[Group, list[Key]]]:
    """Return the table by groups, both in the order of the table."""
    groups: dict[Group, list[Key]] = {}
    for one in KEYS:
        groups.setdefault(one.group, []).append(one)
    return list(groups.items())


@dataclass(frozen=True, slots=True)
class Situation:
    """What the screen is in the middle of, as far as keys depend on it."""

    is_busy: bool = False
    has_draft: bool = False
    is_command: bool = False
    """Whether a command is being typed."""
    can_complete: bool = False
    """Whether Tab writes it out."""
    has_queue: bool = False
    has_earlier: bool = False
    """Whether there are earlier inputs to recall."""
    can_retry: bool = False
    can_go_on: bool = False
    is_held: bool = False
    """Whether the queue waits for the user."""
    is_following: bool = True
    is_in_log: bool = False
    is_finding: bool = False
    is_elsewhere: bool = False
    """Whether the keys go to something that names its own."""
    is_empty: bool = False
    """Whether there is nothing to read."""
    is_leaving: bool = False


def keys_now(situation: Situation) -> list[Key]:
    """Return the keys for the key line, the most useful here and now first."""
    if situation.is_leaving:
        return []
    if situation.is_finding:
        return [key("found"), key("help"), key("quit")]
    if situation.is_elsewhere:
        return [key("help"), key("quit")]
    if situation.is_in_log:
        reading = ("messages", "take", "edit", "find", "message", "branches", "delete", "help", "quit")
        return [key(one) for one in ("write", *(("interrupt",) if situation.is_busy else ()), *reading)]
    is_message = situation.has_draft and not situation.is_command
    wanted = {
        "command": situation.is_command,
        "complete": situation.can_complete,
        "cancel": situation.is_busy,
        "queue": situation.is_busy and is_message,
        "send": not situation.is_busy and is_message,
        "send-held": situation.has_queue and situation.is_held and not situation.has_draft and not situation.is_busy,
        "take-back": situation.has_queue and not situation.has_draft,
        "retry": situation.can_retry and not situation.is_busy,
        "go-on": situation.can_go_on and not situation.is_busy,
        "end": not situation.is_following,
        "newline": is_message,
        "help": True,
        "log": not situation.has_draft and not situation.is_empty,
        "quit": True,
        "threads": not situation.has_draft and situation.is_empty,
        "models": not situation.has_draft and situation.is_empty,
        "palette": not situation.has_draft and situation.is_empty,
        "recall": situation.has_earlier
        and not situation.has_draft
        and not situation.has_queue
        and not situation.is_busy,
    }
    return [key(id_) for id_, is_wanted in wanted.items() if is_wanted]
