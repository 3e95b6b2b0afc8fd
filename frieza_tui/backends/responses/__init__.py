"""The Responses API, with Conversations where the server has them."""

from frieza_tui.backends.responses.backend import ResponsesBackend

__all__ = ["ResponsesBackend"]
