"""Sizes that no file, class or function may outgrow (STYLE: SIZE); there are no waivers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import frieza_tui

PACKAGE = Path(frieza_tui.__file__).parent


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def methods_of(one: ast.ClassDef) -> int:
    return sum(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in one.body)


def too_large(text: str, tree: ast.AST) -> Iterator[str]:
    """What outgrows its limit in a file."""
    if text.count("\n") > 400:
        yield "the file"
    yield from (one.name for one in functions(tree) if lines_of(one) > 50)
    for one in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        if lines_of(one) > 300 or methods_of(one) > 25:
            yield one.name


def test_files_classes_and_functions_stay_small(trees: dict[Path, ast.Module]) -> None:
    large = {path: [*too_large(path.read_text("utf-8"), tree)] for path, tree in trees.items()}
    assert {str(path): names for path, names in large.items() if names} == {}


def test_a_module_says_what_it_is_for(trees: dict[Path, ast.Module]) -> None:
    assert [str(path) for path, tree in trees.items() if not ast.get_docstring(tree)] == []
