"""The parts of the embedded model: its files, its engine process, its prompts. Used by `backends.llama_cpp` only."""
