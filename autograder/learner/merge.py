"""Merges the functions of a learner's library into the stubs of a new release."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from ..library import UNPARSABLE, raises_not_written, split_lines


class Unreadable(ValueError):
    """A file of the learner's cannot be read, so it is left unchanged."""


@dataclass(frozen=True)
class Definition:
    """A top-level function of one of the learner's modules.

    ``needed`` maps each name that it uses, and that its module binds in addition to its functions, to the import by
    which another module gets it.
    """

    module: str
    source: str
    written: bool
    used: frozenset[str]
    needed: Mapping[str, str]


def read_definitions(modules: Mapping[str, str]) -> dict[str, Definition]:
    """Return a library's top-level functions by name; of two with the same name, the written one, or the later.

    Modules that Python cannot read are left out.
    """
    found: dict[str, Definition] = {}
    for module, text in modules.items():
        try:
            tree = ast.parse(text)
        except UNPARSABLE:
            continue
        lines = split_lines(text)
        ways = {name: way for node in tree.body for name, way in _ways_to_import(module, node).items()}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                used = frozenset(name.id for name in ast.walk(node) if isinstance(name, ast.Name))
                needed = {name: ways[name] for name in used if name in ways}
                made = Definition(module, _cut(lines, node), not _is_stub(node), used, needed)
                if made.written or not getattr(found.get(node.name), "written", False):
                    found[node.name] = made
    return found


def merge_module(module: str, mine: str | None, new: str, definitions: Mapping[str, Definition]) -> str:
    """Return a module of the library with the new release's stubs and everything that the learner has written.

    Parameters
    ----------
    module : str
        The module's name.
    mine : str or None
        The learner's text of it, or None if there is none yet.
    new : str
        The new release's text.
    definitions : mapping of str to Definition
        Everything that the learner's library defines, as `read_definitions` returns it: a function that now belongs to
        another module is moved there.

    Raises
    ------
    Unreadable
        If Python cannot read the learner's text.
    """
    stubs = [node for node in ast.parse(new).body if isinstance(node, ast.FunctionDef)]
    if mine is None:
        return _fill_in(module, new, stubs, definitions)
    try:
        own = ast.parse(mine).body
    except UNPARSABLE as error:
        raise Unreadable(str(error)) from None
    lines, new_lines = split_lines(mine), split_lines(new)
    present = {node.name: node for node in own if isinstance(node, ast.FunctionDef)}
    text = mine.rstrip("\n")
    unwritten = [stub for stub in stubs if stub.name in present and _is_stub(present[stub.name])]
    for stub in sorted(unwritten, key=lambda stub: -present[stub.name].lineno):
        old = present[stub.name]
        lines[_first_line(old) - 1 : old.end_lineno] = split_lines(_taken_along(stub, new_lines, definitions))
        text = "\n".join(lines)
    missing = [stub for stub in stubs if stub.name not in present]
    text = "\n\n\n".join([text, *(_taken_along(stub, new_lines, definitions) for stub in missing)]) + "\n"
    text = _with_head(text, _head(ast.parse(new).body, new_lines))
    return _with_head(text, _needed(module, text, [*unwritten, *missing], definitions))


def _is_stub(node: ast.FunctionDef) -> bool:
    """Return whether a function does nothing but raise NotImplementedError, apart from its docstring."""
    body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    return len(body) == 1 and raises_not_written(body[0])


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _cut(lines: list[str], node: ast.FunctionDef) -> str:
    return "\n".join(lines[_first_line(node) - 1 : node.end_lineno])


def _taken_along(stub: ast.FunctionDef, new_lines: list[str], definitions: Mapping[str, Definition]) -> str:
    found = definitions.get(stub.name)
    return found.source if found is not None and found.written else _cut(new_lines, stub)


def _fill_in(module: str, new: str, stubs: list[ast.FunctionDef], definitions: Mapping[str, Definition]) -> str:
    """Return a new module in which functions that the learner wrote elsewhere replace their stubs."""
    lines = split_lines(new)
    moved = [stub for stub in stubs if stub.name in definitions and definitions[stub.name].written]
    for stub in sorted(moved, key=lambda stub: -stub.lineno):
        lines[_first_line(stub) - 1 : stub.end_lineno] = split_lines(definitions[stub.name].source)
    text = "\n".join(lines) + "\n"
    return _with_head(text, _needed(module, text, moved, definitions))


def _needed(module: str, text: str, stubs: list[ast.FunctionDef], definitions: Mapping[str, Definition]) -> list[str]:
    """Return the imports that the module's new text lacks, for functions moved into it from other modules."""
    here = {name for node in ast.parse(text).body for name in _bound(node)}
    wanted: dict[str, str] = {}
    for found in (definitions[stub.name] for stub in stubs if stub.name in definitions):
        if found.written and found.module != module:
            wanted |= found.needed
            for name in found.used & set(definitions):
                wanted[name] = f"from .{definitions[name].module} import {name}"
    own = f"from .{module} "
    return [wanted[name] for name in sorted(set(wanted) - here) if not wanted[name].startswith(own)]


def _ways_to_import(module: str, node: ast.stmt) -> dict[str, str]:
    """Return each name that an import or an assignment of a module binds, and how another module imports it."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return {name: f"from .{module} import {name}" for name in _bound(node)}
    ways = {}
    for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else []:
        one = ast.Import([alias]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [alias], node.level)
        ways[alias.asname or alias.name] = ast.unparse(one)
    return ways


def _head(nodes: list[ast.stmt], lines: list[str]) -> list[str]:
    """Return the imports and assignments of a module: what its functions need above them."""
    kinds = (ast.Import, ast.ImportFrom, ast.Assign)
    return ["\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in nodes if isinstance(node, kinds)]


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that an import, an assignment or a definition binds."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name for alias in node.names}
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _with_head(text: str, wanted: list[str]) -> str:
    """Return a module's text with missing imports and assignments added below its imports."""
    nodes = ast.parse(text).body
    bound = {name for node in nodes for name in _bound(node)}
    lacking = [line for line in wanted if _bound(ast.parse(line).body[0]) - bound]
    if not lacking:
        return text
    future = [line for line in lacking if line.startswith("from __future__")]
    others = [line for line in lacking if line not in future]
    lines = split_lines(text)
    first = nodes[0] if nodes else None
    opening = first.end_lineno if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else 0
    at = max((node.end_lineno for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))), default=opening)
    return "\n".join([*lines[:opening], *future, *lines[opening:at], *others, *lines[at:]]) + "\n"
