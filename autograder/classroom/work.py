"""What a worker does with one submission: examine it, and make its notebook and its feedback page."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ..examine import prerequisites
from ..exercises import CHAPTERS
from ..judging import key, reference
from ..judging.key import Key
from ..judging.slips import read_slips
from ..judging.verdict import Verdict
from ..sandbox.clock import Clock
from ..sandbox.isolation import command_line
from ..submitted_notebook import dump_notebook, marks_of
from . import examination, feedback
from .examination import Examination
from .feedback import Marks
from .rebuild import RebuiltNotebook
from .records import Result, to_record
from .rerun import rerun
from .submission import Submission
from .verdict_cells import write_verdicts


@dataclass(frozen=True)
class Tools:
    """What a worker needs besides the submissions themselves."""

    isolation: str
    released: Mapping[str, dict]
    keys: Mapping[str, bytes]
    penalty: Callable[[str, float, float], float | None] | None = None
    run_notebooks: bool = False


@dataclass(frozen=True)
class GradingTask:
    """One submission to be graded.

    Parameters
    ----------
    name : str
        The name of its record.
    known : list of Verdict or None
        The verdicts on its functions, if they are known.
    inputs : mapping of str to str
        Digests of everything that decides the result.
    tries : int
        How many earlier runs have given a result that is not lasting.
    """

    submission: Submission
    name: str
    known: list[Verdict] | None
    marks: Marks
    inputs: Mapping[str, str]
    tries: int = 0


@dataclass(frozen=True)
class GradedSubmission:
    """The result of a worker's task."""

    task: GradingTask | None
    examination: Examination
    result: Result
    notebook: bytes = b""
    page: bytes = b""


@lru_cache(maxsize=16)
def _unpacked(packed: bytes) -> dict[str, Key]:
    return key.unpack(packed)


def warm_up(tools: Tools, share_out: Callable[[Callable, Iterable], Iterable] = map) -> None:
    """Make what all submissions of the chapters share, before workers are forked, so that not every worker makes it.

    Parameters
    ----------
    share_out : function
        Calls a function with each item, perhaps in several processes.
    """
    feedback.warm_up()
    if tools.isolation:
        command_line(tools.isolation)  # finds, and remembers, what a sandbox can see
    for html in share_out(_make_cells, tools.released.items()):
        feedback.keep_for_all(html)
    for name in tools.released:
        with contextlib.suppress(Exception):  # errors here are reported for each submission
            secret, public = _unpacked(tools.keys[name]), key.public_keys(CHAPTERS[name].module)
            for one in (*secret.values(), *public.values()):
                _ = one.calls
            for exercise in CHAPTERS[name].exercises.values():
                reference.code_of(prerequisites(exercise))
                read_slips(exercise.name)


def _make_cells(handed_out: tuple[str, dict]) -> dict[str, str]:
    """Return the HTML of the cells of a chapter's unanswered notebook."""
    name, released = handed_out
    with contextlib.suppress(Exception):
        submission = Submission("", name, json.dumps(released).encode(), {})
        found = examination.unjudged(CHAPTERS[name], released, submission.notebook, "")
        _finish(GradingTask(submission, "", None, Marks(), {}), found, Tools("", {name: released}, {}))
    return feedback.take_seen()


def grade_submission(task: GradingTask, tools: Tools) -> GradedSubmission:
    """Examine one submission, and make its notebook and feedback; a pure function of its arguments."""
    submission, chapter = task.submission, CHAPTERS[task.submission.chapter]
    released = tools.released[chapter.name]
    clock = examination.new_clock()
    with clock.enforce():
        if task.known is not None:
            found = examination.from_record(task.known, submission, released)
        else:
            keys = _unpacked(tools.keys[chapter.name])
            found = examination.examine_submission(submission, chapter, keys, released, tools.isolation, clock)
        if tools.run_notebooks:
            rerun(found.rebuilt.notebook, submission.library, tools.isolation, clock)
        return _finish(task, found, tools)


