"""Choosing who answers: the panel above the message box, and when it is there."""
