"""SVGs as pixels, by headless Chromium and Pillow. Knows nothing of the app; no test imports it."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
TALLEST = 12_000
"""Pixels; a taller page is not shot whole."""
COLOURS = 128


def find_chromium() -> str | None:
    """Return the path of Chromium, if there is one."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def write_png(chromium: str, svg: str, path: Path) -> None:
    """Write a picture at double size, for sharp screens."""
    (image,) = _shoot(chromium, [svg], 2)
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def write_gif(chromium: str, frames: Sequence[tuple[str, int]], path: Path) -> None:
    """Write a film that begins anew for ever; frames: SVGs of one size, each with the milliseconds that it stands."""
    svgs = [svg for svg, _ms in frames]
    size = max(1, TALLEST // _size(svgs[0])[1])
    images = [image for at in range(0, len(svgs), size) for image in _shoot(chromium, svgs[at : at + size], 1)]
    palette = _side_by_side(images[:: max(1, len(images) // 8)] + images[-1:]).quantize(
        COLOURS, dither=Image.Dither.NONE
    )
    first, *rest = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    first.save(path, save_all=True, append_images=rest, duration=[ms for _svg, ms in frames], loop=0, optimize=True)


def _size(svg: str) -> tuple[int, int]:
    """Return a drawing's width and height."""
    found = re.search(r' width="(\d+)" height="(\d+)"', svg)
    if found is None:
        raise ValueError("an SVG without a size")
    return int(found[1]), int(found[2])


def _shoot(chromium: str, svgs: Sequence[str], scale: int) -> Iterator[Image.Image]:
    """Shoot drawings of one size on one page, one below the other."""
    width, height = _size(svgs[0])
    page = "<!doctype html><meta charset=utf-8><style>body { margin: 0 } svg { display: block }</style>" + "".join(svgs)
    with tempfile.TemporaryDirectory() as folder:
        html, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        html.write_text(page, "utf-8")
        subprocess.run(
            [
                chromium,
                *FLAGS,
                *(["--no-sandbox"] if os.geteuid() == 0 else []),  # root has no sandbox
                f"--user-data-dir={folder}/profile",
                f"--window-size={width},{height * len(svgs)}",
                f"--force-device-scale-factor={scale}",
                f"--screenshot={shot}",
                html.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        whole = Image.open(shot).convert("RGB")
    for at in range(len(svgs)):
        yield whole.crop((0, at * height * scale, width * scale, (at + 1) * height * scale))


def _side_by_side(images: Sequence[Image.Image]) -> Image.Image:
    width, height = images[0].size
    sheet = Image.new("RGB", (width, height * len(images)))
    for at, image in enumerate(images):
        sheet.paste(image, (0, at * height))
    return sheet
