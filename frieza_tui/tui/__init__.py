"""The full-screen face; the only place that imports textual or rich. Knows the conversation, no backend."""

import os

os.environ.setdefault("TEXTUAL_FPS", "500")  # a key's frame waits for up to two of these; the log keeps a pace of its own
