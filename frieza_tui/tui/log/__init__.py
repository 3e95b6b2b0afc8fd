"""The message log: all bubbles of a thread on one widget, drawn by lines. Knows no backend.

Text becomes rows in this order: documents (Markdown to leaves) → block and layout (a leaf at a width: flow, code,
tables) → bubble_view → thread_rows → viewport (what is in view) → drawing (strips). The widget is built up likewise:
thread_view (paints, scrolls) → selecting → finding → reading → linking → message_log, which is what the screen uses.
"""
