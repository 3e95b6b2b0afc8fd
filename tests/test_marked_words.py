"""Whatever the program says is marked for translation: literals that reach a user, and English sentences anywhere."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import frieza_tui
from frieza_tui.domain import errors

PACKAGE = Path(frieza_tui.__file__).parent
MARKS = {"_", "ngettext"}
TOLD: dict[str, tuple[int, ...]] = {
    "say": (0,),
    "_say": (0,),
    "_tell": (0,),
    "_note": (0,),
    "notify": (0,),
    "print": (0, 1, 2),
    "BubbleState": (0,),
    "add_bubble": (2,),
    "SystemCommand": (0, 1),
    "Static": (0,),
    "Label": (0, 1, 2, 3),
    "Button": (0,),
    "Option": (0,),
    "Content": (0,),
    "styled": (0,),
    "assemble": tuple(range(12)),
    "update": (0,),
    "add_argument_group": (0,),
    "TurnEnded": (1, 2),
    "Preparation": (2,),
    **{name: (0, 1) for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)},
}
"""What shows its arguments to a user, and which of them."""
TOLD_BY_NAME = {"help", "description", "epilog", "placeholder", "happened", "todo", "title", "tooltip"}
"""Keyword arguments and attributes that are shown."""
SHOWN_ATTRIBUTES = {"border_title", "border_subtitle", "placeholder", "tooltip", "hint", "words"}
NAMES = {"frieza-tui: ", "frieza-tui ", "Assistants", "Responses", "Chat Completions", "llama.cpp"}
NAMES_OF_DOUBLES = {"scripted", "script", "demo"}
NOT_SAID = {
    "no conversations": "caught in the same module",
    "no way to delete": "the same",
    "an event is larger than ": "caught in another module, which says it in its own words",
    "a body without an end": "the same",
    "Count from one to thirty in words.": "asked of the model, whose speed it measures",
    "the process is started with a pipe": "an assertion",
    "(deprecated$|The Assistants API is deprecated)": "a pattern",
}
"""Literals that look like words to a user and are none, and why."""
ELSEWHERE = ("server/", "backends/scripted.py", "backends/demo_script.py")
"""Places with sentences that are nobody's screen: answers in OpenAI's own words, and what a script says."""
WORD = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"(?:[A-Za-z',;]+ ){3,}[A-Za-z']+")
OTHER = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA|JOIN|GROUP BY)\b|^\s*[a-z]+(-[a-z]+)+\s[\sa-z0-9-]*$"
)
"""SQL, and names of styles one after the other."""
FOR_PROGRAMMERS = {"debug", "info", "warning", "error", "exception", "critical", "compile", "fullmatch", "execute"}
"""Calls whose sentences go into the log, or are no sentences but patterns and SQL."""
ERRORS_OF_OURS = {"RuntimeError", "ValueError", "TypeError", "NotImplementedError", "KeyError", "AssertionError"}
"""They say that the program is wrong, not the user; what a user sees of them is another sentence."""


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def plain_literals(node: ast.AST) -> Iterator[ast.Constant]:
    """The string literals of an expression, in as far as they are its value: not those that other calls take."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join", "strip"}:
            yield from plain_literals(node.func.value)
    elif isinstance(node, ast.Tuple):
        yield from plain_literals(node.elts[0])
    elif isinstance(node, ast.JoinedStr | ast.IfExp | ast.BoolOp | ast.BinOp | ast.Lambda):
        for part in ast.iter_child_nodes(node):
            if part is not getattr(node, "test", None):
                yield from plain_literals(part)


def shown_literals(nodes: Sequence[ast.AST]) -> Iterator[ast.Constant]:
    """The string literals that reach a user as they are."""
    for node in nodes:
        if isinstance(node, ast.Call):
            for index in TOLD.get(name_of(node.func), ()):
                if index < len(node.args):
                    yield from plain_literals(node.args[index])
            for keyword in node.keywords:
                if keyword.arg in TOLD_BY_NAME:
                    yield from plain_literals(keyword.value)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in SHOWN_ATTRIBUTES:
                    yield from plain_literals(node.value)


def sentences(nodes: Sequence[ast.AST]) -> Iterator[ast.Constant]:
    """English sentences that are neither marked nor documentation, nor meant for programmers."""
    passed_over = {id(literal) for node in nodes for literal in passed_over_by(node)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed_over:
            yield from [node] if SENTENCE.search(node.value) and not OTHER.search(node.value) else []


def passed_over_by(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.Call) and name_of(node.func) in MARKS | FOR_PROGRAMMERS | ERRORS_OF_OURS:
        yield from (literal for argument in node.args for literal in ast.walk(argument))


def found_in(source: str) -> set[str]:
    nodes = [*ast.walk(ast.parse(source))]
    literals = [one for one in shown_literals(nodes) if WORD.search(str(one.value))] + list(sentences(nodes))
    return {str(literal.value) for literal in literals} - NAMES - NAMES_OF_DOUBLES - set(NOT_SAID)


def test_what_a_user_sees_is_marked_for_translation() -> None:
    files = {str(path.relative_to(PACKAGE)): path for path in PACKAGE.rglob("*.py")}
    found = {name: found_in(path.read_text("utf-8")) for name, path in files.items() if not name.startswith(ELSEWHERE)}
    assert len(found) > 100
    assert {name: literals for name, literals in found.items() if literals} == {}


@pytest.mark.parametrize(
    "source",
    [
        'line.say("Copied")',
        'line.say(f"Copied {count}")',
        'line.say(_("Copied") if count else "Nothing")',
        'line.say("Copied {count}".format(count=count))',
        'group.add_argument("--plain", help="plain lines")',
        'raise StoreError("The disk is full.") from error',
        'raise StoreError(_("The disk is full."), "Make room.")',
        'BubbleState("queued", "active")',
        'BubbleState(lambda: "queued")',
        'sheet.border_title = "Keys"',
        'Content.assemble(("Keys", "bold"), " ")',
        'words = "There is no room left here"',
    ],
)
def test_a_literal_that_is_not_marked_is_found(source: str) -> None:
    assert found_in(source) != set()


@pytest.mark.parametrize(
    "source",
    [
        'line.say(_("Copied"))',
        'line.say(ngettext("{count} copied", "{count} copied", count).format(count=count))',
        'log.warning("the disk is full and says so")',
        'def open_thread():\n    "Open a thread that was kept before."',
        'raise ValueError("not a kind of segment at all")',
        'Content.assemble((_("Keys"), "bold"), " ")',
        'connection.run("SELECT title FROM threads WHERE id = ?")',
    ],
)
def test_what_is_marked_or_said_to_nobody_is_passed_over(source: str) -> None:
    assert found_in(source) == set()
