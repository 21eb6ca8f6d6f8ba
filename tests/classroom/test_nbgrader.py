"""Does a classroom's nbgrader find the project, whatever configuration an instructor wrote there first?"""

from __future__ import annotations

import stat

import pytest

from autograder.classroom import nbgrader
from autograder.classroom.folder import ClassroomError
from autograder.paths import COURSE

OWN = {
    "a word in a comment": "# nbgrader's load_subconfig is not used here, nor from __future__ import anything\n",
    "another file is loaded": 'load_subconfig("mine.py")\n',
    "a text": '"""Says load_subconfig("nbgrader_config.py") in its text."""\n',
    "an import from the future": '"""Mine."""\nfrom __future__ import annotations\nfrom __future__ import division\n',
    "an encoding": "# -*- coding: latin-1 -*-\n# Müller\n",
    "an encoding and the future": "#!/bin/python\n# coding: latin-1\n# Müller\nfrom __future__ import annotations\n",
}


@pytest.mark.parametrize("kind", OWN)
def test_whatever_is_in_a_configuration_the_project_is_found_and_ones_own_lines_count(tmp_path, monkeypatch, kind):
    monkeypatch.chdir("/")  # nbgrader reads the configuration of the current folder, too
    (tmp_path / "mine.py").write_text("")
    path = tmp_path / nbgrader.CONFIG_FILE
    own = OWN[kind] + 'c = get_config()\nc.CourseDirectory.course_id = "Müller"\n'
    path.write_bytes(own.encode("latin-1" if "latin-1" in own else "utf-8"))
    nbgrader.write_config(tmp_path)
    once = path.read_bytes()
    nbgrader.write_config(tmp_path)
    assert path.read_bytes() == once
    found = nbgrader.Configuration(tmp_path)
    assert (found.source, found.course) == (COURSE, "Müller")


@pytest.mark.parametrize(
    ("own", "loaded"),
    [
        ("x = 1\n", False),
        ("from pathlib import Path\nx = Path()\n", False),
        ('print("nbgrader_config.py")\n', False),
        ('c.f("nbgrader_config.py")\n', False),
        ('load_subconfig("mine.py", path=None)\n', False),
        ('load_subconfig("nbgrader_config.py", path="/project")\n', True),
    ],
)
def test_the_project_is_loaded_above_ones_own_lines_unless_these_load_it(tmp_path, own, loaded):
    path = tmp_path / nbgrader.CONFIG_FILE
    path.write_text(own)
    nbgrader.write_config(tmp_path)
    assert path.read_text() == (own if loaded else f"{nbgrader.CONFIG}\n{own}")


def test_what_a_penalty_is_set_to_is_part_of_its_name(tmp_path):
    names = set()
    for percent in (10, 20):
        own = "c = get_config()\nc.AssignLatePenalties.plugin_class = 'autograder.classroom.late.PercentPerDay'\n"
        (tmp_path / nbgrader.CONFIG_FILE).write_text(f"{own}c.PercentPerDay.percent = {percent}\n")
        names.add(nbgrader.Configuration(tmp_path).penalty_name)
    assert len(names) == 2


@pytest.mark.parametrize("broken", [b"# coding: nonsense\n", b"# \xff\n", b"c = (\n", b"\0"])
def test_a_configuration_that_python_cannot_read_stays_and_is_named(tmp_path, broken):
    path = tmp_path / nbgrader.CONFIG_FILE
    path.write_bytes(broken)
    with pytest.raises(ClassroomError, match="configuration cannot be read"):
        nbgrader.write_config(tmp_path, "# more\n")
    assert path.read_bytes() == broken


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("1 / 0\n", "ZeroDivisionError: division by zero. Fix"),
        ("import nothing_of_this_name\n", "ModuleNotFoundError: No module named 'nothing_of_this_name'. Fix"),
        ("eval('(')\n", "SyntaxError: '(' was never closed (line 1). Fix"),
        ("raise SyntaxError('odd.')\n", "SyntaxError: odd. Fix"),
    ],
)
def test_a_configuration_that_fails_is_said_in_one_sentence(tmp_path, own, words):
    (tmp_path / nbgrader.CONFIG_FILE).write_text(own)
    with pytest.raises(ClassroomError) as refused:
        nbgrader.Configuration(tmp_path)
    assert f"configuration cannot be read: {words}" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "setting", "words"),
    [
        ("late.Nobody", "", "names a late penalty plug-in that does not exist: 'late.Nobody'. Fix nbgrader_config.py"),
        ("late_and_broken.Plugin", "", "'late_and_broken.Plugin' cannot be loaded: SyntaxError: '(' was never closed"),
        ("late_and_failing.Plugin", "", "'late_and_failing.Plugin' cannot be loaded: ZeroDivisionError"),
        (
            "autograder.classroom.late.PercentPerDay",
            "c.PercentPerDay.percent = 'ten'",
            "does not accept this setting: TraitError: The 'percent' trait",
        ),
    ],
)
def test_what_is_wrong_with_a_penalty_is_said_in_one_sentence(tmp_path, kind, setting, words):
    (tmp_path / "late_and_broken.py").write_text("x = (\n")
    (tmp_path / "late_and_failing.py").write_text("1 / 0\n")
    own = f"c = get_config()\nc.AssignLatePenalties.plugin_class = {kind!r}\n{setting}\n"
    (tmp_path / nbgrader.CONFIG_FILE).write_text(own)
    nbgrader.write_config(tmp_path)
    with pytest.raises(ClassroomError) as refused:
        nbgrader.Configuration(tmp_path)
    assert words in str(refused.value) and "object at" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_configuration_that_is_closed_to_others_stays_closed(tmp_path):
    path = tmp_path / nbgrader.CONFIG_FILE
    path.write_text('get_config().CourseDirectory.db_url = "postgresql://ada:s3cr3t@host/class"\n')
    path.chmod(0o600)
    nbgrader.write_config(tmp_path, "# more\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.read_text().endswith("\n# more\n")


def test_a_log_file_that_is_configured_is_not_kept_open(tmp_path):
    own = f"get_config().NbGrader.logfile = {str(tmp_path / 'log.txt')!r}\n"
    (tmp_path / nbgrader.CONFIG_FILE).write_text(own)
    before = len(nbgrader.load_app(tmp_path).log.handlers)
    assert len(nbgrader.load_app(tmp_path).log.handlers) == before <= 1
