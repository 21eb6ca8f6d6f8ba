"""Writes the handout: the course without its answers, in a separate folder, for a class."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from .. import release
from ..exercises import CHAPTERS
from ..paths import ROOT
from . import exchange, github

_HANDED_OUT = (
    *("autograder", "binder", "src/labkit", ".devcontainer", ".vscode"),
    *("CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "requirements.txt", ".gitattributes"),
    "docs/assistant.md",
)
_STUDENT_README = """# Weightlab

A course of notebooks on what the weights of a neural network are. You need Python 3.11 or newer. This command sets
everything up and opens JupyterLab at the first page:

    make study

Without make, type these commands (on Windows, `py` instead of `python3`, and `.venv\\Scripts` instead of `.venv/bin`):

    python3 -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/weightlab study

Write your functions in `src/weightlab/`. In a notebook, the cell with `check("weighted_sum")` tests the function
`weighted_sum`. You can do the same in a terminal:

    .venv/bin/weightlab check weighted_sum      # the same check
    .venv/bin/weightlab hint weighted_sum       # one more hint for a function
    .venv/bin/weightlab status                  # what is solved, and what is next

If the hints do not help, or if a check seems to be wrong, ask your instructor. Name the function, and quote the check's
message.

`.venv/bin/weightlab submit 01_weights` packs a chapter into a zip. Submit this zip unchanged.
If your class uses nbgrader's exchange, submit a chapter with your library from the Assignment List in JupyterLab's
Nbgrader menu.
"""


def write_handout(target: Path, github_classroom: Iterable[str] = ()) -> list[Path]:
    """Write the course without answers, references, misconceptions or history into a new folder.

    Parameters
    ----------
    target : Path
        The new folder.
    github_classroom : iterable of str
        Chapters whose points GitHub Classroom is to report; none if it is not used.

    Raises
    ------
    FileExistsError
        If the folder exists and is not empty, or is inside the project, which might then be copied into itself.
    """
    release.require_sources()
    if target.resolve().is_relative_to(ROOT):
        raise FileExistsError(f"{target} is inside the project. Choose a folder outside it for the handout.")
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(f"{target} is not empty. Choose a new folder for the handout.")
    built = release.build()
    release.prove(built)
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info", ".ipynb_checkpoints", "test_*.py")
    for name in _HANDED_OUT:
        source, copy = ROOT / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=unwanted)
        elif source.exists():
            shutil.copy2(source, copy)
    shutil.copy2(ROOT / "autograder" / "test_library.py", target / "autograder" / "test_library.py")
    for path, content in built.items():
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    texts = {"README.md": _STUDENT_README} | exchange.student_configs()
    if chapters := [CHAPTERS[name] for name in github_classroom]:
        texts[github.PLACE] = github.write_workflow(chapters)
    for name, text in texts.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8")
    changes = (target / "CHANGELOG.md").read_text(encoding="utf-8")
    (target / "CHANGELOG.md").write_text(_unlink_what_stays(changes, target), encoding="utf-8")
    (target / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    return sorted(path for path in target.rglob("*") if path.is_file())


def _unlink_what_stays(text: str, target: Path) -> str:
    """Turn links to guides that are not handed out into plain text."""
    return re.sub(
        r"\[([^\]]+)\]\((docs/[^)#]+)[^)]*\)", lambda link: link[0] if (target / link[2]).exists() else link[1], text
    )
