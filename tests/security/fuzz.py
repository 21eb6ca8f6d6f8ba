"""Grades classes of damaged submissions, none of which may stop another: ``python -m tests.security.fuzz 100000``.

Each class is collected and graded as any class is, into a gradebook, notebooks, pages and tables, beside three honest
students. All that runs no student's code is done in this process, with made-up verdicts on functions; some classes are
graded completely, in sandboxes. Any exception, any grade of an honest student that the others have changed, any
submission without a line that says what became of it, and any page that would run or fetch something is written down
with the seed and the number from which it can be made again.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from unittest import mock

import nbformat
from nbgrader import api

from autograder.classroom import examination, feedback, grade, work
from autograder.classroom.collecting.collect import collect_submissions
from autograder.classroom.collecting.contents import find_contents
from autograder.classroom.collecting.reasons import NotTakenError
from autograder.classroom.collecting.unpack import Budget, Item, opened
from autograder.classroom.folder import Classroom
from autograder.classroom.report.concepts import merge_records, summarise_class
from autograder.classroom.run import Run
from autograder.classroom.submission import Submission
from autograder.classroom.times import read_time
from autograder.classroom.verdict_cells import write_verdicts
from autograder.exercise import Chapter
from autograder.exercises import CHAPTERS
from autograder.judging.verdict import Status, Verdict
from autograder.library import is_module_name
from autograder.submitted_notebook import dump_notebook
from tests.security.damage import Damaged, Damager
from tests.security.harmless import Harmless
from tests.security.payload import zipped
from tests.support import classroom as made

SEED = 11
CLASS, READ = 50, 450
"""Damaged submissions in one class, and further ones of the same chapter that are read without a class."""
IN_SANDBOXES, EVERY = 12, 20
"""The number of further submissions that are graded completely, and the number of classes after which this is done."""
PAGE_OF = 20
"""One page out of this many is made, because the code that makes pages is the same for all."""
HONEST = ("honest-0", "honest-1", "honest-2")
STATUSES = {"graded", "malformed", "missing", "no_library"}


@dataclass
class Findings:
    """What became of damaged submissions, and what should not have."""

    submissions: int = 0
    statuses: Counter = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    pages: int = 0
    in_sandboxes: int = 0
    slowest: float = 0.0
    """Seconds of processor time of the submission that took longest to read."""


_make_page = feedback.make_page


class Here:
    """Stands in for worker processes: does everything at once, in this process."""

    window = 1

    def __init__(self, tools: work.Tools, jobs: int, lock: int) -> None:
        self.tools = tools
        feedback.warm_up()

    def submit(self, task: work.GradingTask) -> Future:
        """Grade a submission."""
        future: Future = Future()
        try:
            future.set_result(work.grade_submission(task, self.tools))
        except Exception as error:
            future.set_exception(error)
        return future

    def accept(self, task: work.GradingTask, came: work.GradedSubmission) -> work.GradedSubmission:
        """Return the result of a task unchanged."""
        return came

    def require_any(self) -> None:
        """Do nothing: this process is always there."""

    def restart(self) -> None:
        """Do nothing: there is no process to replace."""

    def close(self) -> None:
        """Do nothing."""


def made_up_verdicts(submission: object, chapter: Chapter, *_: object) -> list[Verdict]:
    """Give every function full marks, so that no sandbox is needed."""
    return [
        Verdict(name, chapter.name, Status.PASSED, float(one.points), float(one.points))
        for name, one in chapter.exercises.items()
    ]


@contextlib.contextmanager
def without_sandboxes() -> Iterator[None]:
    """Grade in this process, and make a stand-in for most pages."""

    def make_page(notebook: dict, *rest: object) -> str:
        wanted = random.Random(json.dumps(notebook, sort_keys=True)).randrange(PAGE_OF) == 0
        return _make_page(notebook, *rest) if wanted else "<html></html>"

    with (
        mock.patch.object(grade, "LocalWorkers", Here),
        mock.patch.object(examination, "_functions", made_up_verdicts),
        mock.patch.object(feedback, "make_page", make_page),
        # The secret keys take the reference's time to make, and nothing uses them here.
        mock.patch.object(Run, "pack_keys", lambda self, *_: dict.fromkeys(self.released, b"")),
        mock.patch.object(work, "_unpacked", lambda packed: {}),
    ):
        yield


def lay(room: Path, chapter: str, one: Damaged) -> None:
    """Put a submission into the inbox or into ``submitted/``, without names that this disk refuses."""
    if one.archive:
        with contextlib.suppress(OSError, ValueError):
            (room / "inbox" / one.archive).write_bytes(one.packed)
        return
    folder = room / "submitted" / one.student / chapter
    with contextlib.suppress(OSError, ValueError):
        folder.mkdir(parents=True)
    for name in one.folders:
        with contextlib.suppress(OSError, ValueError):
            (folder / name).mkdir(parents=True)
    for name, content in one.files.items():
        with contextlib.suppress(OSError, ValueError):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    for name, target in one.links.items():
        with contextlib.suppress(OSError, ValueError):
            (folder / name).symlink_to(target)
    for name in one.pipes:
        with contextlib.suppress(OSError, ValueError):
            os.mkfifo(folder / name)


class Class:
    """A class of damaged submissions beside honest students.

    Parameters
    ----------
    base : Path
        An empty folder.
    """

    def __init__(self, base: Path, chapter: Chapter, damaged: list[Damaged]) -> None:
        self.chapter, self.damaged, self.room = chapter, damaged, base / "room"
        self.course = made.course(base / "course", [chapter])
        (self.room / "inbox").mkdir(parents=True)
        for one in damaged:
            lay(self.room, chapter.name, one)
        answered = made.answered(chapter)
        made.submit(self.room, HONEST[0], chapter, answered)
        made.submit(self.room, HONEST[1], chapter, made.released(chapter), made.STUBS)
        files = {f"{chapter.name}.ipynb": json.dumps(answered).encode()}
        files |= {f"weightlab/{name}.py": source for name, source in made.REFERENCE.items()}
        (self.room / "inbox" / f"{HONEST[2]}.zip").write_bytes(zipped(files))

    def grade(self, jobs: int | None = None) -> list[str]:
        """Collect and grade the class; return what is wrong with the collection."""
        archives = {path.name for path in (self.room / "inbox").iterdir()}
        collected = collect_submissions([self.room / "inbox"], self.room, self.chapter.name)
        places = [row.place for row in collected.rows]
        unsaid = [name for name in archives if not any(name in place or name.startswith(place) for place in places)]
        self.students = Classroom(self.room).students()
        self.entries = {
            entry["student"]: entry
            for entry in grade.grade_class(
                self.room, [self.chapter.name], seed=SEED, course=self.course, jobs=jobs or 1
            )
        }
        return [f"nothing is said of {name!r}" for name in unsaid]

    def honest(self) -> dict[str, tuple]:
        """Return everything that each honest student gets, by student."""
        classroom, name = Classroom(self.room), self.chapter.name
        table = (self.room / "grades.csv").read_text().splitlines()
        return {
            student: (
                self.entries.get(student),
                *(
                    path.read_bytes() if path.exists() else b""
                    for path in (classroom.notebook(student, name), classroom.page(student, name))
                ),
                [line for line in table if line.startswith(f"{student},")],
            )
            for student in HONEST
        }


class Fuzz:
    """Makes classes, one after another, and notes what should not have happened.

    Parameters
    ----------
    seed : int
        The seed of all that is drawn.
    """

    def __init__(self, seed: int) -> None:
        self.seed, self.found = seed, Findings()
        self._alone: dict[tuple, dict[str, tuple]] = {}
        self._harmless: dict[str, Harmless] = {}

    def run(self, count: int, sandboxed: bool = True, first: int = 0) -> Findings:
        """Grade ``count`` damaged submissions, beginning with the class ``first``."""
        begun, number = time.monotonic(), first
        names = list(CHAPTERS)
        while self.found.submissions < count:
            chapter = CHAPTERS[names[number % len(names)]]
            size = min(CLASS, count - self.found.submissions)
            with without_sandboxes():
                self._try(number, chapter, size, None)
            self.found.submissions += size
            read = min(READ, count - self.found.submissions)
            self._read(number, chapter, read)
            self.found.submissions += read
            if sandboxed and number % EVERY == 0:
                self._try(number, chapter, IN_SANDBOXES, 1)
                self.found.in_sandboxes += IN_SANDBOXES
            number += 1
            if sys.stderr.isatty() or number % 20 == 0:
                seconds, problems = time.monotonic() - begun, len(self.found.problems)
                told = f"{self.found.submissions:,} in {seconds:.0f} s, {problems} problems"
                print(told, file=sys.stderr, flush=True)
        return self.found

    def _try(self, number: int, chapter: Chapter, size: int, jobs: int | None) -> None:
        where = f"seed {self.seed}, class {number}{' in sandboxes' if jobs else ''} of {chapter.name}"
        draw = random.Random(f"{self.seed} {number} {jobs}")
        damager = Damager(chapter, draw)
        with tempfile.TemporaryDirectory(prefix="fuzz-") as base:
            try:
                alone = self._of_the_honest(chapter, jobs)
                damaged = [damager.make(i) for i in range(size)]
                tried = Class(Path(base), chapter, damaged)
                self.found.problems += [f"{where}: {words}" for words in tried.grade(jobs)]
                self.found.problems += [f"{where}: {words}" for words in self._wrong(tried, alone)]
                if number % 40 == 0:
                    grade.draw_report(tried.room)
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                self.found.problems.append(f"{where}: the run was stopped\n{traceback.format_exc(limit=-6)}")
            finally:
                shutil.rmtree(base, ignore_errors=True)
                Path(base).mkdir(exist_ok=True)

    def _read(self, number: int, chapter: Chapter, count: int) -> None:
        """Unpack, read, judge and show submissions one by one, without a class around them."""
        draw = random.Random(f"{self.seed} {number} read")
        damager, released, honest = Damager(chapter, draw), made.released(chapter), _honest_notebook(chapter)
        for i in range(count):
            began = time.process_time()
            one = damager.make(i)
            try:
                files = _unpacked(one, chapter) if one.archive else one.files
                status = read_one(files, chapter, released) if files is not None else "not taken"
                self.found.statuses[status] += 1
                if i % 10 == 0 and read_one(honest, chapter, released) != "graded":
                    raise AssertionError("an honest submission is not graded any more")
            except Exception:
                where = f"seed {self.seed}, number {i} read after class {number} of {chapter.name}"
                self.found.problems.append(f"{where}\n{traceback.format_exc(limit=-6)}")
            self.found.slowest = max(self.found.slowest, time.process_time() - began)

    def _of_the_honest(self, chapter: Chapter, jobs: int | None) -> dict[str, tuple]:
        """Return what the honest students get in a class without the others."""
        key = chapter.name, jobs
        if key not in self._alone:
            with tempfile.TemporaryDirectory(prefix="fuzz-") as base:
                alone = Class(Path(base), chapter, [])
                alone.grade(jobs)
                self._alone[key] = alone.honest()
                self._harmless.setdefault(chapter.name, Harmless(_honest_page(chapter)))
        return self._alone[key]

    def _wrong(self, tried: Class, alone: dict[str, tuple]) -> Iterator[str]:
        for student, has in tried.honest().items():
            if has != alone[student]:
                yield f"{student} has not what they have alone"
        for student in tried.students:
            entry = tried.entries.get(student)
            if entry is None:
                yield f"{student!r} has no entry"
            else:
                self.found.statuses[entry["status"]] += student not in HONEST
                if entry["status"] not in STATUSES:
                    told = {one["message"] for one in entry["exercises"] if one["status"] == "unjudged"}
                    yield f"{student!r} is {entry['status']}: {' '.join(sorted(told))[:300]}"
        with (tried.room / "grades.csv").open(newline="") as file:
            if len(list(csv.reader(file))) != 1 + len(tried.entries):
                yield "grades.csv has not one line for each"
        for path in (tried.room / "autograded").rglob("*.ipynb"):
            try:
                nbformat.validate(json.loads(path.read_bytes()))
            except Exception as error:
                yield f"{path.parts[-3]!r}: the notebook is none ({str(error)[:200]})"
        for path in (tried.room / "feedback").rglob("*.html"):
            page = path.read_text(encoding="utf-8")
            if len(page) > 1_000:
                self.found.pages += 1
                yield from (
                    f"{path.parts[-3]!r}: the page {words}" for words in self._harmless[tried.chapter.name].find(page)
                )


def read_one(files: dict[str, bytes], chapter: Chapter, released: dict) -> str:
    """Read, judge and show one submission, as a worker does; return its status."""
    library = {
        Path(name).stem: content
        for name, content in files.items()
        if name.startswith("weightlab/") and is_module_name(Path(name).stem)
    }
    time_of = files.get("timestamp.txt")
    submission = Submission("ann", chapter.name, files.get(f"{chapter.name}.ipynb", b""), library)
    submission.digest()
    read_time(time_of[:100].decode("utf-8", "replace") if time_of else None)
    found = examination.from_record(made_up_verdicts(submission, chapter), submission, released)
    notebook = write_verdicts(found.rebuilt.notebook, found)
    feedback.scores(notebook, found, feedback.Marks())
    json.dumps(found.entry("ann", chapter))
    dump_notebook(notebook)
    with contextlib.suppress(ValueError, RecursionError):
        summarise_class([merge_records([json.loads(files.get("concepts.json", b"{}"))])])
    return str(found.status)


def _unpacked(one: Damaged, chapter: Chapter) -> dict[str, bytes] | None:
    """Return the files that collecting takes from a zip, or None if it gives a reason not to take any."""
    budget = Budget()
    zipped_up = Item(PurePosixPath(one.archive), (0.0,), lambda: io.BytesIO(one.packed))
    try:
        with opened(zipped_up, budget) as items:
            return find_contents(items, chapter.name, budget).files
    except NotTakenError as reason:
        assert str(reason)
        return None


def _honest_notebook(chapter: Chapter) -> dict[str, bytes]:
    return {f"{chapter.name}.ipynb": json.dumps(made.answered(chapter)).encode(), "weightlab/weights.py": b""}


def _honest_page(chapter: Chapter) -> str:
    """Return the page of a completely right submission."""
    content = json.dumps(made.answered(chapter)).encode()
    submission, marks = Submission(HONEST[0], chapter.name, content, made.REFERENCE), feedback.Marks()
    found = examination.from_record(made_up_verdicts(submission, chapter), submission, made.released(chapter))
    notebook = write_verdicts(found.rebuilt.notebook, found)
    _, final = feedback.scores(notebook, found, marks)
    blank = tuple(sorted(feedback.unanswered(notebook, found.rebuilt.doubtful)))
    with mock.patch.object(feedback, "without_unused_rules", lambda page: page):
        return _make_page(notebook, chapter.name, final, marks, None, blank)


def quick(patch: contextlib.ExitStack) -> None:
    """Skip a step that takes long and decides nothing: nbgrader starts a program for each new gradebook."""
    bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader starts it by name
    patch.enter_context(mock.patch.dict(os.environ, {"PATH": bin_first}))
    version = api.get_alembic_version()
    patch.enter_context(mock.patch.object(api, "get_alembic_version", lambda: version))
    for chapter in CHAPTERS.values():
        for name, exercise in chapter.exercises.items():
            patch.enter_context(mock.patch.dict(chapter.exercises, {name: replace(exercise, time_limit=3.0)}))


def main() -> None:
    """Read the number and the seed, and say what was found; the exit status is 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=1_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--first", type=int, default=0, help="the class to begin with, to go on with a run")
    asked = parser.parse_args()
    began = time.process_time()
    with contextlib.ExitStack() as patch:
        quick(patch)
        found = Fuzz(asked.seed).run(asked.count, first=asked.first)
    for words in found.problems:
        print(words)
    told = ", ".join(f"{count:,} {status}" for status, count in sorted(found.statuses.items()))
    print(
        f"{found.submissions:,} damaged submissions (seed {asked.seed}), {found.in_sandboxes:,} in sandboxes: {told}; "
        f"{found.pages:,} pages; {len(found.problems)} problems; {time.process_time() - began:.0f} s of processor "
        f"time, {found.slowest:.2f} s for the slowest to read"
    )
    raise SystemExit(bool(found.problems))


if __name__ == "__main__":
    main()
