"""Reads archives and folders, within bounds on the number of files and on the bytes that one submission may unpack."""

from __future__ import annotations

import os
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from .reasons import NotTakenError, Reason, mebibytes

MAX_FILES = 20_000
"""Files that one submission may hold, including those in zips within it."""
MAX_UNPACKED = 64 * 2**20
"""Total bytes that are read from one submission: its notebook, its modules, and the zips within it."""
MAX_ZIP = 64 * 2**20
"""Bytes of a zip as it was submitted."""
MAX_CLASS_FILES = 200_000
"""Files in a platform's download of a whole class."""
DEEPEST = 40
"""How many nested folders are searched."""

_CHUNK = 2**16
_IN_MEMORY = 4 * 2**20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UTF8, _ENCRYPTED = 0x800, 0x1
_IGNORED_FILES = (".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass
class Budget:
    """How much one submission may still unpack."""

    files: int = MAX_FILES
    room: int = MAX_UNPACKED

    def count(self, files: int) -> None:
        """Count files that were listed."""
        self.files -= files
        if self.files < 0:
            raise NotTakenError(Reason.TOO_MANY_FILES, most=MAX_FILES)

    def charge(self, size: int) -> None:
        """Charge bytes that were read."""
        self.room -= size
        if self.room < 0:
            raise NotTakenError(Reason.UNPACKS_TOO_LARGE, most=mebibytes(MAX_UNPACKED))


@dataclass(frozen=True)
class Item:
    """A file somewhere in a submission: its path there, when it was last changed, and how to open it."""

    path: PurePosixPath
    time: tuple
    open: Callable[[], IO[bytes]]
    problem: Reason | None = None
    """Why the file cannot be read at all."""

    @property
    def suffix(self) -> str:
        """Return the suffix of the file's name, in lower case."""
        return self.path.suffix.lower()

    def read(self, most: int, budget: Budget) -> bytes:
        """Read the whole file, or raise if it is larger than allowed."""
        return b"".join(self.stream(most, budget))

    def stream(self, most: int, budget: Budget) -> Iterator[bytes]:
        """Yield the file's content in pieces; the size that an archive states is not trusted."""
        size = 0
        with readable(), self.open() as file:
            while piece := file.read(_CHUNK):
                size += len(piece)
                if size > most:
                    raise NotTakenError(Reason.TOO_LARGE, file=self.path.name, most=mebibytes(most))
                budget.charge(len(piece))
                yield piece


@contextmanager
def readable() -> Iterator[None]:
    """Turn every exception from reading an archive into one kind of error.

    ``zipfile`` raises a dozen kinds of exception for damaged archives: for unknown versions and methods, for names
    flagged as UTF-8 that are not, and those of each decompressor.
    """
    try:
        yield
    except NotTakenError:
        raise
    except OSError as error:
        if error.filename is None:
            raise NotTakenError(Reason.NOT_A_ZIP, cause=error) from None
        raise NotTakenError(Reason.UNREADABLE, file=error.filename, cause=error.strerror) from None
    except Exception as error:
        raise NotTakenError(Reason.NOT_A_ZIP, cause=str(error) or type(error).__name__) from None


@contextmanager
def opened(item: Item, budget: Budget) -> Iterator[list[Item]]:
    """Open a zip that is within another zip or a folder, and yield its files; a large one is held on disk."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        for piece in item.stream(MAX_ZIP, budget):
            copy.write(piece)
        if not copy.tell():
            raise NotTakenError(Reason.EMPTY)
        with archive(copy, MAX_FILES) as zipped:
            found = items_of(zipped)
            budget.count(len(found))
            yield found


@contextmanager
def archive(file: IO[bytes], most: int) -> Iterator[zipfile.ZipFile]:
    """Open a zip of at most ``most`` files; the number is checked before any file is listed."""
    with readable():
        # zipfile reads the whole directory as it opens a zip; it finds the directory's length with this same function.
        end = zipfile._EndRecData(file)
        if end is not None and end[_DIRECTORY_SIZE] > most * _ENTRY_SIZE:
            raise NotTakenError(Reason.TOO_MANY_FILES, most=most)
        zipped = zipfile.ZipFile(file)
        if len(zipped.filelist) > most:
            raise NotTakenError(Reason.TOO_MANY_FILES, most=most)
    with zipped:
        yield zipped


_DIRECTORY_SIZE = 5
"""Where the last record of a zip holds the length of its directory."""
_ENTRY_SIZE = 400
"""Bytes that a file's line in that directory may have on average; an ordinary one has about a hundred."""


def items_of(zipped: zipfile.ZipFile) -> list[Item]:
    """Return the files of a zip, without folders, links and what macOS and Windows add."""
    found = []
    for entry in zipped.infolist():
        path = PurePosixPath(_name_of(entry).replace("\\", "/"))
        if not (entry.is_dir() or stat.S_ISLNK(entry.external_attr >> 16) or is_clutter(path)):
            found.append(Item(path, entry.date_time, lambda entry=entry: _open(zipped, entry)))
    return found


def _name_of(entry: zipfile.ZipInfo) -> str:
    if not entry.flag_bits & _UTF8:  # macOS writes UTF-8 and does not say so
        with suppress(UnicodeError):
            return entry.filename.encode("cp437").decode("utf-8")
    return entry.filename


def _open(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    if entry.flag_bits & _ENCRYPTED:
        raise NotTakenError(Reason.LOCKED)
    if entry.compress_type not in _METHODS:  # others may need gigabytes of memory before they yield a byte
        raise NotTakenError(Reason.METHOD, file=PurePosixPath(entry.filename).name)
    return zipped.open(entry)


def is_clutter(path: PurePosixPath) -> bool:
    """Return whether a file was left there by an operating system."""
    return "__MACOSX" in path.parts or path.name in _IGNORED_FILES or path.name.startswith("._")


def items_in(folder: Path, most: int = MAX_CLASS_FILES) -> list[Item]:
    """Return the files under a folder, in the order of their names.

    Links are listed but not followed. A folder that cannot be read, or that is nested too deeply, is also listed.
    """
    found: list[Item] = []

    def add(path: Path, problem: Reason | None = None) -> None:
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        if not is_clutter(inside):
            found.append(Item(inside, (_changed_at(path),), lambda: path.open("rb"), problem))
        if len(found) > most:
            raise NotTakenError(Reason.TOO_MANY_FILES, most=most)

    waiting = [folder]
    while waiting:
        place = waiting.pop()
        if len(place.relative_to(folder).parts) > DEEPEST:
            add(place, Reason.TOO_DEEP)
            continue
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            add(place, Reason.UNREADABLE)
            continue
        folders = []
        for entry in entries:
            if entry.is_symlink():
                add(place / entry.name, Reason.LINK)
            elif entry.is_dir():
                folders += [place / entry.name] if entry.name != ".git" else []
            elif entry.is_file():
                add(place / entry.name)
        waiting += reversed(folders)
    return found


def _changed_at(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:  # such as a path that is too long
        return 0.0
