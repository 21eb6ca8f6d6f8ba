"""Is a sandbox's memory bounded by the kernel where control groups are handed out, and are others left alone?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.candidate import limits
from autograder.sandbox import cgroup
from autograder.sandbox.cgroup import Group, NoGroup, choose_parent
from autograder.sandbox.process import Runner
from tests.support.small import returning, verdict_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="control groups are Linux's")
OWN = "user.slice/session.scope"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A mount of control groups as far as files can be one: a user's session in a slice."""
    monkeypatch.setattr(cgroup, "_SYSTEMD", tmp_path / "no systemd")
    for folder in (tmp_path, tmp_path / "user.slice", tmp_path / OWN):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (("controllers", "cpu memory pids"), ("subtree_control", ""), ("procs", "")):
            (folder / f"cgroup.{name}").write_text(content)
    return tmp_path


def let(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        (folder / f"cgroup.{name}").write_text(content)
    return folder


def test_a_group_that_was_divided_already_is_taken(tree):
    let(tree / OWN, subtree_control="memory pids")
    assert choose_parent(tree, OWN) == tree / OWN


def test_the_nearest_group_above_is_taken(tree):
    let(tree, subtree_control="memory")
    let(tree / "user.slice", subtree_control="cpu memory")
    assert choose_parent(tree, OWN) == tree / "user.slice"


def test_a_group_that_holds_this_process_alone_is_divided(tree):
    let(tree / OWN, procs=f"{os.getpid()}\n{os.getppid()}\n")
    assert choose_parent(tree, OWN) == tree / OWN
    assert (tree / OWN / "weightlab-main" / "cgroup.procs").read_text() in (str(os.getpid()), str(os.getppid()))
    assert (tree / OWN / "cgroup.subtree_control").read_text() in ("+memory", "+pids")


def test_a_group_in_which_others_run_is_left_alone(tree):
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        let(tree / OWN, procs=f"{os.getpid()}\n1\n{2**22 + 5}\n")
        with pytest.raises(NoGroup, match="other programs run"):
            choose_parent(tree, OWN)
        assert not (tree / OWN / "weightlab-main").exists()
    finally:
        other.kill()
        other.wait()


def test_without_the_memory_controller_there_is_none(tree):
    let(tree, controllers="cpu pids")
    with pytest.raises(NoGroup, match="no memory controller"):
        choose_parent(tree, OWN)


def test_what_a_service_manager_keeps_is_not_taken(tree, monkeypatch):
    """Root may write everywhere: there systemd's own mark decides; for others the file's permissions do."""
    let(tree / OWN, subtree_control="memory")
    monkeypatch.setattr(cgroup, "_SYSTEMD", tree)
    monkeypatch.setattr(cgroup.os, "geteuid", lambda: 0)
    marks = {}
    monkeypatch.setattr(cgroup.os, "getxattr", lambda path, name: marks.get((str(path), name), b"0"))
    with pytest.raises(NoGroup, match="systemd-run --user --scope"):
        choose_parent(tree, OWN)
    marks[str(tree / OWN), "user.delegate"] = b"1"
    assert choose_parent(tree, OWN) == tree / OWN
    monkeypatch.setattr(cgroup.os, "access", lambda *_: False)
    with pytest.raises(NoGroup):
        choose_parent(tree, OWN)


def test_where_groups_are_mounted_and_which_is_ones_own_is_read():
    mounts = "tmpfs /sys tmpfs rw 0 0\ncgroup /sys/a cgroup rw 0 0\ncgroup2 /sys/unified cgroup2 rw 0 0\n"
    assert cgroup._mount(mounts) == Path("/sys/unified")
    assert cgroup._own("4:memory:/x\n0::/user.slice/a.scope\n") == "user.slice/a.scope"
    with pytest.raises(NoGroup):
        cgroup._mount("tmpfs /sys tmpfs rw 0 0\n")
    with pytest.raises(NoGroup):
        cgroup._own("4:memory:/x\n")


def test_a_group_gets_its_limits(tree):
    group = cgroup._make(tree / OWN)
    assert int((group.path / "memory.max").read_text()) == limits.MEMORY + cgroup.EXTRA
    (group.path / "memory.events").write_text("low 0\noom 1\noom_kill 0\n")
    assert not group.ran_out_of_memory()
    (group.path / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")
    assert group.ran_out_of_memory()


@pytest.fixture
def bare():
    """A real cgroup v2 group without any controller: to enter, to end and to remove."""
    try:
        mount = cgroup._mount(Path("/proc/self/mounts").read_text())
        path = mount / cgroup._own(Path("/proc/self/cgroup").read_text()) / f"weightlab-test-{os.getpid()}"
        path.mkdir()
    except (NoGroup, OSError) as reason:
        pytest.xfail(f"no control group was tried: {reason}")
    group = Group(path)
    yield group
    group.remove()


def test_a_program_is_in_its_group_from_its_first_step_and_all_of_it_ends_with_the_group(bare):
    # In one write each, as the two share the pipe.
    code = "import os, time\nif os.fork() == 0: os.setsid()\nos.write(1, b'%d\\n' % os.getpid())\ntime.sleep(60)"
    program = subprocess.Popen(bare.wrap([sys.executable, "-c", code]), stdout=subprocess.PIPE, text=True)
    pids = {int(program.stdout.readline()) for _ in range(2)}
    assert program.pid in pids, "another process stands between"
    assert {*map(int, (bare.path / "cgroup.procs").read_text().split())} == pids
    bare.remove()
    assert program.wait(timeout=20) == -9 or not (bare.path / "cgroup.kill").exists()
    program.kill()
    program.stdout.close()


@pytest.fixture
def grouped(monkeypatch):
    if reason := cgroup.why_not():
        pytest.xfail(f"memory is not bounded by a control group here: {reason}")
    monkeypatch.setattr(limits, "MEMORY", 2**27)


def test_memory_that_no_process_shows_is_bounded_by_the_group(grouped):
    hold = "kept = [open(f'/tmp/{i}', 'wb').write(bytes(2**20)) for i in range(15)] + [bytearray(2**27)]"
    with Runner("bubblewrap", time_limit=20.0) as runner:
        runner.ensure_started()
        group = runner._process.group
        verdict = verdict_of(runner, returning("2.0", f"def hold():\n    {hold}\n    return kept\nheld = hold()"))
        assert verdict.status in ("crashed", "error")
    assert not group.path.exists()


def test_why_there_is_none_is_one_sentence():
    reason = cgroup.why_not()
    assert reason is None or (reason and "\n" not in reason)
