from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from frieza_tui.backends.embedded.engine_client import EngineClient
from frieza_tui.backends.embedded.engine_process import Endpoint
from frieza_tui.backends.embedded.prompt_reader import STEP_TOKENS, PromptReader
from frieza_tui.backends.embedded.prompts import ChatMessage, Prompt
from tests.support.fake_engine import FakeEngine, applied, running_fake

SETTLED: tuple[ChatMessage, ...] = (
    {"role": "system", "content": "You are Frieza. " * 5},
    {"role": "user", "content": "One?"},
    {"role": "assistant", "content": "1"},
)


def prompt_of(text: str, example: str = "") -> Prompt:
    beside = ({"role": "user", "content": example}, {"role": "assistant", "content": "As said."}) if example else ()
    return Prompt((*SETTLED, *beside, {"role": "user", "content": text}), 100, settled_messages=len(SETTLED))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[FakeEngine]:
    async with running_fake(tmp_path / "starts.jsonl") as fake:
        yield fake


@pytest.fixture
async def reader(engine: FakeEngine) -> AsyncIterator[PromptReader]:
    client = EngineClient(Endpoint(engine.base_url, "key", "1.0"))
    yield PromptReader(client)
    await client.close()


def always() -> bool:
    return True


async def test_a_prompt_is_read_in_steps_to_its_end(reader: PromptReader, engine: FakeEngine) -> None:
    prompt = prompt_of("What do you think of rain, of snow, of hail and of all that?")
    await reader.read(prompt, always)
    assert engine.steps[-1] == applied(prompt.as_chat())
    assert {after - before for before, after in pairwise(map(len, engine.steps[:-1]))} == {STEP_TOKENS}


async def test_no_step_is_shorter_than_what_does_not_depend_on_the_draft(
    reader: PromptReader, engine: FakeEngine
) -> None:
    await reader.read(prompt_of("What do you think?", "Thoughts on Saiyans?"), always)
    await reader.read(prompt_of("Something else"), always)
    assert all(step.startswith(applied([*SETTLED])) for step in engine.steps)


async def test_a_draft_that_grows_is_read_on_from_where_it_was(reader: PromptReader, engine: FakeEngine) -> None:
    await reader.read(prompt_of("What do you think of rain"), always)
    longest = len(engine.steps[-1])
    before = len(engine.steps)
    await reader.read(prompt_of("What do you think of rain and snow?"), always)
    assert [len(step) > longest for step in engine.steps[before:]] == [True]


async def test_what_is_no_longer_wanted_is_given_up_after_a_step(reader: PromptReader, engine: FakeEngine) -> None:
    wanted = [False, True]
    await reader.read(prompt_of("x" * 100), wanted.pop)
    assert len(engine.steps) == 1


async def test_what_has_been_read_is_not_read_again(reader: PromptReader, engine: FakeEngine) -> None:
    await reader.read(prompt_of("What?"), always)
    await reader.read(prompt_of("What?"), always)
    assert len(engine.steps) == 1
