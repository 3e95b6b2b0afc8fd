import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from frieza_tui.backends.registry import BackendConfig
from tests.support.assistants_double import SSE
from tests.support.chat_double import DONE, ChatDouble, chunk
from tests.support.raw_http import Answer, Handler, error_answer, json_answer, serve
from tests.support.stage import open_stage_on

TYPED = "聞こえますか"
HTML = Answer([b"<html><body>It works!</body></html>"], content_type="text/html")
SILENT = Answer([asyncio.Event()])


@dataclass
class Shown:
    """What a user sees after sending one message to a server."""

    text: str
    draft: str

    @property
    def words(self) -> str:
        """The screen as one line, however it was wrapped."""
        return "".join(line.strip("▎ ") for line in self.text.splitlines()).replace(" ", "")


@asynccontextmanager
async def shown_after(base_url: str, read_timeout_s: float = 5.0) -> AsyncIterator[Shown]:
    config = BackendConfig("assistants", base_url=base_url, api_key="sk-planted", read_timeout_s=read_timeout_s)
    async with open_stage_on(config, size=(100, 30)) as at:
        await at.say(TYPED)
        await at.wait_for("フリーザ様  failed")
        yield Shown(at.text, at.composer.text)


@asynccontextmanager
async def shown_by(handler: Handler, read_timeout_s: float = 5.0) -> AsyncIterator[Shown]:
    async with serve(handler) as server, shown_after(server.base_url, read_timeout_s) as shown:
        yield shown


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HTML, ["web", "page", "--base-url"]),
        (error_answer(401, "Incorrect API key provided: sk-planted."), ["key"]),
        (error_answer(403, "You may not."), ["key"]),
        (error_answer(404, "Not found."), ["Assistants", "API", "--base-url"]),
        (error_answer(429, "You exceeded your quota.", "insufficient_quota"), ["quota", "credit"]),
        (error_answer(429, "Slow down.", headers={"retry-after": "7200"}), ["120", "minutes"]),
        (error_answer(500, "Oops."), ["500"]),
    ],
    ids=["html", "401", "403", "404", "no quota", "long limit", "500"],
)
async def test_what_a_server_did_wrong_is_told_and_the_text_comes_back(answer: Answer, words: list[str]) -> None:
    async with shown_by(lambda _call: answer) as shown:
        assert all(word in shown.words for word in words), shown.text
        assert TYPED in (shown.draft or shown.text)
        assert "sk-planted" not in shown.text


async def test_a_server_that_is_not_there_is_named() -> None:
    async with shown_after("http://127.0.0.1:9/v1") as shown:
        assert "127.0.0.1:9" in shown.words
        assert TYPED in (shown.draft or shown.text)


async def test_a_name_that_does_not_resolve_is_named() -> None:
    async with shown_after("http://nowhere.invalid/v1") as shown:
        assert "nowhere.invalid" in shown.words


async def test_silence_ends_the_turn() -> None:
    async with shown_by(lambda _call: SILENT, read_timeout_s=0.3) as shown:
        assert "failed" in shown.text
        assert TYPED in (shown.draft or shown.text)


TEXT = chunk({"content": "ホッホッ"})
CALLED = {
    "index": 0,
    "id": "call_1",
    "type": "function",
    "function": {"name": "destroy", "arguments": '{"at": "Namek"}'},
}
TOO_LONG = {"code": 400, "message": "request (5011 tokens) exceeds the available context size (4096 tokens)"}


def streamed(*pieces: object) -> Answer:
    return Answer([*pieces, DONE], content_type=SSE)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer({"error": TOO_LONG}, 400), ["longer than the model can read: 5,011 tokens", "4,096", "/model"]),
        (error_answer(404, "No such model.", "model_not_found"), ["model double-2", "double-12, double-1."]),
        (
            error_answer(400, "Rejected.", "content_policy_violation"),
            ["content filter", "Rejected. Change the message"],
        ),
        (error_answer(402, "Pay."), ["no quota left", "limit reached"]),
        (Answer([b"<html>"], 407, "text/html"), ["The proxy on the way", "HTTPS_PROXY", "no connection"]),
        (streamed(TEXT, chunk(finish="content_filter")), ["ホッホッ", "A content filter stopped the reply."]),
        (Answer([TEXT], content_type=SSE), ["ホッホッ", "ended in the middle", "Ctrl+R asks again"]),
        (Answer([TEXT, asyncio.Event()], content_type=SSE), ["ホッホッ", "silent for too long", "no connection"]),
        (
            streamed(chunk({"tool_calls": [CALLED]}), chunk(finish="tool_calls")),
            ["Function destroy", '{"at": "Namek"}', "nothing here can carry out: destroy"],
        ),
    ],
    ids=["context", "model", "refused", "402", "407", "filter", "early end", "silence", "function"],
)
async def test_what_goes_wrong_with_a_reply_is_told_and_can_be_asked_again(answer: Answer, words: list[str]) -> None:
    double = ChatDouble(models=[{"id": "double-1"}, {"id": "double-12"}])
    for _try in range(2):
        double.will(raw=answer)
    async with serve(double.answer) as server:
        config = BackendConfig("chat", base_url=server.base_url, model="double-2", read_timeout_s=1.0)
        async with open_stage_on(config, size=(120, 30)) as at:
            await at.say(TYPED)
            await at.wait_for(*words, "Ctrl+R again")
            assert "ready" not in at.text or "incomplete" in at.text
