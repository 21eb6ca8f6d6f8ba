"""Does the kernel limit a sandbox's memory where control groups are delegated, and are other groups left alone?"""

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
    """A mount of control groups, as far as ordinary files can imitate one: a user's session in a slice."""
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


def test_a_group_that_holds_this_process_alone_is_divided(tree, monkeypatch):
    write_text, written = Path.write_text, []

    def note(path, text, *args, **kwargs):
        written.append((path.name, text))
        return write_text(path, text, *args, **kwargs)

    monkeypatch.setattr(Path, "write_text", note)
    let(tree / OWN, procs=f"{os.getpid()}\n{os.getppid()}\n")
    assert choose_parent(tree, OWN) == tree / OWN
    assert (tree / OWN / "weightlab-main" / "cgroup.procs").read_text() in (str(os.getpid()), str(os.getppid()))
    assert written[-2:] == [("cgroup.subtree_control", "+memory"), ("cgroup.subtree_control", "+pids")]


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
    """For root, who may write everywhere, systemd's own mark decides; for others, the file's permissions do."""
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
    (group.path / "memory.events").write_text("low 0\n")
    assert not group.ran_out_of_memory(), "a kernel that does not count it"
    (group.path / "memory.events").write_text("not a table\n")
    assert not group.ran_out_of_memory()
    (group.path / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    assert group.ran_out_of_memory()


@pytest.fixture
def bare():
    """A real cgroup v2 group without any controller, which can be entered, ended and removed."""
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


@pytest.fixture
def mounted(tree, monkeypatch):
    """The tree as this system's control groups, in which this process has a group that was divided already."""
    let(tree / OWN, subtree_control="memory pids")
    (tree / "mounts").write_text(f"cgroup2 {tree} cgroup2 rw 0 0\n")
    (tree / "own").write_text(f"0::/{OWN}\n")
    monkeypatch.setattr(cgroup, "_MOUNTS", tree / "mounts")
    monkeypatch.setattr(cgroup, "_OWN", tree / "own")
    monkeypatch.setattr(cgroup.time, "sleep", lambda seconds: None)
    cgroup._search.cache_clear()
    yield tree / OWN
    cgroup._search.cache_clear()


def test_groups_of_graders_that_were_killed_are_removed_and_no_others(mounted, monkeypatch):
    ended = subprocess.Popen(["true"])
    ended.wait()
    for name in (f"weightlab-{ended.pid}-0", f"weightlab-{os.getpid()}-77", "weightlab-main-0", "other-1-0"):
        (mounted / name).mkdir()
    removed = []
    monkeypatch.setattr(Group, "remove", lambda group: removed.append(group.path.name))
    assert cgroup.find_parent() == mounted
    assert removed[0] == f"weightlab-{ended.pid}-0" and len(removed) == 2
    assert removed[1].startswith(f"weightlab-{os.getpid()}-"), "its own, which it tried"
    assert removed[1] != f"weightlab-{os.getpid()}-77"


def test_a_group_that_no_process_may_enter_is_none(mounted, monkeypatch):
    monkeypatch.setattr(Group, "wrap", lambda self, argv: ["/bin/sh", "-c", "echo refused >&2; exit 1"])
    with pytest.raises(NoGroup, match=r"may not enter a group in .* \(refused\)"):
        cgroup.find_parent()
    assert cgroup.make_group() is None and "may not enter" in cgroup.why_not()


def test_where_groups_can_be_made_there_is_no_reason_and_each_is_another(mounted):
    assert cgroup.why_not() is None
    one, other = cgroup.make_group(), cgroup.make_group()
    assert one.path != other.path and one.path.parent == other.path.parent == mounted
    (mounted / "cgroup.procs").write_text("")
    argv = one.wrap(["echo", "inside"])
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "inside\n"
    assert (one.path / "cgroup.procs").read_text() == "0\n"
    mounted.chmod(0o500)
    try:
        if os.geteuid():
            assert cgroup.make_group() is None
    finally:
        mounted.chmod(0o700)


def test_a_group_gets_each_limit_that_the_kernel_knows(tree, monkeypatch):
    made = Path.mkdir

    def mkdir(path, *args, **kwargs):
        made(path, *args, **kwargs)
        for name in ("memory.max", "memory.swap.max", "pids.max"):
            (path / name).write_text("max")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    path = cgroup._make(tree / OWN).path
    assert (path / "memory.swap.max").read_text() == "0" and (path / "pids.max").read_text() == "64"
    assert not (path / "memory.oom.group").exists(), "a file that this kernel does not have"


def test_where_memory_runs_out_all_of_a_group_ends(tree, monkeypatch):
    monkeypatch.setattr(Path, "exists", lambda path: True)
    assert (cgroup._make(tree / OWN).path / "memory.oom.group").read_text() == "1"


def test_ones_relatives_are_below_and_above_up_to_the_first_process(monkeypatch):
    stats = {"50": "50 (sh) x) S 7 50", "7": "7 (systemd) S 1", "1": "1 (init) S 0"}
    monkeypatch.setattr(cgroup, "_read", lambda path: stats.get(path.parent.name, ""))
    monkeypatch.setattr(cgroup, "find_family", lambda pid: [60, 61])
    monkeypatch.setattr(cgroup.os, "getppid", lambda: 50)
    assert cgroup._relatives() == [60, 61, 50, 7, 1]
    del stats["7"]
    assert cgroup._relatives() == [60, 61, 50, 7], "one that has ended meanwhile"


def test_a_group_that_takes_no_limits_is_removed(tree, monkeypatch):
    def refuse(path, *_, **__):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(NoGroup, match=r"accepts no limits \(Invalid argument\)"):
        cgroup._make(tree / OWN)
    assert not list((tree / OWN).glob("weightlab-*"))


def test_removing_waits_for_what_was_killed_and_gives_up_in_the_end(tmp_path, monkeypatch):
    slept = []
    monkeypatch.setattr(cgroup.time, "sleep", slept.append)
    group = tmp_path / "weightlab-1-1"
    group.mkdir()
    (group / "left").mkdir()
    Group(group).remove()
    assert group.exists() and sum(slept) == pytest.approx(0.5)
    assert (group / "cgroup.kill").read_text() == "1"
    (group / "cgroup.kill").unlink()
    (group / "left").rmdir()
    monkeypatch.setattr(Path, "write_text", lambda *_, **__: 1)
    Group(group).remove()
    assert not group.exists()
    Group(group).remove()  # it is already gone, which is not a failure
    assert not Group(group).ran_out_of_memory()


def test_a_group_is_divided_twice_without_harm_and_says_if_it_cannot_be(tree, monkeypatch):
    let(tree / OWN, procs=f"{os.getpid()}\n")
    cgroup._enable_memory(tree / OWN)
    cgroup._enable_memory(tree / OWN)
    (tree / OWN / "cgroup.subtree_control").unlink()
    (tree / OWN / "cgroup.subtree_control").mkdir()
    with pytest.raises(NoGroup, match="cannot be divided"):
        cgroup._enable_memory(tree / OWN)


@pytest.mark.parametrize("name", ["user.delegate", "trusted.delegate"])
def test_either_mark_of_systemd_hands_a_group_out(name, tree, monkeypatch):
    monkeypatch.setattr(cgroup, "_SYSTEMD", tree)
    monkeypatch.setattr(cgroup.os, "geteuid", lambda: 0)

    def getxattr(path, asked):
        if asked != name:
            raise OSError(61, "No data available")
        return b"1"

    monkeypatch.setattr(cgroup.os, "getxattr", getxattr)
    assert cgroup._is_ours(tree / OWN)
    monkeypatch.setattr(cgroup.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(cgroup.os, "getxattr", lambda path, asked: b"0")
    assert cgroup._is_ours(tree / OWN), "for others the permissions decide"


@pytest.mark.parametrize("closed", ["", "cgroup.procs"])
def test_a_group_that_may_not_be_written_is_not_ours(closed, tree, monkeypatch):
    monkeypatch.setattr(cgroup.os, "access", lambda path, how: Path(path) != tree / OWN / closed)
    assert not cgroup._is_ours(tree / OWN)
    with pytest.raises(NoGroup, match="no control group was handed"):
        choose_parent(tree, OWN)


def test_a_group_without_the_controller_is_not_divided(tree):
    let(tree / OWN, controllers="cpu pids")
    with pytest.raises(NoGroup, match="no control group was handed"):
        choose_parent(tree, OWN)


def test_nothing_above_the_mount_is_looked_at(tree):
    let(tree.parent, subtree_control="memory", procs="")
    let(tree / OWN, procs="")
    assert choose_parent(tree, OWN) == tree / OWN
