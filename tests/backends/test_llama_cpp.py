import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from frieza_tui.backends.base import Preparation, RunRequest, Sampling
from frieza_tui.backends.embedded.catalogue import SMALL
from frieza_tui.backends.llama_cpp import LlamaCppBackend
from frieza_tui.backends.model_files import models_dir
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import ModelError
from frieza_tui.domain.events import MessageClosed, MessageOpened, RunChanged, RunEvent, TextDelta
from frieza_tui.domain.run import Usage
from frieza_tui.domain.thread import Message, TextPart, Thread, user_message
from frieza_tui.paths import cache_dir
from tests.support.assistants import default_assistant
from tests.support.fake_engine import FakeEngine, applied, running_fake

NEVER_IDLE_S = 3600.0
BARE = Assistant("Bare", "Be brief.")


def asked(text: str, *before: tuple[str, str]) -> Thread:
    thread = Thread(id="thread_1")
    for question, reply in before:
        thread = thread.with_message(user_message(question)).with_message(Message("assistant", (TextPart(reply),)))
    return thread.with_message(user_message(text))


def shown(events: list[RunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def statuses(events: list[RunEvent]) -> list[str]:
    return [event.run.status for event in events if isinstance(event, RunChanged)]


def last_run(events: list[RunEvent]) -> RunChanged:
    assert isinstance(events[-1], RunChanged)
    return events[-1]


async def run(backend: LlamaCppBackend, request: RunRequest) -> list[RunEvent]:
    async with aclosing(backend.stream_run(request)) as events:
        return [event async for event in events]


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[FakeEngine]:
    async with running_fake(tmp_path / "starts.jsonl") as fake:
        yield fake


@pytest.fixture
def small_model() -> Path:
    path = models_dir() / SMALL.local_name
    path.parent.mkdir(parents=True)
    path.touch()
    os.truncate(path, SMALL.size_bytes)  # sparse: nothing reads it
    return path


@pytest.fixture
def own_model(tmp_path: Path) -> Path:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF and so on")
    return path


MakeBackend = Callable[..., LlamaCppBackend]


@pytest.fixture
async def make(engine: FakeEngine) -> AsyncIterator[MakeBackend]:
    made: list[LlamaCppBackend] = []

    def make_one(model: str, idle_s: float = NEVER_IDLE_S) -> LlamaCppBackend:
        backend = LlamaCppBackend(model, [default_assistant()], seed=1, idle_s=idle_s, engine_command=engine.command)
        made.append(backend)
        return backend

    yield make_one
    for backend in made:
        await backend.close()


@pytest.fixture
def plain(make: MakeBackend, own_model: Path) -> LlamaCppBackend:
    return make(str(own_model))


@pytest.fixture
def voiced(make: MakeBackend, small_model: Path) -> LlamaCppBackend:
    return make("small")


async def test_a_reply_comes_as_events_in_order(plain: LlamaCppBackend) -> None:
    events = await run(plain, RunRequest(BARE, asked("Who?")))
    assert [type(event) for event in events] == [
        RunChanged, RunChanged, MessageOpened, TextDelta, TextDelta, MessageClosed, RunChanged,
    ]  # fmt: skip
    assert statuses(events) == ["queued", "in_progress", "completed"]
    closed = events[-2]
    assert isinstance(closed, MessageClosed)
    assert (closed.message.text, closed.message.status) == (shown(events), "completed")
    assert last_run(events).run.usage == Usage(50, 5, 40)


async def test_a_reply_cut_by_its_limit_is_incomplete(plain: LlamaCppBackend, engine: FakeEngine) -> None:
    engine.finish = "length"
    events = await run(plain, RunRequest(BARE, asked("Who?"), Sampling(max_output_tokens=7, temperature=0.1)))
    assert last_run(events).run.status == "incomplete"
    assert last_run(events).run.incomplete_reason == "max_completion_tokens"
    assert (engine.chats[0]["max_tokens"], engine.chats[0]["temperature"]) == (7, 0.1)


async def test_an_empty_reply_is_an_empty_message(plain: LlamaCppBackend, engine: FakeEngine) -> None:
    engine.pieces = []
    events = await run(plain, RunRequest(BARE, asked("Who?")))
    assert [type(event) for event in events[2:]] == [MessageOpened, MessageClosed, RunChanged]
    assert last_run(events).run.status == "completed"


async def test_what_the_engine_refuses_fails_the_run_in_its_words(plain: LlamaCppBackend, engine: FakeEngine) -> None:
    engine.refusal = (400, "bad template")
    events = await run(plain, RunRequest(BARE, asked("Who?")))
    assert last_run(events).run.status == "failed"
    assert "bad template" in str(last_run(events).run.error)
    engine.refusal = None
    assert statuses(await run(plain, RunRequest(BARE, asked("Who?"))))[-1] == "completed"


async def test_an_engine_that_dies_in_a_reply_is_started_again_for_the_next(
    plain: LlamaCppBackend, engine: FakeEngine
) -> None:
    engine.cut_at = 1
    events: list[RunEvent] = []
    async with aclosing(plain.stream_run(RunRequest(BARE, asked("Who?")))) as stream:
        async for event in stream:
            if isinstance(event, RunChanged) and event.run.status == "in_progress":
                engine.kill()
            events.append(event)
    assert shown(events) == "我が名は"
    assert [type(event) for event in events[-2:]] == [MessageClosed, RunChanged]
    assert last_run(events).run.status == "failed"
    engine.cut_at = None
    assert statuses(await run(plain, RunRequest(BARE, asked("Who?"))))[-1] == "completed"
    assert len(engine.starts) == 2


async def test_a_stream_that_ends_without_an_end_fails_the_run(plain: LlamaCppBackend, engine: FakeEngine) -> None:
    engine.finish = None
    events = await run(plain, RunRequest(BARE, asked("Who?")))
    assert last_run(events).run.status == "failed"
    engine.finish = "stop"
    assert statuses(await run(plain, RunRequest(BARE, asked("Who?"))))[-1] == "completed"
    assert len(engine.starts) == 2


async def test_closing_the_stream_leaves_the_engine_at_once_and_lets_the_next_run_in(
    plain: LlamaCppBackend, engine: FakeEngine
) -> None:
    engine.hold_before = 1
    async with aclosing(plain.stream_run(RunRequest(BARE, asked("Who?")))) as stream:
        async for event in stream:
            if isinstance(event, TextDelta):
                break
    await engine.client_left.wait()
    engine.hold_before = None
    assert statuses(await run(plain, RunRequest(BARE, asked("Who?"))))[-1] == "completed"


async def test_cancelling_the_task_before_the_first_text_leaves_the_engine(
    plain: LlamaCppBackend, engine: FakeEngine
) -> None:
    engine.hold_before = 0
    task = asyncio.create_task(run(plain, RunRequest(BARE, asked("Who?"))))
    await engine.reached_hold.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await engine.client_left.wait()


async def test_a_second_run_stays_queued_until_the_first_has_ended(plain: LlamaCppBackend, engine: FakeEngine) -> None:
    engine.hold_before = 1
    first = asyncio.create_task(run(plain, RunRequest(BARE, asked("One?"))))
    await engine.reached_hold.wait()
    async with aclosing(plain.stream_run(RunRequest(BARE, asked("Two?")))) as stream:
        queued = await anext(stream)
        assert isinstance(queued, RunChanged)
        assert queued.run.status == "queued"
        waiting = asyncio.ensure_future(anext(stream))
        assert len(engine.chats) == 1
        engine.gate.set()
        await first
        started = await waiting
        assert isinstance(started, RunChanged)
        assert started.run.status == "in_progress"


async def test_two_runs_at_once_start_one_engine(plain: LlamaCppBackend, engine: FakeEngine) -> None:
    request = RunRequest(BARE, asked("Who?"))
    await asyncio.gather(plain.prepare(), run(plain, request), run(plain, request))
    assert len(engine.starts) == 1


async def test_the_key_reaches_the_engine_by_pipe_only(plain: LlamaCppBackend, engine: FakeEngine) -> None:
    await plain.prepare()
    start = engine.starts[0]
    assert len(start["key"]) >= 32
    assert start["key"] not in str(start["argv"]) + str(start["env"])
    assert start["env"]["GOMP_SPINCOUNT"] == "0"
    assert start["context_tokens"] == 4096


async def test_a_known_model_gets_the_pack_in_the_language_of_the_message(
    voiced: LlamaCppBackend, engine: FakeEngine
) -> None:
    bare_frieza = Assistant("Somebody", default_assistant().instructions)
    await run(voiced, RunRequest(bare_frieza, asked("Hello there")))
    await run(voiced, RunRequest(bare_frieza, asked("こんにちは")))
    packs = {pack.language: pack for pack in default_assistant().packs}
    assert [chat["messages"][0]["content"] for chat in engine.chats] == [packs["en"].system, packs["ja"].system]


async def test_an_assistant_without_a_pack_gets_its_instructions_and_the_thread(
    voiced: LlamaCppBackend, engine: FakeEngine
) -> None:
    await run(voiced, RunRequest(BARE, asked("Two?", ("One?", "1"))))
    assert [message["content"] for message in engine.chats[0]["messages"]] == ["Be brief.", "One?", "1", "Two?"]


async def test_the_opener_is_put_into_the_models_mouth_and_into_the_reply(
    voiced: LlamaCppBackend, engine: FakeEngine
) -> None:
    openers = set()
    for number in range(12):
        events = await run(voiced, RunRequest(default_assistant(), asked("あ" * (number + 1))))
        last = engine.chats[-1]["messages"][-1]
        opener = last["content"] if last["role"] == "assistant" else ""
        assert shown(events) == opener + "我が名はフリーザ。"
        openers.add(opener)
    assert len(openers) > 2


async def test_the_first_answer_uses_a_short_pack_and_later_ones_the_whole(
    voiced: LlamaCppBackend, engine: FakeEngine
) -> None:
    request = RunRequest(default_assistant(), asked("こんにちは"))
    await run(voiced, request)
    await voiced.read_ahead()
    await run(voiced, request)
    short, whole = (len(chat["messages"]) for chat in engine.chats)
    pack = default_assistant().packs[0]
    assert (short < 10, whole >= 2 * len(pack.examples)) == (True, True)


async def test_a_pack_read_once_is_taken_up_by_the_next_engine(
    make: MakeBackend, small_model: Path, engine: FakeEngine
) -> None:
    first = make("small")
    await first.read_ahead()
    await first.close()
    engine.asked.clear()
    await run(make("small"), RunRequest(default_assistant(), asked("こんにちは")))
    paths = [path for path, _body in engine.asked]
    assert paths[0] == "/slots/0?action=restore"
    assert len(engine.chats[0]["messages"]) > 2 * len(default_assistant().packs[0].examples)


async def test_the_pack_is_read_when_nothing_happens(make: MakeBackend, small_model: Path, engine: FakeEngine) -> None:
    await make("small", idle_s=0.0).prepare()
    await engine.wait_for(lambda fake: any("save" in path for path, _body in fake.asked))


async def test_a_saved_state_that_the_engine_refuses_is_thrown_away(
    make: MakeBackend, small_model: Path, engine: FakeEngine
) -> None:
    first = make("small")
    await first.read_ahead()
    await first.close()
    slots = cache_dir() / "slots"
    engine.bad_slots = {file.name for file in slots.iterdir()}
    events = await run(make("small"), RunRequest(default_assistant(), asked("こんにちは")))
    assert last_run(events).run.status == "completed"
    assert len(engine.chats[0]["messages"]) < 10
    assert len(list(slots.iterdir())) == len(engine.bad_slots) - 1


async def test_what_is_expected_is_read_before_it_is_asked_for(voiced: LlamaCppBackend, engine: FakeEngine) -> None:
    await voiced.read_ahead()
    request = RunRequest(default_assistant(), asked("あなたの名前は？"))
    voiced.expect(request)
    await engine.wait_for(lambda fake: any("あなたの名前は？" in step for step in fake.steps))
    await run(voiced, request)
    assert applied(engine.chats[0]["messages"]).startswith(engine.steps[-1])


async def test_the_newest_draft_is_read_and_the_ones_before_it_are_left(
    voiced: LlamaCppBackend, engine: FakeEngine
) -> None:
    await voiced.read_ahead()
    engine.reading_gate = asyncio.Event()
    voiced.expect(RunRequest(default_assistant(), asked("地球をどうするつもりですか")))
    await engine.reading.wait()
    for draft in ("a", "b", "深海の生き物"):
        voiced.expect(RunRequest(default_assistant(), asked(draft)))
    engine.reading_gate.set()
    await engine.wait_for(lambda fake: any("深海の生き物" in step for step in fake.steps))
    assert not any("地球をどうするつもりですか" in step for step in engine.steps)
    assert not any(step.endswith(("<user>a", "<user>b")) for step in engine.steps)


async def test_a_run_does_not_wait_for_what_is_read_ahead(voiced: LlamaCppBackend, engine: FakeEngine) -> None:
    await voiced.read_ahead()
    engine.reading_gate = asyncio.Event()
    voiced.expect(RunRequest(default_assistant(), asked("Who are you")))
    await engine.reading.wait()
    events = await run(voiced, RunRequest(default_assistant(), asked("Something else")))
    assert statuses(events)[-1] == "completed"
    assert len(engine.steps) == 1
    engine.reading_gate.set()


async def test_what_was_written_while_the_model_loaded_is_read_when_it_has(
    voiced: LlamaCppBackend, engine: FakeEngine
) -> None:
    voiced.expect(RunRequest(BARE, asked("Who are you?")))
    assert engine.starts == []
    await voiced.prepare()
    await engine.wait_for(lambda fake: bool(fake.steps))
    assert engine.steps[0].startswith("<system>Be brief.<user>")


async def test_preparing_without_the_models_file_fails_in_words(make: MakeBackend) -> None:
    backend = make("/nowhere/model.gguf")
    told: list[Preparation] = []
    backend.on_preparation = told.append
    with pytest.raises(ModelError, match=r"/nowhere/model\.gguf"):
        await backend.prepare()
    assert [preparation.stage for preparation in told] == ["failed"]
    assert "/nowhere/model.gguf" in told[0].detail


async def test_preparing_reports_loading_and_ready(plain: LlamaCppBackend) -> None:
    told: list[Preparation] = []
    plain.on_preparation = told.append
    await plain.prepare()
    await plain.prepare()
    assert [preparation.stage for preparation in told] == ["loading_model", "ready"]
    assert plain.label.model == "own"


async def test_how_far_the_prompt_is_read_is_told_until_the_first_word(
    plain: LlamaCppBackend, engine: FakeEngine
) -> None:
    engine.read_tokens = [0, 64, 64, 1000]
    events = await run(plain, RunRequest(BARE, asked("Who?")))
    told = [event.run.read_fraction for event in events if isinstance(event, RunChanged)]
    assert told == [None, None, 0.0, 0.064, 1.0, None, None]


async def test_a_message_longer_than_the_window_fails_the_run_and_says_so(plain: LlamaCppBackend) -> None:
    events = await run(plain, RunRequest(BARE, asked("x" * 5000)))
    error = last_run(events).run.error
    assert error is not None
    assert error.code == "context_length_exceeded"
    assert "5,0" in error.message


async def test_the_oldest_turns_are_left_out_and_counted(plain: LlamaCppBackend, engine: FakeEngine) -> None:
    before = [(f"{number}" * 500, "y" * 500) for number in range(5)]
    events = await run(plain, RunRequest(BARE, asked("Now?", *before)))
    contents = [message["content"] for message in engine.chats[0]["messages"]]
    assert last_run(events).run.dropped_messages == 4
    assert contents[1] == "2" * 500
    assert contents[-1] == "Now?"
