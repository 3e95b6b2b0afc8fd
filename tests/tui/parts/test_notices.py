from frieza_tui.tui.log.bubble import BubbleState
from frieza_tui.tui.log.bubbles import Bubbles
from frieza_tui.tui.log.viewport import Viewport
from frieza_tui.tui.parts.notices import Notices


def test_the_greeting_comes_back_with_the_last_notice_and_not_to_a_log_that_was_emptied() -> None:
    bubbles = Bubbles(Viewport(), lambda: None, ())
    greeted: list[bool] = []
    notices = Notices(bubbles, lambda: greeted.append(bubbles.is_empty))
    notices.put("start", "Trouble", BubbleState(), "Nobody answers.")
    notices.remove("start")
    assert greeted == [False, True]
    notices.remove("start")
    assert greeted == [False, True]
