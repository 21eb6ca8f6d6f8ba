"""Invents a class of any size, as grading would leave it, from a seed: ``python -m tests.support.invented DIR N``.

People and a browser test look at its report. Each student has an ability; mistakes are drawn from the known
misconceptions, and now and then a submission ends in a way that a person has to look at.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

from autograder.classroom.folder import Classroom
from autograder.classroom.grades import StoredGrades
from autograder.classroom.report import write
from autograder.exercise import Chapter
from autograder.exercises import CHAPTERS
from autograder.judging import reference
from labkit.concepts import CONCEPTS
from tests.support import classroom as made

_ENDS = {
    "timeout": "did not finish within 5 seconds of computing time and was stopped. Look for a loop that never ends.",
    "crashed": "ended its whole process, so nothing came back.",
}


def invent(room: Path, students: int, seed: int = 1) -> dict[str, dict[str, StoredGrades]]:
    """Write what grading leaves for the report; return what the gradebook would hold."""
    draw, entries = random.Random(seed), []
    stored: dict[str, dict[str, StoredGrades]] = {name: {} for name in CHAPTERS}
    for i in range(students):
        student, ability = f"student-{i:03d}", draw.betavariate(4, 1.6)
        for number, chapter in enumerate(CHAPTERS.values()):
            verdicts, wrong = _verdicts(draw, chapter, ability - 0.02 * number)
            status = draw.choices(("graded", "missing", "malformed", "unjudged"), (96, 1 + number, 1, 0.3))[0]
            if status == "unjudged":
                verdicts[0] |= {"status": status, "score": None, "message": "The autograder itself failed (OSError)."}
            if status == "malformed":
                verdicts[-1] |= {"status": status, "score": 0.0, "message": "The notebook cannot be read: not JSON."}
            scores = [one["score"] for one in verdicts]
            entries.append(
                {
                    "student": student,
                    "chapter": chapter.name,
                    "status": status,
                    "score": None if None in scores else sum(scores),
                    "points": float(chapter.points),
                    "exercises": verdicts,
                }
            )
            if status == "missing":
                continue
            if wrong and i % 10 == 0:  # only some libraries are searched for examples
                library = made.library_with({name: one.function for name, one in wrong.items()})
                made.submit(room, student, chapter, None, {chapter.module: library[chapter.module]})
            marks = {
                name: SimpleNamespace(needs_manual_grade=draw.random() < 0.6, manual_score=None)
                for name in chapter.written
            }
            for mark in marks.values():
                mark.manual_score = 1.0 if not mark.needs_manual_grade and draw.random() < 0.9 else None
            stored[chapter.name][student] = StoredGrades("", "", grades=marks)
        _concepts(room / "submitted" / student, draw, ability)
    Classroom(room).save_entries(entries)
    return stored


def _verdicts(draw: random.Random, chapter: Chapter, ability: float) -> tuple[list[dict], dict]:
    verdicts, wrong = [], {}
    for asked in (*chapter.exercises.values(), *chapter.questions.values()):
        status, score, belief, words = "passed", float(asked.points), None, "right"
        if draw.random() > ability:
            function = asked.name in chapter.exercises
            known = reference.misconceptions(chapter.module).get(asked.name, []) if function else []
            names = [one.name for one in known] if function else list(asked.mistakes)
            kind = draw.choices(("failed", "error", "not_started", *_ENDS), (10, 1, 2, 0.1, 0.05))[0]
            status, score, words = kind, 0.0, f"{asked.name} {_ENDS.get(kind, 'is not right.')}"
            if kind == "failed" and names and draw.random() < 0.7:
                belief = names[min(int(draw.expovariate(1)), len(names) - 1)]
                score = float(asked.points // 2)
                wrong |= dict(zip([asked.name], [one for one in known if one.name == belief], strict=False))
        verdicts.append(
            {
                "exercise": asked.name,
                "chapter": chapter.name,
                "status": status,
                "score": score,
                "points": float(asked.points),
                "misconception": belief,
                "message": words,
                "aspects": [],
                "file": None,
            }
        )
    return verdicts, wrong


def _concepts(folder: Path, draw: random.Random, ability: float) -> None:
    """Put the concept test's records into the first and the last chapter's submissions."""

    def answers(right: float) -> dict[str, str]:
        return {one.name: one.right if draw.random() < right else draw.choice(list(one.wrong)) for one in CONCEPTS}

    record: dict[str, dict] = {}
    for when, chapter, right in (("before", "01_weights", ability / 2), ("after", "10_capstone", ability)):
        if draw.random() < 0.85:
            record = record | {when: answers(right)}
            (folder / chapter).mkdir(parents=True, exist_ok=True)
            (folder / chapter / "concepts.json").write_text(json.dumps(record))


if __name__ == "__main__":
    room = Path(sys.argv[1])
    print(*write.write(Classroom(room), invent(room, int(sys.argv[2]))), sep="\n")
