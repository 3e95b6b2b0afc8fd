"""What a frame of the message log costs: `python tests/benchmarks/log_frames.py`. By hand; the log alone, no server.

A reply of N tokens is there; then pieces of it come, one frame after each. The app runs in a pseudo-terminal of 120 by
40, so that the whole way to the terminal counts; CPU is that of its process.
"""

import argparse
import asyncio
import json
import os
import pty
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown, TextArea

from frieza_tui.tui.log.message_log import MessageLog
from tests.benchmarks.loopback.texts import KINDS, Kind, reply_deltas

FRAMES: Final = 60
FRAME_S: Final = 0.04
DELTAS_A_FRAME: Final = 7
"""As many as come in a thirtieth of a second at 200 a second."""


class Bench(App[None]):
    """The log over an input, fed by a worker."""

    CSS = "TextArea { height: 3 } VerticalScroll { height: 1fr }"

    def __init__(self, job: str, kind: Kind, tokens: int, report: int) -> None:
        super().__init__()
        self.job, self.kind, self.tokens, self.report = job, kind, tokens, report

    def compose(self) -> ComposeResult:
        if self.job.startswith("reference"):
            yield VerticalScroll(Markdown(), can_focus=False)
        else:
            yield MessageLog()
        yield TextArea()

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()
        self.run_worker(getattr(self, "_" + self.job.replace("-", "_"))(), exit_on_error=True)

    def done(self, **figures: float) -> None:
        os.write(self.report, json.dumps(figures).encode())
        self.exit()

    async def _deltas(self) -> None:
        """CPU of a frame that shows a few more deltas."""
        log = self.query_one(MessageLog)
        deltas, _ = reply_deltas(self.kind, 1, self.tokens + FRAMES * DELTAS_A_FRAME + 40)
        log.bubbles.add("a", "assistant", "フリーザ様")
        for delta in deltas[: self.tokens]:
            log.bubbles.feed("a", delta)
        await asyncio.sleep(1.0)
        at = self.tokens
        costs: list[float] = []
        for _ in range(FRAMES):
            before = time.process_time()
            for delta in deltas[at : at + DELTAS_A_FRAME]:
                log.bubbles.feed("a", delta)
            at += DELTAS_A_FRAME
            await asyncio.sleep(FRAME_S)
            costs.append((time.process_time() - before) * 1e3)
        self.done(mean=statistics.mean(costs), median=statistics.median(costs), most=max(costs), rss=_rss_mib())

    async def _reply(self) -> None:
        """CPU of a whole reply as fast as it comes."""
        log = self.query_one(MessageLog)
        deltas, _ = reply_deltas(self.kind, 1, self.tokens)
        await asyncio.sleep(0.5)
        before, start = time.process_time(), time.monotonic()
        log.bubbles.add("a", "assistant", "フリーザ様")
        last_rest = start
        for delta in deltas:
            log.bubbles.feed("a", delta)
            if time.monotonic() - last_rest > 0.008:
                await asyncio.sleep(0)
                last_rest = time.monotonic()
        log.bubbles.settle("a")
        await asyncio.sleep(0.5)
        self.done(cpu_ms=(time.process_time() - before) * 1e3)

    async def _reference_reply(self) -> None:
        """The same through a Markdown widget and its stream."""
        view, markdown = self.query_one(VerticalScroll), self.query_one(Markdown)
        view.anchor()
        deltas, _ = reply_deltas(self.kind, 1, self.tokens)
        await asyncio.sleep(0.5)
        before = time.process_time()
        stream = Markdown.get_stream(markdown)
        for delta in deltas:
            await stream.write(delta)
        await stream.stop()
        await asyncio.sleep(0.5)
        self.done(cpu_ms=(time.process_time() - before) * 1e3)

    async def _thread(self) -> None:
        """Opening a thread of many messages, a resize, and a frame at its end."""
        log = self.query_one(MessageLog)
        sources = ["".join(reply_deltas("markdown" if n % 2 else "plain", n, 100)[0]) for n in range(20)]
        texts = [f"{n}\n\n{sources[n % 20]}" for n in range(self.tokens)]
        await asyncio.sleep(0.5)
        rss, before, start = _rss_mib(), time.process_time(), time.monotonic()
        for number, text in enumerate(texts):
            log.bubbles.add(str(number), "assistant" if number % 2 else "user", "フリーザ様", source=text)
        painted = asyncio.Event()
        log.call_after_refresh(painted.set)
        await asyncio.sleep(0)
        while not log.canvas.rows or log.canvas.rows[-1].place.bubble != self.tokens - 1:
            await asyncio.sleep(0.002)
        wall_ms, cpu_ms = (time.monotonic() - start) * 1e3, (time.process_time() - before) * 1e3
        more = _rss_mib() - rss
        await asyncio.sleep(0.5)
        before = time.process_time()
        log.viewport.resize(99, log.viewport.height)
        log._show()
        await asyncio.sleep(0.2)
        resize_ms = (time.process_time() - before) * 1e3
        log.viewport.resize(119, log.viewport.height)
        log.bubbles.add("last", "assistant", "フリーザ様")
        costs: list[float] = []
        for delta in reply_deltas("markdown", 1, 200)[0]:
            before = time.process_time()
            log.bubbles.feed("last", delta)
            await asyncio.sleep(FRAME_S)
            costs.append((time.process_time() - before) * 1e3)
        self.done(open_ms=wall_ms, open_cpu_ms=cpu_ms, more_mib=more, resize_ms=resize_ms, frame=statistics.mean(costs))


def _rss_mib() -> float:
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def _drained(master: int) -> Iterator[list[int]]:
    """Read what the app writes, in a thread; yields the count of bytes."""
    count = [0]

    def drain() -> None:
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:
                return
            if not data:
                return
            count[0] += len(data)

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    yield count
    reader.join(timeout=5)
    os.close(master)


def run(job: str, kind: Kind, tokens: int) -> dict[str, float]:
    """Run one job in a process of its own; return its figures and the kilobytes it wrote."""
    reading, writing = os.pipe()
    pid, master = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "120", "LINES": "40"}
        Bench(job, kind, tokens, writing).run()
        os._exit(0)
    os.close(writing)
    with _drained(master) as count, os.fdopen(reading, "rb") as pipe:
        report = pipe.read()
        os.waitpid(pid, 0)
    figures: dict[str, float] = json.loads(report)
    return figures | {"kb": count[0] / 1024}


def main(words: Sequence[str] | None = None) -> int:
    """Print one line a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=("deltas", "reply", "reference-reply", "thread"))
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--tokens", nargs="*", type=int, default=[250, 16_000])
    parser.add_argument("--reps", type=int, default=1)
    arguments = parser.parse_args(words)
    for _ in range(arguments.reps):
        for kind in arguments.kinds:
            for tokens in arguments.tokens:
                figures = run(arguments.job, kind, tokens)
                shown = "  ".join(f"{name} {value:.2f}" for name, value in figures.items())
                sys.stdout.write(f"{arguments.job:10} {kind:9} {tokens:6}  {shown}\n")
                sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
