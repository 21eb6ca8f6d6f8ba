"""The reference library and the misconceptions, for the trusted side only."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import marshal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from ..paths import SOLUTIONS
from ..refusal import Refusal

_PACKAGE = "solutions"


class NoReference(Refusal):
    """There are no solutions in this copy of the course."""


class BrokenReference(Refusal):
    """A solution or a misconception breaks a rule; the message names the solution or misconception."""


def _import(name: str) -> ModuleType:
    """Import a module of solutions/ as part of one package, so that nothing shadows the student's library."""
    if _PACKAGE not in sys.modules:
        path = SOLUTIONS / "__init__.py"
        if not path.exists():
            raise NoReference("This copy of the course holds no solutions; ask your instructor.")
        spec = importlib.util.spec_from_file_location(_PACKAGE, path, submodule_search_locations=[str(path.parent)])
        package = importlib.util.module_from_spec(spec)
        sys.modules[_PACKAGE] = package
        spec.loader.exec_module(package)
    return importlib.import_module(f"{_PACKAGE}.{name}")


def module(name: str) -> ModuleType:
    """Return the reference's module of a chapter, such as ``weights``."""
    return _import(f"weightlab.{name}")


def modules() -> list[str]:
    """Return the names of the reference's modules, in the order of their names."""
    return sorted(path.stem for path in (SOLUTIONS / "weightlab").glob("[a-z]*.py"))


@dataclass(frozen=True)
class Misconception:
    """A typical wrong answer, and what a tutor would say about it."""

    name: str
    exercise: str
    advice: str
    function: Callable
    general: bool = False
    """Whether this belongs to a family; if so, it is left out if its answer is right or the same as another's."""


@cache
def misconceptions(module_name: str) -> dict[str, list[Misconception]]:
    """Return a chapter's misconceptions by exercise, in the order in which they are tried: its own, then families."""
    found: dict[str, list[Misconception]] = {}
    for function in vars(_import(f"misconceptions.{module_name}")).values():
        for exercise in getattr(function, "misunderstands", ()):
            found.setdefault(exercise, []).append(_named(function, exercise, function, module_name))
    for exercise, definition in _definitions().items():
        if definition.module == module_name and not exercise.startswith("_"):
            own = {one.name for one in found.get(exercise, [])}
            for family in vars(_import("misconceptions.families")).values():
                wrong = _apply(family, exercise)
                if wrong and family.__name__ not in own:
                    found.setdefault(exercise, []).append(_named(family, exercise, wrong, "families"))
    return found


def _named(function: Callable, exercise: str, wrong: Callable, file: str) -> Misconception:
    advice = " ".join((function.__doc__ or "").split())
    if not advice:
        raise BrokenReference(f"solutions/misconceptions/{file}.py: {function.__name__} has no advice (docstring).")
    return Misconception(function.__name__, exercise, advice, wrong, general=wrong is not function)


def _apply(family: Any, exercise: str) -> Callable | None:
    """Return a family's misconception for an exercise, or None if the family does not apply to it."""
    function = getattr(module(_definitions()[exercise].module), exercise)
    if hasattr(family, "arguments") and inspect.isfunction(function):
        signature = inspect.signature(function)
        if exercise in family.besides or not family.arguments <= set(signature.parameters):
            return None
        return lambda *args, **kwargs: family(function, signature.bind(*args, **kwargs).arguments)
    for name in getattr(family, "replaces", ()):
        if name == exercise and family.itself:
            return lambda *args: family(function, *args)
        if name in direct_uses(exercise):
            return partial(_call_with_other, exercise, name, family)
    return None


def direct_uses(exercise: str) -> set[str]:
    """Return the names that an exercise's answer uses, directly or in its private functions."""
    uses = set(_definitions()[exercise].uses)
    for private in [name for name in uses if name.startswith("_") and name in _definitions()]:
        uses |= _definitions()[private].uses
    return uses


def _call_with_other(exercise: str, name: str, other: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call an exercise's answer in a library where one function is replaced."""
    library = library_of(exercise)
    right = library[name]
    library[name] = lambda *given: other(right, *given)
    return library[exercise](*args, **kwargs)


def library_of(exercise: str) -> dict[str, Any]:
    """Return an exercise's answer and everything that it uses, by name, in a separate library."""
    source, _ = source_of((exercise,))
    library: dict[str, Any] = {}
    exec(source, library)
    return library


@dataclass(frozen=True)
class _Definition:
    module: str
    node: ast.stmt
    uses: frozenset[str]


@cache
def _definitions() -> dict[str, _Definition]:
    """Return each top-level name of the reference, with its definition and the names that this uses."""
    found: dict[str, _Definition] = {}
    for path in sorted((SOLUTIONS / "weightlab").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8"), str(path)).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names = [node.name]
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            else:
                continue
            body = node.body if isinstance(node, ast.FunctionDef) else [node]
            uses = {n.id for part in body for n in ast.walk(part) if isinstance(n, ast.Name)}
            if isinstance(node, ast.FunctionDef):
                # Neither docstrings nor hints are needed, and each candidate compiles what is left.
                node.body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
                node.returns = None
                for arg in [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]:
                    arg.annotation = None
            for name in names:
                if name in found:
                    raise ValueError(f"{name} is defined in {found[name].module}.py and in {path.name}")
                found[name] = _Definition(path.stem, node, frozenset(uses - set(names)))
    return found


def paths_of(names: Iterable[str]) -> list[Path]:
    """Return the reference's files that define these names and everything that they use."""
    modules = sorted({_definitions()[name].module for name in closure(names)})
    return [SOLUTIONS / "weightlab" / f"{name}.py" for name in modules]


def definition(name: str) -> ast.stmt:
    """Return the reference's definition of a name, without its docstring and type hints."""
    return _definitions()[name].node


def closure(names: Iterable[str]) -> list[str]:
    """Return the names and everything that the reference's definitions of them use, prerequisites first."""
    definitions, ordered = _definitions(), []

    def visit(name: str) -> None:
        if name in ordered or name not in definitions:
            return
        for used in sorted(definitions[name].uses):
            visit(used)
        ordered.append(name)

    for name in names:
        visit(name)
    return ordered


@cache
def code_of(names: tuple[str, ...]) -> tuple[bytes, dict[str, list[str]]]:
    """Return the program of `source_of`, compiled and marshalled for this Python, and the names by module."""
    source, by_module = source_of(names)
    return marshal.dumps(compile(source, "<given>", "exec", dont_inherit=True)), by_module


@cache
def source_of(names: tuple[str, ...]) -> tuple[str, dict[str, list[str]]]:
    """Return a program that defines these functions (and what they need), and the names by module."""
    wanted = closure(names)
    definitions = _definitions()
    lines = ["from __future__ import annotations", "import math", "from pathlib import Path", "import numpy as np"]
    by_module: dict[str, list[str]] = {}
    for name in wanted:
        node = definitions[name].node
        lines.append(ast.unparse(node))
        if not name.startswith("_"):
            by_module.setdefault(definitions[name].module, []).append(name)
    return "\n\n".join(lines), by_module
