"""Tries a sample of slips: ``python -m tests.slips [ROOM …] [--sample N] [--seed N] [--write]``."""

from __future__ import annotations

import datetime
import json
import time
from collections import Counter
from pathlib import Path

import click

from autograder.paths import ROOT

from . import make, try_out
from .make import ROOMS
from .try_out import TESTS, Outcome, Trial

RESULTS = ROOT / "tests" / "slips" / "results.json"
AIM = 0.95
"""The fraction of slips that tests should notice in the rooms on which a grade depends."""
_HOUR = 3600
STRICT = ("judging", "sandbox", "candidate", "classroom")


@click.command()
@click.argument("rooms", nargs=-1, type=click.Choice(list(ROOMS)))
@click.option("--sample", default=40, show_default=True, help="Slips per room.")
@click.option("--seed", default=None, type=int, help="Which sample; by default today's.")
@click.option("--quick", is_flag=True, help="Leave out the tests that are marked slow.")
@click.option("--minutes", type=float, help="Begin no further slip after so many minutes.")
@click.option("--write", is_flag=True, help="Keep what was found in tests/slips/results.json.")
def main(
    rooms: tuple[str, ...], sample: int, seed: int | None, quick: bool, minutes: float | None, write: bool
) -> None:
    """Make slips in a copy of the project and run the tests of the room: one of them has to fail."""
    seed = int(f"{datetime.date.today():%Y%m%d}") if seed is None else seed
    until = time.monotonic() + 60 * minutes if minutes else float("inf")
    with try_out.project_copy() as copy:
        try_out.warm_up()
        found = {room: _try_room(room, sample, seed, copy, quick, until) for room in rooms or STRICT}
    if write:
        kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        kept |= {room: as_json(trials, seed) for room, trials in found.items()}
        RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    short = [room for room, trials in found.items() if room in STRICT and rate(trials) < AIM]
    raise SystemExit(1 if short else 0)


def _try_room(room: str, count: int, seed: int, copy: Path, quick: bool, until: float) -> list[Trial]:
    slips, begun = make.sample(room, count, seed), time.monotonic()  # now: somebody may change the project later
    if try_out.run_tests(try_out.in_order("", TESTS[room], copy), copy, quick, _HOUR) != 0:
        said = (copy.parent / "said.txt").read_text(errors="replace")[-2000:]
        raise click.ClickException(f"The tests of {room} fail without any slip:\n{said}")
    limit = 60 + 4 * (time.monotonic() - begun)
    try_out.note_seconds(copy)
    trials: list[Trial] = []
    for slip in slips:
        if time.monotonic() > until:
            break
        trials.append(try_out.try_slip(slip, TESTS[room], copy, quick, limit))
        click.echo(f"{trials[-1].outcome:10} {trials[-1].seconds:5.1f} s  {slip.file}:{slip.line}  {slip.words}")
    click.echo(tell(room, trials))
    return trials


def count(trials: list[Trial]) -> Counter[Outcome]:
    """Count trials by what became of the slip."""
    return Counter(trial.outcome for trial in trials)


def rate(trials: list[Trial]) -> float:
    """Return the fraction of slips that were noticed, among those that change something."""
    counted = count(trials)
    return counted[Outcome.NOTICED] / max(1, counted[Outcome.NOTICED] + counted[Outcome.SURVIVED])


def tell(room: str, trials: list[Trial]) -> str:
    """Say in a line what became of a room's slips."""
    counted = count(trials)
    tried = counted[Outcome.NOTICED] + counted[Outcome.SURVIVED]
    return (
        f"{room}: {counted[Outcome.NOTICED]} of {tried} noticed ({rate(trials):.0%}); "
        f"{counted[Outcome.EQUIVALENT]} more are listed as changing nothing visible."
    )


def as_json(trials: list[Trial], seed: int) -> dict:
    """Return what is kept about a room's trials."""
    counted = count(trials)
    return {
        "seed": seed,
        "tried": counted[Outcome.NOTICED] + counted[Outcome.SURVIVED],
        "noticed": counted[Outcome.NOTICED],
        "equivalent": counted[Outcome.EQUIVALENT],
        "survivors": [one.slip.name for one in trials if one.outcome is Outcome.SURVIVED],
    }


if __name__ == "__main__":
    main()
