"""The full-screen face; the only place that imports textual or rich. Knows the conversation, no backend."""
