"""nbgrader as it is configured in a classroom: its gradebook, its released notebooks, and its late penalty."""

from __future__ import annotations

import ast
import json
import logging
import re
import stat
import sys
import tokenize
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..library import UNPARSABLE, split_lines
from .folder import ClassroomError, write_file

CONFIG_FILE = "nbgrader_config.py"
CONFIGURATIONS = tuple(f"{app}_config.{kind}" for app in ("jupyter", "nbgrader") for kind in ("py", "json"))
"""What nbgrader reads in a course's folder, in the folder where it starts, and in Jupyter's own folders."""
CONFIG = '''"""nbgrader in this classroom: Weightlab's autograder, and the folder of this file."""

from pathlib import Path

import autograder

c = get_config()  # noqa: F821  (nbgrader gives it and the next)
load_subconfig("nbgrader_config.py", path=str(Path(autograder.__file__).parent.parent))  # noqa: F821
c.CourseDirectory.root = str(Path(__file__).parent)
'''
_ENCODING = re.compile(r"\A((?:[ \t\f]*(?:#.*)?\n)?[ \t\f]*#.*?coding[:=][ \t]*)[-\w.]+")
"""The line that declares a source's encoding, which may be the first or the second line."""


def load_app(root: Path) -> Any:
    """Return nbgrader as it is configured in a folder, without its warnings about missing files.

    Raises
    ------
    ClassroomError
        If the configuration cannot be run.
    """
    from nbgrader.apps.baseapp import NbGrader

    # So that plug-ins beside the configuration are found, as when nbgrader is started there.
    if str(root) not in sys.path:
        sys.path.append(str(root))
    app = NbGrader(log_level=logging.ERROR, raise_config_file_errors=True)
    try:
        app.initialize([], root=str(root))
    except Exception as error:  # a configuration is a program, so it may raise any error
        raise _unreadable(error) from None
    app.deinit_logging()
    return app


def _unreadable(error: Exception) -> ClassroomError:
    return ClassroomError(
        f"nbgrader's configuration cannot be read: {_said(error)}. Fix nbgrader_config.py "
        "in the classroom or the project, then run the same command again."
    )


def _said(error: Exception) -> str:
    """Return an error's message, without a period at the end."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    return f"{type(error).__name__}: {error}".rstrip(".: ")


def write_config(classroom: Path, last: str = "") -> None:
    """Configure nbgrader and Formgrader so that they can be started in the classroom.

    Whatever an instructor configured there before, such as a penalty, stays below the lines that are added.

    Parameters
    ----------
    last : str, optional
        Lines that have to be at the end.

    Raises
    ------
    ClassroomError
        If Python cannot read the configuration that is there.
    """
    path = classroom / CONFIG_FILE
    own, mode = "", 0o644
    try:
        if path.exists():
            with tokenize.open(path) as file:
                own = file.read()
            mode = stat.S_IMODE(path.stat().st_mode)  # it may hold a password
        tree = ast.parse(own)
    except UNPARSABLE as error:
        raise _unreadable(error) from None
    text = own
    if not any(map(_loads_the_projects, ast.walk(tree))):
        imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        first = imports[-1].end_lineno if imports else 0  # Python wants these imports above everything else
        lines = split_lines(own)
        parts = ["\n".join(lines[:first]), CONFIG, "\n".join(lines[first:])]
        text = "\n".join(filter(None, parts)).rstrip("\n") + "\n"
    if last not in text:
        text = f"{text.rstrip()}\n{last}"
    if text != own:
        write_file(path, _ENCODING.sub(r"\1utf-8", text).encode(), mode)


def _loads_the_projects(node: ast.AST) -> bool:
    """Return whether a call loads the configuration of the project itself, or of a folder that loads it."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load_subconfig"):
        return False
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any(text.endswith(CONFIG_FILE) for text in texts)


class Configuration:
    """What nbgrader's configuration says about a classroom.

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
        named = app.config.AssignLatePenalties.get("plugin_class")
        remedy = "Fix nbgrader_config.py in the classroom."
        try:
            late = AssignLatePenalties(config=app.config)
            kind = late.plugin_class
        except TraitError:
            raise ClassroomError(
                f"nbgrader's configuration names a late penalty plug-in that does not exist: {named!r}. {remedy}"
            ) from None
        except Exception as error:  # the plug-in's module is also a program
            raise ClassroomError(f"The late penalty plug-in {named!r} cannot be loaded: {_said(error)}.") from None
        try:
            plugin = kind(config=app.config)
        except TraitError as error:
            raise ClassroomError(
                f"The late penalty plug-in does not accept this setting: {_said(error)}. {remedy}"
            ) from None
        self.penalty: Callable[[str, float, float], float | None] = plugin.late_submission_penalty
        about = {name: str(value) for name, value in plugin.trait_values(config=True).items()}
        self.penalty_name = f"{kind.__module__}.{kind.__qualname__} {sorted(about.items())}"
        """The penalty plug-in and its settings, which pages depend on."""


def read_released(chapter: str, course: Path) -> dict:
    """Return a chapter's notebook as it was handed out.

    Raises
    ------
    ClassroomError
        If the chapter has no released notebook.
    """
    path = course / chapter / f"{chapter}.ipynb"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ClassroomError(f"{path} is missing: run `weightlab release`, or name a chapter that exists.") from None
