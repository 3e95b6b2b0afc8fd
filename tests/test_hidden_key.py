import json
import subprocess
import sys

import pytest

from frieza_tui.hidden_key import key_given

PROGRAM = """
import json, os, sys
from frieza_tui.hidden_key import hide_key, key_given
hide_key(sys.argv[1:])
print(json.dumps([sys.argv[1:], key_given("…"), [name for name, value in os.environ.items() if "sk-x" in value]]))
"""


def started(words: list[str]) -> object:
    """What a program that hides its key then sees: its words, the key, and where in the environment that still is."""
    command = [sys.executable, "-X", "utf8", "-c", PROGRAM, *words]
    return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout)


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        (["--api-key", "sk-x", "-p", "hi"], ["--api-key", "…", "-p", "hi"]),
        (["-p", "hi", "--api-k=sk-x"], ["-p", "hi", "--api-k=…"]),
        (["serve", "--api-", "sk-x"], ["serve", "--api-", "…"]),
    ],
)
def test_a_key_is_taken_out_of_the_words(words: list[str], hidden: list[str]) -> None:
    assert started(words) == [hidden, "sk-x", []]


@pytest.mark.parametrize(
    "words", [[], ["--api", "chat"], ["--api-key"], ["--api-key", "…"], ["--api-key="], ["-p", "sk-x"]]
)
def test_words_without_a_key_stay_as_they_are(words: list[str]) -> None:
    assert started(words) == [words, "…", []]


def test_another_word_than_the_stand_in_is_the_key() -> None:
    assert (key_given("sk-x"), key_given(None)) == ("sk-x", None)
