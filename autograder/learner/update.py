"""Updates a copy that is in use to a new release of the course, and loses nothing of the learner's work."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..version import digest_of, is_older, version_of
from . import cells, merge
from .clones import has_marks
from .kept import free_folder, keep, write_whole
from .manifest import UpdateError, is_released, read_manifest

_LIBRARY, _COURSE = "src/weightlab", "course"
_LEFT_ALONE = (".git", ".venv", ".weightlab", "classroom", "build")
_OURS = ("autograder", "benchmarks", "binder", "docs", "solutions", "src/labkit", "tests")
"""Folders that only a release writes; an update deletes from them what a new release no longer has."""


@dataclass
class Report:
    """The effects of an update, file by file, as paths relative to the copy's folder."""

    kept_in: Path
    version_before: str
    version: str
    digest_before: str = ""
    digest: str = ""
    replaced: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether the copy was up to date already."""
        return not (self.replaced or self.added or self.removed or self.merged)

    @property
    def name(self) -> str:
        """Name the release that the copy was updated to, and the one before; neither is newer by its digest alone."""
        if self.version_before != self.version:
            return f"{self.version}, updated from {self.version_before}"
        if self.digest_before == self.digest:
            return self.version
        return (
            f"{self.version} ({self.digest}). Before, it was {self.digest_before}. Both have the same version number, "
            "so the number does not show which release is newer"
        )


def require_fit(release: Path, copy: Path) -> None:
    """Refuse, before anything is changed, a release that is the copy itself, older than it, or somebody's own work.

    The solutions of somebody who has worked in the release would replace the copy's stubs.
    """
    if release.resolve() == copy.resolve():
        raise UpdateError("The release is this copy itself. Give the folder or archive of the new release.")
    version, current = version_of(release), version_of(copy)
    if is_older(version, current):
        raise UpdateError(f"That release, {version}, is older than this copy, {current}. Nothing was changed.")
    for name, digest in read_manifest(release).items():
        path = release / name
        if name.startswith((f"{_LIBRARY}/", f"{_COURSE}/")) and path.is_file() and not is_released(path, digest):
            raise UpdateError(
                f"{name} has been edited in that release, so nothing was changed. Download the release again, or clone "
                "it into a new folder, and update from there."
            )


def update(release: Path, copy: Path, before: Mapping[str, str] | None = None) -> Report:
    """Update a copy to a release, and keep everything that is replaced under ``.weightlab/kept/DATE/``.

    Parameters
    ----------
    release : Path
        The new release's folder.
    copy : Path
        The copy in use.
    before : mapping of str to str, optional
        The digests of the copy's files before anybody edited them; by default those that the copy itself records.
    """
    require_fit(release, copy)
    before = read_manifest(copy) if before is None else before
    after = read_manifest(release)
    digests = digest_of(copy), digest_of(release)
    report = Report(free_folder(copy), version_of(copy), version_of(release), *digests)
    whole = (copy / "solutions").is_dir()  # a class's handout has neither answers nor tests, and gets none
    names = [name for name in _files(release) if whole or (copy / name.partition("/")[0]).exists()]
    wanted = {name: (release / name).read_bytes() for name in names}
    wanted |= _merge_library(release, copy, before, report)
    notebooks, moved = _merge_notebooks(release, copy, before, report)
    wanted |= notebooks
    _refuse_marks(copy, report)
    for name in report.left:
        wanted.pop(name, None)
    ours = [name for folder in _OURS if (copy / folder).is_dir() for name in _files(copy, folder)]
    gone = {name for name in before if name not in after and not name.startswith(f"{_LIBRARY}/")} | {*ours, *moved}
    obsolete = sorted(name for name in gone - set(wanted) - set(report.left) if (copy / name).is_file())
    report.kept_in.mkdir(parents=True)
    try:
        for name, content in wanted.items():
            _replace(copy, name, content, report)
        for name in obsolete:
            keep(copy, [name], report.kept_in)
            (copy / name).unlink()
            report.removed.append(name)
            _remove_empty(copy, (copy / name).parent)
    finally:
        _write_record(report)
    if report.nothing:
        shutil.rmtree(report.kept_in)
    return report


def _refuse_marks(copy: Path, report: Report) -> None:
    """Refuse a copy in which files hold the marks of a conflict that was committed with them.

    Choosing one side of each conflict would be wrong: git compares lines, and may have mixed two functions. And git
    undoes such a merge only if no file has changed since.
    """
    marked = [name for name in report.left if (copy / name).is_file() and has_marks(copy / name)]
    if marked:
        raise UpdateError(
            f"{marked[0]} contains git's conflict markers, so nothing was changed. If you committed a merge, undo it "
            "with `git revert --mainline 1 HEAD`; otherwise remove the markers by hand. Then update again."
        )


def undo(copy: Path) -> list[str]:
    """Undo the last update; return the files that were restored.

    The library and the notebooks as they are now are kept as well, because the learner may have continued to work.

    Raises
    ------
    UpdateError
        If there is no update to undo.
    """
    records = sorted((copy / ".weightlab" / "kept").glob("*/update.json"))
    if not records:
        raise UpdateError("There is no update to undo.")
    folder = records[-1].parent
    done = json.loads(records[-1].read_text(encoding="utf-8"))
    written_in = [name for name in [*done["added"], *done["kept"]] if name.startswith((f"{_LIBRARY}/", f"{_COURSE}/"))]
    keep(copy, written_in, free_folder(copy, "-undone"))
    for name in done["added"]:
        (copy / name).unlink(missing_ok=True)
        if (copy / name).parent.is_dir():
            _remove_empty(copy, (copy / name).parent)
    for name in done["kept"]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, copy / name)
    records[-1].rename(folder / "undone.json")
    return [*done["kept"], *done["added"]]


def _merge_library(release: Path, copy: Path, before: dict[str, str], report: Report) -> dict[str, bytes]:
    """Return the library's new files: edited modules merged, others as released."""
    texts = {path.stem: path.read_text(encoding="utf-8-sig") for path in _readable(copy / _LIBRARY)}
    definitions = merge.read_definitions(texts)
    wanted = {}
    for path in sorted((release / _LIBRARY).glob("*.py")):
        name, new = f"{_LIBRARY}/{path.name}", path.read_text(encoding="utf-8")
        mine = copy / name
        edited = mine.exists() and not is_released(mine, before.get(name))
        if mine.exists() and not edited and not _moves_here(path.stem, new, definitions):
            continue
        if edited and path.stem not in texts:
            report.left[name] = "it is not plain text in UTF-8"
            continue
        try:
            merged = merge.merge_module(path.stem, texts[path.stem] if edited else None, new, definitions)
        except merge.Unreadable as error:
            report.left[name] = f"Python cannot read it ({error})"
            continue
        if merged != new:
            report.merged[name] = "your functions are kept"
        wanted[name] = merged.encode()
    return wanted


