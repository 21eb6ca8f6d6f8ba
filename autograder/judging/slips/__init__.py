"""Near slips: what the course's own answers return with one small slip in them, for comparison with wrong answers.

`making` tries the slips when the course is released. Only a few digits of each answer are kept, by which it is
recognised and from which it cannot be restored.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ...candidate import wire
from ...exercise import Case, Exercise
from ...paths import KEYS
from ..compare import as_array, is_numeric
from ..key import Key
from ..observation import Observation

PATH = KEYS / "slips.key"
ERROR, NOTHING, UNUSABLE = 1.0, 2.0, 2.5
"""In place of a form: an error was raised, None or another number of parts came back, or no view could use it."""
_CLOSE = 3e-6
_SEVERAL = 3
"""Number of wrong entries that prove a slip where only one answer is wrong."""


@dataclass(frozen=True)
class Slip:
    """One slip: its kind, what was replaced by what, and a sketch of its result for each part of each case."""

    kind: str
    what: tuple[str, ...]
    sketches: np.ndarray


def find_slip(
    exercise: Exercise, key: Key, observed: Sequence[Observation], slips: Iterable[Slip]
) -> tuple[Slip, tuple[str, ...]] | None:
    """Return a slip that gives the same answers in every case of a public key, or None.

    The slip comes with the parts of the answer for which this is true, if not for the whole answer.
    """
    if exercise.scored or any(one.changed or one.iterator for one in observed):
        return None
    slips, own = list(slips), sketch_all(exercise, key.cases, observed)
    right = sketch_all(exercise, key.cases, [Observation(expected) for expected in key.expected])
    names = [name for case in key.cases for name in name_parts(exercise, case)]
    asked = np.array([not case.raises for case in key.cases for _ in name_parts(exercise, case)])
    values = [
        pair
        for case, one, good in zip(key.cases, observed, key.expected, strict=True)
        for pair in _pair_parts(name_parts(exercise, case), one.value, good)
    ]
    wrong = [name for name in exercise.parts if not _agree(own, right, asked & np.array([n == name for n in names]))]
    for parts in ((), *([tuple(wrong)] if len(wrong) < len(exercise.parts) else []), *((name,) for name in wrong)):
        rows = asked & np.array([not parts or name in parts for name in names])
        if is_telling(own[rows]) and _tell_apart(own[rows], right[rows], [values[i] for i in np.flatnonzero(rows)]):
            for slip in slips:
                if _is_ambiguous(slip, key):
                    continue
                if slip.sketches.shape == own.shape and _agree(slip.sketches, own, rows):
                    return slip, parts
    return None


def _is_ambiguous(slip: Slip, key: Key) -> bool:
    """Return whether a factor of 2 may as well be a size of the arguments, because some size is 2 in every case."""
    if slip.kind not in ("argument", "result") or slip.what[0] not in ("doubled", "halved"):
        return False
    calls = [case.calls[0] for case in key.cases if not case.raises]
    return all(2 in _lengths((call.args, dict(call.kwargs))) for call in calls)


def _lengths(value: Any) -> set[int]:
    """Return the axis lengths of all arrays in a value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)) and not is_numeric(value):
        return set().union(*map(_lengths, value))
    return set(value.shape) if isinstance(value, np.ndarray) else set()


def name_parts(exercise: Exercise, case: Case) -> tuple[str, ...]:
    """Return the parts of a case's answer that are sketched separately; a part without a name is the whole answer."""
    return exercise.parts if exercise.parts and case.aspect is None else ("",)


def _pair_parts(names: tuple[str, ...], got: Any, expected: Any) -> list[tuple[Any, Any]]:
    """Return each part of an answer with what was expected for it."""
    if names == ("",):
        return [(got, expected)]
    answered = isinstance(got, (list, tuple)) and len(got) == len(names)
    return list(zip(got if answered else [None] * len(names), expected or [None] * len(names), strict=True))


def is_telling(sketches: np.ndarray) -> bool:
    """Return whether answers say enough: errors, or at most two different values, could agree with a slip by chance."""
    return not np.isin(sketches[:, 0], (ERROR, NOTHING)).any() and len({row.tobytes() for row in sketches}) > 2


def _tell_apart(own: np.ndarray, right: np.ndarray, values: Sequence[tuple[Any, Any]]) -> bool:
    """Return whether wrong answers prove a slip: several, or a single one that is wrong in several entries.

    A view that cannot use an answer does not tell how it is wrong; then a single wrong answer proves nothing.
    """
    usable = own[:, 0] != UNUSABLE
    wrong = [k for k in np.flatnonzero(usable) if not agree_sketches(own[k : k + 1], right[k : k + 1])]
    if len({own[k].tobytes() for k in wrong}) > 1:
        return True
    return usable.all() and any(_count_different(*values[k]) >= _SEVERAL for k in wrong)


