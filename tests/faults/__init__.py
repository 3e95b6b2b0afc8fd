"""Faults on purpose: the real program in a pseudo-terminal, against servers, disks, signals and processes that fail."""
