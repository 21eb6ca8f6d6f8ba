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
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..exercises import CHAPTERS
from ..judging.words import counted
from ..library import CONCEPTS
from ..limits import MAX_NOTEBOOK

MAX_STUDENTS_FILES = 200_000
MAX_ENTRIES = 2_000
MAX_MODULE = 512 * 2**10
MAX_INNER = 64 * 2**20
MAX_WITHIN = 8
"""Zips that a student's own zip may hold: some pack what was packed already."""
# Moodle, folder or beginning of a name: "Ada Lovelace_4711_assignsubmission_file_". The number is another one in every
# assignment, so it is no part of the student's name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_")
# Canvas: "lovelaceada_LATE_123_456_name.zip": who, their number in Canvas, the uploaded file's number.
_CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_(?P<file>\d+)_")
_MODULE = re.compile(r"[a-z_][a-z0-9_]{0,40}\.py")
_REMEDY = "ask for the zip that `weightlab submit` makes"


class Unusable(ValueError):
    """An archive from which nothing can be taken; the message says why."""


@dataclass(frozen=True)
class Collected:
    """What became of one student's hand-in."""

    student: str
    taken: bool
    words: str


@dataclass(frozen=True)
class _HandIn:
    """One hand-in: its outermost name, when it was made, and how to read its zip."""

    name: str
    time: tuple
    read: Callable[[], bytes]

    @property
    def age(self) -> tuple:
        """Return what orders a student's hand-ins: Canvas numbers uploads, elsewhere time tells."""
        found = _CANVAS.match(self.name)
        return (int(found["file"]) if found else 0, self.time)

    @property
    def exact(self) -> bool:
        """Return whether its name is a student's to the letter: one that only becomes so by cleaning gives way."""
        return bool(_MOODLE.match(self.name) or _CANVAS.match(self.name)) or _bare(self.name) == student_of(self.name)

    @property
    def late(self) -> bool:
        """Return whether Canvas marked it as late."""
        found = _CANVAS.match(self.name)
        return bool(found and found["late"])


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
        One entry a student, in the students' order; one that is bad stops no other.
    """
    results: dict[str, Collected] = {}
    with ExitStack() as opened:
        hand_ins = _named(_hand_ins(sources, opened))
        count = Counter(student for student, hand_in in hand_ins if hand_in.time)
        taken: set[str] = set()
        for student, hand_in in sorted(hand_ins, key=lambda pair: (pair[1].exact, pair[1].age), reverse=True):
            who = student or hand_in.name
            if who in results and results[who].taken:
                continue
            try:
                if not student:
                    raise Unusable("no student can be read from this name")
                target = classroom / "submitted" / student / chapter
                if student.casefold() in taken and target.exists():
                    raise Unusable("this disk cannot tell the name from another student's")
                files = _contents(hand_in.read(), chapter)
                words = _put(target, files, replace)
                taken.add(student.casefold())
            except Exception as error:  # a broken archive raises whatever its compression does: the rest go on
                words = str(error) or type(error).__name__
                if isinstance(error, zipfile.BadZipFile):
                    words = f"no zip, or a damaged one ({words}); download it again, or {_REMEDY}"
                elif isinstance(error, OSError) and error.strerror:
                    words = f"{error.filename or target} cannot be written or read ({error.strerror}); mend that first"
                results.setdefault(who, Collected(student or hand_in.name[:80], False, words))
            else:
                words += f", from the newest of {count[who]} zips that holds the chapter" if count[who] > 1 else ""
                words += ", late as Canvas says" if hand_in.late else ""
                results[who] = Collected(student, True, words)
    return [results[who] for who in sorted(results)]


def student_of(name: str) -> str:
    """Read the student from the outermost name of a hand-in, as a name that is safe for a folder."""
    moodle, canvas = _MOODLE.match(name), _CANVAS.match(name)
    if moodle and moodle["name"] != "Participant":  # what everybody is called in blind marking
        raw = moodle["name"]
    elif found := moodle or canvas:
        raw = f"{found['name']}-{found['number']}"
    else:
        raw = _bare(name)
    return re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", raw)).strip("-.")[:80]


def _bare(name: str) -> str:
    # A second download of the same file gets a number from the browser: "ada (1).zip".
    return re.sub(r"( \(\d+\))?\.zip$", "", PurePosixPath(name).name, flags=re.IGNORECASE)


def _named(hand_ins: Iterable[_HandIn]) -> list[tuple[str, _HandIn]]:
    """Name the students; Moodle's number tells apart who has the same name."""
    hand_ins, numbers = list(hand_ins), defaultdict(set)
    for one in hand_ins:
        if found := _MOODLE.match(one.name):
            numbers[student_of(one.name)].add(found["number"])
    named = []
    for one in hand_ins:
        student, found = student_of(one.name), _MOODLE.match(one.name)
        named.append((f"{student}-{found['number']}" if found and len(numbers[student]) > 1 else student, one))
    return named


def _hand_ins(sources: Iterable[Path], opened: ExitStack) -> Iterator[_HandIn]:
    """Yield the hand-ins that sources hold, none of them read yet."""
    sources = list(sources)
    # A student could name what lies inside their own zip as a platform would: names inside are believed only
    # where nothing but platforms' downloads is collected.
    inside = all(source.is_file() and _is_download(source) for source in sources)
    for source in sources:
        if inside:
            yield from _downloaded(opened.enter_context(zipfile.ZipFile(source)))
            continue
        for path in _zips(source) if source.is_dir() else [source]:
            outermost = path.relative_to(source).parts[0] if source.is_dir() else path.name
            yield _HandIn(outermost, (path.stat().st_mtime,), lambda path=path: _bounded(path))


