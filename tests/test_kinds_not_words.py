"""Does no decision of the autograder depend on the words of a message?"""

from __future__ import annotations

import ast

import pytest

from autograder.paths import ROOT

WORDS = {"message", "words", "evidence", "advice", "finding", "printed", "error_message", "msg"}
"""Names of messages, as attributes, keys and variables."""
READS = {"startswith", "endswith", "partition", "rpartition", "split", "find", "index", "count", "casefold", "lower"}
PATTERNS = {"search", "match", "fullmatch", "findall"}
ALLOWED = {
    "autograder/judging/errors.py": "Python's and NumPy's own errors on shapes have nothing but their text",
    "autograder/judging/observation.py": "a task that asks what an error's message names: there the text is the answer",
}


def is_words(node):
    """Return whether an expression is a message, or a text made from one."""
    if isinstance(node, ast.Attribute):
        return node.attr in WORDS
    if isinstance(node, ast.Name):
        return node.id in WORDS
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value in WORDS
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "get" and node.args:
            return isinstance(node.args[0], ast.Constant) and node.args[0].value in WORDS
        return isinstance(function, ast.Name) and function.id == "str" and any(map(is_words, node.args))
    return isinstance(node, ast.BoolOp) and any(map(is_words, node.values))


def is_text(node):
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
    )


def find_decisions(source):
    """Return the lines in which a program reads a message to find out something."""
    lines = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            reads = node.func.attr in READS and is_words(node.func.value)
            if reads or (node.func.attr in PATTERNS and any(map(is_words, node.args))):
                lines.add(node.lineno)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(is_words, sides)) and any(map(is_text, sides)):
                lines.add(node.lineno)
        if isinstance(node, ast.Match) and is_words(node.subject):
            lines.add(node.lineno)
    return lines


MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "autograder").rglob("*.py")
    if "exercises" not in path.parts  # the tasks and advice of exercises are words that decide nothing
)


def test_only_what_is_documented_reads_a_message():
    found = {module: find_decisions((ROOT / module).read_text(encoding="utf-8")) for module in MODULES}
    assert {module for module, lines in found.items() if lines} == {*ALLOWED}, found
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert all(f"`{module.removeprefix('autograder/')}`" in architecture for module in ALLOWED)


@pytest.mark.parametrize(
    "source",
    [
        "if verdict.message.startswith('Python cannot read line'): pass",
        "if 'shape' in words: pass",
        "kind = verdict['message'] == 'changed its input'",
        "before, _, after = error.get('message').partition(':')",
        "found = re.search('x', str(error['message'] or ''))",
        "match verdict.finding:\n    case 'x': pass",
        "if not str(error.message).lower(): pass",
    ],
)
def test_a_decision_by_words_is_found(source):
    assert find_decisions(source)


@pytest.mark.parametrize(
    "source",
    ["if verdict.message: pass", "shown = verdict.message + ' Fix it.'", "if kind in ('shape', 'value'): pass"],
)
def test_what_only_shows_words_is_none(source):
    assert not find_decisions(source)
