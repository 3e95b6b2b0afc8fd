import argparse
import re
import sys

import pytest

from frieza_tui.arguments import language_flag
from frieza_tui.cli import main
from frieza_tui.i18n import _, guess_language, ngettext, retold, use_language
from frieza_tui.text.width import cell_len
from tests.support.catalogues import messages, read


def test_words_are_those_of_the_language_in_use() -> None:
    use_language("ja")
    assert _("Quit") == "終了"
    use_language("en")
    assert _("Quit") == "Quit"
    use_language("tlh")
    assert _("Quit") == "Quit"


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [("en", 1, "1 token"), ("en", 2, "2 tokens"), ("ja", 1, "1 トークン"), ("ja", 2, "2 トークン")],
)
def test_a_number_has_the_words_that_fit_it(language: str, count: int, words: str) -> None:
    use_language(language)
    assert ngettext("{count} token", "{count} tokens", count).format(count=count) == words


def filled(message: str) -> str:
    return re.sub(r"\{(\w+)[^{}]*\}", r"the \1.", message)


def sentences() -> list[tuple[str, str]]:
    """Whole sentences of the program without numbers to choose by, in English and Japanese."""
    found = [(str(one.id), one.string) for one in messages(read("ja")).values() if isinstance(one.string, str)]
    return [(english, told) for english, told in found if english.endswith(".") and len(english) > 20]


def test_what_was_said_in_another_language_is_said_again_in_the_one_in_use() -> None:
    assert len(sentences()) > 200
    for code in ("ja", "en"):
        use_language(code)
        for both in sentences():
            said, wanted = (filled(one) for one in (both if code == "ja" else reversed(both)))
            assert retold(said) == wanted


def test_sentences_that_follow_each_other_and_stand_in_others_are_said_again() -> None:
    refused = "Nothing answers at {server}: the connection was refused."
    again = "Check that the server is running and that the address is right, then send again."
    said = "{sentence} It says: {message}"
    text = f"{said.format(sentence=refused.format(server='[::1]:9'), message='Ask again.')} {again}"
    use_language("ja")
    told = _(said).format(sentence=_(refused).format(server="[::1]:9"), message="Ask again.")
    assert retold(text) == f"{told} {_(again)}"
    assert retold(retold(text)) == retold(text)


@pytest.mark.parametrize("text", ["", "Key: {x}", "hello", "Somebody else said this. And that.", "key", "* . +"])
def test_what_the_program_never_said_stays_as_it_is(text: str) -> None:
    for code in ("ja", "en"):
        use_language(code)
        assert retold(text) == text


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LANGUAGE": "ja:en"}, "ja"),
        ({}, "en"),
    ],
)
def test_the_locale_chooses_the_language(environ: dict[str, str], language: str) -> None:
    assert guess_language(environ) == language


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"LANG": "ja_JP.UTF-8"}, ["--help"]),
        ({"FRIEZA_TUI_LANGUAGE": "ja"}, ["--help"]),
        ({"LANG": "C"}, ["--language", "ja", "--help"]),
        ({"LANG": "C"}, ["--help", "--lang=ja"]),
    ],
)
def test_the_help_is_wholly_japanese(
    variables: dict[str, str], words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"LANGUAGE": "", "COLUMNS": "80", **variables}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        main(words)
    shown = capsys.readouterr().out
    assert "使い方: frieza-tui" in shown
    assert "このヘルプを表示して終了" in shown
    assert [line for line in shown.splitlines() if line and line[0].isascii() and not line[0].isspace()] == []
    assert [line for line in shown.splitlines() if cell_len(line) > 80] == []


def test_a_flag_wins_over_the_locale(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    with pytest.raises(SystemExit):
        main(["--language", "en", "--nonsense"])
    assert "error: unrecognized arguments: --nonsense" in capsys.readouterr().err


def test_a_language_without_a_code_is_left_to_the_parser() -> None:
    assert language_flag(["--language"]) is None
    assert language_flag(["-p", "--language ja"]) is None


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the words are those of the oldest Python")
def test_the_words_of_argparse_are_its_own() -> None:
    from inspect import getsource

    from tests.support.catalogues import ARGPARSE

    source = getsource(argparse)
    firsts = [one if isinstance(one, str) else one[0] for one in ARGPARSE]
    assert [one for one in firsts if one.strip() not in source] == []
