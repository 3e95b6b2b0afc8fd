"""The command line: what may be given, and its help. Carries nothing out."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from frieza_tui import __version__
from frieza_tui.help_text import HelpParser
from frieza_tui.hidden_key import key_given
from frieza_tui.i18n import _

SETTINGS_FLAGS = (
    "base_url",
    "api_key",
    "model",
    "assistant",
    "api",
    "keep",
    "store",
    "theme",
    "language",
    "follow",
    "mouse",
    "kitty",
    "log_level",
)
"""Flags that set the settings of the same names."""


class _Commands(Protocol):
    """What takes commands; argparse has no public name for it."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser: ...


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; exits with status 2 and a sentence where it is wrong."""
    arguments = build_parser().parse_args(words)
    for name in ("prompt", "plain", "demo", "resume"):
        if not hasattr(arguments, name):
            setattr(arguments, name, None)
    arguments.api_key = key_given(arguments.api_key)
    return arguments


def language_flag(words: Sequence[str]) -> str | None:
    """Return what is given for the language, before anything else is looked at; None for nothing."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--language", nargs="?")
    code: str | None = parser.parse_known_args(words)[0].language
    return code


def settings_flags(arguments: argparse.Namespace) -> dict[str, object]:
    """Return what was given for the settings, by field name; None where nothing was."""
    return {name: getattr(arguments, name, None) for name in SETTINGS_FLAGS}


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, in the language in use."""
    parser = HelpParser(
        prog="frieza-tui",
        description=_("Chat with フリーザ様 in the terminal. With no key and no settings, an embedded model answers."),
        epilog=_("Settings file, environment variables and keys are described in the README."),
    )
    parser.add_argument(
        "--version", action="version", version=f"frieza-tui {__version__}", help=_("show the version and end")
    )
    parser.add_argument("--settings", type=Path, metavar="FILE", help=_("a settings file instead of the usual one"))
    _add_face(parser)
    _add_thread(parser)
    _add_server(parser)
    _add_screen(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_serve(commands)
    _add_model(commands)
    _add_threads(commands)
    doctor = _add_command(commands, "doctor", _("look at everything that a chat needs, and say how it is"))
    doctor.add_argument("--json", action="store_true", help=_("answer in JSON"))
    doctor.add_argument("--keys", action="store_true", help=_("show what each key arrives as, until q"))
    clean = _add_command(commands, "clean", _("delete what a crash left on servers"))
    clean.add_argument("--dry-run", action="store_true", help=_("only say what and where"))
    return parser


def _add_face(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("ways in"))
    group.add_argument("--plain", action="store_true", help=_("plain lines instead of a full screen"))
    group.add_argument(
        "-p", "--prompt", metavar="TEXT", help=_('answer one message on standard output and leave; "-" reads it')
    )
    group.add_argument("--demo", action="store_true", help=_("canned replies: no model, no server"))


def _add_thread(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("which conversation"))
    group.add_argument(
        "--resume", nargs="?", const="last", metavar="ID", help=_("go on with a kept thread; without ID: the last one")
    )
    group.add_argument(
        "--no-store", dest="store", action="store_false", default=None, help=_("do not keep the thread on disk")
    )


def _add_server(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("who answers"))
    group.add_argument("--base-url", metavar="URL", help=_("a server's base URL, such as http://127.0.0.1:11434/v1"))
    group.add_argument("--api-key", metavar="KEY", help=_("a key; better: the variable OPENAI_API_KEY"))
    group.add_argument("--api", metavar="API", help=_("auto (default), assistants, responses or chat"))
    group.add_argument("--model", metavar="MODEL", help=_("a model's name; embedded: small, or a GGUF file"))
    group.add_argument("--assistant", metavar="NAME", help=_("an assistant file's name or path (default: frieza)"))
    group.add_argument(
        "--keep", action="store_true", default=None, help=_("leave the thread and the assistant on the server")
    )
    parser.add_argument("--log-level", metavar="LEVEL", help=_("debug, info, warning (default) or error"))


def _add_screen(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("screen"))
    group.add_argument("--theme", metavar="NAME", help=_("a theme's name; F3 goes through them"))
    group.add_argument("--language", metavar="CODE", help=_("auto (default), ja or en"))
    group.add_argument("--follow", metavar="END|TOP", help=_("keep a long reply's end (default) or its top in view"))
    group.add_argument(
        "--no-mouse", dest="mouse", action="store_false", default=None, help=_("leave the mouse to the terminal")
    )
    group.add_argument(
        "--no-kitty", dest="kitty", action="store_false", default=None, help=_("do not use the kitty key protocol")
    )


def _add_serve(commands: _Commands) -> None:
    serve = _add_command(commands, "serve", _("the embedded server, for any client of the Assistants API"))
    serve.add_argument("--host", default="127.0.0.1", help=_("the address to listen on (default: 127.0.0.1)"))
    serve.add_argument("--port", type=int, default=8000, metavar="N", help=_("0 takes a free one (default: 8000)"))
    serve.add_argument("--api-key", default=None, metavar="KEY", help=_("what clients must send (default: a new one)"))
    serve.add_argument("--model", default=argparse.SUPPRESS, help=_("small, or the path of a GGUF file"))
    serve.add_argument("--demo", action="store_true", help=_("canned replies instead of the model"))


def _add_model(commands: _Commands) -> None:
    model = _add_command(commands, "model", _("the embedded model: what is there, download, remove"))
    model.add_argument("action", nargs="?", choices=("show", "get", "remove"), default="show")
    model.add_argument("--small", action="store_true", help=_("the small model"))


def _add_threads(commands: _Commands) -> None:
    about = _("the kept threads: list, show, search, delete, export, import")
    threads = _add_command(commands, "threads", about)
    actions = threads.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_action(actions, "list", _("all threads, those used last first"))
    _add_action(actions, "show", _("what was said in a thread")).add_argument("id", metavar="ID")
    words = _add_action(actions, "search", _("messages that hold these words as they stand"))
    words.add_argument("words", nargs="+", metavar="WORD")
    delete = _add_action(actions, "delete", _("delete threads from this disk, for good"))
    delete.add_argument("ids", nargs="+", metavar="ID")
    export = _add_action(actions, "export", _("write a thread to a file; nothing is overwritten"))
    export.add_argument("id", metavar="ID")
    export.add_argument("--format", choices=("md", "json", "html", "svg", "txt"), default="md", help=_("default: md"))
    export.add_argument("--output", type=Path, metavar="PATH", help=_("a folder or a new file (default: here)"))
    _add_action(actions, "repair", _("move the threads' file aside if it cannot be used; a new one is made"))
    files = _add_action(actions, "import", _("take in our JSON, or ChatGPT's export"))
    files.add_argument("files", nargs="+", type=Path, metavar="FILE")


def _add_command(commands: _Commands, name: str, about: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=about, description=about)


def _add_action(actions: _Commands, name: str, about: str) -> argparse.ArgumentParser:
    parser = _add_command(actions, name, about)
    parser.add_argument("--json", action="store_true", help=_("answer in JSON"))
    return parser
