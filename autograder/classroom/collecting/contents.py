"""Finds a chapter's notebook and the library that belongs to it among the files that one student submitted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from ...exercises import CHAPTERS
from ...library import CONCEPTS, LIBRARY_FOLDER, MAX_MODULES, MAX_SOURCE, is_module_name, module_name
from ...limits import MAX_NOTEBOOK
from .chapter_names import is_chapter, is_copy_of
from .reasons import NotTakenError, Reason, mebibytes
from .unpack import Budget, Item, opened

MAX_LIBRARY = 8 * 2**20
"""The largest total size of one library's modules, in bytes."""
MAX_NOTEBOOKS = 8
"""Notebooks of one chapter that are compared before a person has to say which one counts."""
MAX_LEFT_OUT = 10
"""How many files in one submission are listed as left out; one submission could hold thousands of copies."""
_NAMED, _LONGEST_NAMED = 3, 100
"""How many files a sentence lists, and how many characters of each name."""
MODULES = frozenset(chapter.module for chapter in CHAPTERS.values())
"""The names of the library's modules, by which they are recognised outside the library's folder."""
MAX_INNER = 8
"""The largest number of zips that a submission may hold: some students pack a zip again."""

_ELSEWHERE = frozenset(
    {"solutions", "build", "dist", "backup", "backups", "submitted", "extracted"}
    | {"venv", "env", "site-packages", "node_modules", "__pycache__"}
)
"""Folders whose files are never a student's current work: the answer key, output of tools, and old copies."""


@dataclass(frozen=True)
class Contents:
    """What is taken from a submission, by its place in the chapter's folder, and what else in it might have counted."""

    files: dict[str, bytes]
    left_out: list[tuple[str, NotTakenError]] = field(default_factory=list)


def find_contents(items: Iterable[Item], chapter: str, budget: Budget) -> Contents:
    """Return the chapter's notebook, the library that belongs to that notebook by its place, and the concept test.

    Identical copies count as one. Different ones are refused: nobody but the student can say
    which one counts, and a notebook is never combined with a library that may be another person's.

    Raises
    ------
    NotTakenError
        If there is no notebook, or it is not clear which notebook or library counts.
    """
    items = [
        item for item in items if not is_elsewhere(item.path) and item.problem not in (Reason.LINK, Reason.TOO_DEEP)
    ]
    if closed := [item for item in items if item.problem is Reason.UNREADABLE]:
        raise NotTakenError(Reason.UNREADABLE, file=closed[0].path, cause="permission denied")
    budget.count(len(items))
    with ExitStack() as open_zips:
        items += _inner_items(items, chapter, budget, open_zips)
        return _choose(items, chapter, budget)


def is_elsewhere(path: PurePosixPath) -> bool:
    """Return whether a file is in a folder that never holds a student's current work."""
    folders = [part for part in path.parent.parts if part != ".."]
    return any(part.startswith(".") or part.casefold() in _ELSEWHERE for part in folders)


def notebooks_among(items: Iterable[Item], chapter: str) -> tuple[list[Item], list[Item]]:
    """Return the notebooks that have the chapter's name, and the renamed copies of such a notebook."""
    exact, renamed = [], []
    for item in items:
        if item.suffix == ".ipynb":
            if item.path.name == f"{chapter}.ipynb":
                exact.append(item)
            elif is_copy_of(item.path.stem, chapter):
                renamed.append(item)
    return exact, renamed


def _inner_items(items: list[Item], chapter: str, budget: Budget, open_zips: ExitStack) -> list[Item]:
    """Return the files in zips within a submission: in all zips if no notebook is outside, otherwise the chapter's."""
    inner = [item for item in items if item.suffix == ".zip"]
    libraries: list[Item] = []
    if any(notebooks_among(items, chapter)):
        if not any(map(is_of_library, items)):
            libraries = [item for item in inner if _is_zipped_library(item)]
        inner = [item for item in inner if is_copy_of(item.path.stem, chapter)] + libraries
    if len(inner) > MAX_INNER:
        raise NotTakenError(Reason.SEVERAL_SUBMISSIONS, count=len(inner))
    found = []
    for zipped in inner:
        try:
            inside = open_zips.enter_context(opened(zipped, budget))
        except NotTakenError as error:
            if error.reason in (Reason.TOO_MANY_FILES, Reason.UNPACKS_TOO_LARGE) or len(inner) == 1:
                raise
            continue
        # A zip of the library counts as its folder, whether or not the zip contains that folder.
        home = zipped.path.with_name(LIBRARY_FOLDER) if zipped in libraries else zipped.path
        moved = [replace(item, path=PurePosixPath(home, item.path)) for item in inside]
        found += [item for item in moved if not is_elsewhere(item.path)]
    return found


