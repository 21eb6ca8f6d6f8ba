"""Makes wrong answers systematically: every small slip, one at a time, in a function of the reference."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
IN_PLACE = {ast.Add: "__iadd__", ast.Sub: "__isub__", ast.Mult: "__imul__", ast.Div: "__itruediv__"}
NEIGHBOURS = (
    ("sum", "mean", "max", "prod"),
    ("max", "min"),
    ("maximum", "minimum"),
    ("argmax", "argmin"),
    ("std", "var"),
    ("zeros", "ones"),
    ("uniform", "normal"),
    ("exp", "log"),
    ("vstack", "hstack"),
    ("all", "any"),
    ("abs", "negative"),
    ("sqrt", "square"),
    ("permutation", "choice"),
    ("array", "asarray"),
    ("size", "ndim"),
    ("cross_entropy", "accuracy"),
    ("ValueError", "TypeError"),
    ("he_normal", "xavier_normal"),
    ("shape", "size"),
    ("relu", "softmax"),
)


@dataclass(frozen=True)
class Mutant:
    """A function of the reference with one slip in it."""

    function: str
    kind: str
    what: tuple[str, ...]
    """What was replaced by what, if that can be said in a word or two; see `sentences`."""
    change: str
    """The changed lines, ``before → after``: together with the function's name they identify the mutant."""
    source: str

    def __str__(self) -> str:
        # ast.unparse chooses the quotes around a message, and from Python 3.12 on it chooses differently.
        return f"{self.function}: {self.change}".replace('"', "'")


def mutants(function: ast.FunctionDef) -> list[Mutant]:
    """Return every mutant of a function; its signature, docstring and the prose of its messages stay the same."""
    function = copy.deepcopy(function)
    if ast.get_docstring(function):
        del function.body[0]
    original, made = ast.unparse(function), {}
    for holder, key, node in list(_places(function)):
        for kind, replacement in _slips(node, function):
            _put(holder, key, replacement)
            source = ast.unparse(ast.fix_missing_locations(function))
            if source != original:
                what = tuple(_describe(kind, node, replacement, {arg.arg for arg in _arguments(function)}))
                made.setdefault(source, Mutant(function.name, kind, what, _change(original, source), source))
        _put(holder, key, node)
    return list(made.values())


def _put(holder: ast.AST, key: tuple[str, int | None], node: ast.AST) -> None:
    field, index = key
    if index is None:
        setattr(holder, field, node)
    else:
        getattr(holder, field)[index] = node


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, tuple[str, int | None], ast.AST]]:
    """Go through all nodes of a function's body, each with its position in its parent."""
    for field, value in ast.iter_fields(node):
        if field in ("args", "returns", "annotation", "decorator_list") and isinstance(node, ast.FunctionDef):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield node, (field, index), child
                # Only the values in a message matter to an exercise, not the rest of it.
                yield from () if isinstance(child, ast.FormattedValue) else _places(child)


def _change(before: str, after: str) -> str:
    """Return only the lines that differ."""
    old, new = before.splitlines(), after.splitlines()
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return " → ".join("; ".join(line.strip() for line in lines) or "nothing" for lines in (old, new))


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.args, *function.args.kwonlyargs]


SIGNS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.MatMult: "@",
    ast.Pow: "**",
    ast.And: "and",
    ast.Or: "or",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.USub: "-",
    ast.Not: "not",
}


