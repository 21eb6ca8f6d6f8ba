"""Grades a class: spreads its hand-ins over workers, and fills gradebook, notebooks, feedback and tables."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ..exercises import CHAPTERS
from ..judging import key
from ..judging.verdict import Status
from ..library import LIBRARY_FOLDER
from . import export, records, submission
from .feedback import Marks
from .gradebook import ClassBook, Entry, Standing, url_of
from .records import ClassroomError, Records
from .submission import SECRET, Submission
from .times import read_time
from .work import DaskWorkers, Done, Examiner, LocalWorkers, Task, stream

BATCH = 50
"""Hand-ins that one transaction writes."""


def grade_class(
    classroom: Path,
    chapters: Iterable[str] = (),
    *,
    jobs: int | None = None,
    isolation: str = "bubblewrap",
    scheduler: str | None = None,
    seed: int | None = None,
    database: str | None = None,
    course: Path | None = None,
    run_notebooks: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict]:
    """Grade what lies in ``submitted/`` and bring everything that is made of it up to date.

    Parameters
    ----------
    classroom : Path
        nbgrader's course folder; it gets gradebook.db, autograded/, feedback/ and the tables.
    chapters : iterable of str
        Which chapters; by default all that anybody handed in.
    jobs : int, optional
        Local worker processes; by default one a processor.
    isolation : str
        How students' code is shut in: ``bubblewrap``, or ``process`` where that is asked for by name.
    scheduler : str, optional
        Address of a Dask scheduler whose workers do the work in place of local processes.
    seed : int, optional
        Of the secret cases; by default the classroom's own, drawn once.
    database : str, optional
        URL of the gradebook; by default what nbgrader's configuration says, else SQLite in the classroom.
    course : Path, optional
        Folder of the released notebooks; by default the source directory of nbgrader's configuration.
    run_notebooks : bool
        Whether the notebooks that people see show what their cells give now, in place of the outputs handed in; no
        grade comes of it.
    progress : function, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    list of dict
        One entry a student and chapter, as docs/architecture.md describes.

    Raises
    ------
    ClassroomError, GradebookError
        If the class cannot be graded as it stands; the message says what to do.
    """
    records.require_reference()
    classroom = Path(classroom).absolute()
    names = _chapters(classroom, chapters)
    if scheduler is None:
        records.require_isolation(isolation)
    with records.alone(classroom) as lock:
        records.configure(classroom)
        config = _NbgraderConfig(classroom)
        url = url_of(classroom, database or config.url)
        run = _Run(classroom, records.read_seed(classroom) if seed is None else seed, config, progress)
        run.run_notebooks = run_notebooks
        run.released = {name: records.released_notebook(name, course or config.source) for name in names}
        with ClassBook(url, config.course) as book:
            run.look(book, names)
        tasks = run.tasks()
        first = next(tasks, None)
        if first is not None:
            examiner = Examiner(isolation, run.released, run.keys(), config.penalty, run_notebooks)
            if scheduler:
                workers: LocalWorkers | DaskWorkers = DaskWorkers(examiner, scheduler)
            else:
                workers = LocalWorkers(examiner, jobs or len(os.sched_getaffinity(0)), lock)
            try:
                with ClassBook(url, config.course) as book:
                    for done in stream(workers, _chain(first, tasks)):
                        run.collect(done, book)
                    run.flush(book)
            finally:
                workers.close()
        with ClassBook(url, config.course) as book:
            run.flush(book)
            totals, roll = {name: book.totals(name) for name in names}, book.roll()
        run.entries.sort(key=lambda entry: (entry["student"], names.index(entry["chapter"])))
        export.write(classroom, run.entries, totals, run.released, roll)
        records.save_entries(classroom, run.entries)
        return run.entries


def draw_report(classroom: Path, chapters: Iterable[str] = (), database: str | None = None) -> list[Path]:
    """Write the report on a graded class; parameters as for `grade_class`."""
    from .report import write

    classroom = Path(classroom).absolute()
    if not (classroom / "submitted").is_dir():
        raise ClassroomError(f"{classroom} holds no submitted/ folder, so it is no classroom.")
    config = _NbgraderConfig(classroom)
    with ClassBook(url_of(classroom, database or config.url), config.course) as book:
        standings = {name: book.load(name) for name in CHAPTERS}
    return write.write(classroom, standings, chapters)


def _chain(first: Task, rest: Iterator[Task]) -> Iterator[Task]:
    yield first
    yield from rest


def _chapters(classroom: Path, asked: Iterable[str]) -> list[str]:
    asked, submitted = list(asked), classroom / "submitted"
    if not submitted.is_dir():
        raise ClassroomError(
            f"{submitted} is missing. Put the hand-ins there as submitted/STUDENT/CHAPTER/, "
            "or let `weightlab collect` do it."
        )
    if unknown := [name for name in asked if name not in CHAPTERS]:
        raise ClassroomError(f"No chapter is called {unknown[0]!r}. The chapters are {', '.join(CHAPTERS)}.")
    names = asked or [name for name in CHAPTERS if next(submitted.glob(f"*/{name}"), None)]
    if not names:
        raise ClassroomError(
            f"Nobody has handed in a chapter: {submitted} holds no STUDENT/CHAPTER folder. "
            "`weightlab collect` puts hand-ins there."
        )
    return list(dict.fromkeys(names))


class _NbgraderConfig:
    """What nbgrader's own configuration says of a classroom: the gradebook, the course and what being late costs."""

    def __init__(self, classroom: Path) -> None:
        from nbgrader.preprocessors import AssignLatePenalties
        from traitlets import TraitError

        app = records.nbgrader_app(classroom)
        self.url, self.course = app.coursedir.db_url, app.coursedir.course_id
        self.source = Path(app.coursedir.format_path(app.coursedir.source_directory, ".", "."))
        try:
            late = AssignLatePenalties(config=app.config)
            plugin = late.plugin_class(config=app.config)
        except TraitError as error:
            raise ClassroomError(
                f"nbgrader's configuration names no penalty for being late that there is: {error} "
                "Mend nbgrader_config.py in the classroom."
            ) from None
        self.penalty: Callable[[str, float, float], float | None] = plugin.late_submission_penalty
        about = {name: str(value) for name, value in plugin.trait_values(config=True).items()}
        self.words = f"{late.plugin_class.__module__}.{late.plugin_class.__qualname__} {sorted(about.items())}"


