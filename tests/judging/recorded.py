"""Records what the parts of the judge find in many small made-up answers, so that any change shows as a difference.

The numbers are small and often equal or zero, so that many things hold at once and each limit is met from both sides.
After an intended change, ``python -m tests.judging.recorded`` writes ``recorded.txt`` again; read what differs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise import Call, Case
from autograder.judging import laws
from autograder.judging.findings import draws
from autograder.judging.findings.common import all_relations
from autograder.judging.findings.conditions import describe_case, part_cases
from autograder.judging.findings.counts import find_formula, find_quantities
from autograder.judging.findings.masks import find_masks
from autograder.judging.findings.samples import Sample
from autograder.judging.findings.sides import find_order, find_side
from autograder.judging.findings.thresholds import find_axes, find_shape, find_threshold
from autograder.judging.related import Related
from autograder.judging.slips import _sketch, arguments, mutants
from tests.judging import test_kinds
from tests.judging.made_up import make_verdicts
from tests.support.samples import KEY, sample

FILE = Path(__file__).with_name("recorded.txt")
SHAPES = ((), (2,), (3,), (4,), (2, 2), (2, 3), (3, 2), (3, 3), (4, 3), (1, 3), (3, 1), (2, 2, 2))
Change = Callable[[np.ndarray, dict[str, Any]], Any]
CHANGES: tuple[Change, ...] = (
    lambda e, a: e,
    lambda e, a: -e,
    lambda e, a: e.T,
    lambda e, a: e * 2,
    lambda e, a: e / 4,
    lambda e, a: e + 1,
    lambda e, a: e - 0.5,
    lambda e, a: e + a["x"],
    lambda e, a: e - a["x"],
    lambda e, a: a["x"],
    lambda e, a: a["x"] * a["y"],
    lambda e, a: a["x"] - a["y"],
    lambda e, a: a["x"] / (a["y"] ** 2 + 1),
    lambda e, a: a["x"] + (e - a["x"]) * a["rate"],
    lambda e, a: a["x"] - (e - a["x"]),
    lambda e, a: a["x"] + 0.7,
    lambda e, a: e + a["rate"] * a["y"],
    lambda e, a: e * a["y"],
    lambda e, a: np.abs(e),
    lambda e, a: np.maximum(e, 0),
    lambda e, a: np.minimum(e, 1.5),
    lambda e, a: np.sort(e, axis=None).reshape(e.shape),
    lambda e, a: np.flip(e),
    lambda e, a: e.sum(),
    lambda e, a: e.mean(axis=0) if e.ndim else e,
    lambda e, a: e.max(axis=-1) if e.ndim else e,
    lambda e, a: e[1:] if e.ndim else e,
    lambda e, a: e[..., :-1] if e.ndim else e,
    lambda e, a: e[np.newaxis],
    lambda e, a: np.cumsum(e, axis=0) if e.ndim else e,
    lambda e, a: np.zeros(e.shape),
    lambda e, a: np.ones(e.shape),
    lambda e, a: e * np.nan,
    lambda e, a: np.sin(np.arange(e.size)).reshape(e.shape),
    lambda e, a: (e > 0).astype(float),
    lambda e, a: e > 0,
    lambda e, a: np.where(e < 0, e + 1, e),
    lambda e, a: np.where(a["x"] > 0, e - 1, e),
    lambda e, a: np.where(np.arange(e.size).reshape(e.shape) % max(e.size, 2) == 1, e + 3, e),
    lambda e, a: e.astype(int),
    lambda e, a: np.full((2, 3), 2.0),
    lambda e, a: e + (np.arange(e.shape[0]).reshape(-1, *[1] * (e.ndim - 1)) if e.ndim else 0),
    lambda e, a: e * (1 + np.arange(e.shape[-1])) if e.ndim else e,
)
"""Functions that make a wrong answer from the expected one and the arguments."""


def write(value: Any) -> str:
    """Write a value in a few characters, the same on every machine."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype.kind}{value.shape}{[write(one) for one in value.ravel().tolist()]}".replace("'", "")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {write(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(write, value))})"
    return f"{value + 0.0:.4g}" if isinstance(value, (float, np.floating)) else str(value)


