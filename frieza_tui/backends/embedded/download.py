"""Fetches a known model from its publisher: goes on where it was cut, checks every byte. Knows no screen."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from frieza_tui.backends.embedded.catalogue import KnownModel
from frieza_tui.backends.embedded.joining import OnProgress, demand_space, file_sha256, is_in_place
from frieza_tui.backends.embedded.locking import exclusive
from frieza_tui.domain.errors import ModelError
from frieza_tui.i18n import _

if TYPE_CHECKING:
    import httpx2

ATTEMPTS = 5
"""How many requests in a row may bring nothing new."""
PAUSE_S = 2.0
_TIMEOUT_S = 30.0


def partial_path(model: KnownModel, folder: Path) -> Path:
    """Where a download that is not finished is kept."""
    return (folder / model.local_name).with_suffix(".part")


def download(
    model: KnownModel,
    folder: Path,
    url: str | None = None,
    on_progress: OnProgress = lambda _fraction: None,
    pause_s: float = PAUSE_S,
) -> Path:
    """Return the path of the whole model in `folder`, fetching it first if it is not there; blocks the thread.

    Args:
        model: which one.
        folder: where it is put; an earlier download that was cut is kept there and gone on with.
        url: where it comes from; None: its publisher.
        on_progress: see `joining.OnProgress`.
        pause_s: seconds between a cut and asking for the rest.

    Raises: ModelError (no connection, not there, wrong bytes, no room, the disk's own errors).
    """
    target = folder / model.local_name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with exclusive(target.with_suffix(".lock"), lambda: on_progress(0.0)):
            if not is_in_place(model, folder):
                fetch = _Fetch(model, partial_path(model, folder), url or model.url, on_progress)
                fetch.run(pause_s)
                partial_path(model, folder).replace(target)
    except OSError as error:
        happened = _("The model could not be written in {folder}: {reason}.")
        raise ModelError(happened.format(folder=folder, reason=error.strerror or error)) from error
    return target


class _Fetch:
    """One download, from its first request to the last byte."""

    def __init__(self, model: KnownModel, partial: Path, url: str, on_progress: OnProgress) -> None:
        self._model = model
        self._partial = partial
        self._url = url
        self._on_progress = on_progress

    def run(self, pause_s: float) -> None:
        """Fetch until the partial file is whole, then check it."""
        import httpx2

        demand_space(self._partial.parent, self._model.size_bytes - self._have())
        with httpx2.Client(follow_redirects=True, timeout=_TIMEOUT_S) as http:
            most, fruitless = self._have(), 0
            while self._have() != self._model.size_bytes:
                self._ask_for_rest(http)
                fruitless = 0 if self._have() > most else fruitless + 1
                most = max(most, self._have())
                if fruitless >= ATTEMPTS:
                    todo = _("Run the command again; it goes on where it was.")
                    raise self._error(_("the connection broke again and again"), todo)
                if self._have() != self._model.size_bytes:
                    time.sleep(pause_s)
        self._check()

    def _have(self) -> int:
        return self._partial.stat().st_size if self._partial.exists() else 0

    def _ask_for_rest(self, http: "httpx2.Client") -> None:
        """Ask once for what is missing; returns when the answer ends or breaks. Raises: ModelError."""
        import httpx2

        start = self._have()
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        try:
            with http.stream("GET", self._url, headers=headers) as response:
                self._receive(response, start)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.TooManyRedirects) as error:
            raise self._error(_("the address cannot be used"), _("Check the address.")) from error
        except httpx2.ConnectError as error:
            if not start:
                reason = _("no connection ({reason})").format(reason=error)
                raise self._error(reason, _("Check the network, then try again.")) from error
        except httpx2.TransportError:
            return

    def _receive(self, response: "httpx2.Response", start: int) -> None:
        if response.status_code == 416:  # what is here cannot be the beginning of what is there
            self._partial.unlink(missing_ok=True)
            return
        if response.status_code not in (200, 206):
            reason = _("the server answered with status {status}").format(status=response.status_code)
            raise self._error(reason, _("Check the address, or try again later."))
        begin = _range_start(response.headers) if response.status_code == 206 else 0
        self._demand_size(response, begin)
        with self._partial.open("r+b" if begin else "wb") as out:
            out.seek(min(begin, start))
            out.truncate()
            for block in response.iter_raw():
                out.write(block)
                self._on_progress(min(1.0, out.tell() / self._model.size_bytes))
                if out.tell() > self._model.size_bytes:
                    raise self._wrong_file()

    def _demand_size(self, response: "httpx2.Response", begin: int) -> None:
        length = response.headers.get("Content-Length")
        if length is not None and begin + int(length) != self._model.size_bytes:
            raise self._wrong_file()

    def _check(self) -> None:
        if file_sha256(self._partial, lambda _fraction: None) != self._model.sha256:
            self._partial.unlink(missing_ok=True)
            raise self._wrong_file()

    def _wrong_file(self) -> ModelError:
        happened = _("What {url} serves is not the model {name}: its bytes are not the right ones.")
        return ModelError(
            happened.format(url=self._url, name=self._model.name), _("Nothing was kept; check the address.")
        )

    def _error(self, reason: str, todo: str) -> ModelError:
        happened = _("The model could not be fetched from {url}: {reason}.").format(url=self._url, reason=reason)
        return ModelError(happened, todo)


def _range_start(headers: Mapping[str, str]) -> int:
    """Return the first byte's position in a Content-Range such as "bytes 100-199/200"."""
    value = headers.get("Content-Range", "")
    start = value.removeprefix("bytes ").partition("-")[0]
    return int(start) if start.isdigit() else 0
