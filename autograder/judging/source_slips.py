"""Finds mistakes that a function's source shows with certainty, and whose results would only puzzle a learner."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

from ..library import UNPARSABLE


class SourceSlipKind(StrEnum):
    """What is wrong in the source."""

    TWICE = auto()
    """The function is defined more than once."""
    INSIDE = auto()
    """A definition of the function is inside the function and is never used."""
    UNSET = auto()
    """An array without set entries is used as if it held numbers."""
    NO_MEAN = auto()
    """A normal draw has its shape in the place of the standard deviation."""


@dataclass(frozen=True)
class SourceSlip:
    """A mistake in the source, with the lines that it concerns, and how the code calls what it misuses."""

    kind: SourceSlipKind
    lines: tuple[int, ...]
    call: str = ""


def find_source_slip(source: bytes, name: str) -> SourceSlip | None:
    """Return the first certain mistake in the source of a function, or None.

    Parameters
    ----------
    source : bytes
        The module.
    name : str
        The function.
    """
    try:
        tree = ast.parse(source)
    except UNPARSABLE:
        return None
    definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not definitions:
        return None
    if len(definitions) > 1:
        return SourceSlip(SourceSlipKind.TWICE, tuple(node.lineno for node in definitions))
    function = definitions[0]
    inner = [node for node in function.body if isinstance(node, ast.FunctionDef) and node.name == name]
    around = [node for node in function.body if node not in inner]
    if inner and not any(_mentions(node, name) for node in around):
        return SourceSlip(SourceSlipKind.INSIDE, (function.lineno, inner[0].lineno))
    if empty := next(_find_unset(function), None):
        return SourceSlip(SourceSlipKind.UNSET, (empty.lineno,), ast.unparse(empty.func))
    draws = (node for node in ast.walk(function) if isinstance(node, ast.Call) and _lacks_mean(node))
    if draw := next(draws, None):
        return SourceSlip(SourceSlipKind.NO_MEAN, (draw.lineno,), ast.unparse(draw.func))
    return None


def tell_source_slip(exercise: str, slip: SourceSlip) -> str:
    """Say what the source of a function shows, and what to do about it."""
    match slip.kind:
        case SourceSlipKind.TWICE:
            *first, last = map(str, slip.lines)
            times = "twice" if len(first) == 1 else f"{len(slip.lines)} times"
            return (
                f"{exercise} is defined {times} (lines {', '.join(first)} and {last}); Python uses the last one. Keep "
                "only one."
            )
        case SourceSlipKind.INSIDE:
            outer, inner = slip.lines
            return (
                f"There is a def {exercise} inside the def {exercise} (line {inner}, inside line {outer}), and nothing "
                "calls it. Keep only one def line, with the code indented once below it."
            )
        case SourceSlipKind.UNSET:
            return (
                f"`{slip.call}` on line {slip.lines[0]} does not set the entries of its array: they hold whatever was "
                "in memory. Make an array whose entries are set."
            )
    return (
        f"On line {slip.lines[0]}, `{slip.call}` gets the shape in the place of the standard deviation: its arguments "
        "are the mean, the standard deviation and the shape, in this order."
    )


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


def _lacks_mean(call: ast.Call) -> bool:
    """Return whether a draw is written like ``rng.normal(0.1, (2, 3))``."""
    named = {keyword.arg for keyword in call.keywords}
    is_normal = isinstance(call.func, ast.Attribute) and call.func.attr == "normal"
    return is_normal and len(call.args) == 2 and isinstance(call.args[1], ast.Tuple) and not named


def _find_unset(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Yield each call of ``np.empty`` whose array is returned or added to, although nothing sets its entries."""
    set_names = {name for node in ast.walk(function) for name in _find_names_set(node)}
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from filter(_is_empty, _find_terms(node.value))
        if isinstance(node, ast.Assign) and _is_empty(node.value) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id not in set_names:
                yield node.value


def _find_terms(value: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression and the operands that it adds, multiplies and so on."""
    yield value
    if isinstance(value, ast.BinOp):
        yield from _find_terms(value.left)
        yield from _find_terms(value.right)


_UNSET = ("empty", "empty_like", "ndarray")
"""NumPy's functions that make an array and set no entry."""


def _is_empty(node: ast.expr) -> bool:
    """Return whether an expression makes an array with some entries and sets none of them."""
    if not isinstance(node, ast.Call):
        return False
    known = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    if not known or node.func.value.id not in ("np", "numpy") or node.func.attr not in _UNSET:
        return False
    return not any(isinstance(one, ast.Constant) and one.value == 0 for arg in node.args for one in ast.walk(arg))


def _find_names_set(node: ast.AST) -> Iterator[str]:
    """Yield the names of arrays whose entries a statement or an expression may set."""
    if isinstance(node, (ast.Assign, ast.For, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        # To bind the name again is to set it, too, except where an empty array is made.
        again = not isinstance(node, ast.Assign) or not _is_empty(node.value)
        for target in targets:
            parts = [one for one in ast.walk(target) if again or isinstance(one, ast.Subscript)]
            yield from (one.id for part in parts for one in ast.walk(part) if isinstance(one, ast.Name))
        # Another name, or a view, may set the entries.
        if isinstance(node, ast.Assign):
            yield from (one.id for one in ast.walk(node.value) if isinstance(one, ast.Name))
    # A loop may set the entries of each row, and a function those of its arguments.
    inside = node.iter if isinstance(node, (ast.For, ast.comprehension)) else node
    if inside is not node or isinstance(node, (ast.Call, ast.NamedExpr)):
        yield from (one.id for one in ast.walk(inside) if isinstance(one, ast.Name))
