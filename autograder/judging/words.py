"""The judge's sentences: everything that a verdict says is put into words here, from kinds and data."""

from __future__ import annotations

import builtins
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..candidate.wire import Opaque
from ..exercise import Case
from ..library import LeftOver, find_package_meant
from . import laws
from .compare import FORM, Difference, Kind, is_numeric
from .observation import Observation, Problem, ProblemKind

MAX_CODE = 120
"""Characters of a learner's line of code that a message quotes."""
MAX_SHOWN = 160
"""Characters of one argument that a message shows."""
PASSED = "Full marks: every test case passed."
NEEDS_ARRAY = (
    "Your result is a list, but an array is expected. The notebook converts the list, but your later functions do not: "
    "return np.array(...)."
)
PART_NEEDS_ARRAY = (
    "Part of your result is a list, but an array is expected there. The notebook converts the list, but your later "
    "functions do not: use np.array(...)."
)
WAITS = "counts once the values are right"
NOT_RIGHT = "is not right"


def number(value: Any) -> str:
    """Write one number in a short form."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return f"{int(value):,}" if abs(int(value)) < 10**24 else "a very large whole number"
    return f"{float(value) + 0.0:.6g}"  # adding zero removes the sign of a negative zero


def _number_apart(value: Any, got: Any) -> str:
    """Write an expected number, with more digits if the answer is its whole part and the short form hides why.

    The whole part of 11.9999999995 is 11, but its short form is 12.
    """
    short = number(value)
    if isinstance(value, (float, np.floating)) and math.isfinite(value):
        whole = math.trunc(float(value))
        if whole == got and float(short).is_integer() and float(short) != whole:
            return f"{float(value):.12g}"
    return short


def counted(n: float, one: str, many: str = "") -> str:
    """Write how many there are of something: 1 file, 2 files; ``many`` is an irregular plural."""
    return f"{number(n)} {one if n == 1 else many or f'{one}s'}"


def score_text(value: float | None) -> str:
    """Write points without superfluous zeros: 3 of 6, 2.5 of 4."""
    return "–" if value is None else number(value)


def cut(text: str, most: int) -> str:
    """Shorten a string to at most ``most`` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def describe(value: Any, nested: int = 3) -> str:
    """Name a value in a few words that a learner understands; at most ``nested`` levels of lists are described."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}, which is not a number, list or array"
    if isinstance(value, str):
        return f"the string {value[:40]!r}"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {bool(value)}"
    if isinstance(value, (complex, np.complexfloating)):
        return f"the complex number {value}"
    if isinstance(value, (int, float, np.number)) and not isinstance(value, np.timedelta64):
        return f"the number {number(value)}"
    if isinstance(value, np.ndarray):
        kinds = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "numbers"}
        return f"an array of {kinds.get(value.dtype.kind, value.dtype.name)} of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        one = len(value) == 1 and nested
        inside = f"that holds {describe(value[0], nested - 1)}" if one else f"of {counted(len(value), 'item')}"
        return f"a {type(value).__name__} {inside}"
    if isinstance(value, dict):
        return f"a dictionary with {counted(len(value), 'key')}"
    return with_article(type(value).__name__)


_FEW = 6
"""Entries of an array that is written in full."""


def shown(value: Any, name: str = "") -> str:
    """Write an argument or a result: in full if it is small, otherwise by name and shape."""
    for few in (_FEW, 0):  # if the numbers of small arrays make it too long, their shapes have to do
        text = _shown(value, name, few)
        if len(text) <= MAX_SHOWN:
            return text
    return _by_length(value, name) if isinstance(value, (list, tuple)) else cut(text, MAX_SHOWN)


def _by_length(value: Any, name: str) -> str:
    items = counted(len(value), "item")
    return f"{name} ({items})" if name else f"a {type(value).__name__} of {items}"


def _shown(value: Any, name: str, few: int) -> str:
    if isinstance(value, np.ndarray):
        plain = value.size or value.ndim < 2  # [] does not show that a shape is (0, 3)
        if value.size <= few and value.ndim <= 2 and plain:
            return str(_rounded(value.astype(float)).tolist() if value.dtype.kind == "f" else value.tolist())
        return f"{name or 'an array'} {value.shape}"
    if (isinstance(value, (list, tuple)) and not is_numeric(value)) or (
        isinstance(value, dict) and len(str(value)) > 60
    ):
        if len(value) <= 3 and isinstance(value, (list, tuple)):
            inside = ", ".join(_shown(item, "", few) for item in value)
            return f"[{inside}]" if isinstance(value, list) else f"({inside})"
        return _by_length(value, name)
    if isinstance(value, (float, np.floating)):
        return number(value)
    if isinstance(value, (list, tuple)):
        # Commas separate the items, so none may separate thousands.
        items = ", ".join(number(item).replace(",", "") for item in value[:8]) + (", …" if len(value) > 8 else "")
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    if hasattr(value, "seed"):
        return f"default_rng({value.seed})"
    if hasattr(value, "name"):
        return value.name
    return repr(value)[:80]


def _rounded(array: np.ndarray) -> np.ndarray:
    """Round to four decimals, or to four digits of the largest number if that is tiny."""
    largest = np.abs(array).max(initial=0.0)
    tiny = 0 < largest < 1e-3
    return np.round(array, 3 - math.floor(math.log10(largest)) if tiny else 4)


def tell_call(name: str, arguments: tuple[str, ...], case: Case) -> str:
    """Write the first call of a case."""
    call = case.calls[0]
    written = [shown(arg, name_argument(arguments, i)) for i, arg in enumerate(call.args)]
    return f"{name}({', '.join([*written, *(f'{key}={shown(arg, key)}' for key, arg in call.kwargs.items())])})"


def name_argument(arguments: tuple[str, ...], position: Any) -> str:
    """Return the name of an argument, given its position or its name."""
    return arguments[position] if isinstance(position, int) and position < len(arguments) else str(position)


def title(case: Case) -> str:
    """Say what a case shows."""
    return case.note or case.aspect or "an ordinary case"


def tell_difference(difference: Difference) -> str:
    """Say how an answer differs, in a clause that follows "gave"."""
    if difference.path and difference.path[-1] in laws.TOLD:
        before = "".join(f"{step}: " for step in difference.path[:-1])
        return before + laws.tell(difference.path[-1], difference.got, difference.expected)
    where = "".join(f"[{step}]" if isinstance(step, int) else f"{step}: " for step in difference.path)
    where = where.removesuffix(": ")
    return f"{where}: {_tell_difference(difference)}" if where else _tell_difference(difference)


def _tell_difference(difference: Difference) -> str:
    expected, got = difference.expected, difference.got
    match difference.kind:
        case Kind.TYPE:
            hint = " (is there a return?)" if got is None and not difference.path else ""
            return f"{describe(got)}{hint}; expected {describe(expected)}"
        case Kind.KEYS:
            return f"{describe(got)}; expected a mapping with keys {sorted(map(str, expected))}"
        case Kind.LENGTH:
            return f"{counted(len(got), 'item')}; expected {len(expected)}"
        case Kind.SHAPE:
            if got.ndim == expected.ndim == 1 and max(got.size, expected.size) <= _FEW:
                return f"{shown(got)}; expected {shown(expected)}"
            if got.shape == (1,) and not expected.ndim:
                return f"a list or array with one number, of shape (1,); expected {_tell_shape(expected)}"
            return f"{_tell_shape(got)}; expected {_tell_shape(expected)}"
        case Kind.TRANSPOSED:
            return f"{_tell_shape(got)}; expected {_tell_shape(expected)} (the numbers are right, but transposed)"
        case Kind.FRACTION:
            wish = describe(expected) if expected.ndim else f"the whole number {number(expected[()])}"
            return f"{describe(got)}; expected {wish}"
    wish = _number_apart(expected, got)
    if not difference.index:
        return f"{number(got)}; expected {wish}"
    words = f"{number(got)} at {list(difference.index)}; expected {wish} there"
    return words + (f" ({difference.count} of {difference.size} entries differ)" if difference.count > 1 else "")


def _tell_shape(array: np.ndarray) -> str:
    return f"shape {array.shape}" if array.ndim else f"a single number ({number(array[()])})"


def tell_error(error: Mapping[str, Any]) -> str:
    """Say what was raised, and where in the student's file."""
    code = cut(str(error.get("code") or ""), MAX_CODE)
    where = f" on line {error['line']} of {error['file']}: {code}" if error.get("line") else ""
    if error.get("called_line"):
        where += f" (called on line {error['called_line']}: {cut(str(error.get('called_code') or ''), MAX_CODE)})"
    kind, message = error.get("type"), str(error.get("message") or "").strip()
    if kind == NotImplementedError.__name__:
        return f"reaches code that is not written yet ({message or kind}){where}"
    if not message and kind == AssertionError.__name__:
        return f"raised AssertionError (a failed assert){where}"
    return f"raised {kind}{f': {message}' if message else ''}{where}"


