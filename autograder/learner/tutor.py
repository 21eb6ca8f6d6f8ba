"""Helps in steps: shows hints one at a time and the answer on request, and restores stubs."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import shutil
import textwrap
import time
from pathlib import Path

from labkit import store

from .. import markers
from ..exercise import Exercise, Question, Written
from ..judging import reference
from ..judging.key import public_keys
from ..library import UNPARSABLE, split_lines
from ..names import find_asked, find_written
from ..paths import LIBRARY, SOLUTIONS, shown
from . import written


def hint(name: str) -> tuple[str, str]:
    """Open one more hint; return its title and words."""
    asked = find_asked(name)
    if not asked.hints:
        return f"Hint for {name}", asked.task
    store.update("hints", lambda opened: opened | {name: _one_more(opened.get(name), len(asked.hints))})
    count = store.load("hints")[name]
    words = "\n".join(asked.hints[:count])
    if count == len(asked.hints):
        words += f"\nThat was the last hint{_source_of_the_answer(asked)}."
    return f"Hint {count} of {len(asked.hints)} for {name}", words


def _source_of_the_answer(asked: Exercise | Question) -> str:
    if not SOLUTIONS.exists():
        return "; your instructor has the answer"
    return "" if isinstance(asked, Question) else f'; `labkit.reveal("{asked.name}", sure=True)` shows the answer'


def _one_more(before: object, most: int) -> int:
    return min(before + 1 if type(before) is int and before > 0 else 1, most)


def reveal(name: str, sure: bool) -> tuple[str, str]:
    """Return an exercise's answer with the reason, or a written question's model answer, once the learner is sure."""
    asked = find_written(name) or find_asked(name)
    if isinstance(asked, Question):
        return name, "Your own code computes the number that a question asks for; the hints say how."
    if not SOLUTIONS.exists():
        return name, "This copy of the course holds no answers; ask your instructor."
    if sure is not True:
        first = (
            "Write your own answer first, then compare."
            if isinstance(asked, Written)
            else f'You learn most from one more try: `hint("{name}")` may be enough.'
        )
        return f"Show the answer to {name}?", (
            f'{first}\nIf you want to see the answer now, call `labkit.reveal("{name}", sure=True)`.'
        )
    if isinstance(asked, Written):
        return f"A model answer to {name}, and how it is marked", written.read_model_answer(asked)
    function = getattr(reference.module(asked.module), name)
    equation = markers.notes(function.__doc__).replace("``", "`")
    parts = [equation, _body(inspect.getsource(function)), asked.why]
    return f"One answer to {name}", "\n".join(part for part in parts if part)


def _body(source: str) -> str:
    """Return a function without its docstring and markers, each line as code."""
    node = ast.parse(textwrap.dedent(source)).body[0]
    lines = textwrap.dedent(source).splitlines()
    start = node.body[1].lineno - 1 if ast.get_docstring(node) else node.body[0].lineno - 1
    head = lines[: node.body[0].lineno - 1]
    body = [line for line in lines[start:] if "### " not in line and line.strip()]
    return "\n".join(f"`{line.replace('    ', '  ' * 2)}`" for line in [*head, *body])


def reset(name: str) -> tuple[str, str]:
    """Restore an exercise's stub; a copy of the file is kept beside the learner's record."""
    asked = find_asked(name)
    if not isinstance(asked, Exercise):
        return (
            f"{name} was not reset",
            f"{name} is a number in your notebook; only functions of the library can be reset.",
        )
    stub = split_lines(public_keys(asked.module)[name].stub)
    path = LIBRARY / f"{asked.module}.py"
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return f"{name} was not reset", f"{shown(path)} is not one of the library's own files, so it stays as it is."
    if not path.exists() or not path.read_bytes().strip():
        return _whole_file(name, path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except ValueError:
        return f"{name} was not reset", (
            f"{shown(path)} is not plain text in UTF-8. Save it as UTF-8, or take the whole file from a fresh copy of "
            "the course."
        )
    lines, places = split_lines(text), _places(name, text)
    place, also = places[-1] if places else None, ""
    if earlier := [str(one.start + 1) for one in places[:-1]]:
        where, these = ("lines", "the others") if len(earlier) > 1 else ("line", "one of them")
        where = f"{where} {' and '.join(earlier)}"
        also = f" {name} is also defined on {where}, but only the last definition has an effect: delete {these}."
    if place and lines[place] == stub:
        words = f"This function is still the original stub, so {shown(path)} stays as it is."
        return f"{name} was not reset", words + also
    kept = _keep(path)
    if place:
        lines[place] = stub
    else:
        lines += ["", "", *stub]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\r\n" if "\r\n" in text else "\n")
    words = f"The stub is in {shown(path)}. Your version is kept in {shown(kept)}.{also} {_REVERT}"
    try:
        ast.parse("\n".join(lines))
    except UNPARSABLE as error:
        where = f"line {line} of " if (line := getattr(error, "lineno", None)) else ""
        words += f" Python still cannot read {where}the file: fix that next."
    return f"{name} is the original stub again", words


_REVERT = (
    "If an editor offers Revert and Overwrite, choose Revert: Overwrite would undo the reset. In JupyterLab, File > "
    "Reload Python File from Disk shows the stub at once."
)


def _places(name: str, text: str) -> list[slice]:
    """Return the lines of each definition; in a file that Python cannot read, up to the next unindented definition."""
    try:
        nodes = ast.parse(text).body
    except UNPARSABLE:
        lines = split_lines(text)
        starts = [i for i, line in enumerate(lines) if re.match(rf"def\s+{name}\b", line)]
        return [slice(start, _end(lines, start)) for start in starts]
    return [
        slice(min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1, node.end_lineno)
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]


def _end(lines: list[str], start: int) -> int:
    follows = (i for i in range(start + 1, len(lines)) if re.match(r"(?:async )?def\s|class\s|@", lines[i]))
    end = next(follows, len(lines))
    return end - 2 if end < len(lines) and not "".join(lines[end - 2 : end]).strip() else end


def unwritable(error: OSError) -> str:
    """Say that a file could not be written."""
    return f"{error.filename or 'A file'} cannot be read or written ({error.strerror}), so nothing was changed."


def _keep(path: Path) -> Path:
    """Copy a file beside the learner's record, under a name that nothing has yet."""
    folder, name = store.FOLDER / "kept", f"{path.stem}-{time.strftime('%Y%m%d-%H%M%S')}"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{name}.py"
    for number in itertools.count(2):
        if not kept.exists():
            shutil.copy2(path, kept)
            return kept
        kept = folder / f"{name}-{number}.py"


def _whole_file(name: str, path: Path) -> tuple[str, str]:
    """Restore a module that is missing or empty: a stub alone would lack its imports."""
    source = SOLUTIONS / "weightlab" / path.name
    if not source.exists():
        return f"{name} was not reset", (
            f"{shown(path)} is missing or empty. Take the whole file from a fresh copy of the course."
        )
    path.write_text(markers.strip_module(source.read_text(encoding="utf-8"), shown(source)), encoding="utf-8")
    return f"{name} is the original stub again", (
        f"{shown(path)} was missing or empty, so the whole original file was restored. {_REVERT}"
    )
