"""Reliable figures: rounds in which the contenders take turns, and the median of each figure with its range."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True)
class Spent:
    """What one piece of work took, in clock time and processor time, with its start-up separate."""

    seconds: float
    cpu: float
    start: float = 0.0
    start_cpu: float = 0.0

    def per(self, count: float) -> Spent:
        """Return the same for one of ``count`` items; the start-up is not divided."""
        return Spent(self.seconds / count, self.cpu / count, self.start, self.start_cpu)


def spread(values: Iterable[float], digits: int = 3) -> dict[str, float]:
    """Return the median, the lowest and the highest of several measurements."""
    found = list(values)
    named = {"median": median(found), "low": min(found), "high": max(found)}
    return {name: round(value, digits) for name, value in named.items()} | {"rounds": len(found)}


def take_turns(contenders: Mapping[str, Callable[[], Spent]], rounds: int = ROUNDS) -> dict[str, list[Spent]]:
    """Let each contender work once per round, one after another."""
    spent: dict[str, list[Spent]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            spent[name].append(work())
    return spent


def told(figure: Mapping[str, float], unit: str = "") -> str:
    """Write a figure with its range: ``0.31 s (0.30 to 0.35)``."""
    return f"{figure['median']:g}{unit} ({figure['low']:g} to {figure['high']:g})"
