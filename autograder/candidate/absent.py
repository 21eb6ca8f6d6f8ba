"""Stands in for packages that a module imports and that are absent here, so that only what needs them fails."""

from __future__ import annotations
import __future__

import ast
import importlib.util
import sys
from collections.abc import Callable, Iterator, MutableMapping
from types import CodeType

_NEVER = {"numpy", "labkit", "weightlab", *sys.stdlib_module_names}
"""Packages without a stand-in: a module that cannot import one of these cannot be run."""
_ASKED = {"__version__", "__name__", "__file__"}
"""Special names that a module may look up in a package; Python looks up others to learn what objects can do."""
_USES = (
    "call getitem setitem delitem iter next len contains enter exit bool int float complex index array "
    "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and or xor "
    "radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift rand ror rxor "
    "neg pos abs invert lt le gt ge mro_entries"
)


class Absent:
    """Stands for an absent package and for everything taken from it: any use raises an error that names the package.

    Parameters
    ----------
    package : str
        The package that is absent.
    file, line : str, int
        Where the package is imported.
    """

    def __init__(self, package: str, file: str, line: int | None) -> None:
        vars(self).update(package=package, file=file, line=line)

    def __getattr__(self, name: str) -> None:
        if name.startswith("__") and name not in _ASKED:
            raise AttributeError(name)
        self._fail()

    def __setattr__(self, name: str, value: object) -> None:
        self._fail()

    def _fail(self, *args: object, **kwargs: object) -> None:
        known = vars(self)
        package = known["package"]
        where = f"imported on line {known['line']} of {known['file']}"
        error = ModuleNotFoundError(f"No module named {package!r} here ({where})", name=package)
        error.absent = self  # so that objects taken from it name the same import
        raise error


for _use in _USES.split():
    setattr(Absent, f"__{_use}__", Absent._fail)


def find_line(error: BaseException, file: str) -> int | None:
    """Return the line of a module that raised an error, or that the compiler refused."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return trace.tb_lineno if trace else getattr(error, "lineno", None)


def is_lacking(error: BaseException) -> bool:
    """Return whether an error reports the absence of a package that may have a stand-in."""
    return isinstance(error, ModuleNotFoundError) and isinstance(error.name, str) and _is_absent(error.name)


def run_without_absent(
    tree: ast.Module, file: str, run: Callable[[CodeType], None], names: MutableMapping[str, object]
) -> None:
    """Run a module statement by statement; a statement that needs a missing package fails alone.

    Any use of the names that the failed statement would have defined fails as well.

    Parameters
    ----------
    tree : ast.Module
        The module.
    file : str
        The name of its file, as error messages show it.
    run : function
        Runs the code of a statement.
    names : mapping of str to object
        The module's names. A name that a failing statement should have bound is bound to an `Absent`.
    """
    flags = _future_flags(tree)
    for node in _separate_imports(tree.body):
        wanted = _names_bound(node)
        before = {name: names.get(name) for name in wanted}
        try:
            run(compile(ast.Module([node], []), file, "exec", flags, dont_inherit=True))
        except ModuleNotFoundError as error:
            if not is_lacking(error):
                raise
            stand_in = getattr(error, "absent", Absent(error.name.partition(".")[0], file, find_line(error, file)))
            for name in wanted:
                if names.get(name) is before[name]:
                    names[name] = stand_in
            # From here on, annotations stay text, so that an annotation that names an absent package does not fail.
            flags |= __future__.annotations.compiler_flag


def _future_flags(tree: ast.Module) -> int:
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for one in node.names:
                flags |= getattr(__future__, one.name).compiler_flag
    return flags


def _separate_imports(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements; an import of several packages becomes one statement per package."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (ast.copy_location(ast.Import([one]), node) for one in node.names)
        else:
            yield node


def _names_bound(node: ast.AST) -> set[str]:
    """Return the names that a statement binds in its module, not those within functions and classes."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Lambda):
        return set()
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {one.asname or one.name.partition(".")[0] for one in node.names}
    names = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()
    return names.union(*map(_names_bound, ast.iter_child_nodes(node)))


def _is_absent(name: str) -> bool:
    package = name.partition(".")[0]
    if package in _NEVER:
        return False
    try:
        return importlib.util.find_spec(package) is None
    except (ImportError, ValueError):  # a module in sys.modules that has no specification is not absent
        return False
