"""Lays out the Python that runs in the browser: Pyodide, the packages that notebooks use, and the lab itself."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder import release
from autograder.learner.manifest import digest_of, read_released
from autograder.paths import KEYS, ROOT, shown
from autograder.version import PACKAGES, help_link, release_name

LAB = PACKAGES[1]
"""The name under which the lab and the autograder are installed in the browser."""
LOCK = "pyodide-lock.json"
KERNEL = ("micropip", "piplite", "ssl", "sqlite3", "ipykernel", "comm", "pyodide_kernel", "ipython")
"""Packages that the kernel would otherwise install one after another, each time that it starts."""
WIDGETS = ("ipywidgets", "anywidget")
LOADED = (*KERNEL, "numpy", "matplotlib", *WIDGETS, LAB)
_PURE = {
    "comm": [],
    "ipywidgets": ["comm", "traitlets", "jupyterlab-widgets", "widgetsnbextension"],
    "jupyterlab_widgets": [],
    "anywidget": ["ipywidgets", "psygnal", "typing-extensions"],
    "psygnal": [],
    "typing_extensions": [],
}
"""Packages without compiled code that Pyodide may lack, each with what it needs."""
_LEARNERS = ("candidate", "exercises", "judging", "keys", "learner", "sandbox")
"""The rooms of the autograder that a self-check needs; those for classes and for releasing are left out."""


def lay_out(source: Path, kernel: Path, target: Path, cdn: str) -> list[str]:
    """Write Pyodide with everything that the kernel loads; return the names of what it loads as it starts.

    Parameters
    ----------
    source : Path
        A folder with Pyodide's own files and some or all of its packages.
    kernel : Path
        The folder of the kernel's wheels, in JupyterLite's extension.
    target : Path
        Where it is written.
    cdn : str
        The address, with its slash, of the packages that the source does not hold.
    """
    target.mkdir(parents=True)
    lock = json.loads((source / LOCK).read_text(encoding="utf-8"))
    for path in source.glob("pyodide*"):
        if path.suffix in (".js", ".mjs", ".wasm"):
            shutil.copy2(path, target)
    shutil.copy2(source / "python_stdlib.zip", target)
    for wheel in [*kernel.glob("*.whl"), *_download_pure(target.parent / "wheels", lock)]:
        _add(lock, wheel.name, wheel.read_bytes(), target)
    _add(lock, *pack_lab(), target)
    for package in lock["packages"].values():
        name = package["file_name"]
        if (source / name).is_file():
            shutil.copy2(source / name, target)
        elif not (target / name).is_file():
            package["file_name"] = cdn + name
    wanted = _with_dependencies(lock["packages"], LOADED)
    lock["packages"] = {name: one for name, one in lock["packages"].items() if name in wanted or cdn}
    served = {one["file_name"] for name, one in lock["packages"].items() if name in wanted} | {"python_stdlib.zip"}
    for path in [*target.glob("*.whl"), *target.glob("*.zip")]:
        if path.name not in served:
            path.unlink()
    (target / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    return [name for name in LOADED if _normal(name) in lock["packages"]]


def _download_pure(folder: Path, lock: Mapping[str, Any]) -> list[Path]:
    """Download the wheels that Pyodide lacks, in the versions that are installed here."""
    lacking = [name for name in _PURE if _normal(name) not in lock["packages"]]
    pinned = [f"{name}=={importlib.metadata.version(name)}" for name in lacking]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    # A platform for which there is no compiled wheel, so that wheels of pure Python are taken.
    only = ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none", "--dest", str(folder)]
    subprocess.run([*command, *only, *pinned], check=True)
    return sorted(folder.glob("*.whl"))


def _add(lock: dict[str, Any], file: str, content: bytes, target: Path) -> None:
    name, version = file.split("-")[:2]
    (target / file).write_bytes(content)
    lock["packages"][_normal(name)] = {
        "name": name,
        "version": version,
        "file_name": file,
        "install_dir": "site",
        "sha256": hashlib.sha256(content).hexdigest(),
        "package_type": "package",
        "imports": [],
        "depends": _PURE.get(name, []),
        "unvendored_tests": False,
    }


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")


def _with_dependencies(packages: Mapping[str, Any], names: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = [_normal(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in packages and name not in found:
            found.add(name)
            waiting += map(_normal, packages[name]["depends"])
    return found


def pack_lab() -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel with the lab and the learner's rooms of the autograder.

    It also holds the released notebooks and stubs, from which a new release is merged into what a browser keeps.
    """
    version = release_name()["version"]
    files = {f"labkit/{name}": content for name, content in _files_of(ROOT / "src" / "labkit").items()}
    for name, content in _files_of(ROOT / "autograder").items():
        room, _, below = name.partition("/")
        if room in _LEARNERS if below else room not in ("release.py", "chapter_notebook.py", "test_library.py"):
            files[f"autograder/{name}"] = content
    files["autograder/released.zip"] = _zip(released_files() | {shown(release.MANIFEST): release.MANIFEST.read_bytes()})
    wheel = f"{LAB.replace('-', '_')}-{version}"
    about = f"{wheel}.dist-info"
    head = f"Metadata-Version: 2.1\nName: {LAB}\nVersion: {version}\nProject-URL: Help, {help_link()}\n"
    files[f"{about}/METADATA"] = head.encode()
    files[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: weightlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    recorded = [f"{name},{_digest(content)},{len(content)}\n" for name, content in files.items()]
    files[f"{about}/RECORD"] = "".join(recorded).encode()
    return f"{wheel}-py3-none-any.whl", _zip(files)


def released_files() -> dict[str, bytes]:
    """Return what learners open and write in, by its name in the project: notebooks and stubs, as released."""
    released = read_released(release.MANIFEST)
    files = {ROOT / name: (ROOT / name).read_bytes() for name in released if not (ROOT / name).is_relative_to(KEYS)}
    edited = [shown(path) for path, content in files.items() if digest_of(content) != released[shown(path)]]
    if edited:
        raise release.ReleaseError(f"Edited since the last release, so no site was built: {', '.join(edited)}.")
    release.prove(files)
    return {shown(path): content for path, content in files.items()}


def _files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Return a zip that is byte for byte the same whenever it is made."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
