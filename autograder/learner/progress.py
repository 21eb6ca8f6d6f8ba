"""Keeps the learner's record of solved exercises on disk; what is solved stays solved."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from labkit import store

from ..exercises import CHAPTERS
from ..judging.verdict import Status, Verdict


def load() -> dict[str, dict]:
    """Read the record of the exercises."""
    return _cleaned(store.load("progress"))


def _cleaned(record: dict) -> dict[str, dict]:
    """Return the entries with valid numbers; an invalid number counts as absent."""
    return {name: _entry(**entry) for name, entry in record.items() if isinstance(entry, dict)}


def _entry(score: Any = None, tries: Any = None, solved: Any = None, **_: Any) -> dict:
    return {"score": float(_number(score)), "tries": int(_number(tries)), "solved": _number(solved) or None}


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) and 0 <= value < 1e12 else 0


def record(verdicts: Iterable[Verdict]) -> bool:
    """Note the best score of each exercise, and when it first had full marks; return whether it could be kept."""
    judged, now = [verdict for verdict in verdicts if verdict.score is not None], time.time()

    def noted(before: dict) -> dict:
        data = _cleaned(before)
        for verdict in judged:
            entry = data.setdefault(verdict.exercise, _entry())
            entry["tries"] += verdict.status != Status.NOT_STARTED
            entry["score"] = max(entry["score"], verdict.score)
            if verdict.status == Status.PASSED and not entry["solved"]:
                entry["solved"] = now
        return data

    return store.update("progress", noted)


NOT_KEPT = "Your progress could not be saved: the folder .weightlab, or a file in it, is not writable."


def board() -> list[dict]:
    """Return one row per chapter: name, title, exercises with their scores, points so far, points in all.

    ``written`` is the points for its written answers, which a person marks; no other number includes them. ``begun``
    says whether any of its exercises was ever checked with an answer in it; ``finished`` is when the last of them was
    solved, in seconds since 1970, or None.
    """
    data = load()
    rows = []
    for chapter in CHAPTERS.values():
        asked = {**chapter.exercises, **chapter.questions}
        items = [
            {
                "name": name,
                "score": min(float(data.get(name, {}).get("score", 0.0)), float(item.points)),
                "points": float(item.points),
                "tried": bool(data.get(name, {}).get("tries")),
                "solved": bool(data.get(name, {}).get("solved")),
            }
            for name, item in asked.items()
        ]
        solved = [data.get(name, {}).get("solved") for name in asked]
        rows.append(
            {
                "chapter": chapter.name,
                "title": chapter.title,
                "items": items,
                "score": sum(item["score"] for item in items),
                "points": sum(item["points"] for item in items),
                "written": float(sum(answer.points for answer in chapter.written.values())),
                "begun": any(data.get(name, {}).get("tries") for name in asked),
                "finished": max(solved) if all(isinstance(when, int | float) and when for when in solved) else None,
            }
        )
    return rows


WRITTEN = "A person marks written answers; their points are not counted here."


def mark(item: dict) -> str:
    """Return the sign for an exercise of the board: solved, begun or not started."""
    return "●" if item["solved"] else "◐" if item["score"] or item["tried"] else "○"


def next_exercise(chapter: str = "") -> tuple[str, str] | None:
    """Return the chapter and name of the first exercise that is not solved yet, looking in ``chapter`` first."""
    for row in sorted(board(), key=lambda row: row["chapter"] != chapter):
        for item in row["items"]:
            if not item["solved"]:
                return row["chapter"], item["name"]
    return None
