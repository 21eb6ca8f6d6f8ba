"""Examines exercises: runs the student's function and judges what came back, so that each mistake costs points once."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .exercise import Chapter, Exercise
from .exercises import EXERCISES
from .judging import reference, words
from .judging import reply as replies
from .judging.judge import judge
from .judging.key import Key, public_keys
from .judging.source_slips import SourceSlipKind, find_source_slip, tell_source_slip
from .judging.verdict import Reply, Status, Verdict
from .library import UNPARSABLE, find_foreign_imports, find_left_over_stub
from .sandbox.carrier import Carrier

if TYPE_CHECKING:
    from .sandbox.process import Runner

MAX_READ = 64 * 2**10
"""The largest module, in bytes, that is parsed for remarks: parsing costs the grader's own time and memory."""


@dataclass(frozen=True)
class Mode:
    """How exercises are examined: `SELF_CHECK`, or `class_mode` with the keys of a class.

    Parameters
    ----------
    lends : bool
        Whether the reference stands in for the exercises that an exercise builds on. If that does not earn full
        marks, the student's own functions are tried, and the better verdict counts. Otherwise only the student's own
        are used, and a message names the first of them that fails.
    quotes : bool
        Whether messages may show inputs and expected numbers; not for a secret key.
    keys : mapping of str to Key, optional
        The secret key of each exercise; None for the public keys.
    """

    lends: bool
    quotes: bool
    keys: Mapping[str, Key] | None = None

    def find_key(self, exercise: Exercise) -> Key:
        """Return the key of an exercise.

        Raises
        ------
        MissingKeyError
            If this mode has secret keys and none for the exercise: the public one never stands in for it.
        """
        if self.keys is None:
            return public_keys(exercise.module)[exercise.name]
        if exercise.name not in self.keys:
            raise MissingKeyError(f"the secret key of {exercise.name} is missing")
        return self.keys[exercise.name]


class MissingKeyError(LookupError):
    """There is no secret key for an exercise."""


class UncontainedError(RuntimeError):
    """A class was to be graded by a carrier that does not isolate the code that it runs."""


SELF_CHECK = Mode(lends=False, quotes=True)
"""A learner's own check, with the public keys."""


def class_mode(keys: Mapping[str, Key]) -> Mode:
    """Return how a class is graded: with secret keys, and with the reference in place of prerequisites."""
    return Mode(lends=True, quotes=False, keys=keys)


def examine(
    exercise: Exercise,
    sources: Mapping[str, bytes],
    folder: str,
    runner: Carrier,
    mode: Mode,
    compiled: Mapping[str, bytes] | None = None,
) -> Verdict:
    """Examine one exercise of a student's library.

    Parameters
    ----------
    sources : mapping of str to bytes
        The student's modules, as `library.read_library` returns them.
    folder : str
        The library's folder, as messages name it.
    runner : Carrier
        The carrier that runs the student's function.
    mode : Mode
        `SELF_CHECK`, or what `class_mode` returns.
    compiled : mapping of str to bytes, optional
        The modules that `find_passing` has compiled, for a class.

    Returns
    -------
    Verdict
        With status ``unjudged`` and no score if the autograder itself failed.

    Raises
    ------
    UncontainedError
        If a class is to be graded, and the carrier does not isolate what it runs.
    """
    _require_containment(runner, mode)
    try:
        if not mode.lends:
            return _name_left_over(_self_check(exercise, sources, folder, runner, mode), exercise, sources)
        given = prerequisites(exercise)
        verdict = attempt(exercise, sources, folder, runner, mode, given, compiled)
        if given and verdict.score < verdict.points and verdict.status not in (Status.MISSING, Status.NOT_STARTED):
            key, file = mode.find_key(exercise), f"{folder}/{exercise.module}.py"
            own = run_exercise(exercise, key, sources, folder, runner, (), compiled)
            if judge(exercise, key, own, file, mode.quotes, explains=False).score > verdict.score:
                verdict = judge(exercise, key, own, file, mode.quotes)
        verdict = _name_source_slip(_name_left_over(verdict, exercise, sources), exercise, sources)
        return _name_lacking_imports(verdict, exercise, sources, folder)
    except Exception as error:
        return unjudged(exercise, error, f"{folder}/{exercise.module}.py")


