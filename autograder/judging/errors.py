"""Recognises Python's and NumPy's own errors, and says what they mean in the words of the course.

Types tell most of them apart, and Python itself names what it did not find. NumPy's errors on shapes have no type of
their own, and the shapes are only in their text. Only this module reads an error's text, and only for those types,
never for an error that the student's own code raised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..exercise import Given
from .broadcasts import explain_broadcast
from .missing_attributes import explain_attribute, explain_member

_PATTERNS = {
    "function": ({"TypeError"}, r"'(builtin_)?function(_or_method)?'|of type (builtin_)?function"),
    "ambiguous truth": ({"ValueError"}, r"truth value of an? (array|empty array)"),
    "matmul": ({"ValueError"}, r"matmul|shapes .* not aligned"),
    "fill": ({"ValueError"}, r"could not broadcast input array from shape .* into shape"),
    "broadcast": ({"ValueError"}, r"could not be broadcast|shape mismatch|broadcast (input|output)"),
    "concatenate": (
        {"ValueError"},
        r"input array dimensions|all the input|must have (the )?same (shape|number of dimensions)",
    ),
    "index": ({"IndexError"}, r"index .* (out of|is out)|out of range|too many indices|out of bounds"),
    "subscript": (
        {"TypeError", "IndexError"},
        r"not subscriptable|indices must be|only integers, slices|invalid index",
    ),
    "iterate": ({"TypeError"}, r"not iterable|iteration over a 0-d"),
    "dtype": ({"TypeError"}, r"[Cc]annot interpret .* as a data type"),
    "unpack": ({"ValueError", "TypeError"}, r"unpack"),
    "lengths": ({"ValueError"}, r"zip\(\)"),
    "scalar": ({"TypeError"}, r"only (length-1|size-1|0-dimensional|integer scalar)"),
    "arguments": ({"TypeError"}, r"(missing|takes|unexpected|multiple values for).*argument"),
    "operand": (
        {"TypeError"},
        r"unsupported operand|bad operand|cannot cast|not supported between|ufunc|can't multiply sequence",
    ),
    "character": ({"SyntaxError"}, r"^invalid (non-printable )?character"),
    "return outside": ({"SyntaxError"}, r"^'return' outside function"),
    "recursion": ({"RecursionError"}, r""),
    "memory": ({"MemoryError"}, r""),
    "input": ({"EOFError"}, r"EOF when reading a line"),
    "debugger": ({"BdbQuit"}, r""),
    "processes": ({"BlockingIOError"}, r""),
    "read-only": ({"ValueError", "TypeError"}, r"read-only|does not support item assignment"),
    "convert": ({"ValueError", "TypeError"}, r"could not convert|cannot convert|inhomogeneous|invalid literal"),
}
"""For each kind of error, its possible types and the text that Python or NumPy writes."""


def classify(error: Mapping[str, Any]) -> str | None:
    """Return the class of an error of Python's or NumPy's own, or None for any other error."""
    if "kind" in error:
        return error["kind"]
    types = {*error.get("kinds", ())}
    if error.get("own"):
        return None
    if "NameError" in types:
        return "name"
    if "AttributeError" in types:
        return "module" if error.get("of_module") else "attribute"
    if "AxisError" in types:
        return "axis"
    if "FileNotFoundError" in types:
        return "file"
    message = str(error.get("message") or "")
    return next((kind for kind, (may, text) in _PATTERNS.items() if may & types and re.search(text, message)), None)


NO_FILES = (
    "A library is checked and graded alone, without the files around it. Keep the data that it needs in the module, or "
    "take the course's data from labkit."
)
"""What to say about a file that is not found."""
ONE_PROCESS = "Do not use os.fork or multiprocessing: the function must compute in a single process."
"""What to say about a function that starts processes, or that may not start any more."""
TYPE_AGAIN = "Delete the line and type it again on your keyboard, spaces included."
"""What to say about a line that was pasted with characters that only look like those of Python."""
INDENT = "Indent that line by four spaces, so that it is inside its function."
"""What to say about a return at the left margin."""
_INTERACTIVE = {"exit", "quit", "help", "copyright", "credits", "license", "display", "get_ipython"}
"""Names that Python or a notebook has only while somebody types."""


def explain(
    error: Mapping[str, Any],
    course: Mapping[str, str],
    arguments: tuple[str, ...],
    given: Mapping[str, Any] | None = None,
) -> str:
    """Say what an error means, or return an empty string.

    Parameters
    ----------
    error : mapping
        The error that was raised.
    course : mapping of str to str
        The course's functions, each with its module.
    arguments : tuple of str
        Names of the exercise's arguments.
    given : mapping of str to object, optional
        The arguments of the call, by name.
    """
    message = str(error.get("message") or "")
    match classify(error):
        case "name":
            name = str(error.get("name") or "")
            return _explain_global(name, error) or _explain_name(name, course, arguments)
        case "ambiguous truth":
            return (
                "`if`, `and`, `bool` and Python's `max` need a single True or False, but an array or a row gives one "
                "for each entry. NumPy has functions that work entry by entry, and others that combine all entries."
            )
        case "matmul":
            return _explain_matmul(message)
        case "broadcast" | "fill":
            shapes = re.findall(r"\(\d*(?:,\d*)*\)", message.replace(", ", ","))
            numbers = [tuple(map(int, re.findall(r"\d+", shape))) for shape in shapes]
            code = str(error.get("code") or "")
            return explain_broadcast(numbers, classify(error) == "fill", code, arguments, given or {})
        case "lengths":
            return "`zip(strict=True)` got sequences of different lengths. Print the `len` of each."
        case "axis":
            return _explain_axis(message)
        case "index":
            return _explain_index(message, str(error.get("code") or ""))
        case "subscript" if re.search(r"'(frozen)?set' object", message):
            return (
                "A set has no positions, so it has no item [k]. `k in frozen` asks whether the set `frozen` contains k."
            )
        case "dtype":
            return "The second number was taken as the data type. A shape is one argument, a tuple such as (2, 3)."
        case "unpack" if ".shape" in str(error.get("code") or ""):
            return "The array does not have as many axes as the code expects. Print its shape just before this line."
        case "unpack":
            return "The number of names on the left of = differs from the number of items on the right."
        case "operand" if re.search(r"for \^|'bitwise_xor'", message):
            return "`^` is not a power in Python; write `**`."
        case "input":
            names = f" ({', '.join(arguments)})" if arguments else ""
            return f"Nobody can type during a check: a function gets its values as arguments{names}. Remove `input`."
        case "debugger":
            return "Remove `breakpoint()`: a check runs the function without a debugger."
        case "recursion":
            return (
                "A function calls itself without end. Did you mean to call another function? If not, in which case "
                "must it return without calling itself?"
            )
        case "memory":
            return "This array or list does not fit into memory. Is one of its lengths far too large?"
        case "processes":
            return ONE_PROCESS
        case "file":
            return NO_FILES
        case "function":
            return _explain_function(given or {})
        case "attribute" if error.get("owner") in ("function", "method", "builtin_function_or_method"):
            return _explain_function(given or {})
        case "attribute":
            return explain_attribute(str(error.get("owner") or ""), str(error.get("name") or ""))
        case "module":
            return explain_member(str(error.get("owner") or ""), str(error.get("name") or ""))
    return ""


def _explain_global(name: str, error: Mapping[str, Any]) -> str:
    """Explain `global` for a name without a value; without `global` such a line raises an UnboundLocalError."""
    line = rf"{re.escape(name)}\s*([-+*/%@&|^]|//|\*\*|<<|>>)?=(?!=)"
    if not name or "UnboundLocalError" in error.get("kinds", ()) or not re.match(line, str(error.get("code") or "")):
        return ""
    return (
        f"`global {name}` names a variable that the module does not have: give `{name}` a value in the function, "
        "without `global`."
    )


def _explain_name(name: str, course: Mapping[str, str], arguments: tuple[str, ...]) -> str:
    if name in course:
        return f"`{name}` is not imported. Write `from .{course[name]} import {name}` at the top of the file."
    if name in ("np", "numpy"):
        return "NumPy is not imported. Write `import numpy as np` at the top of the file."
    if name == "math":
        return "The module math is not imported. Write `import math` at the top of the file."
    if name in _INTERACTIVE:
        leave = "; to leave a function, write `return`" if name in ("exit", "quit") else ""
        return f"`{name}` exists only in interactive Python, not in a file{leave}."
    if name and arguments:
        are = "arguments are" if len(arguments) > 1 else "argument is"
        return f"The {are} called {', '.join(arguments)}; there is no `{name}`."
    return ""


def _explain_function(given: Mapping[str, Any]) -> str:
    name = next((name for name, value in given.items() if isinstance(value, Given)), None)
    if name:
        return f"`{name}` is a function: call it with parentheses, {name}(...)."
    return "A function on this line is not called: write parentheses, with its arguments inside, after its name."


def _explain_axis(message: str) -> str:
    found = re.search(r"for array of dimension (\d+)", message)
    axes = int(found[1]) if found else 1
    if axes != 1:
        which = "0 and 1" if axes == 2 else f"0 to {axes - 1}"
        has = f"An array with {axes} axes has only the axes {which}" if axes else "A single number has no axis"
        return f"{has}. Print the array's shape just before this line."
    return (
        "An array with one axis has only axis 0. If `from numpy import *` has replaced Python's `sum`, write "
        "`import numpy as np` instead, and `np.sum` for NumPy's."
    )


def _explain_index(message: str, code: str) -> str:
    if "too many indices" in message or ("tuple index" in message and ".shape[" in code):
        return "The array here has fewer axes than the code expects. Print its shape just before this line."
    return "An index is outside an array, list or tuple. Positions run from 0 to the length minus 1."


def _explain_matmul(message: str) -> str:
    sizes = re.findall(r"size (\d+) is different from (\d+)", message)
    if sizes:
        second, first = sizes[0]
        return (
            f"In a matrix product the last axis length on the left must equal the first on the right; here they are "
            f"{first} and {second}. Print both shapes just before this line."
        )
    return "The two shapes do not fit in a matrix product. Print both shapes just before this line."
