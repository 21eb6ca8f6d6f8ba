"""Makes slips systematically: one small change at a time in a module, such as `<` for `<=` or a statement left out."""

from __future__ import annotations

import ast
import copy
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.paths import ROOT
from tests.support.reasons import read_reasons

ROOMS = {
    "judging": ("autograder/judging",),
    "sandbox": ("autograder/sandbox",),
    "candidate": ("autograder/candidate",),
    "classroom": ("autograder/classroom",),
    "learner": ("autograder/learner",),
    "ground": ("autograder/*.py",),
    "labkit": ("src/labkit/*.py", "src/labkit/live"),
}
"""The modules in which slips are made; figures, exercises and texts are checked by other means."""
_LEFT_OUT = ("probes.py", "figures.py", "__main__.py", "glossary.py", "test_library.py")
EQUIVALENT = ROOT / "tests" / "slips" / "equivalent.txt"
"""Slips that change nothing visible, each with its reason."""

_COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COMBINED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NEIGHBOURS = {"max": "min", "min": "max", "any": "all", "all": "any", "sorted": "list"}
_LARGE = 20
"""Numbers above this are limits: one more or one less would not be a mistake."""
_TELLING = 20
"""A node whose source has fewer characters is named together with the code around it."""


@dataclass(frozen=True)
class Slip:
    """One slip: its place, its description, and the module that contains it."""

    file: str
    line: int
    words: str
    source: str

    @property
    def name(self) -> str:
        """The name in `equivalent.txt`: the file and the description, which is unique in the file."""
        return f"{self.file} | {self.words}"


def modules_of(room: str) -> list[Path]:
    """Return the modules of a room in which slips are made."""
    found: set[Path] = set()
    for place in ROOMS[room]:
        found |= set(ROOT.glob(place)) if place.endswith(".py") else set((ROOT / place).rglob("*.py"))
    return sorted(path for path in found if path.name not in _LEFT_OUT)


def sample(room: str, count: int, seed: int) -> list[Slip]:
    """Return slips of a room, drawn at random and always the same for a seed, at most one per line."""
    chance = random.Random(f"{room} {seed}")
    places = [(path, number) for path in modules_of(room) for number in range(count_slips(path.read_text("utf-8")))]
    chance.shuffle(places)
    chosen: dict[tuple[str, int], Slip] = {}
    for path, number in places:
        slip = make_slip(path, number)
        chosen.setdefault((slip.file, slip.line), slip)
        if len(chosen) == count:
            break
    return list(chosen.values())


@cache
def equivalents() -> dict[str, str]:
    """Return the slips that change nothing visible, by name, each with the reason."""
    return read_reasons(EQUIVALENT)


def count_slips(source: str) -> int:
    """Return how many slips there are in a module."""
    return sum(1 for _ in _changes(ast.parse(source)))


def name_slips(source: str) -> list[str]:
    """Return the descriptions of all slips of a module; a repeated description gets a number."""
    found, times = [], Counter()
    for words, _, _ in _changes(ast.parse(source)):
        times[words] += 1
        found.append(words if times[words] == 1 else f"{words} ({times[words]})")
    return found


def make_slip(path: Path, number: int) -> Slip:
    """Return a module's slip with this number."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    for index, (_, old, apply) in enumerate(_changes(tree)):
        if index == number:
            apply()
            ast.fix_missing_locations(tree)
            file, words = path.relative_to(ROOT).as_posix(), name_slips(source)[number]
            return Slip(file, old.lineno, words, ast.unparse(tree) + "\n")
    raise IndexError(number)


def _changes(tree: ast.Module) -> Iterator[tuple]:
    """Yield every slip of a module: its description, the node, and what makes the slip."""
    for above, field, place, node in _nodes(tree, ()):
        for words, new in _alternatives(node):
            yield _in_context(words, node, above), node, _replacing(above[-1], field, place, new)


def _in_context(words: str, node: ast.AST, above: tuple[ast.AST, ...]) -> str:
    """Add to a slip's description the function that it is in and, if its code is short, the code around it."""
    scopes = [one.name for one in above if isinstance(one, (ast.FunctionDef, ast.ClassDef))]
    texts = (_short(one) for one in reversed(above) if isinstance(one, (ast.expr, ast.keyword, ast.stmt)))
    around = "" if len(_short(node)) > _TELLING else next((text for text in texts if len(text) > _TELLING), "")
    return f"{'.'.join(scopes) or 'module'}: {words}" + (f" in {around}" if around else "")


