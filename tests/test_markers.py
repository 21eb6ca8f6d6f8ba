"""Do solution markers come out cleanly, and is every wrong one an error with its line?"""

import ast

import pytest

from autograder.markers import MarkerError, notes, regions, strip_module

GOOD = '''"""A module."""

import math


def area(r):
    """Return the area."""
    ### BEGIN SOLUTION
    return math.pi * r**2
    ### END SOLUTION
'''


def test_a_function_becomes_a_stub_that_names_it():
    namespace = {}
    exec(strip_module(GOOD, "m.py"), namespace)
    with pytest.raises(NotImplementedError, match=r"^area is not written yet$"):
        namespace["area"](1)


def test_what_is_outside_the_markers_stays():
    stripped = strip_module(GOOD, "m.py")
    assert "import math" in stripped
    assert ast.get_docstring(ast.parse(stripped).body[-1]) == "Return the area."
    assert "pi" not in stripped


def test_a_private_helper_between_markers_disappears():
    text = GOOD + "\n\n### BEGIN SOLUTION\ndef _help(r):\n    return r\n### END SOLUTION\n"
    assert "_help" not in strip_module(text, "m.py")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("### BEGIN SOLUTION\nx = 1\n", 1, "without an"),
        ("x = 1\n### END SOLUTION\n", 2, "without a"),
        ("### BEGIN SOLUTION\nx = 1\n### BEGIN SOLUTION\n### END SOLUTION\n", 3, "inside"),
        ("### BEGIN SOLUTON\nx = 1\n### END SOLUTION\n", 1, "misspelt"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTIONS\n", 3, "misspelt"),
        ("## BEGIN SOLUTION\nx = 1\n", 1, "misspelt"),
        ("### begin solution\nx = 1\n", 1, "misspelt"),
        ("###BEGIN SOLUTION\nx = 1\n", 1, "misspelt"),
        ("### BEGIN SOLUTION\n\n### END SOLUTION\n", 1, "empty"),
    ],
)
def test_a_wrong_marker_is_an_error_that_names_file_and_line(text, line, word):
    with pytest.raises(MarkerError, match=rf"^dir/m\.py:{line}: .*{word}"):
        regions(text, "dir/m.py")


@pytest.mark.parametrize(
    "text", ["# The solution begins here\n", "## Solutions\n", "# begin with a solution in mind, and end with it\n"]
)
def test_ordinary_comments_and_headings_are_no_markers(text):
    assert regions(text, "m.md") == []


def test_a_region_in_no_function_is_an_error():
    with pytest.raises(MarkerError, match=r"m\.py:2: a solution region outside any function"):
        strip_module("class A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION\n", "m.py")


WITH_NOTES = '''"""A module."""


def area(r):
    """Return the area of a disc.

    Returns
    -------
    float
        The area.

    Notes
    -----
    ``area = pi * r ** 2``.

    It grows
    with the square.

    References
    ----------
    Euclid.
    """
    ### BEGIN SOLUTION
    return 3.14 * r**2
    ### END SOLUTION


def last(r):
    """Return it.

    Notes
    -----
    ``r``
    """
    ### BEGIN SOLUTION
    return r
    ### END SOLUTION
'''


def test_a_stubs_docstring_leaves_out_its_notes_and_nothing_else():
    area, final = ast.parse(strip_module(WITH_NOTES, "m.py")).body[1:]
    assert ast.get_docstring(area) == (
        "Return the area of a disc.\n\nReturns\n-------\nfloat\n    The area.\n\nReferences\n----------\nEuclid."
    )
    assert ast.get_docstring(final).rstrip() == "Return it."


def test_notes_are_read_one_line_for_each_paragraph():
    area, final = ast.parse(WITH_NOTES).body[1:]
    assert notes(ast.get_docstring(area)) == "``area = pi * r ** 2``.\nIt grows with the square."
    assert notes(ast.get_docstring(final)) == "``r``"
    assert notes("Return it.") == notes(None) == ""
