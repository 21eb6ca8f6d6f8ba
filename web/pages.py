"""Builds the pages to read: the chapters with the figures that the reference draws, and without its answers."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import nbformat

from autograder import release
from autograder.paths import COURSE, ROOT, SOLUTIONS
from autograder.version import release_name

HERE = Path(__file__).parent
CHAPTERS = sorted(path.stem for path in (SOLUTIONS / "notebooks").glob("*.md"))
GLOSSARY = "glossary"
_NO_OUTPUT = re.compile(
    r"^\s*(?:labkit\.)?(?:check|hint|reveal|progress|concept_test|calibration|keepsake)\(", re.MULTILINE
)
"""Cells that show a learner's progress, of which a page has none."""
_MADE = """````{raw} html
<picture>
<source media="(prefers-reduced-motion: reduce)" srcset="_static/weights_taking_shape.png">
<img class="made" src="_static/weights_taking_shape.webp" alt="Twelve images of weights begin
as noise, and nine of them take shape during training; beside them, the answer to a digit becomes a clear 3.">
</picture>
````

*You will train a network like this one, with functions that you write.*"""
_IMAGE = re.compile(r'src="data:image/png;base64,([^"]+)"')
_PICTURE = re.compile(r"!\[([^\]\"]*)\]\(([\w-]+\.(?:webp|png))\)")
_LINK = re.compile(r"\]\(\.\./\w+/(\w+)\.ipynb(#[^)]*)?\)")
_LIBRARY = re.compile(r"\[([^\[\]]+)\]\(\.\./\.\./(src/weightlab/\w+\.py)\)")


def execute(names: Iterable[str], folder: Path) -> dict[str, Any]:
    """Run notebooks with the reference as the library, naming each on the terminal, and return them.

    Parameters
    ----------
    names : iterable of str
        As ``"01_weights"``.
    folder : Path
        A new folder in which they run.
    """
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for source, place in (
        ("autograder", "autograder"),
        ("src/labkit", "src/labkit"),
        ("solutions/weightlab", "src/weightlab"),
    ):
        shutil.copytree(ROOT / source, folder / place, ignore=ignored)
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{folder / 'src'}"}
    done = {}
    for name in names:
        click.echo(f"Running {name} with the reference.")
        path = folder / "course" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(release.build_notebook(SOLUTIONS / "notebooks" / f"{name}.md", answers=True), path)
        command = [
            sys.executable,
            "-m",
            "jupyter",
            "nbconvert",
            "--to",
            "notebook",
            "--execute",
            "--inplace",
            path.name,
        ]
        ran = subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"{name} could not be run with the reference:\n{ran.stderr[-3000:]}")
        done[name] = nbformat.read(path, as_version=4)
    return done


def write_page(name: str, executed: Any, figures: Path) -> str:
    """Return a chapter's page as MyST Markdown: the released text and code, and what the reference's run showed.

    Parameters
    ----------
    name : str
        The chapter.
    executed : notebook
        As `execute` returns it.
    figures : Path
        The folder into which the figures are written.
    """
    released = nbformat.read(COURSE / name / f"{name}.ipynb", as_version=4)
    shown = {cell.id: cell.outputs for cell in executed.cells if cell.cell_type == "code"}
    parts = []
    for cell in released.cells:
        if cell.cell_type == "markdown":
            parts.append(_with_links(cell.source))
        elif cell.source.strip():
            parts.append(f"```python\n{cell.source}\n```")
            if "nbgrader" not in cell.metadata and not _NO_OUTPUT.search(cell.source):
                parts += [_output(output, figures) for output in shown.get(cell.id, ())]
    head, *rest = parts
    return "\n\n".join(filter(None, [head, _ways(f"course/{name}/{name}.ipynb"), *rest])) + "\n"


