"""Makes the two lists of names in ``src/labkit/data_files`` from the PyPI package ``names``.

    python solutions/data/make_names.py [--folder DIR]

The package (version 0.3.0) carries the name files of the 1990 census of the United States. Kept are all first
names, and the 3,000 most frequent surnames; each list is in alphabetical order, in lower case, without frequencies.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "src" / "labkit" / "data_files"
ARCHIVE = "names-0.3.0.tar.gz"
N_SURNAMES = 3000


def read(archive: tarfile.TarFile, name: str) -> list[str]:
    """Return the names of one census file, the most frequent first."""
    lines = archive.extractfile(f"names-0.3.0/names/{name}").read().decode().splitlines()
    return [line.split()[0].lower() for line in lines]


def main() -> None:
    """Write both lists."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="folder that holds the downloaded package, or will")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        if not (folder / ARCHIVE).exists():
            command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest"]
            subprocess.run([*command, folder, "names==0.3.0"], check=True)
        with tarfile.open(folder / ARCHIVE) as archive:
            first = {*read(archive, "dist.female.first"), *read(archive, "dist.male.first")}
            surnames = read(archive, "dist.all.last")[:N_SURNAMES]
    for name, found in (("first_names.txt", first), ("surnames.txt", surnames)):
        (TARGET / name).write_text("\n".join(sorted(found)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
