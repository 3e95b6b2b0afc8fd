"""The program as it is with nothing set, but that its embedded server is the mortal one; the arguments are its own."""

import sys
from functools import partial

from frieza_tui import cli
from frieza_tui.backends import embedded_server

if __name__ == "__main__":
    command = (sys.executable, "-m", "tests.faults.mortal_child", *sys.argv[1:])
    del sys.argv[1:]
    embedded_server.EmbeddedBackend = partial(embedded_server.EmbeddedBackend, command=command, needed=())  # type: ignore[assignment,misc]
    sys.exit(cli.main([]))
