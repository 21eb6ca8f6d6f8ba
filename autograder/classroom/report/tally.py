"""Counts what grading found of a class, for the report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from labkit.concepts import class_summary

from ...candidate.wire import printable
from ...exercises import CHAPTERS, EXERCISES
from ...judging.verdict import Status
from ..files import read_file
from ..gradebook import Standing
from ..times import EXAMPLE, FILE, MAX_BYTES, read_time

KINDS = ("full points", "some points", "no points", "could not run", "not started")
Line = tuple[str, str, str, str]
"""Something that asks for a person: student, chapter, status, and what happened."""


@dataclass
class Item:
    """One exercise or question of a class: how many are how far, and what they believe."""

    name: str
    chapter: str
    kinds: Counter = field(default_factory=Counter)
    shares: list[float] = field(default_factory=list)
    beliefs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def share(self) -> float:
        """Mean share of the points, over all who handed in."""
        return mean(self.shares) if self.shares else 0.0


@dataclass
class Summary:
    """What is in the report, as plain data."""

    chapters: list[str]
    students: int
    scores: dict[str, list[float]]
    statuses: dict[str, Counter]
    items: list[Item]
    attention: list[Line]
    written: list[tuple[str, str, int, int, int]]
    concepts: dict[str, Any]

    def beliefs(self) -> list[tuple[Item, str, list[str]]]:
        """Return item, misconception and who holds it, the most frequent first."""
        found = [(item, name, who) for item in self.items for name, who in item.beliefs.items()]
        return sorted(found, key=lambda one: (-len(one[2]), one[0].name, one[1]))


def summarise(
    entries: list[dict],
    standings: Mapping[str, Mapping[str, Standing]],
    concepts: Iterable[Mapping],
    remarks: Iterable[Line] = (),
) -> Summary:
    """Count what grading found.

    Parameters
    ----------
    entries : list of dict
        As `grade.grade_class` returns them.
    standings : mapping
        What the gradebook holds, by chapter and student.
    concepts : iterable of mapping
        Students' records of the concept test.
    remarks : iterable of Line
        What else asks for a person, as from `remarks_on`.
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
            if one["status"] in (Status.TIMEOUT, Status.CRASHED) or (
                one["status"] == Status.MALFORMED and status != Status.MALFORMED
            ):
                attention.append((student, chapter, f"{one['exercise']}: {one['status']}", one["message"]))
    written = [
        (chapter, name, *_marking(name, standings.get(chapter, {})))
        for chapter in chapters
        for name in CHAPTERS[chapter].written
    ]
    order = {Status.UNJUDGED: 0, Status.MALFORMED: 1}
    attention.sort(key=lambda line: (order.get(line[2], 2), line))
    students = len({entry["student"] for entry in entries})
    hardest = sorted(items.values(), key=lambda item: (item.share, item.name))
    return Summary(chapters, students, scores, statuses, hardest, attention, written, class_summary(list(concepts)))


def remarks_on(classroom: Path, entries: Iterable[Mapping]) -> list[Line]:
    """Return what of graded hand-ins no grade shows: that there is no notebook among them, or no time in their time."""
    found = []
    for student, chapter, status in ((entry["student"], entry["chapter"], entry["status"]) for entry in entries):
        folder = classroom / "submitted" / student / chapter
        if status == Status.MISSING and next(folder.glob("**/*.*"), None):
            found.append((student, chapter, Status.MISSING, f"Something was handed in, but no {chapter}.ipynb."))
        time = read_file(folder / FILE, MAX_BYTES)
        if time is not None and read_time(text := time.decode("utf-8", "replace")) is None:
            found.append(
                (
                    student,
                    chapter,
                    FILE,
                    f"{printable(text.strip())!r} is not a time that can be read, so this counts as not late. "
                    f"Write it as {EXAMPLE}, and grade again.",
                )
            )
    return found


def _did_not_load(one: Mapping) -> bool:
    """Whether a function was not even looked at, for its module is absent or cannot be loaded."""
    ran = any(aspect["message"] for aspect in one["aspects"])
    return one["exercise"] in EXERCISES and (
        one["status"] == Status.MISSING or (one["status"] == Status.ERROR and not ran)
    )


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


def _marking(name: str, standings: Mapping[str, Standing]) -> tuple[int, int, int]:
    """Return how many answers to a written question wait, are marked, and were left empty."""
    rows = [standing.grades[name] for standing in standings.values() if name in standing.grades]
    waiting = sum(bool(row.needs_manual_grade) for row in rows)
    marked = sum(row.manual_score is not None and not row.needs_manual_grade for row in rows)
    return waiting, marked, len(rows) - waiting - marked
