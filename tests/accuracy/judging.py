"""Judges many functions in place of a reference function, like candidates, but in forked children of this process."""

from __future__ import annotations

import ast
import os
import resource
import signal
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from autograder.candidate import wire
from autograder.candidate.call import call_function
from autograder.exercise import Exercise
from autograder.exercises import EXERCISES
from autograder.judging import key, reference
from autograder.judging.observation import Observation, Rejected, find_problems, observe
from autograder.judging.slips.mutants import Mutant, mutants
from autograder.paths import SOLUTIONS
from tests.support.judged import key_for_points
from tests.support.reasons import read_reasons

PASSED, WRONG, RAISED, STOPPED, BROKEN = b"PWRSB"
"""Right in every case; a wrong answer; an exception although none was asked for; ended by a limit; our own failure."""
SEEDS = (key.PUBLIC_SEED, 7)
CPU_SECONDS = 60
MEMORY = 4 * 2**30
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
HELPERS = {"_lora_forward": "lora_fine_tune"}
"""Private functions of the reference, each with the exercise to which it belongs."""


@cache
def definitions(module: str) -> tuple[ast.Module, dict[str, ast.FunctionDef]]:
    """Return a module of the reference, and its functions by name."""
    tree = ast.parse((SOLUTIONS / "weightlab" / f"{module}.py").read_text(encoding="utf-8"))
    return tree, {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


@cache
def all_mutants(module: str) -> dict[str, list[Mutant]]:
    """Return the mutants of a module by the name of the exercise that must notice them."""
    found: dict[str, list[Mutant]] = {}
    for name, function in definitions(module)[1].items():
        found.setdefault(HELPERS.get(name, name), []).extend(mutants(function))
    return found


@cache
def equivalents() -> dict[str, str]:
    """Return the mutants that are still right answers, each with the reason."""
    return read_reasons(EQUIVALENT)


@cache
def answer_key(exercise: str, seed: int) -> key.Key:
    """Return the key of a seed, which is made once, before any child is forked."""
    asked = EXERCISES[exercise]
    # If answers are scored, making a key takes minutes, so the key that the release recorded is used.
    return key.public_keys(asked.module)[exercise] if asked.scored else key.make_key(asked, seed)


def verdicts(name: str, made: Sequence[Mutant], seeds: Sequence[int] = SEEDS) -> list[int]:
    """Judge mutants one after another; a child that a mutant ends is replaced by the next."""
    exercise, found = EXERCISES[name], bytearray()
    keys = [(answer_key if exercise.scored else key_for_points)(name, seed) for seed in seeds]
    while len(found) < len(made):
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            _judge_all(exercise, keys, made[len(found) :], writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as stream:
            found += stream.read()
        os.waitpid(child, 0)
        if len(found) < len(made):
            found.append(STOPPED)
    if BROKEN in found:
        raise RuntimeError(f"could not judge {made[found.index(BROKEN)]}")
    return list(found)


def _judge_all(exercise: Exercise, keys: list[key.Key], made: Sequence[Mutant], writer: int) -> None:
    """Write one verdict per mutant, and end this process."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        for mutant in made:
            # Processor time, not the clock: a busy machine makes no answer wrong. The signal ends this process.
            signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
            # The weakest verdict counts, because somebody might be graded by the key that a mutant passes.
            each = [_verdict(exercise, answers, mutant) for answers in keys]
            os.write(writer, bytes([PASSED if PASSED in each else each[0]]))
    except BaseException:
        os.write(writer, bytes([BROKEN]))
        raise
    finally:
        os._exit(0)


def _verdict(exercise: Exercise, answers: key.Key, mutant: Mutant) -> int:
    try:
        function = _function(exercise, mutant)
    except SyntaxError:
        return RAISED
    for case, expected, seen in _seen(exercise, answers, function):
        if find_problems(exercise, case, expected, seen):
            return RAISED if seen.raised and not case.raises else WRONG
    return PASSED


def _function(exercise: Exercise, mutant: Mutant) -> object:
    """Run the reference's module with the mutant in place of the function from which it was made."""
    tree, functions = definitions(exercise.module)
    body = [ast.parse(mutant.source).body[0] if node is functions[mutant.function] else node for node in tree.body]
    name = reference.module(exercise.module).__name__
    namespace = {"__name__": name, "__package__": name.rpartition(".")[0]}
    exec(compile(ast.Module(body, []), "mutant", "exec", dont_inherit=True), namespace)
    return namespace[exercise.name]


def _seen(exercise: Exercise, answers: key.Key, function: object) -> Iterator[tuple]:
    for case, expected in zip(answers.cases, answers.expected, strict=True):
        generators: dict = {}
        calls = [(call.args, dict(call.kwargs)) for call in case.calls]
        outcomes = [call_function(function, args, kwargs, generators, "mutant") for args, kwargs in calls]
        try:
            seen = observe(exercise, case, wire.decode(wire.encode(outcomes)))
        except (wire.WireError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            seen = Observation(rejected=Rejected("unreadable", (), str(error)))  # the judge would call it malformed
        yield case, expected, seen
