import logging

import pytest
from textual.app import App

from tests.support.stage import open_stage


class Breakdown(Exception):
    """A mistake of our own."""


async def test_a_breakdown_is_told_in_a_sentence_without_variables(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(planted: str) -> None:
        raise Breakdown(len(planted))

    monkeypatch.setattr(logging.getLogger("frieza_tui"), "propagate", True)  # a log file that was opened keeps it off
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(Breakdown):
        async with open_stage() as stage:
            app: App[object] = stage.app  # type: ignore[assignment]
            app.call_later(break_down, "planted words")
            await stage.pilot.pause()
    told = capsys.readouterr().err
    assert "Breakdown" in told
    assert "planted" not in told
    assert "Traceback" not in told
    assert "the screen broke down" in caplog.text
