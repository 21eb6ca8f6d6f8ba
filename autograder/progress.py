"""The learner's own record of what was solved, kept on disk and never taken back."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from .exercises import CHAPTERS
from .judge import Verdict
from .paths import STATE


def record_file() -> Path:
    """Return the file that holds the record."""
    return STATE / "progress.json"


def read_json(path: Path) -> dict:
    """Read a mapping; a file that cannot be read counts as empty, and is kept aside."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        data = None
    if isinstance(data, dict):
        return data
    path.replace(path.with_suffix(".unreadable.json"))
    return {}


def load() -> dict[str, dict]:
    """Read the record of the exercises."""
    fresh = {"score": 0.0, "tries": 0, "solved": None}
    return {name: fresh | entry for name, entry in read_json(record_file()).items() if isinstance(entry, dict)}


def write_json(path: Path, data: object) -> None:
    """Replace a file in one step, so that nothing is lost when the machine stops in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1)
    os.replace(name, path)


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
    write_json(record_file(), data)


def board() -> list[dict]:
    """Return one row a chapter: name, title, exercises with their scores, points so far, points in all."""
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
        rows.append({
            "chapter": chapter.name,
            "title": chapter.title,
            "items": items,
            "score": sum(item["score"] for item in items),
            "points": sum(item["points"] for item in items),
        })  # fmt: skip
    return rows


def next_exercise() -> tuple[str, str] | None:
    """Return the chapter and the name of the first exercise that is not solved yet."""
    for row in board():
        for item in row["items"]:
            if not item["solved"]:
                return row["chapter"], item["name"]
    return None
