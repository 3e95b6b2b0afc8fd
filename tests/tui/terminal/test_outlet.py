import fcntl
import os
import select
import struct
import termios
import threading

from frieza_tui.tui.driver import Outlet

PIECE = "x" * 1_000_000
"""More than a pipe holds."""


def test_a_piece_counts_once_the_terminal_has_taken_the_whole_of_it() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as taken, os.fdopen(writer, "w", encoding="ascii") as stream:
        outlet = Outlet(stream)
        writing = threading.Thread(target=outlet.write, args=(PIECE,))
        writing.start()
        select.select([taken], [], [])
        assert 0 < waiting_bytes(reader) < len(PIECE)
        assert outlet.passed_on == 0
        assert taken.read(len(PIECE)) == PIECE.encode()
        writing.join()
        assert outlet.passed_on == 1


def test_pieces_for_a_terminal_that_is_gone_count_too() -> None:
    with open(os.devnull, "w", encoding="ascii") as gone:
        outlet = Outlet(gone)
    outlet.write("one")
    outlet.write("two")
    assert outlet.passed_on == 2


def waiting_bytes(file: int) -> int:
    answer = fcntl.ioctl(file, termios.FIONREAD, struct.pack("i", 0))
    (count,) = struct.unpack("i", answer)
    assert isinstance(count, int)
    return count
