"""Says which release of the course this is, and where to ask for help."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from .paths import KEYS, ROOT

PACKAGES = ("weightlab", "weightlab-course")
"""The names under which the course is installed: from a copy, and by its site in a browser."""


def release_name() -> dict[str, str]:
    """Return the version of the course and a digest of what was released."""
    return {"version": str(_project().get("version", "")), "digest": _digest(KEYS / "released.json")}


def digest_of(copy: Path) -> str:
    """Return the digest of what was released with any copy of the course; two releases may have the same version."""
    return _digest(copy / "autograder" / KEYS.name / "released.json")


def _digest(manifest: Path) -> str:
    return hashlib.sha256(manifest.read_bytes() if manifest.exists() else b"").hexdigest()[:16]


def help_link() -> str:
    """Return the address where learners of this copy ask for help, or an empty string."""
    return str(_project().get("urls", {}).get("Help", ""))


def version_of(copy: Path) -> str:
    """Return the version of any copy of the course, or an empty string if the copy does not state it."""
    return str(_read_project(copy).get("version", ""))


def is_older(version: str, other: str) -> bool:
    """Return whether a version comes before another; an unknown version is not older than any.

    What follows the numbers, as in ``2.0.0rc1``, makes no difference.
    """
    return bool(version) and _numbers(version) < _numbers(other)


def _numbers(version: str) -> list[int]:
    numbers = re.match(r"[0-9.]*", version)[0].split(".")
    found = [int(number) for number in numbers if number]
    while found and not found[-1]:  # 2.0 is 2.0.0
        found.pop()
    return found


def _read_project(copy: Path) -> dict:
    import tomllib

    try:
        return tomllib.loads((copy / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        return {}


@cache
def _project() -> dict:
    """Return the project's metadata, from pyproject.toml if possible: installed metadata may be older."""
    if found := _read_project(ROOT):
        return found
    from importlib import metadata

    for name in PACKAGES:  # a copy without that file: a wheel, or the course in the browser
        try:
            installed = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        urls = (line.partition(", ") for line in installed.get_all("Project-URL") or ())
        return {"version": installed["Version"], "urls": {label: address for label, _, address in urls}}
    return {}