def _name_left_over(verdict: Verdict, exercise: Exercise, sources: Mapping[str, bytes]) -> Verdict:
    """If a function counts as not started, say where a stub is left next to its code."""
    source = sources.get(exercise.module, b"")
    if verdict.status is not Status.NOT_STARTED or len(source) > MAX_READ:
        return verdict
    found = find_left_over_stub(source, exercise.name)
    return replace(verdict, message=words.left_over(exercise.name, *found)) if found else verdict


def _name_source_slip(verdict: Verdict, exercise: Exercise, sources: Mapping[str, bytes]) -> Verdict:
    """If the source itself shows a certain mistake, say that first.

    The last of two definitions may be wrong in another way, too, which is told as well. The results of the other
    mistakes are accidental, so no advice on them is kept. A right result from unset entries is an accident, too: it
    keeps its points, and the slip is told.
    """
    source = sources.get(exercise.module, b"")
    judged = verdict.loaded and verdict.status not in (Status.MISSING, Status.NOT_STARTED, Status.UNJUDGED)
    if not judged or len(source) > MAX_READ:
        return verdict
    slip = find_source_slip(source, exercise.name)
    if slip is None or (verdict.status is Status.PASSED and slip.kind is not SourceSlipKind.UNSET):
        return verdict
    told = tell_source_slip(exercise.name, slip)
    if verdict.status is Status.PASSED:
        return replace(verdict, message=words.compose(verdict.message, told))
    if slip.kind is SourceSlipKind.TWICE:
        return replace(verdict, message=words.compose(told, verdict.message))
    message = words.compose(told, verdict.evidence or verdict.message)
    return replace(verdict, message=message, misconception=None, advice="", finding=None)


def _name_lacking_imports(verdict: Verdict, exercise: Exercise, sources: Mapping[str, bytes], folder: str) -> Verdict:
    """Add to an error message the module's imports that are missing where a class is graded.

    They are read from the source: the error's own words are not quoted, since they could reveal a secret case.
    """
    source = sources.get(exercise.module, b"")
    if verdict.status is not Status.ERROR or len(source) > MAX_READ:
        return verdict
    lacking = find_foreign_imports(source)
    if not lacking:
        return verdict
    said = words.describe_lacking_imports(lacking, f"{folder}/{exercise.module}.py")
    return replace(verdict, message=f"{verdict.message} {said}".strip())


def attempt(
    exercise: Exercise,
    sources: Mapping[str, bytes],
    folder: str,
    runner: Carrier,
    mode: Mode,
    given: tuple[str, ...] = (),
    compiled: Mapping[str, bytes] | None = None,
) -> Verdict:
    """Run and judge an exercise once, with the reference's functions for ``given``; the rest is as in `examine`."""
    _require_containment(runner, mode)
    key = mode.find_key(exercise)
    came = run_exercise(exercise, key, sources, folder, runner, given, compiled)
    return judge(exercise, key, came, f"{folder}/{exercise.module}.py", mode.quotes)


def _require_containment(runner: Carrier, mode: Mode) -> None:
    if mode is not SELF_CHECK and not runner.grades_classes:
        raise UncontainedError(
            f"{type(runner).__name__} does not isolate the code it runs, so it cannot grade a class."
        )


def find_passing(
    chapter: Chapter, sources: Mapping[str, bytes], folder: str, runner: Runner, seconds: float
) -> tuple[set[str], dict[str, bytes]]:
    """Return the exercises of a chapter that pass all public cases when one process runs them together.

    Also return the student's modules as that process compiled them, for later runs of the same submission.

    Use this only where no points depend on the result: an exercise may disturb the next one, or read another
    one's data in memory. No reference functions are given; exercises that could not be run, or that are scored, are
    left out.
    """
    exercises = [exercise for exercise in chapter.exercises.values() if not exercise.scored]
    if not exercises or any(replies.refuse_sources(exercise, sources, folder) for exercise in exercises):
        return set(), {}
    keys = {exercise.name: SELF_CHECK.find_key(exercise) for exercise in exercises}
    # Tried once: an exercise that does not pass here is run alone in any case.
    job = replies.make_joint_job(exercises, keys, chapter.module, sources, folder)
    outcome = runner.run(job, seconds, retries=False)
    found, compiled = replies.read_joint_reply(outcome.ending, outcome.data, exercises, keys, sources, folder)
    verdicts = (judge(one, keys[one.name], found[one.name], explains=False) for one in exercises if one.name in found)
    return {verdict.exercise for verdict in verdicts if verdict.score == verdict.points}, compiled


