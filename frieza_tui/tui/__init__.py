"""The full-screen face; the only place that imports textual or rich. Knows the conversation, no backend."""

import os

# A key's frame waits for up to two of Textual's; the log keeps a slower pace of its own.
os.environ.setdefault("TEXTUAL_FPS", "500")
