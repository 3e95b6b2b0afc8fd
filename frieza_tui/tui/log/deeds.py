"""What can be done by a key in the log, by its name: each deed is a method of one part."""

from collections.abc import Callable, Mapping
from functools import partial

from frieza_tui.tui.log.finding import Finding
from frieza_tui.tui.log.reading import Reading
from frieza_tui.tui.log.taking import Taking


def log_deeds(reading: Reading, finding: Finding, taking: Taking) -> Mapping[str, Callable[[], object]]:
    """Return what the log's bindings name."""
    return {
        "next-message": partial(reading.step_message, 1),
        "previous-message": partial(reading.step_message, -1),
        "next-block": partial(reading.step_block, 1),
        "previous-block": partial(reading.step_block, -1),
        "next-of-user": partial(reading.step_user, 1),
        "previous-of-user": partial(reading.step_user, -1),
        "first": reading.go_first,
        "last": reading.go_last,
        "page-down": partial(reading.page, 1),
        "page-up": partial(reading.page, -1),
        "fold": reading.fold,
        "take-text": taking.take_text,
        "take-source": taking.take_source,
        "take-code": taking.take_code,
        "take-links": taking.take_links,
        "find-above": partial(finding.step, -1),
        "find-below": partial(finding.step, 1),
    }
