"""Names of ours that Textual owns hang the app without a word; so none may collide (STYLE: facts, 7)."""

import ast
import importlib
import inspect
import pkgutil
from functools import cache
from pathlib import Path

from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.widget import Widget

import frieza_tui.tui

SET_ON_PURPOSE = {
    "title",
    "theme",
    "placeholder",
    "value",
    "cursor_position",
    "match_cursor_bracket",
    "cursor_blink",
    "highlighted",
    "read_only",
    "virtual_size",
}


def our_classes() -> list[type[MessagePump]]:
    found: dict[type[MessagePump], None] = {}
    for module in pkgutil.walk_packages(frieza_tui.tui.__path__, "frieza_tui.tui."):
        for _name, one in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(one, MessagePump) and one.__module__.startswith("frieza_tui."):
                found[one] = None
    return list(found)


@cache
def classes_in(file: str) -> dict[str, ast.AST]:
    """The classes of a module by name; inspect would read the whole module once for each of them."""
    tree = ast.parse(Path(file).read_text("utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def tree_of(one: type[MessagePump]) -> ast.AST:
    return classes_in(inspect.getfile(one))[one.__name__]


def private_methods(one: type[MessagePump]) -> set[str]:
    functions = [node for node in ast.walk(tree_of(one)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {node.name for node in functions if node.name.startswith("_") and not node.name.endswith("__")}


@cache
def assigned_on_self(one: type[MessagePump]) -> set[str]:
    tree = tree_of(one)
    targets = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    return {node.attr for node in targets if isinstance(node.value, ast.Name) and node.value.id == "self"}


def owned_by_textual(one: type[MessagePump]) -> set[str]:
    """Names of Textual's classes above ours: on the class, and assigned in its methods."""
    names: set[str] = set()
    for base in one.__mro__:
        if base.__module__.startswith("textual."):
            names |= set(vars(base)) | assigned_on_self(base)
    return names


MEANT = {"_fatal_error"}
"""Textual's own, replaced on purpose: it would print a traceback with all variables."""


def test_no_private_method_and_nothing_assigned_on_self_is_textuals_own() -> None:
    ours = {one: (private_methods(one) - MEANT) | (assigned_on_self(one) - SET_ON_PURPOSE) for one in our_classes()}
    collisions = {one.__name__: names & owned_by_textual(one) for one, names in ours.items()}
    assert {name: names for name, names in collisions.items() if names} == {}


def test_the_check_knows_the_traps() -> None:
    traps = {"_closed", "_running", "_task", "_message_queue"}
    assert all(traps <= owned_by_textual(one) for one in (Widget, ScrollView, Screen, App))
    assert len(our_classes()) >= 8
