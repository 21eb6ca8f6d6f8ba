"""Judges what a learner might write for an exercise in this process: quickly, and without a sandbox."""

from __future__ import annotations

import inspect
import textwrap
from functools import cache

import pytest

from autograder.candidate import wire
from autograder.candidate.call import call_function
from autograder.exercises import EXERCISES
from autograder.judging import judge, key, reference
from autograder.judging.verdict import Reply, Verdict


@cache
def key_of(name: str, seed: int = key.PUBLIC_SEED) -> key.Key:
    """Return an exercise's key, made from the live reference."""
    return key.make_key(EXERCISES[name], seed)


@cache
def key_for_points(name: str, seed: int) -> key.Key:
    """Return a key without the results of misconceptions, which take nearly all the time and change no points."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key, "_make_mistakes", lambda *_: ())
        return key.make_key(EXERCISES[name], seed)


def verdict_on_body(name: str, body: str, *, seed: int = key.PUBLIC_SEED, quote: bool = True) -> Verdict:
    """Return the verdict on a function with this body; it may use the whole reference library, NumPy and math."""
    signature = inspect.signature(getattr(reference.module(EXERCISES[name].module), name))
    bare = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    source = f"def {name}{inspect.Signature(bare)}:\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    return verdict_on_source(name, source, seed=seed, quote=quote)


def verdict_on_source(name: str, source: str, *, seed: int = key.PUBLIC_SEED, quote: bool = True) -> Verdict:
    """Return the verdict on a program that defines the function of an exercise."""
    return judge.judge(EXERCISES[name], key_of(name, seed), answer_of(name, source, seed), "own.py", quote)


def answer_of(name: str, source: str, seed: int = key.PUBLIC_SEED) -> Reply:
    """Return what the function of a program answers; it may use the whole reference library, NumPy and math."""
    names: dict = {"__name__": "own"}
    for module in reference.modules():
        names |= {one: value for one, value in vars(reference.module(module)).items() if not one.startswith("__")}
    exec(compile("import math\nimport numpy as np\n" + source, "own.py", "exec"), names)
    cases = []
    for case in key_of(name, seed).cases:
        generators: dict = {}
        outcomes = [call_function(names[name], one.args, dict(one.kwargs), generators, "own") for one in case.calls]
        cases.append(wire.decode(wire.encode(outcomes)))
    return Reply(cases=cases)
