"""Are Python's and NumPy's own errors recognised, and never those that a student's own code raises?"""

from __future__ import annotations

import builtins
import linecache
import types
import warnings

import numpy as np
import pytest

from autograder.candidate.call import call_function
from autograder.exercise import Given
from autograder.judging.errors import ONE_PROCESS, classify, explain
from autograder.judging.reply import _read_error

FILE = "weightlab/small.py"
SPARE = types.ModuleType("spare")


def raised(lines):
    """Return what a candidate reports about a function of these lines, which stops with an error."""
    text = "def small(x):\n" + "".join(f"    {line}\n" for line in lines.splitlines())
    linecache.cache[FILE] = (len(text), None, text.splitlines(True), FILE)
    names = {"np": np, "spare": SPARE}
    with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
        exec(compile(text, FILE, "exec"), names)
    return _read_error(call_function(names["small"], (np.ones((2, 3)),), {}, {}, "weightlab")["raised"])


OWN = {
    "if x: pass": "ambiguous truth",
    "x @ x": "matmul",
    "np.dot(x, x)": "matmul",
    "x + np.ones(5)": "broadcast",
    "x[0] = np.ones(5)": "fill",
    "np.concatenate([x, np.ones(2)])": "concatenate",
    "x[7]": "index",
    "[1][7]": "index",
    "x[0, 0, 0]": "index",
    "x[0.5]": "subscript",
    "(3)[0]": "subscript",
    "list(3)": "iterate",
    "a, b, c = x": "unpack",
    "list(zip([1], [1, 2], strict=True))": "lengths",
    "float(x)": "scalar",
    "np.sum(x, axis=2)": "axis",
    "[1] * 10**15": "memory",
    "np.sum(x[0], axis=1)": "axis",
    "weight": "name",
    "y += 1\ny = 2": "name",
    "small()": "arguments",
    "spare.nothing": "module",
    "x.nothing": "attribute",
    "x + 'a'": "operand",
    "small[x]": "function",
    "x * small": "function",
    "np.exp(small)": "function",
    "(1, 2)[0] = 3": "read-only",
    "x.setflags(write=False)\nx[0] = 1": "read-only",
    "float('a')": "convert",
    "1 / 0": None,
}


@pytest.mark.parametrize("lines", OWN)
def test_an_error_of_pythons_or_numpys_is_recognised(lines):
    error = raised(lines)
    assert classify(error) == OWN[lines], error
    assert not error["own"]


@pytest.mark.parametrize("lines", [lines for lines, kind in OWN.items() if kind])
def test_an_error_of_the_students_own_is_not_whatever_it_says(lines):
    error = raised(lines)
    kind = error["type"] if hasattr(builtins, error["type"]) else "ValueError"
    again = raised(f"raise {kind}({error['message']!r})")
    assert again["own"] and classify(again) is None
    assert explain(again, {}, ("x",)) == ""


@pytest.mark.parametrize("lines", ["x ^ 2", "x ^= 2", "2.0 ^ 2", "x **= 2 ^ 0.5  # a power"])
def test_a_caret_for_a_power_is_explained(lines):
    assert explain(raised(lines), {}, ("x",)) == "`^` is not a power in Python; write `**`."


@pytest.mark.parametrize("lines", ["x - 'a'  # x^T w", "'^' - x"])
def test_a_caret_that_is_no_operator_is_not(lines):
    error = raised(lines)
    assert "^" in error["code"] and classify(error) == "operand"
    assert explain(error, {}, ("x",)) == ""


def test_a_text_of_another_type_of_error_says_nothing():
    assert classify(raised("{}['matmul']")) is None


def test_the_name_that_python_did_not_find_is_explained_by_what_it_is():
    assert "there is no `weight`" in explain(raised("weight"), {}, ("x",))
    assert "from .weights import weighted_sum" in explain(raised("weighted_sum"), {"weighted_sum": "weights"}, ("x",))
    assert "An array with one axis" in explain(raised("np.sum(x[0], axis=1)"), {}, ("x",))


