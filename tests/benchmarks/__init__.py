"""Benchmarks of frieza-tui from outside, beside a reference measured in the same run; never run by pytest."""
