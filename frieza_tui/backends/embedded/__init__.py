"""The parts of the embedded model: its files, its engine process, its prompts. Not a backend itself."""
