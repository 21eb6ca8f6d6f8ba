"""Groups the files of a download or a folder into uploads: the files that one student submitted at one time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from .chapter_names import is_chapter, names_a_chapter
from .contents import home_of, is_elsewhere, is_in_pieces, is_of_library, notebooks_among
from .platforms import (
    GRADESCOPE_METADATA,
    Owner,
    Platform,
    Recogniser,
    blackboard_login,
    gradescope_submitters,
    own_name,
    plain_owner,
)
from .reasons import NotTakenError, Reason, describe
from .unpack import DEEPEST, MAX_CLASS_FILES, Budget, Item, archive, items_in, items_of, readable

_ARCHIVES = (".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst")
_PAGE = 100_000
"""The maximum number of bytes read from a platform's page about a submission."""


@dataclass(frozen=True)
class Upload:
    """What one student submitted at one time: a zip, or files in a folder; or something that cannot be a submission."""

    owner: Owner
    place: str
    """Where the upload was found, as an instructor knows the place."""
    items: tuple[Item, ...]
    problem: Reason | None = None
    source: int = 0
    """The position of the download or folder that holds the upload, among all that are collected together."""

    @property
    def age(self) -> tuple:
        """Return the sort key of one student's uploads: the platform's own order, otherwise the time of the files."""
        return (self.owner.uploaded, max((item.time for item in self.items), default=()))

    @property
    def is_zip(self) -> bool:
        """Whether the upload is one zip."""
        return self.problem is None and len(self.items) == 1 and self.items[0].suffix == ".zip"


def find_uploads(sources: Iterable[Path], chapter: str, opened: ExitStack) -> tuple[list[Upload], int]:
    """Return the uploads in all sources, before any is read, and how many files were seen.

    A student could name the files in their own zip as a platform would. So names inside a zip are trusted only
    if nothing but platforms' downloads is collected.
    """
    sources = list(dict.fromkeys(sources))
    downloads = {source: items for source in sources if (items := _download(source, opened))}
    found: list[Upload] = []
    seen = 0
    for position, source in enumerate(sources):
        uploads: Iterable[Upload]
        if source.is_dir() and not (source.is_symlink() and source.suffix == ".zip"):
            items = items_in(source)
            uploads = _of_folder(source, items, chapter)
        elif len(downloads) == len(sources):
            items = downloads[source]
            uploads = _of_download(source.name, items, chapter)
        else:
            items = [file_item(source)]
            upload = _single(plain_or_platform(source.name), source.name, items[0])
            uploads = [replace(upload, problem=Reason.CLASS_DOWNLOAD) if source in downloads else upload]
        found += [replace(upload, source=position) for upload in uploads]
        seen += len(items)
    return found, seen


def file_item(path: Path) -> Item:
    """Return a file on this disk as part of a submission."""
    link = Reason.LINK if path.is_symlink() else None
    problem = link or (None if path.is_file() else Reason.UNREADABLE)
    return Item(PurePosixPath(path.name), (path.lstat().st_mtime,), lambda: path.open("rb"), problem)


def plain_or_platform(name: str) -> Owner:
    """Return the owner of a single file: by a platform's name for it, otherwise by the file's own name."""
    found = Recogniser([(name,)]).recognise((name,))
    return found[0] if found else plain_owner(name)


def _download(source: Path, opened: ExitStack) -> list[Item] | None:
    """Return the files of a platform's download of a class; None if a zip is not a platform's download."""
    if source.is_symlink() or not source.is_file() or source.suffix.lower() != ".zip":
        return None
    try:
        with readable():
            file = opened.enter_context(source.open("rb"))
        items = items_of(opened.enter_context(archive(file, MAX_CLASS_FILES)))
    except NotTakenError:
        return None
    if Recogniser([(source.name,)]).recognise((source.name,)):
        return None  # a platform's name for one student's file
    recogniser = Recogniser([item.path.parts for item in items])
    owners = {found[0].key for item in items if (found := recogniser.recognise(item.path.parts))}
    strange = [item for item in items if not recogniser.recognise(item.path.parts)]
    return items if owners and not any(_is_work(item) for item in strange) else None


def _is_work(item: Item) -> bool:
    """Return whether a file is part of a student's work: then the zip around it is a student's, not a class's."""
    return item.suffix == ".ipynb" or is_of_library(item)


def _of_download(name: str, items: list[Item], chapter: str) -> Iterator[Upload]:
    recognised, others = _recognise(items)
    yield from _of_owners(recognised, f"{name}: ", chapter)
    for item in others:
        problem = Reason.UNKNOWN_NAME if _may_be_work(item) else Reason.ANOTHER_KIND
        yield Upload(plain_owner(item.path.name), f"{name}: {item.path}", (item,), problem)


