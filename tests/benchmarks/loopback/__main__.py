"""Runs the loopback server: writes its port, then one JSON line for each streamed reply; reads "go <n>" lines.

It ends when its standard input does, so it never outlives whoever started it.
"""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter

from tests.benchmarks.loopback.assistants import Assistants
from tests.benchmarks.loopback.chat_completions import answer_chat
from tests.benchmarks.loopback.connection import Connection, Gates
from tests.benchmarks.loopback.responses import answer_conversations, answer_responses
from tests.benchmarks.loopback.wire import MODEL, Answer, Json, as_json, listing


class Router:
    """Sends each request to the API it belongs to."""

    def __init__(self) -> None:
        self._assistants = Assistants()

    def answer(self, method: str, path: str, body: Json) -> Answer:
        """Answer one request; None: there is no such thing."""
        parts = [part for part in path.split("/") if part]
        match parts[1:] if parts[:1] == ["v1"] else parts:
            case ["models"]:
                model: Json = {"id": MODEL, "object": "model", "created": 1, "owned_by": "bench"}
                return {**listing([model]), "models": []}
            case ["chat", "completions"]:
                return answer_chat(body)
            case ["responses"]:
                return answer_responses(body)
            case ["conversations", *_] as rest:
                return answer_conversations(method, rest)
            case ["assistants", *_] as rest:
                return self._assistants.answer_assistants(method, rest, body)
            case ["threads", *_] as rest:
                return self._assistants.answer_threads(method, rest, body)
            case _:
                return None


def _report(record: Json) -> None:
    sys.stdout.write(as_json(record) + "\n")
    sys.stdout.flush()


async def _serve() -> None:
    router, gates = Router(), Gates()

    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        await Connection(reader, writer, router.answer, _report, gates).serve()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    _report({"port": server.sockets[0].getsockname()[1]})
    orders = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while order := await orders.readline():
        gates.gate(int(order.split()[1])).set()


if __name__ == "__main__":
    asyncio.run(_serve())
