"""The line face: the article's own loop in plain lines, and one-shot answers for pipes. Paints nothing."""

import asyncio
import errno
import locale
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from importlib import import_module
from time import monotonic
from typing import TextIO

from frieza_tui.backends.base import Preparation
from frieza_tui.chat import Chat, receipt_line
from frieza_tui.chat.answerers import Answerers
from frieza_tui.chat.words import dropped_words
from frieza_tui.domain.errors import SettingsError
from frieza_tui.domain.events import (
    ConnectionLost,
    RefusalDelta,
    RunChanged,
    StepChanged,
    TextDelta,
    ThreadLost,
)
from frieza_tui.domain.run import Run
from frieza_tui.domain.turn import TurnDelayed, TurnEnded, TurnEvent, TurnSilent
from frieza_tui.i18n import _
from frieza_tui.text.safe import make_safe

ANSWERED, FAILED = 0, 1
"""Exit statuses."""

SILENCE_TOLD_S = 10
"""How often the length of a silence is printed; a screen counts it."""
READING_TOLD_S = 10
"""How often it is printed how far the embedded model has read."""
PROMPT = "> "
QUIT = "q"
_LEAVING_SIGNALS = ("SIGTERM", "SIGHUP")


class Lines:
    """Lines of standard input, read by a thread of their own so that nothing here ever waits for them."""

    is_typed = False
    """Whether a person types them at a prompt of their own."""

    def __init__(self, source: TextIO) -> None:
        self._arrived: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._source = source
        threading.Thread(target=self._read, name="standard input", daemon=True).start()

    async def next(self) -> str | None:
        """Return the next line without its end, or None at the end of the file."""
        return await self._arrived.get()

    def end(self) -> None:
        """Let the reader see the end of the file now."""
        self._arrived.put_nowait(None)

    def _read(self) -> None:
        with suppress(RuntimeError, ValueError, OSError):  # the loop or the file was closed meanwhile
            for line in self._source:
                self._loop.call_soon_threadsafe(self._arrived.put_nowait, line.rstrip("\r\n"))
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, None)

    def close(self) -> None:
        """Leave the source as it was."""


class TypedLines(Lines):
    """Lines typed at a terminal, edited as a shell's are: the terminal itself rubs out but half of a wide letter."""

    is_typed = True

    def __init__(self, source: TextIO) -> None:
        """Raises: ImportError, where there is no readline."""
        import termios

        import_module("readline")  # with it, `input` edits
        self._wanted = threading.Semaphore(0)
        self._set_modes = partial(termios.tcsetattr, source, termios.TCSADRAIN, termios.tcgetattr(source))
        super().__init__(source)

    async def next(self) -> str | None:
        """Prompt, and return what is typed; None at the end."""
        self._wanted.release()
        return await super().next()

    def close(self) -> None:
        """End the prompt that still stands, if one does, and give the terminal back its modes."""
        self._set_modes()

    def _read(self) -> None:
        line: str | None = ""
        with suppress(RuntimeError, ValueError, OSError):  # the loop or the terminal was closed meanwhile
            while line is not None:
                self._wanted.acquire()
                try:
                    line = input(PROMPT)
                except EOFError:
                    line = None
                self._loop.call_soon_threadsafe(self._arrived.put_nowait, line)


def lines_of(source: TextIO) -> Lines:
    """Return the lines of a source, edited where a person types them and the terminal can do that."""
    is_typed = sys.platform != "win32" and source is sys.stdin and source.isatty() and sys.stdout.isatty()
    if is_typed and os.environ.get("TERM", "dumb") != "dumb" and locale.nl_langinfo(locale.CODESET) == "UTF-8":
        with suppress(ImportError):
            return TypedLines(source)
    return Lines(source)


