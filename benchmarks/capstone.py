"""Measures whether the capstone tells naive answers from good ones on sixty tasks, and what its levels are based on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np

from autograder.exercises import capstone_scores
from autograder.judging import reference
from labkit import data
from labkit.tasks import Task

N_TASKS = 60
RUNS_A_KIND = 20
RESULTS = Path(__file__).parent / "results"
Layers = capstone_scores.Layers
Answer = Callable[[Layers, np.ndarray, np.ndarray, np.random.Generator, Task], Layers]


def _adapters(rank: int, n_old: int, repeats: int, epochs: int, learning_rate: float = 0.02) -> Answer:
    """Train one adapter per layer on the new images, each repeated, and on some old ones."""
    lora, alpha = reference.module("lora"), 2 * rank

    def answer(layers: Layers, x: np.ndarray, y: np.ndarray, rng: np.random.Generator, _: Task) -> Layers:
        x, y = _mixed(x, y, n_old, repeats, rng)
        adapters = [lora.lora_init(*weights.shape, rank, rng) for weights, _ in layers]
        adapters, _ = lora.lora_fine_tune(
            layers, adapters, x, y, alpha=alpha, epochs=epochs, batch_size=32, learning_rate=learning_rate, rng=rng
        )
        return [(lora.lora_merge(w, a, alpha), b) for (w, b), a in zip(layers, adapters, strict=True)]

    return answer


def _fine_tuned(frozen: set[int], n_old: int, repeats: int, epochs: int, learning_rate: float) -> Answer:
    """Train the layers that are not frozen on the new images, each repeated, and on some old ones."""

    def answer(layers: Layers, x: np.ndarray, y: np.ndarray, rng: np.random.Generator, _: Task) -> Layers:
        x, y = _mixed(x, y, n_old, repeats, rng)
        return reference.module("freezing").fine_tune(
            layers, x, y, frozen=frozen, epochs=epochs, batch_size=32, learning_rate=learning_rate, rng=rng
        )[0]

    return answer


def _mixed(
    x: np.ndarray, y: np.ndarray, n_old: int, repeats: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    old_x, old_y = data.digits14_train()
    rows = rng.choice(len(old_x), n_old, replace=False)
    return np.concatenate([np.tile(x, (repeats, 1)), old_x[rows]]), np.concatenate([np.tile(y, repeats), old_y[rows]])


def _largest_directions(layers: Layers, trained: Layers, rank: int) -> Layers:
    """Keep only the largest directions of every matrix's change."""
    cut = []
    for (weights, _), (new, bias) in zip(layers, trained, strict=True):
        left, sizes, right = np.linalg.svd(new.astype(float) - weights, full_matrices=False)
        cut.append((weights + (left[:, :rank] * sizes[:rank]) @ right[:rank], bias))
    return cut


def _cut_at_the_end(layers: Layers, x: np.ndarray, y: np.ndarray, rng: np.random.Generator, task: Task) -> Layers:
    trained = _fine_tuned(set(), 2000, 10, 20, 0.05)(layers, x, y, rng, task)
    return _largest_directions(layers, trained, 8)


def _old_images_made_new(layers: Layers, x: np.ndarray, y: np.ndarray, rng: np.random.Generator, task: Task) -> Layers:
    """Change old images, which have labels, as the new ones were changed (here this is given), and train on both."""
    old_x, old_y = data.digits14_train()
    rows = rng.choice(len(old_x), 2000, replace=False)
    more_x, more_y = np.concatenate([x, task.apply(old_x[rows])]), np.concatenate([y, old_y[rows]])
    return _adapters(8, 4000, 1, 10, 0.03)(layers, more_x, more_y, rng, task)


def _known(name: str) -> Answer:
    """Answer as a misconception does."""
    wrong = next(w for w in reference.misconceptions("capstone")["adapt"] if w.name == name)
    return lambda layers, x, y, rng, _: wrong.function(layers, x, y, rng)


