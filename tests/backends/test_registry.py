import pytest

from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.demo_script import demo_replies
from frieza_tui.backends.registry import BACKENDS, BackendConfig, load_backend
from frieza_tui.backends.scripted import ScriptedBackend
from frieza_tui.domain.assistant import Assistant
from frieza_tui.domain.errors import SettingsError
from frieza_tui.domain.events import MessageClosed, RunChanged, StepDelta
from frieza_tui.domain.thread import Thread, user_message


@pytest.mark.parametrize(
    ("api", "words"),
    [
        ("assistants", ("Assistants", "example.invalid:8000")),
        ("embedded", ("Assistants", "embedded")),
        ("scripted", ("canned replies", "demo")),
    ],
)
def test_a_name_gives_its_backend(api: str, words: tuple[str, str]) -> None:
    backend = load_backend(BackendConfig(api, base_url="http://example.invalid:8000/v1", model="m"))
    label = backend.label
    assert (label.api, label.server) == words
    assert backend.remote_objects == ()


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError) as caught:
        load_backend(BackendConfig("telepathy"))
    assert all(name in caught.value.todo for name in BACKENDS)


def test_a_key_is_no_part_of_a_configs_words() -> None:
    assert "sk-secret" not in repr(BackendConfig("assistants", api_key="sk-secret"))


async def test_every_reply_of_the_demo_plays_to_its_end_and_shows_markdown() -> None:
    backend = load_backend(BackendConfig("scripted", delay_s=0))
    assert isinstance(backend, ScriptedBackend)
    request = RunRequest(Assistant("フリーザ様", "…"), Thread(messages=(user_message("次"),)))
    events = [event for _turn in demo_replies() async for event in backend.stream_run(request)]
    texts = [event.message.text for event in events if isinstance(event, MessageClosed)]
    ends = [event.run.status for event in events if isinstance(event, RunChanged) and event.run.usage]
    assert len(texts) == len(ends) == len(demo_replies())
    assert set(ends) == {"completed"}
    whole = "\n".join(texts)
    assert all(
        mark in whole for mark in ("\n# ", "\n## ", "\n1. ", "\n- ", "| :-- |", "```python", "](https://", "> ", "**")
    )
    assert any(isinstance(event, StepDelta) for event in events)
