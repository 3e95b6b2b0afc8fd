"""The Chat Completions API: the history goes with every request, and the server keeps nothing."""

from frieza_tui.backends.chat_completions.backend import ChatCompletionsBackend

__all__ = ["ChatCompletionsBackend"]
