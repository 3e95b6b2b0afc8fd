"""Makes every picture of the README from the running app: `python screenshots/make.py`.

The SVGs need only what the tests need. The PNGs and the recording are made of SVGs by Chromium, with the fonts DejaVu
Sans Mono and Noto Sans CJK (Debian: apt-get install chromium fonts-dejavu-core fonts-noto-cjk), and by Pillow (pip
install pillow); nothing else in this repository needs them. `--svg-only` leaves that part out. What a PNG or the
recording was made of is noted in manifest.json, by which a test finds out that it is stale.
"""

import argparse
import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))
MANIFEST = FOLDER / "manifest.json"
PNGS = ("conversation", "markdown")
"""The scenes that are rasterised too."""
RECORDING = "recording.gif"
FOREIGN = ("FRIEZA_TUI_", "TEXTUAL", "NO_COLOR", "COLORTERM", "COLORFGBG")
"""Beginnings of environment variables that would change the pictures."""


def checksum(*texts: str) -> str:
    """Return the SHA-256 of what a picture was made of."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def frames_checksum(frames: Sequence[tuple[str, int]]) -> str:
    """Return the SHA-256 of a recording's frames, with the milliseconds that each stands."""
    return checksum(*(f"{svg}{ms}" for svg, ms in frames))


def main() -> int:
    """Make the pictures; returns 0, or 1 if the PNGs and the recording could not be made."""
    parser = argparse.ArgumentParser(description="Make every picture of the README from the running app.")
    parser.add_argument("--svg-only", action="store_true", help="leave out the PNGs and the recording")
    arguments = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    svgs = _write_svgs()
    return 0 if arguments.svg_only else _write_rasters(svgs)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _write_svgs() -> dict[str, str]:
    from screenshots.scenes import SCENES, take

    svgs = {name: asyncio.run(take(scene)) for name, scene in SCENES.items()}
    for name, svg in svgs.items():
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
        _say(f"{name}.svg")
    return svgs


def _write_rasters(svgs: dict[str, str]) -> int:
    try:
        from screenshots.raster import find_chromium, write_gif, write_png
    except ModuleNotFoundError as error:
        _say(f"No PNGs, no recording: {error.name} is not installed (pip install pillow).")
        return 1
    chromium = find_chromium()
    if chromium is None:
        _say("No PNGs, no recording: there is no Chromium (Debian: apt-get install chromium).")
        return 1
    from screenshots.recording import record

    made_of = {}
    for name in PNGS:
        write_png(chromium, svgs[name], FOLDER / f"{name}.png")
        made_of[f"{name}.png"] = checksum(svgs[name])
    frames = asyncio.run(record())
    write_gif(chromium, frames, FOLDER / RECORDING)
    made_of[RECORDING] = frames_checksum(frames)
    _note(made_of)
    return 0


def _note(made_of: dict[str, str]) -> None:
    """Write the manifest: of each raster its own checksum, and that of what it was made of."""
    notes = {}
    for name, source in made_of.items():
        content = (FOLDER / name).read_bytes()
        _say(f"{name}, {len(content):,} bytes")
        notes[name] = {"made_of": source, "sha256": hashlib.sha256(content).hexdigest()}
    MANIFEST.write_text(json.dumps(notes, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