def run_exercise(
    exercise: Exercise,
    key: Key,
    sources: Mapping[str, bytes],
    folder: str,
    runner: Carrier,
    given: tuple[str, ...] = (),
    compiled: Mapping[str, bytes] | None = None,
) -> Reply:
    """Run an exercise's cases on a student's sources; parameters as in `attempt`."""
    if refused := replies.refuse_sources(exercise, sources, folder):
        return refused
    job = replies.make_job(exercise, key, sources, folder, given, compiled)
    outcome = runner.run(job, exercise.time_limit)
    return replies.read_reply(outcome.ending, outcome.data, outcome.limit, exercise, key, folder)


def examine_chapter(
    chapter: Chapter,
    sources: Mapping[str, bytes],
    folder: str,
    runner: Carrier,
    mode: Mode,
    compiled: Mapping[str, bytes] | None = None,
) -> list[Verdict]:
    """Examine all exercises of a chapter, each after those that it builds on; parameters as in `examine`."""
    ordered = in_order(chapter.exercises.values())
    return [examine(exercise, sources, folder, runner, mode, compiled) for exercise in ordered]


def prerequisites(exercise: Exercise) -> tuple[str, ...]:
    """Return the exercises whose reference may replace the student's function, prerequisites first.

    Raises
    ------
    ValueError
        If the exercise itself is among them: its answer would be handed to the student's code.
    """
    names = reference.closure(exercise.prerequisites)
    if exercise.name in names:
        raise ValueError(f"the prerequisites of {exercise.name} use {exercise.name} itself")
    return tuple(name for name in names if name in EXERCISES)


def in_order(exercises: Iterable[Exercise]) -> list[Exercise]:
    """Sort exercises so that each follows its prerequisites; otherwise keep their order."""
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
    """Return the verdict on an exercise that the autograder failed to examine."""
    told = words.not_examined(exercise.name, error)
    return judge(exercise, Key(exercise.name, (), (), ()), Reply(Status.UNJUDGED, told), file)


def _self_check(exercise: Exercise, sources: Mapping[str, bytes], folder: str, runner: Carrier, mode: Mode) -> Verdict:
    """Examine with the student's own prerequisites; name the first that fails before anything else."""
    tried: dict[str, Verdict] = {}

    def try_once(name: str) -> Verdict:
        if name not in tried:
            tried[name] = attempt(EXERCISES[name], sources, folder, runner, mode)
        return tried[name]

    def first_failing(name: str) -> str | None:
        verdict = try_once(name)
        if verdict.score == verdict.points:
            return None
        used = [below for below in EXERCISES[name].prerequisites if _uses(sources, EXERCISES[name], below)]
        return next(filter(None, map(first_failing, used)), name)

    verdict = try_once(exercise.name)
    if verdict.loaded and verdict.status not in (Status.MISSING, Status.NOT_STARTED):
        first = first_failing(exercise.name)
        if first not in (None, exercise.name):
            # What looks like a misconception in this exercise may be a mistake in the other one.
            verdict.misconception, verdict.advice, verdict.finding = None, "", None
            evidence = verdict.evidence or verdict.message
            verdict.message = words.compose(words.builds_on(exercise.name, first), evidence)
            return verdict
    return _name_source_slip(verdict, exercise, sources)


def _uses(sources: Mapping[str, bytes], exercise: Exercise, name: str) -> bool:
    """Return whether the exercise's function, or what it uses of its own module, mentions a name."""
    try:
        module = ast.parse(sources.get(exercise.module, b""))
    except UNPARSABLE:
        return False
    defined: dict[str, list[ast.AST]] = {}
    imported: dict[str, str] = {}
    for node in module.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imported |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign):
            for target in filter(lambda target: isinstance(target, ast.Name), node.targets):
                defined.setdefault(target.id, []).append(node.value)
    defined.setdefault(exercise.name, [module])  # defined in another way, so the whole module counts
    reached, todo = set(), [exercise.name]
    while todo:
        for node in (node for part in defined.get(todo.pop(), []) for node in ast.walk(part)):
            word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
            if word is not None and word not in reached:
                reached.add(word)
                todo.append(word)
    return name in reached or any(imported.get(word) == name for word in reached)
