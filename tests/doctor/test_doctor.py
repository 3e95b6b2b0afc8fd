import json
import ssl
import subprocess
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import msgspec
import pytest
import trustme

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.chosen import ChosenFile
from frieza_tui.doctor.command import examine, run_doctor
from frieza_tui.doctor.local_checks import look_at_disk
from frieza_tui.doctor.model_check import look_at_model
from frieza_tui.doctor.report import Disk, Folder, ModelFound, Report, ServerFound, SettingsFound, SetValue, Terminal
from frieza_tui.doctor.words import TROUBLE, lines_of
from frieza_tui.domain.errors import NotKept, StoreError
from frieza_tui.settings import load_settings
from tests.support import file_keyring
from tests.support.attacks import shows_only
from tests.support.fake_engine import running_fake
from tests.support.loopback import TOKEN, running_server
from tests.support.raw_http import error_answer, serve
from tests.support.terminal import program

NOBODY = "http://127.0.0.1:9/v1"
KEY = "sk-planted-1234567890"


async def no_leftovers() -> int:
    return 0


async def examined(**values: object) -> Report:
    return await examine(load_settings({"model": "/nowhere.gguf", **values}, {}), None, no_leftovers)


def told(report: Report) -> str:
    return "\n".join(lines_of(report))


async def test_a_server_is_told_with_its_api_and_its_models() -> None:
    async with running_server(ScriptedBackend([Reply("x")])) as (base_url, _token):
        report = await examined(base_url=base_url, api_key=TOKEN)
    used = report.servers[0]
    assert (used.api, used.problem, used.is_in_use) == ("assistants", None, True)
    assert used.answer_ms is not None
    assert report.works
    assert f"A chat works; {base_url} answers." in told(report)


@pytest.mark.parametrize("key", ["wrong", None])
async def test_a_wrong_key_is_said_in_words(key: str | None) -> None:
    async with running_server(ScriptedBackend([Reply("x")])) as (base_url, _token):
        report = await examined(base_url=base_url, api_key=key)
    assert not report.works
    assert report.servers[0].problem
    assert TROUBLE + base_url in told(report)


@pytest.mark.parametrize("is_in_keyring", [True, False])
async def test_where_a_key_is_that_was_given_on_the_screen_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_in_keyring: bool
) -> None:
    monkeypatch.setenv(
        "PYTHON_KEYRING_BACKEND", file_keyring.NAME if is_in_keyring else "keyring.backends.fail.Keyring"
    )
    monkeypatch.setenv("FILE_KEYRING", str(tmp_path / "keyring.json"))
    file = ChosenFile()
    async with running_server(ScriptedBackend([Reply("x")])) as (base_url, _token):
        file.choose(base_url)
        await file.keep_key(base_url, TOKEN, "mark")
        report = await examined()
    assert report.works
    place = "the system's keyring" if is_in_keyring else file.path
    assert f"Its key is kept in {place}." in told(report)
    assert TOKEN not in told(report)


async def test_a_keyring_that_does_not_give_the_key_is_said_to_be_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", file_keyring.NAME)
    monkeypatch.setenv("FILE_KEYRING", str(tmp_path / "keyring.json"))
    file = ChosenFile()
    file.choose(NOBODY)
    await file.keep_key(NOBODY, KEY, "mark")
    (tmp_path / "keyring.json").unlink()
    report = await examined()
    assert not report.works
    assert "does not give its key" in (report.servers[0].problem or "")


async def test_plain_http_to_another_machine_is_not_even_tried() -> None:
    report = await examined(base_url="http://192.0.2.1/v1", api_key=KEY)
    assert not report.works
    assert "plain http" in (report.servers[0].problem or "")


async def test_nobody_to_talk_to_is_a_failure() -> None:
    report = await examined()
    assert report.answerer == "embedded"
    assert not report.works
    assert "/nowhere.gguf" in (report.model.problem or "")
    assert "A chat does not work" in told(report)


async def test_the_model_is_asked_for_a_few_tokens(tmp_path: Path) -> None:
    model = tmp_path / "own.gguf"
    model.write_bytes(b"GGUF")
    async with running_fake(tmp_path / "notes") as engine:
        found = await look_at_model(str(model), engine.command, needed=())
        assert [body["max_tokens"] for _path, body in engine.asked] == [16]
    assert (found.name, found.problem, found.is_right) == ("own", None, None)
    assert found.tokens_per_s is not None


async def test_an_engine_that_fails_and_one_that_is_missing_are_said(tmp_path: Path) -> None:
    model = tmp_path / "own.gguf"
    model.write_bytes(b"GGUF")
    dead = await look_at_model(str(model), (sys.executable, "-c", "raise SystemExit(3)"), needed=())
    assert "status 3" in (dead.problem or "")
    missing = await look_at_model(str(model), needed=("no_such_engine",))
    assert "no_such_engine is not installed" in (missing.problem or "")


async def test_folders_that_nothing_can_be_written_to_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file" / "data"))
    disk = await look_at_disk(no_leftovers)
    assert f"Nothing can be written to {tmp_path}/file/data" in (disk.problem or "")


async def test_a_ledger_that_cannot_be_opened_is_told_without_a_word_on_conversations() -> None:
    async def closed() -> int:
        raise NotKept("It cannot be written.", "The conversation goes on, but is not kept.")

    assert (await look_at_disk(closed)).problem == "It cannot be written."


