"""Adapters: run events out of one API each. Each module is loaded by name, none at start."""
