"""Do messages name the command in a way that works in this terminal?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from autograder.cli import spoken
from autograder.cli.main import main
from autograder.paths import ROOT
from autograder.refusal import Refusal

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the paths here are those of other systems than Windows")


@pytest.fixture
def program(tmp_path, monkeypatch):
    """An environment's program in the terminal's current folder."""
    path = tmp_path / ".venv" / "bin" / "weightlab"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAKELEVEL", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return path


def called(monkeypatch, words):
    monkeypatch.setattr(sys, "argv", [words, "check"])
    return spoken.command_name()


def test_it_is_called_by_its_path_where_the_terminal_does_not_know_its_name(program, monkeypatch):
    assert called(monkeypatch, ".venv/bin/weightlab") == ".venv/bin/weightlab"
    assert called(monkeypatch, str(program)) == ".venv/bin/weightlab"
    monkeypatch.chdir("/")
    assert called(monkeypatch, str(program)) == str(program)


def test_it_is_called_by_its_name_in_an_active_environment(program, monkeypatch):
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin")
    assert called(monkeypatch, str(program)) == called(monkeypatch, ".venv/bin/weightlab") == "weightlab"
    monkeypatch.setenv("MAKELEVEL", "1")
    assert called(monkeypatch, ".venv/bin/weightlab") == ".venv/bin/weightlab", "make's path is not the terminal's"


def test_a_path_with_a_space_is_quoted(program, monkeypatch):
    there = program.parent.parent.rename(program.parents[2] / "my env")
    assert called(monkeypatch, f"{there}/bin/weightlab") == "'my env/bin/weightlab'"


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
@pytest.mark.parametrize(
    ("lines", "again"),
    [
        (f"#!{sys.executable}", False),
        (f'#!/bin/sh\n\'\'\'exec\' "{sys.executable}" "$0" "$@"', False),
        ("#!/usr/bin/env -S any", False),
        ("#!/nowhere/.venv/bin/python", True),
        ("#!/bin/sh\n'''exec' '/no where/.venv/bin/python3' \"$0\" \"$@\"", True),
        (None, True),
    ],
)
def test_make_sets_up_a_moved_environment_again(program, lines, again):
    if lines is None:
        program.unlink()
    else:
        program.write_text(f"{lines}\n")
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy2(ROOT / name, name)
    Path(".venv/ready").touch()
    done = subprocess.run(["make", "-n", "study"], capture_output=True, text=True, check=True)
    assert ("rm -rf .venv" in done.stdout) is again and not done.stderr
    assert ("-m venv" in done.stdout) is again and "weightlab study" in done.stdout


def test_as_a_module_it_is_called_by_its_python(monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert called(monkeypatch, str(ROOT / "autograder" / "__main__.py")) == "python -m autograder"
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir("/")
    assert called(monkeypatch, str(ROOT / "autograder" / "__main__.py")) == f"{sys.executable} -m autograder"


def test_commands_in_a_message_are_written_so_and_nothing_else_is(program, monkeypatch):
    monkeypatch.setattr(sys, "argv", [".venv/bin/weightlab"])
    with click.Context(main, info_name="x"):
        said = spoken.as_typed(
            '`weightlab update --undo` and hint("dense") of weightlab release 2; src/weightlab grade'
        )
    assert said == (
        "`.venv/bin/weightlab update --undo` and .venv/bin/weightlab hint dense of .venv/bin/weightlab release 2; "
        "src/weightlab grade"
    )


def test_a_students_command_has_no_path_of_the_instructors_machine(program, monkeypatch):
    monkeypatch.setattr(sys, "argv", [".venv/bin/weightlab"])
    with click.Context(main, info_name="x"):
        said = spoken.as_typed("ask for the zip that `weightlab submit` makes; `weightlab roster` adds a student")
    assert said == "ask for the zip that `weightlab submit` makes; `.venv/bin/weightlab roster` adds a student"


def test_a_message_names_the_command_as_it_was_called_whatever_is_done_to_the_path_meanwhile(program, monkeypatch):
    """nbgrader's configuration puts the folder of its programs on the path."""

    def refuse(*_):
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin")
        raise Refusal("run `weightlab grade`")

    monkeypatch.setattr(sys, "argv", [".venv/bin/weightlab"])
    monkeypatch.setattr(click.Group, "invoke", refuse)
    with pytest.raises(click.ClickException) as refused:
        main(["status"], standalone_mode=False)
    assert refused.value.message == "run `.venv/bin/weightlab grade`"


def run(*words, python=sys.executable, **options):
    return subprocess.run([python, "-m", "autograder", *words], cwd=ROOT, capture_output=True, text=True, **options)


def test_it_runs_as_a_module_and_says_so():
    done = run("check", "aply_weight")
    assert done.returncode == 2 and "Did you mean apply_weight" in done.stderr
    assert "-m autograder check --help" in done.stderr


def test_a_python_without_the_packages_says_what_to_do():
    done = subprocess.run([sys.executable, "-S", "-m", "autograder"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "has no package" in done.stderr and "make study" in done.stderr
