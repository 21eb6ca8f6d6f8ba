"""Do the learner's tools work wherever the course is, and on systems without POSIX?"""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from tests.support.jupyterlab import course_copy

POSIX_ONLY = ["fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"]
POSIX_CALLS = [
    "fork",
    "wait4",
    "killpg",
    "setsid",
    "setpgid",
    "getuid",
    "geteuid",
    "getgid",
    "chown",
    "statvfs",
    "mkfifo",
    "sched_getaffinity",
    "WIFSIGNALED",
    "register_at_fork",
]


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
    from autograder.cli.main import main
    done = CliRunner().invoke(main, ["check", "apply_weight", "dense", "--json"], catch_exceptions=False)
    print(done.stdout)
"""


@pytest.fixture(scope="module", params=["a folder with spaces", "Übungen–数学"])
def elsewhere(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("place") / request.param
    return folder, course_copy(folder, solved=True)


def test_a_check_works_in_any_folder(elsewhere):
    folder, environment = elsewhere
    entries = json.loads(run(CHECK, folder, environment))
    assert [entry["status"] for entry in entries] == ["passed", "passed"]
    assert entries[0]["file"] == "src/weightlab/weights.py"


def test_files_with_another_systems_line_endings_are_read(elsewhere):
    folder, environment = elsewhere
    for path in (folder / "src" / "weightlab").glob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    entries = json.loads(run(CHECK, folder, environment))
    assert [entry["status"] for entry in entries] == ["passed", "passed"]


# What Windows lacks is removed here, and opening a file without naming its encoding is an error.
WITHOUT_POSIX = f"""
import os, sys, warnings
for name in {POSIX_ONLY}:
    sys.modules[name] = None
for name in {POSIX_CALLS}:
    if hasattr(os, name):
        delattr(os, name)
warnings.filterwarnings("error", category=EncodingWarning, module=r"(autograder|labkit|candidate)\\b")
"""


def test_the_learners_path_needs_nothing_that_only_posix_has(elsewhere, tmp_path):
    """Check, hint, reset, submit and use the lab's tools, the candidate's process included, without POSIX."""
    folder, environment = elsewhere
    candidate = folder / "autograder" / "candidate" / "start.py"
    (tmp_path / "start.py").write_text(
        f"{WITHOUT_POSIX}\nimport runpy\nrunpy.run_path({str(candidate)!r}, run_name='__main__')\n", encoding="utf-8"
    )
    there = (
        "from pathlib import Path\nfrom autograder.sandbox import isolation\n"
        f"isolation.CANDIDATE = Path({str(tmp_path)!r})\n"
    )
    environment = environment | {"PYTHONWARNDEFAULTENCODING": "1"}
    entries = json.loads(run(WITHOUT_POSIX + there + textwrap.dedent(CHECK), folder, environment))
    assert [entry["status"] for entry in entries] == ["passed", "passed"]
    use = """
        import labkit
        from autograder.learner import submit
        from autograder.cli.study import quiet
        from labkit import data
        assert labkit.hint("dense").words and len(data.digits8().train_labels)
        assert "Show the answer" in repr(labkit.reveal("dense"))
        assert "is the original stub again" in repr(labkit.reset("dense"))
        assert "Next: " in repr(labkit.progress())
        assert "01_weights/weightlab/weights.py" in submit.pack_submission("01_weights").contents
        quiet(Path("settings"))
        print("done")
    """
    assert "done" in run(WITHOUT_POSIX + there + textwrap.dedent(use), folder, environment)
