"""The message log: all bubbles of a thread on one widget, drawn by lines. Knows no backend.

Text becomes lines in this order: documents (Markdown to leaves) → block and layout (a leaf at a width: flow, code,
tables) → bubble_view → thread_rows → viewport (which rows are in view) → overlay (draws them, and over them what was
found, what is marked and the reader's cursor) → canvas (the lines on the screen) → painting (which are written).

The widget, message_log, makes its parts and hands Textual's events to them: bubbles (what is told of the thread),
frames (when it is painted), scrolling and lines_below (where it is), dragging and clicking (the mouse), reading,
finding and taking (the keys, by the names in deeds). A part is given what it needs, and does not know who calls it.
"""
