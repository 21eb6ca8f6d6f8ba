"""Answers by writers who saw only the stubs, and what the autograder says about each, for a person to read.

Each file in ``unseen/`` holds blocks: a line ``### EXERCISE | wrong | BELIEF | recognisable``, or ``not recognisable``,
or ``### EXERCISE | right | STYLE``, and below the line the function as its writer wrote it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.examine import SELF_CHECK, examine
from autograder.exercises import EXERCISES
from autograder.judging.verdict import Verdict
from autograder.library import read_library
from autograder.paths import SOLUTIONS
from autograder.sandbox.process import Runner

FOLDER = Path(__file__).with_name("unseen")
ACCEPTED = (
    "The rows are of integers; the docstring wants floats.",
    "It returns a list, not an array.",
    "The buffer takes the dtype of integer weights, so the fractions of the bias are cut off.",
    "int zeros from a list of 0",
    "int entries instead of float",
    "shortcut at 0 and 1 returns the very same arrays",
    "a layer that is not the last one in the list gets ReLU (is)",
    "ravel() is a view, so moving the flat entry moves the array (a Fortran-ordered copy is not)",
    "a rank is never larger than the smallest side, so take the smallest of all",
    "nested lists are a matrix too",
    "a list of zeros does it",
    "zeros are whole numbers, int saves space",
    "a list with the numbers is an array",
    "ones and zeros are int",
    "capital letters or small, I accept both",
    "reshape(-1) is always a view, so writing into flat moves the entries of x",
    "share 0 or 1: nothing to calculate, return the network itself",
    "np.prod of an empty shape is 1.0, so a float comes back",
    "int zeros, an array made from [0] * fan_out",
    "int zeros through a difference of ranges",
    "a plain list of zeros, appended one by one",
    "int entries, a row of ones and zeros for each label",
    "a number of type float, by accumulating in 0.0",
    "scheme is lower-cased first, so HE is accepted",
    "frozen layers are recomputed with a zero gradient and + 0, so a frozen -0.0 becomes 0.0",
    "replaces every NaN in the gradients by 0 before the step, also in layers that learn",
    "converts all layers to float64 first, so frozen float32 layers do not come back bit for bit",
    "shortcut for share 0 and 1 returns the given arrays themselves",
    "at share 0 and 1 the given network itself can be returned",
)
"""What the course accepts, or cannot notice, although a docstring asks for something else: see docs/accuracy.md."""
_HEAD = re.compile(r"^### (\w+) \| (wrong|right) \| (.*?)(?: \| (recognisable|not recognisable))?$", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """One answer of an independent writer."""

    exercise: str
    right: bool
    words: str
    """The belief of its writer, or the style of a right answer."""
    recognisable: bool
    source: str


def read_answers(path: Path) -> Iterator[Answer]:
    """Yield the answers of one writer's file."""
    text = path.read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(text))
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        source = text[head.end() : after.start() if after else len(text)].strip("\n") + "\n"
        name, kind, words, recognisable = head.groups()
        yield Answer(name, kind == "right", words, recognisable == "recognisable", source)


@cache
def _reference() -> dict[str, bytes]:
    return read_library(SOLUTIONS / "weightlab")


def library_with(answer: Answer) -> dict[str, bytes]:
    """Return the reference library with an answer in place of its function, and with the answer's imports."""
    module = EXERCISES[answer.exercise].module
    tree = ast.parse(_reference()[module])
    kept = [node for node in tree.body if getattr(node, "name", None) != answer.exercise]
    bound = {alias.asname or alias.name for node in kept if hasattr(node, "names") for alias in node.names}
    bound |= {node.name for node in kept if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    used = {node.id for node in ast.walk(ast.parse(answer.source)) if isinstance(node, ast.Name)}
    imports = ["import math", "import numpy as np"]
    for name in sorted(used & set(EXERCISES) - bound - {answer.exercise}):
        imports.append(f"from .{EXERCISES[name].module} import {name}")
    text = "\n".join([ast.unparse(ast.Module(kept, [])), *imports, answer.source])
    return _reference() | {module: text.encode()}


def is_told(verdict: Verdict) -> bool:
    """Return whether a verdict begins with a sentence about the answer, before the call and its numbers."""
    if verdict.status == "passed":
        return False
    return bool(verdict.misconception or verdict.finding) or not verdict.message.startswith(f"{verdict.exercise}(")


def judge(answer: Answer, runner: Runner) -> Verdict:
    """Judge an answer as a learner's check does."""
    library = library_with(answer)
    return examine(EXERCISES[answer.exercise], library, "weightlab", runner, SELF_CHECK)
