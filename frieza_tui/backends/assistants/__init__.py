"""The Assistants API: assistants, threads, messages and runs that a server keeps."""

from frieza_tui.backends.assistants.backend import AssistantsBackend

__all__ = ["AssistantsBackend"]
