import pytest

from tests.faults import connections, runs
from tests.faults.conftest import Note
from tests.faults.session import Fault, session


@pytest.mark.parametrize(
    ("api", "faults"),
    [
        pytest.param("chat", (*connections.CONNECT, *connections.STREAM), id="connections-and-streams"),
        pytest.param("chat", (*connections.HEADERS, *connections.CHUNKS), id="headers-and-chunks"),
        pytest.param("assistants", (*runs.RUN_STATES, *runs.RUN_EVENTS), id="runs"),
        pytest.param("responses", runs.RESPONSES, id="responses"),
    ],
)
def test_the_conversation_goes_on_after_each_fault(api: str, faults: tuple[Fault, ...], note: Note) -> None:
    with session(api) as going:
        for fault in faults:
            going.go_through(fault)
            note(fault.name)
        going.leave()