def tell_own_error(exercise: str, error: Mapping[str, Any]) -> str:
    """Say that an exercise's function itself raises the error, or return an empty string."""
    if not error.get("own") or error.get("function") != exercise:
        return ""
    kind = _find_known_error(error)
    told = with_article(kind.__name__) if kind else "an error"
    return f"Your function itself raises {told}, although the input is valid."


def with_article(name: str) -> str:
    """Write a name with its article: "a ValueError", "an AssertionError"."""
    return f"{'an' if name.startswith(tuple('AEIOUaeio')) else 'a'} {name}"


def tell_problem(problem: Problem, case: Case, arguments: tuple[str, ...]) -> str:
    """Say what is wrong with a case, in a clause that follows the call."""
    match problem.kind:
        case ProblemKind.RAISED:
            return tell_error(problem.error)
        case ProblemKind.OTHER_ERROR:
            return f"{tell_error(problem.error)}; expected {with_article(case.raises)}"
        case ProblemKind.NOT_NAMED:
            lacking = f"{problem.value!r}{_tell_shape_of(problem.value, case, arguments)}"
            return f"raised {with_article(case.raises)} whose message does not contain {lacking}"
        case ProblemKind.ERROR_RETURNED:
            return f"returned {with_article(case.raises)} as its result; expected it to be raised"
        case ProblemKind.NOT_REFUSED:
            return f"returned {describe(problem.value)}; expected {with_article(case.raises)}"
        case ProblemKind.UNUSABLE:
            return f"gave {problem.rejected.words}"
        case ProblemKind.ITERATOR:
            what = f"{problem.part} as an iterator" if problem.part else "an iterator"
            single = np.ndim(problem.value) == 0 if isinstance(problem.value, (int, float, np.generic)) else False
            wish = "one number" if single else "the items in a list or an array"
            return (
                f"gave {what} (from yield, zip, map, a generator expression or the like), which can be read only once; "
                f"return {wish}"
            )
        case ProblemKind.PARTS:
            return f"gave {describe(problem.value)}; expected {counted(len(problem.parts), 'part')}: " + ", ".join(
                problem.parts
            )
        case ProblemKind.DIFFERS if is_failed_test(problem):
            return f"fails this test: {problem.difference.path[-1]}"
        case ProblemKind.DIFFERS:
            part = f"{problem.part}: " if problem.part else ""
            return f"gave {part}{tell_difference(problem.difference)}"
        case ProblemKind.CHANGED:
            *others, last = (name_argument(arguments, c) for c in problem.changed)
            names = f"inputs {', '.join(others)} and {last}" if others else f"input {last}"
            return f"gave the right answer but changed its {names}. Work on a copy"
        case ProblemKind.SCORED:
            return str(problem.value)
    raise AssertionError(problem.kind)


