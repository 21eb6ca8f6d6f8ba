"""Does the sandbox, started by root and by a plain user, keep the promises of docs/security.md?"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.examine import run_exercise
from autograder.paths import ROOT
from autograder.sandbox import isolation, process, seccomp, selftest
from autograder.sandbox.process import Runner
from autograder.sandbox.selftest import _PROMISES, self_test
from autograder.sandbox.usage import find_family
from tests.support import plain_user
from tests.support.small import exercise, returning, verdict_of

REASON = selftest.why_not()
AS_ROOT = os.name == "posix" and os.geteuid() == 0
USERS = ("root", "a plain user") if AS_ROOT else ("a plain user",)
sandboxed = pytest.mark.skipif(bool(REASON), reason=f"no sandbox was tried: {REASON}")


@pytest.fixture(scope="module", params=USERS)
def promises(request):
    """The self-test's table for each kind of user that is possible here."""
    if REASON:
        pytest.skip(f"no sandbox was tried: {REASON}")
    if request.param == "root" or not AS_ROOT:
        return {promise: (holds, seen) for promise, holds, seen in self_test()}
    if reason := plain_user.why_not():
        pytest.skip(f"not tried as a plain user: {reason}")
    code = "import json; from autograder.sandbox.selftest import self_test; print(json.dumps(self_test()))"
    done = plain_user.run([*plain_user.program(), "-c", code], timeout=300)
    assert done.returncode == 0, done.stderr
    return {promise: (holds, seen) for promise, holds, seen in json.loads(done.stdout)}


@pytest.mark.parametrize("promise", _PROMISES)
def test_a_promise_holds(promise, promises):
    holds, seen = promises[promise]
    assert holds, seen


@pytest.fixture(scope="module")
def runner():
    with Runner("bubblewrap", time_limit=5.0) as started:
        yield started


@sandboxed
def test_the_covered_files_are_seen_as_nothing(runner):
    """Are the traces of the installation, which name the project's folder, invisible?"""
    found = returning(
        "[n for f in ('/site', '/lab') for r, d, fs in os.walk(f) if r.count('/') < 3 for n in d + fs"
        " if n.endswith('.pth') and os.path.getsize(os.path.join(r, n)) or n == 'autograder']",
        "import os",
    )
    assert verdict_of(runner, found, expected=[]).status == "passed"


@sandboxed
def test_no_file_in_sight_names_the_project(runner):
    text = returning(
        "any(needle in open(f, 'rb').read() for f in files)",
        f"""
import os
needle = {str(ROOT).encode()!r}
files = [os.path.join(r, n) for top in ("/autograder", "/lab") for r, _, names in os.walk(top) for n in names]
files += [os.path.join("/site", n) for n in os.listdir("/site") if os.path.isfile(os.path.join("/site", n))]
files = [f for f in files if os.path.isfile(f) and not f.endswith(".pyc")]  # what is covered is no file
assert len(files) > 50
""",
    )
    assert verdict_of(runner, text, expected=False).status == "passed"


@sandboxed
def test_what_the_lab_lends_to_notebooks_answers_no_exercise(runner):
    """Are the clinic's backward passes, the given trainer and the given ReLU out of reach in every form?"""
    found = returning(
        "there",
        """
import importlib, os, sys
there = []
for name in ("clinic", "given_training", "passes"):
    try:
        there.append(importlib.import_module(f"labkit.{name}").__name__)
    except ImportError:
        pass
kept_back = ("clinic.c", "clinic.p", "given_t", "passes")
there += [n for _, folders, names in os.walk("/lab/labkit") for n in names if n.startswith(kept_back)]
there += [n for m in list(sys.modules.values()) for n in vars(m) if n == "relu"]
import labkit.data
""",
    )
    assert verdict_of(runner, found, expected=[]).status == "passed"


@sandboxed
def test_the_lab_s_training_data_is_there_and_the_network_to_adapt(runner):
    text = returning("[len(data.digits14_train()[0]), len(data.pretrained_reader())]", "from labkit import data")
    assert verdict_of(runner, text, expected=[4000, 3]).status == "passed"


@sandboxed
def test_what_one_exercise_writes_the_next_does_not_find(runner):
    assert verdict_of(runner, returning("2.0", "open('/tmp/note', 'w').write('answers')")).status == "passed"
    found = returning("float(len(os.listdir('/tmp')))", "import os")
    assert verdict_of(runner, found, expected=0.0).status == "passed"


@sandboxed
@pytest.mark.skipif(seccomp.program() is None, reason=f"no system-call filter is known for {platform.machine()}")
def test_the_second_way_to_system_calls_is_shut(runner):
    """Does a call by its x32 number, or a namespace by way of clone, fail as the plain one does?"""
    text = returning(
        "[libc.syscall(n, *a) for n, a in calls]",
        """
import ctypes
libc = ctypes.CDLL(None)
calls = [(0x40000000 + 41, (2, 2, 0)), (56, (0x10000000 | 17, 0, 0, 0, 0)), (435, (0, 0))]
""",
    )
    if platform.machine() == "x86_64":
        assert verdict_of(runner, text, expected=[-1, -1, -1]).status == "passed"


