"""What other platforms have not, taken away before the program is loaded: none of them can be tried here."""

import os
import subprocess
import sys
from pathlib import Path

AS_WINDOWS = """
import asyncio, platform, signal, shutil, sqlite3, subprocess, sys, tempfile, types
import os, textual.app, textual.widgets, platformdirs  # they choose by the platform what they need of it

def refuse(*_): raise NotImplementedError

asyncio.SelectorEventLoop.add_signal_handler = asyncio.SelectorEventLoop.remove_signal_handler = refuse
asyncio.SelectorEventLoop.add_reader = refuse
for name in ("fcntl", "termios", "tty", "pty", "resource", "pwd", "grp", "readline", "syslog", "curses"):
    sys.modules[name] = None
sys.modules["msvcrt"] = types.ModuleType("msvcrt")
for name in ("fchmod", "fork", "getuid", "geteuid", "getpgid", "killpg", "setsid", "sched_getaffinity", "statvfs",
             "uname", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "get_blocking", "set_blocking", "openpty", "mkfifo"):
    delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGQUIT", "SIGTSTP", "SIGCONT", "SIGWINCH", "SIGPIPE", "SIGALRM", "SIGCHLD"):
    delattr(signal, name)
sys.platform = "win32"

from frieza_tui.cli import main
assert main(["--version"]) == 0
try: main(["--help"])
except SystemExit as ended: assert not ended.code
assert main(["--demo", "-p", "hello"]) == 0
main(["threads", "list"])
import frieza_tui.tui.app, frieza_tui.tui.screens.threads, frieza_tui.store.journal, frieza_tui.store.threads
import frieza_tui.backends.embedded_server, frieza_tui.doctor.command
frieza_tui.tui.app._driver_for("name", bool)
print("all of it")
"""


def test_the_program_needs_nothing_that_windows_has_not(tmp_path: Path) -> None:
    environ = {**os.environ, "LOCALAPPDATA": str(tmp_path), "APPDATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", AS_WINDOWS], env=environ, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("all of it\n"), done.stderr
    assert "Traceback" not in done.stderr
