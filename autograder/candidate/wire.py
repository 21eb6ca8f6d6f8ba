"""Plain data as bytes and back: a format that can carry numbers and nothing that executes.

Every value is one tag byte and a payload; sizes are little-endian unsigned 32-bit integers. The
reader allocates no more than the bytes that have arrived account for, and stops at fixed bounds on
depth and count, so that no answer can exhaust the autograder's memory.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 12
MAX_ITEMS = 400_000
MAX_BYTES = 64 * 2**20
MAX_TEXT = 2**20
MAX_BITS = 512
MAX_ANSWER_VALUES = 200_000
"""Values that one call may return, an array counting as one: twice as many as the largest right answer, as lists."""
MAX_ANSWER_TEXT = 10_000
"""The largest size of the text in one call's result, in bytes of UTF-8."""
ENDLESS = "an iterator that does not end"
"""The type name of an `Opaque` that stands for an iterator with too many items."""
_DTYPES = ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
_TYPES = tuple(map(np.dtype, _DTYPES))
_INDEX = {dtype: i for i, dtype in enumerate(_TYPES)}


class WireError(ValueError):
    """The bytes are not a value of this format, or the format cannot hold the value."""


@dataclass(frozen=True)
class Rng:
    """Stands for ``numpy.random.default_rng(seed)``; the same (seed, stream) in a case is one object."""

    seed: int
    stream: int = 0


@dataclass(frozen=True)
class Given:
    """Stands for a given function, by its name in ``given.py``."""

    name: str


@dataclass(frozen=True)
class Opaque:
    """Stands for something that is not data; only the name of its type crosses."""

    type_name: str


class Encoded(bytes):
    """What `encode` returned for a part that many values hold: it is written as it is, wherever it stands."""


