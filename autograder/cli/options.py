"""The options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path

import click


def _resolve(_: click.Context, __: click.Parameter, path: Path) -> Path:
    """Resolve `..` in an absolute path, which would make every path in messages harder to read."""
    return path.resolve() if path.is_absolute() and ".." in path.parts else path


CLASSROOM = click.option(
    "--classroom",
    type=click.Path(path_type=Path, file_okay=False),
    callback=_resolve,
    default=Path("classroom"),
    show_default=True,
    help="The class's folder, which holds submitted/ (nbgrader's course folder).",
)
DATABASE = click.option(
    "--database", metavar="URL", help="Address of the gradebook, such as postgresql://user@host/name."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def require_chapters(_: click.Context, __: click.Parameter, names: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Refuse a name that no chapter has; click calls this for an argument that names one or several chapters."""
    from ..names import find_chapter

    for name in [names] if isinstance(names, str) else names:
        find_chapter(name)
    return names


CHAPTER = click.argument("chapter", callback=require_chapters)
