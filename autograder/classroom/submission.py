"""One student's hand-in of one chapter: reading it, examining it, and laying the verdicts into its notebook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .. import card
from ..examine import SELF_CHECK, attempt, class_mode, examine_chapter, prerequisites
from ..exercise import Chapter
from ..exercises import CHAPTERS, EXERCISES
from ..judging.key import Key
from ..judging.verdict import Aspect, Status, Verdict
from ..library import LIBRARY_FOLDER, read_library
from ..limits import MAX_NOTEBOOK
from ..sandbox.process import Runner
from . import rebuild, times
from .files import read_file
from .rebuild import Rebuilt

SECRET = "submission_secret.txt"
NO_RESPONSE = "No response."
"""What nbgrader says of an answer cell that is as it was handed out."""
SECONDS = 120.0
"""The most that one hand-in may take; what is not examined by then counts as not finished."""

_UNCACHED = (Status.TIMEOUT, Status.CRASHED, Status.UNJUDGED)


@dataclass(frozen=True)
class Submission:
    """What a student handed in for a chapter; ``notebook`` is None where there is none.

    Through nbgrader's exchange it has a time, and a secret by which feedback finds the way back.
    """

    student: str
    chapter: str
    notebook: bytes | None
    library: Mapping[str, bytes]
    timestamp: str | None = None
    secret: bytes | None = None

    def digest(self) -> str:
        """Return a name for the content."""
        return _digest([("", self.notebook or b""), *sorted(self.library.items())])

    def library_digest(self) -> str:
        """Return a name for the library, which alone decides what its functions are worth."""
        return _digest(sorted(self.library.items()))


def _digest(files: Iterable[tuple[str, bytes]]) -> str:
    hashed = hashlib.sha256()
    for name, content in files:
        hashed.update(f"{len(name)} {len(content)} {name}".encode("utf-8", "surrogateescape") + content)
    return hashed.hexdigest()


def read(folder: Path, student: str, chapter: str) -> Submission:
    """Read ``submitted/STUDENT/CHAPTER``; links and what is no ordinary file count as absent."""
    notebook = read_file(folder / f"{chapter}.ipynb", MAX_NOTEBOOK + 1)
    library = folder / LIBRARY_FOLDER
    sources = {} if library.is_symlink() or folder.is_symlink() else read_library(library)
    timestamp = read_file(folder / times.FILE, times.MAX_BYTES)
    time = timestamp.decode("utf-8", "replace") if timestamp else None
    return Submission(student, chapter, notebook, sources, time, read_file(folder / SECRET, 1000))


@dataclass(frozen=True)
class Examined:
    """A hand-in's status, its verdicts in the chapter's order, and the notebook to show."""

    status: str
    verdicts: tuple[Verdict, ...]
    rebuilt: Rebuilt

    @property
    def lasting(self) -> bool:
        """Whether examining again would say the same: not where time ran out or the examiner failed."""
        return all(verdict.status not in _UNCACHED for verdict in self.verdicts)

    def entry(self, student: str, chapter: Chapter) -> dict:
        """Return the contract's form."""
        judged = [verdict.score for verdict in self.verdicts]
        score = None if None in judged else round(sum(judged), 4)
        return {
            "student": student,
            "chapter": chapter.name,
            "status": self.status,
            "score": score,
            "points": float(chapter.points),
            "exercises": [verdict.as_json() for verdict in self.verdicts],
        }


def examine_submission(
    submission: Submission, chapter: Chapter, keys: Mapping[str, Key], released: Mapping[str, Any], isolation: str
) -> Examined:
    """Examine a hand-in: its functions in isolation, its numbers and answers as data."""
    if submission.notebook is None:
        return absent(chapter, released)
    rebuilt = rebuild.rebuild(released, submission.notebook)
    found = {verdict.exercise: verdict for verdict in _functions(submission, chapter, keys, isolation)}
    verdicts = [found[name] for name in chapter.exercises] + rebuild.question_verdicts(chapter, rebuilt)
    return Examined(_status(verdicts, rebuilt), tuple(verdicts), rebuilt)


