"""A server on the loopback interface that streams made-up replies faster than any client reads them."""