@sandboxed
def test_a_sandbox_ends_with_the_autograder_that_started_it():
    """Is nothing left some seconds after the autograder was killed in the middle of an exercise?"""
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from autograder.sandbox.process import Runner
from autograder.examine import run_exercise
from tests.support.small import exercise
made, key = exercise()
with Runner("bubblewrap", time_limit=3.0) as runner:
    runner.ensure_started()
    print(runner.pid, flush=True)
    run_exercise(made, key, {{"small": b"def answer():\\n    while True: pass"}}, "library", runner)
"""
    autograder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    sandbox = int(autograder.stdout.readline())
    time.sleep(0.5)
    family = find_family(sandbox)
    assert len(family) == 3
    autograder.kill()
    autograder.wait()
    autograder.stdout.close()

    def alive():
        found = []
        for pid in family:
            with contextlib.suppress(OSError):
                os.kill(pid, 0)
                if " Z " not in Path(f"/proc/{pid}/stat").read_text():
                    found.append(pid)
        return found

    deadline = time.monotonic() + 15
    while alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        assert alive() == []
    finally:
        for pid in alive():
            os.kill(pid, signal.SIGKILL)


@sandboxed
def test_a_sandbox_lets_everything_else_go_first(runner):
    lower = returning("os.getpriority(os.PRIO_PROCESS, 0)", "import os")
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert verdict_of(runner, lower, expected=min(19, own + 10)).status == "passed"
    with Runner() as beside:
        assert verdict_of(beside, lower, expected=own).status == "passed"


@sandboxed
def test_two_sandboxes_of_root_have_users_of_their_own():
    if AS_ROOT:
        process.end_kept()  # a test of workers may have asked to keep them
        users = set()
        for _ in range(2):
            with Runner("bubblewrap") as runner:
                made, key = exercise()
                text = b"import os\ndef answer():\n    return [os.getuid(), os.getgid(), os.getgroups()]"
                uid, gid, groups = run_exercise(made, key, {"small": text}, "library", runner).cases[0][0]["value"]
                assert uid == gid > 60_000 and groups == []
                users.add(uid)
        assert len(users) == 2


def test_the_weaker_isolation_is_chosen_by_its_name_only():
    with pytest.raises(ValueError, match="bubblewrap, user, process"):
        isolation.start("none")


def test_without_bubblewrap_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    said = selftest.why_not()
    assert "apt install bubblewrap" in said and "\n" not in said


def test_elsewhere_than_on_linux_one_sentence_says_so(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "needs Linux" in selftest.why_not()


def test_without_a_filter_of_system_calls_no_sandbox_is_used(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: "/usr/bin/bwrap")
    monkeypatch.setattr(seccomp.platform, "machine", lambda: "riscv64")
    assert "riscv64" in selftest.why_not()
    assert not all(kept for _, kept, _ in selftest.self_test())


@pytest.mark.parametrize(
    ("files", "said", "remedy"),
    [
        ({"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n"}, "bwrap: setting up uid map", "AppArmor"),
        ({"/proc/sys/kernel/unprivileged_userns_clone": "0\n"}, "bwrap: No permissions", "unprivileged_userns_clone=1"),
        ({"/proc/sys/user/max_user_namespaces": "0\n"}, "bwrap: Creating new namespace", "max_user_namespaces=10000"),
        ({"/.dockerenv": ""}, "bwrap: No permissions to create new namespace", "container"),
        ({"/run/.containerenv": ""}, "bwrap: No permissions to create new namespace", "container"),
        ({}, "bwrap: Unknown option --perms", "too old"),
        ({}, "bwrap: something new", "docs/security.md"),
    ],
)
def test_the_remedy_fits_the_reason(files, said, remedy, monkeypatch):
    def read_text(path, *_, **__):
        if str(path) in files:
            return files[str(path)]
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", read_text)
    monkeypatch.setattr(Path, "exists", lambda path: str(path) in files)
    assert remedy in selftest._remedy(said)


def test_the_self_test_says_why_it_cannot_be_run(monkeypatch):
    monkeypatch.setattr(selftest, "why_not", lambda: "No bubblewrap here.")
    assert self_test() == [("student code runs in a sandbox", False, "No bubblewrap here.")]


def test_the_weaker_isolation_keeps_the_promises_that_it_can():
    """Which promises hold without a sandbox? The limits do; those on what can be seen and reached do not."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the limits are tried on Linux")
    with Runner("process", time_limit=1.0) as runner:
        for text in ("import time\ndef answer():\n    time.sleep(9)", "def answer():\n    while True: pass"):
            assert verdict_of(runner, text).status == "timeout"
        assert verdict_of(runner, returning("np.ones(10**9)")).status == "error"
