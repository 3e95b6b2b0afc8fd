"""Screens: the chat, and the sheets over it (help, models, threads).

The chat screen is too much for one class. What has a job of its own (`tui/parts/`, `tui/answering/`) is given what it
needs by the chat screen; for the rest each module adds what it knows to the one before:
kept (the thread and the draft on disk) → linking → reading → serving → commanded → chat.

A message's way: `Composer.Submitted` → `ChatScreen` → `Outbox.submit` → `TurnRunner.begin`, which has `tui/turns.py`
open the bubbles and starts the worker, whose events come back as `TurnAdvanced` to `TurnRunner.take` → `tui/turns.py` →
`tui/reply_bubble.py` → the log. Every road of a turn ends in `TurnRunner.on_end`.
"""