def _describe(kind: str, old: ast.AST, new: ast.AST, arguments: set[str]) -> Iterator[str]:
    """Yield what was replaced by what, in symbols and names that a learner knows: operators, arguments, functions."""
    match kind, old, new:
        case _, ast.BinOp(left, operator), _:
            yield SIGNS.get(type(operator), "")
            if kind == "operator":
                yield SIGNS[type(new.op)]
            elif kind == "operand dropped":
                yield "first" if new is left else "second"
        case "operator", ast.BoolOp(operator), ast.BoolOp(other):
            yield from (SIGNS[type(operator)], SIGNS[type(other)])
        case "operator", ast.AugAssign(_, operator), _:
            yield f"{SIGNS[type(operator)]}="
            yield "=" if isinstance(new, ast.Assign) else f"{SIGNS[type(new.op)]}="
        case "operand dropped", ast.UnaryOp(operator), _:
            yield SIGNS.get(type(operator), "")
        case "comparison", ast.Compare(_, operators), ast.Compare(_, others):
            pairs = zip(operators, others, strict=True)
            yield from next((SIGNS[type(a)], SIGNS[type(b)]) for a, b in pairs if type(a) is not type(b))
        case "constant", ast.Constant(value), ast.Constant(other) if not isinstance(value, str):
            yield from (repr(value), repr(other))
        case "name", ast.Name(name), ast.Name(other) if {name, other} <= arguments:
            yield from (name, other)
        case "function", ast.Name(name), ast.Name(other):
            yield from (name, other)
        case "function", ast.Attribute(_, name), ast.Attribute(_, other):
            yield from (name, other)
        case "axis", ast.Attribute(), _:
            yield "T"
        case "index", ast.Slice(), _:
            yield "slice"
        case "index", _, ast.Subscript():
            yield "swapped"
        case (("arguments swapped" | "call dropped"), ast.Call(called), _):
            yield from _name_of(called)
        case "argument dropped", ast.Call(called, _, keywords), ast.Call(_, _, left):
            yield next(str(one.arg) for one in keywords if one not in left)
            yield from _name_of(called)
        case "loop", _, ast.comprehension(_, part) | ast.For(_, part):
            end = part.slice
            yield "reversed" if end.step else "without first" if end.lower else _last_or_first(end.upper)


def _last_or_first(upper: ast.expr) -> str:
    return "only first" if ast.unparse(upper) == "1" else "without last"


def _name_of(called: ast.expr) -> Iterator[str]:
    if isinstance(called, ast.Name):
        yield called.id
    elif isinstance(called, ast.Attribute):
        yield called.attr


