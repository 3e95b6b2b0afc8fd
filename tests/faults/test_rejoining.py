import asyncio

import pytest

from tests.faults.conftest import Note
from tests.faults.session import ENTER, TEXT, kept_texts, ledger, serving, talking

REST = "その続き"
THREADS = "\x14"


@pytest.mark.parametrize("keeps", [False, True])
def test_a_thread_whose_reply_a_kill_cut_off_gets_the_rest_when_it_is_opened(note: Note, *, keeps: bool) -> None:
    arguments = ("--keep",) if keeps else ()
    with serving("responses") as server:
        server.will(TEXT, asyncio.Event(), REST, later="completed")
        with talking(server, *arguments) as going:
            going.ask("cut off", TEXT)
            going.terminal.wait_until(lambda: kept_texts() == ["cut off", TEXT], "it on disk")
            going.terminal.kill()
            going.terminal.wait_for_exit()
        with talking(server, *arguments) as going:
            going.terminal.send(THREADS)
            going.terminal.wait_for("cut off")
            going.terminal.send(ENTER)
            going.wait_below("cut off", TEXT, REST, "fetched after a cut")
            going.quit()
            going.check_traces()
        assert kept_texts() == ["cut off", f"{TEXT}{REST}"]
        assert (server.runs_asked, ledger()) == (1, [])
        assert bool(server.left) == keeps
    note("signal: KILL in a reply that was to be kept" if keeps else "signal: KILL in a reply, opened by Ctrl+T")
