"""Screens: the chat, and the sheets over it (help, models, threads).

The chat screen is too much for one class. What has a job of its own (`tui/answering/`, `tui/notices.py`,
`tui/interruption.py`) is given what it needs by the chat screen; for the rest each module adds what it knows to the one
before: kept (the thread and the draft on disk) → branched, linking → reading → serving → commanded → chat.

A message's way: `Composer.Submitted` → `ChatScreen._take_message` → `_send_next` → `BranchedScreen._begin_turn`, which
has `tui/turns.py` open the bubbles → `ChatScreen._stream_turn`, the worker, whose events come back as `TurnAdvanced`
to `_advance_turn` → `tui/turns.py` → `tui/reply_bubble.py` → the log. Every road of a turn ends in `_finish_turn`.
"""
