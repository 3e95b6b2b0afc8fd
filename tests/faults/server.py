"""A server that misbehaves on command, in a thread of its own: one API's stand-in behind a listener that may go."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, Final, TypeAlias, TypeVar

from tests.support import raw_http
from tests.support.assistants_double import AssistantsDouble
from tests.support.chat_double import ChatDouble
from tests.support.raw_http import Answer, Call, error_answer
from tests.support.responses_double import ResponsesDouble

Double: TypeAlias = AssistantsDouble | ChatDouble | ResponsesDouble
Instead: TypeAlias = Callable[[Call], Answer | None]
"""What a test has the server answer; None: as usual."""
T = TypeVar("T")

DOUBLES: Final[dict[str, type[Double]]] = {
    "assistants": AssistantsDouble,
    "chat": ChatDouble,
    "responses": ResponsesDouble,
}
KEY: Final = "sk-planted-in-the-faults"


class FaultServer:
    """Started and told what to do by a test; its port stays the same when it goes and comes back."""

    def __init__(self, api: str = "chat", tls: ssl.SSLContext | None = None) -> None:
        self.api = api
        self.double = DOUBLES[api]()
        self.calls: list[Call] = []
        self.calls_taken = 0
        """All that ever came, those that were forgotten too."""
        self.doubled: list[Call] = []
        """Runs that were asked for beyond those that a test foresaw: a message that was sent twice."""
        self.runs_asked = 0
        self.instead: Instead = self.as_usual
        self.port = 0
        self._tls = tls
        self._loopback: raw_http.Loopback | None = None
        self._stack = AsyncExitStack()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault server")
        self._thread.start()
        self.come_up()

    @property
    def base_url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    @property
    def environ(self) -> dict[str, str]:
        """What makes the program talk to this server, with little patience."""
        return {
            "OPENAI_BASE_URL": self.base_url,
            "OPENAI_API_KEY": KEY,
            "FRIEZA_TUI_API": self.api,
            "FRIEZA_TUI_READ_TIMEOUT_S": "3",
        }

    @property
    def left(self) -> list[str]:
        """What is on the server now that a program made."""
        match self.double:
            case AssistantsDouble():
                return [*self.double.assistants, *self.double.threads]
            case ResponsesDouble():
                return [*self.double.conversations, *self.double.items, *self.double.responses]
            case _:
                return []

    @property
    def has_one_copy(self) -> bool:
        """Whether no more of the conversation is here than what goes on: what was given up has been deleted."""
        match self.double:
            case AssistantsDouble():
                return len(self.double.assistants) <= 1 and len(self.double.threads) <= 1
            case ResponsesDouble():
                conversations = self.double.conversations
                return len(conversations) <= 1 and set(self.double.items) <= set().union(*conversations.values())
            case _:
                return True

    def forget_all(self) -> None:
        """Lose what programs made; to be called by `do`."""
        if isinstance(self.double, ResponsesDouble):
            self.double.conversations.clear()
            self.double.items.clear()
            self.double.responses.clear()

    def forget_calls(self) -> None:
        """Keep no request any longer: thousands of them, each with a history, take gigabytes."""

        def forget() -> None:
            self.calls.clear()
            if self._loopback is not None:
                self._loopback.calls.clear()
            if isinstance(self.double, ChatDouble | ResponsesDouble):
                self.double.requests.clear()

        self.do(forget)

    def do(self, call: Callable[[], T]) -> T:
        """Call something where the server runs, between two of its steps."""

        async def doing() -> T:
            return call()

        return self._run(doing())

    def will(self, *pieces: object, **facts: Any) -> None:
        """Have the next run write pieces and end; see the stand-ins' scripts."""
        self.do(lambda: self.double.will(*pieces, **facts))

    @staticmethod
    def as_usual(_call: Call) -> Answer | None:
        """Answer as the stand-in does."""
        return None

    # -- its listener ------------------------------------------------------------------------------------------

    def come_up(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen; with other certificates if they are given."""

        async def coming() -> int:
            serving = raw_http.serve(self._answer, port=self.port, tls=tls or self._tls)
            loopback = self._loopback = await self._stack.enter_async_context(serving)
            return int(loopback.base_url.rsplit(":", 1)[1].removesuffix("/v1"))

        self.port = self._run(coming())

    def go_down(self) -> None:
        """Close the port and every connection."""
        self._run(self._stack.aclose())

    def talk_otherwise(self, first_words: bytes) -> None:
        """Answer in something that is not HTTP, and close; b"" only closes."""
        self.go_down()

        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if first_words:
                await reader.read(1 << 20)
                writer.write(first_words)
            writer.close()

        async def coming() -> None:
            server = await asyncio.start_server(meet, "127.0.0.1", self.port)
            self._stack.callback(server.close)

        self._run(coming())

    def take_no_connection(self) -> None:
        """Listen, with a queue that is full of others: whoever connects now waits for nothing."""
        self.go_down()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(0)
        self._stack.callback(listener.close)
        for _filler in range(4):
            other = socket.socket()
            other.setblocking(False)
            other.connect_ex(("127.0.0.1", self.port))
            self._stack.callback(other.close)

    def come_back(self) -> None:
        """Listen and answer as at first."""
        self.go_down()
        self.come_up()

    def stop(self) -> None:
        """End the thread."""
        self.go_down()
        self._run(self._drop_greetings())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @staticmethod
    async def _drop_greetings() -> None:
        """Close the connections that are not made yet: asyncio holds them until their TLS is agreed on."""
        greetings = asyncio.all_tasks() - {asyncio.current_task()}
        for greeting in greetings:
            greeting.cancel()
        await asyncio.gather(*greetings, return_exceptions=True)
        await asyncio.sleep(0)  # they are closed by the loop's next step

    # -- its answers -------------------------------------------------------------------------------------------

    def _answer(self, call: Call) -> Answer:
        self.calls.append(call)
        self.calls_taken += 1
        is_run = call.method == "POST" and call.path.endswith(("/runs", "/responses", "/chat/completions"))
        self.runs_asked += is_run
        if (other := self.instead(call)) is not None:
            return other
        if is_run and not self.double.scripts:
            self.doubled.append(call)
            return error_answer(500, "nobody foresaw this run")
        return self.double.answer(call)

    def _run(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(10)