def _count_different(got: Any, expected: Any) -> int:
    """Return how many numbers of an answer differ from the expected ones; all of them if its form is different."""
    numbers: tuple[list, list] = ([], [])
    same = _flatten(got, numbers[0]) == _flatten(expected, numbers[1])
    mine, good = (np.concatenate([np.zeros(0), *found]) for found in numbers)
    return int((~np.isclose(mine, good, rtol=_CLOSE, atol=0, equal_nan=True)).sum()) if same else mine.size


def _agree(one: np.ndarray, other: np.ndarray, rows: np.ndarray) -> bool:
    return agree_sketches(one[rows], other[rows])


def agree_sketches(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two lists of sketches belong to the same answers, within rounding."""
    scale = np.maximum(np.abs(one[:, 2]), np.abs(other[:, 2]))
    with np.errstate(all="ignore"):
        near = np.abs(one[:, 1:] - other[:, 1:]).max(axis=1) <= _CLOSE * scale
    return bool(((one[:, 0] == other[:, 0]) & near).all())


def sketch_all(exercise: Exercise, cases: Sequence[Case], observed: Sequence[Observation]) -> np.ndarray:
    """Return a row for each part of each answer: its form, a weighted sum of its numbers, and their norm."""
    rows: list[tuple[float, float, float]] = []
    for case, one in zip(cases, observed, strict=True):
        names = name_parts(exercise, case)
        if one.raised or one.rejected:
            rows += [(ERROR if one.raised else UNUSABLE, 0.0, 0.0)] * len(names)
        elif names == ("",):
            rows.append(_sketch(one.value))
        elif isinstance(one.value, (list, tuple)) and len(one.value) == len(names):
            rows += map(_sketch, one.value)
        else:
            rows += [(NOTHING, 0.0, 0.0)] * len(names)
    with np.errstate(over="ignore"):
        return np.array(rows, dtype=np.float32)


def _sketch(value: Any) -> tuple[float, float, float]:
    if value is None:
        return NOTHING, 0.0, 0.0
    numbers: list[np.ndarray] = []
    form = zlib.crc32(repr(_flatten(value, numbers)).encode()) % 65_521 + 3
    flat = np.concatenate([np.zeros(0), *numbers])
    flat = np.nan_to_num(flat, nan=1.234567, posinf=7.654321e15, neginf=-7.654321e15)
    # Weights without a pattern, so that no two orders of the numbers have the same sum.
    weights = np.modf(np.arange(1, flat.size + 1) * np.sqrt(2))[0] + 0.5
    with np.errstate(all="ignore"):
        return float(form), float(flat @ weights), float(np.sqrt(flat @ flat))


def _flatten(value: Any, numbers: list[np.ndarray]) -> Any:
    """Collect the numbers of an answer, and return its form."""
    if isinstance(value, dict):
        return [(str(name), _flatten(item, numbers)) for name, item in value.items()]
    if isinstance(value, (list, tuple)) and not is_numeric(value):
        return [_flatten(item, numbers) for item in value]
    array = as_array(value)
    if array is None:
        return type(value).__name__
    numbers.append(array.ravel().astype(float))
    return (array.dtype.kind == "b", array.shape)


def pack(found: dict[str, tuple[str, list[Slip]]]) -> bytes:
    """Write the slips of exercises as bytes, each exercise with the digest of what they were made from.

    Many slips have the same result for a case. Next to each other, equal results are compressed best.
    """
    entries = [
        (name, digest, [(one.kind, one.what) for one in slips], _by_result([one.sketches for one in slips]))
        for name, (digest, slips) in found.items()
    ]
    return zlib.compress(wire.encode(entries), 9)


def _by_result(sketches: list[np.ndarray]) -> np.ndarray:
    """Return an array whose last axis holds the same number of all sketches."""
    return np.ascontiguousarray(np.stack(sketches).T) if sketches else np.zeros((3, 0, 0), np.float32)


def unpack(data: bytes) -> dict[str, tuple[str, list[Slip]]]:
    """Read what `pack` wrote."""
    return {
        name: (digest, [Slip(kind, tuple(what), one) for (kind, what), one in zip(slips, by_result.T, strict=True)])
        for name, digest, slips, by_result in wire.decode(zlib.decompress(data))
    }


@cache
def read_released() -> dict[str, tuple[str, list[Slip]]]:
    """Return all released slips, as `unpack` does; none if the file is missing."""
    return unpack(PATH.read_bytes()) if PATH.exists() else {}


def read_slips(exercise: str) -> list[Slip]:
    """Return the released slips of an exercise."""
    return read_released().get(exercise, ("", []))[1]
