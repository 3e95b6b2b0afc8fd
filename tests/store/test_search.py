import sqlite3
from pathlib import Path

import pytest

from frieza_tui.domain.thread import Message, TextPart, Thread
from frieza_tui.store.thread_changes import NewThread
from frieza_tui.store.thread_reader import list_threads
from frieza_tui.store.threads import Threads, open_threads
from frieza_tui.text.folding import find_folded, fold

TEXTS = ("私の戦闘力は530000です", "ﾌﾘｰｻﾞ様は強い", "Planet Namek", 'フリーザ様、100% "本気" です')


def filled(threads: Threads) -> None:
    for at, text in enumerate(TEXTS):
        threads.add(NewThread(Thread(messages=(Message("user", (TextPart(text),)),)), f"題{at}", updated_at=at + 1.0))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("戦闘力", ["戦闘力"]),
        ("戦闘", ["戦闘"]),
        ("力", ["力"]),
        ("フリーザ", ["フリーザ", "ﾌﾘｰｻﾞ"]),
        ("ふりーざ", ["フリーザ", "ﾌﾘｰｻﾞ"]),
        ("NAMEK", ["Namek"]),
        ('"本気"', ['"本気"']),
        ("0%", ["0%"]),
        ("％", ["%"]),
        ("OR NOT", []),
        ("  ", []),
    ],
)
def test_words_are_found_whatever_their_width_case_and_kana(file: Path, words: str, found: list[str]) -> None:
    with open_threads(file) as threads:
        filled(threads)
        assert [hit.found for hit in threads.search(words)] == found


def test_words_behind_a_nul_are_found(file: Path) -> None:
    with open_threads(file) as threads:
        threads.add(NewThread(Thread(messages=(Message("assistant", (TextPart("before\0 after all"),)),)), "t"))
        assert [hit.found for words in ("after", "af") for hit in threads.search(words)] == ["after", "af"]


def test_a_list_is_narrowed_by_title_or_text(file: Path) -> None:
    with open_threads(file) as threads:
        filled(threads)
        assert [one.title for one in threads.recent()] == ["題3", "題2", "題1", "題0"]
        assert [one.title for one in threads.recent("題1")] == ["題1"]
        assert [one.title for one in threads.recent("様")] == ["題3", "題1"]


def test_old_threads_are_found_too_where_there_are_more_than_a_list_shows(db: sqlite3.Connection) -> None:
    filled(Threads(db))
    assert [one.title for one in list_threads(db, limit=2)] == ["題3", "題2"]
    assert [one.title for one in list_threads(db, "戦闘力", limit=2)] == ["題0"]
    assert [one.title for one in list_threads(db, "題", limit=2)] == ["題3", "題2"]


def test_each_thread_has_its_first_hit_however_many_another_has(file: Path) -> None:
    with open_threads(file) as threads:
        filled(threads)
        many = tuple(Message("user", (TextPart(f"{number}の戦闘力"),)) for number in range(300))
        threads.add(NewThread(Thread(messages=many), "多", updated_at=9.0))
        assert [(hit.thread.title, hit.before) for hit in threads.first_hits("戦闘力")] == [
            ("多", "0の"),
            ("題0", "私の"),
        ]
        assert threads.first_hits(" ") == []


def test_what_was_deleted_is_not_found(file: Path) -> None:
    with open_threads(file) as threads:
        filled(threads)
        threads.delete(threads.search("戦闘力")[0].thread.id)
        assert threads.search("戦闘力") == []
        assert len(threads.recent()) == 3


def test_what_was_deleted_is_no_longer_in_the_files(file: Path) -> None:
    with open_threads(file) as threads:
        filled(threads)
        threads.delete(threads.search("Namek")[0].thread.id)
    assert not [path for path in file.parent.glob("threads*") if b"Planet Namek" in path.read_bytes()]


def test_a_title_that_a_user_gave_stays(file: Path) -> None:
    with open_threads(file) as threads:
        filled(threads)
        thread_id = threads.recent()[0].id
        threads.rename(thread_id, "  新しい\n名 ")
        assert threads.load(thread_id).summary.title == "新しい 名"


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("あｶﾞい", "ガ", "ｶﾞ"),
        ("㍿の話", "会社", "㍿"),
        ("㍿ｶﾞｶﾞｶﾞ", "ガ", "ｶﾞ"),
        ("The End", "end", "End"),
        ("straße", "SS", "ß"),
        ("なし", "x", None),
        ("か\u3099く", "がく", "か\u3099く"),
    ],
)
def test_the_place_of_folded_words_is_that_in_the_text(text: str, words: str, found: str | None) -> None:
    place = find_folded(text, words)
    assert (None if place is None else text[slice(*place)]) == found


def test_folding_twice_is_folding_once() -> None:
    for text in TEXTS:
        assert fold(fold(text)) == fold(text)
