from frieza_tui.chat import MessageQueue


def test_messages_leave_in_the_order_in_which_they_came() -> None:
    queue = MessageQueue()
    queue.push("一")
    queue.push("二")
    assert [queue.pop_next(), queue.pop_next(), queue.pop_next()] == ["一", "二", None]


def test_a_message_can_be_taken_back_once() -> None:
    queue = MessageQueue()
    first, second = queue.push("一"), queue.push("二")
    assert queue.take_back(first) == "一"
    assert queue.take_back(first) is None
    assert list(queue) == [(second, "二")]


def test_the_last_message_is_taken_back_first() -> None:
    queue = MessageQueue()
    queue.push("一")
    queue.push("二")
    assert [queue.take_back_last(), queue.take_back_last(), queue.take_back_last()] == ["二", "一", None]


def test_each_change_is_told() -> None:
    queue = MessageQueue()
    lengths: list[int] = []
    queue.on_change = lambda: lengths.append(len(queue))
    queue.pop_next()
    queue.push("一")
    queue.pop_next()
    assert lengths == [1, 0]
