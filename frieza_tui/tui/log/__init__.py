"""The message log: all bubbles of a thread on one widget, drawn by lines. Knows no backend.

Text becomes rows in this order: documents (Markdown to leaves) → block and layout (a leaf at a width: flow, code,
tables) → bubble_view → thread_rows → viewport (what is in view) → drawing (strips). What is laid over the rows is
overlay's, the lines on the screen are canvas's. The widget, message_log, gives Textual's events to its parts: bubbles
(what is told of the thread), frames (when to paint), scrolling, dragging and clicking, reading, finding and taking.
"""
