"""Lays hand-ins out as nbgrader expects them, from zips as students and learning platforms make them.

Archives are read here rather than by nbgrader's ``zip_collect``, which believes the names inside, unpacks
without bounds, and stops the class at a duplicate. The student is read from the outermost name only; of what
lies inside, only the chapter's notebook and library modules are taken, within bounds.
"""

from __future__ import annotations

import io
import re
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .handin import CONCEPTS

MAX_ENTRIES = 2_000
MAX_NOTEBOOK = 20 * 2**20
MAX_MODULE = 512 * 2**10
MAX_INNER = 64 * 2**20
# Moodle: "Ada Lovelace_4711_assignsubmission_file_" as folder or prefix; Canvas: "lovelaceada_LATE_123_456_name.zip".
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_file")
_CANVAS = re.compile(r"(?P<name>[^_]+)(?:_LATE)?_(?P<number>\d+)_\d+_")
_MODULE = re.compile(r"[a-z_][a-z0-9_]{0,40}\.py")


class Unusable(ValueError):
    """An archive from which nothing can be taken; the message says why."""


@dataclass(frozen=True)
class Collected:
    """What became of one student's hand-in."""

    student: str
    taken: bool
    words: str


def collect(sources: Iterable[Path], classroom: Path, chapter: str, replace: bool = False) -> list[Collected]:
    """Put hand-ins of a chapter into ``classroom/submitted/STUDENT/CHAPTER/``.

    Parameters
    ----------
    sources : iterable of Path
        Zips, or folders of zips: one a student, or a platform's download of the whole class.
    classroom : Path
        nbgrader's course folder.
    chapter : str
        Which chapter was handed in.
    replace : bool
        Whether a hand-in that is there already gives way.

    Returns
    -------
    list of Collected
        One entry a hand-in, in the order in which they were read; one that is bad stops no other.
    """
    results, seen = [], set()
    for name, content in _hand_ins(sources):
        student = student_of(name)
        try:
            if not student:
                raise Unusable("no student can be read from this name")
            if isinstance(content, Unusable):
                raise content
            if student.casefold() in seen:
                raise Unusable("a second hand-in of the same student; the first one was taken")
            target = classroom / "submitted" / student / chapter
            if target.exists() and not replace:
                raise Unusable("there is a hand-in already, and it was kept; --replace takes the new one")
            files = _contents(content, chapter)
            _write(target, files)
        except (Unusable, zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
            results.append(Collected(student or name[:80], False, str(error) or type(error).__name__))
        else:
            seen.add(student.casefold())
            results.append(Collected(student, True, f"{len(files)} files"))
    return results


def student_of(name: str) -> str:
    """Read the student from the outermost name of a hand-in, as a name that is safe for a folder."""
    found = _MOODLE.match(name) or _CANVAS.match(name)
    raw = f"{found['name']}-{found['number']}" if found else PurePosixPath(name).name.removesuffix(".zip")
    raw = unicodedata.normalize("NFC", raw)
    return re.sub(r"[^\w.-]+", "-", raw).strip("-.")[:80]


def _hand_ins(sources: Iterable[Path]) -> Iterator[tuple[str, bytes | Unusable]]:
    """Yield each hand-in's outermost name and the bytes of its zip."""
    for source in sources:
        for path in sorted(source.glob("*.zip")) if source.is_dir() else [source]:
            try:
                inner = _zips_within(path)
            except (zipfile.BadZipFile, OSError, Unusable) as error:
                yield path.name, Unusable(str(error) or "this is no zip")
                continue
            if inner:
                yield from inner
            elif path.stat().st_size > MAX_INNER:
                yield path.name, Unusable(f"larger than {MAX_INNER // 2**20} MiB")
            else:
                yield path.name, path.read_bytes()


def _zips_within(path: Path) -> list[tuple[str, bytes | Unusable]]:
    """Return the students' zips inside a platform's download."""
    found: list[tuple[str, bytes | Unusable]] = []
    with zipfile.ZipFile(path) as archive:
        for entry in _entries(archive):
            if entry.filename.endswith(".zip"):
                try:
                    found.append((entry.filename.partition("/")[0], _read(archive, entry, MAX_INNER)))
                except (Unusable, zipfile.BadZipFile, OSError, RuntimeError) as error:
                    found.append((entry.filename.partition("/")[0], Unusable(str(error))))
    return found


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Unusable(f"holds more than {MAX_ENTRIES:,} files")
    return [entry for entry in entries if not entry.is_dir() and not stat.S_ISLNK(entry.external_attr >> 16)]


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    # The size that a zip states can lie; what is read is bounded.
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise Unusable(f"holds a file of more than {most // 2**10:,} KiB")
    return content


def _contents(data: bytes, chapter: str) -> dict[str, bytes]:
    """Return what is taken of a hand-in, by its place in the chapter's folder."""
    taken: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in _entries(archive):
            path = PurePosixPath(entry.filename.replace("\\", "/"))
            if path.name == f"{chapter}.ipynb":
                taken.setdefault(path.name, _read(archive, entry, MAX_NOTEBOOK))
            elif path.parent.name == "weightlab" and _MODULE.fullmatch(path.name):
                taken.setdefault(f"weightlab/{path.name}", _read(archive, entry, MAX_MODULE))
            elif path.name == CONCEPTS:
                taken.setdefault(path.name, _read(archive, entry, MAX_MODULE))
    if not taken.keys() - {CONCEPTS}:
        raise Unusable(f"holds neither {chapter}.ipynb nor a weightlab folder")
    return taken


def _write(target: Path, files: dict[str, bytes]) -> None:
    """Write a hand-in beside its place, then put it there in one step."""
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    for name, content in files.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
