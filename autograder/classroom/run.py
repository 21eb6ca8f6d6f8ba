"""One run over a class: what has to be done, and where the results go."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..exercises import CHAPTERS
from ..judging import key
from ..judging.verdict import Status
from ..judging.words import counted
from . import examination, times
from .feedback import Marks
from .fingerprint import chapter_digest, pages_digest
from .folder import NO_ID, Classroom, is_student_id, write_file
from .gradebook import ClassBook, GradebookError
from .grades import NewGrades, StoredGrades
from .history import WITHDRAWN
from .nbgrader import Configuration
from .records import Records, Result, Results, read_verdicts
from .submission import SECRET, Submission, SubmissionStatus, read_submission
from .times import read_time
from .work import GradedSubmission, GradingTask
from .workers import share_out

BATCH = 25
"""Submissions that one transaction writes; while the last batch is written, the workers have nothing to do."""
_TRIES = 2
"""How many runs examine again what timed out or crashed."""
_MOST_NAMED = 10
"""How many submissions a notice names."""


class Run:
    """One run over a class.

    Parameters
    ----------
    released : mapping of str to dict
        The released notebooks of the chapters to be graded.
    run_notebooks, retry, progress
        As for `grade.run_grading`.

    Attributes
    ----------
    entries : list of dict
        The entries found so far.
    causes : dict
        For each chapter and student, digests of what the grade depends on, for the history.
    healed : list of str
        What differed from the state after the previous run.
    notices : list of str
        What else a person should know about this run, in sentences.
    """

    def __init__(
        self,
        classroom: Classroom,
        seed: int,
        config: Configuration,
        released: Mapping[str, dict],
        run_notebooks: bool,
        retry: bool,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.classroom, self.seed, self.config, self.released = classroom, seed, config, released
        self.run_notebooks, self.retry = run_notebooks, retry
        self.progress = progress or (lambda done, total: None)
        self.records, self.results = Records(classroom), Results(classroom)
        self.entries: list[dict] = []
        self.causes: dict[str, dict[str, dict[str, str]]] = {name: {} for name in released}
        self.healed: list[str] = []
        self.notices: list[str] = []
        self._unended: list[Result] = []
        """Results with a function that did not end, or ended its process, and that the next run tries once more."""
        self._settled: list[Result] = []
        """Such results that no further run tries again."""
        self._exercises: dict[str, str] = {}
        self._batch: list[tuple[str, NewGrades, GradedSubmission | None]] = []
        self._wanted: dict[str, dict[str, NewGrades]] = {name: {} for name in released}
        self._stored: dict[str, dict[str, StoredGrades]] = {}
        self._due: dict[str, object] = {}
        self._students: list[str] = []

    def read_gradebook(self, book: ClassBook) -> None:
        """Read the roll and the gradebook's present content."""
        for name in self.released:
            book.prepare(name, self.released[name])
        self._students = sorted({*book.roll(), *self.classroom.students()})
        self._stored = {name: book.load(name) for name in self.released}
        self._due = {name: book.due(name) for name in self.released}

    def tasks(self) -> Iterator[GradingTask]:
        """Yield the tasks to be done; finished results go directly to the entries."""
        # The chapter that takes longest comes first: if it came last, one process would work while the others wait.
        for chapter in sorted(self.released, key=_time_limit, reverse=True):
            # An author's mistake stops the run here, so that it is not counted against students.
            text = json.dumps(self.released[chapter], sort_keys=True)
            self._exercises[chapter] = _digest(chapter_digest(chapter, self.seed), text)
            for student in self._students:
                task = self._task(student, chapter)
                if task is not None:
                    yield task

    def _task(self, student: str, chapter: str) -> GradingTask | None:
        stored, result = self._stored[chapter].get(student), self.results.get(student, chapter)
        try:
            submission = read_submission(self.classroom.submission(student, chapter), student, chapter)
            known_name = self.records.name(submission, self.seed)
            marks = self._marks(submission, stored)
        except Exception as error:  # a bad folder affects only its own student
            self._enter_unreadable(student, chapter, error)
            return None
        if not is_student_id(student) or submission.notebook is None:
            self._enter_absent(student, chapter, stored, result)
            return None
        inputs = self._inputs(submission, known_name, marks)
        # A function's outcome depends only on what its record is named after, and not on a mark, a time or a penalty.
        tried = result is not None and not result.lasting and result.inputs.get("record") == known_name
        again = result is not None and self._is_worth_another_try(result, known_name)
        if result is not None and dict(result.inputs) == inputs and not again:
            if not (wrong := self._differences(result, submission, stored)):
                self._note_unended(result)
                self.causes[chapter][student] = self._causes(submission, inputs, marks, result)
                self._wanted[chapter][student] = self._new_grades(result, submission, frozenset())
                self._enter(result.entry)
                return None
            if stored is not None:
                self.healed.append(f"{student}, {chapter}: {' and '.join(wrong)} had been changed")
        known = self.records.get(known_name, CHAPTERS[chapter])
        if known is None and tried and not again:
            known = read_verdicts(result.passing, CHAPTERS[chapter])
        return GradingTask(submission, known_name, known, marks, inputs, result.tries if tried else 0)

    def _causes(
        self, submission: Submission, inputs: Mapping[str, str], marks: Marks, result: Result
    ) -> dict[str, str]:
        """Return digests of what a student's grade depends on, by kind, for the history.

        The time of a submission counts only if it costs something, because otherwise it has not changed the grade.
        """
        given = replace(marks, comments={}, seconds_late=0.0)
        late = () if result.penalty is None else (repr(marks.seconds_late), self.config.penalty_name)
        return {
            "files": submission.digest(),
            "exercises": inputs["exercises"],
            "marks": _digest(repr(given)),
            "penalty": _digest(*late),
        }

    def _note_unended(self, result: Result) -> None:
        """Remember a result with a function that did not end, or ended its process, for a notice."""
        if _name_unended(result.entry):
            (self._unended if result.tries < _TRIES else self._settled).append(result)

    def _inputs(self, submission: Submission, name: str, marks: Marks) -> dict[str, str]:
        """Return digests of everything that decides a result, by kind."""
        chapter = submission.chapter
        return {
            "submission": _digest(submission.digest(), repr(submission.timestamp), repr(submission.secret)),
            "exercises": self._exercises[chapter],
            "marks": _digest(repr(marks), self.config.penalty_name),
            "record": name,
            "pages": _digest(pages_digest(), repr(self.run_notebooks)),
        }

    def _is_worth_another_try(self, result: Result, name: str) -> bool:
        """Return whether a run may end better than the last: what timed out is automatically tried once more."""
        if result.lasting:
            return False
        if self.retry or result.tries < _TRIES or result.entry["status"] == Status.UNJUDGED:
            return True
        return self.records.get(name, CHAPTERS[result.entry["chapter"]]) is not None

    def _differences(self, result: Result, submission: Submission, stored: StoredGrades | None) -> list[str]:
        """Return which of grades, notebook and page differ from the result."""
        student, chapter = result.entry["student"], result.entry["chapter"]
        new = self._new_grades(result, submission, frozenset())
        return [
            *([] if stored is not None and stored.agrees_with(new) else ["grades in the gradebook"]),
            *([] if _ends_with(self.classroom.notebook(student, chapter), result.seal) else ["the notebook"]),
            *([] if _ends_with(self.classroom.page(student, chapter), result.seal) else ["the page"]),
        ]

    def _marks(self, submission: Submission, stored: StoredGrades | None) -> Marks:
        due, came = self._due[submission.chapter], read_time(submission.timestamp)
        if stored is not None and due and stored.extension:
            due += stored.extension
        late = max(0.0, (came - due).total_seconds()) if due and came else 0.0
        if stored is None:
            return Marks(seconds_late=late)
        rows = sorted(stored.grades.items())
        return Marks(
            {name: row.manual_score for name, row in rows if row.manual_score is not None},
            {name: row.extra_credit for name, row in rows if row.extra_credit},
            {name: row.manual_comment for name, row in sorted(stored.comments.items()) if row.manual_comment},
            late,
        )

    def _enter_unreadable(self, student: str, chapter: str, error: Exception) -> None:
        """Enter a submission that cannot be read: the gradebook keeps what it holds, and a person is told."""
        why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        found = examination.unjudged(CHAPTERS[chapter], self.released[chapter], b"", f"reading the files raises {why}")
        self._enter(found.entry(student, CHAPTERS[chapter]) | {"remarks": []})

    def _enter_absent(self, student: str, chapter: str, stored: StoredGrades | None, result: Result | None) -> None:
        sent = self.classroom.submission(student, chapter).is_dir()
        why = NO_ID if sent and not is_student_id(student) else ""
        found = examination.absent(CHAPTERS[chapter], self.released[chapter], why)
        entry = found.entry(student, CHAPTERS[chapter]) | {"remarks": []}
        graded_here = result is not None or self.classroom.notebook(student, chapter).exists()
        if why:
            entry["status"] = str(SubmissionStatus.MALFORMED)
        elif stored is not None and graded_here:  # as nbgrader does with a deleted notebook
            zeros = dict.fromkeys(stored.grades, 0.0)
            new = NewGrades(student, zeros, frozenset(), None, stored.timestamp, frozenset())
            self._batch.append((chapter, new, None))
            self.causes[chapter][student] = dict(WITHDRAWN)
        self._enter(entry)

    def _new_grades(self, result: Result, submission: Submission, changed: frozenset[str]) -> NewGrades:
        time = read_time(submission.timestamp)
        return NewGrades(submission.student, result.automatic, frozenset(result.blank), result.penalty, time, changed)

    def pack_keys(self, jobs: int, lock: int) -> dict[str, bytes]:
        """Make the secret keys of the chapters, once per run, in the form in which they are sent."""
        names = list(self.released)
        return dict(zip(names, share_out(partial(_pack_key, self.seed), names, jobs, lock), strict=True))

    def collect(self, graded: GradedSubmission, book: ClassBook) -> None:
        """Remember verdicts at once; write everything else with its batch."""
        submission = graded.task.submission
        student, chapter = submission.student, submission.chapter
        self.records.put(graded.task.name, graded.examination)
        changed = _changed_cells(self.classroom.notebook(student, chapter), graded.notebook)
        new = self._new_grades(graded.result, submission, changed)
        self._wanted[chapter][student] = new
        self._note_unended(graded.result)
        task = graded.task
        self.causes[chapter][student] = self._causes(submission, task.inputs, task.marks, graded.result)
        self._batch.append((chapter, new, graded))
        self._enter(graded.result.entry)
        if len(self._batch) >= BATCH:
            self.flush(book)

    def flush(self, book: ClassBook) -> None:
        """Write the batch: the gradebook first, then the files, and last the results, which say that all is done."""
        for chapter in {chapter for chapter, _, _ in self._batch}:
            book.save(chapter, [new for of, new, _ in self._batch if of == chapter])
        for _, _, graded in self._batch:
            if graded is not None:
                self._write_files(graded)
        self._batch.clear()

    def _write_files(self, graded: GradedSubmission) -> None:
        submission = graded.task.submission
        notebook = self.classroom.notebook(submission.student, submission.chapter)
        page = self.classroom.page(submission.student, submission.chapter)
        for beside in (notebook.parent, page.parent):  # nbgrader's exchange looks for both
            if submission.timestamp:
                write_file(beside / times.FILE, submission.timestamp.encode())
            if submission.secret:
                write_file(beside / SECRET, submission.secret)
        write_file(notebook, graded.notebook)
        write_file(page, graded.page)
        self.results.put(graded.result)

    def finish(self, book: ClassBook) -> dict[str, dict[str, StoredGrades]]:
        """Write what is left, make sure that the gradebook holds what was found, and return its content.

        Raises
        ------
        GradebookError
            If the gradebook holds something else.
        """
        self.flush(book)
        held = self._compare(book)
        if self._unended:
            self.notices.append(
                f"{counted(len(self._unended), 'submission')} will be tried again in the next run: "
                f"{_list_unended(self._unended)}. A function did not end, or ended its process, and a busy machine may "
                "have been the cause."
            )
        if self._settled:
            self.notices.append(
                f"{counted(len(self._settled), 'submission was', 'submissions were')} not tried again, because a "
                f"function did not end, or ended its process, in two runs: {_list_unended(self._settled)}. If the "
                "machine was at fault, try once more with --retry."
            )
        self.notices += map(_name_outdated_marks, self.classroom.read_outdated_marks())
        return held

    def _compare(self, book: ClassBook) -> dict[str, dict[str, StoredGrades]]:
        """Compare the gradebook with what was found, put right what differs, and return what it holds.

        Raises
        ------
        GradebookError
            If the gradebook still differs, because something else writes to it.
        """
        held = {}
        for chapter, wanted in self._wanted.items():
            held[chapter] = stored = book.load(chapter)
            wrong = [new for name, new in wanted.items() if name not in stored or not stored[name].agrees_with(new)]
            if not wrong:
                continue
            self.healed += [f"{new.student}, {chapter}: grades in the gradebook were not saved" for new in wrong]
            book.save(chapter, wrong)
            held[chapter] = stored = book.load(chapter)
            if any(new.student not in stored or not stored[new.student].agrees_with(new) for new in wrong):
                raise GradebookError(
                    f"The gradebook {book.place} did not keep the grades of {chapter}: another program is changing "
                    "them during this run. Close that program, then run the same command again."
                )
        return held

    def _enter(self, entry: dict) -> None:
        self.entries.append(entry)
        self.progress(len(self.entries), len(self._students) * len(self.released))