def _output(output: Any, figures: Path) -> str:
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```" if output.name == "stdout" else ""
    data = output.get("data", {})
    if "text/html" in data:
        page = _IMAGE.sub(lambda found: _write_figure(found[1], figures), data["text/html"])
        return f'````{{raw}} html\n<div class="shown">{page}</div>\n````'
    text = data.get("text/plain", "")
    return f"```text\n{text}\n```" if text else ""


def _write_figure(encoded: str, figures: Path) -> str:
    content = base64.b64decode(encoded)
    name = f"{hashlib.sha256(content).hexdigest()[:16]}.png"
    figures.mkdir(parents=True, exist_ok=True)
    (figures / name).write_bytes(content)
    return f'loading="lazy" src="_static/figures/{name}"'


def _with_links(text: str) -> str:
    """Let links lead to pages, and links to the library into the course in the browser."""

    def page(found: re.Match) -> str:
        return f"]({found[1]}.md{(found[2] or '').lower()})"

    def library(found: re.Match) -> str:  # in HTML: MyST takes a link to anything but its pages for a place on this one
        return f'<a href="{_in_browser(found[2])}">{found[1]}</a>'

    text = _LIBRARY.sub(library, _LINK.sub(page, text))
    return _PICTURE.sub(r'<img class="made" alt="\1" src="_static/\2">', text)


def _in_browser(path: str) -> str:
    return f"lite/lab/index.html?path={quote(path)}"


def _ways(path: str) -> str:
    """Return the line below a page's title that says where the page can be worked on."""
    binder = f"https://mybinder.org/v2/gh/weightlab/weightlab/main?urlpath={quote(f'lab/tree/{path}', safe='')}"
    return (
        '````{raw} html\n<p class="ways">'
        f'<a class="way" href="{_in_browser(path)}">Work on this chapter in the browser</a> '
        f'<a class="way" href="{binder}">on Binder</a> <a class="way" href="index.html#at-home">at home</a></p>\n````'
    )


def build(target: Path, executed: Callable[[Path], dict[str, Any]] = lambda folder: execute(CHAPTERS, folder)) -> None:
    """Write the pages into a new folder.

    Parameters
    ----------
    target : Path
        The folder.
    executed : callable
        Runs the notebooks in a folder, and returns those that become pages.
    """
    with tempfile.TemporaryDirectory(prefix="weightlab-pages-") as made:
        source = Path(made) / "source"
        shutil.copytree(HERE / "static", source / "_static")
        notebooks = executed(Path(made) / "run")
        for name, notebook in notebooks.items():
            page = write_page(name, notebook, source / "_static" / "figures")
            (source / f"{name}.md").write_text(page, encoding="utf-8")
        glossary = nbformat.read(COURSE / GLOSSARY / f"{GLOSSARY}.ipynb", as_version=4)
        words = "\n\n".join(_with_links(cell.source) for cell in glossary.cells)
        (source / f"{GLOSSARY}.md").write_text(words + "\n", encoding="utf-8")
        (source / "index.md").write_text(_write_front(source / "_static", list(notebooks)), encoding="utf-8")
        command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", str(HERE)]
        command += ["-D", f"html_static_path={source / '_static'}", str(source), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
        if done.returncode or "ERROR" in done.stderr:
            raise RuntimeError(f"The pages could not be built:\n{done.stderr[-3000:]}")
    for leftover in (".doctrees", "_sources"):
        shutil.rmtree(target / leftover, ignore_errors=True)


def _write_front(static: Path, names: list[str]) -> str:
    """Return the front page; its moving image shows what readers will make, and is still if they prefer that."""
    text = (HERE / "front.md").read_text(encoding="utf-8")
    moving = COURSE / CHAPTERS[0] / "weights_taking_shape.webp"
    for picture in [*COURSE.glob("*/*.webp"), *COURSE.glob("*/*.png")]:
        shutil.copy2(picture, static)
    chapters = "\n".join(f"{name}.md" for name in [*names, GLOSSARY])
    text = text.replace("MADE", _MADE if moving.is_file() else "").replace("CHAPTERS", chapters)
    return text.replace("RELEASE", release_name()["version"])
