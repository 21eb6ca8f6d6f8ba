"""The course's data: handwritten digits of two sizes, and two trained networks to look inside.

Each function reads a file from ``data_files/`` when it is first called; sources and licences are
in ``data_files/SOURCES.md``. Nothing here needs more than NumPy, and nothing needs a network.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .arrays import takes_lists

FILES = Path(__file__).resolve().parent / "data_files"
READER = FILES / "reader.safetensors"
"""The course's own digit reader, written by ``solutions/data/train_reader.py``."""


class Digits(NamedTuple):
    """Images of handwritten digits, one per row, and their labels.

    Parameters
    ----------
    train_images : ndarray of shape (n_train, pixels)
        float64 in [0, 1]: 0 is paper, 1 is ink.
    train_labels : ndarray of shape (n_train,)
        int64, the digits 0 to 9.
    test_images : ndarray of shape (n_test, pixels)
        Images that no training should see.
    test_labels : ndarray of shape (n_test,)
        Their digits.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


@cache
def _read(name: str) -> dict[str, np.ndarray]:
    with np.load(FILES / name) as file:
        return {key: file[key] for key in file.files}


def digits8() -> Digits:
    """Return 1,797 digits of 8×8 pixels: 1,200 to train on, 120 of each class, and 597 to test.

    Returns
    -------
    Digits
        Images have 64 pixels. Each call returns new arrays, so they may be changed.
    """
    file = _read("digits8.npz")
    return Digits(
        file["train_images"] / 16,
        file["train_labels"].astype(np.int64),
        file["test_images"] / 16,
        file["test_labels"].astype(np.int64),
    )


def digits14() -> Digits:
    """Return 5,000 digits of 14×14 pixels: 4,000 to train on and 1,000 to test, with the same number of each class.

    Returns
    -------
    Digits
        Images have 196 pixels.
    """
    file = _read("digits14_held_out.npz")
    return Digits(*digits14_train(), file["images"] / 255, file["labels"].astype(np.int64))


def digits_of(side: int) -> Digits:
    """Return the digits of one size.

    Parameters
    ----------
    side : int
        Pixels along each axis, 8 or 14.

    Returns
    -------
    Digits
        The digits that `digits8` or `digits14` returns.
    """
    return {8: digits8, 14: digits14}[side]()


def digits14_train() -> tuple[np.ndarray, np.ndarray]:
    """Return only the training part of `digits14`; chapter 10's network was trained on its first 2,000 images.

    Returns
    -------
    images : ndarray of shape (4000, 196)
        float64 in [0, 1].
    labels : ndarray of shape (4000,)
        int64, the digits 0 to 9.
    """
    file = _read("digits14_train.npz")
    return file["images"] / 255, file["labels"].astype(np.int64)


def both_digits() -> Digits:
    """Return the digits of both sizes as images of 14×14 pixels: more writers, and more ways of writing.

    Those of 8×8 pixels are enlarged to 11×11, about the size of the other digits, and their ink is centred.

    Returns
    -------
    Digits
        5,200 images to train on and 1,597 to test, of 196 pixels each.
    """
    small, large = digits8(), digits14()
    pairs = zip(large, (_enlarged(small[0]), small[1], _enlarged(small[2]), small[3]), strict=True)
    return Digits(*(np.concatenate(pair) for pair in pairs))


def _enlarged(images: np.ndarray, size: int = 11, side: int = 14) -> np.ndarray:
    places = np.clip((np.arange(size) + 0.5) * 8 / size - 0.5, 0, 7)
    spread = np.maximum(1 - np.abs(places[:, None] - np.arange(8)), 0)  # a point between two pixels gets a part of each
    enlarged = spread @ images.reshape(-1, 8, 8) @ spread.T
    grid, framed = np.arange(size) + 0.5, np.zeros((len(images), side, side))
    for image, frame in zip(enlarged, framed, strict=True):
        centers = [image.sum(axis=axis) @ grid / image.sum() for axis in (1, 0)]
        top, left = (round(float(np.clip(side / 2 - center, 0, side - size))) for center in centers)
        frame[top : top + size, left : left + size] = image
    return framed.reshape(len(images), side**2)


def silero() -> dict[str, np.ndarray]:
    """Return all 15 tensors of a real trained network, which tells speech from silence.

    Returns
    -------
    dict of str to ndarray
        The float32 array of each name, 309,633 numbers in all. These are the weights of Silero VAD 6.2.3.
    """
    return read_safetensors(FILES / "silero_vad_16k.safetensors")


def pretrained_reader() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the course's own digit reader, trained on upright 14×14 digits.

    Returns
    -------
    list of (weights, bias)
        The layers of a 196-64-64-10 network, as in the learner's library.
    """
    tensors = read_safetensors(READER)
    return [(tensors[f"{k}.weights"], tensors[f"{k}.bias"]) for k in range(len(tensors) // 2)]


class Names(NamedTuple):
    """Names in lower case, letters a to z only.

    Parameters
    ----------
    first : list of str
        5,163 first names.
    surnames : list of str
        The 3,000 most frequent surnames.
    """

    first: list[str]
    surnames: list[str]


def names() -> Names:
    """Return first names and surnames of the 1990 census of the United States, shuffled with a fixed seed.

    Returns
    -------
    Names
        Two lists of str.
    """
    rng = np.random.default_rng(1990)
    lists = []
    for file in ("first_names.txt", "surnames.txt"):
        found = (FILES / file).read_text(encoding="utf-8").split()
        lists.append([found[k] for k in rng.permutation(len(found))])
    return Names(*lists)


@takes_lists
def in_float32(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return layers or adapters, drawn in float64, in the precision of the reader.

    Parameters
    ----------
    pairs : list of pairs of ndarray
        Layers ``(weights, bias)`` or adapters ``(down, up)``.

    Returns
    -------
    list of pairs of ndarray
        The same numbers in float32.
    """
    return [(first.astype(np.float32), second.astype(np.float32)) for first, second in pairs]


_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "U8": "|u1"}


def read_safetensors(path: str | Path) -> dict[str, np.ndarray]:
    """Read a file of named arrays in the safetensors format.

    A file is eight bytes that say how long the header is, the header (JSON: each array's dtype,
    shape and place), and then the numbers themselves, nothing else. The safetensors package reads
    it as well; this reader needs only NumPy, because a graded answer's process has nothing else.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    dict of str to ndarray
        Arrays by name, in the order in which they are in the file.
    """
    content = Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    entries = sorted(header.items(), key=lambda item: item[1]["data_offsets"])
    return {
        name: np.frombuffer(
            content[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]], _DTYPES[entry["dtype"]]
        )
        .reshape(entry["shape"])
        .copy()
        for name, entry in entries
    }
