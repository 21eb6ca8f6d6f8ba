"""Other graders on the same submissions: stock nbgrader and otter-grader, which execute notebooks with asserts."""

from __future__ import annotations

import base64
import copy
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from pathlib import Path
from statistics import mean

from nbformat.notebooknode import from_dict
from nbgrader.utils import compute_checksum

from autograder.candidate.call import make_argument, make_plain
from autograder.classroom.gradebook import ClassBook
from autograder.exercise import Chapter, Exercise, Question
from autograder.judging import reference
from autograder.judging.key import Key
from autograder.paths import ROOT
from benchmarks.rounds import Spent

OTTER = "otter-grader==7.0.0"
BIN = Path(sys.executable).parent
_LAYING = threading.Lock()
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_ASSERTS = """\
import base64, pickle, zlib
import numpy as np
from weightlab.{module} import {name}

def same(expected, got):
    if isinstance(expected, (list, tuple)):
        return len(expected) == len(got) and all(map(same, expected, got))
    return got is None if expected is None else np.allclose(expected, got, equal_nan=True)

def answer(args, kwargs):
    got = {name}(*args, **kwargs)
    return list(got) if hasattr(got, "__next__") else got

for calls, expected, refused in pickle.loads(zlib.decompress(base64.b85decode("{cases}"))):
    if refused:
        try:
            [answer(*call) for call in calls]
        except ValueError:
            continue
        assert False, "expected a ValueError"
    assert same(expected, [answer(*call) for call in calls]), "{name} is not right"
"""
_STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.ExecutePreprocessor.timeout = 600
"""


@dataclass(frozen=True)
class Sample:
    """One student's submission of one chapter, as the peers grade it."""

    student: str
    chapter: Chapter
    notebook: dict
    library: Mapping[str, bytes]


@dataclass
class Timed:
    """The time that each submission took, and the executed notebooks by chapter."""

    spent: list[Spent] = field(default_factory=list)
    executed: dict[str, dict] = field(default_factory=dict)

    def mean(self) -> Spent:
        """Return the mean over all submissions."""
        columns = ([getattr(one, name) for one in self.spent] for name in ("seconds", "cpu", "start", "start_cpu"))
        return Spent(*map(mean, columns))


def arguments(key: Key, index: int) -> list[tuple[tuple, dict]]:
    """Return fresh arguments of each call of a case, with real generators and functions among them."""
    generators: dict = {}
    return [
        (tuple(make_argument(call.args, generators)), make_argument(dict(call.kwargs), generators))
        for call in key.cases[index].calls
    ]


def asserts(exercise: Exercise, key: Key) -> str:
    """Return a program that makes every call of an exercise's key and asserts what comes back."""
    function = getattr(reference.module(exercise.module), exercise.name)
    cases = []
    for i, case in enumerate(key.cases):
        calls = arguments(key, i)
        expected = None if case.raises else [make_plain(function(*args, **kwargs), []) for args, kwargs in calls]
        cases.append((arguments(key, i), expected, bool(case.raises)))
    packed = base64.b85encode(zlib.compress(pickle.dumps(cases))).decode()
    return _ASSERTS.format(module=exercise.module, name=exercise.name, cases=packed)


def with_asserts(notebook: dict, sources: Mapping[str, str]) -> dict:
    """Return a notebook with asserts in its check cells."""
    changed = copy.deepcopy(notebook)
    for cell in changed["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade_id") in sources and not marks["solution"]:
            cell["source"] = sources[marks["grade_id"]]
            marks["checksum"] = compute_checksum(from_dict(cell))
    return changed


def programs(chapter: Chapter, keys: Mapping[str, Key]) -> dict[str, str]:
    """Return the asserts of a chapter, by exercise and question."""
    made = {name: asserts(exercise, keys[name]) for name, exercise in chapter.exercises.items()}
    return made | {name: _number(question) for name, question in chapter.questions.items()}


def _number(question: Question) -> str:
    return f"assert abs({question.name} - {question.value!r}) <= {question.rtol!r} * {abs(question.value)!r}\n"


def nbgrader(folder: Path, samples: list[Sample], lanes: int, sources: Mapping[str, Mapping[str, str]]) -> Timed:
    """Time ``nbgrader autograde`` and ``generate_feedback`` on samples, as many at a time as there are lanes.

    The start-up of a command ends with the first line that it logs about its work.
    """
    timed = Timed()

    def grade(sample: Sample) -> None:
        # Each command has its own class folder, because two at once would wait for the same gradebook.
        course, name = folder / "nbgrader" / sample.student / sample.chapter.name, sample.chapter.name
        notebook = with_asserts(sample.notebook, sources[name])
        place = course / "submitted" / sample.student / name / f"{name}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(notebook))
        (course / "nbgrader_config.py").write_text(_STOCK)
        with ClassBook(f"sqlite:///{course}/gradebook.db", "stock") as book:
            book.prepare(name, notebook)
        environment = _project(folder / "projects" / sample.student, sample.library)
        commands = [
            _working([str(BIN / "nbgrader"), command, name], course, environment, " | INFO] ")
            for command in ("autograde", "generate_feedback")
        ]
        timed.spent.append(Spent(*map(sum, zip(*map(astuple, commands), strict=True))))
        executed = json.loads((course / "autograded" / sample.student / name / f"{name}.ipynb").read_text())
        timed.executed.setdefault(name, executed)
        if not (course / "feedback" / sample.student / name / f"{name}.html").exists():
            raise RuntimeError(f"nbgrader made no feedback on {name}")

    _in_lanes(samples, lanes, grade)
    return timed