def _slips(node: ast.AST, function: ast.FunctionDef) -> Iterator[tuple[str, ast.AST]]:
    """Yield what could replace a node by mistake, with the kind of mistake."""
    arguments = [arg.arg for arg in _arguments(function)]
    # In this library the variables of a loop are the caller's arrays.
    loops = [n.target for n in ast.walk(function) if isinstance(n, (ast.For, ast.comprehension))]
    callers = {*arguments, *_stored(loops)}
    match node:
        case ast.BinOp(left, operator, right):
            if type(operator) in OPERATORS:
                yield "operator", ast.BinOp(left, OPERATORS[type(operator)](), right)
            if isinstance(operator, ast.Div):
                yield "operator", ast.BinOp(left, ast.FloorDiv(), right)
            yield "operand dropped", left
            yield "operand dropped", right
            if not isinstance(operator, (ast.Add, ast.Mult)):
                yield "operands swapped", ast.BinOp(right, operator, left)
            if isinstance(left, ast.Name) and left.id in callers and type(operator) in IN_PLACE:
                yield "in place", _call(ast.Attribute(left, IN_PLACE[type(operator)], ast.Load()), right)
        case ast.UnaryOp(_, operand):
            yield "operand dropped", operand
        case ast.BoolOp(operator, values):
            yield "operator", ast.BoolOp(ast.And() if isinstance(operator, ast.Or) else ast.Or(), values)
            yield from (("operand dropped", value) for value in values)
        case ast.Compare(left, operators, comparators):
            for i, operator in enumerate(operators):
                for other in COMPARISONS.get(type(operator), ()):
                    yield "comparison", ast.Compare(left, [*operators[:i], other(), *operators[i + 1 :]], comparators)
        case ast.Constant(bool(value)):
            yield "constant", ast.Constant(not value)
        case ast.Constant(None):
            yield "constant", ast.Constant(0)
        case ast.Constant(int(value)):
            yield from (("constant", ast.Constant(other)) for other in (value + 1, value - 1, 0, -value))
        case ast.Constant(float(value)):
            yield from (("constant", ast.Constant(other)) for other in (value * 10, value / 10, value + 1))
        case ast.Constant(str(value)) if value.isidentifier():
            yield "constant", ast.Constant(f"{value}_")
        case ast.FormattedValue():
            yield "message", ast.Constant("")
        case ast.Name(name, ast.Load()):
            known = dict.fromkeys([*arguments, *_stored([function])])
            if name in known:
                yield from (("name", ast.Name(other, ast.Load())) for other in known if other not in (name, "_"))
            yield from (("function", ast.Name(other, ast.Load())) for other in _neighbours(name))
        case ast.Attribute(value, name, ast.Load()):
            if name == "T":
                yield "axis", value
            yield from (("function", ast.Attribute(value, other, ast.Load())) for other in _neighbours(name))
        case ast.Subscript(value, index, ast.Load()):
            yield "index", value
            if isinstance(index, ast.Tuple):
                yield "index", ast.Subscript(value, ast.Tuple(index.elts[::-1], ast.Load()), ast.Load())
        case ast.Slice(lower, upper, step):
            yield "index", ast.Slice(None, upper, step)
            yield "index", ast.Slice(lower, None, step)
            yield "index", ast.Slice(lower, upper, None)
        case ast.Tuple(elements) | ast.List(elements) if len(elements) > 1:
            for i in range(len(elements) - 1):
                yield "order", type(node)(_swapped(elements, i), node.ctx)
        case ast.Dict(keys, values) if len(keys) > 1:
            yield "order", ast.Dict(keys, values[::-1])
        case ast.Call(called, given, keywords):
            for i in range(len(given) - 1):
                yield "arguments swapped", ast.Call(called, _swapped(given, i), keywords)
            for i in range(len(keywords)):
                yield "argument dropped", ast.Call(called, given, [*keywords[:i], *keywords[i + 1 :]])
            if given and not isinstance(given[0], ast.Starred):
                yield "call dropped", given[0]
            if isinstance(called, ast.Attribute):
                yield "call dropped", called.value
            if len(keywords) == 1 and keywords[0].arg == "axis":
                yield "axis", ast.Call(called, given, [ast.keyword("axis", ast.Constant(None))])
        case ast.IfExp(_, yes, no):
            yield from (("condition", side) for side in (yes, no))
        case ast.comprehension(target, iterated, conditions, _):
            for kind, part in _parts(iterated):
                yield kind, ast.comprehension(target, part, conditions, 0)
            if conditions:
                yield "condition", ast.comprehension(target, iterated, [], 0)
        case ast.For(target, iterated, body, orelse):
            for kind, part in _parts(iterated):
                yield kind, ast.For(target, part, body, orelse)
        case ast.If(_, body, orelse):
            yield "condition", ast.If(ast.Constant(True), body, orelse)
            yield "condition", ast.If(ast.Constant(False), body, orelse)
        case ast.AugAssign(target, operator, value):
            yield "operator", ast.Assign([target], value)
            if type(operator) in OPERATORS:
                yield "operator", ast.AugAssign(target, OPERATORS[type(operator)](), value)
    if isinstance(node, ast.stmt) and not isinstance(node, ast.Pass):
        yield "statement dropped", ast.Pass()


def _stored(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the names bound in the given nodes, in the order in which they appear."""
    inside = [n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return [n.id for n in inside]


def _parts(iterated: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield a loop's iterable without its first or last item, with only the first, and reversed."""
    for lower, upper, step in [(1, None, None), (None, -1, None), (None, 1, None), (None, None, -1)]:
        ends = [None if end is None else ast.Constant(end) for end in (lower, upper, step)]
        yield "loop", ast.Subscript(_call(ast.Name("list", ast.Load()), iterated), ast.Slice(*ends), ast.Load())


def _neighbours(name: str) -> list[str]:
    found = [other for group in NEIGHBOURS if name in group for other in group if other != name]
    return list(dict.fromkeys(found))


def _swapped(items: list, i: int) -> list:
    return [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


def _call(called: ast.expr, argument: ast.expr) -> ast.Call:
    return ast.Call(called, [argument], [])
