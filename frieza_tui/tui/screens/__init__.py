"""Screens: the chat, and the sheets over it (help, models, threads, palette).

`ChatScreen` has the widgets and the keys, and hands what happens to its parts (`tui/parts/`, `tui/answering/`), each of
which has one job and is given what it needs; `tui/parts/chat_parts.py` makes them and ties them together.

A message's way: `Composer.Submitted` → `ChatScreen` → `Outbox.submit` → `TurnRunner.begin`, which has `tui/turns.py`
open the bubbles and starts the worker, whose events come back as `TurnAdvanced` to `TurnRunner.take` → `tui/turns.py` →
`tui/reply_bubble.py` → the log. Every road of a turn ends in `TurnRunner.on_end`.
"""
