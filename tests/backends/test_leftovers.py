import asyncio

import pytest

from frieza_tui.backends import leftovers
from frieza_tui.backends.base import Deletion
from frieza_tui.backends.deletions import AT_ONCE
from tests.support.raw_http import Answer, Call, serve


async def test_a_server_that_answers_nothing_is_not_asked_for_each_of_thousands_of_objects(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leftovers, "BOUND_S", 0.3)

    def never(_call: Call) -> Answer:
        return Answer([asyncio.Event()])

    left = [Deletion(kind, f"{kind}_{number}", False) for number in range(1000) for kind in ("response", "thread")]
    async with serve(never) as server:
        gone: list[str] = []
        deletions = await leftovers.delete_leftovers(server.base_url, "sk-test-key", left, gone.append)
        assert gone == []
        assert [one.id for one in deletions] == [one.id for one in left]
        assert not any(one.is_deleted for one in deletions)
        assert all("next start" in one.reason for one in deletions)
        assert len(server.calls) <= AT_ONCE
