"""The README says what is so: its tables, links and commands are compared with the code."""

import re
import shlex
import tomllib

import pytest

from frieza_tui.arguments import SETTINGS_FLAGS, build_parser
from frieza_tui.settings import Settings
from tests.support.readme import README, all_flags, blocks, docstrings

ROOT = README.parent
TEXT = README.read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CODE = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) + re.findall(r"`([^`\n]+)`", TEXT)
"""Shell examples, and everything else that is set as code."""
COMMANDS = sorted({part.strip() for code in CODE for part in code.split("&&") if part.strip()})
OURS = [command for command in COMMANDS if command.split()[0] in PROJECT["scripts"]]


@pytest.mark.parametrize("name", blocks())
def test_a_table_is_the_one_of_the_code(name: str) -> None:
    (found,) = re.findall(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", TEXT, re.DOTALL)
    assert found == blocks()[name], "make it anew with: python -m tests.support.readme"


def test_every_setting_says_what_it_does() -> None:
    assert set(docstrings()) == set(Settings.__struct_fields__)


def test_every_flag_is_named() -> None:
    flags = {name for _command, action in all_flags() for name in action.option_strings}
    assert {name for name in flags if not re.search(rf"(?<![\w-]){name}(?![\w-])", TEXT)} == set()


def test_every_flag_that_is_named_exists() -> None:
    named = {name for command in COMMANDS for name in re.findall(r"(?<![\w-])--[a-z][a-z-]+", command)}
    assert named - {name for _command, action in all_flags() for name in action.option_strings} <= {"--svg-only"}


def test_every_settings_flag_sets_a_setting() -> None:
    assert set(SETTINGS_FLAGS) <= set(Settings.__struct_fields__)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", TEXT))
def test_a_linked_file_exists(link: str) -> None:
    assert link.startswith("https://") or (ROOT / link).exists()


@pytest.mark.parametrize("command", OURS)
def test_a_command_of_ours_is_taken(command: str) -> None:
    build_parser().parse_args(shlex.split(command)[1:])


def test_what_is_to_be_installed_exists() -> None:
    extras = {extra for names in re.findall(r"\.\[([\w,-]+)\]", TEXT) for extra in names.split(",")}
    assert "local" in extras
    assert extras <= set(PROJECT["optional-dependencies"])


def test_what_is_to_be_run_exists() -> None:
    paths = re.findall(r"(?:python )([\w./-]+\.py)|`(\.ci/\w+)`", TEXT)
    assert [path for found in paths for path in found if path and not (ROOT / path).is_file()] == []
