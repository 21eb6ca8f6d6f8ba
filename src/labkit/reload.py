"""Lets edits of ``src/weightlab`` take effect at the next cell, and says in a sentence what is wrong.

``import labkit`` in a notebook calls `install`. From then on, before each cell, modules of the
learner's library whose files have changed are run again, and so are the modules that import from
them. Functions keep their identity: only their code is replaced, so that every name, table or
slider that holds one has the new version.

A function that a notebook calls by its name returns the form that its header declares; see
`arrays.gives_what_it_declares`. Within the library nothing is changed.
"""

from __future__ import annotations

import functools
import html
import importlib.util
import re
import sys
import traceback
from pathlib import Path
from types import FunctionType, ModuleType, TracebackType
from typing import Any

from .arrays import UnusableResultError, gives_what_it_declares
from .display import show_message
from .imports import imports_of, in_order
from .place import IN_BROWSER, ROOT
from .store import never_passed

PACKAGE = "weightlab"
LIBRARY = ROOT / "src" / PACKAGE


class ShadowedLibraryError(ImportError):
    """Something else is called ``weightlab`` and would be imported in place of the learner's library."""


def install() -> None:
    """Register with the running IPython; once is enough.

    Raises
    ------
    ShadowedLibraryError
        If ``import weightlab`` would not find ``src/weightlab``.
    """
    shell = sys.modules["IPython"].get_ipython()
    if not hasattr(shell, "weightlab_reloader"):
        shell.weightlab_reloader = Reloader(shell.user_ns)
        shell.events.register("pre_run_cell", shell.weightlab_reloader.before_cell)
        shell.events.register("post_run_cell", shell.weightlab_reloader.after_cell)
        in_a_sentence = (NotImplementedError, SyntaxError, ShadowedLibraryError, UnusableResultError)
        shell.set_custom_exc(in_a_sentence, _show_exception)
    refuse_shadow()


def refuse_shadow() -> None:
    """Raise `ShadowedLibraryError` if another ``weightlab`` comes before the learner's own."""
    loaded = sys.modules.get(PACKAGE)
    spec = loaded.__spec__ if loaded else importlib.util.find_spec(PACKAGE)
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    if not spec or any(place.resolve() == LIBRARY for place in places):
        return
    found = places[0] if places else Path(spec.origin or "")
    raise ShadowedLibraryError(
        f"Python imports {found} instead of your library in {shown(LIBRARY)}. Rename or delete {found}, "
        "then restart the kernel."
    )


def shown(path: Path) -> str:
    """Write a path as seen from the project's folder."""
    root = LIBRARY.parents[1]
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


