"""Are Python's and NumPy's own errors recognised, and never those that a student's own code raises?"""

from __future__ import annotations

import builtins
import linecache
import types
import warnings

import numpy as np
import pytest

from autograder.candidate.call import call_function
from autograder.judging.errors import classify, explain
from autograder.judging.reply import _read_error

FILE = "weightlab/small.py"
SPARE = types.ModuleType("spare")


def raised(lines):
    """Return what a candidate tells of a function of these lines that stops."""
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
    "x[0] = np.ones(5)": "broadcast",
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
    "weight": "name",
    "y += 1\ny = 2": "name",
    "small()": "arguments",
    "spare.nothing": "module",
    "x.nothing": "attribute",
    "x + 'a'": "operand",
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
