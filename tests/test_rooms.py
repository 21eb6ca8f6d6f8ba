"""Do the rooms of autograder/ keep their rules, without import cycles and in at most eight levels?"""

from __future__ import annotations

import functools
import subprocess
import sys

import pytest

from autograder.paths import ROOT
from benchmarks.size import count_lines

grimp = pytest.importorskip("grimp")
MAX_LEVELS = 8


def test_the_rules_between_the_rooms_are_kept():
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-3000:]


def room_of(module):
    """Name the room of a module: its package in autograder/, or the module itself if it has no such package."""
    return ".".join(module.split(".")[:2])


@functools.cache
def imports_between_rooms():
    graph = grimp.build_graph("autograder", cache_dir=None)
    rooms = {}
    for module in graph.modules - {"autograder"}:
        below = {room_of(used) for used in graph.find_modules_directly_imported_by(module)}
        rooms.setdefault(room_of(module), set()).update(below - {room_of(module), "autograder"})
    return rooms


def test_the_house_has_at_most_eight_levels_and_no_circle():
    rooms = imports_between_rooms()

    def level(room, above=()):
        assert room not in above, f"a circle: {' -> '.join([*above, room])}"
        return 1 + max((level(below, (*above, room)) for below in rooms[room]), default=0)

    levels = {room: level(room) for room in rooms}
    assert {"autograder.cli", "autograder.judging", "autograder.candidate"} <= set(levels)
    assert max(levels.values()) <= MAX_LEVELS, sorted(levels.items(), key=lambda item: -item[1])


TABLES = ("exercises/", "judging/findings/sentences.py")


def test_no_module_has_more_than_three_hundred_lines_of_code():
    house = ROOT / "autograder"
    counts = {path.relative_to(house).as_posix(): count_lines(path) for path in house.rglob("*.py")}
    assert len(counts) > 100
    assert {name: lines for name, lines in counts.items() if lines > 300 and not name.startswith(TABLES)} == {}