def _tell_shape_of(value: Any, case: Case, arguments: tuple[str, ...]) -> str:
    """Name the argument whose shape contains a value that a message lacks; nothing if the value is not from a shape."""
    call = case.calls[0]
    given = {name_argument(arguments, i): one for i, one in enumerate(call.args)} | dict(call.kwargs)
    found = list(find_places(value, given))
    if not found or any(place != "shape" for place, _ in found):
        return ""
    name = found[0][1]
    return f", from the shape {given[name].shape} of `{name}`"


def find_places(value: Any, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield how a value is found in arguments: as an entry, in a shape, or as the argument itself."""
    for name, argument in arguments.items():
        if isinstance(argument, np.ndarray) and value in argument.shape:
            yield "shape", name
        if isinstance(argument, (np.ndarray, list, tuple, set, frozenset)) and is_numeric(list(argument)):
            if np.ndim(list(argument)) == 1 and value in list(argument):
                yield "entry", name
        elif isinstance(argument, (int, str)) and value == argument:
            yield "value", name


def is_failed_test(problem: Problem) -> bool:
    """Return whether a view's test failed, so that the last key of the path says what the test requires."""
    difference = problem.difference
    if difference is None:
        return False
    truths = isinstance(difference.got, (bool, np.bool_)) and isinstance(difference.expected, (bool, np.bool_))
    return truths and bool(difference.path) and isinstance(difference.path[-1], str) and bool(difference.expected)


def tell_in_general(problem: Problem, aspect: str, case: Case, arguments: tuple[str, ...]) -> str:
    """Say how a secret case failed, in words that the student's code, which saw the inputs, cannot have chosen."""
    match problem.kind:
        case ProblemKind.NOT_NAMED:
            return f"raised {with_article(case.raises)} whose message does not contain a required value"
        case ProblemKind.RAISED | ProblemKind.OTHER_ERROR:
            return name_error(problem.error) + (f"; expected {with_article(case.raises)}" if case.raises else "")
        case ProblemKind.CHANGED:
            return tell_problem(problem, case, arguments)
        case ProblemKind.ITERATOR:
            return tell_problem(problem, case, arguments)
    rejected = problem.kind is ProblemKind.UNUSABLE and problem.rejected.reason == Kind.SHAPE
    if rejected or (problem.kind is ProblemKind.DIFFERS and problem.difference.kind in FORM):
        return "gave a result of the wrong shape"
    return f"fails on this point: {aspect}"


def _find_known_error(error: Mapping[str, Any]) -> type[BaseException] | None:
    """Return the exception's class, if it is built into Python or one of NumPy's own."""
    places = (builtins, np.exceptions, np.linalg)
    kind = next((one for place in places if (one := getattr(place, str(error.get("type")), None))), None)
    return kind if isinstance(kind, type) and issubclass(kind, BaseException) else None


def name_error(error: Mapping[str, Any]) -> str:
    """Name an exception, if it is built into Python or one of NumPy's own."""
    kind = _find_known_error(error)
    if kind is None:
        return "raised an exception that is neither built into Python nor one of NumPy's"
    return "reaches code that is not written yet" if kind is NotImplementedError else f"raised {kind.__name__}"


def not_written(exercise: str, file: str | None) -> str:
    """Say that an exercise has not been started."""
    return f"{exercise} is not written yet. Write it in {file}, save, and check again."


def left_over(exercise: str, kind: LeftOver, line: int, other: int) -> str:
    """Say that a function that seems written counts as not started, and why."""
    return f"{exercise} still counts as not written. {describe_left_over(kind, line, other)}"


def describe_left_over(kind: LeftOver, line: int, other: int) -> str:
    """Say why a function that seems written counts as not started."""
    match kind:
        case LeftOver.TWICE:
            return (
                f"It is also defined on line {other}, but Python uses the last definition, on line {line}: delete one."
            )
        case LeftOver.BRANCH:
            return f"Line {line} still raises NotImplementedError in some cases: replace that line with your code."
        case LeftOver.BELOW:
            return (
                f"There is code below line {line}, but line {line} raises NotImplementedError first: delete that line."
            )
    return f"There is code above line {line}, but line {line} raises NotImplementedError: return your result instead."


def tell_scores(cases: tuple[Case, ...], observed: list[Observation]) -> str:
    """Say, line by line, the result of each scored case."""
    told = [f"{title(case)}: {got.value[1]}" for case, got in zip(cases, observed, strict=True) if got.value]
    return "\n".join(told)


def tell_prevailing(advice: str, every: bool) -> str:
    """Quote the advice on a misconception that explains most of the wrong cases, or every one, but is not proved."""
    return f"{'Every wrong case fits' if every else 'Most wrong cases fit'} this description. {advice}"


def compose(first: str, *then: str) -> str:
    """Lay out a message: the sentence of a tutor first, then the call and its numbers."""
    return "\n".join(part for part in (first, *then) if part)


def not_loaded(exercise: str, file: str | None, error: Mapping[str, Any]) -> str:
    """Say, in words that a student's code cannot have chosen, that a file cannot be run."""
    return f"{file} cannot be loaded: it {name_error(error)}. `weightlab check {exercise}` shows where."


def unreadable(exercise: str, error: Exception) -> str:
    """Say that the answer cannot be read."""
    return f"The result of {exercise} cannot be read ({error})."


def describe_lacking_imports(imports: list[tuple[int, str]], file: str) -> str:
    """Name a module's imports, each given as line and package, that are missing where a class is graded."""
    named = ", ".join(f"{package[:40]} (line {line})" for line, package in imports[:3])
    told = f"{file} imports {named}, but students' code is graded with NumPy and Python's own modules only."
    meant = next(filter(None, (find_package_meant(package) for _, package in imports[:3])), "")
    return f"{told} Did you mean {meant}?" if meant else told


def not_examined(exercise: str, error: BaseException) -> str:
    """Say that the autograder itself failed."""
    why = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return (
        f"The autograder itself failed on {exercise} ({why}). There are no points yet: try again, and report this "
        "message."
    )


def builds_on(exercise: str, first: str) -> str:
    """Say which exercise to fix first."""
    return f"{exercise} builds on {first}, which does not pass its own check yet. Fix {first} first."
