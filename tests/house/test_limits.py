"""Sizes that no file, class or function may outgrow (STYLE: SIZE); there are no waivers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import frieza_tui

PACKAGE = Path(frieza_tui.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def methods_of(one: ast.ClassDef) -> int:
    return sum(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in one.body)


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(PACKAGE)) for path in FILES])
def test_a_file_its_classes_and_functions_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= 400
    assert [one.name for one in functions(tree) if lines_of(one) > 50] == []
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert [one.name for one in classes if lines_of(one) > 300] == []
    assert [
        one.name
        for one in classes
        if sum(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in one.body) > 25
    ] == []


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(PACKAGE)) for path in FILES])
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
