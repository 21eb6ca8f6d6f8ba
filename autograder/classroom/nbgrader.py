"""nbgrader as it is configured in a classroom: its gradebook, its released notebooks, and its late penalty."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .folder import ClassroomError, write_file

CONFIG_FILE = "nbgrader_config.py"
CONFIG = '''"""nbgrader in this classroom: Weightlab's autograder, and the folder of this file."""

from pathlib import Path

import autograder

c = get_config()  # noqa: F821  (nbgrader gives it and the next)
load_subconfig("nbgrader_config.py", path=str(Path(autograder.__file__).parent.parent))  # noqa: F821
c.CourseDirectory.root = str(Path(__file__).parent)
'''


def load_app(root: Path) -> Any:
    """Return nbgrader as it is configured in a folder, without its warnings about files that are not there.

    Raises
    ------
    ClassroomError
        If the configuration cannot be run.
    """
    from nbgrader.apps.baseapp import NbGrader

    if (
        str(root) not in sys.path
    ):  # so that plug-ins beside the configuration are found, as when nbgrader is started there
        sys.path.append(str(root))
    app = NbGrader(log_level=logging.ERROR, raise_config_file_errors=True)
    try:
        app.initialize([], root=str(root))
    except Exception as error:  # a configuration is a program, so it may raise any error
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        raise ClassroomError(
            f"nbgrader's configuration cannot be read: {type(error).__name__}: {error}{line}. Fix nbgrader_config.py "
            "in the classroom or the project, then run the same command again."
        ) from None
    app.deinit_logging()
    return app


def write_config(classroom: Path) -> None:
    """Let nbgrader and Formgrader find their way when they are started in the classroom.

    A configuration that an instructor wrote there first, a penalty for instance, stays, below what it needs.
    """
    path = classroom / CONFIG_FILE
    own = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    if "load_subconfig" in own or "from __future__" in own:
        return
    write_file(path, "\n".join(filter(None, [CONFIG, own])).encode())


class Configuration:
    """What nbgrader's configuration says of a classroom.

    Parameters
    ----------
    classroom : Path
        The class's folder.

    Raises
    ------
    ClassroomError
        If it cannot be read, or names a penalty plug-in that does not exist.
    """

    def __init__(self, classroom: Path) -> None:
        from nbgrader.preprocessors import AssignLatePenalties
        from traitlets import TraitError

        app = load_app(classroom)
        self.url: str = app.coursedir.db_url
        self.course: str = app.coursedir.course_id
        self.source = Path(app.coursedir.format_path(app.coursedir.source_directory, ".", "."))
        try:
            late = AssignLatePenalties(config=app.config)
            plugin = late.plugin_class(config=app.config)
        except TraitError as error:
            raise ClassroomError(
                f"nbgrader's configuration names a late penalty plug-in that does not exist: {error} "
                "Fix nbgrader_config.py in the classroom."
            ) from None
        self.penalty: Callable[[str, float, float], float | None] = plugin.late_submission_penalty
        about = {name: str(value) for name, value in plugin.trait_values(config=True).items()}
        self.penalty_name = f"{late.plugin_class.__module__}.{late.plugin_class.__qualname__} {sorted(about.items())}"
        """The penalty plug-in and its settings, which pages depend on."""


def read_released(chapter: str, course: Path) -> dict:
    """Return a chapter's notebook as it was handed out.

    Raises
    ------
    ClassroomError
        If there is none.
    """
    path = course / chapter / f"{chapter}.ipynb"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ClassroomError(f"{path} is missing: run `weightlab release`, or name a chapter that exists.") from None
