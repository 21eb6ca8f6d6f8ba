"""What random weights show: their mean, standard deviation and distribution, and how they depend on each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .. import laws
from ..key import Key
from ..observation import Observation
from ..words import counted
from .relations import FIRST_ARRAY, Relation

ROUNDING = 0.015
"""Relative error of a standard deviation measured from 40,000 draws."""


def find_in_draws(
    key: Key, observed: Sequence[Observation], cases: list[list[dict]], failing: list[int]
) -> Relation | None:
    """Return the relation that the draws of all failing cases have in common, or None."""
    common: dict[Relation, None] | None = None
    drawn = [i for i, wanted in enumerate(key.expected) if isinstance(wanted, dict) and _is_measured(wanted)]
    failing = [i for i in failing if i in drawn]
    asked: list[float] = []
    zeros: list[tuple[str, str]] = []
    if relation := _find_empty_line([cases[i][0].get("value") for i in drawn]):
        return relation
    for index in failing:
        call = key.cases[index].calls[0]
        arguments = dict(zip(key.arguments, call.args, strict=False)) | dict(call.kwargs)
        seen, answer = observed[index].value, cases[index][0].get("value")
        if form := _find_form(answer, arguments):
            common = {form: None} if common is None else {one: None for one in common if one == form}
            continue
        for weights, wanted, got in _matrices(answer, key.expected[index], seen):
            required = weights.std() / got[laws.DEVIATION] if got.get(laws.DEVIATION) else None
            asked.append(required or 0.0)
            zeros.append((str(weights.shape), f"{np.mean(weights == 0):.0%}"))
            found = dict.fromkeys(_describe(weights.astype(float), _sizes(weights, arguments), wanted, required))
            if weights.dtype.kind in "iu":
                found = {("draws integers",): None} | found
            common = found if common is None else {one: None for one in common if one in found}
    relation = next(iter(common), None) if common else None
    if relation and relation[0] == "draws deviation number" and not _is_usual(float(relation[1])):
        # If all cases ask for the same, any wrong function of the layers' sizes seems to be off by one factor.
        relation = relation if len(asked) < 2 or max(asked) > (1 + ROUNDING) * min(asked) else None
    if relation == ("draws zeros",):
        relation = ("draws zeros", *zeros[0])
    if relation and any(isinstance(cases[i][0].get("value"), (list, tuple)) and not _has_layers(key, i) for i in drawn):
        relation = (*relation, FIRST_ARRAY)
    answers = [outcomes[0].get("value") for case, outcomes in zip(key.cases, cases, strict=True) if not case.raises]
    if relation == ("draws all zeros",) and any(isinstance(one, np.ndarray) and one.any() for one in answers):
        return ("where it is wrong", relation)
    return ("where it is wrong", relation) if relation and len(failing) < len(drawn) else relation


_SIZES = ("fan_in", "fan_out")


def _has_layers(key: Key, index: int) -> bool:
    """Return whether a case expects a list of layers, all of which are examined."""
    return any(isinstance(one, dict) for one in key.expected[index].values())


def _find_form(answer: Any, arguments: dict[str, Any]) -> Relation | None:
    """Return the mistake in the form of an array of weights, or None."""
    required = _shape(arguments)
    if not isinstance(answer, np.ndarray) or not all(required) or answer.shape == required:
        return None
    if answer.ndim == 1 and answer.size == math.prod(required):
        return ("draws flat",)
    named = [[name for name, size in zip(_SIZES, required, strict=True) if size == length] for length in answer.shape]
    if answer.ndim != 2 or not all(named) or required[0] == required[1]:
        return None
    return ("draws shape", ", ".join(names[0] for names in named))


def _find_empty_line(answers: list[Any]) -> Relation | None:
    """Return which row or column of all drawn matrices holds only zeros, if there are other numbers, or None."""
    if not answers or not all(isinstance(one, np.ndarray) and one.ndim == 2 and one.size for one in answers):
        return None
    if not all(np.any(one) for one in answers if len(one) > 1 < one.shape[1]) or not any(map(np.any, answers)):
        return None
    for name, axis, at in (("first row", 0, 0), ("last row", 0, -1), ("first column", 1, 0), ("last column", 1, -1)):
        if not any(np.any(np.take(one, at, axis)) for one in answers):
            return ("draws line empty", name)
    return None


def _shape(arguments: dict[str, Any]) -> tuple[int, ...]:
    """Return the shape that the arguments `fan_in` and `fan_out` require; 0 stands for an absent one."""
    return tuple(arguments.get(name, 0) for name in _SIZES)


def _is_measured(wanted: dict) -> bool:
    return laws.DEVIATION in wanted or any(isinstance(one, dict) and _is_measured(one) for one in wanted.values())


def _matrices(answer: Any, expected: Any, seen: Any) -> Iterator[tuple[np.ndarray, dict, dict]]:
    """Go through the drawn matrices of an answer, each with the expected statistics and its own."""
    if not isinstance(expected, dict):
        return
    seen = seen if isinstance(seen, dict) else {}
    nested = {name: value for name, value in expected.items() if isinstance(value, dict)}
    if nested and isinstance(answer, (list, tuple)) and len(answer) == len(nested):
        for layer, (name, wanted) in zip(answer, nested.items(), strict=True):
            if isinstance(layer, (list, tuple)) and layer and _is_matrix(layer[0]):
                yield layer[0], wanted, seen.get(name, {})
    elif laws.DEVIATION in expected and _is_matrix(answer):
        yield answer, expected, seen
    elif laws.DEVIATION in expected and isinstance(answer, (list, tuple)) and answer and _is_matrix(answer[0]):
        yield answer[0], expected, seen


def _is_matrix(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == 2 and value.size >= 1_000 and value.dtype.kind in "biuf"


def _sizes(weights: np.ndarray, arguments: dict[str, Any]) -> dict[str, float]:
    named = {name: float(value) for name, value in arguments.items() if type(value) is int}
    rows, columns = weights.shape
    return named if "fan_in" in named else {"fan_in": float(rows), "fan_out": float(columns)}


def _candidates(sizes: dict[str, float]) -> Iterator[tuple[str, float]]:
    """Yield standard deviations that people use by mistake, by name."""
    yield from (("1", 1.0), ("0.01", 0.01), ("0.1", 0.1), ("0.5", 0.5), ("1/√3", 1 / math.sqrt(3)))
    sums = {" + ".join(("fan_in", "fan_out")): sum(sizes[name] for name in ("fan_in", "fan_out") if name in sizes)}
    for name, size in (*sizes.items(), *sums.items()):
        inner = f"({name})" if "+" in name else name
        for above in (1, 2, 3, 6):
            yield f"√({above} / {inner})", math.sqrt(above / size)
            yield f"{above} / {inner}", above / size
            yield f"√({above} / {inner}) / √3", math.sqrt(above / size / 3)
            yield f"{above} / {inner} / √3", above / size / math.sqrt(3)
        yield f"√2 / {inner}", math.sqrt(2) / size
    if len(sizes) > 1:
        one, other = list(sizes)[:2]
        yield f"√(2 / ({one} · {other}))", math.sqrt(2 / sizes[one] / sizes[other])
        yield f"√({one} / 2)", math.sqrt(sizes[one] / 2)
        yield f"√({other} / 2)", math.sqrt(sizes[other] / 2)


def _is_usual(factor: float) -> bool:
    """Return whether a rounded factor is one by which people multiply or divide by mistake, or its root."""
    powers = [base**power for base in (2, 3, 4, 5, 6, 8, 10, 12, 100) for power in (1, -1, 0.5, -0.5)]
    return any(float(f"{one:.2g}") == factor for one in powers)


_PEAKED = 0.04
"""How far the fraction of weights within one standard deviation may exceed the required one and go unmentioned."""
_ROOTS = (
    ("√2", math.sqrt(2), "twice"),
    ("1/√2", 1 / math.sqrt(2), "half"),
    ("√3", math.sqrt(3), "three times"),
    ("1/√3", 1 / math.sqrt(3), "a third of"),
)
"""Factors of a standard deviation that come from a factor of the variance, each with words for the latter."""
_DECIMALS = range(1, 6)
"""Numbers of decimals to which people round."""


def _find_equal_lines(weights: np.ndarray) -> Iterator[Relation]:
    """Yield a relation if some rows, or some columns, that are not zero are the same number for number."""
    for name in ("columns", "rows"):
        lines = weights if name == "rows" else weights.T
        filled = lines[lines.any(axis=1)]
        if lines.shape[1] > 1 and len(np.unique(filled, axis=0)) < len(filled):
            yield ("draws lines repeat", name)


def _are_different(weights: np.ndarray) -> bool:
    """Return whether nearly all magnitudes differ from each other."""
    return np.unique(np.abs(weights)).size >= 0.9 * weights.size


def _describe(weights: np.ndarray, sizes: dict[str, float], wanted: dict, required: float | None) -> Iterator[Relation]:
    """Yield the remarkable properties of one matrix, the most telling first."""
    with np.errstate(all="ignore"):
        if not np.isfinite(weights).all():
            yield ("draws not finite",)
            return
        if not weights.any():
            yield ("draws all zeros",)
            return
        if (weights == weights.flat[0]).all():
            yield ("draws constant",)
            return
        values = np.unique(weights).size
        if values <= 3:
            yield ("draws few values", values)
        if (weights == weights[:1]).all():
            yield ("draws rows alike",)
        if (weights == weights[:, :1]).all():
            yield ("draws columns alike",)
        if weights.shape[1] % 2 == 0:
            half = weights.shape[1] // 2
            left, right = weights[:, :half], weights[:, half:]
            for kind, other in (("draws halves repeat", right), ("draws halves mirrored", right[:, ::-1])):
                if np.array_equal(np.abs(left), np.abs(other)):
                    yield (kind, "columns")
        if weights.shape[0] % 2 == 0:
            half = weights.shape[0] // 2
            upper, lower = weights[:half], weights[half:]
            for kind, other in (("draws halves repeat", lower), ("draws halves mirrored", lower[::-1])):
                if np.array_equal(np.abs(upper), np.abs(other)):
                    yield (kind, "rows")
        for axis, name in ((0, "column"), (1, "row")):
            if (np.diff(weights, axis=axis) >= 0).all() or (np.diff(weights, axis=axis) <= 0).all():
                yield ("draws sorted", name)
        yield from _find_equal_lines(weights)
        if decimals := next((n for n in _DECIMALS if np.allclose(np.round(weights, n), weights, 1e-6, 0)), None):
            yield ("draws rounded", counted(decimals, "decimal"))
        elif np.mean(weights == 0) > 0.05:
            yield ("draws zeros",)
            return
        largest = np.abs(weights) == np.abs(weights).max()
        if 5 < largest.sum() < 0.9 * weights.size and _are_different(weights[~largest]):
            yield ("draws clipped",)
        if not _are_different(weights):
            yield ("draws repeat",)
        mean, spread = weights.mean(), weights.std()
        if (weights >= 0).all():
            yield ("draws never negative",)
        if (weights <= 0).all():
            yield ("draws never positive",)
        if (weights >= 0).all() or (weights <= 0).all():
            yield ("draws one sign",)
        if abs(mean) > 0.1 * spread:
            yield ("draws mean", "above" if mean > 0 else "below")
        near = float(np.mean(np.abs(weights - mean) < spread))
        uniform, normal = (math.isclose(near, law[laws.NEAR], abs_tol=0.015) for law in (laws.UNIFORM, laws.NORMAL))
        if laws.NEAR in wanted:
            asked_normal = wanted[laws.NEAR] == laws.NORMAL[laws.NEAR]
            without_tails = np.clip(weights, mean - 1.8 * spread, mean + 1.8 * spread)
            if asked_normal and uniform and np.array_equal(weights, without_tails):
                yield ("draws uniform for normal",)
            if not asked_normal and normal:
                yield ("draws normal for uniform",)
            if near > wanted[laws.NEAR] + _PEAKED and not (normal or uniform):
                yield ("draws peaked", "normal" if asked_normal else "uniform")
        largest = np.abs(weights - mean).max() / spread
        if laws.TAIL in wanted and 1.8 < largest < 3.2:
            # Upwards, so that it is true, and in halves, so that cases differ seldom.
            yield ("draws truncated", f"{math.ceil(2 * largest) / 2:g}")
        adjustment = laws.find_adjustment(weights, required)
        if adjustment:
            yield (f"draws {adjustment[0]}", *adjustment[1:])
        if required is None:
            return
        if not math.isclose(spread / required, 1, rel_tol=0, abs_tol=0.02):
            for name, value in _candidates(sizes):
                if math.isclose(spread / value, 1, rel_tol=0, abs_tol=ROUNDING):
                    yield ("draws deviation", name)
            for name, root, variance in _ROOTS:
                if abs(spread / required / root - 1) < ROUNDING:
                    yield ("draws deviation root", name, variance)
            yield ("draws deviation number", f"{spread / required:.2g}")
