"""Is a hub's shared environment set up so that everybody can read the course and nobody the answers?"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.classroom import hub
from autograder.classroom.folder import ClassroomError


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def machine(monkeypatch):
    """A course without answers and an environment, in a folder that, unlike pytest's own, everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name).resolve()
        base.chmod(0o755)
        made = SimpleNamespace(base=base, course=base / "course", prefix=base / "env", exchange=base / "srv/exchange")
        made.course.mkdir(mode=0o755)
        made.kernel = made.prefix / "share/jupyter/kernels/python3/kernel.json"
        made.kernel.parent.mkdir(parents=True)
        made.kernel.write_text(json.dumps({"argv": ["python"], "env": {"OMP_NUM_THREADS": "1"}}))
        monkeypatch.setattr(hub, "SOLUTIONS", made.course / "solutions")
        monkeypatch.setattr(hub, "ROOT", made.course)
        yield made


@pytest.fixture
def closed_mask():
    """Let this process write files that nobody else may read, unless it says otherwise."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_everybody_reads_what_is_written_and_kernels_import_the_users_own_copy(machine, closed_mask):
    first = hub.set_up(machine.exchange, "weightlab", machine.prefix)
    texts = [path.read_text() for path in first[:-1]]
    assert hub.set_up(machine.exchange, "weightlab", machine.prefix) == first, "it may be called again"
    assert [path.read_text() for path in first[:-1]] == texts and first[-1] == machine.exchange
    assert {rights(path) for path in first[:-1]} == {0o644} and rights(machine.exchange) == 0o1777
    packages = next(path.parent for path in first if path.suffix == ".pth")
    made = [packages, machine.prefix / "etc", machine.prefix / "etc/jupyter", machine.exchange.parent]
    assert {rights(folder) for folder in made} == {0o755}, "students enter the folders that it makes"
    home = "${HOME}/weightlab"
    kernel = json.loads(machine.kernel.read_text())
    assert kernel == {"argv": ["python"], "env": {"OMP_NUM_THREADS": "1", "PYTHONPATH": f"{home}/src:{home}"}}
    by_name = {path.name: path.read_text() for path in first[:-1]}
    for name in ("kernel.json", "weightlab.json"):  # people read and compare these
        assert by_name[name] == json.dumps(json.loads(by_name[name]), indent=1) + "\n"
    assert {path.suffix for path in first[:-1] if path.parent.name == "site-packages"} == {".py", ".pth"}
    assert by_name["weightlab_own_copy.pth"] == "import weightlab_own_copy\n"
    assert f"c.Exchange.root = {str(machine.exchange)!r}" in by_name["nbgrader_config.py"]
    extensions = json.loads(by_name["weightlab.json"])["ServerApp"]["jpserver_extensions"]
    assert extensions == {"autograder.learner.own_copy": True}


def test_an_exchange_that_is_there_keeps_its_rights(machine):
    machine.exchange.mkdir(parents=True, mode=0o755)
    hub.set_up(machine.exchange, "weightlab", machine.prefix)
    assert rights(machine.exchange) == 0o755


def test_an_environment_of_a_copy_with_answers_is_refused(machine):
    hub.SOLUTIONS.mkdir()
    with pytest.raises(ClassroomError, match="holds the answers"):
        hub.set_up(machine.exchange, "weightlab", machine.prefix)
    assert not machine.exchange.exists()


@pytest.mark.parametrize(("mode", "place"), [(0o754, "course"), (0o751, "course"), (0o700, "env")])
def test_a_folder_that_students_cannot_enter_is_named(machine, mode, place):
    (machine.base / place).chmod(mode)
    with pytest.raises(ClassroomError, match=f"Students cannot read .*{place}, because .*{place} is closed"):
        hub.set_up(machine.exchange, "weightlab", machine.prefix)


def test_what_is_above_the_course_need_not_be_listed(machine, monkeypatch):
    machine.course.chmod(0o751)
    monkeypatch.setattr(hub, "ROOT", machine.course / "inside")
    hub.ROOT.mkdir()
    assert hub.set_up(machine.exchange, "weightlab", machine.prefix)


def test_an_environment_without_the_course_s_packages_is_named(machine):
    machine.kernel.unlink()
    with pytest.raises(ClassroomError, match=r"kernel\.json is missing: install the course's requirements"):
        hub.set_up(machine.exchange, "weightlab", machine.prefix)
