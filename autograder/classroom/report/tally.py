"""Counts what grading found in a class, for the report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from ...candidate.wire import printable
from ...exercises import CHAPTERS, EXERCISES
from ...judging.verdict import Status
from ..collecting.origins import late_on_canvas
from ..collecting.refused import refused_uploads
from ..collecting.unmatched import read_unmatched
from ..files import read_file
from ..folder import Classroom
from ..grades import StoredGrades
from ..submission import SubmissionStatus
from ..times import EXAMPLE, FILE, MAX_BYTES, read_time
from .concepts import summarise_class

KINDS = ("full points", "some points", "no points", "could not run", "not started")
NOBODY = "(unknown)"
"""Stands for the student of an upload that could not be given to anybody."""
Line = tuple[str, str, str, str]
"""Something that needs a person's attention: student, chapter, status, and what happened."""


@dataclass
class Item:
    """One exercise or question: how far a class has got with it, and which misconceptions its students have."""

    name: str
    chapter: str
    kinds: Counter = field(default_factory=Counter)
    shares: list[float] = field(default_factory=list)
    beliefs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    findings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """For wrong answers without a known misconception, each finding's sentence and the students to whom it applies."""

    @property
    def share(self) -> float:
        """The mean fraction of the points, over all who submitted."""
        return mean(self.shares) if self.shares else 0.0


@dataclass
class Summary:
    """The content of the report, as plain data."""

    chapters: list[str]
    students: int
    scores: dict[str, list[float]]
    statuses: dict[str, Counter]
    items: list[Item]
    attention: list[Line]
    written: list[tuple[str, str, int, int, int]]
    concepts: dict[str, Any]

    def beliefs(self) -> list[tuple[Item, str, list[str]]]:
        """Return item, misconception and the students who have it, the most frequent first."""
        found = [(item, name, who) for item in self.items for name, who in item.beliefs.items()]
        return sorted(found, key=lambda one: (-len(one[2]), one[0].name, one[1]))

    def findings(self) -> list[tuple[Item, str, list[str]]]:
        """Return item, finding and the students whose answers show it, the most frequent first."""
        found = [(item, words, who) for item in self.items for words, who in item.findings.items()]
        return sorted(found, key=lambda one: (-len(one[2]), one[0].name, one[1]))


def summarise(
    entries: list[dict],
    stored: Mapping[str, Mapping[str, StoredGrades]],
    concepts: Iterable[Mapping],
    remarks: Iterable[Line] = (),
) -> Summary:
    """Count what grading found.

    Parameters
    ----------
    entries : list of dict
        As `grade.grade_class` returns them.
    stored : mapping
        The contents of the gradebook, by chapter and student.
    concepts : iterable of mapping
        Students' records of the concept test.
    remarks : iterable of Line
        Further lines that need attention, as `remarks_on` returns them.
    """
    chapters = [name for name in CHAPTERS if any(entry["chapter"] == name for entry in entries)]
    scores: dict[str, list[float]] = {name: [] for name in chapters}
    statuses: dict[str, Counter] = {name: Counter() for name in chapters}
    items: dict[str, Item] = {}
    attention = [*remarks]
    for entry in entries:
        chapter, student, status = entry["chapter"], entry["student"], entry["status"]
        statuses[chapter][status] += 1
        if status in (Status.UNJUDGED, Status.MALFORMED):
            words = {one["message"] for one in entry["exercises"] if one["status"] == status}
            attention.append((student, chapter, status, " ".join(sorted(words))))
        if status == Status.MISSING:
            continue
        if entry["score"] is not None:
            scores[chapter].append(entry["score"] / entry["points"])
        if unloaded := next(filter(_did_not_load, entry["exercises"]), None):
            attention.append((student, chapter, f"library: {unloaded['status']}", unloaded["message"]))
        for one in entry["exercises"]:
            item = items.setdefault(one["exercise"], Item(one["exercise"], chapter))
            item.kinds[_kind(one)] += 1
            if one["score"] is not None:
                item.shares.append(one["score"] / one["points"])
            if one["misconception"]:
                item.beliefs[one["misconception"]].append(student)
            elif one.get("finding"):
                item.findings[one["finding"]].append(student)
            if one["status"] in (Status.TIMEOUT, Status.CRASHED) or (
                one["status"] == Status.MALFORMED and status != Status.MALFORMED
            ):
                attention.append((student, chapter, f"{one['exercise']}: {one['status']}", one["message"]))
    written = [
        (chapter, name, *_marking(name, stored.get(chapter, {})))
        for chapter in chapters
        for name in CHAPTERS[chapter].written
    ]
    order = {Status.UNJUDGED: 0, Status.MALFORMED: 1}
    attention.sort(key=lambda line: (order.get(line[2], 2), line))
    students = len({entry["student"] for entry in entries})
    hardest = sorted(items.values(), key=lambda item: (item.share, item.name))
    return Summary(chapters, students, scores, statuses, hardest, attention, written, summarise_class(list(concepts)))


