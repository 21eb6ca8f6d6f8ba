"""Would a visitor on Binder get the course? A clean clone, a plain user, no network, one core, two gigabytes."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.jupyter import quiet
from autograder.paths import ROOT, SOLUTIONS
from tests.jupyterlab import require_browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HEAVIEST = "01_weights"
VISITOR = 1000
TWO_GIGABYTES = 2 * 10**9
# Root's home may hold the Python that runs this; in a namespace of its own the visitor can reach that much of it.
REACHABLE = """
set -e
ip link set lo up
base={base}
if ! setpriv --reuid {uid} --clear-groups test -x "$base/bin"; then
    kept=$(mktemp -d); mount --bind "$base" "$kept"
    top=/$(echo "$base" | cut -d/ -f2); mount -t tmpfs tmpfs "$top"; mkdir -p "$base"; mount --bind "$kept" "$base"
fi
exec setpriv --reuid {uid} --regid {uid} --clear-groups env -i HOME={home} PATH={path} LANG=C.UTF-8 \
    PYTHONPATH={clone}:{clone}/src taskset -c 0 {python} -m tests.binder.rehearse {clone} {chapters}
"""


@pytest.fixture(scope="module")
def rehearsal():
    require_browser()
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "taskset", "ip"))):
        pytest.skip("without root, a visitor on Binder was not rehearsed (it needs another user and no network)")
    quiet()
    # Not in pytest's folder, which is root's alone.
    top = Path(tempfile.mkdtemp(prefix="visitor-"))
    clone = top / "clone"
    subprocess.run(["git", "clone", "--quiet", f"file://{ROOT}", clone], check=True)
    for source in (SOLUTIONS / "weightlab").glob("*.py"):
        shutil.copy2(source, clone / "src" / "weightlab")
    top.chmod(0o755)
    subprocess.run(["chown", "-R", str(VISITOR), top], check=True)
    words = {
        "base": sys.base_prefix, "uid": VISITOR, "home": top, "clone": clone, "python": sys.executable,
        "path": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }  # fmt: skip
    script = REACHABLE.format(
        **{k: shlex.quote(str(v)) for k, v in words.items()}, chapters=f"00_start_here {HEAVIEST}"
    )
    done = subprocess.run(["unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", script],
                          cwd=clone, capture_output=True, text=True, timeout=600)  # fmt: skip
    shutil.rmtree(top, ignore_errors=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("chapter", ["00_start_here", HEAVIEST])
def test_a_chapter_runs_for_a_visitor(rehearsal, chapter):
    seen = rehearsal["chapters"][chapter]
    assert seen["cards"] >= 1
    assert seen["errors"] == []
    assert seen["console"] == []
    assert "/user/visitor-weightlab-x7k2/lab" in seen["address"]


def test_nobody_is_asked_about_news(rehearsal):
    assert rehearsal["news"] == 0


def test_it_fits_in_binders_memory(rehearsal):
    print(f"peak {rehearsal['peak'] / 2**20:.0f} MiB")
    assert 0 < rehearsal["peak"] < TWO_GIGABYTES
