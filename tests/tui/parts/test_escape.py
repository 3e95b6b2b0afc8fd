from frieza_tui.tui.parts.escape import Escape


def pressed(*are_there: bool) -> list[str]:
    """What a press of Escape does where these are there to be left."""
    done: list[str] = []

    def leave(at: int) -> bool:
        if are_there[at]:
            done.append(f"leave {at}")
        return are_there[at]

    Escape(lambda: done.append("write"), lambda: leave(0), lambda: leave(1)).press()
    return done


def test_only_the_nearest_is_left() -> None:
    assert pressed(True, True) == ["leave 0"]
    assert pressed(False, True) == ["leave 1"]


def test_with_nothing_to_leave_one_writes() -> None:
    assert pressed(False, False) == ["write"]