def answers() -> dict[str, Answer]:
    """Return naive and good answers by name, the reference last but one."""
    adapt = reference.module("capstone").adapt
    return {
        "nothing changed": _known("nothing_changed"),
        "everything retrained": _known("everything_retrained"),
        "head only": _known("head_only"),
        "LoRA rank 8, no old images": _known("lora_without_old_images"),
        "head with 300 old images": _fine_tuned({0, 1}, 300, 3, 40, 0.1),
        "everything, with 2,000 old images": _fine_tuned(set(), 2000, 10, 20, 0.05),
        "the same, cut to rank 8 at the end": _cut_at_the_end,
        "LoRA rank 4, 500 old images": _adapters(4, 500, 5, 40),
        "LoRA rank 8, 500 old images": _adapters(8, 500, 5, 40),
        "LoRA rank 8, 1,000 old images": _adapters(8, 1000, 10, 20),
        "the reference: LoRA rank 8, 4,000 old images": lambda layers, x, y, rng, _: adapt(layers, x, y, rng),
        "LoRA rank 8, old images made new as well": _old_images_made_new,
    }


def _attempt(answer: Answer, layers: Layers, number: int) -> tuple[float, float, float, float, int, float]:
    """Return the fraction of the points, with and without the budget, new and old accuracy, stored numbers, seconds."""
    x, y = capstone_scores.examples(number)
    start = time.process_time()
    with np.errstate(all="ignore"):
        adapted = answer(layers, x, y, np.random.default_rng(number), capstone_scores.draw_task(number))
    seconds = time.process_time() - start
    try:
        found = capstone_scores.standing(number, layers, adapted)
    except capstone_scores.NoNetwork:
        return 0.0, 0.0, np.nan, np.nan, 0, seconds
    return found.share, found.gain * found.kept, found.new, found.old, found.stored, seconds


def _levels(layers: Layers) -> dict[str, dict]:
    """Measure the fraction of the new digits that the reference reads, by kind of task."""
    adapt = answers()["the reference: LoRA rank 8, 4,000 old images"]
    runs: dict[str, list[tuple]] = {kind: [] for kind in capstone_scores.LEVELS}
    for number in count():
        found = runs[capstone_scores.draw_task(number).kind]
        if len(found) < RUNS_A_KIND:
            found.append(_attempt(adapt, layers, number))
        if min(map(len, runs.values())) == RUNS_A_KIND:
            break
    measured = {}
    for kind, found in runs.items():
        new, old = np.array([run[2] for run in found]), np.array([run[3] for run in found])
        measured[kind] = {
            "level": capstone_scores.LEVELS[kind],
            "reference_mean": round(new.mean(), 3),
            "reference_lowest": round(new.min(), 3),
            "old_lowest": round(old.min(), 3),
            "full_marks": round(float(np.mean([run[0] == 1 for run in found])), 3),
        }
    return measured


def measure() -> dict:
    """Try every answer on sixty tasks; write the table and the figure beside the numbers."""
    layers = data.pretrained_reader()
    distributions, rows = {}, {}
    for name, answer in answers().items():
        runs = np.array([_attempt(answer, layers, number) for number in range(N_TASKS)])
        shares, free, new, old, stored, seconds = runs.T
        distributions[name] = shares
        rows[name] = {
            "share": round(shares.mean(), 3),
            "lowest": round(shares.min(), 3),
            "highest": round(shares.max(), 3),
            "share_without_budget": round(free.mean(), 3),
            "new_digits": round(float(np.nanmean(new)), 3),
            "old_digits": round(float(np.nanmean(old)), 3),
            "numbers_stored": int(np.median(stored)),
            "cpu_seconds": round(seconds.mean(), 2),
        }
    untouched = [capstone_scores.read_share(layers, *_new_images(number)) for number in range(N_TASKS)]
    result = {
        "tasks": N_TASKS,
        "kinds": dict(Counter(capstone_scores.draw_task(number).kind for number in range(N_TASKS))),
        "untouched_highest": round(max(untouched), 3),
        "answers": rows,
        "levels": _levels(layers),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "capstone.md").write_text(_table(result))
    _draw(distributions, RESULTS / "capstone.png")
    return result


