"""The message log: all bubbles of a thread on one widget, drawn by lines. Knows no backend."""