def _moves_here(module: str, new: str, definitions: dict[str, merge.Definition]) -> bool:
    """Return whether the learner has written, in another module, a function that the release asks for in this one."""
    mine = (definitions[name] for name in merge.read_definitions({module: new}) if name in definitions)
    return any(definition.written and definition.module != module for definition in mine)


def _merge_notebooks(
    release: Path, copy: Path, before: dict[str, str], report: Report
) -> tuple[dict[str, bytes], list[str]]:
    """Return the new notebooks, and the paths of old ones whose chapters have new numbers.

    The notebook of a chapter that the learner has begun contains their answers and own cells.
    """
    released = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((release / _COURSE).glob("*/*.ipynb"))
    }
    mine = _read_notebooks(copy, {*before, *map(_notebook, released)}, report)
    # If a chapter's number has changed, git may have left the old notebook beside the new one. The new one comes last,
    # because the last of two answers to a question counts.
    order = sorted(mine, key=lambda name: name in released)
    answers = cells.join_answers(mine[name] for name in order)
    by_topic: dict[str, list[str]] = {}
    for name in order:
        if not is_released(copy / _notebook(name), before.get(_notebook(name))):
            by_topic.setdefault(_topic(name), []).append(name)
    wanted, moved = {}, []
    asked = {name for notebook in released.values() for name in cells.read_answers(notebook)}
    for chapter, new in released.items():
        name, old = _notebook(chapter), by_topic.pop(_topic(chapter), [])
        earlier = [one for one in old if one != chapter]
        if name in report.left:
            report.left |= {_notebook(one): f"{name} cannot be read as a notebook" for one in earlier}
            continue
        moved += map(_notebook, earlier)
        merged, kept = cells.merge_notebook(new, [mine[one] for one in old], answers, asked)
        if merged == new:
            continue
        renamed = "".join(f", from {one}" for one in earlier)
        answers_kept = f"your answers ({len(kept)}) and " if kept else ""
        report.merged[name] = f"{answers_kept}your own cells are kept{renamed}"
        wanted[name] = (json.dumps(merged, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    for one in itertools.chain.from_iterable(by_topic.values()):
        report.left[_notebook(one)] = "the course no longer has this chapter"
    return wanted, moved


def _read_notebooks(copy: Path, known: Collection[str], report: Report) -> dict[str, dict]:
    """Return the course's notebooks in a copy, by chapter; those that the learner added are not among them."""
    found = {}
    for path in sorted((copy / _COURSE).glob("*/*.ipynb")):
        if path.parent.name == path.stem:
            try:
                notebook = json.loads(path.read_text(encoding="utf-8"))
                if cells.is_of_chapter(notebook, path.stem) or _notebook(path.stem) in known:
                    found[path.stem] = notebook
            except (OSError, ValueError, RecursionError):
                report.left[_notebook(path.stem)] = "it cannot be read as a notebook"
    return found


def _topic(chapter: str) -> str:
    """Return a chapter's name without its number."""
    return chapter.lstrip("0123456789")


def _notebook(chapter: str) -> str:
    return f"{_COURSE}/{chapter}/{chapter}.ipynb"


def _replace(copy: Path, name: str, content: bytes, report: Report) -> None:
    path = copy / name
    if path.is_file():
        if _says_the_same(path, content):
            report.merged.pop(name, None)
            return
        keep(copy, [name], report.kept_in)
        if name not in report.merged:
            report.replaced.append(name)
    elif name not in report.merged:
        report.added.append(name)
    write_whole(path, content)


def _remove_empty(copy: Path, folder: Path) -> None:
    """Remove the folders that a removed file leaves empty, apart from what programs keep there."""
    for left in ("__pycache__", ".ipynb_checkpoints"):
        if {path.name for path in folder.iterdir()} <= {left}:
            shutil.rmtree(folder / left, ignore_errors=True)
    while folder != copy and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _write_record(report: Report) -> None:
    kept = [path.relative_to(report.kept_in).as_posix() for path in report.kept_in.rglob("*") if path.is_file()]
    made = [name for name in [*report.added, *report.merged] if name not in kept]
    record = {"kept": sorted(kept), "added": sorted(made)}
    (report.kept_in / "update.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _says_the_same(path: Path, content: bytes) -> bool:
    """Return whether a file has this content already; programs save notebooks with their own order and indentation."""
    found = path.read_bytes()
    if found == content or path.suffix != ".ipynb":
        return found == content
    try:
        return json.loads(found) == json.loads(content)
    except (ValueError, RecursionError):
        return False


def _readable(folder: Path) -> list[Path]:
    found = []
    for path in sorted(folder.glob("*.py")):
        try:
            path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            continue
        found.append(path)
    return found


def _files(root: Path, folder: str = ".") -> list[str]:
    """Return the files of a release or copy by their paths, without what programs leave there."""
    names = (path.relative_to(root) for path in sorted((root / folder).rglob("*")) if path.is_file())
    return [
        name.as_posix()
        for name in names
        if name.parts[0] not in _LEFT_ALONE
        and not {"__pycache__", ".ipynb_checkpoints"} & set(name.parts)
        and not name.match("*.egg-info/*")
    ]