def _replacing(parent: ast.AST, field: str, place: int | None, new: ast.AST):
    def apply() -> None:
        if place is None:
            setattr(parent, field, new)
        else:
            getattr(parent, field)[place] = new

    return apply


def _nodes(node: ast.AST, above: tuple[ast.AST, ...]) -> Iterator[tuple[tuple[ast.AST, ...], str, int | None, ast.AST]]:
    """Yield the nodes in which a slip would change what is done: no annotations, docstrings, imports or limits.

    Code that runs only on another Python is left out, because no test here could notice.
    """
    above = (*above, node)
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        items: Iterable = enumerate(value) if isinstance(value, list) else [(None, value)]
        for place, child in items:
            if not isinstance(child, ast.AST) or _is_left_out(node, child):
                continue
            yield above, field, place, child
            yield from _nodes(child, above)


def _is_left_out(parent: ast.AST, node: ast.AST) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.FunctionDef) and node.name == "__repr__":
        return True
    if isinstance(parent, ast.If) and "sys.version_info" in (test := ast.unparse(parent.test)):
        runs_here = parent.body if eval(test, {"sys": sys}) else parent.orelse
        return node not in runs_here
    return isinstance(parent, ast.Module) and isinstance(node, ast.Assign) and _is_plain(node.value)


def _is_plain(value: ast.expr) -> bool:
    """Return whether a module's constant is a number or a text: a limit, a name, or words."""
    return all(
        isinstance(node, (ast.Constant, ast.BinOp, ast.operator, ast.UnaryOp, ast.unaryop)) for node in ast.walk(value)
    )


def _alternatives(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what somebody might write by mistake in place of a node."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
        new = copy.deepcopy(node)
        new.ops = [_COMPARED[type(node.ops[0])]()]
        yield _told(node, new), new
    elif isinstance(node, ast.BoolOp):
        new = copy.deepcopy(node)
        new.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _told(node, new), new
        yield _told(node, node.values[0]), copy.deepcopy(node.values[0])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _told(node, node.operand), copy.deepcopy(node.operand)
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMBINED:
        new = copy.deepcopy(node)
        new.op = _COMBINED[type(node.op)]()
        yield _told(node, new), new
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node)
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)) and not isinstance(node.test, (ast.Compare, ast.UnaryOp)):
        new = copy.deepcopy(node)
        new.test = ast.UnaryOp(ast.Not(), new.test)
        yield f"{_short(node.test)}: turned round", new
    elif isinstance(node, ast.Return) and node.value is not None and _short(node.value) not in ("None", "False"):
        new = ast.copy_location(ast.Return(ast.Constant(None)), node)
        yield f"{_short(node)}: returns None", new
    elif isinstance(node, (ast.Continue, ast.Break, ast.Raise, ast.AugAssign)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield f"{_short(node)}: left out", ast.copy_location(ast.Pass(), node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NEIGHBOURS:
        new = copy.deepcopy(node)
        new.func.id = _NEIGHBOURS[node.func.id]
        if new.func.id != "list":
            yield _told(node, new), new


def _other_constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        new = ast.copy_location(ast.Constant(not value), node)
    elif isinstance(value, int) and value <= _LARGE:
        new = ast.copy_location(ast.Constant(value + 1), node)
    elif isinstance(value, float) and 0 < value <= _LARGE:
        new = ast.copy_location(ast.Constant(value * 3), node)
    else:
        return
    yield _told(node, new), new


def _told(old: ast.AST, new: ast.AST) -> str:
    return f"{_short(old)} → {_short(new)}"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else f"{text[:69]}…"
