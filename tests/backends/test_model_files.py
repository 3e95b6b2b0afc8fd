import hashlib
import multiprocessing
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from frieza_tui.backends.embedded.catalogue import KNOWN, KnownModel
from frieza_tui.backends.embedded.joining import installed_parts, join
from frieza_tui.backends.model_files import get, models_dir, names_here, remove, resolve, status
from frieza_tui.domain.errors import ModelError

PARTS = (b"GGUF one " * 400_000, b"two " * 1_000_000, b"three")
WHOLE = b"".join(PARTS)


def model_of(whole: bytes = WHOLE, name: str = "tiny-model", package: str = "tiny-part") -> KnownModel:
    return KnownModel(
        name=name,
        file_name=f"{name}-q4.gguf",
        size_bytes=len(whole),
        sha256=hashlib.sha256(whole).hexdigest(),
        part_package=package,
        part_version="1.0",
        part_count=len(PARTS),
        url="http://127.0.0.1:1/model.gguf",
        extra="local",
        memory="little",
    )


def install(site: Path, version: str = "1.0", parts: tuple[bytes, ...] = PARTS) -> None:
    """Lay out data-only packages as pip does; importing one would fail the test."""
    for number, content in enumerate(parts, 1):
        info = site / f"tiny_part{number}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: {version}\n")
        data = site / f"tiny_part{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").write_text("raise SystemExit('imported')")
        (data / f"part{number:02d}.bin").write_bytes(content)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_parts_are_joined_once_and_the_file_is_whole(site: Path, tmp_path: Path) -> None:
    install(site)
    told: list[float] = []
    path = join(model_of(), tmp_path / "models", told.append)
    assert path.read_bytes() == WHOLE
    assert told[-1] == 1.0
    assert told == sorted(told)
    shutil.rmtree(site)
    told.clear()
    assert join(model_of(), tmp_path / "models", told.append) == path
    assert told == []


def test_no_code_of_the_parts_is_run(site: Path, tmp_path: Path) -> None:
    install(site)
    join(model_of(), tmp_path / "models")
    assert not [name for name in sys.modules if name.startswith("tiny_part")]


def test_wrong_bytes_are_refused_and_leave_nothing(site: Path, tmp_path: Path) -> None:
    install(site, parts=(*PARTS[:2], b"thr33"))
    with pytest.raises(ModelError, match="not the right bytes") as caught:
        join(model_of(), tmp_path / "models")
    assert "model get" in caught.value.todo
    assert [file.suffix for file in (tmp_path / "models").iterdir()] == [".lock"]


@pytest.mark.parametrize(("version", "count"), [("2.0", 3), ("1.0", 2)])
def test_a_missing_part_or_another_version_counts_as_not_installed(site: Path, version: str, count: int) -> None:
    install(site, version, PARTS[:count])
    assert installed_parts(model_of()) == ()


def test_too_little_room_is_said_before_anything_is_written(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10, 10, 1000))
    with pytest.raises(ModelError, match="are free") as caught:
        join(model_of(), tmp_path / "models")
    assert caught.value.todo


def test_stopping_in_the_middle_leaves_nothing_behind(site: Path, tmp_path: Path) -> None:
    install(site)

    def stop(_fraction: float) -> None:
        raise ModelError("stopped")

    with pytest.raises(ModelError, match="stopped"):
        join(model_of(), tmp_path / "models", stop)
    assert [file.suffix for file in (tmp_path / "models").iterdir()] == [".lock"]


def test_what_a_killed_process_left_is_no_hindrance(site: Path, tmp_path: Path) -> None:
    install(site)
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / model_of().local_name).with_suffix(".joining").write_bytes(b"half")
    (folder / model_of().local_name).write_bytes(b"too short")
    assert join(model_of(), folder).read_bytes() == WHOLE


def _join_in_process(folder: Path, site: Path, barrier: "multiprocessing.synchronize.Barrier") -> None:
    sys.path.insert(0, str(site))
    barrier.wait()
    sys.exit(0 if join(model_of(), folder).read_bytes() == WHOLE else 1)


def test_two_processes_joining_at_once_both_get_the_whole_file(site: Path, tmp_path: Path) -> None:
    install(site)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    children = [
        context.Process(target=_join_in_process, args=(tmp_path / "models", site, barrier)) for _number in range(2)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    assert sorted(file.suffix for file in (tmp_path / "models").iterdir()) == [".gguf", ".lock"]


def test_resolving_prefers_the_best_model_that_is_here(site: Path, tmp_path: Path) -> None:
    install(site)
    large, small = model_of(b"large", "large", "none-such"), model_of()
    assert resolve(None, tmp_path, (large, small)).name == "tiny-model"
    (tmp_path / large.local_name).write_bytes(b"large")
    assert resolve(None, tmp_path, (large, small)).name == "large"
    assert resolve("small", tmp_path, (large, small)).name == "tiny-model"
    assert resolve("tiny-model", tmp_path, (large, small)).needs_joining


def test_resolving_with_no_model_says_the_three_ways_on(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        resolve(None, tmp_path, (model_of(),))
    assert all(way in caught.value.todo for way in ('pip install ".[local]"', "OPENAI_API_KEY", "--base-url"))


def test_any_gguf_file_can_be_given_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(WHOLE)
    found = resolve(str(path))
    assert (found.path, found.name, found.known, found.needs_joining) == (path, "mine", None, False)
    path.write_bytes(WHOLE + b"!")
    assert resolve(str(path)).fingerprint != found.fingerprint


@pytest.mark.parametrize("content", [b"", b"<html>", None])
def test_a_file_that_is_no_model_is_refused_in_words(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"mine\.gguf"):
        resolve(str(path))


def test_status_tells_right_from_damaged_and_remove_frees_the_space(site: Path, tmp_path: Path) -> None:
    install(site)
    model, folder = model_of(), tmp_path / "models"
    assert [(one.is_here, one.are_parts_installed) for one in status(folder, (model,))] == [(False, True)]
    path = join(model, folder)
    assert [(one.is_here, one.is_right) for one in status(folder, (model,))] == [(True, True)]
    path.write_bytes(b"!" + WHOLE[1:])
    assert [(one.is_here, one.is_right) for one in status(folder, (model,))] == [(True, False)]
    assert remove(model, folder) == len(WHOLE)
    assert list(folder.iterdir()) == []
    assert remove(model, folder) == 0


def test_a_model_that_is_here_is_not_fetched_again(site: Path, tmp_path: Path) -> None:
    install(site)
    path = join(model_of(), tmp_path)
    assert get(model_of(), folder=tmp_path) == path


def test_the_known_models_are_qwens_own_bytes() -> None:
    assert [(one.size_bytes, one.sha256[:12], one.part_count) for one in KNOWN] == [
        (1_117_320_768, "cc324af070c2", 22),
        (491_400_064, "1d9614638d18", 6),
    ]
    assert all("huggingface.co/Qwen/" in one.url and one.url.endswith(one.file_name) for one in KNOWN)
    assert models_dir().name == "models"


def test_the_models_of_a_folder_are_known_ones_by_name_and_others_by_path(tmp_path: Path) -> None:
    (tmp_path / model_of().local_name).write_bytes(WHOLE)
    (tmp_path / "mine.gguf").write_bytes(b"GGUF")
    (tmp_path / "notes.txt").write_text("no model")
    assert names_here(tmp_path, [model_of()]) == [model_of().name, str(tmp_path / "mine.gguf")]
    assert names_here(tmp_path / "absent", [model_of()]) == []
