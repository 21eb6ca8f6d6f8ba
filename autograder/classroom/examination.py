"""Examines one submission: its functions in isolation, its numbers and answers as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..examine import SELF_CHECK, class_mode, examine, examine_chapter, find_passing, prerequisites, run_exercise
from ..exercise import Chapter
from ..exercises import CHAPTERS, EXERCISES
from ..judging.judge import judge
from ..judging.key import Key
from ..judging.verdict import Reply, Status, Verdict
from ..library import LIBRARY_FOLDER
from ..numbers import judge_numbers, malformed_numbers
from ..sandbox.clock import Clock
from ..sandbox.process import Runner
from .rebuild import RebuiltNotebook, rebuild
from .submission import Submission, SubmissionStatus

SECONDS = 150.0
"""How many seconds a submission's own code may take; exercises not examined by then count as not finished."""
PUBLIC_SECONDS = 30.0
"""How many of these seconds may go to public cases, which decide no points, only explanations."""
READING = 30.0
"""Further seconds for reading the submission and making its notebook and page."""

PUBLIC_RUN_SECONDS = 4.0
"""How many of the public seconds one run may take: all exercises together, and then each alone.

All right answers of a chapter together take at most 0.15 s; only the explanation of a slow wrong answer gets shorter.
"""

_PASSING = (Status.TIMEOUT, Status.CRASHED, Status.UNJUDGED)
"""Statuses that a further run may change."""


@dataclass(frozen=True)
class Examination:
    """A submission's status, its verdicts in the chapter's order, and the notebook to show."""

    status: SubmissionStatus
    verdicts: tuple[Verdict, ...]
    rebuilt: RebuiltNotebook

    @property
    def lasting(self) -> bool:
        """Whether examining again would give the same result: not if time ran out or the autograder failed."""
        return all(verdict.status not in _PASSING for verdict in self.verdicts)

    def entry(self, student: str, chapter: Chapter) -> dict:
        """Return the examination in the form that docs/architecture.md describes."""
        scores = [verdict.score for verdict in self.verdicts]
        return {
            "student": student,
            "chapter": chapter.name,
            "status": str(self.status),
            "score": None if None in scores else round(sum(scores), 4),
            "points": float(chapter.points),
            "exercises": [verdict.as_json() for verdict in self.verdicts],
        }


def new_clock() -> Clock:
    """Start the single clock of a submission, for everything that is done with it."""
    return Clock(SECONDS + READING, READING)


def examine_submission(
    submission: Submission,
    chapter: Chapter,
    keys: Mapping[str, Key],
    released: Mapping[str, Any],
    isolation: str,
    clock: Clock | None = None,
) -> Examination:
    """Examine a submission; ``released`` is the chapter's notebook as it was handed out."""
    if submission.notebook is None:
        return absent(chapter, released)
    clock = clock or new_clock()
    found = {verdict.exercise: verdict for verdict in _functions(submission, chapter, keys, isolation, clock)}
    return _put_together([found[name] for name in chapter.exercises], submission, released)


def from_record(verdicts: list[Verdict], submission: Submission, released: Mapping[str, Any]) -> Examination:
    """Return an examination whose verdicts on functions are known: only the notebook is read."""
    return _put_together(verdicts, submission, released)


def _put_together(functions: list[Verdict], submission: Submission, released: Mapping[str, Any]) -> Examination:
    chapter, rebuilt = CHAPTERS[submission.chapter], rebuild(released, submission.notebook)
    if rebuilt.malformed and not rebuilt.read.answers:
        numbers = malformed_numbers(chapter, rebuilt.malformed)
    else:
        numbers = judge_numbers(chapter, rebuilt.read)
    verdicts = (*functions, *numbers)
    if any(verdict.status == Status.UNJUDGED for verdict in verdicts):
        status = SubmissionStatus.UNJUDGED
    elif rebuilt.malformed:
        status = SubmissionStatus.MALFORMED
    elif chapter.exercises and not submission.library:
        status = SubmissionStatus.NO_LIBRARY
    else:
        status = SubmissionStatus.GRADED
    return Examination(status, verdicts, rebuilt)


def absent(chapter: Chapter, released: Mapping[str, Any], why: str = "") -> Examination:
    """Return the verdicts on a submission that is missing, or that is not read for some reason."""
    words = why or f"No notebook of {chapter.name} was submitted."
    return Examination(
        SubmissionStatus.MISSING, _all_alike(chapter, Status.MISSING, 0.0, words), RebuiltNotebook(dict(released))
    )


