"""The composition root: flags and settings in, a face out. Nothing heavy is imported before a face asks for it."""

import gc
import io
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from frieza_tui import __version__
from frieza_tui.hidden_key import hide_key

if TYPE_CHECKING:
    import argparse

    from frieza_tui.backends.base import Backend
    from frieza_tui.chat import Chat
    from frieza_tui.chat.answerers import Answerers
    from frieza_tui.settings import Loaded, Settings

MISUSED = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run frieza-tui; returns the exit status: 0 done or answered, 1 failed, 2 misused."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_what_is_closed()
    if argv is None:
        hide_key(words)
    if words == ["--version"]:
        print(f"frieza-tui {__version__}")
        return 0
    from frieza_tui.domain.errors import FriezaError, NotKept, SettingsError

    _take_any_letters()
    _report_uncaught_errors()
    try:
        status = _dispatch(words)
        sys.stdout.flush()
    except FriezaError as error:
        from frieza_tui.text.safe import make_safe

        said = error.happened if isinstance(error, NotKept) else error  # no conversation goes on here
        print(make_safe(f"frieza-tui: {said}"), file=sys.stderr)  # paths and servers' words are in it
        return MISUSED if isinstance(error, SettingsError) else 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        from frieza_tui.plain import leave_unwritten

        return leave_unwritten(error)
    return status


def _open_what_is_closed() -> None:
    """Give whoever was started without standard streams empty ones; else the next file to be opened would be one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process


def _take_any_letters() -> None:
    """Let no letter that standard input or output has no code for end the program: another one stands for it."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _report_uncaught_errors() -> None:
    """From now on an error that nobody catches ends in a report and a sentence, in every thread."""

    def tell(error: BaseException | None) -> None:
        from frieza_tui.crash_report import tell_uncaught

        if error is not None and not isinstance(error, SystemExit):
            tell_uncaught(error)

    sys.excepthook = lambda _kind, error, _traceback: tell(error)
    threading.excepthook = lambda facts: tell(facts.exc_value)


def _dispatch(words: list[str]) -> int:
    from frieza_tui.arguments import parse
    from frieza_tui.i18n import guess_language, use_language

    if words == ["serve", "--child"]:
        return _serve_child()
    _choose_language(words)
    use_language(guess_language(os.environ))
    arguments = parse(words)
    loaded = _load_settings(arguments)
    match arguments.command:
        case "serve":
            return _serve(arguments, loaded)
        case "model":
            return _model(arguments, loaded)
        case "doctor":
            return _doctor(arguments, loaded)
        case "clean":
            return _clean(arguments, loaded)
        case "threads":
            return _threads(arguments)
        case _:
            return _chat(arguments, loaded)


def _choose_language(words: list[str]) -> None:
    """Let a flag or variable choose the language before the flags are read, so that their help speaks it."""
    from frieza_tui.arguments import language_flag
    from frieza_tui.settings import ENV_PREFIX

    code = language_flag(words) or os.environ.get(f"{ENV_PREFIX}LANGUAGE")
    if code in {"ja", "en"}:
        os.environ["LANGUAGE"] = code


def _load_settings(arguments: "argparse.Namespace") -> "Loaded":
    from frieza_tui.arguments import settings_flags
    from frieza_tui.i18n import use_language
    from frieza_tui.log_file import open_log
    from frieza_tui.settings import load_settings

    loaded = load_settings(settings_flags(arguments), os.environ, arguments.settings)
    if loaded.settings.language != "auto":
        use_language(loaded.settings.language)
        os.environ["LANGUAGE"] = loaded.settings.language  # the embedded server, a child, speaks it too
    open_log(loaded.settings.log_level)
    return loaded


def _chat(arguments: "argparse.Namespace", loaded: "Loaded") -> int:
    from frieza_tui.i18n import _

    if arguments.prompt is not None:
        text = sys.stdin.read() if arguments.prompt == "-" else arguments.prompt
        return _answer_once(text, arguments, loaded)
    if arguments.plain:
        return _plain_loop(arguments, loaded)
    if not sys.stdin.isatty():
        text = sys.stdin.read()
        if text.strip():
            return _answer_once(text, arguments, loaded)
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        print(
            _("frieza-tui: this is not a terminal that can show a full screen. Use: frieza-tui --plain"),
            file=sys.stderr,
        )
        return MISUSED
    return _screen(arguments, loaded)


def _answer_once(text: str, arguments: "argparse.Namespace", loaded: "Loaded") -> int:
    import asyncio

    from frieza_tui.i18n import _
    from frieza_tui.plain import PlainFace, agree
    from frieza_tui.text.safe import make_safe

    message = make_safe(text).strip()
    if not message:
        print(_("frieza-tui: the message is empty."), file=sys.stderr)
        return MISUSED

    async def answer() -> int:
        chat, answerers = _open_chat(arguments, loaded, is_single=True)
        agree(answerers, None, sys.stderr)
        return await PlainFace(chat, sys.stdout, sys.stderr).run_once(message)

    return asyncio.run(answer())


def _plain_loop(arguments: "argparse.Namespace", loaded: "Loaded") -> int:
    import asyncio

    from frieza_tui.plain import PlainFace, agree

    async def converse() -> int:
        chat, answerers = _open_chat(arguments, loaded)
        agree(answerers, sys.stdin, sys.stderr)
        return await PlainFace(chat, sys.stdout, sys.stderr).run_loop(sys.stdin)

    return asyncio.run(converse())


