"""The engine's own process: loads a GGUF file with llama.cpp and serves it on the loopback interface. Knows no chat.

Standard input: one line of JSON (`EngineConfig`), then nothing; its end ends this process, so it dies with its parent
by whatever cause. Standard output: one line of JSON, `{"base_url", "engine"}` once it answers, or
`{"failed", "detail"}`, failed being "import" or "load".

The Host is not checked, for the key does that: a page that rebinds its name to us has none, for it is random and was
only ever in a pipe, and no cookie stands for it; without it all paths answer 401 or 404, but /health an "ok" (tried).
"""

import json
import os
import signal
import sys
import threading
from importlib import import_module
from types import ModuleType
from typing import IO, TypedDict


class EngineConfig(TypedDict):
    """What the engine is told; by pipe only, for the key must not be seen in argv or the environment."""

    model: str
    key: str
    """The bearer token that every request must carry."""
    slots_dir: str
    """A folder for saved prompt states."""
    threads: int
    context_tokens: int
    sleep_idle_s: int
    """Seconds without work after which the model leaves the memory."""


_BATCH_TOKENS = 64
"""A prompt is read in pieces of this size, and a cancel waits for one: 1 to 3 s with the 1.5B model, 9 s at 512."""


def _exit_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def _private_stdout() -> IO[str]:
    """Keep the parent's pipe for us; what C++ code prints goes to the log."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return pipe


def _tell(pipe: IO[str], facts: dict[str, str]) -> None:
    print(json.dumps(facts), file=pipe, flush=True)


def _parameters(engine: ModuleType, config: EngineConfig) -> object:
    """Return llama.cpp's parameters; the reasons for the numbers are in the README."""
    wanted = engine.CommonParams()
    wanted.model.path = config["model"]
    wanted.model_alias = {"embedded"}
    wanted.n_ctx = config["context_tokens"]
    wanted.n_parallel = 1
    wanted.n_batch = wanted.n_ubatch = _BATCH_TOKENS
    for part in (wanted.cpuparams, wanted.cpuparams_batch):
        part.n_threads = config["threads"]
        part.poll = 0
    wanted.fit_params = False
    wanted.cache_ram_mib = 0
    wanted.n_cache_reuse = 16
    wanted.verbosity = -1
    wanted.ui = False
    wanted.cors_origins = ""
    wanted.slot_save_path = os.path.join(config["slots_dir"], "")
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = 0
    wanted.api_keys = [config["key"]]
    wanted.sleep_idle_seconds = config["sleep_idle_s"]
    return wanted


def main() -> int:
    """Serve until standard input ends. Returns 1 if there is nothing to serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all processes of a terminal; here it means: cancel
    config: EngineConfig = json.loads(sys.stdin.readline())
    pipe = _private_stdout()
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        engine = import_module("xllamacpp")  # 100 MB of native code, of which no other process wants any
    except ImportError as error:
        _tell(pipe, {"failed": "import", "detail": str(error)})
        return 1
    try:
        server = engine.Server(_parameters(engine, config))
    except (RuntimeError, ValueError) as error:
        _tell(pipe, {"failed": "load", "detail": str(error)})
        return 1
    _tell(pipe, {"base_url": server.listening_address, "engine": engine.__version__})
    threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
