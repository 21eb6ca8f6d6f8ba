"""Packs the learner's work as a zip, to submit a chapter or to take everything home, and unpacks it again."""

from __future__ import annotations

import base64
import html
import time
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from .. import card
from ..judging.words import counted
from ..names import find_chapter
from ..paths import KEYS, LIBRARY, ROOT, shown
from ..refusal import UnknownName
from . import renew, tutor
from .kept import free_folder, write_whole
from .manifest import is_released, read_released
from .notebook import Note
from .releases import MAX_BYTES
from .submit import pack_submission, remember_student, remembered_student

_NAME = "weightlab-work"
_OWN = (("course",), ("src", "weightlab"), (".weightlab",))
"""The folders that hold a learner's work."""
_LEFT_OUT = {"kept", "__pycache__", ".ipynb_checkpoints"}


class Parcel:
    """A zip that is ready: where it is, a link that downloads it, and remarks."""

    def __init__(self, title: str, path: Path, words: list[str]) -> None:
        self.title, self.path, self.words = title, path, words

    def __repr__(self) -> str:
        return "\n".join([self.title, f"The zip is in {shown(self.path)}.", *self.words])

    def _repr_html_(self) -> str:
        # The link holds the file itself, because there may be no server to download it from.
        data = base64.b64encode(self.path.read_bytes()).decode()
        name = html.escape(self.path.name, quote=True)
        link = f'<p><a download="{name}" href="data:application/zip;base64,{data}">Download {name}</a></p>'
        return card.note(self.title, "\n".join(self.words)) + link


def submit(chapter: str = "", student: str = "") -> Any:
    """Pack a chapter to submit it, as ``weightlab submit`` does, and show a link that downloads it.

    Parameters
    ----------
    chapter : str
        The chapter's name, such as ``"01_weights"``.
    student : str
        Your name, as a part of the zip's name; it is remembered.

    Returns
    -------
    Parcel or Note
        Shown as a card by the notebook.
    """
    try:
        packed = pack_submission(find_chapter(str(chapter)).name, student=student or remembered_student())
    except (UnknownName, OSError) as error:
        return Note("Nothing was packed", _say(error))
    if student:
        remember_student(student)
    return Parcel(f"{chapter} is packed", packed.path, packed.warnings)


def _say(error: Exception, path: Path | None = None) -> str:
    """Say why a zip could not be made or unpacked."""
    if isinstance(error, zipfile.BadZipFile):
        return f"{path.name} is not a zip, or is damaged ({error}). Upload it again."
    return tutor.unwritable(error) if isinstance(error, OSError) and error.strerror else str(error)


def take_home() -> Parcel | Note:
    """Pack all of your work, and show a link that downloads it: library, notebooks that you changed, progress.

    Unpack the zip in any copy of the course to continue there, or upload it and call `bring_back`.
    """
    files = _find_work()
    target = ROOT / f"{_NAME}-{time.strftime('%Y%m%d-%H%M')}.zip"
    part = target.with_suffix(".zip.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, path in files.items():
                archive.writestr(name, path.read_bytes())
        part.replace(target)
    except OSError as error:
        return Note("Nothing was packed", _say(error))
    words = [
        f"{counted(len(files), 'file')}: your library, the notebooks that you changed, and your progress.",
        "Changes after the last save (Ctrl+S, on a Mac ⌘S) are not included.",
    ]
    return Parcel("Your work is packed", target, words)


def bring_back(name: str = "") -> Note:
    """Unpack work that was taken home; what it replaces is kept under ``.weightlab/kept/``.

    Parameters
    ----------
    name : str
        The zip's name; without it the newest ``weightlab-work….zip`` of the course's folder, or of this one.
    """
    path = None
    try:
        path = _find_parcel(name)
        done = _unpack(path)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        return Note("Nothing was brought back", _say(error, path))
    words = [
        f"{counted(len(done), 'file')} from {path.name}. If the editor asks, choose Revert: Overwrite would undo the "
        "change."
    ]
    if renewed := renew.renew():
        words.append(renewed)
    return Note("Your work is back", "\n".join(words))


def _find_work() -> dict[str, Path]:
    released = read_released(KEYS / "released.json")
    found = {}
    for parts in _OWN:
        for path in sorted(ROOT.joinpath(*parts).rglob("*")):
            name = path.relative_to(ROOT)
            if (
                not path.is_file()
                or path.is_symlink()
                or _LEFT_OUT & set(name.parts)
                or path.suffix in (".lock", ".tmp")
            ):
                continue
            if path.is_relative_to(LIBRARY) or not is_released(path, released.get(name.as_posix())):
                found[name.as_posix()] = path
    return found


def _find_parcel(name: str) -> Path:
    if name:
        found = [path for path in (ROOT / name, Path.cwd() / name) if path.is_file()]
    else:
        found = [path for folder in {ROOT, Path.cwd()} for path in folder.glob(f"{_NAME}*.zip")]
    if not found:
        asked = name or f"{_NAME}….zip"
        raise FileNotFoundError(
            f"There is no zip called {asked} in {ROOT} or beside this notebook. Upload the zip with the arrow above "
            "the file browser."
        )
    return max(found, key=lambda path: path.stat().st_mtime)


def _unpack(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise ValueError(f"{path.name} unpacks to more than {MAX_BYTES // 2**20} MiB, so it was not unpacked.")
        names = [PurePosixPath(entry.filename) for entry in entries]
        for name in names:
            if ".." in name.parts or not any(name.parts[: len(own)] == own for own in _OWN):
                raise ValueError(
                    f"{path.name} was not unpacked, because it holds {name}, which take_home() does not pack."
                )
        contents = {name.as_posix(): archive.read(entry) for name, entry in zip(names, entries, strict=True)}
    kept = free_folder(ROOT)
    for name, content in contents.items():
        target = ROOT / name
        before = target.read_bytes() if target.is_file() else None
        if before not in (None, content):
            write_whole(kept / name, before)
        if before != content:
            write_whole(target, content)
    return list(contents)