def unjudged(chapter: Chapter, released: Mapping[str, Any], notebook: bytes, why: str) -> Examination:
    """Return the verdicts if the autograder itself failed on a whole submission."""
    words = f"The autograder itself failed ({why}). There are no points yet: grade again, and report this message."
    return Examination(
        SubmissionStatus.UNJUDGED, _all_alike(chapter, Status.UNJUDGED, None, words), rebuild(released, notebook)
    )


def _all_alike(chapter: Chapter, status: str, score: float | None, words: str) -> tuple[Verdict, ...]:
    asked = [*chapter.exercises.values(), *chapter.questions.values()]
    return tuple(Verdict(one.name, chapter.name, status, score, float(one.points), message=words) for one in asked)


def _functions(
    submission: Submission, chapter: Chapter, keys: Mapping[str, Key], isolation: str, clock: Clock
) -> list[Verdict]:
    with Runner(isolation, clock=clock) as runner:
        # This runs before anything secret is sent, so these messages cannot reveal what the student's code sees of the
        # secret inputs, whatever that code leaves behind in the sandbox or in the kernel's caches.
        public, compiled = _try_public_cases(submission, chapter, runner, clock)
        verdicts = examine_chapter(chapter, submission.library, LIBRARY_FOLDER, runner, class_mode(keys), compiled)
    verdicts = [replace(verdict, printed="") for verdict in verdicts]
    for verdict in verdicts:
        if verdict.status in (Status.FAILED, Status.ERROR):
            _describe_by_public_case(verdict, public.get(verdict.exercise, []))
    return verdicts


def _try_public_cases(
    submission: Submission, chapter: Chapter, runner: Runner, clock: Clock
) -> tuple[dict[str, list[Reply]], dict[str, bytes]]:
    """Return the results of the public cases for each exercise that fails them, and the student's compiled modules.

    One process runs all exercises first, since most pass; each one that fails is then run alone: with the reference's
    prerequisites, as it is most likely judged, and then with the student's own. If an exercise reports its scores
    anyway, a second run would say nothing more.
    """
    failing: dict[str, list[Reply]] = {}
    until = clock.left_for_code - PUBLIC_SECONDS
    try:
        passing, compiled = find_passing(chapter, submission.library, LIBRARY_FOLDER, runner, PUBLIC_RUN_SECONDS)
    except Exception:  # no points depend on it
        passing, compiled = set(), {}
    for name, exercise in chapter.exercises.items():
        if name in passing:
            continue
        for given in dict.fromkeys((prerequisites(exercise), ())):
            runner.time_limit = min(exercise.time_limit, PUBLIC_RUN_SECONDS, clock.left_for_code - until)
            if exercise.scored or runner.time_limit <= 0:
                break
            try:
                key = SELF_CHECK.find_key(exercise)
                came = run_exercise(exercise, key, submission.library, LIBRARY_FOLDER, runner, given, compiled)
                status = judge(exercise, key, came, explains=False).status
            except Exception:  # no points depend on it: the verdict just keeps its shorter words
                break
            if status not in (Status.FAILED, Status.ERROR):
                break
            failing.setdefault(name, []).append(came)
    runner.time_limit = None
    return failing, compiled


def _describe_by_public_case(verdict: Verdict, public: list[Reply]) -> None:
    """Describe a failure by a public case with the same failure, which the student may see in full."""
    seen = (verdict.status, verdict.misconception, [aspect.passed for aspect in verdict.aspects])
    exercise = EXERCISES[verdict.exercise]
    for came in public:
        try:
            other = judge(exercise, SELF_CHECK.find_key(exercise), came, f"{LIBRARY_FOLDER}/{exercise.module}.py")
        except Exception:  # no points depend on it: the verdict just keeps its shorter words
            return
        if (other.status, other.misconception, [aspect.passed for aspect in other.aspects]) == seen:
            verdict.message, verdict.finding = other.message, other.finding
            return


def explain(
    submission: Submission, name: str, keys: Mapping[str, Key], released: Mapping[str, Any], isolation: str
) -> Verdict:
    """Examine one exercise or question of a submission again, and show the failing case in full.

    The message quotes secret inputs and expected values: it is for the instructor's eyes only.
    """
    if name in EXERCISES:
        with Runner(isolation, clock=new_clock()) as runner:
            mode = replace(class_mode(keys), quotes=True)
            return examine(EXERCISES[name], submission.library, LIBRARY_FOLDER, runner, mode)
    verdicts = _put_together([], submission, released).verdicts
    return next(verdict for verdict in verdicts if verdict.exercise == name)
