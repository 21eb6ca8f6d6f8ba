"""Can every cell of the notebooks be read by somebody who knows functions, loops and lists?

A cell that needs more has to be written with a loop; the code of `labkit` and the library is free.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import jupytext
import pytest

from autograder.paths import SOLUTIONS

NOTEBOOKS = sorted((SOLUTIONS / "notebooks").glob("*.md"))
PLAIN = (
    *(ast.Module, ast.Expr, ast.Assign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.alias),
    *(ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Call, ast.keyword),
    *(ast.For, ast.While, ast.Break, ast.If, ast.IfExp, ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp),
    *(ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Subscript, ast.Slice, ast.ListComp, ast.DictComp, ast.GeneratorExp),
    *(ast.Name, ast.Attribute, ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.comprehension),
    *(ast.With, ast.withitem, ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop),
)
"""The parts of Python that a cell may use: what is not in this list has to be explained first."""
COMPREHENSIONS = (ast.ListComp, ast.DictComp, ast.GeneratorExp)
NOT_PLAIN = {"next", "iter", "map", "filter", "getattr", "setattr", "eval", "exec", "globals", "locals", "vars"}
QUIET = {"np.errstate", "torch.no_grad"}
"""What a cell may stand within: switches of a library that change nothing in the lines inside."""


def cells(path) -> Iterator[str]:
    """Yield the code of each cell."""
    for cell in jupytext.read(path).cells:
        if cell.cell_type == "code":
            yield cell.source


def hard_to_read(source: str) -> Iterator[tuple[str, str]]:
    """Yield each part of some code that asks for more than functions, loops and lists, with what it is."""
    for node in ast.walk(ast.parse(source)):
        why = _reason(node)
        if why:
            yield why, ast.unparse(node)


def _reason(node: ast.AST) -> str:
    if not isinstance(node, PLAIN):
        return type(node).__name__
    if isinstance(node, ast.With):
        within = {ast.unparse(item.context_expr).partition("(")[0] for item in node.items}
        return "" if within <= QUIET else "with"
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in NOT_PLAIN:
            return node.func.id
        if any(keyword.arg is None for keyword in node.keywords):
            return "** in a call"
        if any(keyword.arg == "key" for keyword in node.keywords):
            return "key="
    if isinstance(node, ast.FunctionDef):
        if node.decorator_list:
            return "a decorator"
        if node.args.vararg or node.args.kwarg:
            return "* or ** in a definition"
    if isinstance(node, ast.IfExp) and any(isinstance(inner, ast.IfExp) for inner in (node.body, node.orelse)):
        return "a condition within a condition"
    return _reason_of_comprehension(node) if isinstance(node, COMPREHENSIONS) else ""


def _reason_of_comprehension(node: ast.AST) -> str:
    if len(node.generators) > 1 or len(node.generators[0].ifs) > 1:
        return "a comprehension with several clauses"
    if any(isinstance(inner, COMPREHENSIONS) for inner in ast.walk(node) if inner is not node):
        return "a comprehension within a comprehension"
    target = node.generators[0].target
    if isinstance(target, ast.Name):
        return ""
    if isinstance(node, ast.GeneratorExp):
        return "a generator expression that unpacks"
    return "" if all(isinstance(part, ast.Name) for part in target.elts) else "a comprehension that unpacks twice"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_use_functions_loops_and_lists(path):
    read = list(cells(path))
    assert len(read) > 5
    assert [one for source in read for one in hard_to_read(source)] == []


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("f = lambda x: x", "Lambda"),
        ("best = max(names, key=len)", "key="),
        ("train(x, **how)", "** in a call"),
        ("dense(x, *layer)", "Starred"),
        ("first, *rest = x", "Starred"),
        ("next(batches)", "next"),
        ("{a for a in b}", "SetComp"),
        ("[a for b in c for a in b]", "a comprehension with several clauses"),
        ("[[a for a in b] for b in c]", "a comprehension within a comprehension"),
        ("sum(a * b for a, b in c)", "a generator expression that unpacks"),
        ("[a for (a, _), b in c]", "a comprehension that unpacks twice"),
        ("with open(name) as file:\n    f(file)", "with"),
        ("try:\n    f()\nexcept ValueError:\n    g()", "Try"),
        ("def f():\n    yield 1", "Yield"),
        ("def f(*args):\n    return 1", "* or ** in a definition"),
        ("@cache\ndef f():\n    return 1", "a decorator"),
        ("if (n := len(x)) > 1:\n    f(n)", "NamedExpr"),
        ("a = 1 if b else 2 if c else 3", "a condition within a condition"),
    ],
)
def test_what_is_hard_to_read_is_found(source, why):
    assert why in [found for found, _ in hard_to_read(source)]


def test_what_is_plain_passes():
    plain = """
def loss_of(layers, x):
    total = 0
    for weights, bias in layers:
        total += (weights ** 2).sum() if len(x) > 1 else 0
    return total
sizes = [weights.shape for weights, _ in layers]
print(f"{loss_of(layers, x):.2f}", sum(abs(size) for size in x))
"""
    assert list(hard_to_read(plain)) == []