def _time_limit(chapter: str) -> float:
    """Return the longest that a function of a chapter may take."""
    return max((exercise.time_limit for exercise in CHAPTERS[chapter].exercises.values()), default=0.0)


def _name_unended(entry: Mapping) -> str:
    """Return the names of the functions that did not end, or ended their process."""
    ended = (Status.TIMEOUT, Status.CRASHED)
    return ", ".join(one["exercise"] for one in entry["exercises"] if one["status"] in ended)


def _list_unended(results: list[Result]) -> str:
    """Name submissions and their functions, up to ten."""
    entries = sorted((result.entry for result in results), key=lambda entry: (entry["chapter"], entry["student"]))
    named = [f"{one['student']}, {one['chapter']} ({_name_unended(one)})" for one in entries[:_MOST_NAMED]]
    more = [f"{len(entries) - _MOST_NAMED} more"] if len(entries) > _MOST_NAMED else []
    return "; ".join([*named, *more])


def _name_outdated_marks(about: Mapping) -> str:
    one = about["marks"] == 1
    given = f"{counted(about['marks'], 'mark')} {'was' if one else 'were'}"
    kept, fits = ("was not changed", "it still fits") if one else ("were not changed", "they still fit")
    return (
        f"{about['chapter']}: {about['cell']} now has {counted(about['now'], 'point')}. {given} given by hand when it "
        f"had {counted(about['before'], 'point')}, and {kept}. Check in Formgrader that {fits}."
    )


def _pack_key(seed: int, chapter: str) -> bytes:
    return key.pack(list(key.chapter_keys(CHAPTERS[chapter], seed).values()))


def _changed_cells(before: Path, now: bytes) -> frozenset[str]:
    """Return the names of the cells whose text changed since they were graded; all if none was graded."""
    try:
        old = _texts(before.read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        old = {}
    return frozenset(name for name, text in _texts(now).items() if old.get(name) != text)


def _texts(notebook: bytes) -> dict[str, str]:
    cells = json.loads(notebook)["cells"]
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in cells
        if "nbgrader" in cell["metadata"]
    }


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "replace")).hexdigest()


def _ends_with(path: Path, seal: str) -> bool:
    """Return whether a file's last lines hold a seal."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 2000))
            return seal.encode() in file.read()
    except OSError:
        return False
