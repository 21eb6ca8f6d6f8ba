"""Sets up one shared JupyterHub environment in which every user has their own copy of the course."""

from __future__ import annotations

import json
import os
import stat
import sys
import sysconfig
from pathlib import Path

from ..paths import HUB_COPY, ROOT, SOLUTIONS
from .folder import ClassroomError

_ON_PATH = '''"""Puts each user's own copy of the course before the shared one; written by `weightlab hub-setup`."""

import os
import sys

home = os.path.join(os.path.expanduser("~"), {folder!r})
try:
    # Of the user whose process this is, and nobody else: root does not run what a student wrote.
    own = os.stat(os.path.join(home, "autograder", "paths.py")).st_uid == os.geteuid()
except OSError:
    own = False
if own:
    sys.path[:0] = [os.path.join(home, "src"), home]
'''
_NBGRADER = '''"""nbgrader on this hub, for students and instructors; written by `weightlab hub-setup`.

Wherever a server is rooted, chapters are fetched into the user's own copy, and submitted with its library.
"""

from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader gives it and the next)

own, classroom = Path.home() / {folder!r}, Path.home() / "classroom"
if (own / "solutions").is_dir():  # an instructor's, who has a classroom or will have one
    load_subconfig("nbgrader_config.py", path=str(own))  # noqa: F821
    c.CourseDirectory.root = str(classroom)
if (classroom / "nbgrader_config.py").is_file():
    load_subconfig("nbgrader_config.py", path=str(classroom))  # noqa: F821
c.CourseDirectory.course_id = {course!r}
c.Exchange.root = {exchange!r}
if (own / "course").is_dir():
    c.Exchange.assignment_dir = str(own / "course")
c.ExchangeFactory.submit = "autograder.classroom.exchange.SubmitWithLibrary"
c.SubmitWithLibrary.library = str(own / "src" / "weightlab")
'''


def set_up(exchange: Path, course: str, prefix: Path = Path(sys.prefix)) -> list[Path]:
    """Write the files that a shared environment needs, and return them; this function may be called again at any time.

    Parameters
    ----------
    exchange : Path
        nbgrader's exchange, which is created if it does not exist.
    course : str
        The course's name in nbgrader.
    prefix : Path
        The environment.

    Raises
    ------
    ClassroomError
        If students could read the answers, or could not read the course.
    """
    if SOLUTIONS.exists():
        raise ClassroomError(
            f"{ROOT} holds the answers, and every student on the hub could read them. Make a handout with "
            "`weightlab handout /opt/weightlab/course`, install it in this environment with "
            "`python -m pip install --no-deps -e /opt/weightlab/course`, and run the command again."
        )
    for folder in (ROOT, prefix):
        if closed := _closed(folder):
            raise ClassroomError(
                f"Students cannot read {folder}, because {closed} is closed to them. Move {folder} into /opt."
            )
    kernel = prefix / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    if not kernel.is_file():
        raise ClassroomError(f"{kernel} is missing: install the course's requirements.txt into this environment.")
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(prefix), "platbase": str(prefix)}))
    written = {
        kernel: json.dumps(_with_own_copy(json.loads(kernel.read_text(encoding="utf-8"))), indent=1) + "\n",
        packages / "weightlab_own_copy.py": _ON_PATH.format(folder=HUB_COPY),
        packages / "weightlab_own_copy.pth": "import weightlab_own_copy\n",
        prefix / "etc" / "jupyter" / "nbgrader_config.py": _NBGRADER.format(
            folder=HUB_COPY, course=course, exchange=str(exchange)
        ),
        prefix / "etc" / "jupyter" / "jupyter_server_config.d" / "weightlab.json": json.dumps(
            {"ServerApp": {"jpserver_extensions": {"autograder.learner.own_copy": True}}}, indent=1
        )
        + "\n",
    }
    before = os.umask(0o022)  # students enter the new folders, too
    try:
        for path, text in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o644)
        if not exchange.is_dir():
            exchange.mkdir(parents=True)
            # Everybody may add a course there, and nobody may remove another's.
            exchange.chmod(0o1777)
    finally:
        os.umask(before)
    return [*written, exchange]


def _with_own_copy(kernel: dict) -> dict:
    """Return a kernel's description, changed so that notebooks import the user's own copy."""
    home = f"${{HOME}}/{HUB_COPY}"
    return kernel | {"env": kernel.get("env", {}) | {"PYTHONPATH": f"{home}/src:{home}"}}


def _closed(folder: Path) -> Path | None:
    """Return the first folder on the path that not everybody may enter."""
    for place in reversed([folder, *folder.parents]):
        mode = place.stat().st_mode
        if not mode & stat.S_IXOTH or (place == folder and not mode & stat.S_IROTH):
            return place
    return None
