"""The pictures in screenshots/ are what the app looks like now. They are made anew by: python screenshots/make.py."""

import hashlib
import json
import re
from html import unescape
from pathlib import Path

import pytest

from screenshots import make
from screenshots.recording import WORD, record
from screenshots.scenes import SCENES, take

FOLDER = Path(make.__file__).parent
STALE = "stale; make it anew with: python screenshots/make.py"


def words_of(svg: str) -> str:
    """All that a picture says, without spaces and line ends."""
    return re.sub(r"\s", "", unescape("".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))))


def made_of(raster: str) -> str:
    """What a raster was made of, by its checksum; the raster itself must be the one that was made then."""
    note = json.loads((FOLDER / "manifest.json").read_text("utf-8"))[raster]
    assert hashlib.sha256((FOLDER / raster).read_bytes()).hexdigest() == note["sha256"], f"{raster} is {STALE}"
    return str(note["made_of"])


@pytest.mark.parametrize("name", SCENES)
async def test_a_picture_shows_the_app_as_it_is(name: str) -> None:
    svg = await take(SCENES[name])
    assert SCENES[name].word.replace(" ", "") in words_of(svg)
    assert (FOLDER / f"{name}.svg").read_text("utf-8") == svg, f"{name}.svg is {STALE}"


@pytest.mark.parametrize("name", make.PNGS)
def test_a_png_is_made_of_the_picture(name: str) -> None:
    assert made_of(f"{name}.png") == make.checksum((FOLDER / f"{name}.svg").read_text("utf-8")), (
        f"{name}.png is {STALE}"
    )


async def test_the_recording_shows_the_app_as_it_is() -> None:
    frames = await record()
    assert WORD in words_of(frames[-1][0])
    assert 8_000 <= sum(ms for _svg, ms in frames) <= 15_000
    assert (FOLDER / make.RECORDING).stat().st_size <= 1_500_000
    assert made_of(make.RECORDING) == make.frames_checksum(frames), f"{make.RECORDING} is {STALE}"


def test_no_picture_is_left_over() -> None:
    pictures = {path.name for path in FOLDER.iterdir() if path.suffix in {".svg", ".png", ".gif"}}
    assert pictures == {f"{name}.svg" for name in SCENES} | {f"{name}.png" for name in make.PNGS} | {make.RECORDING}
