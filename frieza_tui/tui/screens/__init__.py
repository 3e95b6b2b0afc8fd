"""Screens: the chat and the help."""
