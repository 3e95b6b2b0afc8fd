"""Textual messages that cross from one part of the screen to another. Knows no widget."""

from dataclasses import dataclass

from textual.message import Message

from frieza_tui.backends.base import Deletion, Preparation
from frieza_tui.domain.turn import TurnEvent
from frieza_tui.tui.terminal.facts import TerminalFacts


@dataclass
class TurnAdvanced(Message):
    """Something happened in a turn. Handled by ChatScreen only."""

    turn: int
    """Turn number; a stale one is dropped."""
    event: TurnEvent


@dataclass
class PreparationMoved(Message):
    """The backend came nearer to answering, or failed to. Handled by ChatScreen only."""

    preparation: Preparation


@dataclass
class ChatClosed(Message):
    """The conversation is closed, its remote objects deleted as far as they could be. Handled by FriezaApp only."""

    deletions: tuple[Deletion, ...]


@dataclass
class TextCopied(Message):
    """A text was copied. Handled by the screen that is on top, if it has a place for words."""

    words: str
    """By which route, and whether that was verified."""


@dataclass
class TerminalAnswered(Message):
    """The terminal has said what it will say of itself. Handled by FriezaApp only."""

    facts: TerminalFacts


@dataclass
class AnswerOver(Message):
    """An answer has come to its end, a good one or not. Handled by FriezaApp only."""

    total_s: float
    """Seconds from sending, all waits included."""


class LeaveAsked(Message):
    """The user or a signal asks the program to end. Handled by FriezaApp only."""
