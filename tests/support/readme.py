"""The README's tables, made from the code: `python -m tests.support.readme` writes them into it."""

import argparse
import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec

from frieza_tui.arguments import SETTINGS_FLAGS, build_parser
from frieza_tui.settings import ENV_PREFIX, SHARED_ENV, Settings
from frieza_tui.tui.commands import COMMANDS
from frieza_tui.tui.keys import KEYS
from tests.faults.names import readme_table

README = Path(__file__).parents[2] / "README.md"


def blocks() -> dict[str, str]:
    """What stands between the README's markers, by the markers' names."""
    return {
        "keys": f"{keys_table()}\n\n{commands_table()}",
        "faults": readme_table(),
        "settings": f"{settings_table()}\n\nThe other flags:\n\n{flags_table()}",
    }


def filled(text: str) -> str:
    """A README's text with every block as the code has it."""
    for name, block in blocks().items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, rest = text.split(start)
        text = f"{before}{start}{block}\n{end}{rest.split(end)[1]}"
    return text


def keys_table() -> str:
    return _table(("key", "what it does"), [(one.shown, one.does()) for one in KEYS])


def commands_table() -> str:
    """What can be sent as a whole message."""
    return _table(("sent as the whole message", "what it does"), [(f"`{one.shown}`", one.does()) for one in COMMANDS])


def settings_table() -> str:
    flags = {action.dest: action for command, action in all_flags() if not command and action.dest in SETTINGS_FLAGS}
    rows = []
    for field in msgspec.structs.fields(Settings):
        flag = f"`{_shown(flags[field.name])}`" if field.name in flags else ""
        variables = [SHARED_ENV.get(field.name), ENV_PREFIX + field.name.upper()]
        environment = ", ".join(f"`{name}`" for name in variables if name)
        rows.append((f"`{field.name}`", _default(field), _meaning(field.name), flag, environment))
    return _table(("setting", "default", "what it does", "flag", "environment"), rows)


def flags_table() -> str:
    """Flags that set no setting of the same name, each with its command."""
    rows = [
        (f"`{f'{command} ' if command else ''}{_shown(action)}`", action.help or "")
        for command, action in all_flags()
        if (command or action.dest not in SETTINGS_FLAGS) and action.help != argparse.SUPPRESS
    ]
    return _table(("flag", "what it does"), rows)


def all_flags() -> Iterator[tuple[str, argparse.Action]]:
    """Every flag but --help, with the command that it belongs to."""
    return _flags_of(build_parser(), "")


def _flags_of(parser: argparse.ArgumentParser, command: str) -> Iterator[tuple[str, argparse.Action]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from _flags_of(inner, f"{command} {name}".strip())
        elif action.option_strings and action.dest != "help":
            yield command, action


def _shown(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings)
    return f"{names} {action.metavar or action.dest.upper()}" if action.nargs is None else names


def _default(field: msgspec.structs.FieldInfo) -> str:
    return "" if field.default is None else f"`{msgspec.json.encode(field.default).decode()}`"


def _meaning(name: str) -> str:
    choices = [f"`{choice}`" for choice in get_args(get_type_hints(Settings)[name]) if isinstance(choice, str | int)]
    words = [
        docstrings()[name].replace("; None:", "; not set:").replace("None:", "Not set:"),
        *([f"One of {', '.join(choices)}."] if choices else []),
    ]
    return " ".join(words)


def docstrings() -> dict[str, str]:
    """What stands under each field of the settings, by the field's name."""
    (one,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(one, ast.ClassDef)
    found = {}
    for field, after in zip(one.body, one.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            found[field.target.id] = str(ast.literal_eval(after.value))
    return found


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [[cell.replace("|", r"\|") for cell in row] for row in (head, *rows)]
    lines.insert(1, ["---"] * len(head))
    return "\n".join(re.sub(r" +", " ", f"| {' | '.join(cells)} |") for cells in lines)


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")
