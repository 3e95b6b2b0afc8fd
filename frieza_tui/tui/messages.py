"""Textual messages that cross from one part of the screen to another. Knows no widget."""

from dataclasses import dataclass

from textual.message import Message

from frieza_tui.backends.base import Deletion, Preparation
from frieza_tui.domain.turn import TurnEvent


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


class QueueMoved(Message):
    """A message was queued, taken back or sent. Handled by ChatScreen only."""


@dataclass
class ChatClosed(Message):
    """The conversation is closed and its remote objects are deleted, as far as they could be."""

    deletions: tuple[Deletion, ...]


class LeaveAsked(Message):
    """A signal, or the loss of the terminal, asks the program to end. Handled by FriezaApp only."""
