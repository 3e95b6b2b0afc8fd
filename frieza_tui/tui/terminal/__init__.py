"""The terminal itself: what it says of itself when it is asked, and what of its input is no key."""