def _numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    scale = rng.choice([1.0, 0.5, 0.37])
    return rng.integers(-2, 5, shape) * scale


def _make_arguments(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    rows = shape[0] if shape else 2
    weights = _numbers(rng, (2, 3))
    return {
        "x": np.asarray(_numbers(rng, shape)),
        "y": np.asarray(_numbers(rng, shape)),
        "rate": float(rng.choice([0.5, 2.0, -1.0, 0.25])),
        "labels": rng.integers(0, 3, rows),
        "bias": _numbers(rng, shape[1:]),
        "layers": [(weights, _numbers(rng, (3,)))],
        "n": int(rng.integers(0, 4)),
    }


def make_samples() -> Iterator[Sample]:
    """Yield answers of several shapes and types, each beside what was expected."""
    rng = np.random.default_rng(2026)
    for number, change in enumerate(CHANGES * 5):
        shape = SHAPES[rng.integers(len(SHAPES))]
        expected = np.asarray(_numbers(rng, shape))
        given = _make_arguments(rng, shape)
        got = np.asarray(change(expected, given))
        if number % 7 == 3:
            expected, got = expected.astype(np.float32), got.astype(np.float32)
        if number % 11 == 5:
            expected = expected.astype(int)
        if number % 13 == 6:
            expected = expected > 0
        kept = [name for k, name in enumerate(given) if (number + k) % 3]
        bases = (("x", given["x"].astype(float)),) if number % 2 else ()
        yield sample(expected, got, bases=bases, **{name: given[name] for name in kept})
    for expected, got, *_ in test_kinds.WHOLE:
        yield sample(expected, got)
    for expected, got, given, *_ in test_kinds.WITH_ARGUMENTS:
        yield sample(expected, got, **given)
    for value in (0.3, np.pi, 7, np.float32(2.5), True):
        for got in (value, -value if value is not True else False, 2 * value, str(value), None, [value], 1 / value):
            yield sample(value, got, n=3, rate=0.5)


def _is_right(one: Sample) -> bool:
    return one.wrong_entries is not None and not one.wrong_entries.any()


def record_samples() -> Iterator[tuple[str, Any]]:
    """Yield the relations that hold in single answers, and where these are wrong."""
    for number, one in enumerate(make_samples()):
        x = one.arguments.get("x")
        related = (Related("square(x)", "", (x**2,)), Related("f(x)", "half", (x / 2,))) if x is not None else ()
        key = replace(KEY, related=related if number % 3 == 0 else ())
        yield (
            f"answer {number} {write(one.expected)} → {write(one.value)}",
            [
                *all_relations(key, one),
                *find_masks(one),
            ],
        )


def record_groups() -> Iterator[tuple[str, Any]]:
    """Yield the relations that hold in several answers together."""
    singles = [replace(one, right=_is_right(one)) for one in make_samples()]
    for number in range(0, len(singles) - 3):
        group = singles[number : number + 2 + number % 2]
        if all(one.right for one in group):
            continue
        found = [find_side(group), find_shape(group), find_axes(group), find_order(group)]
        if any(found):
            yield f"group {number}", found
    rng = np.random.default_rng(5)
    for number in range(60):
        x = np.sort(rng.integers(-6, 7, 4 + number % 7) / 2)
        low, high = sorted(rng.integers(-4, 5, 2) / 2)
        wrong = (x >= low) & (x <= high) if number % 3 else (x > low) & (x < high)
        group = [sample(x, np.where(wrong, x + 1, x), x=x), sample(x[:2], x[:2], x=x[:2])]
        yield f"range {number} {write(x)} {low:g} {high:g}", find_threshold(KEY, group[: 1 + number % 2])


def record_counts() -> Iterator[tuple[str, Any]]:
    """Yield what can be counted in arguments, and formulas."""
    rng = np.random.default_rng(6)
    given: list[dict[str, Any]] = [
        {"n": [3, 4, 2]},
        {"n": [5]},
        {"n": []},
        {"shapes": {"w": (2, 3), "b": (3,), "weight_1": (4, 2, 2), "bias": ()}},
        {"shapes": {}},
        {"w": np.array([[1.0, 2.0, 1.0], [0.5, 1.0, 0.50004]]), "frozen": {0, 2}},
        {"w": np.zeros((2, 3, 2))},
        {"layers": [(np.ones((2, 3)), np.zeros(3)), (np.eye(3), np.ones(3))], "frozen": {1}},
        {"layers": [(np.ones((2, 3)),)], "frozen": [0]},
    ]
    for number, one in enumerate(given):
        yield f"counts {number}", dict(find_quantities(one))
    for number in range(30):
        lists = [rng.integers(1, 5, rng.integers(1, 5)).tolist() for _ in range(6)]
        ways = (sum, len, max, lambda n: n[0] * n[-1], lambda n: n[0] + len(n), lambda n: n[-1] - len(n))
        got = [ways[number % len(ways)](one) for one in lists]
        group = [sample(np.array(9 + i), np.array(n), n=lists[i]) for i, n in enumerate(got)]
        yield f"formula {number} {lists}", find_formula(group[: 3 + number % 4])


def record_facts() -> Iterator[tuple[str, Any]]:
    """Yield what is true of arguments, and what tells wrong cases from right ones."""
    rng = np.random.default_rng(7)
    described = []
    more: list[dict[str, Any]] = [
        {"x": value}
        for value in (
            *(0, 0.0, 0.01, 0.011, -0.01, 1, 1.0, 0.99, 1.01, -2, None, "a", True, {}, {"b": ()}, {"b": (2,)}, {0, 1}),
            *(frozenset(), [], [1], [1, 2], [1, 2, 3], [None], [(1, None)], [np.ones(2), None], [np.ones(2)] * 3),
            *(np.array(80.0), np.array([79.9]), np.array([80.0]), np.array([1e-3]), np.array([9e-4]), np.zeros(2)),
            *(
                np.full(2, np.nan),
                np.ones((2, 1)),
                np.ones((2, 2, 1)),
                np.zeros((0, 2)),
                np.array([[2.0, 2.0], [1, 3]]),
            ),
        )
    ]
    for number in range(40):
        shape = SHAPES[rng.integers(len(SHAPES))]
        given = _make_arguments(rng, shape) | {"epochs": number % 4, "batch_size": number % 5, "logits": np.eye(2)}
        kept = [name for k, name in enumerate(given) if (number + k) % 4]
        more.append({name: given[name] for name in kept})
    for number, given in enumerate(more):
        expected = (0.0, 1.5, -1, True, False, np.array([0.0]), np.ones(2), None)[number % 8]
        facts = describe_case(given, expected)
        described.append(facts)
        yield f"facts {number}", [" ".join(fact) for fact, holds in facts.items() if holds]
        yield f"not so {number}", [" ".join(fact) for fact, holds in facts.items() if not holds]
    for number in range(len(described) - 5):
        wrong, right = described[number : number + 1 + number % 3], described[number + 3 : number + 5]
        if found := part_cases(wrong, right):
            yield f"tells {number}", found


def record_draws() -> Iterator[tuple[str, Any]]:
    """Yield what drawn weights show."""
    for sizes in ({"fan_in": 40.0, "fan_out": 30.0}, {"fan_in": 12.0}):
        yield f"deviations {sizes}", dict(draws._candidates(sizes))
    rng = np.random.default_rng(8)
    normal, flat = rng.normal(0, 0.2, (60, 40)), rng.uniform(-0.3, 0.3, (60, 40))
    made = {
        "normal": normal,
        "uniform": flat,
        "shifted": normal + 0.03,
        "never negative": np.abs(normal),
        "never positive": -np.abs(flat),
        "some zeros": np.where(rng.random(normal.shape) < 0.06, 0, normal),
        "few zeros": np.where(rng.random(normal.shape) < 0.04, 0, normal),
        "clipped": np.clip(normal, -0.3, 0.3),
        "repeated": np.repeat(normal[:30], 2, axis=0),
        "mirrored": np.hstack([normal[:, :20], -normal[:, 19::-1]]),
        "odd": normal[:59, :39],
        "sorted": np.sort(normal, axis=1),
        "sorted down": np.sort(normal, axis=0)[::-1],
        "three values": np.sign(normal) * (np.abs(normal) > 0.1),
        "four values": np.digitize(normal, [-0.1, 0, 0.1]) - 1.5,
        "constant": np.full((60, 40), 0.2),
        "infinite": np.where(normal > 0.5, np.inf, normal),
        "cut": normal[np.abs(normal) < 0.5][:2000].reshape(50, 40),
        "columns alike": np.tile(normal[:, :1], (1, 40)),
        "rescaled": normal / normal.std() * 0.25,
    }
    for name, weights in made.items():
        for law, wanted in (("normal", laws.NORMAL), ("uniform", laws.UNIFORM), ("any", {})):
            for required in (0.2, 0.25, None):
                found = draws._describe(weights, {"fan_in": 50.0, "fan_out": 40.0}, wanted, required)
                yield f"draws {name}, {law}, {required}", list(found)
        yield f"measured {name}", laws.measure(weights, 0.25, laws.NORMAL | laws.UNIFORM)


def _answer(x: Any, y: Any, w: Any, n: Any, labels: Any, layers: Any, batch_size: Any = 2) -> dict[str, Any]:
    return {"x": x, "y": y, "w": w, "n": n, "labels": labels, "layers": layers, "batch_size": batch_size}


def record_slips() -> Iterator[tuple[str, Any]]:
    """Yield changed arguments, the slips made in a function, and the sketches by which answers are recognised."""
    x, labels = np.array([[1.5, -2.0], [0.5, 0.5], [3.0, -0.25]]), np.array([2, 0, 1])
    layers = [(np.array([[1.0, 2.0]]), np.array([3.0, -1.0])), (np.eye(2), np.zeros(2))]
    calls = [Call((x, x[::-1] / 2, x.T, 0.3, labels, layers)), Call((x, x * 3, x.T, 3, labels, layers), {})]
    cases = [Case.of("is right", calls=[call]) for call in calls]
    for kind, what, function in arguments.find_changes(_answer, cases):
        before, after = _answer(*calls[0].args), function(*calls[0].args)
        changed = {name: value for name, value in after.items() if value is not before[name]}
        yield f"slip {kind} {what}", changed
    tree = ast.parse(FUNCTION).body[0]
    for one in mutants.mutants(tree):
        if one.kind != "name":  # there are very many of these
            yield f"mutant {one}", [one.kind, *one.what]
    values = (None, 1, 2.5, True, "text", x, labels, layers, {"a": x, "b": [1, 2]}, np.array([np.nan, np.inf]), [])
    for value in values:
        yield f"sketch of {write(value)}", _sketch(value)


FUNCTION = '''
def train(layers, x, labels, rate=0.5, epochs=3, *, names=None):
    """A docstring."""
    losses, total = [], 0.0
    if names is None or len(x) < 1 and rate > 2:
        raise ValueError(f"expected {len(x)} rows, not {rate}")
    for k, (weights, bias) in enumerate(layers[1:-1]):
        x = np.maximum(x @ weights + bias, 0) if k < len(layers) - 1 else x ** 2 / rate
        total += x.sum(axis=1, keepdims=True).mean() - np.exp(-x.T)[0, 1] * labels.size
        x *= 2
    pairs = {"he": he_normal(x, labels), "other": {1: True}}
    kept = [one for one in zip(x, labels, strict=True) if not one == rate]
    return losses, np.sum(x, axis=0), kept[::-1]
'''


PARTS = (record_samples, record_groups, record_counts, record_facts, record_draws, record_slips, make_verdicts)
"""What is recorded, part by part, in the order of the file."""


@cache
def record(part: Callable[[], Iterator[tuple[str, Any]]]) -> dict[str, str]:
    """Return what is recorded of a part, by name."""
    with np.errstate(all="ignore"):
        return {name: write(value) for name, value in part()}


def read() -> dict[str, str]:
    """Return what was recorded, by name."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ⇒ ", 1) for line in lines)


def main() -> None:
    """Write the record again."""
    found = [item for part in PARTS for item in record(part).items()]
    FILE.write_text("\n".join(f"{name} ⇒ {value}" for name, value in found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
