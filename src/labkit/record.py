"""Keeps the learner's best score in a task that is not marked."""

from __future__ import annotations

from . import store

__all__ = ["chase_record"]


def chase_record(name: str, score: float) -> float:
    """Keep the best score so far, say how this score compares, and return the best.

    Parameters
    ----------
    name : str
        The name of the task.
    score : float
        How well it went; larger is better.

    Returns
    -------
    float
        The best score, this one included.
    """
    before = _best(store.load("records"), name)
    best = score if before is None else max(score, before)
    store.update("records", lambda record: record | {name: max(best, _best(record, name) or best)})
    if before is None:
        print(f"{name}: {score:.1f}, your first record.")
    elif score > before:
        print(f"{name}: {score:.1f}, a new record. The old record was {before:.1f}.")
    else:
        print(f"{name}: {score:.1f}; your record is {before:.1f}.")
    return best


def _best(record: dict, name: str) -> float | None:
    best = record.get(name)
    return float(best) if isinstance(best, int | float) else None
