"""Replaces the downloads of an installation: environments made of links, and an installer of only the project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

_NOT_LINKED = ("__editable__*", "weightlab*", "pip", "pip-*", "*.pth", "__pycache__")
_WRITTEN = (
    "overrides.json",
    "page_config.json",
    "jupyter_server_config.json",
    "jupyter_lab_config.json",
    "custom",
    "nbgrader_config.py",
    "weightlab.json",
)
"""Files that the course itself writes into an environment, perhaps also into this one."""
_SCRIPT = """#!{python}
import sys
from autograder.cli.main import main
if sys.argv[1] == "handout":  # of the files that are released: `weightlab release --check` says that they are fresh
    from autograder import paths, release
    release.build = lambda: {{paths.ROOT / name: (paths.ROOT / name).read_bytes() for name in release._manifest()}}
sys.exit(main())
"""
_PIP = "from pathlib import Path\nimport sys\nsys.path.append({root!r})\n" + (
    "from tests.end_to_end.instructor.offline_pip import install\ninstall(sys.argv[1:])\n"
)


def make_environment(target: Path, only: Sequence[str] = ()) -> None:
    """Make a separate environment that holds this one's packages, or only those in ``only``, but not the project."""
    subprocess.run([sys._base_executable, "-m", "venv", "--without-pip", target], check=True)
    ours, theirs = Path(sysconfig.get_path("purelib")), _packages(target)
    for path in ours.iterdir():
        wanted = not only or re.split(r"[.-]", path.name)[0] in only
        if wanted and not any(path.match(pattern) for pattern in _NOT_LINKED):
            (theirs / path.name).symlink_to(path)
    prefix = Path(sys.prefix)
    for script in (prefix / "bin").iterdir():
        content = script.read_bytes()
        line = f"#!{prefix}/bin/python".encode()
        if content.startswith(line) and script.name != "weightlab":
            (target / "bin" / script.name).write_bytes(content.replace(str(prefix).encode(), str(target).encode(), 1))
            (target / "bin" / script.name).chmod(0o755)
    for folder in ("etc/jupyter", "share/jupyter"):
        shutil.copytree(
            prefix / folder,
            target / folder,
            copy_function=_link,
            ignore=shutil.ignore_patterns(*_WRITTEN),
        )
    (target / "share" / "jupyterhub").symlink_to(prefix / "share" / "jupyterhub")
    kernel = target / "share/jupyter/kernels/python3/kernel.json"
    content = kernel.read_bytes()
    kernel.unlink()
    kernel.write_bytes(content)
    (theirs / "pip").mkdir()
    (theirs / "pip" / "__init__.py").touch()
    (theirs / "pip" / "__main__.py").write_text(_PIP.format(root=str(Path(__file__).parents[3])))


def install(words: list[str]) -> None:
    """Install the project as ``pip install`` does with ``-e DIR``, or with a requirements file that ends with that."""
    folder = Path.cwd()
    if words[0] == "uninstall":
        return
    if "-e" not in words and "-r" not in words:
        sys.exit(f"nothing is fetched here: {words}")
    if "-e" in words:
        folder = Path(words[words.index("-e") + 1])
    else:
        asked = Path(words[words.index("-r") + 1]).read_text().split("\n")
        for name, _, version in (line.partition(";")[0].strip().partition("==") for line in asked if "==" in line):
            if ";" not in next(line for line in asked if line.startswith(f"{name}==")):
                assert metadata.version(name) == version, f"{name} is not the one that is asked for"
        if "-e ." not in asked:
            return
    assert words[0] == "install" and (folder / "pyproject.toml").is_file(), words
    target = Path(sys.prefix)
    (_packages(target) / "weightlab_editable.pth").write_text(f"{folder.resolve() / 'src'}\n{folder.resolve()}\n")
    script = target / "bin" / "weightlab"
    script.write_text(_SCRIPT.format(python=target / "bin" / "python"))
    script.chmod(0o755)


def _packages(prefix: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(prefix)}))


def _link(source: str, target: str) -> None:
    Path(target).symlink_to(Path(source).resolve())


if __name__ == "__main__":
    make_environment(Path(sys.argv[1]), sys.argv[2:])