def printable(text: str) -> str:
    """Return text with everything replaced that a terminal or browser might act on, except line ends and tabs."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def encode(value: Any, max_items: int = MAX_ITEMS, max_text: int = MAX_BYTES) -> bytes:
    """Write plain data as bytes; what is not plain data becomes `Opaque`.

    Parameters
    ----------
    value : object
        None, bool, int, float, str, bytes, list, tuple, set of plain data, dict, NumPy scalar or
        array of real numbers, `Rng`, `Given`, `Opaque`.
    max_items, max_text : int
        The maximum number of values, and of bytes of text, in the whole value.

    Raises
    ------
    WireError
        If the value is deeper, longer or larger than the bounds allow.
    """
    out = bytearray()
    _write(value, out, 0, _Left(max_items, max_text))
    return bytes(out)


class _Left:
    """How much may still be written."""

    def __init__(self, items: int, text: int) -> None:
        self.items, self.text, self.max_items, self.max_text = items, text, items, text


def _write(value: Any, out: bytearray, depth: int, left: _Left) -> None:
    left.items -= 1
    if depth > MAX_DEPTH:
        raise WireError(f"nested more than {MAX_DEPTH} deep (or contains itself)")
    if left.items < 0:
        raise WireError(f"more than {left.max_items:,} values")
    if len(out) > MAX_BYTES:
        raise WireError(f"more than {MAX_BYTES // 2**20} MiB of data")
    kind = type(value)
    if kind is np.ndarray:
        _write_array(value, out)
    elif kind is Encoded:
        out += value
    elif value is None:
        out += b"N"
    elif kind is bool:
        out += b"T" if value else b"F"
    elif kind is int:
        if value.bit_length() > MAX_BITS:
            raise WireError(f"a whole number of more than {MAX_BITS} bits")
        out += b"I"
        _write_block(value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True), out)
    elif kind is float:
        out += b"D" + struct.pack("<d", value)
    elif kind is str:
        data = value.encode("utf-8", "replace")
        left.text -= len(data)
        if len(data) > MAX_TEXT or left.text < 0:
            raise WireError(f"text of more than {min(MAX_TEXT, left.max_text):,} bytes")
        out += b"S"
        _write_block(data, out)
    elif kind is bytes:
        out += b"B"
        _write_block(value, out)
    elif kind in (list, tuple):
        out += (b"L" if kind is list else b"U") + struct.pack("<I", len(value))
        for item in value:
            _write(item, out, depth + 1, left)
    elif kind in (set, frozenset) and all(map(_is_key, value)):
        out += b"E" + struct.pack("<I", len(value))
        for item in sorted(value, key=repr):
            _write(item, out, depth + 1, left)
    elif kind is dict and all(map(_is_key, value)):
        out += b"M" + struct.pack("<I", len(value))
        for key, item in value.items():
            _write(key, out, depth, left)
            _write(item, out, depth + 1, left)
    elif isinstance(value, (np.ndarray, np.generic)):
        _write_array(value, out)
    elif kind is Rng:
        out += b"R" + struct.pack("<QI", value.seed, value.stream)
    elif kind is Given:
        out += b"G"
        _write_block(value.name.encode(), out)
    elif isinstance(value, float):
        out += b"D" + struct.pack("<d", float.__float__(value))
    elif kind is not dict and isinstance(value, Mapping):
        _write(dict(value), out, depth, left)
    else:
        name = value.type_name if kind is Opaque else kind.__name__
        out += b"O"
        _write_block(str(name)[:100].encode("utf-8", "replace"), out)


def _is_key(value: Any) -> bool:
    """Return whether a value may be a key: nobody can choose text or short numbers that make a dictionary slow."""
    return type(value) is str or (type(value) is int and abs(value) < 2**60)


def _write_block(data: bytes, out: bytearray) -> None:
    if len(data) > MAX_BYTES:
        raise WireError(f"more than {MAX_BYTES // 2**20} MiB of data")
    out += struct.pack("<I", len(data)) + data


def _write_array(value: np.ndarray | np.generic, out: bytearray) -> None:
    array = np.asarray(value)
    index = _INDEX.get(array.dtype)
    if index is None and array.dtype.kind in "iuf":  # NumPy's newer types of strings have no byte order
        index = _INDEX.get(array.dtype.newbyteorder("<"))
    if index is None or array.ndim > 8 or _room(array.shape, array.dtype) > MAX_BYTES:
        out += b"O"
        what = f"array of {array.dtype}" if index is None else f"array of shape {array.shape}"
        _write_block(what.encode()[:200], out)
        return
    out += b"X" if isinstance(value, np.generic) else b"A"
    out += struct.pack(f"<BB{array.ndim}I", index, array.ndim, *array.shape)
    out += np.asarray(array, _TYPES[index]).tobytes()


def _room(shape: tuple[int, ...], dtype: np.dtype) -> int:
    """Return the bytes of an array, an axis without entries counting as one.

    Summing an empty array of shape (0, 2**30) along its first axis would make 8 GiB of zeros.
    """
    room = dtype.itemsize
    for n in shape:
        room *= n or 1
    return room


def is_short(value: Any) -> bool:
    """Return whether decoded data is within the bounds of an answer, `MAX_ANSWER_VALUES` and `MAX_ANSWER_TEXT`."""
    values, text, waiting = 0, 0, [value]
    while waiting:
        one = waiting.pop()
        values += 1
        if isinstance(one, str):
            text += len(one.encode("utf-8", "replace"))
        elif isinstance(one, (list, tuple, frozenset)):
            waiting += one
        elif isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        if text > MAX_ANSWER_TEXT or values > MAX_ANSWER_VALUES:
            return False
    return True


def decode(data: bytes) -> Any:
    """Read what `encode` wrote; arrays come back read-only, NumPy scalars as NumPy scalars.

    Raises
    ------
    WireError
        If the bytes are anything else, or exceed the bounds.
    """
    if len(data) > 2 * MAX_BYTES:
        raise WireError("too many bytes")
    reader = _Reader(bytes(data))
    try:
        value = reader.value(0)
    except struct.error:
        raise WireError("cut short") from None
    if reader.at != len(data):
        raise WireError("bytes left over")
    return value


_SIZE, _FLOAT, _RNG = struct.Struct("<I"), struct.Struct("<d"), struct.Struct("<QI")
_CONSTANTS = {b"N": None, b"T": True, b"F": False}


class _Reader:
    """Reads one value after another: `struct` raises an error if bytes are missing, and all other reads use `move`."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.left = data, 0, MAX_ITEMS

    def move(self, n: int) -> int:
        """Skip ``n`` bytes, and return where they begin."""
        begin = self.at
        if n > len(self.data) - begin:
            raise WireError("cut short")
        self.at = begin + n
        return begin

    def size(self) -> int:
        (n,) = _SIZE.unpack_from(self.data, self.at)
        self.at += 4
        return n

    def block(self, n: int) -> bytes:
        begin = self.move(n)
        return self.data[begin : self.at]

    def text(self, most: int = MAX_TEXT) -> str:
        n = self.size()
        if n > most:
            raise WireError("text too long")
        try:
            return str(self.block(n), "utf-8")
        except UnicodeDecodeError:
            raise WireError("text is not UTF-8") from None

    def value(self, depth: int) -> Any:
        self.left -= 1
        if depth > MAX_DEPTH or self.left < 0:
            raise WireError("nested too deep or too many values")
        tag = self.data[self.at : self.at + 1]
        self.at += 1
        if tag == b"A" or tag == b"X":
            return self.array(tag == b"X")
        if tag == b"D":
            (number,) = _FLOAT.unpack_from(self.data, self.at)
            self.at += 8
            return number
        if tag == b"S":
            return self.text()
        if tag == b"M":
            # One level deeper, since a forged key may be a mapping with such a key, and so on.
            return {self.key(self.value(depth + 1)): self.value(depth + 1) for _ in range(self.size())}
        if tag == b"U" or tag == b"L" or tag == b"E":
            items = [self.value(depth + 1) for _ in range(self.size())]
            if tag == b"E":
                return frozenset(map(self.key, items))
            return items if tag == b"L" else tuple(items)
        if tag == b"I":
            n = self.size()
            if not 1 <= n <= 65:
                raise WireError("whole number too long")
            number = int.from_bytes(self.block(n), "little", signed=True)
            if number.bit_length() > MAX_BITS:
                raise WireError("whole number too long")
            return number
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag == b"B":
            return self.block(self.size())
        if tag == b"R":
            rng = Rng(*_RNG.unpack_from(self.data, self.at))
            self.at += _RNG.size
            return rng
        if tag == b"G":
            return Given(self.text(200))
        if tag == b"O":
            return Opaque(printable(self.text(400)))
        raise WireError("unknown tag")

    @staticmethod
    def key(value: Any) -> Any:
        if not _is_key(value):
            raise WireError("a key or member that is neither text nor a short number")
        return value

    def array(self, scalar: bool) -> Any:
        begin = self.move(2)
        index, ndim = self.data[begin], self.data[begin + 1]
        if index >= len(_DTYPES) or ndim > 8 or (scalar and ndim):
            raise WireError("no such array")
        shape = struct.unpack_from(f"<{ndim}I", self.data, self.at)
        self.at += 4 * ndim
        dtype = _TYPES[index]
        if _room(shape, dtype) > MAX_BYTES:
            raise WireError("array too large")
        n_items = math.prod(shape)
        begin = self.move(n_items * dtype.itemsize)
        array = np.frombuffer(self.data if n_items else b"", dtype, n_items, begin if n_items else 0).reshape(shape)
        if index == 0 and n_items and array.view(np.uint8).max() > 1:
            raise WireError("a truth value that is neither true nor false")
        return array[()] if scalar else array