def remarks_on(classroom: Classroom, entries: Iterable[Mapping]) -> list[Line]:
    """Return remarks on what submissions' grades do not show, such as an absent module or an unreadable time."""
    entries = list(entries)
    found = []
    for (student, chapter), why in refused_among(classroom, entries).items():
        found.append((student, chapter, SubmissionStatus.MISSING, f"An upload could not be collected: {why}"))
    chapters = {entry["chapter"] for entry in entries}
    for upload in read_unmatched(classroom.root):
        if upload.chapter in chapters:
            words = f"{upload.place} could not be collected: {upload.why}"
            found.append((NOBODY, upload.chapter, "not collected", words))
    for entry in entries:
        student, chapter, status = entry["student"], entry["chapter"], entry["status"]
        found += [(student, chapter, status, words) for words in entry.get("remarks", ())]
        if status == SubmissionStatus.NO_LIBRARY:
            words = "The notebook came without any weightlab/ modules: ask for the zip that `weightlab submit` makes."
            found.append((student, chapter, status, words))
        elif status != SubmissionStatus.MISSING and any(one["status"] == Status.MISSING for one in entry["exercises"]):
            file = f"weightlab/{CHAPTERS[chapter].module}.py"
            words = f"{file} was not submitted: ask for the zip that `weightlab submit` makes."
            found.append((student, chapter, status, words))
        try:
            found += _remarks_on_files(classroom.submission(student, chapter), student, chapter, status)
        except OSError as error:  # a folder that cannot be read is reported, and the run continues
            found.append((student, chapter, status, str(error)))
    return found


def refused_among(classroom: Classroom, entries: Iterable[Mapping]) -> dict[tuple[str, str], str]:
    """Return why uploads were refused, for students who have no submission of the entries' chapters because of that."""
    chapters = {entry["chapter"] for entry in entries}
    refused = refused_uploads(classroom.root)
    return {about: why for about, why in sorted(refused.items()) if about[1] in chapters}


def late_without_time(classroom: Classroom, entries: Iterable[Mapping]) -> list[Line]:
    """Return remarks on submissions that were late according to Canvas, but that have no time and so lose nothing."""
    words = (
        f"According to Canvas, this submission was late. For a penalty, write the time into {FILE}, and grade again."
    )
    late = late_on_canvas(classroom.root)
    about = [(entry["student"], entry["chapter"]) for entry in entries if entry["status"] != SubmissionStatus.MISSING]
    return [
        (student, chapter, "late", words)
        for student, chapter in about
        if (student, chapter) in late and not (classroom.submission(student, chapter) / FILE).exists()
    ]


def _remarks_on_files(folder: Path, student: str, chapter: str, status: str) -> list[Line]:
    found = []
    if status == Status.MISSING and any(next(folder.glob(f"{above}*.*"), None) for above in ("", "*/", "*/*/")):
        found.append(
            (
                student,
                chapter,
                Status.MISSING,
                f"Something was submitted, but no {chapter}.ipynb: ask for the zip that `weightlab submit` makes.",
            )
        )
    time = read_file(folder / FILE, MAX_BYTES)
    if time is not None and read_time(text := time.decode("utf-8", "replace")) is None:
        words = (
            f"{printable(text.strip())!r} cannot be read as a time, so the submission does not count as late. "
            f"Write it as {EXAMPLE}, and grade again."
        )
        found.append((student, chapter, FILE, words))
    return found


def _did_not_load(one: Mapping) -> bool:
    """Return whether a function was not examined because its module does not load; `remarks_on` reports absent ones."""
    ran = any(aspect["message"] for aspect in one["aspects"])
    return one["exercise"] in EXERCISES and one["status"] == Status.ERROR and not ran


def _kind(one: dict) -> str:
    if one["status"] == Status.NOT_STARTED:
        return "not started"
    if one["status"] in (
        Status.ERROR,
        Status.TIMEOUT,
        Status.CRASHED,
        Status.MALFORMED,
        Status.MISSING,
        Status.UNJUDGED,
    ):
        return "could not run"
    return "full points" if one["score"] == one["points"] else "some points" if one["score"] else "no points"


def _marking(name: str, students: Mapping[str, StoredGrades]) -> tuple[int, int, int]:
    """Return how many answers to a written question wait for a mark, are marked, and are empty."""
    rows = [one.grades[name] for one in students.values() if name in one.grades]
    waiting = sum(bool(row.needs_manual_grade) for row in rows)
    marked = sum(row.manual_score is not None and not row.needs_manual_grade for row in rows)
    return waiting, marked, len(rows) - waiting - marked
