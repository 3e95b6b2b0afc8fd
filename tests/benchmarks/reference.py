"""The reference: the least that a chat on Textual can be, with a Markdown widget for each reply.

A scroll view, a Markdown widget fed by MarkdownStream, an Input; Chat Completions through openai. Run as a script.
"""

import os
from typing import ClassVar

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Markdown, Static


class Reference(App[None]):
    """Shows what was sent as text, and each reply as Markdown while it streams."""

    CSS = "#log { height: 1fr } .user { color: $accent; margin: 1 2; height: auto }"
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="log")
        yield Input(placeholder="Message")

    def on_mount(self) -> None:
        self._client = AsyncOpenAI(base_url=os.environ["OPENAI_BASE_URL"], max_retries=0)
        self._history: list[ChatCompletionMessageParam] = []
        self.query_one("#log", VerticalScroll).anchor()
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.value = ""
        self.run_worker(self._answer(event.value))

    async def _answer(self, text: str) -> None:
        self._history.append({"role": "user", "content": text})
        body = Markdown()
        await self.query_one("#log").mount(Static(text, classes="user", markup=False), body)
        stream = Markdown.get_stream(body)
        reply = ""
        chunks = await self._client.chat.completions.create(model="bench", messages=self._history, stream=True)
        async for chunk in chunks:
            if chunk.choices and (piece := chunk.choices[0].delta.content):
                reply += piece
                await stream.write(piece)
        await stream.stop()
        self._history.append({"role": "assistant", "content": reply})


if __name__ == "__main__":
    Reference().run()
