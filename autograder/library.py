"""A library folder as it is read for checking: its modules' bytes by name, within bounds."""

from __future__ import annotations

from pathlib import Path

LIBRARY_FOLDER = "weightlab"
"""The folder of a submission that holds the student's modules."""
MAX_SOURCE = 512 * 2**10
"""Bytes that one module may have."""
MAX_MODULES = 100


def read_library(folder: Path) -> dict[str, bytes]:
    """Read the modules of a library folder, by module name.

    Links and files that Python could not import are left out. Of an oversized file only the beginning is read, just
    enough to tell that it is oversized.
    """
    sources = {}
    if folder.is_dir():
        for path in sorted(folder.glob("*.py"))[:MAX_MODULES]:
            if path.stem.isidentifier() and path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    sources[path.stem] = file.read(MAX_SOURCE + 1)
    return sources
