"""Builds everything that is generated: the notebooks, the stubs and the public answer keys."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from . import glossary, markers, released_notebooks
from .chapter_notebook import KERNEL, ReleaseError, make_notebook
from .exercise import Exercise
from .exercises import CHAPTERS, EXERCISES
from .judging import key, reference
from .judging.compare import compare
from .judging.observation import agree
from .judging.slips import PATH, Slip, making, pack, read_released
from .paths import COURSE, KEYS, LIBRARY, ROOT, SOLUTIONS, shown
from .submitted_notebook import dump_notebook

MANIFEST = KEYS / "released.json"
MEND = "weightlab release"


def release() -> list[Path]:
    """Write the files that are stale, and return their paths.

    Raises
    ------
    ReleaseError
        If a file to be written was edited by a student, or a built file is not fit to be released.
    """
    built = build()
    edited = [path for path in built if _edited(path)]
    if edited:
        names = ", ".join(shown(path) for path in edited)
        raise ReleaseError(
            f"Edited since the last release, so nothing was written: {names}. Move your version elsewhere "
            f"(or `git checkout` the file), then run {MEND} again."
        )
    prove(built)
    for folder in (LIBRARY, COURSE):
        for bytecode in list(folder.rglob("__pycache__")):
            shutil.rmtree(bytecode)
    changed = [path for path, content in built.items() if not _fresh(path, content)]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(built[path])
    obsolete = _obsolete(built)
    for path in obsolete:
        path.unlink()
    MANIFEST.write_text(
        json.dumps({_name(path): _digest(path.read_bytes()) for path in sorted(built)}, indent=1) + "\n"
    )
    return changed + obsolete


def check() -> list[str]:
    """Return one sentence for each generated file that differs from what the sources give."""
    built = build()
    prove(built)
    problems = []
    for path, content in built.items():
        if not path.exists():
            problems.append(f"{shown(path)} is missing.")
        elif not _fresh(path, content):
            kept = "was edited: move your version elsewhere, or `git checkout` it" if _edited(path) else "is stale"
            problems.append(f"{shown(path)} {kept}.")
    return problems + [f"{shown(path)} no longer has a source." for path in _obsolete(built)]


def require_sources() -> None:
    """Make sure that this copy of the project can build: a student's copy holds no reference."""
    if not SOLUTIONS.exists():
        raise ReleaseError(
            "This copy of the course holds no solutions/, from which everything is built. Use the whole "
            "course, not a handout."
        )


def build() -> dict[Path, bytes]:
    """Build every generated file in memory."""
    require_sources()
    built: dict[Path, bytes] = {}
    for source in sorted((SOLUTIONS / "weightlab").glob("*.py")):
        stub = markers.strip_module(source.read_text(encoding="utf-8"), shown(source))
        built[LIBRARY / source.name] = stub.encode()
    for source in sorted((SOLUTIONS / "notebooks").glob("*.md")):
        built[COURSE / source.stem / f"{source.stem}.ipynb"] = dump_notebook(build_notebook(source))
    for source in sorted((SOLUTIONS / "notebooks").glob("weights_taking_shape.*")):
        built[COURSE / "00_start_here" / source.name] = source.read_bytes()
    built[COURSE / "glossary" / "glossary.ipynb"] = _build_glossary()
    slips = {}
    for chapter in CHAPTERS.values():
        for exercise in chapter.exercises.values():
            if unknown := next((name for name in exercise.prerequisites if name not in EXERCISES), None):
                raise ReleaseError(
                    f"{exercise.declared}: {exercise.name} builds on {unknown!r}, which is not an exercise."
                )
        for name, (wrong, *_) in reference.misconceptions(chapter.module).items():
            if name not in chapter.exercises:
                file = f"solutions/misconceptions/{chapter.module}.py"
                raise ReleaseError(f"{file}: {wrong.name} is for {name!r}, which is not an exercise of {chapter.name}.")
        stubs = built[LIBRARY / f"{chapter.module}.py"].decode()
        keys = list(key.chapter_keys(chapter, key.PUBLIC_SEED).values())
        built[KEYS / f"{chapter.module}.key"] = key.pack(
            [replace(made, stub=_function(stubs, made.exercise)) for made in keys]
        )
        slips |= {made.exercise: _renew_slips(EXERCISES[made.exercise], made) for made in keys}
    built[KEYS / PATH.name] = pack(slips)
    notebooks = {name: json.loads(built[COURSE / name / f"{name}.ipynb"]) for name in CHAPTERS}
    built[KEYS / released_notebooks.PATH.name] = released_notebooks.pack(notebooks)
    return built


def build_notebook(source: Path, answers: bool = False) -> dict:
    """Return a notebook of the course as it is handed out, or with its answers; parameters as in `make_notebook`."""
    return make_notebook(source, CHAPTERS.get(source.stem), EXERCISES, answers)


def _renew_slips(exercise: Exercise, made: key.Key) -> tuple[str, list[Slip]]:
    """Return an exercise's slips as they were released, or make them again if their sources have changed."""
    current = making.digest(exercise, made)
    kept = read_released().get(exercise.name)
    return kept if kept and kept[0] == current else (current, making.make_slips(exercise, made))


