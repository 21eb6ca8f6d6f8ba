"""Runs what a learner would write for an exercise, and reads the help table of the exercise's chapter."""

from __future__ import annotations

import inspect
import re

from autograder.examine import SELF_CHECK, examine
from autograder.exercises import EXERCISES
from autograder.judging import reference
from autograder.judging.verdict import Verdict
from autograder.library import read_library
from autograder.paths import SOLUTIONS
from autograder.sandbox.process import Runner


def learner(*lines: str) -> str:
    """Return the body of a function from its lines."""
    return "\n    ".join(lines)


def rows(quoted: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    """Return (exercise, body, quote) for each row, for ``parametrize``."""
    return [(name, body, quote) for name, pairs in quoted.items() for body, quote in pairs]


def verdict_on(name: str, body: str, runner: Runner, examined: str | None = None) -> Verdict:
    """Return the notebook's verdict on a library in which only ``name`` is the learner's own, with this body.

    Parameters
    ----------
    examined : str, optional
        The exercise to examine, if it is another one that builds on ``name``.
    """
    module, library = EXERCISES[name].module, read_library(SOLUTIONS / "weightlab")
    signature = inspect.signature(getattr(reference.module(module), name))
    bare = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    library[module] = library[module].replace(f"def {name}(".encode(), f"def right_{name}(".encode(), 1)
    library[module] += f"\n\ndef {name}{inspect.Signature(bare)}:\n    {body}\n".encode()
    exercise = EXERCISES[examined or name]
    return examine(exercise, library, "src/weightlab", runner, SELF_CHECK)


def verdict_in_a_second(name: str, body: str) -> Verdict:
    """Return the verdict on a body that never ends, without waiting for the 10 seconds that the verdict names."""
    with Runner(time_limit=1.0) as runner:
        verdict = verdict_on(name, body, runner)
    verdict.message = verdict.message.replace("within 1 seconds", "within 10 seconds")
    return verdict


def says(quote: str, message: str) -> bool:
    """Return whether a message matches a quote, in which … stands for anything."""
    return re.search(".*".join(map(re.escape, re.split(" ?… ?", quote))), message, re.DOTALL) is not None


def quotes(chapter: str) -> list[str]:
    """Return the messages that a chapter's help table quotes."""
    return re.findall(r"\*([^*]+)\*", re.sub("`[^`]*`", "", help_table(chapter)))


def help_table(chapter: str) -> str:
    """Return the help table of a chapter's notebook in one line."""
    notebook = (SOLUTIONS / "notebooks" / f"{chapter}.md").read_text(encoding="utf-8")
    section = notebook[notebook.index("## I'm getting") :].partition("\n\n+++")[0]
    return " ".join(section.split())