def _zips(folder: Path) -> list[Path]:
    """Return the zips in a folder, or in folders in it that Moodle named."""
    found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() == ".zip" and path.is_file())
    return [path for path in found if path.parent == folder or _MOODLE.match(path.relative_to(folder).parts[0])]


def _bounded(path: Path) -> bytes:
    if path.stat().st_size > MAX_INNER:
        raise Unusable(f"larger than {MAX_INNER // 2**20} MiB; {_REMEDY}")
    return path.read_bytes()


def _is_download(path: Path) -> bool:
    """Whether a zip is a platform's download of a class: all that it holds is named so, and not itself a student's."""
    if _MOODLE.match(path.name) or _CANVAS.match(path.name):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = [_outermost(entry) for entry in _entries(archive, MAX_STUDENTS_FILES)]
    except (zipfile.BadZipFile, OSError, Unusable):
        return False
    return bool(names) and all(names)


def _downloaded(archive: zipfile.ZipFile) -> Iterator[_HandIn]:
    """Yield each student's hand-ins in a platform's download."""
    by_student: dict[tuple, tuple[str, list]] = {}
    for entry in _entries(archive, MAX_STUDENTS_FILES):
        name = _outermost(entry) or ""
        found = _MOODLE.match(name) or _CANVAS.match(name)
        by_student.setdefault(found.group("name", "number") if found else (), (name, []))[1].append(entry)
    for name, entries in by_student.values():
        zips = [entry for entry in entries if entry.filename.lower().endswith(".zip")]
        for one in zips:
            yield _HandIn(_outermost(one) or "", one.date_time, lambda one=one: _read(archive, one, MAX_INNER))
        if not zips:
            yield _HandIn(name, (), _no_zip)


def _no_zip() -> bytes:
    raise Unusable(f"handed in no zip; {_REMEDY}")


def _outermost(entry: zipfile.ZipInfo) -> str | None:
    """Return the outermost part of a name inside a download that a platform made, or None."""
    name = entry.filename
    if not entry.flag_bits & 0x800:  # macOS writes UTF-8 and does not say so
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return next((part for part in name.split("/") if _MOODLE.match(part) or _CANVAS.match(part)), None)


def _entries(archive: zipfile.ZipFile, most: int = MAX_ENTRIES) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, without links and without what macOS adds."""
    entries = archive.infolist()
    if len(entries) > most:
        raise Unusable(f"holds more than {most:,} files; {_REMEDY}")
    return [
        entry
        for entry in entries
        if not entry.is_dir()
        and not stat.S_ISLNK(entry.external_attr >> 16)
        and not entry.filename.startswith("__MACOSX/")
        and not entry.filename.endswith(".DS_Store")
    ]


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    # The size that a zip states can lie; what is read is bounded.
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise Unusable(f"holds a file of more than {most // 2**10:,} KiB")
    return content


def _contents(data: bytes, chapter: str, within: bool = True) -> dict[str, bytes]:
    """Return what is taken of a hand-in, by its place in the chapter's folder."""
    taken: dict[str, bytes] = {}
    notebook, others = f"{chapter}.ipynb", {f"{name}.ipynb" for name in CHAPTERS}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = _entries(archive)
        paths = [PurePosixPath(entry.filename.replace("\\", "/")) for entry in entries]
        for entry, path in zip(entries, paths, strict=True):
            if "solutions" in path.parts:  # of a whole project in a zip, the answer key is not the student's
                continue
            if path.name == notebook:
                taken.setdefault(path.name, _read(archive, entry, MAX_NOTEBOOK))
            elif path.parent.name == "weightlab" and _MODULE.fullmatch(path.name):
                taken.setdefault(f"weightlab/{path.name}", _read(archive, entry, MAX_MODULE))
            elif path.name == CONCEPTS:
                taken.setdefault(path.name, _read(archive, entry, MAX_MODULE))
        if notebook not in taken and within:
            taken = _packed_twice(archive, entries, chapter) or taken
    if notebook not in taken:
        instead = ", ".join(sorted(others & {path.name for path in paths}))
        raise Unusable(f"holds {instead and f'{instead} and '}no {notebook}; {_REMEDY}")
    return taken


def _packed_twice(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], chapter: str) -> dict[str, bytes]:
    """Return what is taken of the one zip within a student's zip that holds the chapter."""
    inner = [entry for entry in entries if entry.filename.lower().endswith(".zip")]
    several = Unusable(f"holds {len(inner)} zips; if it is a class's, unpack it and name the folder, else {_REMEDY}")
    if len(inner) > MAX_WITHIN:
        raise several
    found = []
    for entry in inner:
        try:
            found.append(_contents(_read(archive, entry, MAX_INNER), chapter, within=False))
        except (Unusable, zipfile.BadZipFile, zlib.error):
            continue
    if len(found) > 1:
        raise several
    return found[0] if found else {}


def _put(target: Path, files: dict[str, bytes], replace: bool) -> str:
    """Write a hand-in beside its place, then put it there in one step; say what was done."""
    if target.exists():
        there = {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
        if there.keys() - {"timestamp.txt"} == files.keys() and all(there[name] == files[name] for name in files):
            return "as collected before"
        if not replace:
            raise Unusable("there is another hand-in already, and it was kept; --replace takes the new one")
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    for name, content in files.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    return counted(len(files), "file")
