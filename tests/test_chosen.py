import asyncio
import importlib.util
import json
import sys
from pathlib import Path

import pytest

from frieza_tui import keyring_process
from frieza_tui.chosen import Chosen, ChosenFile, KeptKey, address_of
from frieza_tui.domain.errors import SettingsError, StoreError
from frieza_tui.keyring_process import get_secret, put_secret
from tests.support import file_keyring

KEY = "sk-planted-1234"
URL = "https://api.openai.com/v1"
REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def keyring_file(own_world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = own_world / "keyring.json"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", file_keyring.NAME)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("FILE_KEYRING", str(path))
    return path


def test_nothing_was_chosen_at_first() -> None:
    file = ChosenFile()
    assert file.read() == Chosen()
    assert file.kept_key(URL) is None
    assert not file.path.exists()


def test_what_was_chosen_is_there_again() -> None:
    ChosenFile().choose("http://127.0.0.1:11434/v1")
    ChosenFile().allow_http("10.0.0.5")
    chosen = ChosenFile().read()
    assert (chosen.answerer, chosen.http_hosts) == ("http://127.0.0.1:11434/v1", ("10.0.0.5",))


def test_a_key_goes_into_the_keyring_and_not_into_the_file(keyring_file: Path) -> None:
    file = ChosenFile()
    asyncio.run(file.keep_key(f"{URL}/", KEY, "0a1b2c3d"))
    assert KEY in keyring_file.read_text()
    assert KEY not in file.path.read_text()
    assert file.kept_key(URL) == KeptKey("0a1b2c3d")
    assert asyncio.run(ChosenFile().fetch_key(URL)) == KEY
    assert asyncio.run(ChosenFile().fetch_key("https://elsewhere.example/v1")) is None


def test_without_a_keyring_a_key_is_kept_for_its_owner_alone() -> None:
    file = ChosenFile()
    asyncio.run(file.keep_key(URL, KEY, "0a1b2c3d"))
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700
    assert asyncio.run(ChosenFile().fetch_key(URL)) == KEY
    assert KEY not in repr(file.read())
    assert [path.name for path in file.path.parent.iterdir()] == ["chosen.json"]


async def test_a_keyring_that_never_answers_is_given_up(keyring_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILE_KEYRING", "locked")
    monkeypatch.setattr(keyring_process, "WAIT_S", 0.5)
    assert await get_secret(URL) is None
    assert not await put_secret(URL, KEY)


async def test_leaving_does_not_wait_for_a_keyring(keyring_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILE_KEYRING", "locked")
    asking = asyncio.create_task(get_secret(URL))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking], timeout=10)
    assert asking.cancelled()


async def test_a_file_of_the_same_name_where_the_program_was_started_gets_no_key(
    own_world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = own_world / "keyring.py"
    trap.write_text("import sys; open('caught', 'w').write(sys.stdin.read())")
    monkeypatch.chdir(own_world)
    assert not await put_secret(URL, KEY)
    assert not (own_world / "caught").exists()


async def test_without_the_package_there_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert importlib.util.find_spec("keyring") is None
    assert await get_secret(URL) is None


async def test_a_key_that_others_could_read_is_refused() -> None:
    file = ChosenFile()
    await file.keep_key(URL, KEY, "0a1b2c3d")
    file.path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        file.read()


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"answerer": 5}', b'{"keys": {"x": 1}}', b"\x00", b'{"answerer": "\xff"}']
)
def test_a_damaged_file_is_as_none(data: bytes) -> None:
    file = ChosenFile()
    file.path.parent.mkdir(parents=True)
    file.path.write_bytes(data)
    assert file.read() == Chosen()
    file.choose("embedded")
    assert file.read().answerer == "embedded"


def test_what_a_later_version_wrote_beside_it_is_no_damage() -> None:
    file = ChosenFile()
    file.path.parent.mkdir(parents=True)
    file.path.write_text(json.dumps({"answerer": "embedded", "colour": "violet"}))
    assert file.read().answerer == "embedded"


def test_a_folder_that_cannot_be_written_is_told(own_world: Path) -> None:
    (own_world / "config").write_text("in the way")
    with pytest.raises(StoreError, match=r"chosen\.json"):
        ChosenFile().choose("embedded")


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("https://API.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://me:secret@example.org:8443/v1?key=secret", "https://example.org:8443/v1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_holds_no_secret(base_url: str, address: str) -> None:
    assert address_of(base_url) == address