_Place = tuple[PurePosixPath, Owner]
"""The folder of a download, and an owner of something there; in another download the same number may be another's."""


def _recognise(items: list[Item]) -> tuple[dict[_Place, list[Item]], list[Item]]:
    recogniser = Recogniser([item.path.parts for item in items])
    for item in items:  # use the platforms' own statements about people, and not students' files with the same names
        found = recogniser.recognise(item.path.parts)
        with suppress(NotTakenError, StopIteration):
            if item.path.name == GRADESCOPE_METADATA and not found:
                text = item.read(_PAGE * 100, Budget()).decode("utf-8", "replace")
                recogniser.submitters |= gradescope_submitters(text)
            elif found and found[0].about and not found[1]:
                page = next(item.stream(_PAGE, Budget())).decode("utf-8", "replace")
                if login := blackboard_login(item.path.name, page):
                    recogniser.logins |= dict([login])
    groups: dict[_Place, list[Item]] = {}
    others = []
    for item in items:
        if found := recogniser.locate(item.path.parts):
            around, (owner, inside) = found
            path = PurePosixPath(*inside) if inside else PurePosixPath(item.path.name)
            groups.setdefault((around, owner), []).append(replace(item, path=path))
        else:
            others.append(item)
    return groups, others


def _of_owners(recognised: dict[_Place, list[Item]], prefix: str, chapter: str) -> Iterator[Upload]:
    """Yield all students' uploads; a notebook and a library that one student submitted together are one upload."""
    attempts: dict[tuple, dict[Owner, list[Item]]] = {}
    for (folder, owner), items in recognised.items():
        own = owner.label if owner.attempt is None else ""
        key = (folder, owner.key, owner.attempt, own, owner.doubtful, owner.on_a_page, owner.about)
        attempts.setdefault(key, {})[owner] = items
    for parts in attempts.values():
        pieces = {owner: _pieces(owner, items) for owner, items in parts.items()}
        pieces = {owner: items for owner, items in pieces.items() if all(map(_may_be_piece, items))}
        joined = [item for items in pieces.values() for item in items]
        if len(pieces) > 1 and is_in_pieces(joined, chapter):
            labels = sorted(owner.label for owner in pieces)
            more = f" + {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
            yield Upload(_one_of(pieces), prefix + " + ".join(labels[:_NAMED]) + more, tuple(joined))
            parts = {owner: items for owner, items in parts.items() if owner not in pieces}
        for owner, items in parts.items():
            yield from _of_owner(owner, f"{prefix}{owner.label}", items, chapter)


_NAMED = 3
"""How many files of one submission are listed by name."""


def _may_be_piece(item: Item) -> bool:
    return item.problem is None and item.suffix in (".zip", ".ipynb", ".py")


def _pieces(owner: Owner, items: list[Item]) -> list[Item]:
    """Return items under the names that the student gave them."""
    names = [own_name(owner, item.path.name) for item in items]
    return [
        item if name == item.path.name else replace(item, path=item.path.with_name(name))
        for item, name in zip(items, names, strict=True)
    ]


def _one_of(pieces: dict[Owner, list[Item]]) -> Owner:
    """Return the owner of a submission of several files: by the zip's name if there is one, by which feedback returns.

    A platform shows feedback under the name of the file, and a zip of feedback with a notebook's name does not open.
    """
    order = (".zip", ".ipynb", ".py")
    first = min(pieces, key=lambda owner: min(order.index(item.suffix) for item in pieces[owner]))
    return replace(first, uploaded=max(one.uploaded for one in pieces), late=any(one.late for one in pieces))


def _of_owner(owner: Owner, place: str, items: list[Item], chapter: str) -> Iterator[Upload]:
    """Yield one student's uploads: a folder with a notebook and a library as a whole, otherwise each zip separately."""
    pieces = _pieces(owner, items)
    if len(items) > 1 and is_in_pieces(pieces, chapter):
        yield Upload(owner, place, tuple(pieces))
        return
    for item in items:
        yield _single(owner, place if len(items) == 1 else f"{place}/{item.path}", item)


def _single(owner: Owner, place: str, item: Item) -> Upload:
    """Return one file as an upload, with the reason if the file cannot be a submission."""
    if item.problem is Reason.UNREADABLE or (item.problem is not None and _may_be_work(item)):
        problem: Reason | None = item.problem
    elif owner.about:
        problem = Reason.ANOTHER_KIND
    elif owner.on_a_page:
        problem = Reason.WEB_ENTRY
    elif item.suffix == ".zip":
        problem = None
    elif item.suffix in _ARCHIVES:
        problem = Reason.OTHER_ARCHIVE
    elif item.suffix == ".ipynb":
        problem = Reason.BARE_NOTEBOOK
    elif item.suffix == ".py":
        problem = Reason.BARE_MODULE
    elif owner.platform is Platform.PLAIN and _hints_at_work(item.path):
        problem = Reason.OTHER_FORM
    else:
        problem = Reason.ANOTHER_KIND
    return Upload(owner, place, (item,), problem)