def _working(command: list[str], folder: Path, environment: dict[str, str], sign: str = "") -> Spent:
    """Run a command; its start-up ends when it logs a word that shows that it has begun to work."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    at, before, said = None if sign else began, 0.0, []
    for line in process.stderr:
        said.append(line)
        if at is None and sign in line:
            at, before = time.perf_counter(), _cpu_seconds(process.pid)
    _, status, used = os.wait4(process.pid, 0)
    ended = time.perf_counter()
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if status or at is None:
        raise RuntimeError(f"{' '.join(command)} failed:\n{''.join(said[-20:])}")
    return Spent(ended - at, used.ru_utime + used.ru_stime - before, at - began, before)


def _cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process, and those that it has waited for, have used so far."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def own_seconds(pid: int) -> float:
    """Return the CPU seconds of one process without its children; 0 if it is gone."""
    try:
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0.0
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def install_otter(folder: Path) -> Path:
    """Install otter-grader into a separate environment that sees this one's packages; return its program.

    Raises
    ------
    RuntimeError
        If it cannot be installed; the message says why.
    """
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, text=True)
        site = next(folder.glob("lib/python*/site-packages"))
        (site / "zz_weightlab.pth").write_text(next(path for path in sys.path if path.endswith("site-packages")))
        subprocess.run(
            [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", OTTER],
            check=True,
            capture_output=True,
            text=True,
            timeout=300,
        )
    except subprocess.SubprocessError as error:
        why = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise RuntimeError(why[-1] if why else "pip failed") from None
    return folder / "bin/otter"


def otter(
    program: Path, folder: Path, samples: list[Sample], lanes: int, sources: Mapping[str, Mapping[str, str]]
) -> Timed:
    """Time ``otter run`` on samples; each is a separate command with its own start-up, as otter has no other way."""
    timed = Timed()

    def grade(sample: Sample) -> None:
        name = sample.chapter.name
        place = folder / "otter" / sample.student / name
        place.mkdir(parents=True)
        notebook = with_asserts(sample.notebook, dict.fromkeys(sources[name], "pass"))
        (place / f"{name}.ipynb").write_text(json.dumps(notebook))
        with zipfile.ZipFile(place / "autograder.zip", "w") as archive:
            archive.writestr("otter_config.json", "{}")
            for asked, source in sources[name].items():
                archive.writestr(f"tests/{asked}.py", _otter_test(asked, source))
        environment = _project(folder / "projects" / sample.student, sample.library)
        command = [str(program), "run", "--no-logo", "-a", "autograder.zip", f"{name}.ipynb"]
        timed.spent.append(_working(command, place, environment))
        timed.executed.setdefault(name, json.loads((place / "results.json").read_text()))

    _in_lanes(samples, lanes, grade)
    return timed


def _otter_test(name: str, source: str) -> str:
    """Return an otter test file in otter's exception-based form."""
    body = "".join(f"    {line}\n" for line in source.splitlines())
    taken = f"    {name} = env[{name!r}]\n" if source.startswith("assert") else ""
    return (
        f"from otter.test_files import test_case\n\nOK_FORMAT = False\nname = {name!r}\npoints = 1\n\n"
        f"@test_case(points=1, hidden=False)\ndef test_it(env):\n{taken}{body}"
    )


def _project(folder: Path, library: Mapping[str, bytes]) -> dict[str, str]:
    """Lay out the course for one student, whose library it imports; return the environment to work in."""
    with _LAYING:
        _lay_project(folder, library)
    return ONE_THREAD | {
        "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'src'}",
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }


def _lay_project(folder: Path, library: Mapping[str, bytes]) -> None:
    if not folder.exists():
        unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
        for name in ("autograder", "src/labkit"):
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        (folder / "src" / "weightlab").mkdir()
        for name, source in library.items():
            (folder / "src" / "weightlab" / f"{name}.py").write_bytes(source)


def start_otter(program: Path, folder: Path) -> Spent:
    """Time ``otter run`` on a notebook without cells and without tests: its start-up and its end."""
    folder.mkdir(parents=True, exist_ok=True)
    empty = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "empty.ipynb").write_text(json.dumps(empty))
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        archive.writestr("otter_config.json", "{}")
        archive.writestr("tests/nothing.py", _otter_test("nothing", "pass\n"))
    return _working([str(program), "run", "--no-logo", "-a", "autograder.zip", "empty.ipynb"], folder, ONE_THREAD)


def _in_lanes(samples: list[Sample], lanes: int, grade: Callable[[Sample], None]) -> None:
    """Grade samples, one after another in each lane."""
    with ThreadPoolExecutor(lanes) as pool:
        list(pool.map(lambda number: [grade(sample) for sample in samples[number::lanes]], range(lanes)))
