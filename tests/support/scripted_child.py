"""The server face as a child process, over a script; what it does is the first argument."""

import os
import sys
from typing import Any

from frieza_tui.backends.base import Backend, Preparation
from frieza_tui.backends.scripted import Pause, Reply, ScriptedBackend, Step
from frieza_tui.domain.errors import ModelError

READY: tuple[Step, ...] = (Preparation("loading_model", 0.5, "script"), Pause(0.05), Preparation("ready"))
BROKEN: tuple[Step, ...] = (ModelError("The script is torn.", "Write another."),)


def open_backend(config: dict[str, Any]) -> Backend:
    names = ",".join(one["name"] for one in config["assistants"])
    sys.stdout.write("something that a library prints\n")
    sys.stderr.write(f"model={config['model']} assistants={names} spin={os.environ['GOMP_SPINCOUNT']}\n")
    replies = [Reply("slow", Pause(30)) if sys.argv[1] == "slow" else Reply("こんにちは")]
    return ScriptedBackend(replies, is_endless=True, preparation=BROKEN if sys.argv[1] == "broken" else READY)


if __name__ == "__main__":
    if sys.argv[1] == "dead":
        sys.exit(3)
    from frieza_tui.server.child import main_child

    sys.exit(main_child(open_backend))
