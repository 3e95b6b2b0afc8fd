"""Why a run failed, where a server says so in its stream alone. Knows no API."""

from dataclasses import replace

from frieza_tui.domain.events import RunChanged, RunEvent, StreamFault


def with_reason(event: RunEvent, fault: StreamFault | None) -> RunEvent:
    """Return the event; the end of a run that failed without a reason gets that of the stream's error event."""
    if fault is None or not isinstance(event, RunChanged):
        return event
    if event.run.status != "failed" or event.run.error is not None:
        return event
    return RunChanged(replace(event.run, error=fault.error))
