"""What a server's refusal is about: a field, the context window, the model. Reads errors; does no input or output."""

import re
from typing import Final

from frieza_tui.backends.loose_json import json_object, text_of
from frieza_tui.domain.errors import BackendError, NotHere, Refused, ServerFault
from frieza_tui.i18n import _

_CONTEXT: Final = re.compile(
    r"context[ _-]?(length|size|window)|maximum context|too many (input )?tokens|(prompt|input) is too long|"
    r"reduce the length",
    re.IGNORECASE,
)
_UNKNOWN_MODEL: Final = re.compile(
    r"model\b.*(not[ _]found|does not exist|not a valid|not available|unknown|not exist)|"
    r"(unknown|invalid|no such|not a valid) model",
    re.IGNORECASE | re.DOTALL,
)
_NO_WAY: Final = re.compile(r"\b(?:DELETE|GET)\b.*\bnot supported\b", re.IGNORECASE | re.DOTALL)
_LOST: Final = re.compile(
    r"\b(conversation|response)\b.{0,200}?\b(not found|(does|did) not exist|no longer|could not be found)\b|"
    r"\bno such (conversation|response)\b",
    re.IGNORECASE | re.DOTALL,
)
_KEPT_ID: Final = re.compile(r"\b(conv|resp)_\w+")
_LOST_CODES: Final = frozenset({"conversation_not_found", "previous_response_not_found"})
_NO_PATH: Final = re.compile(
    r"(\d{3}\W+)?(the )?(requested )?(page|file|path|route|url|endpoint|resource)? ?(was |is |could )?"
    r"not (be )?(found|allowed|implemented|supported)|method not allowed|no (such )?route\b.*|"
    r"(invalid|unknown|unrecognized request) url.*|unexpected endpoint.*|cannot (post|get)\b.*|"
    r".*/(responses|chat/completions)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_REPLY_CHARS: Final = 20_000
"""Of a refusal that are looked at."""
_NUMBER: Final = re.compile(r"\b\d[\d,]{0,18}\d\b")
_WINDOW: Final = re.compile(r"(?:context (?:length|size|window)|maximum)[^\d]{0,40}?(\d[\d,]{0,18}\d)\b", re.IGNORECASE)


def is_about_field(error: BackendError, name: str) -> bool:
    """Tell whether a server refused a request because of one of its fields."""
    if not isinstance(error, Refused) or is_about_context(error):
        return False
    param = text_of(_body(error).get("param"))
    if param:
        return re.match(rf"{re.escape(name)}\b", param) is not None
    return any(re.search(rf"\b{re.escape(name)}\b", words) for words in (_words(error), _reply(error)))


def is_lost(error: BackendError) -> bool:
    """Tell whether a server has not the conversation, or the response, that a request goes on with.

    404 as OpenAI says it of a conversation, 400 as OpenAI and LM Studio say it of a response.
    """
    if isinstance(error, NotHere):
        is_gone = error.facts.status in (404, 410) and not is_about_model(error)
        return is_gone and (
            is_named_lost(error) or is_no_such_path(error) or _KEPT_ID.search(_words(error)) is not None
        )
    return isinstance(error, Refused) and is_named_lost(error)


def is_named_lost(error: BackendError) -> bool:
    """Tell the same, of an error that surely means nothing else."""
    return error.facts.code in _LOST_CODES or _LOST.search(_words(error)) is not None


def is_words_about_context(words: str) -> bool:
    """Tell whether an error's words say that there was more to read than the model can."""
    return _CONTEXT.search(words) is not None


def is_about_context(error: BackendError) -> bool:
    """Tell whether a request was refused because it is longer than the model can read."""
    if not isinstance(error, Refused):
        return False
    kinds = f"{error.facts.code} {text_of(_body(error).get('type'))}"
    return "context" in kinds or is_words_about_context(_words(error))


def too_long(error: BackendError) -> BackendError:
    """Return the error to raise for a request that is longer than the model can read."""
    numbers = context_numbers(error)
    if numbers is None:
        happened = _("The conversation is longer than the model can read.")
    else:
        asked, window = (f"{number:,}" for number in numbers)
        happened = _("The conversation is longer than the model can read: {asked} tokens, and it reads {window}.")
        happened = happened.format(asked=asked, window=window)
    return Refused(happened, reads_too_much_advice(), error.facts)


def reads_too_much_advice() -> str:
    """Return what to do where there is more to read than the model can."""
    return _("Shorten the message, begin a new thread, or choose a model that reads more (/model).")


def is_about_model(error: BackendError) -> bool:
    """Tell whether a request was refused because the server does not have the model."""
    if not isinstance(error, NotHere | Refused):
        return False
    return error.facts.code == "model_not_found" or _UNKNOWN_MODEL.search(_words(error)) is not None


def is_no_such_path(error: BackendError) -> bool:
    """Tell whether a server does not have the API: 404 and the like without a word on what else is missing.

    OpenRouter answers 404 where no provider of a model fits, and says so.
    """
    if not isinstance(error, NotHere) or is_about_model(error):
        return False
    words = _words(error) if _body(error) else ""
    return not words or _NO_PATH.fullmatch(words.strip(" .!\n")) is not None


def is_not_set_up(error: BackendError) -> bool:
    """Tell whether nobody set up the API that was asked for: LiteLLM's proxy says so of Assistants, with 500."""
    return isinstance(error, ServerFault) and "assistants_config" in _words(error)


def has_no_way(error: BackendError) -> bool:
    """Tell whether a server has no way to show or delete an object: 405 (vLLM), or 500 and words (LiteLLM)."""
    if isinstance(error, NotHere):
        return error.facts.status in (405, 501)
    return isinstance(error, ServerFault | Refused) and _NO_WAY.search(_words(error)) is not None


def context_numbers(error: BackendError) -> tuple[int, int] | None:
    """Return how many tokens a refused request had and how many fit, None where the server does not say."""
    words = _words(error)
    numbers = sorted({_number(digits) for digits in _NUMBER.findall(words)})
    named = _WINDOW.search(words)
    window = _number(named[1]) if named else next(iter(numbers[-2:-1]), 0)
    asked = next(iter(numbers[-1:]), 0)
    return (asked, window) if asked > window > 0 else None


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))


def _body(error: BackendError) -> dict[str, object]:
    """Return the error object of the reply; the SDK has taken it out of its wrapping."""
    body = json_object(getattr(error.__cause__, "body", None))
    return dict(json_object(body.get("error")) or body)


def _reply(error: BackendError) -> str:
    """Return the whole reply; OpenRouter names the field beside the error object, in `metadata`."""
    response = getattr(error.__cause__, "response", None)
    words = getattr(response, "text", "")
    return words[:_REPLY_CHARS] if isinstance(words, str) else ""


def _words(error: BackendError) -> str:
    body = _body(error)
    words = body.get("message", body.get("detail"))
    return words if isinstance(words, str) else str(body)
