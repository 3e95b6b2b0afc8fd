"""Widgets of the chat screen, one a file; each is told values and knows no screen."""
