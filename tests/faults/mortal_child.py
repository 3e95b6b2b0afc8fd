"""The embedded server as a child over a script, to be killed: in each of its lives every second reply stands still.

The argument is a folder: its process id is written there, and a file called "dead" keeps it from starting.
"""

import os
import sys
from pathlib import Path
from typing import Any

from frieza_tui.backends.base import Backend
from frieza_tui.backends.scripted import Pause, Reply, ScriptedBackend
from tests.faults.session import TEXT


def open_backend(_config: dict[str, Any]) -> Backend:
    return ScriptedBackend([Reply(TEXT), Reply(TEXT, Pause(60))], is_endless=True)


if __name__ == "__main__":
    from frieza_tui.server.child import main_child

    folder = Path(sys.argv[1])
    (folder / "pid").write_text(str(os.getpid()))
    sys.exit(3 if (folder / "dead").exists() else main_child(open_backend))
