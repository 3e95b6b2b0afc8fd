"""The HTTP face: the Assistants API v2 over any backend. Loads nothing heavy until a server is opened."""
