import json
import stat
from pathlib import Path

from frieza_tui.tui.recall import KEPT, RecallList


def walk(recall: RecallList) -> list[str]:
    texts: list[str] = []
    while (text := recall.older(texts[-1] if texts else "")) is not None:
        texts.append(text)
    return texts


def test_older_and_newer_walk_and_the_draft_waits_at_the_end() -> None:
    recall = RecallList()
    recall.add("one")
    recall.add("two")
    assert recall.older("draft") == "two"
    assert recall.older("two") == "one"
    assert recall.older("one") is None
    assert recall.newer("one") == "two"
    assert recall.newer("two") == "draft"
    assert recall.newer("draft") is None


def test_a_changed_input_is_a_draft_that_is_not_lost() -> None:
    recall = RecallList()
    recall.add("one")
    recall.add("two")
    recall.older("draft")
    assert recall.newer("two, changed") is None
    assert recall.older("two, changed") == "two"
    assert recall.newer("two") == "two, changed"


def test_what_is_remembered_during_a_walk_does_not_end_it() -> None:
    recall = RecallList()
    recall.add("one")
    recall.add("two")
    assert recall.older("draft") == "two"
    recall.add("three")
    assert recall.older("two") == "one"
    assert [recall.newer("one"), recall.newer("two"), recall.newer("three")] == ["two", "three", "draft"]


def test_a_walk_at_an_input_that_is_forgotten_ends() -> None:
    recall = RecallList()
    for number in range(KEPT):
        recall.add(f"{number}")
    walk(recall)
    recall.add("new")
    assert recall.newer("0") is None
    assert recall.older("0") == "new"


def test_blank_inputs_and_repeats_of_the_newest_are_passed_over() -> None:
    recall = RecallList()
    for text in ("one", "one", " \n", "two", "one"):
        recall.add(text)
    assert walk(recall) == ["one", "two", "one"]


def test_inputs_are_there_again_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "inputs.jsonl"
    RecallList(file).add("日本語\nand a second row \u2028 \ud800")
    assert RecallList(file).older("") == "日本語\nand a second row \u2028 \ud800"


def test_the_file_is_the_users_own(tmp_path: Path) -> None:
    file = tmp_path / "inputs.jsonl"
    RecallList(file).add("secret")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_damaged_lines_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "inputs.jsonl"
    file.write_bytes(b'"one"\n\xff\xfe{"broken\n17\n"two"\n')
    recall = RecallList(file)
    assert walk(recall) == ["two", "one"]


def test_a_long_file_is_shortened_and_stays_the_users_own(tmp_path: Path) -> None:
    file = tmp_path / "inputs.jsonl"
    file.write_text("".join(json.dumps(f"input {number}") + "\n" for number in range(3 * KEPT)))
    recall = RecallList(file)
    assert len(recall) == KEPT
    assert recall.older("") == f"input {3 * KEPT - 1}"
    assert len(file.read_text().splitlines()) == KEPT
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    recall = RecallList(tmp_path / "absent" / "inputs.jsonl")
    recall.add("one")
    assert recall.older("") == "one"
