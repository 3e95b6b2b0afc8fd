import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest

from frieza_tui.backends.embedded import command
from frieza_tui.backends.embedded.catalogue import KnownModel
from frieza_tui.backends.embedded.command import run_model_command
from frieza_tui.backends.embedded.download import download, partial_path
from frieza_tui.domain.errors import ModelError

WHOLE = bytes(range(256)) * 4000
HALF = len(WHOLE) // 2


@dataclass
class Publisher:
    """A file server whose faults are set by the test."""

    content: bytes = WHOLE
    knows_ranges: bool = True
    cut_after: list[int | None] = field(default_factory=list)
    """For each request in turn: how many bytes until the connection breaks; None: no break."""
    status: int = 200
    length_told: bool = True
    ranges: list[str | None] = field(default_factory=list)
    """The Range of each request for the file."""
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/moved":
            handler.send_response(302)
            handler.send_header("Location", "/model.gguf")
            handler.end_headers()
            return
        asked = handler.headers["Range"]
        self.ranges.append(asked)
        if self.status != 200:
            handler.send_error(self.status)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.knows_ranges else 0
        if start >= len(self.content):
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        if self.length_told:
            handler.send_header("Content-Length", str(len(self.content) - start))
        handler.end_headers()
        cut = self.cut_after.pop(0) if self.cut_after else None
        handler.wfile.write(self.content[start:] if cut is None else self.content[start : start + cut])


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    served = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}/model.gguf"
        yield served
        server.shutdown()
        thread.join()


@pytest.fixture
def model(publisher: Publisher) -> KnownModel:
    checksum = hashlib.sha256(WHOLE).hexdigest()
    return KnownModel(
        "tiny", "tiny.gguf", len(WHOLE), checksum, "tiny-part", "1.0", 1, publisher.url, "local", "little"
    )


@pytest.fixture
def fetch(model: KnownModel, tmp_path: Path) -> Callable[..., Path]:
    def fetch_it(url: str | None = None, on_progress: Callable[[float], None] = lambda _fraction: None) -> Path:
        return download(model, tmp_path / "models", url, on_progress, pause_s=0.0)

    return fetch_it


def kept(tmp_path: Path, model: KnownModel) -> bytes | None:
    partial = partial_path(model, tmp_path / "models")
    return partial.read_bytes() if partial.exists() else None


def test_a_model_is_fetched_whole_with_progress(fetch: Callable[..., Path], publisher: Publisher) -> None:
    told: list[float] = []
    path = fetch(on_progress=told.append)
    assert path.read_bytes() == WHOLE
    assert told[-1] == 1.0
    assert fetch() == path
    assert publisher.ranges == [None]


def test_a_cut_in_the_middle_is_gone_on_with(fetch: Callable[..., Path], publisher: Publisher) -> None:
    publisher.cut_after = [HALF, 1000]
    assert fetch().read_bytes() == WHOLE
    assert publisher.ranges == [None, f"bytes={HALF}-", f"bytes={HALF + 1000}-"]


def test_what_arrived_is_kept_for_the_next_try(
    fetch: Callable[..., Path], publisher: Publisher, model: KnownModel, tmp_path: Path
) -> None:
    publisher.cut_after = [HALF, *[0] * 5]
    with pytest.raises(ModelError, match="broke") as caught:
        fetch()
    assert "again" in caught.value.todo
    assert kept(tmp_path, model) == WHOLE[:HALF]
    assert fetch().read_bytes() == WHOLE
    assert publisher.ranges[-1] == f"bytes={HALF}-"


def test_a_server_without_ranges_begins_again(fetch: Callable[..., Path], publisher: Publisher) -> None:
    publisher.knows_ranges = False
    publisher.cut_after = [HALF]
    assert fetch().read_bytes() == WHOLE
    assert publisher.ranges == [None, f"bytes={HALF}-"]


def test_wrong_bytes_are_refused_and_not_kept(
    fetch: Callable[..., Path], publisher: Publisher, model: KnownModel, tmp_path: Path
) -> None:
    publisher.content = b"!" + WHOLE[1:]
    with pytest.raises(ModelError, match="bytes are not the right ones"):
        fetch()
    assert kept(tmp_path, model) is None
    assert not (tmp_path / "models" / model.local_name).exists()


@pytest.mark.parametrize("content", [b"<html>please log in</html>", WHOLE * 2], ids=["page", "larger"])
@pytest.mark.parametrize("length_told", [True, False])
def test_another_file_is_refused(
    fetch: Callable[..., Path], publisher: Publisher, content: bytes, length_told: bool
) -> None:
    publisher.content, publisher.length_told = content, length_told
    with pytest.raises(ModelError, match=r"not the (model|right)|broke"):
        fetch()


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_an_error_of_the_server_is_named(fetch: Callable[..., Path], publisher: Publisher, status: int) -> None:
    publisher.status = status
    with pytest.raises(ModelError, match=str(status)) as caught:
        fetch()
    assert publisher.url in caught.value.happened
    assert caught.value.todo


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/model.gguf", "ftp://127.0.0.1/model.gguf", "not an address"])
def test_an_address_that_cannot_be_reached_or_used_is_named(fetch: Callable[..., Path], url: str) -> None:
    with pytest.raises(ModelError) as caught:
        fetch(url)
    assert url in caught.value.happened
    assert caught.value.todo


def test_a_redirect_is_followed(fetch: Callable[..., Path], publisher: Publisher) -> None:
    assert fetch(publisher.url.replace("/model.gguf", "/moved")).read_bytes() == WHOLE


def test_a_rest_that_is_too_long_begins_again(
    fetch: Callable[..., Path], publisher: Publisher, model: KnownModel, tmp_path: Path
) -> None:
    partial = partial_path(model, tmp_path / "models")
    partial.parent.mkdir()
    partial.write_bytes(WHOLE + b"more")
    assert fetch().read_bytes() == WHOLE


@pytest.fixture
def only_tiny(model: KnownModel, monkeypatch: pytest.MonkeyPatch) -> KnownModel:
    monkeypatch.setattr(command, "SMALL", model)
    monkeypatch.setattr(command, "KNOWN", (model,))
    return model


def test_the_command_fetches_and_removes(only_tiny: KnownModel, publisher: Publisher) -> None:
    out, err = StringIO(), StringIO()
    run_model_command("get", is_small=True, url=publisher.url, out=out, err=err)
    assert only_tiny.local_name in out.getvalue()
    run_model_command("remove", is_small=True, url=None, out=out, err=err)
    assert "freed" in out.getvalue()
    assert err.getvalue() == ""


def test_the_command_says_in_words_what_failed(only_tiny: KnownModel, publisher: Publisher) -> None:
    publisher.status = 404
    out = StringIO()
    with pytest.raises(ModelError, match="404"):
        run_model_command("get", is_small=True, url=None, out=out, err=StringIO())
    assert out.getvalue() == ""


def test_the_command_shows_what_is_here_and_its_checksum() -> None:
    out = StringIO()
    run_model_command("show", is_small=False, url=None, out=out, err=StringIO())
    assert "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046" in out.getvalue()
