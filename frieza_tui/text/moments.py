"""Moments as people read them."""

from datetime import datetime


def local_time(seconds: float) -> str:
    """Return a moment (seconds since the epoch) as day and minute here; empty if it is none."""
    try:
        return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return ""
