"""The programs that are measured: how each is configured, started and fed. Knows nothing of measuring."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

REFERENCE: Final = "reference"
FRIEZA: Final = "frieza-tui"
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Program:
    """A chat program; in its texts {url} stands for the server, {home} for the run's own home folder."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """Texts of files to be written first, by their path below the home folder."""
    settle_s: float = 0.4
    """Between the last letter of a prompt and Enter."""
    kept: int = 0
    """How many messages a thread has that frieza-tui finds on disk; 0 for none."""

    def prepare(self, url: str, home: Path) -> tuple[list[str], dict[str, str]]:
        """Write the files of a run; returns its command and its environment, which has nothing of ours in it."""

        def fill(text: str) -> str:
            return text.replace("{url}", url).replace("{home}", str(home))

        for path, text in self.files.items():
            file = home / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fill(text), "utf-8")
        if self.kept:
            from tests.benchmarks.kept_thread import write_thread

            folder = home / ".local/share/frieza-tui"
            folder.mkdir(parents=True)
            write_thread(folder / "threads.sqlite3", self.kept)
        environ = {**_world(home), **{name: fill(value) for name, value in self.environ.items()}}
        return [fill(word) for word in self.command], environ


def _world(home: Path) -> dict[str, str]:
    kinds = {"CONFIG": ".config", "DATA": ".local/share", "STATE": ".local/state", "CACHE": ".cache"}
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        **{f"XDG_{kind}_HOME": str(home / folder) for kind, folder in kinds.items()},
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "OPENAI_API_KEY": "sk-x",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def frieza(*arguments: str, api: str = "assistants") -> Program:
    """Return frieza-tui, talking to the loopback server over one API."""
    command = (sys.executable, "-m", "frieza_tui", "--base-url", "{url}/v1", "--api", api, *arguments)
    return Program(FRIEZA, command)


def reference() -> Program:
    """Return the minimal Textual app."""
    return Program(REFERENCE, (sys.executable, str(_HERE / "reference.py")), environ={"OPENAI_BASE_URL": "{url}/v1"})


def peers() -> list[Program]:
    """Return the other chat programs whose commands the environment names."""
    known = {"BENCH_CODEX": _codex, "BENCH_VIBE": _vibe}
    return [make(command) for name, make in known.items() if (command := os.environ.get(name))]


def _codex(command: str) -> Program:
    config = """model = "bench-model"
model_provider = "bench"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
[model_providers.bench]
name = "bench"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
[projects."{home}/work"]
trust_level = "trusted"
[analytics]
enabled = false
[feedback]
enabled = false
"""
    return Program("codex", (command, "--no-daemon"), files={".codex/config.toml": config}, settle_s=2.0)


def _vibe(command: str) -> Program:
    config = """active_model = "bench"
enable_telemetry = false
enable_update_checks = false
enable_auto_update = false
[[providers]]
name = "bench"
api_base = "{url}/v1"
api_key_env_var = "OPENAI_API_KEY"
backend = "generic"
[[models]]
name = "bench-model"
provider = "bench"
alias = "bench"
"""
    home = {"VIBE_HOME": "{home}/.vibe"}
    return Program("vibe", (command, "--trust"), environ=home, files={".vibe/config.toml": config})
