"""Which modules of a package import from which, read from their sources."""

from __future__ import annotations

import ast


def imports_of(source: bytes, package: str) -> set[str]:
    """Return the full names of the modules of a package that a source in it imports from."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = f"{package}.{node.module or ''}".rstrip(".") if node.level else (node.module or "")
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.startswith(f"{package}.")}


def in_order(changed: set[str], uses: dict[str, set[str]]) -> list[str]:
    """Return the changed modules and all that build on them, each after the modules that it builds on."""
    stale = set(changed)
    while more := {name for name, used in uses.items() if used & stale} - stale:
        stale |= more
    order: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        for used in sorted(uses[name] & stale):
            if used not in above and used not in order:
                visit(used, (*above, name))
        if name not in order:
            order.append(name)

    for name in sorted(stale):
        visit(name, ())
    return order
