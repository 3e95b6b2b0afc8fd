from pathlib import Path

import pytest

from frieza_tui.assistant_files import find_assistant, load_assistant, shipped_path
from frieza_tui.domain.assistant import Assistant, Example
from frieza_tui.domain.errors import AssistantFileError
from frieza_tui.paths import config_dir
from tests.support.assistants import default_assistant

WHOLE = """
name = "Bulma"
instructions = "You are Bulma."
model = "gpt-4o"
tools = ["code_interpreter"]

[en]
system = "Be Bulma."
examples = [["Who?", "Bulma, of course."]]
openers = ["Well, "]
more = [["Why?", "Why not."]]
"""


def file_with(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bulma.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_assistant_is_the_articles() -> None:
    frieza = default_assistant()
    assert frieza.name == "フリーザ様"
    assert frieza.instructions == "You act as Frieza from Dragon Ball. Speak in Japanese"
    assert [pack.language for pack in frieza.packs] == ["ja", "en"]
    assert all(len(pack.examples) >= 18 and pack.openers for pack in frieza.packs)


def test_a_whole_file_becomes_an_assistant(tmp_path: Path) -> None:
    bulma = load_assistant(file_with(tmp_path, WHOLE))
    assert (bulma.name, bulma.model, bulma.tools) == ("Bulma", "gpt-4o", ("code_interpreter",))
    assert bulma.packs[0].examples == (Example("Who?", "Bulma, of course."),)
    assert bulma.packs[0].openers == ("Well, ",)
    assert bulma.packs[0].more == (Example("Why?", "Why not."),)


def test_name_and_instructions_are_enough(tmp_path: Path) -> None:
    path = file_with(tmp_path, 'name = "B"\ninstructions = "Be B."')
    assert load_assistant(path) == Assistant("B", "Be B.")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('name = "B"', "instructions"),
        ('name = 1\ninstructions = "x"', "$.name"),
        ('name = " "\ninstructions = "x"', "`name`"),
        ('name = "B"\ninstructions = ""', "`instructions`"),
        ('name = "B"\ninstructions = "x"\nvoice = "y"', "voice"),
        ('name = "B"\ninstructions = "x"\ntools = ["hammer"]', "$.tools"),
        ('name = "B"\ninstructions = "x"\n[ja]\nsystem = "x"\nexamples = [["only one"]]', "$.ja.examples"),
        ('name = "B"\ninstructions = "x"\n[fr]\nsystem = "x"\nexamples = []', "fr"),
        ('name = "B', "Unterminated"),
        ("\x00", "wrong"),
    ],
)
def test_a_wrong_file_is_named_with_the_key_that_is_wrong(tmp_path: Path, text: str, named: str) -> None:
    path = file_with(tmp_path, text)
    with pytest.raises(AssistantFileError) as caught:
        load_assistant(path)
    assert str(path) in caught.value.happened
    assert named in caught.value.happened
    assert str(shipped_path()) in caught.value.todo


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bulma.toml"
    path.write_bytes(b'name = "\xff\xfe"')
    with pytest.raises(AssistantFileError, match="bulma"):
        load_assistant(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssistantFileError, match="No such file"):
        find_assistant(str(tmp_path / "nobody.toml"))


def test_an_assistant_is_found_by_path_by_name_and_as_shipped(tmp_path: Path) -> None:
    path = file_with(tmp_path, WHOLE)
    assert find_assistant(str(path)).name == "Bulma"
    folder = config_dir() / "assistants"
    folder.mkdir(parents=True)
    path.rename(folder / "bulma.toml")
    assert find_assistant("bulma").name == "Bulma"
    assert find_assistant("frieza") == default_assistant()


def test_the_users_file_hides_the_shipped_one_of_that_name() -> None:
    folder = config_dir() / "assistants"
    folder.mkdir(parents=True)
    (folder / "frieza.toml").write_text(WHOLE, "utf-8")
    assert find_assistant("frieza").name == "Bulma"


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(AssistantFileError, match="nobody") as caught:
        find_assistant("nobody")
    assert "frieza" in caught.value.todo
