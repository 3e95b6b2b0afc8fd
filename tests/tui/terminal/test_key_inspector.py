import pytest

from frieza_tui.tui.terminal.key_inspector import QUIET_S, KeyInspector, visible
from tests.support.terminal import program


def seen(*pieces: bytes, is_kitty: bool = False) -> list[str]:
    """What is shown of bytes that come in these reads, one after another without haste."""
    inspector = KeyInspector(is_kitty=is_kitty)
    lines: list[str] = []
    for index, piece in enumerate(pieces):
        lines += inspector.feed(piece, index * 10.0)
        lines += inspector.tick(index * 10.0 + QUIET_S + 0.1)
    return lines


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x1b[A", "ESC [A"),
        ("日本\r".encode(), "日本 CR"),
        (b"\x00\x03\x7f", "NUL ^C DEL"),
        (b"\xe3a", "\\xe3a"),
        ("\u202e".encode(), "U+202E"),
    ],
)
def test_bytes_are_made_visible(data: bytes, shown: str) -> None:
    assert visible(data) == shown


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"\r", "enter", "use Ctrl+J"),
        (b"\n", "ctrl+j", "makes a new line"),
        (b"\x1b[13;2u", "shift+enter", "makes a new line"),
        (b"\x1b[A", "up", ""),
        (b"\xff", "replacement", "no UTF-8"),
        (b"\x1b[<32;NaN;NaNM", "(ignored)", "broken report"),
        (b"\x1b[200~a\rb\x1b[201~", "(paste)", "a b"),
    ],
)
def test_a_key_is_named_and_explained(data: bytes, name: str, words: str) -> None:
    lines = seen(data)
    assert visible(data).split()[0] in lines[0]
    assert name in lines[0]
    assert words in lines[-1]


def test_a_word_and_its_enter_in_one_read_are_all_shown() -> None:
    lines = seen("日本\r".encode(), is_kitty=True)
    assert lines[0].split() == ["日本", "CR", "日本"]
    assert "--no-kitty" in lines[1]
    assert lines[2].split() == ["enter"]


@pytest.mark.parametrize(("keys", "is_done"), [((b"q",), True), ((b"\x03", b"\x03"), True), ((b"\x03", b"a"), False)])
def test_q_or_ctrl_c_twice_ends_it(keys: tuple[bytes, ...], is_done: bool) -> None:
    inspector = KeyInspector(is_kitty=False)
    for key in keys:
        inspector.feed(key, 0.0)
    assert inspector.is_done is is_done


def test_keys_are_looked_at_in_a_terminal() -> None:
    with program("doctor", "--keys", columns=120) as terminal:
        terminal.wait_until(lambda: b"\x1b[c" in terminal.bytes_seen, "the questions")
        terminal.send("\x1b[?0u\x1b[1;2R\x1b[?62c")
        terminal.wait_for("The kitty key protocol is on")
        terminal.wait_until(lambda: b"\x1b[>25u" in terminal.bytes_seen, "the kitty protocol")
        terminal.send("\x1b[13;2u")
        terminal.wait_for("ESC [13;2u", "shift+enter")
        terminal.send("\x1b")
        terminal.wait_for("escape", "cancels")
        terminal.send("日本\r")
        terminal.wait_for("日本 CR", "use Ctrl+J")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
    assert terminal.bytes_seen.rstrip().endswith(b"\x1b[<u\x1b[?2004l")
