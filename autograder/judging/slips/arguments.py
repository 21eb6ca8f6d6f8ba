"""Slips in the use of arguments: one is changed first, mistaken for another, or has no effect."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ...exercise import Case


def _softmax(rows: np.ndarray) -> np.ndarray:
    powers = np.exp(rows - rows.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _standardise(columns: np.ndarray) -> np.ndarray:
    deviations = columns.std(axis=0)
    return (columns - columns.mean(axis=0)) / np.where(deviations == 0, 1, deviations)


def _is_floats(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim > 0


def _is_labels(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.ndim == 1


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_matrix(value: Any) -> bool:
    return _is_floats(value) and value.ndim == 2


def _is_network(value: Any) -> bool:
    return _is_list(value) and all(isinstance(one, tuple) and len(one) == 2 for one in value)


NUMBERS = (0, 1, 2, 10, 100, 0.001, 0.01, 0.1, 0.5, 0.9)
"""Numbers that somebody may use by mistake in place of an argument."""
CHANGES: tuple[tuple[str, Callable[[Any], bool], Callable[[Any], Any]], ...] = (
    ("zeros", _is_floats, np.zeros_like),
    ("negated", _is_floats, lambda a: -a),
    ("magnitude", _is_floats, np.abs),
    ("squared", _is_floats, np.square),
    ("exp", _is_floats, np.exp),
    ("softmax", _is_matrix, _softmax),
    ("positive part", _is_floats, lambda a: np.maximum(a, 0)),
    ("is positive", _is_floats, lambda a: (a > 0).astype(float)),
    ("transposed", _is_matrix, lambda a: a.T),
    ("rows reversed", _is_matrix, lambda a: a[::-1]),
    ("columns reversed", _is_matrix, lambda a: a[:, ::-1]),
    ("reversed", lambda a: _is_floats(a) and a.ndim == 1, lambda a: a[::-1]),
    ("truncated", _is_floats, np.trunc),
    ("clipped to 0 and 1", _is_floats, lambda a: np.clip(a, 0, 1)),
    ("mean subtracted", _is_floats, lambda a: a - a.mean()),
    ("divided by largest", _is_floats, lambda a: a / np.abs(a).max()),
    ("doubled", _is_floats, lambda a: 2 * a),
    ("halved", _is_floats, lambda a: a / 2),
    ("times ln 2", _is_matrix, lambda a: a * np.log(2)),
    ("rounded", _is_floats, np.rint),
    ("sigmoid", _is_floats, lambda a: 1 / (1 + np.exp(-a))),
    ("tanh", _is_floats, np.tanh),
    ("divided by root of columns", _is_matrix, lambda a: a / np.sqrt(a.shape[1]).astype(a.dtype)),
    ("standardised", _is_matrix, _standardise),
    ("is one more", _is_labels, lambda a: a + 1),
    ("reversed", _is_labels, lambda a: a[::-1]),
    ("sorted", _is_labels, np.sort),
    ("is one more", _is_number, lambda a: a + 1),
    ("is one less", _is_number, lambda a: a - 1),
    ("doubled", _is_number, lambda a: 2 * a),
    ("halved", _is_number, lambda a: a / 2),
    ("negated", _is_number, lambda a: -a),
    ("squared", _is_number, lambda a: a * a),
    ("reciprocal", _is_number, lambda a: 1 / a if a else a),
    ("root", _is_number, lambda a: abs(a) ** 0.5),
    ("one minus", _is_number, lambda a: 1 - a),
    ("truncated", _is_number, int),
    ("clipped to 0 and 1", _is_number, lambda a: min(max(a, 0), 1)),
    ("clipped to -1 and 1", _is_number, lambda a: min(max(a, -1), 1)),
    *((f"always {n}", _is_number, lambda a, n=n: n) for n in NUMBERS),
    ("reversed", _is_list, lambda a: a[::-1]),
    ("without first", _is_list, lambda a: a[1:]),
    ("without last", _is_list, lambda a: a[:-1]),
    ("without weights", _is_network, lambda a: [(0 * w, b) for w, b in a]),
    ("without biases", _is_network, lambda a: [(w, 0 * b) for w, b in a]),
    ("pairs swapped", _is_network, lambda a: [(b, w) for w, b in a]),
)
ROWS = (
    ("only first", slice(None, 1)),
    ("only last", slice(-1, None)),
    ("without first", slice(1, None)),
    ("without last", slice(None, -1)),
)


def fit_all(fits: Callable[[Any], bool], values: list[Any]) -> bool:
    """Return whether a change fits an argument in all calls; labels hold whole numbers in every call."""
    as_floats = [value.astype(float) if isinstance(value, np.ndarray) else value for value in values]
    return all(map(fits, values)) or (any(map(fits, values)) and all(map(fits, as_floats)))


def _find_contracted(names: list[str], given: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield pairs of matrices that can be multiplied in every call: as many columns as the other has rows."""
    matrices = [name for name in names if fit_all(_is_matrix, [call[name] for call in given])]
    for one in matrices:
        for other in matrices:
            if one != other and all(call[one].shape[1] == len(call[other]) for call in given):
                yield one, other


def find_changes(function: Callable, cases: list[Case]) -> Iterator[tuple[str, tuple[str, ...], Callable]]:
    """Yield each slip in the arguments of valid cases: its kind, what it changes, and its function.

    A change is given by its name in `CHANGES` and the names of the arguments that it changes.
    """
    signature = inspect.signature(function)

    def bind(args: tuple, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    given = [bind(call.args, call.kwargs) for case in cases if not case.raises for call in case.calls]
    names = [name for name in signature.parameters if all(name in one for one in given)]

    def changed(change: Callable[[dict], dict]) -> Callable:
        def call(*args: Any, **kwargs: Any) -> Any:
            return function(**change(bind(args, kwargs)))

        return call

    for name in names:
        for word, fits, change in CHANGES:
            if fit_all(fits, [one[name] for one in given]):
                yield "argument", (word, name), changed(lambda one, n=name, do=change: one | {n: do(one[n])})
    for word, fits, change in CHANGES:
        of_arrays = fits in (_is_floats, _is_matrix)
        several = [name for name in names if of_arrays and fit_all(fits, [one[name] for one in given])]
        if len(several) > 1:
            every = changed(lambda one, several=several, do=change: one | {name: do(one[name]) for name in several})
            yield "argument", (word, *several), every
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            if all(type(call[one]) is type(call[other]) for call in given):
                swap = changed(lambda call, a=one, b=other: call | {a: call[b], b: call[a]})
                yield "inputs swapped", (one, other), swap
    for one, other in _find_contracted(names, given):
        for word, rows in ROWS:
            cut = changed(lambda call, a=one, b=other, r=rows: call | {a: call[a][:, r], b: call[b][r]})
            yield f"shared {word}", (one, other), cut
    if {"batch_size", "x"} <= set(names):
        yield "one batch", ("batch_size",), changed(lambda one: one | {"batch_size": max(len(one["x"]), 1)})
    batch = [name for name in names if all(isinstance(one[name], np.ndarray) and one[name].ndim for one in given)]
    long = [name for name in batch if all(len(one[name]) == len(one[batch[0]]) for one in given)]
    examples = bool({"x", "logits"} & set(long))
    for word, rows in ROWS if long else ():
        cut = changed(lambda one, r=rows, names=long: one | {n: one[n][r] for n in names})
        yield (f"examples {word}", (), cut) if examples else ("argument", (word, *long), cut)
