"""Makes the student's sources importable as ``weightlab``, with some functions replaced by given ones."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import linecache
import marshal
import sys
from collections.abc import Callable, Iterator, MutableMapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

from .absent import find_line, is_lacking, run_without_absent

PACKAGE = "weightlab"


class Library(MetaPathFinder, Loader):
    """Imports ``weightlab`` and its modules from sources held in memory.

    Parameters
    ----------
    sources : dict of str to bytes
        Module name (``"weights"``, ``"__init__"``) to the bytes of its file.
    folder : str
        The folder that tracebacks name for these files.
    given : dict of str to dict
        For each module, the functions that replace the student's functions of the same names.
    graded : str
        The module under test. An error in it counts. Another module that cannot be run still provides its
        given functions; its other functions fail only when they are called, so that its mistake costs little here.
    compiled : dict of str to bytes
        For each module that has been compiled before, its marshalled code.
    """

    def __init__(
        self,
        sources: dict[str, bytes],
        folder: str,
        given: dict[str, dict],
        graded: str,
        compiled: dict[str, bytes] | None = None,
    ) -> None:
        self.sources, self.folder, self.given, self.graded = sources, folder, given, graded
        self.compiled = dict(compiled or {})
        """The marshalled code of each module that has been compiled before, or that was imported here."""

    def install(self) -> None:
        """Handle imports of the package before any other importer does."""
        sys.meta_path.insert(0, self)

    def path_of(self, module: str) -> str:
        """Return a module's file name, as the student knows the file."""
        return f"{self.folder}/{module}.py"

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Find the package itself and its modules, and leave everything else to other importers."""
        package, _, module = fullname.partition(".")
        if package != PACKAGE:
            return None
        if not module:
            return ModuleSpec(fullname, self, origin=self.path_of("__init__"), is_package=True)
        if module in self.sources or module in self.given:
            return ModuleSpec(fullname, self, origin=self.path_of(module))
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make the module object."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's source with the given functions already in place."""
        name = module.__name__.partition(".")[2] or "__init__"
        given = self.given.get(name, {})
        vars(module).update(given)
        module.__file__ = self.path_of(name)
        try:
            text = _decode(self.sources.get(name, b""))
            linecache.cache[self.path_of(name)] = (len(text), None, text.splitlines(True), self.path_of(name))
            self._execute(module, name, text, given)
        except BaseException as error:
            if name == self.graded:
                raise
            vars(module).update(given, __getattr__=_stand_ins(self.path_of(name), error))

    def _execute(self, module: ModuleType, name: str, text: str, given: dict) -> None:
        """Run a module's text; given functions stay, and errors in other definitions of their names do not count.

        An import of an absent package counts as an error only once something uses the package.
        """
        begun, file = dict(vars(module)), self.path_of(name)
        try:
            _run(self._compile(name, text), module, given)
        except BaseException as error:
            without = _Without(given)
            tree = without.visit(ast.parse(text, file))
            dropped = any(find_line(error, file) in range(first, last + 1) for first, last in without.dropped)
            if not dropped and not is_lacking(error):
                raise
            # A second run, without those definitions. This is rare; leaving them out in every run would cost more.
            vars(module).clear()
            vars(module).update(begun | given)
            run_without_absent(tree, file, lambda code: _run(code, module, given), _Names(vars(module), given))

    def _compile(self, name: str, text: str) -> CodeType:
        with contextlib.suppress(KeyError, ValueError, EOFError, TypeError):
            if isinstance(code := marshal.loads(self.compiled[name]), CodeType):
                return code
        code = compile(text, self.path_of(name), "exec", dont_inherit=True)
        self.compiled[name] = marshal.dumps(code)
        return code


def _decode(source: bytes) -> str:
    """Decode a source as Python does, but say so if it is in UTF-16, as PowerShell's ``>`` writes files.

    Python's own message about such a file concerns an encoding declaration, which nobody wrote.
    """
    if source.startswith((b"\xff\xfe", b"\xfe\xff")) or source[1:4:2] == b"\0\0" or source[:3:2] == b"\0\0":
        raise SyntaxError("it is saved as UTF-16")
    return importlib.util.decode_source(source)


def _run(code: CodeType, module: ModuleType, given: dict) -> None:
    exec(code, vars(module), _Names(vars(module), given))
    vars(module).update(given)  # also after a statement such as ``global``, which bypasses the module's own names


def _stand_ins(file: str, error: BaseException) -> Callable[[str], Callable]:
    """Return the ``__getattr__`` of a module that could not be run."""
    line = find_line(error, file)
    said = ": ".join(filter(None, (type(error).__name__, _read_message(error))))
    why = f"{file} could not be run ({said}{f', on line {line}' if line else ''})"

    def stand_in(name: str) -> Callable:
        if name.startswith("__"):
            raise AttributeError(name)

        def fail(*args: object, **kwargs: object) -> None:
            raise ImportError(why)

        return fail

    return stand_in


def _read_message(error: BaseException) -> str:
    """Return the message of an error, without the file that a name could not be imported from."""
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
        path = f" ({error.path})" if isinstance(error, ImportError) and error.path else ""
    except BaseException:
        return ""
    return text.removesuffix(path)[:200]


class _Names(MutableMapping):
    """A module's names while it runs: a given function stays, even if an import or a loop binds its name."""

    def __init__(self, names: dict, given: dict) -> None:
        self.names, self.given = names, given

    def __getitem__(self, name: str) -> object:
        return self.names[name]

    def __setitem__(self, name: str, value: object) -> None:
        if name not in self.given:
            self.names[name] = value

    def __delitem__(self, name: str) -> None:
        if name not in self.given:
            del self.names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class _Without(ast.NodeTransformer):
    """Drops the definitions of some top-level names, and leaves the bodies of functions and classes alone."""

    def __init__(self, names: dict) -> None:
        self.names = names
        self.dropped: list[tuple[int, int]] = []
        """The first and the last line of each definition that was dropped."""

    def visit(self, node: ast.AST) -> ast.AST:
        """Replace the node if it defines one of the names; search ``if``, ``try`` and similar blocks."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            defined = {node.name}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined = {target.id for target in targets if isinstance(target, ast.Name)}
        else:
            return node if isinstance(node, ast.expr) else self.generic_visit(node)
        if not defined & set(self.names):
            return node
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        self.dropped.append((first, node.end_lineno))
        return ast.copy_location(ast.Pass(), node)
