from frieza_tui.tui.parts.command_line import alone


def test_a_command_that_stands_alone_does_nothing_with_words_behind_it() -> None:
    done: list[str] = []
    handle = alone(lambda: done.append("done"))
    assert not handle("words")
    assert done == []
    assert handle("")
    assert done == ["done"]