def is_of_library(item: Item) -> bool:
    """Return whether a file is in a library's folder, which systems may rename (``weightlab (1)``, ``Weightlab``)."""
    return (
        is_copy_of(item.path.parent.name, LIBRARY_FOLDER)
        and item.path.suffix == ".py"
        and is_module_name(item.path.stem)
    )


def _is_zipped_library(item: Item) -> bool:
    return item.suffix == ".zip" and is_copy_of(item.path.stem, LIBRARY_FOLDER)


def module_of(name: str) -> str | None:
    """Return the library's module that has a name, given without its suffix, or whose copy has it."""
    return next((module for module in MODULES if is_copy_of(name, module)), None)


def is_in_pieces(items: Iterable[Item], chapter: str) -> bool:
    """Return whether files are a notebook and its library: a folder, a zip of it, or modules beside the notebook."""
    items = list(items)
    exact, renamed = notebooks_among(items, chapter)
    homes = {home_of(item.path.parent) for item in exact + renamed}
    if homes and any(map(is_of_library, items)):
        return True
    strange = [item for item in items if item.suffix == ".zip" and not is_chapter(item.path.stem)]
    beside = [item for item in items if home_of(item.path.parent) in homes]
    return all(map(_is_zipped_library, strange)) and any(
        _is_zipped_library(item) or (item.suffix == ".py" and module_of(item.path.stem)) for item in beside
    )


def _choose(items: list[Item], chapter: str, budget: Budget) -> Contents:
    exact, renamed = notebooks_among(items, chapter)
    candidates = exact or renamed
    if not candidates:
        raise _no_notebook(items, chapter)
    if len(candidates) > MAX_NOTEBOOKS:
        raise NotTakenError(Reason.TWO_NOTEBOOKS, paths=_named(item.path for item in candidates))
    contents = [item.read(MAX_NOTEBOOK, budget) for item in candidates]
    if len(set(contents)) > 1:
        if len({item.path for item in candidates}) == 1:
            raise NotTakenError(Reason.TWICE, file=_named([candidates[0].path]))
        raise NotTakenError(Reason.TWO_NOTEBOOKS, paths=_named(item.path for item in candidates))
    notebook = candidates[0]
    files = {f"{chapter}.ipynb": contents[0]}
    homes = {home_of(item.path.parent) for item in candidates}
    library, place = _library(items, homes, budget)
    files |= library
    for item in items:
        if item.path.name == CONCEPTS and item.path.parent in {one.path.parent for one in candidates}:
            files.setdefault(CONCEPTS, item.read(MAX_SOURCE, budget))
    left_out = [
        (_named([item.path]), NotTakenError(Reason.RENAMED_COPY, taken=notebook.path.name))
        for item in (renamed if exact else ())
        if _differs(item, contents[0], MAX_NOTEBOOK, budget)
    ]
    module = CHAPTERS[chapter].module
    taken = library.get(f"{LIBRARY_FOLDER}/{module}.py")
    for item in items:
        if item.suffix != ".py" or module_of(item.path.stem) != module or item.path.parent.name == LIBRARY_FOLDER:
            continue
        if not place:
            left_out.append((_named([item.path]), NotTakenError(Reason.LOOSE_MODULE)))
        elif (is_of_library(item) or home_of(item.path.parent) in homes) and _differs(item, taken, MAX_SOURCE, budget):
            left_out.append((_named([item.path]), NotTakenError(Reason.RENAMED_COPY, taken=place)))
    if len(left_out) > MAX_LEFT_OUT:
        _, why = left_out[MAX_LEFT_OUT]
        left_out[MAX_LEFT_OUT:] = [(f"{len(left_out) - MAX_LEFT_OUT} more such files", why)]
    return Contents(files, left_out)


def _differs(item: Item, taken: bytes | None, limit: int, budget: Budget) -> bool:
    """Return whether a copy differs from the file taken; a copy that is too large to be read counts as different."""
    try:
        return item.read(limit, budget) != taken
    except NotTakenError as error:
        if error.reason is not Reason.TOO_LARGE:
            raise
        return True


def _no_notebook(items: list[Item], chapter: str) -> NotTakenError:
    there = {item.path.name for item in items}
    if others := sorted(there & {f"{name}.ipynb" for name in CHAPTERS}):
        return NotTakenError(Reason.OTHER_CHAPTER, others=", ".join(others), notebook=f"{chapter}.ipynb")
    if others := [item.path.name for item in items if item.suffix == ".ipynb"]:
        return NotTakenError(Reason.OTHER_NOTEBOOK, others=_named(others), notebook=f"{chapter}.ipynb")
    return NotTakenError(Reason.NO_NOTEBOOK, notebook=f"{chapter}.ipynb")


