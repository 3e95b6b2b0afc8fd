"""The catalogues say all that the source says. What is missing is listed by: python -m tests.support.catalogues."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo

import frieza_tui
from tests.support.catalogues import LANGUAGES, extracted, has_words, messages, mo_file, read

PACKAGE = Path(frieza_tui.__file__).parent
STALE = "bring the catalogues up to date with: python -m tests.support.catalogues"


def placeholders(text: str) -> list[tuple[str | None, str | None, str | None]]:
    """Fields of str.format and of the % operator, whatever their order."""
    fields = [field[1:] for field in Formatter().parse(text) if field[1] is not None] if "%(" not in text else []
    return sorted([*fields, *((found, None, None) for found in re.findall(r"%(?:\(\w+\))?[srd]", text))], key=str)


def texts(words: object) -> list[str]:
    return [words] if isinstance(words, str) else [str(one) for one in words] if isinstance(words, tuple | list) else []


def differs(message: Message) -> bool:
    """Whether a translation has other placeholders than the message, whose singular may leave the number out."""
    wanted = placeholders(texts(message.id)[-1])
    *few, many = texts(message.string)
    return placeholders(many) != wanted or any(
        placeholders(one) not in (wanted, placeholders(texts(message.id)[0])) for one in few
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_message_and_no_other(language: str) -> None:
    found, wanted = messages(read(language)), messages(extracted())
    assert [key for key in wanted if key not in found] == [], STALE
    assert [key for key in found if key not in wanted] == [], STALE
    assert read(language).obsolete == {}, STALE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_none_is_a_guess(language: str) -> None:
    assert [key for key, message in messages(read(language)).items() if not has_words(message)] == []
    assert [key for key, message in messages(read(language)).items() if message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_message(language: str) -> None:
    assert [key for key, message in messages(read(language)).items() if differs(message)] == []


@pytest.mark.parametrize(
    ("message", "translation"),
    [
        ("{count} lines", "{number} 行"),
        ("{value!r}", "{value}"),
        ("{size:,} B", "{size} B"),
        ("all", "{all}"),
        ("%(name)s", "%(named)s"),
        (("{count} line", "{count} lines"), ("行",)),
    ],
)
def test_another_placeholder_is_found(message: str | tuple[str, str], translation: str | tuple[str]) -> None:
    assert differs(Message(message, translation))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(language: str) -> None:
    with mo_file(language).open("rb") as file:
        compiled = messages(read_mo(file))
    written = messages(read(language))
    assert {key: texts(one.string) for key, one in compiled.items()} == {
        key: texts(one.string) for key, one in written.items()
    }, STALE


def test_japanese_is_japanese() -> None:
    foreign = [
        key
        for key, message in messages(read("ja")).items()
        if not all(re.search(r"[「ぁ-んァ-ヶ一-龠]", one) for one in texts(message.string))
    ]
    assert foreign == []


def test_no_message_stands_in_an_f_string() -> None:
    hidden = [
        f"{path.name}:{string.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for string in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
    ]
    assert hidden == [], "Babel does not find them there before Python 3.12"
