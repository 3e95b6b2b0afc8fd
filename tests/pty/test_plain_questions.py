import pytest

from tests.support.terminal import program

LAN = "http://192.0.2.7:11434/v1"


@pytest.mark.parametrize("answer", ["n", ""])
def test_plain_http_is_asked_about_in_a_terminal_and_no_is_the_default(answer: str) -> None:
    with program("--plain", "--base-url", LAN) as terminal:
        terminal.wait_for("192.0.2.7 is used over plain http", "Use it all the same? [y/N]")
        terminal.send(f"{answer}\r")
        terminal.wait_for("Nothing was sent.")
        assert terminal.wait_for_exit() == 2


def test_the_retired_api_is_replaced_where_people_agree() -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9"}
    with program("--plain", "--api", "assistants", "--api-key", "sk-x", environ=nowhere) as terminal:
        terminal.wait_for("2026-08-26", "Go on with the Responses API? [y/N]")
        terminal.send("y\r")
        terminal.wait_for("[y/N] >")  # the terminal does not echo the answer and its line end
        terminal.send("q\r")
        assert terminal.wait_for_exit() == 0
