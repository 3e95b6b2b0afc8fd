import asyncio
import signal

import pytest

from tests.faults.conftest import Note
from tests.faults.server import Instead
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
def test_what_is_left_on_a_server_is_said_and_deleted_by_the_next_program(note: Note) -> None:
    with serving("responses") as server:
        server.instead = to_deletes(error_answer(500, "Not today."), Answer([asyncio.Event()]))
        with talking(server) as going:
            conversation, response = end(going, signal.SIGTERM)
            assert "Not today." in conversation and NEXT_START in conversation
            assert ": not deleted; " in response and NEXT_START in response
            assert {*ledger()} < {*server.left}
            assert len(ledger()) == 2
        note("delete: 500")
        note("delete: no answer")
        note("signal: TERM in a reply")
        server.instead = to_deletes(error_answer(404, "Gone."), Answer([b"{", CUT]))
        with talking(server) as going:
            going.terminal.wait_until(lambda: len(ledger()) == 1, "what was gone struck off")
            conversation, response = end(going, signal.SIGINT)
            assert conversation.endswith(": deleted")
            assert "ended in the middle" in response and NEXT_START in response
        note("delete: 404")
        note("delete: the answer is lost")
        note("signal: INT in a reply")
        server.do(server.forget_all)
        server.instead = server.as_usual
        with talking(server) as going:
            going.terminal.wait_until(lambda: ledger() == [], "what was left over deleted")
            note("delete: made up for at the next start")
            talk(going, "SIGKILL")
            going.terminal.kill()
            assert going.terminal.wait_for_exit() == -signal.SIGKILL
        with talking(server, "--resume") as going:
            going.wait_below("SIGKILL", TEXT, "Cut off here", "incomplete")
            going.terminal.wait_until(lambda: server.left == ledger() == [], "what was left over deleted")
            note("signal: KILL in a reply")
            talk(going, "before SIGHUP")
            server.go_down()
            going.terminal.kill(signal.SIGHUP)
            assert going.terminal.wait_for_exit() == 0
            assert (
                going.receipt.count("connection was refused") == going.receipt.count(NEXT_START) == len(ledger()) == 2
            )
            going.check_traces()
        note("signal: HUP in a reply")
        note("delete: the server is gone")
        server.come_up()
        with talking(server) as going:
            going.terminal.wait_until(lambda: server.left == ledger() == [], "what was left over deleted")
            talk(going, "before the end")
            going.terminal.hang_up()
            going.terminal.wait_for_end()
            assert server.left == ledger() == []
            assert kept_texts() == ["before the end", TEXT]
            going.check_traces()
        note("signal: the terminal is closed")
