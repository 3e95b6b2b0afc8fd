from frieza_tui.domain.errors import PartNotKept, StoreError
from tests.support.stage import open_stage


async def test_what_is_not_kept_is_said_and_what_of_it_until_all_of_it_is() -> None:
    async with open_stage() as at:
        at.app._chat.on_trouble(PartNotKept("The file cannot hold a piece.", "Everything else is kept."))
        await at.wait_for("Not all of this thread is kept on disk", "cannot hold a piece")
        at.app._chat.on_trouble(StoreError("The disk is full."))
        await at.wait_for("This thread is not kept on disk", "The disk is full.")
        at.app._chat.on_trouble(None)
        await at.wait_for("Kept on disk again.")
        await at.wait_gone("not kept on disk")