class Reloader:
    """Runs changed modules of the library again.

    Parameters
    ----------
    namespace : dict
        The notebook's names, in which replaced objects are replaced as well.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self._sources: dict[str, bytes] = {}
        self._gone: dict[str, dict[str, tuple[Any, list[str]]]] = {}
        """By module, its lost objects and the notebook's names for them: a later save may bring the objects back."""
        self._called: dict[int, tuple[FunctionType, Any]] = {}
        """The library's functions that the notebook has, by id, with what it calls instead of each."""
        self.after_cell()

    def after_cell(self, result: object = None) -> None:
        """Remember the sources of modules that the cell imported; after an error, name functions that may be why."""
        for name, path in _loaded():
            if name not in self._sources and (source := _read(path)) is not None:
                self._sources[name] = source
        self._wrap()
        error = getattr(result, "error_in_exec", None)
        if isinstance(error, Exception) and not explain(error) and (names := self._not_right()):
            _say(f"The cause may be a function that has not passed its check: {', '.join(names)}.")

    def _not_right(self) -> list[str]:
        """Return the notebook's functions of the library that were checked and have never passed."""
        return never_passed(dict.fromkeys(function.__name__ for function, _ in self._called.values()))

    def before_cell(self, cell: object = None) -> None:
        """Run changed files again; a file that cannot be run is reported, and its previous content stays in use.

        A cell that is a check and nothing else reads the file itself, and says what is wrong on its card.
        """
        alone = re.fullmatch(r"""check\(["']\w+["']\)""", str(getattr(cell, "raw_cell", "")).strip())
        for sentence in self.run_changed():
            if not alone:
                _say(sentence)

    def run_changed(self) -> list[str]:
        """Run changed files again; return a sentence for each file that cannot be run."""
        files = dict(_loaded())
        sources = {name: _read(path) for name, path in files.items()}
        changed = {name for name, source in sources.items() if source != self._sources.get(name, source)}
        if not changed:
            self.after_cell()
            return []
        uses = {name: imports_of(source or b"", PACKAGE) for name, source in sources.items()}
        failed: dict[str, str] = {}
        for name in in_order(changed, uses):
            if failed.keys() & uses[name]:
                continue
            if sentence := self._run_again(name, files[name], sources[name]):
                failed[name] = (
                    f"{sentence} Until you fix and save the file, the notebook uses the last version that ran."
                )
            else:
                self._sources[name] = sources[name]
        self._wrap()
        return list(failed.values())

    def _wrap(self) -> None:
        """Let the notebook's names give what the library's functions declare."""
        for name, value in list(self.namespace.items()):
            if name.startswith("_"):  # IPython takes its _ for the learner's own unless it is the object that it stored
                continue
            function = self._of_library(value)
            if not isinstance(function, FunctionType) or not _in_library(function.__code__.co_filename):
                continue
            if id(function) not in self._called:
                self._called[id(function)] = (function, gives_what_it_declares(function))
            called = self._called[id(function)][1]
            self.namespace[name] = functools.update_wrapper(called, function)

    def _of_library(self, value: Any) -> Any:
        """Return the library's function that the notebook calls by a name; return any other value unchanged.

        One of the learner's own functions may have the attributes of another one, as `functools.wraps` copies them.
        """
        function = getattr(value, "of_library", None)
        return function if self._called.get(id(function), (None, None))[1] is value is not None else value

    def _run_again(self, name: str, path: Path, source: bytes | None) -> str | None:
        """Run a module's file in its own namespace; return what went wrong."""
        if source is None:
            return f"{shown(path)} is missing."
        module = sys.modules[name]
        before = dict(vars(module))
        try:
            code = compile(source, str(path), "exec", dont_inherit=True)
            for key, value in before.items():
                if not key.startswith("__") and getattr(value, "__name__", "") != f"{name}.{key}":  # keep submodules
                    del vars(module)[key]
            exec(code, vars(module))
        except BaseException as error:  # not even a KeyboardInterrupt may leave a module half run
            vars(module).clear()
            vars(module).update(before)
            return _cannot_run(path, error)
        self._replace(module, before)
        return None

    def _replace(self, module: ModuleType, before: dict[str, Any]) -> None:
        """Give the new code to old functions, and rebind the notebook's names for everything else."""
        gone = self._gone.setdefault(module.__name__, {})
        own = {key: old for key, (old, _) in gone.items()}
        own |= {key: old for key, old in before.items() if getattr(old, "__module__", None) == module.__name__}
        moved: dict[int, str] = {}
        for key, old in own.items():
            new = vars(module).get(key)
            if isinstance(old, FunctionType) and isinstance(new, FunctionType) and _same_closure(old, new):
                for part in ("__code__", "__defaults__", "__kwdefaults__", "__doc__", "__annotations__"):
                    setattr(old, part, getattr(new, part))
                vars(module)[key] = old
            else:
                moved[id(old)] = key
            if key not in vars(module):
                gone.setdefault(key, (old, []))
            else:
                for name in gone.pop(key, (old, []))[1]:
                    self.namespace.setdefault(name, vars(module)[key])
        for name, value in list(self.namespace.items()):
            value = self._of_library(value)
            key = moved.get(id(value))
            if key is None or own[key] is not value:
                continue
            if key in vars(module):
                self.namespace[name] = vars(module)[key]
            else:
                del self.namespace[name]
                gone[key][1].append(name)
                _say(f"{key} is no longer in {shown(Path(module.__file__))}, so the notebook has forgotten {name}.")


