"""The program as it is with nothing set, but that its embedded server is the mortal one; the argument is its folder."""

import sys
from functools import partial

from frieza_tui import cli
from frieza_tui.backends import embedded_server

if __name__ == "__main__":
    folder = sys.argv.pop()
    command = (sys.executable, "-m", "tests.faults.mortal_child", folder)
    embedded_server.EmbeddedBackend = partial(embedded_server.EmbeddedBackend, command=command, needed=())  # type: ignore[assignment,misc]
    sys.exit(cli.main([]))
