import json
import os
import time
from pathlib import Path

import pytest

from frieza_tui.backends.embedded.engine_client import EngineError, Piece, parse_line
from frieza_tui.backends.embedded.likeness import like_example
from frieza_tui.backends.embedded.prompt_builder import MessageTooLong, PackInUse, PromptBuilder
from frieza_tui.backends.embedded.prompts import choose_opener, choose_pack, language_of, pack_messages, packs_of
from frieza_tui.backends.embedded.slots import SlotKeeper
from frieza_tui.domain.assistant import Assistant, Example, ExamplePack
from frieza_tui.domain.run import Usage
from frieza_tui.domain.thread import Message, TextPart, Thread, user_message
from tests.support.assistants import default_assistant

PACK = ExamplePack("ja", "S", (Example("q1", "a1"), Example("q2", "a2"), Example("q3", "a3")), ("Ha.", "Ho.", ""))
ENGLISH = ExamplePack("en", "E", ())


async def letters(text: str) -> int:
    return len(text)


def talk(*texts: str) -> Thread:
    """A thread of user, assistant, user, …; an empty text stands for a reply of nothing."""
    roles = ("user", "assistant")
    messages = (Message(roles[number % 2], (TextPart(text),)) for number, text in enumerate(texts))  # type: ignore[arg-type]
    return Thread(messages=tuple(messages))


def contents(messages: tuple[dict[str, str], ...]) -> list[str]:
    return [message["content"] for message in messages]


@pytest.mark.parametrize(
    ("text", "language"),
    [("こんにちは", "ja"), ("首都は？", "ja"), ("カナ", "ja"), ("ﾊﾝｶｸ", "ja"), ("Hello", "en"), ("Pythonとは", "ja"),
     ("42?", None), ("", None), ("👋", None)],
)  # fmt: skip
def test_the_language_is_told_by_the_letters(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_a_message_without_letters_goes_on_in_the_language_before_it() -> None:
    assert choose_pack((PACK, ENGLISH), talk("Hello", "はい", "42?")) == ENGLISH
    assert choose_pack((PACK, ENGLISH), talk("42?")) == PACK
    assert choose_pack((), talk("Hello")) is None


def test_instructions_alone_are_enough_to_find_the_packs() -> None:
    known = (Assistant("A", "Be A."), default_assistant())
    assert packs_of(Assistant("?", default_assistant().instructions), known) == default_assistant().packs
    assert packs_of(Assistant("?", default_assistant().instructions + " "), known) == ()


@pytest.mark.parametrize("text", ["2 plus 2", "１０個", "`ls`", "Write Python code", "関数とは", "if (x) { y(); }"])
def test_numbers_and_code_get_no_opener(text: str) -> None:
    assert {choose_opener(PACK, text, str(seed)) for seed in range(20)} == {""}


def test_openers_vary_with_the_seed_and_not_without() -> None:
    assert {choose_opener(PACK, "やあ", str(seed)) for seed in range(40)} == set(PACK.openers)
    assert len({choose_opener(PACK, "やあ", "1") for _time in range(5)}) == 1


LIKE = ExamplePack("en", "S", (Example("Hello.", "Hm."),), ("Ha.",), (Example("Who is Goku?", "A monkey."),))


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("hello", "Hello."),
        ("So who is this Goku", "Who is Goku?"),
        ("Write a long letter", None),
        ("👋", None),
        ("", None),
    ],
)
def test_the_example_most_like_the_message_is_found_or_none(text: str, user: str | None) -> None:
    found = like_example((*LIKE.examples, *LIKE.more), text)
    assert (found[0].user if found else None) == user


async def test_an_example_like_the_message_stands_beside_it_and_no_opener_then() -> None:
    prompt = await PromptBuilder(1000, letters).with_pack(talk("u", "b", "Who is Goku"), PackInUse(LIKE, 1), 10, "1")
    assert contents(prompt.messages) == ["S", "Hello.", "Hm.", "u", "b", "Who is Goku?", "A monkey.", "Who is Goku"]
    assert prompt.opener == ""
    other = await PromptBuilder(1000, letters).with_pack(talk("Sing"), PackInUse(LIKE, 1), 10, "1")
    assert (len(other.messages), other.opener) == (4, "Ha.")


@pytest.mark.parametrize(
    ("text", "user"),
    [("こんにちは！", "こんにちは。"), ("ベジータは何者ですか？", "ベジータとは誰ですか？"),
     ("フランスの首都は？", "日本の首都は？"), ("Zzz", None)],
)  # fmt: skip
def test_the_shipped_examples_answer_to_their_own_kind(text: str, user: str | None) -> None:
    pack = default_assistant().packs[0]
    found = like_example((*pack.examples, *pack.more), text)
    assert (found[0].user if found else None) == user


