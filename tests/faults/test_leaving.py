import asyncio
import signal

import pytest

from tests.faults.conftest import Note
from tests.faults.server import FaultServer, Instead
from tests.faults.session import TEXT, Session, kept_texts, ledger, serving, talking
from tests.support.raw_http import CUT, Answer, Call, error_answer

NEXT_START = "The next start deletes it"


def to_deletes(conversation: Answer, response: Answer) -> Instead:
    """Answer the deletion of conversations and that of responses."""

    def instead(call: Call) -> Answer | None:
        if call.method != "DELETE":
            return None
        return conversation if "/conversations/" in call.path else response

    return instead


def talk(going: Session, message: str) -> None:
    """Come into the middle of a reply, all of which is on disk."""
    going.server.will(TEXT, asyncio.Event())
    going.ask(message, TEXT)
    going.terminal.wait_until(lambda: kept_texts()[-2:] == [message, TEXT], "it on disk")


def end(going: Session, number: signal.Signals) -> list[str]:
    """End the program in the middle of a reply; returns the receipt's lines."""
    talk(going, number.name)
    going.terminal.kill(number)
    assert going.terminal.wait_for_exit() == 0
    assert kept_texts()[-2:] == [number.name, TEXT]
    going.check_traces()
    return going.receipt_lines


@pytest.mark.timeout(120)  # five programs
def test_what_is_left_on_a_server_is_said_and_deleted_by_a_later_program(note: Note) -> None:
    with serving("responses") as server:
        for step in (end_by_term, end_by_int, end_by_kill, end_by_hup, end_by_hanging_up):
            step(server, note)


def end_by_term(server: FaultServer, note: Note) -> None:
    server.instead = to_deletes(error_answer(500, "Not today."), Answer([asyncio.Event()]))
    with talking(server) as going:
        conversation, response = end(going, signal.SIGTERM)
    going.check_receipt()
    assert "Not today." in conversation and NEXT_START in conversation
    assert ": not deleted; " in response and NEXT_START in response
    assert len(ledger()) == 2
    for name in ("delete: 500", "delete: no answer", "signal: TERM in a reply"):
        note(name)


def end_by_int(server: FaultServer, note: Note) -> None:
    server.instead = to_deletes(error_answer(404, "Gone."), Answer([b"{", CUT]))
    with talking(server) as going:
        going.terminal.wait_until(lambda: len(ledger()) == 1, "what was gone struck off")
        response, conversation = end(going, signal.SIGINT)  # what stays is said first
    assert conversation.endswith(": deleted")
    assert "ended in the middle" in response and NEXT_START in response
    server.do(server.forget_all)
    server.instead = server.as_usual
    for name in ("delete: 404", "delete: the answer is lost", "signal: INT in a reply"):
        note(name)


def end_by_kill(server: FaultServer, note: Note) -> None:
    with talking(server) as going:
        going.terminal.wait_until(lambda: ledger() == [], "what was left over deleted")
        note("delete: made up for at the next start")
        talk(going, "SIGKILL")
        going.terminal.kill()
        assert going.terminal.wait_for_exit() == -signal.SIGKILL


def end_by_hup(server: FaultServer, note: Note) -> None:
    with talking(server, "--resume") as going:
        going.wait_below("SIGKILL", TEXT, "fetched after a cut")
        note("signal: KILL in a reply")
        talk(going, "SIGHUP")
        server.go_down()
        going.terminal.kill(signal.SIGHUP)
        assert going.terminal.wait_for_exit() == 0
        assert going.receipt.count("connection was refused") == going.receipt.count(NEXT_START) == len(ledger()) > 1
        going.check_receipt()
        going.check_traces()
    server.come_up()
    note("signal: HUP in a reply")
    note("delete: the server is gone")


def end_by_hanging_up(server: FaultServer, note: Note) -> None:
    with talking(server) as going:
        going.terminal.wait_until(lambda: server.left == ledger() == [], "what was left over deleted")
        talk(going, "the end")
        going.terminal.hang_up()
        going.terminal.wait_for_end()
        assert server.left == ledger() == []
        assert kept_texts() == ["the end", TEXT]
        going.check_traces()
    note("signal: the terminal is closed")
