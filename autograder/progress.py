"""The learner's own record of what was solved, kept on disk and never taken back."""

from __future__ import annotations

import time
from collections.abc import Iterable

from labkit import store

from .exercises import CHAPTERS
from .judge import Verdict


def load() -> dict[str, dict]:
    """Read the record of the exercises."""
    fresh = {"score": 0.0, "tries": 0, "solved": None}
    return {name: fresh | entry for name, entry in store.load("progress").items() if isinstance(entry, dict)}


def record(verdicts: Iterable[Verdict]) -> None:
    """Note the best score of each exercise, and when it first had full marks."""
    data = load()
    for verdict in verdicts:
        if verdict.score is None:
            continue
        entry = data.setdefault(verdict.exercise, {"score": 0.0, "tries": 0, "solved": None})
        entry["tries"] += 1
        entry["score"] = max(entry["score"], verdict.score)
        if verdict.status == "passed" and not entry["solved"]:
            entry["solved"] = time.time()
    store.save("progress", data)


def board() -> list[dict]:
    """Return one row a chapter: name, title, exercises with their scores, points so far, points in all.

    ``written`` is what its answers in the learner's own words are worth, which a person marks and no other number
    counts. ``begun`` says whether any of its exercises was ever checked; ``finished`` is when the last of them was
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
                "solved": bool(data.get(name, {}).get("solved")),
            }
            for name, item in asked.items()
        ]
        solved = [data.get(name, {}).get("solved") for name in asked]
        rows.append({
            "chapter": chapter.name,
            "title": chapter.title,
            "items": items,
            "score": sum(item["score"] for item in items),
            "points": sum(item["points"] for item in items),
            "written": float(sum(answer.points for answer in chapter.written.values())),
            "begun": any(data.get(name, {}).get("tries") for name in asked),
            "finished": max(solved) if all(isinstance(when, int | float) and when for when in solved) else None,
        })  # fmt: skip
    return rows


OWN_WORDS = "A person marks answers in your own words; their points stand apart and are not counted here."


def next_exercise() -> tuple[str, str] | None:
    """Return the chapter and the name of the first exercise that is not solved yet."""
    for row in board():
        for item in row["items"]:
            if not item["solved"]:
                return row["chapter"], item["name"]
    return None