def test_a_short_pack_is_the_beginning_of_the_whole_one() -> None:
    whole = pack_messages(PACK, 99)
    assert whole[:3] == pack_messages(PACK, 1)
    assert len(whole) == 7


async def test_a_pack_is_followed_by_the_last_two_exchanges_only() -> None:
    thread = talk("u1", "b1", "u2", "b2", "u3", "b3", "now")
    prompt = await PromptBuilder(1000, letters).with_pack(thread, PackInUse(PACK, 1), 10, "1")
    assert contents(prompt.messages) == ["S", "q1", "a1", "u2", "b2", "u3", "b3", "now"]
    assert prompt.dropped_messages == 0


async def test_turns_that_got_no_answer_are_not_shown_to_a_small_model() -> None:
    thread = Thread(messages=(*talk("u1", "b1").messages, user_message("lost"), user_message("now")))
    prompt = await PromptBuilder(1000, letters).with_pack(thread, PackInUse(PACK, 0), 10, "1")
    assert contents(prompt.messages) == ["S", "u1", "b1", "now"]


async def test_a_long_message_pushes_the_examples_out() -> None:
    builder = PromptBuilder(200, letters)
    prompt = await builder.with_pack(talk("x" * 150), PackInUse(PACK, 3), 10, "1")
    assert contents(prompt.messages) == ["S", "x" * 150]
    with pytest.raises(MessageTooLong):
        await builder.with_pack(talk("x" * 180), PackInUse(PACK, 3), 10, "1")


async def test_without_a_pack_the_newest_turns_that_fit_are_given() -> None:
    thread = talk("u" * 50, "b" * 50, "v" * 20, "c" * 20, "now")
    prompt = await PromptBuilder(140, letters).plain(thread, "I", 20)
    assert contents(prompt.messages) == ["I", "v" * 20, "c" * 20, "now"]
    assert prompt.dropped_messages == 2
    assert prompt.max_tokens == 20


async def test_neighbours_of_one_role_become_one_message() -> None:
    prompt = await PromptBuilder(1000, letters).plain(talk("one", "", "two"), "", 20)
    assert prompt.messages == ({"role": "user", "content": "one\n\ntwo"},)


def read_line(**progress: int) -> str:
    return f"data: {json.dumps({'choices': [{'delta': {'content': None}}], 'prompt_progress': progress})}"


@pytest.mark.parametrize(
    ("line", "piece"),
    [
        ("", None),
        (": ping", None),
        ("data: [DONE]", None),
        ('data: {"choices":[{"delta":{"role":"assistant","content":null},"finish_reason":null}]}', Piece()),
        ('data: {"choices":[{"delta":{"content":"ホ"}}]}', Piece("ホ")),
        ('data: {"choices":[{"delta":{},"finish_reason":"length"}]}', Piece("", "length")),
        (read_line(total=400, cache=200, processed=250), Piece(read_fraction=0.25)),
        (read_line(total=400, cache=300, processed=350), Piece()),
        ('data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}', Piece(usage=Usage(3, 2))),
    ],
)
def test_a_line_of_the_stream_becomes_a_piece(line: str, piece: Piece | None) -> None:
    assert parse_line(line) == piece


@pytest.mark.parametrize("line", ['error: {"message":"boom"}', 'data: {"error":{"message":"boom"}}', "data: boom"])
def test_an_error_in_the_stream_is_raised(line: str) -> None:
    with pytest.raises(EngineError):
        parse_line(line)


def test_saved_states_of_other_models_engines_and_packs_are_not_mistaken_for_ours(tmp_path: Path) -> None:
    keeper = SlotKeeper(tmp_path, "sha", "1.0")
    keeper.file_of(PACK, 3).touch()
    assert keeper.saved_count(PACK) == 3
    changed = ExamplePack("ja", "other", PACK.examples)
    assert keeper.saved_count(changed) == 0
    assert SlotKeeper(tmp_path, "sha", "1.1").saved_count(PACK) == 0
    assert SlotKeeper(tmp_path, "ahs", "1.0").saved_count(PACK) == 0


def test_only_the_newest_saved_states_are_kept(tmp_path: Path) -> None:
    for number in range(20):
        file = tmp_path / f"{number:02d}.slot"
        file.touch()
        os.utime(file, (number, number))
    SlotKeeper(tmp_path, "sha", "1.0").prune()
    assert sorted(file.stem for file in tmp_path.iterdir()) == [f"{number}" for number in range(12, 20)]


def test_what_a_cut_save_left_behind_is_deleted_once_nobody_can_be_writing_it(tmp_path: Path) -> None:
    for name, age_s in (("cut.123", 7200.0), ("being-saved.124", 1.0)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, time.time() - age_s))
    SlotKeeper(tmp_path, "sha", "1.0").prune()
    assert [file.name for file in tmp_path.iterdir()] == ["being-saved.124"]