class _Run:
    """One run over a class: which work there is, and what to do with its results."""

    def __init__(self, classroom: Path, seed: int, config: _NbgraderConfig, progress: Callable | None) -> None:
        self.classroom, self.seed, self.config = classroom, seed, config
        self.records = Records(classroom)
        self.progress = progress or (lambda done, total: None)
        self.run_notebooks = False
        self.released: dict[str, dict] = {}
        self.entries: list[dict] = []
        self.batch: list[tuple[str, Entry, Done | None]] = []

    def look(self, book: ClassBook, names: list[str]) -> None:
        """Read the roll, and what the gradebook already holds."""
        for name in names:
            book.prepare(name, self.released[name])
        self.texts = {name: json.dumps(self.released[name], sort_keys=True) for name in names}
        folders = (folder.name for folder in (self.classroom / "submitted").iterdir() if folder.is_dir())
        self.students = sorted({*book.roll(), *(name for name in folders if not name.startswith("."))})
        self.held: dict[str, dict[str, Standing]] = {name: book.load(name) for name in names}
        self.due = {name: book.due(name) for name in names}
        self.total = len(self.students) * len(names)

    def tasks(self) -> Iterator[Task]:
        """Yield what is to be done; what is done already goes straight to the entries."""
        for chapter in self.released:
            for student in self.students:
                task = self._task(student, chapter)
                if task is not None:
                    yield task

    def _task(self, student: str, chapter: str) -> Task | None:
        folder = self.classroom / "submitted" / student / chapter
        handed_in = submission.read(folder, student, chapter)
        standing = self.held[chapter].get(student)
        if not is_student_id(student) or handed_in.notebook is None:
            entry = submission.absent(CHAPTERS[chapter], self.released[chapter]).entry(student, CHAPTERS[chapter])
            if not is_student_id(student):
                entry["status"] = Status.MALFORMED
            elif standing is not None:  # as nbgrader does with a notebook that has gone
                zeros = dict.fromkeys(standing.grades, 0.0)
                entry_of_none = Entry(student, zeros, frozenset(), None, standing.timestamp, frozenset())
                self.batch.append((chapter, entry_of_none, None))
            self._enter(entry)
            return None
        name = self.records.name(handed_in, CHAPTERS[chapter], self.seed)
        marks = self._marks(handed_in, standing)
        again = ["run again"] if self.run_notebooks else []
        came = repr((handed_in.digest(), handed_in.timestamp, handed_in.secret, *again))
        stamp = _digest(name, came, repr(marks), self.config.words, self.texts[chapter])
        known = self.records.get(name)
        if (
            known is not None
            and standing is not None
            and _ends_with(self._notebook(student, chapter), stamp)
            and (_ends_with(self._page(student, chapter), stamp))
        ):
            examined = submission.from_record(known, handed_in, self.released[chapter])
            self._enter(examined.entry(student, CHAPTERS[chapter]))
            return None
        return Task(handed_in, name, known, marks, stamp)

    def _marks(self, handed_in: Submission, standing: Standing | None) -> Marks:
        due, handed_in_at = self.due[handed_in.chapter], read_time(handed_in.timestamp)
        if standing is None:
            late = (handed_in_at - due).total_seconds() if due and handed_in_at else 0.0
            return Marks(seconds_late=max(0.0, late))
        if due and standing.extension:
            due += standing.extension
        late = (handed_in_at - due).total_seconds() if due and handed_in_at else 0.0
        rows = sorted(standing.grades.items())
        return Marks(
            {name: row.manual_score for name, row in rows if row.manual_score is not None},
            {name: row.extra_credit for name, row in rows if row.extra_credit},
            {name: row.manual_comment for name, row in sorted(standing.comments.items()) if row.manual_comment},
            max(0.0, late),
        )

    def keys(self) -> dict[str, bytes]:
        """Make the secret keys of the chapters, once a run, as they travel."""
        return {name: key.pack(list(key.chapter_keys(CHAPTERS[name], self.seed).values())) for name in self.released}

    def collect(self, done: Done, book: ClassBook) -> None:
        """Remember a result at once; write it with its batch."""
        task = done.task
        student, chapter = task.handed_in.student, task.handed_in.chapter
        self.records.put(task.name, done.examined)
        changed = _rewritten(self._notebook(student, chapter), done.notebook)
        entry = Entry(student, done.automatic, done.blank, done.penalty, read_time(task.handed_in.timestamp), changed)
        self.batch.append((chapter, entry, done))
        self._enter(done.examined.entry(student, CHAPTERS[chapter]))
        if len(self.batch) >= BATCH:
            self.flush(book)

    def flush(self, book: ClassBook) -> None:
        """Write the batch: the gradebook first, then the files, whose stamps say that all is done."""
        for chapter in {chapter for chapter, _, _ in self.batch}:
            book.save(chapter, [entry for of, entry, _ in self.batch if of == chapter], self.held[chapter])
        for chapter, entry, done in self.batch:
            if done is not None:
                handed_in, page = done.task.handed_in, self._page(entry.student, chapter)
                folder = self._notebook(entry.student, chapter).parent
                for name, source in handed_in.library.items():
                    records.write(folder / LIBRARY_FOLDER / f"{name}.py", source)
                for beside in (folder, page.parent):  # nbgrader's exchange looks for both
                    if handed_in.timestamp:
                        records.write(beside / "timestamp.txt", handed_in.timestamp.encode())
                    if handed_in.secret:
                        records.write(beside / SECRET, handed_in.secret)
                records.write(folder / f"{chapter}.ipynb", done.notebook)
                records.write(page, done.page)
        self.batch.clear()

    def _enter(self, entry: dict) -> None:
        self.entries.append(entry)
        self.progress(len(self.entries), self.total)

    def _notebook(self, student: str, chapter: str) -> Path:
        return self.classroom / "autograded" / student / chapter / f"{chapter}.ipynb"

    def _page(self, student: str, chapter: str) -> Path:
        return self.classroom / "feedback" / student / chapter / f"{chapter}.html"


def is_student_id(name: str) -> bool:
    """Whether a folder's name can be a student's id in a gradebook and a table."""
    return 0 < len(name) <= 128 and name.isprintable() and name == name.strip() and not name.startswith(".")


def _rewritten(before: Path, now: bytes) -> frozenset[str]:
    """Return the names of the cells whose text is not what was graded before; all where nothing was."""
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


def _ends_with(path: Path, stamp: str) -> bool:
    """Whether a file's last lines hold a stamp."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 2000))
            return stamp.encode() in file.read()
    except OSError:
        return False
