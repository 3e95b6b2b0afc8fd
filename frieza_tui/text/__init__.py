"""Pure text work: making untrusted text safe, line breaking, widths. Knows no terminal and no face."""
