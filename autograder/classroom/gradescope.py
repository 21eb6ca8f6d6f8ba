"""Writes an autograder for Gradescope, and grades one submission where Gradescope runs it."""

from __future__ import annotations

import json
import os
import secrets
import stat
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from ..exercise import Chapter
from ..exercises import CHAPTERS
from ..judging.verdict import Aspect, Status, Verdict
from ..judging.words import counted, score_text
from ..library import LIBRARY_FOLDER
from ..paths import ROOT, SOLUTIONS
from ..sandbox import selftest
from ..sandbox.isolation import Isolation
from .collecting.contents import find_contents
from .collecting.reasons import NotTakenError
from .collecting.unpack import Budget, items_in
from .examination import Examination, absent, examine_submission
from .folder import ClassroomError
from .nbgrader import read_released
from .records import class_keys
from .requirements import require_isolation
from .submission import Submission

SETTINGS = "gradescope.json"
_TAKEN = ("autograder", "src/labkit", "solutions/weightlab", "solutions/misconceptions", "solutions/__init__.py")
_PACKAGES = ("numpy", "click")
_SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, as root, when the autograder is built.
set -euo pipefail
cd /autograder/source
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends bubblewrap python3 python3-venv >/dev/null
python=python3
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    # The image is older than the course's Python.
    apt-get install -y -qq --no-install-recommends software-properties-common >/dev/null
    add-apt-repository -y ppa:deadsnakes/ppa >/dev/null
    apt-get install -y -qq --no-install-recommends python3.12 python3.12-venv >/dev/null
    python=python3.12
fi
"$python" -m venv /autograder/environment
/autograder/environment/bin/python -m pip install --quiet --disable-pip-version-check -r packages.txt
"""
_RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission, as root.
set -euo pipefail
cd /autograder/source
# If no sandbox can be made, the student's code runs as another user, to whom these are closed.
chmod 700 solutions gradescope.json /autograder/results
PYTHONPATH=/autograder/source:/autograder/source/src \\
    exec /autograder/environment/bin/python -B -m autograder.classroom.gradescope /autograder
"""


def write_zip(chapters: Sequence[str], target: Path, visibility: str = "visible", seed: int | None = None) -> list[str]:
    """Write the zip that is uploaded as an assignment's autograder; return what it holds.

    Parameters
    ----------
    chapters : sequence of str
        The chapters that students submit for this assignment.
    target : Path
        The zip.
    visibility : str
        When students see their points, in Gradescope's words, such as ``after_due_date``.
    seed : int, optional
        The seed of the secret cases; by default a new one.

    Raises
    ------
    ClassroomError
        If this copy of the course holds no answers.
    """
    if not SOLUTIONS.exists():
        raise ClassroomError(
            "This copy of the course holds no solutions/, so it cannot grade. Use the whole course, not a handout."
        )
    settings = {"chapters": list(chapters), "visibility": visibility}
    settings["seed"] = secrets.randbits(64) if seed is None else seed
    packages = [f"{name}=={metadata.version(name)}" for name in _PACKAGES]
    texts = {
        "setup.sh": _SETUP,
        "run_autograder": _RUN,
        SETTINGS: json.dumps(settings) + "\n",
        "packages.txt": "\n".join(packages) + "\n",
    }
    entries = {name: text.encode() for name, text in texts.items()}
    entries |= {name: (ROOT / name).read_bytes() for name in ("pyproject.toml", "LICENSE") if (ROOT / name).exists()}
    entries |= {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in _files(chapters)}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(entries.items()):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if name in ("setup.sh", "run_autograder") else 0o644)) << 16
            archive.writestr(entry, content)
    return sorted(entries)


def _files(chapters: Sequence[str]) -> Iterator[Path]:
    for place in (*_TAKEN, *(f"course/{chapter}" for chapter in chapters)):
        path = ROOT / place
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(file.parts):
                yield file


def grade(base: Path) -> dict[str, Any]:
    """Grade the submission in Gradescope's folder; return the content of results.json.

    Parameters
    ----------
    base : Path
        ``/autograder``, which holds ``submission`` and ``source``.

    Raises
    ------
    ClassroomError
        If something could not be judged. In that case there are no results, and the instructor is told.
    """
    begun = time.monotonic()
    settings = json.loads((base / "source" / SETTINGS).read_text(encoding="utf-8"))
    isolation = Isolation.USER if selftest.why_not() else Isolation.BUBBLEWRAP
    require_isolation(isolation)
    tests, said = [], []
    for number, name in enumerate(settings["chapters"], 1):
        examination, words = _examine(base / "submission", CHAPTERS[name], settings["seed"], isolation)
        said += words
        for place, verdict in enumerate(examination.verdicts, 1):
            if verdict.status == Status.UNJUDGED:
                raise ClassroomError(f"{verdict.exercise} could not be judged: {verdict.message}")
            tests.append(_as_test(verdict, f"{number}.{place}", settings["visibility"]))
    return {
        "execution_time": round(time.monotonic() - begun, 1),
        "output": "\n".join(said),
        "output_format": "text",
        "visibility": settings["visibility"],
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"isolation": str(isolation)},
    }


def _examine(folder: Path, chapter: Chapter, seed: int, isolation: str) -> tuple[Examination, list[str]]:
    """Examine a chapter's submission; return the examination, and remarks for a person."""
    released, said = read_released(chapter.name, ROOT / "course"), []
    try:
        contents = find_contents(items_in(folder), chapter.name, Budget())
    except NotTakenError as error:
        return absent(chapter, released), [f"{chapter.name} was not graded: {error.for_student()}."]
    files = contents.files
    library = {Path(name).stem: content for name, content in files.items() if name.startswith(f"{LIBRARY_FOLDER}/")}
    submission = Submission("student", chapter.name, files[f"{chapter.name}.ipynb"], library)
    said += [f"{chapter.name}: {place}: {why.for_student()}." for place, why in contents.left_out]
    if not library:
        said.append(f"{chapter.name} came without the library. Submit the zip that `weightlab submit` makes.")
    examination = examine_submission(submission, chapter, class_keys(chapter.name, seed), released, isolation)
    if examination.rebuilt.malformed:
        said.append(f"{chapter.name}: {examination.rebuilt.malformed}")
    if chapter.written:
        points = sum(answer.points for answer in chapter.written.values())
        said.append(f"{chapter.name}: a person marks {', '.join(chapter.written)} ({counted(points, 'point')}).")
    return examination, said


def _as_test(verdict: Verdict, number: str, visibility: str) -> dict[str, Any]:
    lines = [_as_line(aspect) for aspect in verdict.aspects] if len(verdict.aspects) > 1 else []
    return {
        "name": verdict.exercise,
        "number": number,
        "score": verdict.score,
        "max_score": verdict.points,
        "status": "passed" if verdict.status == Status.PASSED else "failed",
        "output": "\n".join([*lines, verdict.message]),
        "output_format": "text",
        "visibility": visibility,
        "tags": [verdict.chapter],
        "extra_data": {"status": str(verdict.status), "misconception": verdict.misconception},
    }


def _as_line(aspect: Aspect) -> str:
    mark = "✓" if aspect.passed else "✗"
    return f"{mark} {aspect.name} ({score_text(aspect.score)} of {score_text(aspect.points)})"


def main(base: Path) -> None:
    """Grade, and write results.json completely or not at all."""
    results = base / "results"
    text = json.dumps(grade(base))
    part = results / "results.part"
    part.write_text(text, encoding="utf-8")
    os.replace(part, results / "results.json")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except ClassroomError as error:
        sys.exit(f"There are no results: {error}")
