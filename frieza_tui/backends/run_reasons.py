"""Why a run failed: where a server says so in its stream alone, and whether that was its rate limit. Knows no API."""

import re
from dataclasses import replace
from typing import Final

from frieza_tui.backends.loose_json import json_object, text_of
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


def limit_of(error: RunError) -> RateLimited | None:
    """Return the error for a run that its rate limit ended, with the wait that it names; None for any other."""
    if error.code.lower() not in _LIMITS:
        return None
    happened = _("The run failed on the server: {message}").format(message=as_sentence(error.message or error.code))
    if _NO_QUOTA.search(error.message):
        return RateLimited(happened, _("Add credit to it, or use another key."), is_lasting=True)
    return RateLimited(happened, _("Wait a little, then ask again."), retry_after_s=told_wait_s(error.message))
