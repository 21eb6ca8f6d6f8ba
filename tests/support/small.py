"""A small exercise for tests, ``answer()`` in ``small.py``, with the jobs and the verdicts for a student's text."""

from __future__ import annotations

import marshal

from autograder.examine import run_exercise
from autograder.exercise import PURE, Call, Case, Chapter
from autograder.judging import judge
from autograder.judging.key import Key

FILE = "library/small.py"


def exercise(*args, expected=2.0, pure=False, calls=1):
    """Return an exercise and its key: ``answer(*args)`` has to give the expected value."""
    aspects = {"right": 2} | ({PURE: 1} if pure else {})

    def answer(rng):
        """The answer."""
        yield Case.of("right", calls=[Call(args)] * calls, view="first" if calls > 1 else None)

    chapter = Chapter("00_small", "small")
    made = chapter.exercise(aspects=aspects, hints=("a", "b", "c"), views={"first": lambda answers, _: answers})(answer)
    return made, Key("answer", ("x",), tuple(made.cases(1)), (expected,), ())


def verdict_of(runner, text, *args, others=None, **options):
    """Return the verdict on a student's module ``small.py``, given as text or bytes."""
    made, key = exercise(*args, **options)
    sources = {"small": text if isinstance(text, bytes) else text.encode()} | (others or {})
    return judge.judge(made, key, run_exercise(made, key, sources, "library", runner), FILE)


def job_of(text, *args, others=None, cases=None, given="", names=None):
    """Return a job that calls ``answer(*args)`` of a student's module once, or makes these cases' calls."""
    sources = {"small": text} | (others or {})
    return {
        "exercise": "answer",
        "module": "small",
        "sources": {name: one if isinstance(one, bytes) else one.encode() for name, one in sources.items()},
        "compiled": {},
        "folder": "library",
        "reference_code": marshal.dumps(compile(given, "<given>", "exec")) if given else b"",
        "reference_names": names or {},
        "cases": [[(args, {})]] if cases is None else cases,
    }


def returning(expression, before=""):
    """Return a module whose ``answer`` gives the value of an expression."""
    return f"import numpy as np\n{before}\ndef answer(*args):\n    return {expression}\n"
