"""The embedded server as a child over a script, to be killed: in each of its lives every second reply stands still.

Arguments: a folder, where its process id is written and a file called "dead" keeps it from starting; and its replies.
"""

import os
import sys
from pathlib import Path
from typing import Any

from frieza_tui.backends.base import Backend
from frieza_tui.backends.scripted import Pause, Reply, ScriptedBackend


def open_backend(_config: dict[str, Any]) -> Backend:
    return ScriptedBackend([Reply(sys.argv[2]), Reply(sys.argv[2], Pause(60))], is_endless=True)


if __name__ == "__main__":
    from frieza_tui.server.child import main_child

    folder = Path(sys.argv[1])
    (folder / "pid").write_text(str(os.getpid()))
    sys.exit(3 if (folder / "dead").exists() else main_child(open_backend))
