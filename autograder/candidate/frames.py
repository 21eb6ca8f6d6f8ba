"""The messages between the autograder and a candidate: length-prefixed frames, and how a job ended."""

from __future__ import annotations

import io
import os
import struct
from enum import StrEnum

READY = b"ready"
"""The first frame of a candidate, once it can take a job."""
PIECE = b"="
"""First byte of a frame that holds one piece of a job's answer."""
MORE, LAST = b"+", b"-"
"""First byte of the frame after the last piece. The frame says how the job ended; the candidate then waits or ends."""
MAX_ANSWER = 16 * 2**20
"""Bytes that one job may send back."""


class Ending(StrEnum):
    """How a job ended."""

    ANSWERED = "answered"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    MEMORY = "memory"
    PROCESSES = "processes"
    FILES = "files"
    TOO_MUCH = "too much"
    """The job sent back more than `MAX_ANSWER`, or a value beyond the bounds of `wire`."""
    SEVERAL = "several"
    """More than one answer came back, so the job started other processes."""
    UNREADABLE = "unreadable"
    """The result could not be read, or the frame names no ending."""
    NOT_TRIED = "not tried"
    """Earlier jobs used up the time for all jobs, so this one was not run."""


def pack_ending(ending: Ending, data: bytes = b"") -> bytes:
    """Write how a job ended, and what it sent back."""
    return ending.encode() + b"\n" + data


def read_answer(stream: io.RawIOBase) -> tuple[bytes, bytes] | None:
    """Read everything that arrives after a job was sent; return the job's answer and the last frame.

    Returns
    -------
    tuple of bytes or None
        None at the end of the stream, or if more arrives than a job may send.
    """
    pieces, most = bytearray(), MAX_ANSWER + 200
    while (frame := read_frame(stream, most)) is not None:
        if frame[:1] != PIECE:
            return bytes(pieces), frame
        pieces += memoryview(frame)[1:]
        if len(pieces) > most:
            return None
    return None


def unpack_ending(packed: bytes) -> tuple[Ending, bytes]:
    """Read what `pack_ending` wrote; anything else is `Ending.UNREADABLE`."""
    name, _, data = packed.partition(b"\n")
    try:
        return Ending(name.decode("ascii")), data
    except ValueError:
        return Ending.UNREADABLE, b""


def read_frame(stream: io.RawIOBase, most: int | None = None) -> bytes | None:
    """Read one frame; return None at the end of the stream, or if the frame is longer than ``most`` bytes."""
    head = _read_exactly(stream, 8)
    if head is None:
        return None
    (size,) = struct.unpack("<Q", head)
    return None if most is not None and size > most else _read_exactly(stream, size)


def _read_exactly(stream: io.RawIOBase, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        piece = stream.read(min(count - len(data), 2**20))
        if not piece:
            return None
        data += piece
    return bytes(data)


def pack_frame(data: bytes) -> bytes:
    """Put the length before the data."""
    return struct.pack("<Q", len(data)) + data


def write_frame(descriptor: int, data: bytes | memoryview, first: bytes = b"") -> None:
    """Write one frame to a file descriptor, ``first`` before the data."""
    _write_all(descriptor, memoryview(struct.pack("<Q", len(first) + len(data)) + first))
    _write_all(descriptor, memoryview(data))


def _write_all(descriptor: int, view: memoryview) -> None:
    while view:
        view = view[os.write(descriptor, view) :]