def home_of(folder: PurePosixPath) -> PurePosixPath:
    """Return the folder of the project that a notebook or a library belongs to.

    ``weightlab submit`` packs ``CHAPTER/CHAPTER.ipynb`` with ``CHAPTER/weightlab/``; a whole project has
    ``course/CHAPTER/CHAPTER.ipynb`` with ``src/weightlab/``.
    """
    parts = list(folder.parts)
    if parts and (is_chapter(parts[-1]) or parts[-1] == "src"):
        parts.pop()
    if parts and parts[-1] == "course":
        parts.pop()
    return PurePosixPath(*parts)


def _library(items: list[Item], homes: set[PurePosixPath], budget: Budget) -> tuple[dict[str, bytes], str]:
    """Return the modules of the library that belongs to the notebook, and its place; if there is none, no place."""
    folders: dict[PurePosixPath, list[Item]] = {}
    for item in items:
        if is_of_library(item):
            folders.setdefault(item.path.parent, []).append(item)
    folders = {path: modules for path, modules in folders.items() if path.name == LIBRARY_FOLDER} or folders
    belonging = {path: modules for path, modules in folders.items() if home_of(path.parent) in homes}
    if not belonging and folders:
        here = ", ".join(f"{home}/" for home in sorted(homes))
        raise NotTakenError(Reason.LIBRARY_ELSEWHERE, here=here, there=_named(folders))
    place = LIBRARY_FOLDER
    if not belonging:
        belonging, place = _loose_modules(items, homes), "the module beside the notebook"
    if not belonging:
        return {}, ""
    twice = {path for path, count in Counter(item.path for item in items).items() if count > 1}
    read = {path: _modules(modules, budget, twice) for path, modules in belonging.items()}
    different = [path for path in read if read[path] != next(iter(read.values()))]
    if different:  # a whole project has its library in src/; a library beside a notebook is a copy
        read = {path: modules for path, modules in read.items() if path.parent.name == "src"}
        if len(read) != 1:
            raise NotTakenError(Reason.TWO_LIBRARIES, paths=_named(belonging))
    return next(iter(read.values())), place


def _loose_modules(items: list[Item], homes: set[PurePosixPath]) -> dict[PurePosixPath, list[Item]]:
    """Return the modules beside the notebook, by folder, where at least one has the name of one of the library's.

    The others in such a folder come along, because the library's modules may import them. A renamed copy counts only if
    no module has the name itself.
    """
    found: dict[PurePosixPath, list[Item]] = {}
    for item in items:
        if item.suffix == ".py" and home_of(item.path.parent) in homes:
            found.setdefault(item.path.parent, []).append(item)
    for folder, modules in found.items():
        names = {item.path.stem for item in modules}
        renamed = [
            replace(item, path=item.path.with_name(f"{module}.py"))
            for item in modules
            if (module := module_of(item.path.stem)) and module not in names
        ]
        found[folder] = [item for item in modules if is_module_name(item.path.stem)] + renamed
    return {folder: modules for folder, modules in found.items() if any(item.path.stem in MODULES for item in modules)}


def _modules(modules: list[Item], budget: Budget, twice: Collection[PurePosixPath] = ()) -> dict[str, bytes]:
    """Return the modules of one library; ``twice`` holds the paths that the submission has more than once."""
    if len({item.path for item in modules}) > MAX_MODULES:
        raise NotTakenError(Reason.TOO_MANY_FILES, most=MAX_MODULES)
    files: dict[str, bytes] = {}
    names = {item.path.name for item in modules}
    for item in modules:
        composed = module_name(item.path.name)
        if composed != item.path.name and composed in names:  # Python would import the other file
            continue
        name = f"{LIBRARY_FOLDER}/{composed}"
        content = item.read(MAX_SOURCE, budget)
        if files.setdefault(name, content) != content:
            if item.path in twice:
                raise NotTakenError(Reason.TWICE, file=_named([item.path]))
            raise NotTakenError(Reason.TWO_LIBRARIES, paths=_named([item.path]))
        if sum(map(len, files.values())) > MAX_LIBRARY:
            raise NotTakenError(Reason.TOO_LARGE, file=LIBRARY_FOLDER, most=mebibytes(MAX_LIBRARY))
    return files


def _named(paths: Iterable[PurePosixPath | str]) -> str:
    """Name the first of some files, and say how many more there are."""
    names = [
        name if len(name) <= _LONGEST_NAMED else f"{name[:_LONGEST_NAMED]}…" for name in sorted(set(map(str, paths)))
    ]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
