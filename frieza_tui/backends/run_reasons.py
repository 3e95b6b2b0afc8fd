"""Why a run failed: where a server says so in its stream alone, and what to do about it. Knows no API."""

import re
from dataclasses import replace
from typing import Final

from frieza_tui.backends.loose_json import json_object, text_of
from frieza_tui.backends.refusals import is_words_about_context, reads_too_much_advice
from frieza_tui.backends.waits import told_wait_s
from frieza_tui.domain.errors import RateLimited
from frieza_tui.domain.events import RunChanged, RunEvent, StreamFault
from frieza_tui.domain.run import RunError
from frieza_tui.i18n import _
from frieza_tui.text.sentences import as_sentence

_LIMITS: Final = frozenset({"rate_limit_exceeded", "rate_limit_error", "rate_limit", "too_many_requests", "429"})
"""Codes and types of Assistants, Responses, Anthropic's and other gateways; OpenRouter writes the status."""
_NO_QUOTA: Final = re.compile(r"exceeded your current quota|insufficient[_ ]quota", re.IGNORECASE)
"""OpenAI calls this a rate limit too."""
_OF_THE_MESSAGE: Final = re.compile(r"invalid_prompt|image|policy|content_filter|moderation|data_residency")
"""Codes of the Responses API (its SDK's ResponseError) and of gateways for what no second try mends."""


def fault_of(data: object) -> RunError:
    """Return what an error event says: flat, in an object called "error", or in words only."""
    inner = json_object(data).get("error", data)
    facts = json_object(inner) or json_object(data)
    code = facts.get("code") or facts.get("type") or "error"
    return RunError(str(code), text_of(facts.get("message")) or text_of(inner))


def with_reason(event: RunEvent, fault: StreamFault | None) -> RunEvent:
    """Return the event; the end of a run that failed without a reason gets that of the stream's error event."""
    if fault is None or not isinstance(event, RunChanged):
        return event
    if event.run.status != "failed" or event.run.error is not None:
        return event
    return RunChanged(replace(event.run, error=fault.error))


def advice_for(error: RunError) -> str:
    """Return what to do about a run's error that is no rate limit."""
    if is_words_about_context(f"{error.code} {error.message}"):
        return reads_too_much_advice()
    if _OF_THE_MESSAGE.search(error.code.lower()):
        return _("Change the message, then send again.")
    return _("Ask again.")


def limit_of(error: RunError) -> RateLimited | None:
    """Return the error for a run that its rate limit ended, with the wait that it names; None for any other."""
    has_no_quota = _NO_QUOTA.search(f"{error.code} {error.message}") is not None
    if error.code.lower() not in _LIMITS and not has_no_quota:
        return None
    happened = _("The run failed on the server: {message}").format(message=as_sentence(error.message or error.code))
    if has_no_quota:
        return RateLimited(happened, _("Add credit to it, or use another key."), is_lasting=True)
    return RateLimited(happened, _("Wait a little, then ask again."), retry_after_s=told_wait_s(error.message))
