"""What is a candidate started with: which program, user, files and environment?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.paths import CANDIDATE, ROOT
from autograder.sandbox import isolation
from autograder.sandbox.usage import find_family

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the sandbox")
WHOLE = "         0          0 4294967295\n"


def map_of(monkeypatch, text, pid=100, root=True):
    """Make this process's user root, or not, with such a map of ids."""
    read = Path.read_text
    monkeypatch.setattr(isolation.os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(isolation.os, "getpid", lambda: pid)
    monkeypatch.setattr(
        Path, "read_text", lambda path, *a, **k: text if path.name == "uid_map" else read(path, *a, **k)
    )
    monkeypatch.setattr(isolation, "_counter", iter(range(17)))


def test_each_sandbox_of_root_has_a_user_that_nobody_else_has(monkeypatch):
    map_of(monkeypatch, WHOLE)
    assert [isolation._worker_id() for _ in range(17)] == [0x70000000 + 1600 + k % 16 for k in range(17)]
    map_of(monkeypatch, WHOLE, pid=2**22)
    assert isolation._worker_id() == 0x70000000 + 2**26 % 2**24
    map_of(monkeypatch, f"0 0 {2**31 + 1}")
    assert isolation._worker_id() == 0x70000000 + 1600, "just enough ids"
    map_of(monkeypatch, WHOLE, root=False)
    assert isolation._worker_id() is None


def test_in_a_container_with_few_users_the_last_of_them_are_taken(monkeypatch):
    map_of(monkeypatch, "0 1000 1\n1 100000 65536\n")
    assert [isolation._worker_id(), isolation._worker_id()] == [65536 - 1 - 1600, 65536 - 1 - 1601]
    map_of(monkeypatch, "0 1000 30001\n")
    assert isolation._worker_id() is None, "ids near those of people"
    map_of(monkeypatch, "0 1000 30002\n")
    assert isolation._worker_id() == 30_001 - 1 - 1600


def test_without_a_sandbox_the_program_sees_the_labs_code_only(monkeypatch):
    map_of(monkeypatch, WHOLE)
    argv, environment = isolation.command_line("process")
    assert argv[0] == sys.executable and argv[1:6] == ["-P", "-s", "-S", "-B", str(CANDIDATE / "start.py")]
    assert argv[6:] == [f"--path={isolation._SITE}", f"--path={ROOT / 'src'}"]
    assert environment["PYTHONHASHSEED"] == "0" and environment["OMP_NUM_THREADS"] == "1"
    assert {"SYSTEMROOT", "TEMP", "TMP"} & set(environment) == {"SYSTEMROOT", "TEMP", "TMP"} & set(os.environ)
    assert isolation.command_line("process", None, True)[0][-1] == f"--path={ROOT}"
    assert isolation.command_line("user")[0][-1] == f"--user={0x70000000 + 1600}"


def test_root_starts_the_sandbox_without_a_namespace_of_users_and_others_in_one(monkeypatch):
    map_of(monkeypatch, WHOLE)
    argv, environment = isolation.command_line("bubblewrap", 5)
    assert "--unshare-user" not in argv and argv[argv.index("--cap-add") + 1] == "CAP_SETUID"
    assert argv[argv.index("--seccomp") + 1] == "5" and argv[-1] == f"--user={0x70000000 + 1600}"
    assert argv[-2] == "--sandboxed" and environment["HOME"] == "/tmp"
    map_of(monkeypatch, WHOLE, root=False)
    argv, _ = isolation.command_line("bubblewrap")
    at = argv.index("--unshare-user")
    assert argv[at : at + 7] == ["--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
    assert "--cap-add" not in argv and "--seccomp" not in argv and argv[-1] == "--sandboxed"
    after = argv[argv.index("--") + 1 :]
    assert after[1:6] == ["-P", "-s", "-S", "-B", "/autograder/candidate/start.py"]
    assert after[6:8] == ["--path=/site", "--path=/lab"]


def pairs(argv, option):
    return {argv[k + 2]: argv[k + 1] for k, word in enumerate(argv) if word == option}


def test_a_candidate_sees_the_lab_without_what_it_lends_and_a_notebook_sees_all(monkeypatch):
    seen = pairs(isolation._file_system(False), "--ro-bind")
    assert "/lab/labkit/data.py" in seen and "/lab/labkit" not in seen and "/lab/autograder" not in seen
    assert not [place for place in seen if place.startswith(("/lab/labkit/lent", "/lab/labkit/__pycache__"))]
    assert seen["/autograder/candidate"] == str(CANDIDATE) and seen["/site"] == str(isolation._SITE)
    kept = [f"/lab/labkit/data_files/{name}" for name in ("digits14_held_out.npz", "beyond.json")]
    assert {seen[name] for name in kept} == {"/dev/null"}
    whole = pairs(isolation._file_system(True), "--ro-bind")
    assert whole["/lab/labkit"].endswith("labkit") and "/lab/autograder" in whole and not set(kept) & set(whole)


def test_everything_is_read_only_but_a_small_tmp():
    argv = isolation._file_system(False)
    assert "--bind" not in argv
    assert argv[-10:] == (
        *("--perms", "1777", "--size", str(isolation.TEMPORARY_BYTES), "--tmpfs", "/tmp"),
        *("--remount-ro", "/", "--chdir", "/tmp"),
    )
    devices = [argv[k + 2] for k, word in enumerate(argv) if word == "--dev-bind"]
    assert devices == ["/dev/null", "/dev/urandom"]
    folders = [argv[k + 1] for k, word in enumerate(argv) if word == "--dir"]
    assert "/dev" in folders and "/autograder" in folders and "/" not in folders
    assert all(argv[k - 2 : k] == ("--perms", "0755") for k, word in enumerate(argv) if word == "--dir")
    for k, word in enumerate(argv):
        if word == "--tmpfs" and argv[k + 1] != "/tmp":
            assert argv[k + 2 : k + 4] == ("--remount-ro", argv[k + 1])


def test_the_files_of_python_are_seen_and_nothing_twice():
    files = isolation._python_files()
    base, version = Path(sys.base_prefix).resolve(), isolation._VERSION
    assert Path(sys.executable).resolve() in files
    library = base / "lib" / version if base in isolation._SYSTEM_PREFIXES else base / "lib"
    assert library in files
    for place in files.values():
        assert not set(place.parents) & set(files.values())
    loaded = isolation._loaded_libraries()
    assert loaded and all(path.is_file() for path in loaded)
    assert not [path for path in loaded if path.is_relative_to(isolation._SITE)]


def test_of_the_systems_own_folders_only_what_is_pythons_is_seen(monkeypatch, tmp_path):
    python = tmp_path / "lib" / isolation._VERSION
    python.mkdir(parents=True)
    (tmp_path / "lib64").mkdir()
    monkeypatch.setattr(isolation.sys, "base_prefix", str(tmp_path))
    seen = isolation._python_files.__wrapped__()
    assert tmp_path / "lib" in seen and tmp_path / "lib64" in seen, "a Python in a folder of its own"
    monkeypatch.setattr(isolation, "_SYSTEM_PREFIXES", (tmp_path,))
    seen = isolation._python_files.__wrapped__()
    assert python in seen and not {tmp_path / "lib", tmp_path / "lib64"} & set(seen)


def test_the_loader_of_programs_is_seen():
    seen = isolation._python_files().values()
    loaders = [path for folder in ("/lib", "/lib64") for path in Path(folder).glob("ld-linux*")]
    for loader in loaders:
        resolved = loader.parent.resolve() / loader.name
        assert {loader, resolved, *loader.parents, *resolved.parents} & set(seen), loader


def test_a_library_is_a_mapped_file_that_belongs_neither_to_a_package_nor_to_python(monkeypatch, tmp_path):
    site, prefix, other = tmp_path / "site", tmp_path / "python", tmp_path / "a folder"
    for folder in (site, prefix, other):
        folder.mkdir()
        (folder / "libone.so.1").write_text("x")
    (other / "data").write_text("x")
    mapped = [site / "libone.so.1", prefix / "libone.so.1", other / "libone.so.1", other / "libgone.so", other / "data"]
    maps = tmp_path / "maps"
    maps.write_text("".join(f"7f00-7f01 r-xp 00000000 08:01 123 {path}\n" for path in mapped))
    monkeypatch.setattr(isolation, "_SITE", site)
    monkeypatch.setattr(isolation.sys, "prefix", str(prefix))
    monkeypatch.setattr(isolation, "open", lambda path, **options: maps.open(**options), raising=False)
    assert isolation._loaded_libraries() == {other / "libone.so.1"}


def test_what_is_loaded_is_seen_whatever_folder_it_is_in(monkeypatch, tmp_path):
    """A library beside others is shown alone, with its other names; the system's folder is shown as a whole."""
    (tmp_path / "libown.so.1").write_text("x")
    (tmp_path / "libown.so").symlink_to("libown.so.1")
    (tmp_path / "libother.so").write_text("y")
    (tmp_path / "libgone.so").symlink_to("nothing")
    system, other = Path("/usr/lib"), tmp_path / "lib64"  # its name on Fedora and other systems
    other.mkdir()
    (other / "libz.so").write_text("z")
    (other / "liblater.so").write_text("z")
    monkeypatch.setattr(
        isolation, "_loaded_libraries", lambda: {tmp_path / "libown.so.1", system / "libz.so", other / "libz.so"}
    )
    files = isolation._python_files.__wrapped__()
    assert {tmp_path / "libown.so", tmp_path / "libown.so.1"} <= set(files)
    assert tmp_path / "libother.so" not in files and tmp_path not in files
    assert other in files
    assert system.resolve() in files.values() or any(system.resolve() in place.parents for place in files.values())


def test_the_traces_of_the_installation_are_hidden_inside_what_is_seen():
    hidden = isolation._hidden(False)
    assert ROOT in hidden and Path.home() in hidden
    assert set(isolation._SITE.glob("*.pth")) <= set(hidden)
    kept = {path.name for path in hidden if path.parent.name == "data_files"}
    assert kept == {"digits14_held_out.npz", "beyond.json"}
    assert not [path for path in isolation._hidden(True) if path.parent.name == "data_files"]


@pytest.fixture
def started(monkeypatch):
    """Start nothing, but note how a candidate would be started."""
    seen = SimpleNamespace(argv=None, options=None, group=None, fails=False, removed=0)

    class Fake:
        def __init__(self, argv, **options):
            seen.argv, seen.options = argv, options
            if fds := options.get("pass_fds"):
                seen.filter = os.read(fds[0], 10**5)
            if seen.fails:
                raise OSError(2, "No such file")

    class Group:
        def wrap(self, argv):
            return ["enter", *argv]

        def remove(self):
            seen.removed += 1

    monkeypatch.setattr(isolation, "Candidate", Fake)
    monkeypatch.setattr(isolation.cgroup, "make_group", lambda: Group() if seen.group else None)
    return seen


def test_a_sandbox_is_given_the_filter_and_its_control_group(started):
    candidate = isolation.start("bubblewrap")
    assert started.filter == (isolation.seccomp.program() or b"") and candidate.group is None
    assert Path(started.argv[0]).name == "bwrap" and started.options["env"]["HOME"] == "/tmp"
    assert started.options["bufsize"] == 0 and "cwd" not in started.options
    started.group = True
    assert isolation.start("bubblewrap").group is not None
    assert started.argv[0] == "enter" and Path(started.argv[1]).name == "bwrap"
    before = len(os.listdir("/dev/fd"))
    started.fails = True
    with pytest.raises(OSError, match="No such file"):
        isolation.start("bubblewrap")
    assert started.removed == 1 and len(os.listdir("/dev/fd")) == before


def test_without_a_sandbox_the_folder_is_not_the_notebooks(started):
    isolation.start("process")
    assert started.options["cwd"] != os.getcwd() and "pass_fds" not in started.options
    assert f"--path={ROOT}" not in started.argv, "the whole lab only if it is asked for"
    assert isolation.start("process", whole_lab=True) and started.argv[-1] == f"--path={ROOT}"


def _is_alive(state):
    try:
        return state.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_killing_ends_what_was_started_below_and_ending_closes_all():
    code = "import subprocess, sys, time\nsubprocess.Popen(['sleep', '60'])\nprint('ready', flush=True)\ntime.sleep(60)"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    candidate = isolation.Candidate([sys.executable, "-c", code], **pipes)
    candidate.stdout.readline()
    family = find_family(candidate.pid)
    assert len(family) == 2
    removed = []
    candidate.group = SimpleNamespace(remove=lambda: removed.append(True))
    isolation.end(candidate)
    assert candidate.returncode == -signal.SIGKILL and removed == [True]
    assert candidate.stdin.closed and candidate.stdout.closed and candidate.stderr.closed
    state, deadline = Path(f"/proc/{family[1]}/stat"), time.monotonic() + 10
    while (alive := _is_alive(state)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive
    isolation.end(candidate)  # twice does no harm


def test_links_to_the_systems_libraries_are_links_inside_as_well():
    links = {Path(place): target for place, target in pairs(isolation._file_system(False), "--symlink").items()}
    assert links == {path: os.readlink(path) for path in (Path("/lib"), Path("/lib64")) if path.is_symlink()}


def test_what_is_hidden_is_covered_only_inside_what_is_seen(monkeypatch, tmp_path):
    site, folder, file = tmp_path / "site", tmp_path / "site" / "own", tmp_path / "site" / "own.pth"
    folder.mkdir(parents=True)
    file.write_text("x")
    hidden = [folder, file, site, site / "gone.pth", tmp_path / "elsewhere"]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(isolation, "_SITE", site)
    monkeypatch.setattr(isolation, "_hidden", lambda whole_lab: hidden)
    argv = isolation._file_system.__wrapped__(False)
    covered = [place for place, source in pairs(argv, "--ro-bind").items() if source == "/dev/null"]
    emptied = [argv[k + 1] for k, word in enumerate(argv) if word == "--tmpfs"]
    assert covered == ["/site/own.pth"] and emptied == ["/site/own", "/tmp"]


def test_where_there_is_no_bubblewrap_its_name_is_called_and_not_found(monkeypatch):
    monkeypatch.setattr(isolation.shutil, "which", lambda name: None)
    assert isolation.command_line("bubblewrap")[0][0] == "bwrap"
    monkeypatch.setattr(isolation.shutil, "which", lambda name: f"/opt/{name}")
    assert isolation.command_line("bubblewrap")[0][0] == "/opt/bwrap"


def test_on_a_machine_whose_calls_are_unknown_the_sandbox_starts_without_a_filter(started, monkeypatch):
    monkeypatch.setattr(isolation.seccomp, "program", lambda: None)
    isolation.start("bubblewrap")
    assert started.filter == b"" and "--seccomp" not in started.argv


@pytest.mark.parametrize(
    ("places", "folders"),
    [
        (["/usr/bin/python3", "/usr/lib/python3.11"], None),
        (
            ["/opt/b/lib/libssl.so.3", "/opt/a/lib/libz.so", "/opt/a/lib/libm.so.6", "/opt/bin/python"],
            "/opt/a/lib:/opt/b/lib",
        ),
    ],
)
def test_libraries_that_are_shown_alone_are_found_by_the_loader(places, folders, monkeypatch):
    monkeypatch.setattr(isolation, "_python_files", lambda: {Path(place): Path(place) for place in places})
    assert isolation.command_line("bubblewrap")[1].get("LD_LIBRARY_PATH") == folders