def from_record(record: list[dict], submission: Submission, released: Mapping[str, Any]) -> Examined:
    """Return the verdicts that `record` wrote, and those on the notebook, which is rebuilt."""
    rebuilt = rebuild.rebuild(released, submission.notebook or b"")
    verdicts = [Verdict(**data | {"aspects": [Aspect(**aspect) for aspect in data["aspects"]]}) for data in record]
    verdicts += rebuild.question_verdicts(CHAPTERS[submission.chapter], rebuilt)
    return Examined(_status(verdicts, rebuilt), tuple(verdicts), rebuilt)


def absent(chapter: Chapter, released: Mapping[str, Any]) -> Examined:
    """Return the verdicts on a hand-in that is not there."""
    asked = [*chapter.exercises.values(), *chapter.questions.values()]
    verdicts = [
        Verdict(
            one.name,
            chapter.name,
            Status.MISSING,
            0.0,
            float(one.points),
            message=f"No notebook of {chapter.name} was handed in.",
        )
        for one in asked
    ]
    return Examined(Status.MISSING, tuple(verdicts), rebuild.rebuild(released, b""))


def unjudged(chapter: Chapter, released: Mapping[str, Any], notebook: bytes, why: str) -> Examined:
    """Return the verdicts where the examiner itself failed on a whole hand-in."""
    words = f"The examiner itself failed ({why}). There is no score yet: grade again, and report it."
    asked = [*chapter.exercises.values(), *chapter.questions.values()]
    verdicts = [
        Verdict(one.name, chapter.name, Status.UNJUDGED, None, float(one.points), message=words) for one in asked
    ]
    return Examined(Status.UNJUDGED, tuple(verdicts), rebuild.rebuild(released, notebook))


def _status(verdicts: list[Verdict], rebuilt: Rebuilt) -> str:
    return Status.UNJUDGED if any(verdict.status == Status.UNJUDGED for verdict in verdicts) else rebuilt.status


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
                _say_by_public_case(verdict, chapter, submission, runner)
    return verdicts


def _say_by_public_case(verdict: Verdict, chapter: Chapter, submission: Submission, runner: Runner) -> None:
    """Word a failure by the public case that shows the same, which the student may see in full."""
    exercise = chapter.exercises[verdict.exercise]
    # With the reference beneath it, as it was most likely judged, else with the student's own functions.
    for given in dict.fromkeys((prerequisites(exercise), ())):
        try:
            public = attempt(exercise, submission.library, LIBRARY_FOLDER, runner, SELF_CHECK, given)
        except Exception:  # the verdict stands; it just keeps its shorter words
            return
        same = (public.status, public.misconception, [a.passed for a in public.aspects]) == (
            verdict.status,
            verdict.misconception,
            [a.passed for a in verdict.aspects],
        )
        if same:
            verdict.message, verdict.finding = public.message, public.finding
            return


def record(examined: Examined) -> list[dict]:
    """Return the verdicts on functions as plain data."""
    return [
        verdict.as_json()
        | {
            "advice": verdict.advice,
            "aspects": [asdict(aspect) for aspect in verdict.aspects],
        }
        for verdict in examined.verdicts
        if verdict.exercise in EXERCISES
    ]


def lay(notebook: Any, examined: Examined) -> Any:
    """Write each verdict into its check cell, as nbgrader reads it (text) and people do (a card)."""
    verdicts = {verdict.exercise: verdict for verdict in examined.verdicts}
    if examined.rebuilt.words:
        notebook["cells"].insert(
            0,
            {
                "cell_type": "markdown",
                "id": "weightlab-note",
                "metadata": {},
                "source": f"**{examined.rebuilt.words}**",
            },
        )
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade") and not marks.get("solution") and cell["cell_type"] == "code":
            verdict = verdicts.get(marks["grade_id"])
            cell["outputs"] = [output(verdict, marks["points"])] if verdict else [_FAILED]
    return notebook


# No output at all would be read as full marks.
_FAILED = {"output_type": "error", "ename": "Ungraded", "evalue": "nothing grades this cell", "traceback": []}


def output(verdict: Verdict, points: float) -> dict:
    """Return a check cell's output."""
    data = {"text/html": card.as_html(verdict)}
    if verdict.score is None:
        return {"output_type": "display_data", "data": data, "metadata": {"weightlab": Status.UNJUDGED}}
    data["text/plain"] = f"{min(verdict.score, points):g}"
    return {"output_type": "execute_result", "data": data, "execution_count": None, "metadata": {}}


def dumps(notebook: Any) -> bytes:
    """Write a notebook as its file holds it."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
