"""Reads the modules of a student's library, wherever it is: in src/, beside a notebook, or in a submission."""

from __future__ import annotations

import ast
import difflib
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from labkit import store

LIBRARY_FOLDER = "weightlab"
"""The name of the library's folder beside a notebook."""
CONCEPTS = "concepts.json"
"""The answers to the concept test, beside the notebook of a submission."""
MAX_SOURCE = 512 * 2**10
"""The largest size, in bytes, of a module that is examined."""
MAX_MODULES = 100
MAX_NAME = 100
"""The largest number of bytes in a module's name; a longer name, with its ending, could not be a file's name."""
UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""The errors that Python raises for a source that it cannot parse, such as one with NUL bytes or nested too deeply."""
_GRADED_WITH = {"numpy", "labkit", LIBRARY_FOLDER, *sys.stdlib_module_names}
"""Packages that a library can import where a class is graded."""


def read_library(folder: Path) -> dict[str, bytes]:
    """Read the modules of a library folder, by module name.

    Links and files that Python could not import are left out. Only the first ``MAX_SOURCE + 1`` bytes of an oversized
    file are read, which is enough to see that it is too large.
    """
    sources = {}
    if folder.is_dir():
        # glob would treat an unreadable folder as an empty one.
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if entry.name.endswith(".py")), key=lambda entry: entry.name)
        # If there are two files for one module, Python imports the one whose name is in composed form, so it is read
        # last.
        for entry in sorted(entries[:MAX_MODULES], key=lambda entry: entry.name == module_name(entry.name)):
            name = entry.name.removesuffix(".py")
            if is_module_name(name) and entry.is_file(follow_symlinks=False):
                with open(entry.path, "rb") as file:
                    sources[module_name(name)] = file.read(MAX_SOURCE + 1)
    return sources


def module_name(name: str) -> str:
    """Return the composed form of a file's name, by which Python imports it; macOS may store the decomposed form."""
    return unicodedata.normalize("NFKC", name)


def is_module_name(name: str) -> bool:
    """Return whether Python could import a module of this name, and every disk can hold it."""
    return name.isidentifier() and len(name.encode("utf-8", "surrogateescape")) <= MAX_NAME


def split_lines(text: str) -> list[str]:
    """Split a module's text into lines as Python does: not at a form feed or a Unicode line separator."""
    return re.split(r"\r\n|\r|\n", re.sub(r"(\r\n|\r|\n)\Z", "", text))


_KNOWN_IMPORT = re.compile(
    rb"^[ \t]*(?:import numpy(?: as \w+)?"
    rb"|from (?:\.\w*|numpy|labkit|typing|pathlib|collections\.abc) import [\w, ]+)[ \t]*$",
    re.MULTILINE,
)


@lru_cache(maxsize=32)
def find_foreign_imports(source: bytes) -> list[tuple[int, str]]:
    """Return line and package of each import that is missing in grading; none if Python cannot read the source."""
    if b"import" not in _KNOWN_IMPORT.sub(b"", source):  # parsing costs more than grading some exercises
        return []
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except UNPARSABLE:
        return []
    found = [(node.lineno, alias.name) for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    found += [(node.lineno, node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    packages = [(line, name.partition(".")[0]) for line, name in found]
    return sorted({(line, package) for line, package in packages if package not in _GRADED_WITH})


_OTHER_NAMES = {"np": "numpy"}
"""What a package that does not exist stands for, if its name is too short to be compared."""
_CLOSE = 0.78
"""How similar two names must be, as `difflib` measures it: nupmy and numpy are, cupy and copy are not."""


def find_package_meant(package: str) -> str:
    """Return the package that a misspelt import means, or an empty string if no name is similar."""
    if package in _OTHER_NAMES:
        return _OTHER_NAMES[package]
    names = ["numpy", *sorted(name for name in _GRADED_WITH - {"numpy"} if not name.startswith("_"))]
    return next(iter(difflib.get_close_matches(package, names, 1, _CLOSE)), "")


class LeftOver(StrEnum):
    """Where a stub was left next to the written code."""

    BELOW = "code below"
    """Code is below the stub's ``raise``, which ends the function first."""
    ABOVE = "code above"
    """Code is above the stub's ``raise``, and nothing is returned."""
    BRANCH = "in a branch"
    """The stub's ``raise`` is within an ``if``, a loop or the like, so some cases still reach it."""
    TWICE = "defined twice"
    """The function is also defined earlier in the file, and Python uses the last definition."""


def find_left_over_stub(source: bytes, name: str) -> tuple[LeftOver, int, int] | None:
    """Return where a stub was left, its line and, if it is defined twice, the other line; None if no stub was left."""
    try:
        tree = ast.parse(source)
    except UNPARSABLE:
        return None
    definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if len(definitions) > 1:
        return LeftOver.TWICE, definitions[-1].lineno, definitions[-2].lineno
    body = definitions[0].body if definitions else []
    raises = [i for i, node in enumerate(body) if isinstance(node, ast.Raise)]
    if not raises:
        line = next((node.lineno for node in _own_nodes(body) if raises_not_written(node)), None)
        return None if line is None else (LeftOver.BRANCH, line, 0)
    if raises[0] < len(body) - 1:
        return LeftOver.BELOW, body[raises[0]].lineno, 0
    written = [node for node in body[: raises[0]] if not _is_text(node)]
    return (LeftOver.ABOVE, body[raises[0]].lineno, 0) if written else None


def _own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, without those of functions and classes defined in it."""
    for node in body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield node
            yield from _own_nodes(ast.iter_child_nodes(node))


def raises_not_written(node: ast.AST) -> bool:
    """Return whether a statement raises `NotImplementedError`, as a stub does."""
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == NotImplementedError.__name__


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def read_companions(library: Path, state: Path | None = None) -> dict[str, bytes]:
    """Read the files beside a submission's notebook, by path: the library, and the answers to the concept test.

    Parameters
    ----------
    library : Path
        The library's folder.
    state : Path, optional
        The folder of the library owner's records, if it is not in this copy of the course.
    """
    files = {f"{LIBRARY_FOLDER}/{name}.py": source for name, source in sorted(read_library(library).items())}
    if answered := store.load("concepts", state):  # for the class's gain, in the instructor's report
        files[CONCEPTS] = json.dumps(answered, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return files
