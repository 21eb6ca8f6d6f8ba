"""Stands in for packages that a module imports and that are absent here, so that only what needs them fails."""

from __future__ import annotations

import ast
import importlib.util
import sys

_NEVER = {"numpy", "labkit", "weightlab", *sys.stdlib_module_names}
"""Packages that have no stand-in: where one of these cannot be imported, its module cannot be run."""
_USES = (
    "call getitem setitem delitem iter next len contains enter exit bool int float complex index array "
    "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and or xor "
    "radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift rand ror rxor "
    "neg pos abs invert lt le gt ge mro_entries"
)


class Absent:
    """What an import of an absent package binds: any use of it raises an error that names the import.

    Parameters
    ----------
    package : str
        The package that is absent.
    file, line : str, int
        Where it is imported.
    """

    def __init__(self, package: str, file: str, line: int) -> None:
        vars(self).update(package=package, file=file, line=line)

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)
        self._fail()

    def __setattr__(self, name: str, value: object) -> None:
        self._fail()

    def _fail(self, *args: object, **kwargs: object) -> None:
        known = vars(self)
        package = known["package"]
        where = f"imported in line {known['line']} of {known['file']}"
        raise ModuleNotFoundError(f"No module named {package!r} here ({where})", name=package)


for _use in _USES.split():
    setattr(Absent, f"__{_use}__", Absent._fail)


def remove_absent_imports(tree: ast.Module, file: str) -> dict[str, Absent]:
    """Take imports of absent packages out of a module's own lines.

    Only statements of the module itself count: an import within ``try`` has an answer of its own to a failure, and one
    within a function fails where it is needed.

    Returns
    -------
    dict
        What stands in for each name that the imports would have bound.
    """
    bound: dict[str, Absent] = {}
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and not node.level and _is_absent(node.module):
            package = node.module.partition(".")[0]
            bound |= {one.asname or one.name: Absent(package, file, node.lineno) for one in node.names}
            body.append(ast.copy_location(ast.Pass(), node))
            continue
        if isinstance(node, ast.Import):
            present = [one for one in node.names if not _is_absent(one.name)]
            for one in node.names:
                if one not in present:
                    package = one.name.partition(".")[0]
                    bound[one.asname or package] = Absent(package, file, node.lineno)
            node = ast.copy_location(ast.Import(present) if present else ast.Pass(), node)
        body.append(node)
    tree.body[:] = body
    return bound


def _is_absent(name: str) -> bool:
    package = name.partition(".")[0]
    if package in _NEVER:
        return False
    try:
        return importlib.util.find_spec(package) is None
    except (ImportError, ValueError):  # a module in sys.modules without a specification is there
        return False
