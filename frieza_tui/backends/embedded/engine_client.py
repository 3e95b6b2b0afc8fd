"""Speaks HTTP to the engine: streams replies, counts tokens, saves and restores prompt states. Knows no run events."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from frieza_tui.backends.embedded.engine_process import Endpoint
from frieza_tui.domain.run import Usage

LEAST_TOLD_TOKENS = 128
"""What is read in less than some seconds is not worth telling of."""
_CONNECT_TIMEOUT_S = 10.0
_SILENCE_TIMEOUT_S = 120.0
"""The engine sends a comment every 30 s while it reads a long prompt, so silence means that it hangs."""


class EngineError(Exception):
    """The engine answered with an error; its words."""


class EngineGone(Exception):
    """The engine did not answer, or stopped in the middle."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One chunk of a streamed reply."""

    text: str = ""
    finish_reason: str | None = None
    """"stop" or "length", once."""
    usage: Usage | None = None
    """In the last one."""
    read_fraction: float | None = None
    """Of a prompt that takes its time to be read, 0 to 1; in those before the first text."""


def _usage(facts: Mapping[str, Any]) -> Usage:
    cached = (facts.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return Usage(facts["prompt_tokens"], facts["completion_tokens"], cached)


def _read_fraction(facts: Mapping[str, Any]) -> float | None:
    progress = facts.get("prompt_progress") or {}
    unread: int = progress.get("total", 0) - progress.get("cache", 0)
    if unread < LEAST_TOLD_TOKENS:
        return None
    read: int = progress.get("processed", 0) - progress["cache"]
    return min(1.0, max(0.0, read / unread))


def parse_line(line: str) -> Piece | None:
    """Turn one line of the event stream into a piece; None for comments, blank lines and the end mark.

    Raises: EngineError for an error event and for what is no JSON.
    """
    field, _colon, value = line.partition(":")
    value = value.strip()
    if field not in ("data", "error") or value in ("", "[DONE]"):
        return None
    try:
        facts = json.loads(value)
    except ValueError as error:
        raise EngineError("not JSON") from error
    if field == "error" or "error" in facts:
        raise EngineError(_message(facts))
    usage = _usage(facts["usage"]) if facts.get("usage") else None
    if not facts.get("choices"):
        return Piece(usage=usage, read_fraction=_read_fraction(facts))
    choice = facts["choices"][0]
    return Piece(choice["delta"].get("content") or "", choice.get("finish_reason"), usage, _read_fraction(facts))


def _message(facts: Mapping[str, Any]) -> str:
    error = facts.get("error", facts)
    return str(error.get("message", error) if isinstance(error, Mapping) else error)


class EngineClient:
    """The connections to one running engine."""

    def __init__(self, endpoint: Endpoint) -> None:
        import httpx2

        self._httpx = httpx2
        timeout = httpx2.Timeout(_SILENCE_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
        headers = {"Authorization": f"Bearer {endpoint.key}"}
        # trust_env: a proxy named in the environment must not get between two processes of one computer.
        # limits: the engine closes idle connections, and a request sent on one that is being closed is lost.
        self._http = httpx2.AsyncClient(
            base_url=endpoint.base_url,
            headers=headers,
            timeout=timeout,
            limits=httpx2.Limits(max_keepalive_connections=0),
            trust_env=False,
        )

    async def stream_chat(self, body: Mapping[str, object]) -> AsyncGenerator[Piece, None]:
        """Stream one reply. Closing the generator closes the connection, which stops the engine.

        Raises: EngineError, EngineGone.
        """
        body = {**body, "stream": True, "stream_options": {"include_usage": True}, "return_progress": True}
        try:
            async with self._http.stream("POST", "/v1/chat/completions", json=body) as response:
                if response.status_code != 200:
                    raise EngineError(_message(json.loads(await response.aread())))
                async with aclosing(_pieces(response.aiter_lines())) as pieces:
                    async for piece in pieces:
                        yield piece
        except self._httpx.TransportError as error:
            raise EngineGone(str(error)) from error

    async def _post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        try:
            response = await self._http.post(path, json=body)
        except self._httpx.TransportError as error:
            raise EngineGone(str(error)) from error
        facts: dict[str, Any] = response.json()
        if response.status_code != 200:
            raise EngineError(_message(facts))
        return facts

    async def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has. Raises: EngineError, EngineGone."""
        return len((await self._post("/tokenize", {"content": text}))["tokens"])

    async def tokens_of(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """Return the prompt that the model's chat template makes of messages. Raises: EngineError, EngineGone."""
        prompt = (await self._post("/apply-template", {"messages": messages}))["prompt"]
        text = {"content": prompt, "add_special": True, "parse_special": True}
        tokens: list[int] = (await self._post("/tokenize", text))["tokens"]
        return tokens

    async def read_tokens(self, tokens: Sequence[int]) -> None:
        """Have the beginning of a prompt read; what was read before and is in it is kept.

        Raises: EngineError, EngineGone.
        """
        await self._post("/completion", {"prompt": tokens, "n_predict": 0})

    async def read_prompt(self, messages: Sequence[Mapping[str, str]]) -> None:
        """Have a prompt read, to be saved; cancelling stops the reading. Raises: EngineError, EngineGone."""
        async with aclosing(self.stream_chat({"messages": messages, "max_tokens": 1})) as pieces:
            async for _piece in pieces:
                pass

    async def save_slot(self, file_name: str) -> None:
        """Save what was read last into the slots folder. Raises: EngineError, EngineGone."""
        await self._post("/slots/0?action=save", {"filename": file_name})

    async def restore_slot(self, file_name: str) -> None:
        """Take up what was saved. Raises: EngineError (also for a file that is damaged), EngineGone."""
        await self._post("/slots/0?action=restore", {"filename": file_name})

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()


async def _pieces(lines: AsyncIterator[str]) -> AsyncGenerator[Piece, None]:
    async for line in lines:
        piece = parse_line(line)
        if piece is not None:
            yield piece
