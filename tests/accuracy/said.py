"""Records what is said about wrong answers, so that any change of a sentence shows as a difference in ``said.txt``.

After an intended change, ``python -m tests.accuracy.said`` writes the file again; read what became different. To
record another answer of ``unseen/``, add its heading first.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.exercises import EXERCISES
from autograder.judging import judge
from tests.support.judged import answer_of, key_of

from . import unseen

FILE = Path(__file__).with_name("said.txt")


def read_record(text: str) -> dict[str, str]:
    """Return what is recorded, by the heading of each answer."""
    parts = re.split(r"^### (.*)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip("\n") for part in parts[2::2]), strict=True))


def headed_answers() -> dict[str, unseen.Answer]:
    """Return the wrong answers by heading; of two with the same heading, the last one."""
    found = [answer for path in sorted(unseen.FOLDER.glob("*.txt")) for answer in unseen.read_answers(path)]
    return {f"{one.exercise} | {one.words}": one for one in found if not one.right}


def say(answer: unseen.Answer) -> str:
    """Return what a learner is told about an answer, and its points.

    A misconception is only named, because its words are its author's. If a call raises an error, neither the error's
    words nor the sentence about them are recorded: each release of Python and NumPy has its own.
    """
    exercise = EXERCISES[answer.exercise]
    with contextlib.redirect_stdout(io.StringIO()):
        reply = answer_of(answer.exercise, answer.source)
        verdict = judge.judge(exercise, key_of(answer.exercise), reply, "own.py")
    raised = any("raised" in outcome for outcomes in reply.cases for outcome in outcomes)
    points = " + ".join(f"{aspect.score:g}" for aspect in verdict.aspects)
    lines = [f"{verdict.status}: {points}"]
    if verdict.misconception:
        lines.append(f"misconception: {verdict.misconception}")
    if verdict.finding:
        lines.append(f"finding: {verdict.finding}")
    if not raised:
        lines.append(f"evidence: {verdict.evidence}")
    return "\n".join(lines)


def record(headings: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield what is now said about answers."""
    answers = headed_answers()
    for heading in headings:
        yield heading, say(answers[heading])


def main() -> None:
    """Write the record again."""
    found = record(read_record(FILE.read_text(encoding="utf-8")))
    FILE.write_text("\n\n".join(f"### {heading}\n{said}" for heading, said in found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
