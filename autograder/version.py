"""Says which release of the course this is, and where to ask for help."""

from __future__ import annotations

import hashlib
from functools import cache

from .paths import KEYS, ROOT


def release_name() -> dict[str, str]:
    """Return the version of the course and a digest of what was released."""
    manifest = KEYS / "released.json"
    digest = hashlib.sha256(manifest.read_bytes() if manifest.exists() else b"").hexdigest()
    return {"version": str(_project().get("version", "")), "digest": digest[:16]}


def help_link() -> str:
    """Return the address where learners of this copy ask for help, or an empty string."""
    return str(_project().get("urls", {}).get("Help", ""))


@cache
def _project() -> dict:
    """Return what pyproject.toml says of the project; what is installed may be older than the copy."""
    import tomllib

    try:
        return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        pass
    from importlib import metadata

    try:  # a copy without that file: a wheel, or the course in the browser
        installed = metadata.metadata("weightlab")
    except metadata.PackageNotFoundError:
        return {}
    urls = (line.partition(", ") for line in installed.get_all("Project-URL") or ())
    return {"version": installed["Version"], "urls": {label: address for label, _, address in urls}}
