"""Links: where they really lead, and opening them."""
