"""frieza-tui: a full-screen terminal chat with an assistant that streams."""

__version__ = "0.1.0"