def agree(answerers: Answerers | None, source: TextIO | None, err: TextIO) -> None:
    """Ask what has to be agreed to before the server may be used.

    source: where the answers come from; None: nobody can be asked. Raises: SettingsError, if nobody agrees.
    """
    while answerers is not None and (question := answerers.question) is not None:
        if source is None or not (source.isatty() and err.isatty()):
            raise SettingsError(question.happened, question.todo)
        err.write(f"{question.happened}\n{question.proposal}? [y/N] ")
        err.flush()
        if source.readline().strip().lower() not in {"y", "yes"}:
            raise SettingsError(_("Nothing was sent."), question.todo)
        answerers.agree()


class PlainFace:
    """Prints a chat's turns to one stream and everything else about them to another."""

    def __init__(self, chat: Chat, out: TextIO, err: TextIO) -> None:
        self._chat = chat
        self._out = out
        self._err = err
        self._is_leaving = False
        self._is_unwritten = False
        self._is_unread = False
        self._last_stage = ""
        self._has_told_dropped = False
        self._last_told_s = 0.0
        chat.on_preparation = self._tell_preparation
        chat.on_trouble = lambda error: self._tell(_("Kept on disk again.") if error is None else str(error))

    async def run_loop(self, source: TextIO) -> int:
        """Prompt, send, print, until `q` or the end of the file; then delete what was made. Returns an exit status."""
        lines = lines_of(source)
        async with self._leaving_on_signals(lines):
            warm_up = asyncio.create_task(self._chat.prepare())
            self._show_past()
            if self._chat.can_rejoin:
                await self._show_turn(self._chat.retry())
            await self._converse(lines)
            lines.close()
            warm_up.cancel()
        await self._leave(is_talkative=True)
        return FAILED if self._is_unwritten else ANSWERED

    async def run_once(self, text: str) -> int:
        """Send one message and print the answer, nothing else, to the output. Returns an exit status."""
        status = FAILED
        async with self._leaving_on_signals(None):
            ended = await self._show_turn(self._chat.send(text))
            if ended is not None and ended.outcome in {"done", "incomplete"} and not self._is_unwritten:
                status = ANSWERED
        await self._leave(is_talkative=False)
        return status

    async def _converse(self, lines: Lines) -> None:
        while not self._is_leaving:
            if not lines.is_typed:
                self._write(PROMPT)
            line = await lines.next()
            if line is None and lines.is_typed:
                self._write("\n")
            if line is None or line.strip() == QUIT:
                break
            text = make_safe(line).strip()
            if text:
                await self._show_turn(self._chat.send(text))

    def _show_past(self) -> None:
        """Print what came before, as it was typed and printed then."""
        for turn in self._chat.branches.turns():
            if turn.user is not None:
                self._write(f"{PROMPT}{turn.user.text}\n")
            if turn.ended is not None and turn.ended.rest == "on_server":  # shown again with its rest
                continue
            texts = [event.text for event in turn.events if isinstance(event, TextDelta | RefusalDelta)]
            if texts:
                self._write("".join(texts) + "\n")
            if turn.ended is not None:
                self._tell_end(turn.ended)

    async def _show_turn(self, events: AsyncGenerator[TurnEvent, None]) -> TurnEnded | None:
        ended = None
        has_text = self._has_told_dropped = False
        self._last_told_s = monotonic()
        async with aclosing(events):
            async for event in events:
                match event:
                    case TextDelta(text=text) | RefusalDelta(text=text):
                        has_text = True
                        self._write(text)
                    case TurnEnded():
                        ended = event
                    case _:
                        self._tell_event(event)
        if has_text:
            self._write("\n")
        if ended is not None:
            self._tell_end(ended)
        return ended

    def _tell_event(self, event: TurnEvent) -> None:
        match event:
            case ConnectionLost():
                self._tell(_("cut off: fetching the rest") + " …")
            case ThreadLost():
                self._tell(_("The server no longer had the conversation; it was sent again, whole."))
            case RunChanged(run) if run.status == "in_progress":
                self._tell_run(run)
            case TurnDelayed(is_news=True):
                again = _("Trying again in {seconds} s; Ctrl+C cancels.").format(seconds=event.left_s)
                self._tell(f"{event.happened} {again}")
            case TurnSilent(silent_s=silent_s) if silent_s % SILENCE_TOLD_S == 0 and silent_s:
                self._tell(_("Nothing has come for {seconds} s; Ctrl+C cancels.").format(seconds=silent_s))
            case StepChanged(step) if step.status == "in_progress":
                for call in step.tool_calls:
                    self._tell(call.name or call.kind)
            case _:
                pass

    def _tell_run(self, run: Run) -> None:
        """Tell once what was left out, and each ten seconds how far the rest is read."""
        now_s = monotonic()
        if run.dropped_messages and not self._has_told_dropped:
            self._has_told_dropped = True
            self._tell(dropped_words(run.dropped_messages))
        elif run.read_fraction is not None and now_s - self._last_told_s >= READING_TOLD_S:
            self._last_told_s = now_s
            self._tell(_("reading {percent}").format(percent=f"{run.read_fraction:.0%}"))

    def _tell_end(self, ended: TurnEnded) -> None:
        if ended.outcome == "cancelled" and self._is_unread:
            return  # nobody asked for that, and nobody waits for an answer
        if ended.outcome == "cancelled":
            self._tell(_("cancelled") + (f": {ended.happened}" if ended.happened else ""))
        elif ended.outcome != "done":
            self._tell(f"{ended.happened} {ended.todo}".strip())

    def _tell_preparation(self, preparation: Preparation) -> None:
        words = {
            "starting_server": _("starting the server"),
            "fetching_key": _("asking the keyring"),
            "joining_model": _("putting the model together"),
            "loading_model": _("loading the model"),
        }.get(preparation.stage)
        if words and preparation.stage != self._last_stage:
            self._last_stage = preparation.stage
            self._tell(words + " …")

    async def _leave(self, *, is_talkative: bool) -> None:
        for deletion in await self._chat.close():
            if is_talkative or not deletion.is_deleted:
                self._tell(receipt_line(deletion))

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError as error:
            self._is_leaving = True
            self._chat.stop()
            self._out = open_nowhere()
            self._is_unread = isinstance(error, BrokenPipeError)  # who read it has gone
            if not self._is_unread:
                self._is_unwritten = True
                self._tell(unwritten_words(error))

    def _tell(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._err.write(line + "\n")
            self._err.flush()

    @asynccontextmanager
    async def _leaving_on_signals(self, lines: Lines | None) -> AsyncGenerator[None]:
        """SIGINT stops the turn, or leaves when there is none; SIGTERM and SIGHUP leave."""
        loop = asyncio.get_running_loop()
        numbers = [getattr(signal, name) for name in _LEAVING_SIGNALS if hasattr(signal, name)]

        def leave() -> None:
            self._is_leaving = True
            self._chat.stop()
            if lines is not None:
                lines.end()

        def interrupt() -> None:
            if not self._chat.stop():
                leave()

        with suppress(NotImplementedError):  # Windows has no signal handlers on its loop
            loop.add_signal_handler(signal.SIGINT, interrupt)
            for number in numbers:
                loop.add_signal_handler(number, leave)
        try:
            yield
        finally:
            with suppress(NotImplementedError):
                for number in (signal.SIGINT, *numbers):
                    loop.remove_signal_handler(number)


def unwritten_words(error: OSError) -> str:
    """Say that standard output takes no more, and why."""
    return _("The output cannot be written: {reason}.").format(reason=error.strerror or type(error).__name__)


def leave_unwritten(error: OSError) -> int:
    """Return the exit status after standard output could not be written; any other error is a mistake of our own."""
    if error.filename is not None or error.errno not in {errno.EPIPE, errno.ENOSPC, errno.EFBIG, errno.EIO}:
        raise error
    open_nowhere()
    if error.errno != errno.EPIPE:  # else whoever read it has gone, and is told nothing
        sys.stderr.write(f"frieza-tui: {unwritten_words(error)}\n")
    return FAILED


def open_nowhere() -> TextIO:
    """Return a stream that forgets what is written, and let standard output point to it too."""
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - lives as long as the process
    sys.stdout = nowhere
    return nowhere