def _hints_at_work(path: PurePosixPath) -> bool:
    """Return whether a file is what a browser or a printer made from a submission, or has a chapter's name.

    Examples are ``ada.zip.crdownload``, ``ada.ipynb.txt`` and ``01_weights-ada.html``.
    """
    inner = PurePosixPath(path.name.lower()).suffixes[:-1]
    return not {".zip", ".ipynb", *_ARCHIVES}.isdisjoint(inner) or names_a_chapter(path.stem)


def _may_be_work(item: Item) -> bool:
    return item.suffix in (".zip", ".ipynb", ".py", *_ARCHIVES)


def _of_folder(source: Path, items: list[Item], chapter: str) -> Iterator[Upload]:
    """Yield the uploads in a folder: by platforms' names, otherwise by students' own folders, otherwise file by file.

    A student could name what is inside their own folder, a clone for instance, as a platform would, or after a
    classmate. So if there are students' own folders, platforms' names are trusted on the outermost level only; and
    among nested folders the outermost is the student's.
    """
    recogniser = Recogniser([item.path.parts for item in items])
    homes = {home for home in _student_folders(items, chapter) if not recogniser.recognise((*home.parts, ""))}
    deep = [
        item
        for item in items
        if homes and len(item.path.parts) > 1 and not recogniser.recognise((item.path.parts[0], ""))
    ]
    inside = set(map(id, deep))
    recognised, others = _recognise([item for item in items if id(item) not in inside])
    yield from _of_owners(recognised, "", chapter)
    groups: dict[PurePosixPath, list[Item]] = {}
    for item in others + deep:
        home = next((folder for folder in reversed(item.path.parents) if folder in homes), None)
        if home is not None:
            groups.setdefault(home, []).append(replace(item, path=item.path.relative_to(home)))
        elif id(item) in inside and recogniser.recognise(item.path.parts) and _may_be_work(item):
            yield Upload(plain_owner(item.path.name), str(item.path), (item,), Reason.CLASS_DOWNLOAD)
        else:
            yield _single(plain_owner(item.path.name, str(item.path.parent)), str(item.path), item)
    for home, group in groups.items():
        name = home.name or source.resolve().name
        yield from _of_owner(_owner_of(home, name), str(home) if home.name else name, group, chapter)


_VERSION = re.compile(r"version[ _-]?([0-9]{1,6})", re.IGNORECASE)
"""Microsoft Teams' name for the folder of one upload, inside the student's folder."""


def _owner_of(home: PurePosixPath, name: str) -> Owner:
    """Return the owner of a folder of work: it is named after them, or the folder around a numbered version is."""
    version = _VERSION.fullmatch(home.name)
    if version is None:
        return plain_owner(name, str(home.parent))
    around = next((folder for folder in home.parents if not is_chapter(folder.name)), home.parent)
    return replace(plain_owner(around.name, str(around.parent)), uploaded=(int(version[1]),))


def _student_folders(items: list[Item], chapter: str) -> set[PurePosixPath]:
    """Return the folders that are one student's: around a notebook, or around a zip that has a chapter's name."""
    items = [item for item in items if not is_elsewhere(item.path)]
    exact, renamed = notebooks_among(items, chapter)
    notebooks = {home_of(item.path.parent) for item in exact + renamed}
    zips = Counter(home_of(item.path.parent) for item in items if item.suffix == ".zip" and is_chapter(item.path.stem))
    homes = {home for home in notebooks | zips.keys() if home.name}
    # Several zips with a chapter's name in one folder may be from as many people, since a downloaded file may not bear
    # its owner's name. And a folder around students' folders does not become a student's because of a stray zip in it.
    around = {folder for home in homes for folder in home.parents}
    homes = {home for home in homes if home in notebooks or (zips[home] == 1 and home not in around)}
    whole = PurePosixPath()
    if not homes and whole in notebooks and not any(item.suffix == ".zip" for item in items):
        return {whole}  # the given folder is one student's own
    return homes


def why_not(upload: Upload) -> str:
    """Return the sentence for an upload that cannot be a submission."""
    item = upload.items[0]
    return describe(upload.problem, kind=item.suffix, file=item.path.name, cause="permission denied", most=DEEPEST)