async def test_what_is_left_over_and_a_broken_ledger_are_told() -> None:
    async def three() -> int:
        return 3

    async def broken() -> int:
        raise StoreError("The file is damaged.")

    loaded = load_settings({"base_url": NOBODY}, {})
    assert "3 objects are left over" in told(await examine(loaded, None, three))
    report = await examine(loaded, None, broken)
    assert report.disk.leftovers is None
    assert f"{TROUBLE}The file is damaged." in told(report)


@pytest.mark.parametrize("is_json", [True, False])
def test_secrets_are_masked_and_sources_told(tmp_path: Path, is_json: bool) -> None:
    file = tmp_path / "settings\x1b[31m\x9b31m\u202e.toml"
    file.write_text(f'base_url = "http://me:{KEY}@127.0.0.1:9/v1"\nfollow = "top"\n')
    file.chmod(0o600)
    out = StringIO()
    loaded = load_settings({"model": "/nowhere.gguf"}, {"OPENAI_API_KEY": KEY, "FRIEZA_TUI_KEEP": "true"}, file)
    assert run_doctor(loaded, file, no_leftovers, out, is_json=is_json) == 1
    text = out.getvalue()
    assert KEY not in text
    assert all(part in text for part in ("api_key", "environment", "follow", "top", str(tmp_path), "command line"))
    assert shows_only(text)


async def test_what_was_chosen_on_the_screen_is_told_with_its_file_and_its_server_is_asked(own_world: Path) -> None:
    file = ChosenFile()
    async with running_server(ScriptedBackend([Reply("x")])) as (base_url, token):
        await file.keep_key(base_url, token, "mark")
        file.choose(base_url)
        in_use = await examined()
        beside = await examined(base_url=NOBODY, api_key=KEY)
    assert [(one.is_in_use, one.api, one.problem) for one in in_use.servers[:1]] == [(True, "assistants", None)]
    assert f"who answers = {base_url}  ({file.path})" in told(in_use)
    assert f"key of {base_url} = …  ({file.path})" in told(in_use)
    assert token not in told(in_use)
    assert [one.base_url for one in beside.servers[:2]] == [NOBODY, base_url]
    assert (beside.servers[1].is_in_use, beside.servers[1].api, beside.works) == (False, "assistants", False)


async def test_a_chosen_server_beside_the_one_in_use_is_not_asked_over_plain_http_without_leave() -> None:
    ChosenFile().choose("http://192.0.2.1/v1")
    report = await examined(base_url=NOBODY, api_key=KEY)
    assert "plain http" in (report.servers[1].problem or "")


async def test_the_api_that_is_set_is_the_one_that_is_told() -> None:
    async with running_server(ScriptedBackend([Reply("x")])) as (base_url, _token):
        report = await examined(base_url=base_url, api_key=TOKEN, api="chat")
    assert report.servers[0].api == "chat"
    assert f"{base_url} · Chat Completions · " in told(report)


async def test_a_certificate_that_nobody_knows_is_said_in_words() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with serve(lambda _call: error_answer(404, "not reached"), tls=context) as server:
        report = await examined(base_url=server.base_url.replace("http:", "https:"), api_key=KEY)
    assert "certificate" in (report.servers[0].problem or "")
    assert "not one that this machine trusts" in told(report)
    assert not report.works


def test_every_fact_stands_in_the_text_and_in_json() -> None:
    terminal = Terminal("kitty 0.43", 16_777_216, False, True, 2, True, "wl-copy")
    server = ServerFound("https://example.org/v1", "example.org", True, "responses", 12, 34)
    model = ModelFound("own", "/m.gguf", True, 1.5, 0.25, 20.0)
    disk = Disk([Folder("/state", 2_000_000, 56_400_000_000)], 3)
    values = [SetValue("follow", "'top'", "command line")]
    settings = SettingsFound("/settings.toml", True, values)
    report = Report("0.1.0", "3.11.7", "Linux", terminal, settings, [server], model, disk, server.base_url, True)
    facts = ["frieza-tui 0.1.0", "Python 3.11.7", "kitty 0.43", "16,777,216 colours", "dark", "kitty keys"]
    facts += ["○ is 2 cells wide", "own cursor", "wl-copy", "/settings.toml", "follow = 'top'  (the command line)"]
    facts += ["https://example.org/v1 · Responses · 12 models · 34 ms", "own · checksum right", "loads in 1.5 s"]
    facts += ["20.0 tokens a second", "/state · 2.0 MB, 56.4 GB free", "3 objects are left over", "A chat works"]
    assert [fact for fact in facts if fact not in told(report)] == []
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_the_command_answers_in_json() -> None:
    command = [sys.executable, "-m", "frieza_tui", "--base-url", NOBODY, "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    facts: Mapping[str, object] = json.loads(done.stdout)
    assert (done.returncode, done.stderr, facts["works"], facts["terminal"]) == (1, "", False, None)


def test_the_terminal_is_asked() -> None:
    with program("--base-url", NOBODY, "doctor", columns=120) as terminal:
        terminal.wait_until(lambda: b"\x1b[c" in terminal.bytes_seen, "the questions")
        terminal.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1bP>|real(2)\x1b\\\x1b[?0u\x1b[1;3R\x1b[?62c")
        terminal.wait_for("real(2)", "light", "kitty keys", "○ is 2 cells wide", "A chat does not work")
        assert terminal.wait_for_exit() == 1
