"""Do nbgrader's own commands skip folders that are nobody's, and files that would run beside a notebook?"""

from __future__ import annotations

import shutil

from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from autograder.classroom import converters, times
from autograder.classroom.submission import MAX_SECRET


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_nothing_that_a_kernel_would_run_lies_beside_an_autograded_notebook(tmp_path):
    """JupyterLab starts a kernel in a notebook's folder, and Python looks there first."""
    submitted = tmp_path / "submitted" / "ann" / "01_weights"
    (submitted / "weightlab").mkdir(parents=True)
    odd = ("ipykernel_launcher.py", "json.py", "nbgrader_config.py", "x.html", "weightlab/weights.py", ".pth")
    for name in (*odd, "timestamp.txt", "submission_secret.txt"):
        (submitted / name).write_text(name)
    converter = Autograde(coursedir=CourseDirectory(root=str(tmp_path)))
    converters._copy_companions(converter, "01_weights", "ann")
    autograded = tmp_path / "autograded" / "ann" / "01_weights"
    assert "ipykernel_launcher.py" in names(autograded), "nbgrader's own command does not do what this is for"
    shutil.rmtree(autograded)
    converters.copy_companions(converter, "01_weights", "ann")
    assert names(autograded) == ["submission_secret.txt", "timestamp.txt"]


def test_links_and_folders_are_not_copied(tmp_path):
    submitted = tmp_path / "submitted" / "ann" / "01_weights"
    (submitted / "timestamp.txt").mkdir(parents=True)
    (tmp_path / "secret").write_text("seed")
    (submitted / "submission_secret.txt").symlink_to(tmp_path / "secret")
    converters.copy_companions(Autograde(coursedir=CourseDirectory(root=str(tmp_path))), "01_weights", "ann")
    assert not (tmp_path / "autograded").exists() or names(tmp_path / "autograded") == []


def test_of_a_long_file_only_what_grading_reads_is_copied(tmp_path):
    submitted = tmp_path / "submitted" / "ann" / "01_weights"
    submitted.mkdir(parents=True)
    for name in ("timestamp.txt", "submission_secret.txt"):
        (submitted / name).write_bytes(b"7" * 2**20)
    converters.copy_companions(Autograde(coursedir=CourseDirectory(root=str(tmp_path))), "01_weights", "ann")
    autograded = tmp_path / "autograded" / "ann" / "01_weights"
    sizes = {path.name: path.stat().st_size for path in autograded.iterdir()}
    assert sizes == {"timestamp.txt": times.MAX_BYTES, "submission_secret.txt": MAX_SECRET}


def test_what_is_handed_out_is_copied_whole(tmp_path):
    source = tmp_path / "source" / "01_weights"
    source.mkdir(parents=True)
    (source / "picture.png").write_text("x")
    converter = GenerateAssignment(coursedir=CourseDirectory(root=str(tmp_path), student_id="."))
    converters.copy_companions(converter, "01_weights", ".")
    assert names(tmp_path / "release") == ["01_weights/picture.png"]
