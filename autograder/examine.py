"""Examines exercises: runs the student's function and judges what came back, so that one mistake costs once."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from .exercise import Chapter, Exercise
from .exercises import EXERCISES
from .judging import reference, reply
from .judging.judge import MISSING, NOT_STARTED, UNJUDGED, Reply, Verdict, judge
from .judging.key import Key, public_keys
from .sandbox.process import Runner


def examine(
    exercise: Exercise,
    keys: Mapping[str, Key],
    sources: Mapping[str, bytes],
    folder: str,
    runner: Runner,
    *,
    reference_prerequisites: bool,
    quote: bool = True,
) -> Verdict:
    """Examine one exercise of a student's library.

    Parameters
    ----------
    keys : mapping of str to Key
        By exercise; the public key stands in for a missing one.
    sources : mapping of str to bytes
        The student's modules, as from `library.read_library`.
    folder : str
        How messages name the library's folder.
    reference_prerequisites : bool
        True for a class: the reference stands in for what the exercise builds on, and where that does
        not earn full marks the student's own does, the better counting. False for a self-check: the
        student's own functions only, and the first of them that fails is named.
    quote : bool
        Whether messages may show inputs and expected numbers; not so for a secret key.

    Returns
    -------
    Verdict
        With status ``unjudged`` and no score where the examiner itself failed.
    """
    try:
        if not reference_prerequisites:
            return _self_check(exercise, keys, sources, folder, runner, quote)
        given = prerequisites(exercise)
        verdict = attempt(exercise, keys, sources, folder, runner, quote, given)
        if given and verdict.score < verdict.points and verdict.status not in (MISSING, NOT_STARTED):
            own = attempt(exercise, keys, sources, folder, runner, quote)
            verdict = own if own.score > verdict.score else verdict
        return verdict
    except Exception as error:
        return unjudged(exercise, error, f"{folder}/{exercise.module}.py")


def attempt(
    exercise: Exercise,
    keys: Mapping[str, Key],
    sources: Mapping[str, bytes],
    folder: str,
    runner: Runner,
    quote: bool = True,
    given: tuple[str, ...] = (),
) -> Verdict:
    """Run and judge an exercise once, ``given`` standing in for the student's own; other parameters as in `examine`."""
    key = keys[exercise.name] if exercise.name in keys else public_keys(exercise.module)[exercise.name]
    came = run_exercise(exercise, key, sources, folder, runner, given)
    return judge(exercise, key, came, f"{folder}/{exercise.module}.py", quote)


def run_exercise(
    exercise: Exercise,
    key: Key,
    sources: Mapping[str, bytes],
    folder: str,
    runner: Runner,
    given: tuple[str, ...] = (),
) -> Reply:
    """Run an exercise's cases on a student's sources; parameters as in `attempt`."""
    if refused := reply.refuse_sources(exercise, sources, folder):
        return refused
    outcome = runner.run(reply.make_job(exercise, key, sources, folder, given), exercise.time_limit)
    return reply.read_reply(outcome.ending, outcome.data, outcome.limit, exercise, key, folder)


def examine_chapter(
    chapter: Chapter,
    keys: Mapping[str, Key],
    sources: Mapping[str, bytes],
    folder: str,
    runner: Runner,
    *,
    reference_prerequisites: bool,
    quote: bool = True,
) -> list[Verdict]:
    """Examine all exercises of a chapter, each after those that it builds on; parameters as in `examine`."""
    return [
        examine(exercise, keys, sources, folder, runner, reference_prerequisites=reference_prerequisites, quote=quote)
        for exercise in in_order(chapter.exercises.values())
    ]


def prerequisites(exercise: Exercise) -> tuple[str, ...]:
    """Return the exercises whose reference may stand in for the student's, what they use first.

    Raises
    ------
    ValueError
        If the exercise itself were among them: its answer would be handed to the student's code.
    """
    names = reference.closure(exercise.prerequisites)
    if exercise.name in names:
        raise ValueError(f"the prerequisites of {exercise.name} use {exercise.name} itself")
    return tuple(name for name in names if name in EXERCISES)


def in_order(exercises: Iterable[Exercise]) -> list[Exercise]:
    """Sort exercises so that each follows its prerequisites, else as they stand."""
    todo = {exercise.name: exercise for exercise in exercises}
    ordered: dict[str, Exercise] = {}

    def visit(exercise: Exercise, above: tuple[str, ...] = ()) -> None:
        if exercise.name in above:
            raise ValueError(f"{exercise.name} is its own prerequisite")
        for name in exercise.prerequisites:
            if name in todo:
                visit(todo[name], (*above, exercise.name))
        ordered.setdefault(exercise.name, exercise)

    for exercise in todo.values():
        visit(exercise)
    return list(ordered.values())


def unjudged(exercise: Exercise, error: BaseException, file: str | None = None) -> Verdict:
    """Return the verdict on an exercise that the examiner failed to examine."""
    why = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    words = f"The examiner itself failed on {exercise.name} ({why}). There is no score yet: try again, and report it."
    return judge(exercise, Key(exercise.name, (), (), (), ()), Reply(UNJUDGED, words), file)


def _self_check(
    exercise: Exercise, keys: Mapping[str, Key], sources: Mapping[str, bytes], folder: str, runner: Runner, quote: bool
) -> Verdict:
    """Examine with the student's own prerequisites; name the first that fails before anything else."""
    tried: dict[str, Verdict] = {}

    def tried_once(name: str) -> Verdict:
        if name not in tried:
            tried[name] = attempt(EXERCISES[name], keys, sources, folder, runner, quote)
        return tried[name]

    def first_failing(name: str) -> str | None:
        verdict = tried_once(name)
        if verdict.score == verdict.points:
            return None
        used = [below for below in EXERCISES[name].prerequisites if _uses(sources, EXERCISES[name].module, below)]
        return next(filter(None, map(first_failing, used)), name)

    verdict = tried_once(exercise.name)
    if verdict.loaded and verdict.status not in (MISSING, NOT_STARTED):
        first = first_failing(exercise.name)
        if first not in (None, exercise.name):
            # What looks like a misunderstanding of this exercise may be the other one's mistake.
            if verdict.advice:
                verdict.message = verdict.message.removesuffix(f"\n{verdict.advice}")
                verdict.misconception, verdict.advice = None, ""
            verdict.message = (
                f"{exercise.name} builds on {first}, which does not pass its own check yet: mend {first} first.\n"
                f"{verdict.message}"
            )
    return verdict


def _uses(sources: Mapping[str, bytes], module: str, name: str) -> bool:
    """Whether a module mentions a name, beyond importing and defining it."""
    try:
        nodes = ast.walk(ast.parse(sources.get(module, b"")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(
        (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.alias) and node.name == name and node.asname is not None)
        for node in nodes
    )