# The lines that raise an error, and all that is said about it.
EXPLAINED = {
    "if x: pass": (
        "`if`, `and`, `bool` and Python's `max` need a single True or False, but an array or a row gives one for each "
        "entry. NumPy has functions that work entry by entry, and others that combine all entries."
    ),
    "x @ x": (
        "In a matrix product the last axis length on the left must equal the first on the right; here they "
        "are 3 and 2. Print both shapes just before this line."
    ),
    "np.dot(x, x)": "The two shapes do not fit in a matrix product. Print both shapes just before this line.",
    "x + np.ones(5)": (
        "The shapes (2, 3) and (5,) do not fit together: NumPy aligns them from the right, and each pair of "
        "axis lengths must be equal or contain a 1."
    ),
    "labels = np.ones(2)\nx + labels": (
        "The shapes (2, 3) and (2,) do not fit together: NumPy aligns them from the right, and each pair of "
        "axis lengths must be equal or contain a 1. `labels` holds one class number for each row, not a row "
        "of numbers: which column does that number point to?"
    ),
    "x[1] = np.ones(5)": (
        "The shapes (5,) and (3,) do not fit together: NumPy aligns them from the right, and each pair of axis lengths "
        "must be equal or contain a 1."
    ),
    "i = 1\nx[i] = np.ones(5)": (
        "`x[i]` is row i of `x`, which has 3 entries here, but 5 are put into it. Is a column meant?"
    ),
    "np.sum(x, axis=2)": (
        "An array with 2 axes has only the axes 0 and 1. Print the array's shape just before this line."
    ),
    "np.sum(x[0], axis=1)": (
        "An array with one axis has only axis 0. If `from numpy import *` has replaced Python's `sum`, write "
        "`import numpy as np` instead, and `np.sum` for NumPy's."
    ),
    "x[7]": "An index is outside an array, list or tuple. Positions run from 0 to the length minus 1.",
    "x[0, 0, 0]": ("The array here has fewer axes than the code expects. Print its shape just before this line."),
    "x.shape[2]": ("The array here has fewer axes than the code expects. Print its shape just before this line."),
    "(1, 2)[2]": "An index is outside an array, list or tuple. Positions run from 0 to the length minus 1.",
    "list(zip([1], [1, 2], strict=True))": (
        "`zip(strict=True)` got sequences of different lengths. Print the `len` of each."
    ),
    "np.zeros(2, 3)": (
        "The second number was taken as the data type. A shape is one argument, a tuple such as (2, 3)."
    ),
    "rows, columns, more = x.shape": (
        "The array does not have as many axes as the code expects. Print its shape just before this line."
    ),
    "a, b, c = x": "The number of names on the left of = differs from the number of items on the right.",
    "open('/no/such/file')": (
        "A library is checked and graded alone, without the files around it. Keep the data that it needs in the "
        "module, or take the course's data from labkit."
    ),
    "spare.nothing": "The module has nothing of this name, at least in this version. Check the spelling.",
    "math.pi": "The module math is not imported. Write `import math` at the top of the file.",
    "numpy.pi": "NumPy is not imported. Write `import numpy as np` at the top of the file.",
    "weights": "The arguments are called x, labels; there is no `weights`.",
    "get_ipython()": "`get_ipython` exists only in interactive Python, not in a file.",
    "global total\ntotal += x": (
        "`global total` names a variable that the module does not have: give `total` a value in the function, without "
        "`global`."
    ),
    "global total\nreturn total == x": "The arguments are called x, labels; there is no `total`.",
    "total += x": "",
    "def again(): return again()\nagain()": (
        "A function calls itself without end. Did you mean to call another function? If not, in which case must it "
        "return without calling itself?"
    ),
    "x.nothing": "",
    "x.appendd": "",
    "x.append(1)": (
        "An array has a fixed length and no `append`. Collect the items in a list, or make a new array that holds both "
        "parts."
    ),
    "x.transposed()": "There is no `transposed` here. Did you mean `transpose`?",
    "x.shape.size": (
        "This is a tuple, such as the shape of an array, and a tuple has no `size`. `len` gives the number of its "
        "items, and [0] the first one."
    ),
    "[1].shape": "This is a list, and only an array has `shape`. np.array makes an array of a list.",
    "[1].length": "`len` gives the length.",
    "(3).shape": "This is a single number of Python, and only an array has `shape`.",
    "None.shape": "The value before `.shape` is None. Does the function that made it return its result?",
    "np.random.default_rng().randn(2)": (
        "A generator such as `rng` has no `randn`, which belongs to the older np.random. Its methods are `normal`, "
        "`uniform`, `random` and `integers`."
    ),
    "np.zeroes(3)": "There is no `zeroes` in numpy. Did you mean `zeros`?",
    "np.nothing_like_it": "The module has nothing of this name, at least in this version. Check the spelling.",
    "small * x": "A function on this line is not called: write parentheses, with its arguments inside, after its name.",
    "x.sum + 1": "A function on this line is not called: write parentheses, with its arguments inside, after its name.",
    "small.shape": (
        "A function on this line is not called: write parentheses, with its arguments inside, after its name."
    ),
    "float('a')": "",
    "x + 'a'": "",
}