def _new_images(number: int) -> tuple[np.ndarray, np.ndarray]:
    digits = data.digits14()
    return capstone_scores.draw_task(number).apply(digits.test_images), digits.test_labels


def _table(result: dict) -> str:
    columns = ("answer", "mean share", "lowest to highest", "without the budget", "new digits", "old digits")
    answers_table = [
        (
            name,
            f"**{row['share']:.0%}**",
            f"{row['lowest']:.0%} to {row['highest']:.0%}",
            f"{row['share_without_budget']:.0%}",
            f"{row['new_digits']:.0%}",
            f"{row['old_digits']:.0%}",
            f"{row['numbers_stored']:,}",
            f"{row['cpu_seconds']:.2f}",
        )
        for name, row in result["answers"].items()
    ]
    levels_table = [
        (
            kind,
            result["kinds"].get(kind, 0),
            f"{row['level']:.0%}",
            f"{row['reference_mean']:.1%}",
            f"{row['reference_lowest']:.1%}",
            f"{row['old_lowest']:.1%}",
            f"{row['full_marks']:.0%}",
        )
        for kind, row in result["levels"].items()
    ]
    of_reference = ("reference, mean", "reference, lowest", "old digits, lowest", "full marks")
    return "\n".join(
        [
            "# The capstone: what answers earn",
            "",
            f"Shares of the 15 points over {result['tasks']} tasks (numbers 0 to {result['tasks'] - 1}), one run each,",
            "made by `python -m benchmarks capstone`. On none of the tasks does the untouched reader read more than",
            f"{result['untouched_highest']:.0%} of the new digits.",
            "",
            "![The share of the points that each answer earns on each task](capstone.png)",
            "",
            *_markdown((*columns, "numbers stored", "CPU seconds"), answers_table),
            "",
            "“Without the budget” is gain · kept, whatever is stored. The level for the full gain is ten points below",
            f"what the reference reads on average, over {RUNS_A_KIND} tasks of each kind:",
            "",
            *_markdown(("kind of task", "among the tasks above", "level", *of_reference), levels_table),
            "",
        ]
    )


def _markdown(columns: tuple, rows: list[tuple]) -> list[str]:
    """Write a table as lines of Markdown."""
    return ["| " + " | ".join(map(str, row)) + " |" for row in (columns, ("---",) * len(columns), *rows)]


def _draw(distributions: dict[str, np.ndarray], path: Path) -> None:
    """Draw every task's fraction of the points as a dot, and each answer's mean as a bar."""
    from labkit.figures.style import FAINT, NEGATIVE, POSITIVE, TEXT, figure

    fig, ax = figure(1, 1, (9, 0.42 * len(distributions) + 1))
    rng = np.random.default_rng(0)
    for row, (name, shares) in enumerate(distributions.items()):
        good = name.startswith("the reference")
        ax.barh(row, shares.mean(), height=0.7, color=NEGATIVE if good else POSITIVE, alpha=0.3)
        places = row + rng.uniform(-0.25, 0.25, len(shares))
        ax.plot(shares, places, "o", linestyle="", markersize=3, color=NEGATIVE if good else POSITIVE, alpha=0.7)
        ax.text(1.03, row, f"{shares.mean():.0%}", va="center", color=TEXT)
    ax.set_yticks(range(len(distributions)), distributions)
    ax.invert_yaxis()
    ax.set_xlim(-0.02, 1.02)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.grid(axis="x", color=FAINT)
    ax.set_xlabel(f"share of the points; one dot per task ({N_TASKS}), the bar is their mean")
    fig.savefig(path, dpi=120, facecolor="white", bbox_inches="tight")