def _screen(arguments: "argparse.Namespace", loaded: "Loaded") -> int:
    settings = loaded.settings
    _set_kitty(settings)
    gc.disable()  # nearly all that is made until the first picture stays; the screen turns it on again
    from frieza_tui.chat import receipt_line
    from frieza_tui.tui.app import ScreenOptions, run_screen

    options = ScreenOptions(
        theme=settings.theme,
        follow=settings.follow,
        ambiguous_width=settings.ambiguous_width,
        has_mouse=settings.mouse,
        has_bell=settings.bell,
        keeps_inputs=settings.store and not arguments.demo,
    )
    chat, answerers = _open_chat(arguments, loaded)
    result = run_screen(chat, options, answerers)
    with suppress(OSError):  # a closed terminal takes no receipt
        for deletion in result.receipt:
            print(receipt_line(deletion), flush=True)
    return result.exit_status


def _open_chat(
    arguments: "argparse.Namespace", loaded: "Loaded", *, is_single: bool = False
) -> "tuple[Chat, Answerers | None]":
    """Return the conversation, and what can change who answers in it; canned replies are nobody's to change."""
    from frieza_tui.opening import open_chat, open_demo

    if arguments.demo:
        return open_demo(loaded, arguments.resume), None
    return open_chat(loaded, arguments.resume, is_single=is_single)


def _serve(arguments: "argparse.Namespace", loaded: "Loaded") -> int:
    from frieza_tui.assistant_files import find_assistant
    from frieza_tui.backends.registry import BackendConfig, load_backend
    from frieza_tui.server.face import ServeOptions, serve

    config = BackendConfig(
        "scripted" if arguments.demo else "llama_cpp",
        model=loaded.settings.model,
        known_assistants=(find_assistant(loaded.settings.assistant),),
    )
    options = ServeOptions(arguments.host, arguments.port, arguments.api_key)
    return serve(options, lambda: load_backend(config), sys.stdout)


def _serve_child() -> int:
    """Serve the screen that started this process; what it wants comes on standard input."""
    from frieza_tui.i18n import guess_language, use_language
    from frieza_tui.server.child import main_child

    use_language(guess_language(os.environ))

    def open_backend(wishes: dict[str, object]) -> "Backend":
        import msgspec

        from frieza_tui.backends.registry import BackendConfig, load_backend
        from frieza_tui.domain.assistant import Assistant

        model = msgspec.convert(wishes.get("model"), str | None)
        assistants = msgspec.convert(wishes.get("assistants", ()), tuple[Assistant, ...])
        return load_backend(BackendConfig("llama_cpp", model=model, known_assistants=assistants))

    return main_child(open_backend)


def _model(arguments: "argparse.Namespace", loaded: "Loaded") -> int:
    from frieza_tui.backends.embedded.command import run_model_command

    run_model_command(
        arguments.action, is_small=arguments.small, url=loaded.settings.model_url, out=sys.stdout, err=sys.stderr
    )
    return 0


def _threads(arguments: "argparse.Namespace") -> int:
    from frieza_tui.store.command import run_threads_command

    return run_threads_command(arguments.action, vars(arguments), sys.stdout)


def _doctor(arguments: "argparse.Namespace", loaded: "Loaded") -> int:
    if arguments.keys:
        return _inspect_keys(loaded.settings)
    from frieza_tui.chat.leftovers import sweep
    from frieza_tui.doctor.command import run_doctor
    from frieza_tui.opening import key_finder

    async def count_leftovers() -> int:
        return len(await sweep(key_finder(loaded), is_dry=True))

    return run_doctor(loaded, arguments.settings, count_leftovers, sys.stdout, is_json=arguments.json)


def _inspect_keys(settings: "Settings") -> int:
    from frieza_tui.domain.errors import SettingsError
    from frieza_tui.i18n import _

    if sys.platform == "win32":
        raise SettingsError(_("Keys can be looked at on Linux and macOS only."))
    _set_kitty(settings)
    from frieza_tui.tui.terminal.key_inspector import inspect_keys

    return inspect_keys(wants_kitty=settings.kitty)


def _set_kitty(settings: "Settings") -> None:
    if not settings.kitty:
        os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"  # read by Textual when it is imported


def _clean(arguments: "argparse.Namespace", loaded: "Loaded") -> int:
    """Delete what is left over on servers; returns 1 if something stays."""
    import asyncio

    from frieza_tui.chat import receipt_line
    from frieza_tui.chat.leftovers import sweep
    from frieza_tui.chosen import address_of
    from frieza_tui.i18n import _
    from frieza_tui.opening import key_finder
    from frieza_tui.text.safe import safe_line

    found = asyncio.run(sweep(key_finder(loaded), is_dry=arguments.dry_run))
    for one in found:
        what = f"{one.deletion.kind} {one.deletion.id}" if arguments.dry_run else receipt_line(one.deletion)
        print(safe_line(f"{address_of(one.base_url)} {what}", 600))
    if not found:
        print(_("Nothing is left over."))
    return 0 if arguments.dry_run or all(one.deletion.is_deleted for one in found) else 1
