"""Examines one submission: its functions in isolation, its numbers and answers as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..examine import SELF_CHECK, attempt, class_mode, examine, examine_chapter, prerequisites
from ..exercise import Chapter
from ..exercises import CHAPTERS, EXERCISES
from ..judging.key import Key
from ..judging.verdict import Status, Verdict
from ..library import LIBRARY_FOLDER
from ..numbers import judge_numbers, malformed_numbers
from ..sandbox.process import Runner
from .rebuild import RebuiltNotebook, rebuild
from .submission import Submission, SubmissionStatus

SECONDS = 120.0
"""The most that one submission may take; what is not examined by then counts as not finished."""

_PASSING = (Status.TIMEOUT, Status.CRASHED, Status.UNJUDGED)
"""Statuses that another run may change."""


@dataclass(frozen=True)
class Examination:
    """A submission's status, its verdicts in the chapter's order, and the notebook to show."""

    status: SubmissionStatus
    verdicts: tuple[Verdict, ...]
    rebuilt: RebuiltNotebook

    @property
    def lasting(self) -> bool:
        """Whether examining again would say the same: not where time ran out or the autograder failed."""
        return all(verdict.status not in _PASSING for verdict in self.verdicts)

    def entry(self, student: str, chapter: Chapter) -> dict:
        """Return the form that docs/architecture.md describes."""
        scores = [verdict.score for verdict in self.verdicts]
        return {
            "student": student,
            "chapter": chapter.name,
            "status": str(self.status),
            "score": None if None in scores else round(sum(scores), 4),
            "points": float(chapter.points),
            "exercises": [verdict.as_json() for verdict in self.verdicts],
        }


def examine_submission(
    submission: Submission, chapter: Chapter, keys: Mapping[str, Key], released: Mapping[str, Any], isolation: str
) -> Examination:
    """Examine a submission; parameters as elsewhere, ``released`` being the notebook as it was handed out."""
    if submission.notebook is None:
        return absent(chapter, released)
    found = {verdict.exercise: verdict for verdict in _functions(submission, chapter, keys, isolation)}
    return _put_together([found[name] for name in chapter.exercises], submission, released)


def from_record(verdicts: list[Verdict], submission: Submission, released: Mapping[str, Any]) -> Examination:
    """Return an examination of which the verdicts on functions are known: the notebook alone is read."""
    return _put_together(verdicts, submission, released)


def _put_together(functions: list[Verdict], submission: Submission, released: Mapping[str, Any]) -> Examination:
    chapter, rebuilt = CHAPTERS[submission.chapter], rebuild(released, submission.notebook or b"")
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


def absent(chapter: Chapter, released: Mapping[str, Any]) -> Examination:
    """Return the verdicts on a submission that is not there."""
    words = f"No notebook of {chapter.name} was submitted."
    return Examination(
        SubmissionStatus.MISSING, _all_alike(chapter, Status.MISSING, 0.0, words), RebuiltNotebook(dict(released))
    )


def unjudged(chapter: Chapter, released: Mapping[str, Any], notebook: bytes, why: str) -> Examination:
    """Return the verdicts where the autograder itself failed on a whole submission."""
    words = f"The autograder itself failed ({why}). There are no points yet: grade again, and report it."
    return Examination(
        SubmissionStatus.UNJUDGED, _all_alike(chapter, Status.UNJUDGED, None, words), rebuild(released, notebook)
    )


def _all_alike(chapter: Chapter, status: str, score: float | None, words: str) -> tuple[Verdict, ...]:
    asked = [*chapter.exercises.values(), *chapter.questions.values()]
    return tuple(Verdict(one.name, chapter.name, status, score, float(one.points), message=words) for one in asked)


def _functions(submission: Submission, chapter: Chapter, keys: Mapping[str, Key], isolation: str) -> list[Verdict]:
    with Runner(isolation, total_limit=SECONDS) as runner:
        verdicts = examine_chapter(chapter, submission.library, LIBRARY_FOLDER, runner, class_mode(keys))
        left = SECONDS - runner.spent
    verdicts = [replace(verdict, printed="") for verdict in verdicts]
    failed = [verdict for verdict in verdicts if verdict.status in (Status.FAILED, Status.ERROR)]
    if failed and left > 0:
        # A process of its own: what the student's code saw of the secret inputs cannot be told in these messages.
        with Runner(isolation, total_limit=left) as runner:
            for verdict in failed:
                _describe_by_public_case(verdict, chapter, submission, runner)
    return verdicts


def _describe_by_public_case(verdict: Verdict, chapter: Chapter, submission: Submission, runner: Runner) -> None:
    """Describe a failure by the public case that shows the same, which the student may see in full."""
    exercise = chapter.exercises[verdict.exercise]
    # With the reference's prerequisites, as it was most likely judged, otherwise with the student's own.
    for given in dict.fromkeys((prerequisites(exercise), ())):
        try:
            public = attempt(exercise, submission.library, LIBRARY_FOLDER, runner, SELF_CHECK, given)
        except Exception:  # the verdict is not changed; it just keeps its shorter words
            return
        same = (public.status, public.misconception, [a.passed for a in public.aspects]) == (
            verdict.status,
            verdict.misconception,
            [a.passed for a in verdict.aspects],
        )
        if same:
            verdict.message, verdict.finding = public.message, public.finding
            return


def explain(
    submission: Submission, name: str, keys: Mapping[str, Key], released: Mapping[str, Any], isolation: str
) -> Verdict:
    """Examine one exercise or question of a submission again, with the failing case in full.

    The message quotes secret inputs and expected values: it is for the instructor's eyes only.
    """
    if name in EXERCISES:
        with Runner(isolation, total_limit=SECONDS) as runner:
            mode = replace(class_mode(keys), quotes=True)
            return examine(EXERCISES[name], submission.library, LIBRARY_FOLDER, runner, mode)
    verdicts = _put_together([], submission, released).verdicts
    return next(verdict for verdict in verdicts if verdict.exercise == name)
