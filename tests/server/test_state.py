import sqlite3
import stat
from pathlib import Path

import pytest
from openai import AsyncOpenAI, InternalServerError

from frieza_tui.backends.scripted import Reply, ScriptedBackend
from frieza_tui.domain.errors import FriezaError
from frieza_tui.server.app import serving
from frieza_tui.server.listen import base_url, bind
from frieza_tui.server.objects import AssistantObject, MessageObject, RunObject, StepObject, ThreadObject
from frieza_tui.server.options import ServerOptions
from frieza_tui.server.service import Service
from frieza_tui.server.state import State
from tests.support.conversations import open_talk
from tests.support.file_limit import files_no_larger_than
from tests.support.server_client import client_of

THREAD = ThreadObject(id="thread_1", created_at=1)


async def test_what_is_kept_in_a_file_is_there_after_a_restart(tmp_path: Path) -> None:
    database = str(tmp_path / "state.sqlite3")
    async with client_of(ScriptedBackend([Reply("one")]), database=database) as client:
        talk = await open_talk(client)
        await talk.ended((await talk.run()).id)
    backend = ScriptedBackend([Reply("two")])
    async with client_of(backend, database=database) as client:
        run = await client.beta.threads.runs.create_and_poll(
            thread_id=talk.thread_id, assistant_id=talk.assistant_id, poll_interval_ms=5
        )
        assert run.status == "completed"
    assert [message.text for message in backend.requests[0].thread.messages] == ["hello", "one"]


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    state = State(str(path))
    state.add(THREAD)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    state.close()


def test_a_file_in_use_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "state.sqlite3")
    state = State(path)
    state.add(THREAD)
    with pytest.raises(FriezaError, match=r"cannot be opened.*Another server uses it"):
        State(path)
    state.close()


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes, which are longer than a header" * 100)
    with pytest.raises(FriezaError, match="is not a database"):
        State(str(path))
    assert path.read_text().startswith("my notes")


@pytest.mark.parametrize("script", ["CREATE TABLE a (b)", "PRAGMA user_version=1; CREATE TABLE objects (b)"])
def test_another_programs_database_is_left_alone(tmp_path: Path, script: str) -> None:
    path = tmp_path / "other.sqlite3"
    other = sqlite3.connect(path)
    other.executescript(script)
    other.close()
    before = path.read_bytes()
    with pytest.raises(FriezaError, match="another program's"):
        State(str(path))
    assert path.read_bytes() == before


def test_a_newer_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    State(str(path)).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version=99")
    newer.close()
    with pytest.raises(FriezaError, match="newer"):
        State(str(path))


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FriezaError, match=r"cannot be opened: No such file or directory\. Check that its folder"):
        State(str(tmp_path / "none" / "state.sqlite3"))


def test_nothing_is_added_to_a_thread_that_is_gone() -> None:
    state = State(":memory:")
    state.add(THREAD)
    state.delete(THREAD)
    state.add(MessageObject(id="msg_1", created_at=1, thread_id="thread_1", role="user"), "thread_1")
    assert state.all(MessageObject, "thread_1") == []
    state.close()


def test_an_object_is_found_as_what_it_is_only() -> None:
    state = State(":memory:")
    state.add(THREAD)
    assert state.find(ThreadObject, "thread_1") == THREAD
    assert state.find(AssistantObject, "thread_1") is None
    assert state.find(ThreadObject, "thread_1", "other") is None
    state.close()


def test_what_a_killed_server_left_is_ended_at_the_next_start(tmp_path: Path) -> None:
    path = str(tmp_path / "state.sqlite3")
    state = State(path)
    facts = {"created_at": 1, "thread_id": "thread_1", "assistant_id": "asst_1"}
    run = RunObject(id="run_1", status="in_progress", model="m", expires_at=9, truncation_strategy={}, **facts)  # type: ignore[arg-type]
    details = {"type": "tool_calls", "tool_calls": []}
    step = StepObject(id="step_1", run_id="run_1", type="tool_calls", step_details=details, **facts)  # type: ignore[arg-type]
    message = MessageObject(id="msg_1", run_id="run_1", role="assistant", status="in_progress", **facts)  # type: ignore[arg-type]
    state.add(THREAD)
    for item in (run, step, message):
        state.add(item, "thread_1", "run_1")
    state.close()
    service = Service(ScriptedBackend([]), State(path), ServerOptions("t"))
    mended = service.require(RunObject, "run_1", "thread_1")
    assert (mended.status, mended.last_error is not None) == ("failed", True)
    assert service.require(StepObject, "step_1", "thread_1").status == "failed"
    assert service.require(MessageObject, "msg_1", "thread_1").status == "incomplete"
    service.state.close()


async def test_a_state_that_cannot_be_written_does_not_end_the_run() -> None:
    listener = bind("127.0.0.1", 0)
    url = base_url(listener)
    async with (
        serving(lambda: ScriptedBackend([Reply("one")]), ServerOptions("t"), listener) as service,
        AsyncOpenAI(base_url=url, api_key="t", max_retries=0) as client,
    ):
        talk = await open_talk(client)
        service.state._db.execute("PRAGMA query_only=1")
        assert (await talk.events())[-1].event == "thread.run.completed"
        with pytest.raises(InternalServerError, match="could not keep its state"):
            await client.beta.threads.create()


def test_a_new_file_for_which_there_is_no_room_is_said(tmp_path: Path) -> None:
    with files_no_larger_than(10), pytest.raises(FriezaError, match="cannot be opened"):
        State(str(tmp_path / "state.sqlite3"))