@pytest.mark.parametrize("lines", EXPLAINED)
def test_what_is_said_of_an_error(lines):
    assert explain(raised(lines), {}, ("x", "labels")) == EXPLAINED[lines]


@pytest.mark.parametrize(
    ("kind", "message", "said"),
    [
        ("EOFError", "EOF when reading a line", "a function gets its values as arguments (x, labels). Remove `input`."),
        ("EOFError", "Ran out of input", ""),
        ("BdbQuit", "", "Remove `breakpoint()`"),
    ],
)
def test_what_waits_for_somebody_is_to_be_removed(kind, message, said):
    told = explain({"kinds": [kind, "Exception"], "message": message}, {}, ("x", "labels"))
    assert said in told and bool(said) is bool(told)


def test_who_may_not_start_more_processes_is_told_to_start_none():
    told = {"kinds": ["BlockingIOError", "OSError"], "message": "[Errno 11] Resource temporarily unavailable"}
    assert classify(told) == "processes" and explain(told, {}, ("x",)) == ONE_PROCESS
    assert classify(told | {"own": True}) is None and "os.fork" in ONE_PROCESS


def test_exit_leaves_no_function():
    told = explain({"kinds": ["NameError"], "name": "exit", "code": "exit()"}, {}, ("x",))
    assert told == "`exit` exists only in interactive Python, not in a file; to leave a function, write `return`."


def test_of_labels_only_an_exercise_with_labels_is_told():
    error = raised("labels = np.ones(2)\nx + labels")
    assert "class number" not in explain(error, {}, ("x",))
    assert explain(raised("weights"), {}, ()) == ""


def test_a_comparison_with_labels_does_not_make_the_shapes_those_of_labels():
    compared = raised("labels = np.ones(2)\nx[labels == 1, 0] = x[0, 0:2] + np.ones((5, 1))")
    assert classify(compared) == "broadcast"
    assert "class number" not in explain(compared, {}, ("x", "labels"))


def test_a_fixed_length_is_told_only_if_no_argument_explains_it():
    error = raised("out = np.zeros((64, 2))\nout[:, 0] = x[0]")
    told = explain(error, {}, ("x",), {"x": np.ones((2, 3))})
    assert told.startswith("The array that is filled has length 64") and "`x.shape[1]`, which is 3 here" in told
    for given in ({}, {"x": np.ones((2, 3)), "n": 64}, {"x": np.ones((8, 3))}, {"x": np.ones((2, 5))}):
        assert "length 64" not in explain(error, {}, ("x",), given)


def test_a_function_among_the_arguments_is_named():
    told = explain(raised("x * small"), {}, ("x", "activation"), {"x": np.ones(2), "activation": Given("half")})
    assert told == "`activation` is a function: call it with parentheses, activation(...)."
