import os
import subprocess
import sys

from frieza_tui.store.processes import Process, this_process


def test_a_program_lives_until_it_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert Process(other.pid).is_alive
        other.communicate(b"\n")
    assert not Process(other.pid).is_alive


def test_a_program_that_has_ended_and_is_not_waited_for_is_no_more() -> None:
    with subprocess.Popen([sys.executable, "-c", "print()"], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.read()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert not Process(other.pid).is_alive


def test_another_program_that_has_the_number_of_one_is_not_that_one() -> None:
    own = this_process()
    assert own.born
    assert own.is_alive
    assert not Process(own.pid, own.born + 1).is_alive
    assert Process(own.pid).is_alive  # of a file from before births were written down
