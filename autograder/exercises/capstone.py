"""Chapter 10 asks for one thing: teach a trained reader something new, cheaply, and let it forget nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from labkit import data

from ..exercise import Case, Chapter, Rng
from . import capstone_scores

CHAPTER = Chapter("10_capstone", "One network's whole life")
N_TASKS = 2
"""The number of tasks, each of a different kind, so that an answer to one kind of change does not earn full marks.
Answering one takes longer than running all the other chapters' functions, and more tasks would distinguish no more
answers: the reference earns all points of every single task, and no naive answer earns two fifths of any
(`benchmarks/results/capstone.md`)."""


@CHAPTER.exercise(
    aspects={"reads new digits, keeps the old ones, within the budget": 15},
    hints=(
        "First return `layers` unchanged and read the message: the old digits are kept, but nothing is gained. Then "
        "use fine_tune on the head, and see how the two accuracies change.",
        "Which method of chapter 9 changes all three matrices but stores fewer than 4,000 numbers? And what kept the "
        "old digits readable while the network learned new ones?",
        "Use one LoRA adapter per layer, of a rank that fits the budget. Train the adapters with lora_fine_tune on a "
        "mixture: the new images, repeated several times, and the same number of old images from "
        "data.digits14_train(). Then use lora_merge. Take smaller steps if training diverges.",
    ),
    why="A change of rank 8 fits the budget, and old images show what must stay. You can also train everything, with "
    "old images, and then keep only the largest directions of the change: this works nearly as well on average. A "
    "single network cannot switch the change off; a system that keeps an adapter can, and so forgets nothing.",
    prerequisites=(
        "minibatches",
        "fine_tune",
        "lora_init",
        "lora_dense",
        "lora_gradient",
        "lora_fine_tune",
        "lora_merge",
        "train",
    ),
    scored=capstone_scores.score,
    time_limit=110,
)
def adapt(rng: np.random.Generator) -> Iterator[Case]:
    """Adapt the reader to new digits, of which you get 100 labelled images.

    The change may take at most 4,000 stored numbers.
    """
    layers = data.pretrained_reader()
    kinds: set[str] = set()
    while len(kinds) < N_TASKS:
        number, seed = (int(drawn) for drawn in rng.integers(2**32, size=2))
        kind = capstone_scores.draw_task(number).kind
        if kind in kinds:
            continue
        kinds.add(kind)
        x, y = capstone_scores.examples(number)
        yield Case.of(
            "reads new digits, keeps the old ones, within the budget",
            layers,
            x,
            y,
            Rng(seed, stream=number),
            note=f"task {len(kinds)} of {N_TASKS}",
        )


CHAPTER.question(
    "numbers_at_rank_8",
    task="Compute how many numbers adapters of rank 8 hold if each of the reader's three matrices has one.",
    value=3_696,
    points=2,
    mistakes={
        "counts_one_factor": (
            8 * (196 + 64 + 64),
            "That is one factor of each adapter. An adapter has two: `down` and `up`.",
        ),
        "counts_the_matrices": (
            17_280,
            "That is the total number of entries of the reader's matrices. An adapter stores two thin factors.",
        ),
        "counts_all_parameters": (17_418, "That is the whole reader. An adapter stores two thin factors."),
        "multiplies_the_sides": (
            8 * 17_280,
            "Here fan_in and fan_out are multiplied. The factors have rank · fan_in and rank · fan_out entries.",
        ),
        "adds_the_biases": (3_696 + 138, "That includes biases. An adapter has none."),
    },
    hints=(
        "How many entries do down and up of one layer have?",
        "Each matrix needs rank · (fan_in + fan_out) numbers.",
        "Read fan_in and fan_out from weights.shape.",
    ),
)
_CAUSES = {
    "says_everything": (1, "If everything had been retrained, the change in each matrix would have nearly full rank."),
    "says_head": (
        2,
        "If only the output layer had been trained, no entry of the earlier layers would have changed.",
    ),
    "says_adapter": (
        3,
        "An adapter changes nearly every entry of its matrix, but the change has a low rank, and no bias changes.",
    ),
    "says_biases": (4, "Look at the matrices: if only biases had been updated, no matrix entry would have changed."),
    "says_nothing": (5, "Some entries did change: look at the first column of numbers."),
}
for _name, _value in {"colleague_p": 3, "colleague_q": 2}.items():
    CHAPTER.question(
        _name,
        task="Say what this colleague did: give the number from the list.",
        value=_value,
        mistakes={name: mistake for name, mistake in _CAUSES.items() if mistake[0] != _value},
        hints=(
            "Which layers changed?",
            "Compare the rank of the change with the axis lengths of the matrix.",
            "If matrices changed at a rank far below both axis lengths, an adapter was trained. If only the "
            "output layer changed, the output layer was trained.",
        ),
    )
CHAPTER.question(
    "repaired_q",
    task="Compute how many numbers of colleague q's network differ from the reader's, weights and biases together.",
    value=630,
    mistakes={
        "the_whole_layer": (
            650,
            "That is the number of parameters of the output layer. Count the entries that actually differ.",
        ),
        "weights_alone": (620, "Those are the weights alone. The biases of that layer also changed."),
        "the_weight_matrix": (640, "That is the number of entries of the matrix. Some entries did not change."),
        "an_accuracy": (0.914, "That is the accuracy after the repair. Count the numbers that were put back."),
    },
    hints=(
        "Which layers of q differ from the reader's?",
        "np.count_nonzero(weights != before) counts the entries that differ; do the same for the bias.",
    ),
)
CHAPTER.written_answer("what_to_deploy", points=3)
CHAPTER.written_answer("what_is_a_weight", points=3)