def _loaded() -> list[tuple[str, Path]]:
    """Return the library's modules that have been imported, with their files."""
    modules = [(name, module) for name, module in list(sys.modules.items()) if name.partition(".")[0] == PACKAGE]
    return [(name, Path(module.__file__)) for name, module in modules if getattr(module, "__file__", None)]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _same_closure(old: FunctionType, new: FunctionType) -> bool:
    return not old.__code__.co_freevars and not new.__code__.co_freevars


def _cannot_run(path: Path, error: BaseException) -> str:
    """Say in a sentence where a file of the library goes wrong."""
    if isinstance(error, SyntaxError) and error.lineno:
        remedy = " Indent it by four spaces." if error.msg == "'return' outside function" else ""
        return f"Line {error.lineno} of {shown(path)} is not Python yet ({error.msg}).{remedy}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    where = f" at line {lines[-1]}" if lines else ""
    if isinstance(error, KeyboardInterrupt):
        return f"{shown(path)} was interrupted{where} while it was being loaded."
    return f"{shown(path)} stops{where}: {': '.join(filter(None, (type(error).__name__, str(error).strip())))}."


def _say(sentence: str) -> None:
    show_message(f'<p role="alert">⚠ {html.escape(sentence)}</p>', sentence)


def _show_exception(
    shell: Any, kind: type, error: BaseException, tb: TracebackType, tb_offset: int | None = None
) -> None:
    """Show what went wrong as a sentence if that is enough, otherwise as IPython does.

    It stays an error: programs that run notebooks see it as such.
    """
    sentence = explain(error)
    if sentence is None:
        shell.showtraceback((kind, error, tb), tb_offset=tb_offset)
    else:
        shell._showtraceback(kind, error, [sentence])


def explain(error: BaseException) -> str | None:
    """Return one sentence that tells a learner what an error asks of them, or None if more should be shown.

    Parameters
    ----------
    error : BaseException
        The error as it was caught, with its traceback.

    Returns
    -------
    str or None
        For an unwritten function, a result that cannot be drawn, a syntax error in the library, or a library that is
        hidden by another.
    """
    if isinstance(error, ShadowedLibraryError | UnusableResultError):
        return str(error)
    if isinstance(error, SyntaxError) and error.filename and _in_library(error.filename):
        return f"{_cannot_run(Path(error.filename), error)} Fix it, save, and run this cell again."
    if isinstance(error, NotImplementedError):
        frames = traceback.extract_tb(error.__traceback__)
        if frames and _in_library(frames[-1].filename):
            name, file = frames[-1].name, shown(Path(frames[-1].filename).resolve())
            return f"{name} is not written yet. Write it in {file}, save, and run this cell again."
    return None


def describe_error(error: BaseException) -> str:
    """Return what `explain` says or, for any other error, where in the library it was raised, and its message."""
    if sentence := explain(error):
        return sentence
    said = ": ".join(filter(None, (type(error).__name__, " ".join(str(error).split()))))
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _in_library(frame.filename)]
    if not frames:
        return said
    file = shown(Path(frames[-1].filename).resolve())
    return f"{frames[-1].name} stops at line {frames[-1].lineno} of {file}: {said.rstrip('.')}."


def catch_up() -> str:
    """Let saved edits take effect between two cells, as when a live figure is used; return what cannot be run.

    In a browser they wait for the next cell: there, reading files is slow.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    reloader = getattr(shell, "weightlab_reloader", None)
    return "" if IN_BROWSER or not reloader else " ".join(reloader.run_changed())


def _in_library(filename: str) -> bool:
    return Path(filename).resolve().is_relative_to(LIBRARY)
