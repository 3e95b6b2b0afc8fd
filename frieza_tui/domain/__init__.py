"""Plain data: assistants, threads and messages, runs, run events, errors. Imports nothing of the project."""