def _build_glossary() -> bytes:
    sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted((SOLUTIONS / "notebooks").glob("*.md"))}
    try:
        cells = glossary.write_pages(sources)
    except glossary.GlossaryError as error:
        raise ReleaseError(f"solutions/notebooks/{error}") from None
    notebook = {
        "cells": [
            {"cell_type": "markdown", "id": f"glossary-{number:03d}", "metadata": {}, "source": text.splitlines(True)}
            for number, text in enumerate(cells)
        ],
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return dump_notebook(notebook)


def _function(text: str, name: str) -> str:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno]) + "\n"
    raise ReleaseError(f"{name} has no function in solutions/weightlab.")


def prove(built: dict[Path, bytes]) -> None:
    """Check that the built files contain no answer, and that every stub names its exercise.

    Raises
    ------
    ReleaseError
        If a file holds an answer, or a stub does not name its exercise; the message says which file and why.
    """
    for path, content in built.items():
        if path.suffix == ".ipynb":
            for cell in json.loads(content)["cells"]:
                if cell.get("outputs") or cell.get("execution_count") is not None:
                    raise ReleaseError(f"{shown(path)}: cell {cell['id']} holds an output.")
    for source, path in _pairs():
        text = _text(built[path], path)
        if "BEGIN SOLUTION" in text or "END SOLUTION" in text:
            raise ReleaseError(f"{shown(path)}: it still contains a solution marker.")
        for region in markers.regions(source.read_text(encoding="utf-8"), shown(source)):
            answer = "\n".join(line.strip() for line in region.body.splitlines() if line.strip())
            if answer in "\n".join(line.strip() for line in text.splitlines() if line.strip()):
                raise ReleaseError(f"{shown(path)}: the answer of {shown(source)}:{region.first + 1} is still there.")
    for exercise in EXERCISES.values():
        path = LIBRARY / f"{exercise.module}.py"
        if not _is_stub(built.get(path, b"").decode(), exercise):
            raise ReleaseError(f"{shown(path)}: {exercise.name} does not raise NotImplementedError with its name.")


def _pairs() -> Iterator[tuple[Path, Path]]:
    for source in sorted((SOLUTIONS / "weightlab").glob("*.py")):
        yield source, LIBRARY / source.name
    for source in sorted((SOLUTIONS / "notebooks").glob("*.md")):
        yield source, COURSE / source.stem / f"{source.stem}.ipynb"


def _text(content: bytes, path: Path) -> str:
    if path.suffix != ".ipynb":
        return content.decode()
    return "\n".join("".join(cell["source"]) for cell in json.loads(content)["cells"])


def _is_stub(text: str, exercise: Exercise) -> bool:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == exercise.name:
            last = node.body[-1]
            return (
                len(node.body) == 2
                and isinstance(last, ast.Raise)
                and ast.unparse(last) == f"raise NotImplementedError('{exercise.name} is not written yet')"
            )
    return False


def _obsolete(built: dict[Path, bytes]) -> list[Path]:
    """Return released files whose source is gone."""
    return [path for name in _manifest() if (path := ROOT / name) not in built and path.exists()]


def _manifest() -> dict[str, str]:
    return json.loads(MANIFEST.read_text()) if MANIFEST.exists() else {}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _edited(path: Path) -> bool:
    """Return whether a file exists and differs from the last release, so that it holds somebody's work."""
    if path.suffix == ".key" or not path.exists():
        return False
    recorded = _manifest().get(_name(path))
    return recorded is not None and _digest(path.read_bytes()) != recorded


def _fresh(path: Path, content: bytes) -> bool:
    """Return whether a file is what the sources give: text byte for byte, recorded numbers within tolerance."""
    if not path.exists():
        return False
    found = path.read_bytes()
    if path.suffix != ".key":
        return _digest(found) == _digest(content)
    if found == content:
        return True
    try:
        kept, made = key.unpack(found), key.unpack(content)
    except Exception:
        return False
    return list(kept) == list(made) and all(_alike(kept[name], made[name]) for name in made)


def _alike(kept: key.Key, made: key.Key) -> bool:
    """Return whether two keys judge alike: the same words and cases, and numbers that the judge treats as equal."""
    if (kept.stub, kept.arguments, len(kept.cases)) != (made.stub, made.arguments, len(made.cases)):
        return False
    if [(one.name, one.advice) for one in kept.mistakes] != [(one.name, one.advice) for one in made.mistakes]:
        return False
    if [one.call for one in kept.related] != [one.call for one in made.related]:
        return False
    for i, case in enumerate(made.cases):
        numbers = {"rtol": case.rtol, "atol": case.atol}
        if compare(key.packed(case), key.packed(kept.cases[i])) or compare(
            made.expected[i], kept.expected[i], **numbers
        ):
            return False
        pairs = zip(made.mistakes, kept.mistakes, strict=True)
        if not all(agree(case, one.observations[i], other.observations[i]) for one, other in pairs):
            return False
    return True
