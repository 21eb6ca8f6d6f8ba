"""Does the handout's README tell students what to run, and whom to ask?"""

from __future__ import annotations

import re

import click

from autograder.classroom.handout import _STUDENT_README
from autograder.cli.main import main
from autograder.names import find_asked


def test_the_readme_names_commands_that_exist_and_whom_to_ask():
    named = re.findall(r"\.venv/bin/weightlab ([a-z-]+)", _STUDENT_README)
    assert {"study", "check", "hint", "status", "submit"} <= set(named) <= set(main.list_commands(click.Context(main)))
    for name in re.findall(r"weightlab (?:check|hint) (\w+)", _STUDENT_README):
        assert find_asked(name).name == name
    assert "ask your instructor" in _STUDENT_README
