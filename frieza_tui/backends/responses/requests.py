"""What a request for a response carries, and what a server has shown that it does not take. Sends nothing."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from frieza_tui.backends.base import RunRequest
from frieza_tui.backends.encoded_messages import encoded, encoded_object
from frieza_tui.backends.prompts import Prompt, PromptBuilder
from frieza_tui.backends.refusals import context_numbers, is_about_context, is_about_field, is_about_model, is_lost
from frieza_tui.backends.responses.memory import Start
from frieza_tui.backends.responses.wire import item_of, output_items
from frieza_tui.domain.errors import BackendError, Refused
from frieza_tui.domain.run import ToolCall

log = logging.getLogger(__name__)

EXTRAS: Final = ("background", "reasoning", "stream_options", "store", "include")
"""Fields that a request can do without, should a server refuse one of them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One request."""

    start: Start
    fields: dict[str, object]
    """All but the input."""
    prompt: Prompt
    body: bytes


class RequestBuilder:
    """Makes the requests to one server, and learns from what it refuses."""

    def __init__(self, *, is_openai: bool) -> None:
        """Take whether the server is OpenAI's own, which takes everything that its reference names."""
        self.refused: set[str] = set()
        """Fields that are not sent to this server."""
        self.prompts = PromptBuilder(item_of)
        self.waiting_calls: tuple[ToolCall, ...] = ()
        """Of the run before: the calls whose outputs it waits for."""
        self._is_openai = is_openai
        self._refused_before: frozenset[str] = frozenset()
        self._guessed: frozenset[str] = frozenset()
        self._can_guess = not is_openai
        self.has_been_taken = False
        """The server has answered one of them."""

    def refuse(self, names: Iterable[str]) -> None:
        """Note which fields the server was found not to take before."""
        self.refused.update(name for name in names if name in EXTRAS)

    def begin_turn(self) -> None:
        """Note what is known of the server before a turn."""
        self._refused_before = frozenset(self.refused)

    def unlearn(self) -> None:
        """Forget what this turn seemed to teach: the server refused the request without these fields too."""
        self.refused &= self._refused_before

    def draft(self, model: str, request: RunRequest, start: Start) -> Draft:
        """Return a request; sampling is sent only where it is set."""
        fields = self._fields(model, request, start)
        prompt = self.prompts.build(request.assistant.instructions, start.messages, request.sampling.max_output_tokens)
        items = [*prompt.messages, *self._tool_items(request, start)]
        return Draft(start, fields, prompt, encoded_object(fields, "input", items))

    def adapt(self, error: BackendError, draft: Draft) -> bool:
        """Do without the field that a server refused; False if it refused something else."""
        name = next((one for one in EXTRAS if one in draft.fields and is_about_field(error, one)), None)
        if name is None:
            return self._guess(error, draft)
        log.info("the server does not take %s", name)
        self.refused.add(name)
        return True

    def note_taken(self) -> None:
        """Note that the server took a request: what it refuses from now on, it does for another reason."""
        self.has_been_taken = True
        self._can_guess, self._guessed = False, frozenset()

    def _guess(self, error: BackendError, draft: Draft) -> bool:
        """Try the plain form, once, where a server does not say what it has against a request."""
        self.refused -= self._guessed
        self._guessed = frozenset()
        extras = frozenset(name for name in EXTRAS if name in draft.fields)
        knows_better = is_about_context(error) or is_about_model(error) or is_lost(error)
        if not (self._can_guess and extras and isinstance(error, Refused)) or knows_better:
            return False
        self._can_guess, self._guessed = False, extras
        log.info("the server does not say what it refuses: trying the plain form")
        self.refused |= extras
        return True

    def shorten(self, error: BackendError, draft: Draft) -> None:
        """Note that a request was longer than the model can read."""
        self.prompts.shrink(draft.prompt, context_numbers(error))

    def _fields(self, model: str, request: RunRequest, start: Start) -> dict[str, object]:
        about = {"instructions": request.assistant.instructions, "tools": _tools(request)}
        sent = {name: value for name, value in about.items() if value} | request.sampling.fields("max_output_tokens")
        extras = {name: value for name, value in self._extras(request, start).items() if name not in self.refused}
        return {"model": model, **sent, **start.fields, **extras, "stream": True}

    def _extras(self, request: RunRequest, start: Start) -> dict[str, object]:
        extras: dict[str, object] = {}
        if not start.is_kept:
            extras["store"] = False
        elif "background" not in self.refused:
            extras |= {"background": True, "store": True}
        if self._is_openai:
            extras |= {"reasoning": {"summary": "auto"}, "stream_options": {"include_obfuscation": False}}
        if "code_interpreter" in request.assistant.tools:
            extras["include"] = ["code_interpreter_call.outputs"]
        return extras

    def _tool_items(self, request: RunRequest, start: Start) -> Sequence[bytes]:
        """Return the outputs of calls; before them the calls, if the server does not have them."""
        if not request.tool_outputs:
            return ()
        calls = [_call_item(call) for call in self.waiting_calls] if start.messages else []
        return [encoded(item) for item in (*calls, *output_items(request.tool_outputs))]


def _tools(request: RunRequest) -> list[object]:
    # A file search needs stores, and a function its schema; an assistant here has neither.
    if "code_interpreter" in request.assistant.tools:
        return [{"type": "code_interpreter", "container": {"type": "auto"}}]
    return []


def _call_item(call: ToolCall) -> object:
    return {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.input}
