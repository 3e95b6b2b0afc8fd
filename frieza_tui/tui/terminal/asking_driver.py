"""A driver that asks the terminal about itself while the first picture is made, and lets no answer become text.

Textual's own loop over the input has no place for that, so the loop stands here; the parser of keys is Textual's.
"""

import os
import selectors
import threading
from codecs import getincrementaldecoder
from time import monotonic

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from frieza_tui.tui.messages import LeaveAsked, TerminalAnswered
from frieza_tui.tui.terminal.early_paste import EarlyPaste
from frieza_tui.tui.terminal.facts import PROBES, QUESTIONS, TerminalFacts, can_be_asked, take_answer
from frieza_tui.tui.terminal.inlet import Inlet

LOOK_S = 0.1
"""How often the loop looks whether it is to end, as Textual's own does."""
LAST_WAIT_S = 0.3
"""A program that ends at once waits so long for answers under way; the shell would take them for typed text."""
LATE_S = 2.0
"""After so many seconds no answer is under way any more."""


class AskingDriver(LinuxDriver):
    """Textual's own driver, with an inlet before its parser; the app is told once by TerminalAnswered."""

    _terminal_facts = TerminalFacts()
    _asked_at: float | None = None
    has_wide_frames = False
    """Whether the terminal draws the characters of frames wide, so that they are written in ASCII."""

    def write(self, data: str) -> None:
        """Write to the terminal."""
        if self.has_wide_frames:
            from frieza_tui.tui.terminal.cell_widths import FRAMES_IN_ASCII

            data = data.translate(FRAMES_IN_ASCII)
        super().write(data)

    def start_application_mode(self) -> None:
        """Set the terminal up; the first time, ask it too."""
        self._is_answered = threading.Event()
        self._started_at = monotonic()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._asked_at is None and self.input_tty and can_be_asked(os.environ):
            self._asked_at = monotonic()
            self.write(QUESTIONS)
            self.flush()

    def stop_application_mode(self) -> None:
        """Set the terminal back, once no answer is under way."""
        if self._asked_at is not None and monotonic() - self._asked_at < LATE_S:
            self._is_answered.wait(LAST_WAIT_S)
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Read until the driver is stopped; a terminal that is gone ends the program."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        inlet = Inlet(self._take_answer)
        inlet.awaited_positions = 0 if self._terminal_facts.is_complete else len(PROBES)
        early_paste = EarlyPaste()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(inlet.wait_s(monotonic(), LOOK_S)):
                    data = self._read_input()
                    if not data:
                        self._app.post_message(LeaveAsked())
                        return
                    is_set_up = self._is_set_up
                    text = inlet.feed(decode(data), monotonic())
                    if not is_set_up:
                        text = early_paste.mark(text, monotonic())
                else:
                    text = inlet.tick(monotonic())
                self._hand_on(parser, text)

    @property
    def _is_set_up(self) -> bool:
        """Whether the terminal has surely done what was written at the start, switching the marks of pastes on too."""
        return self._terminal_facts.is_complete or monotonic() - self._started_at > LATE_S

    def _read_input(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _hand_on(self, parser: XTermParser, text: str) -> None:
        if text:  # the parser takes nothing for the end of everything
            for message in parser.feed(text):
                self.process_message(message)
        for message in parser.tick():
            self.process_message(message)

    def _take_answer(self, sequence: str) -> None:
        was_complete = self._terminal_facts.is_complete
        self._terminal_facts = take_answer(self._terminal_facts, sequence)
        if self._terminal_facts.is_complete and not was_complete:
            self._is_answered.set()
            self._app.post_message(TerminalAnswered(self._terminal_facts))