def _finish(task: GradingTask, found: Examination, tools: Tools) -> GradedSubmission:
    submission, chapter = task.submission, CHAPTERS[task.submission.chapter]
    notebook = write_verdicts(found.rebuilt.notebook, found)
    automatic, final = feedback.scores(notebook, found, task.marks)
    penalty = None
    if tools.penalty and task.marks.seconds_late > 0:
        total = sum(final.values())
        asked = tools.penalty(submission.student, total, task.marks.seconds_late)
        penalty = None if asked is None else min(max(asked, 0.0), total)
    blank = tuple(sorted(feedback.unanswered(notebook, found.rebuilt.doubtful)))
    page = feedback.make_page(notebook, submission.chapter, final, task.marks, penalty, blank)
    entry = found.entry(submission.student, chapter) | {"remarks": _remarks(found)}
    passing = [] if found.lasting else to_record(found)
    result = Result(task.inputs, entry, automatic, blank, penalty, found.lasting, task.tries + 1, passing)
    notebook["metadata"]["weightlab"] = {"seal": result.seal, "submission": submission.digest()}
    page = f"{page}<!-- {result.seal} -->\n".encode("utf-8", "replace")
    return GradedSubmission(task, found, result, dump_notebook(notebook), page)


class FaultyWorkerError(RuntimeError):
    """Workers returned something that cannot be a result."""


def without_task(graded: GradedSubmission) -> GradedSubmission:
    """Return the part of a result that a worker sends back: the sender of the task still has the submission."""
    bare = replace(graded.examination, rebuilt=RebuiltNotebook({}))
    return replace(graded, task=None, examination=bare)


def with_task(task: GradingTask, came: object) -> object:
    """Return a worker's result (`without_task`) with its task added; return anything else unchanged."""
    return replace(came, task=task) if isinstance(came, GradedSubmission) and came.task is None else came


def find_fault(task: GradingTask, came: object, tools: Tools) -> str | None:
    """Say what is wrong with a worker's result for a task, or return None.

    A worker may run on another machine, whose memory or network may fail: only a result may become a score.
    """
    submission, chapter = task.submission, CHAPTERS[task.submission.chapter]
    try:
        result, entry = came.result, came.result.entry
        if came.task != task or (entry["student"], entry["chapter"]) != (submission.student, chapter.name):
            return "it belongs to another submission"
        if dict(result.inputs) != dict(task.inputs):
            return "it was made from other inputs"
        worth = {
            about["grade_id"]: float(about["points"])
            for about in map(marks_of, tools.released[chapter.name]["cells"])
            if about.get("grade")
        }
        asked = {one.name: float(one.points) for one in (*chapter.exercises.values(), *chapter.questions.values())}
        scores = {one["exercise"]: one["score"] for one in entry["exercises"]}
        if result.automatic.keys() != worth.keys() or scores.keys() != asked.keys():
            return "its cells are not the chapter's"
        given = [(score, worth[name]) for name, score in result.automatic.items()]
        given += [(score, asked[name]) for name, score in scores.items()]
        given.append((entry["score"], float(chapter.points)))
        if not all(score is None or 0 <= score <= most for score, most in given):  # not true of NaN
            return "a score is negative or above its maximum"
        most = sum(max(points, task.marks.manual.get(name, 0.0)) for name, points in worth.items())
        if not (result.penalty is None or 0 <= result.penalty <= most + sum(task.marks.extra.values())):
            return "a penalty is negative or above the points"
        total = None if None in scores.values() else round(sum(scores.values()), 4)
        if total != entry["score"]:
            return "its scores do not add up"
        seal = result.seal.encode()
        if seal not in came.notebook or seal not in came.page[-2000:]:
            return "the notebook or page belongs to another result"
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        return f"it cannot be read: {type(error).__name__}"
    return None


def _remarks(found: Examination) -> list[str]:
    """Return remarks on anything in a notebook that a person should look at and no verdict mentions."""
    doubtful = ", ".join(sorted(found.rebuilt.doubtful))
    if not doubtful or found.rebuilt.malformed:
        return []
    return [f"There is no answer in the cell of {doubtful}, but the student has added cells next to it: look at them."]


def give_up(task: GradingTask, tools: Tools, error: BaseException) -> GradedSubmission:
    """Return the result for a submission on which the autograder itself failed."""
    chapter, released = CHAPTERS[task.submission.chapter], tools.released[task.submission.chapter]
    why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    try:
        with Clock(examination.READING).enforce():
            found = examination.unjudged(chapter, released, task.submission.notebook, why)
            return _finish(task, found, tools)
    except Exception:  # the notebook itself cannot be shown, so the released one is shown
        found = examination.unjudged(chapter, released, json.dumps(released).encode(), why)
        return _finish(task, found, tools)
