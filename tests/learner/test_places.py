"""Does the learner's side work wherever the course lies, and on systems without POSIX?"""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from tests.jupyterlab import course_copy

POSIX_ONLY = ["fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"]


def run(code, folder, environment):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


CHECK = """
    from click.testing import CliRunner
    from autograder.cli import main
    print(CliRunner().invoke(main, ["check", "apply_weight", "dense", "--json"]).stdout)
"""


@pytest.fixture(scope="module", params=["a folder with spaces", "Übungen–数学"])
def solved(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("place") / request.param
    return folder, course_copy(folder, solved=True)


def test_a_check_works_in_any_folder(solved):
    folder, environment = solved
    entries = json.loads(run(CHECK, folder, environment))
    assert [entry["status"] for entry in entries] == ["passed", "passed"]
    assert entries[0]["file"] == "src/weightlab/weights.py"


def test_files_with_another_systems_line_endings_are_read(solved):
    folder, environment = solved
    for path in (folder / "src" / "weightlab").glob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    entries = json.loads(run(CHECK, folder, environment))
    assert [entry["status"] for entry in entries] == ["passed", "passed"]


def test_the_learners_path_needs_nothing_that_only_posix_has(solved):
    """Forbid the modules and calls that Windows lacks, then check, hint and open the lab's tools."""
    folder, environment = solved
    forbidden = f"""
        import os, sys
        for name in {POSIX_ONLY}:
            sys.modules[name] = None
        for name in ("fork", "killpg", "setsid", "getuid", "geteuid", "setpgid", "sched_getaffinity", "WIFSIGNALED"):
            if hasattr(os, name):
                delattr(os, name)
    """
    entries = json.loads(run(textwrap.dedent(forbidden) + textwrap.dedent(CHECK), folder, environment))
    assert [entry["status"] for entry in entries] == ["passed", "passed"]
    use = """
        import labkit
        from labkit import data
        assert labkit.hint("dense").words and len(data.digits8().train_labels)
        labkit.progress()
        labkit.reset("dense")
        print("done")
    """
    assert "done" in run(textwrap.dedent(forbidden) + textwrap.dedent(use), folder, environment)
