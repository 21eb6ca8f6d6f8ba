"""The concept test: fifteen questions asked before the course and after it, recorded without points.

Each wrong option is what somebody with one of the course's named misconceptions would say. What a class
gained is Hake's normalised gain, the fraction learned of what could still be learned.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import store
from .display import interactive, show_message

WHEN = ("before", "after")
UNDECIDED = "I do not know yet"
_LETTERS = "abcd"
"""How a record names the options, in the order in which they are shown: words may change with a release."""
_EARLIER = {
    "nothing, because all gradients are zero": "nothing, because no weight can change",
    "no more than one dense layer, because they merge into one": "no more than one dense layer, because they fold "
    "into one",
    "the first, because it gives the right classes more": "the first, because it is more confident and right",
    "neither, because both have made no mistake": "neither, because all their answers are right",
    "its weights, and its biases if it has any": "all numbers that it has learned, such as its weights",
    "about as large, because ReLU cuts it back": "about as large, because negative sums become 0",
    "the one of −4, because its magnitude is larger": "the one with −4, because its magnitude is larger",
    "the one of 0.1, because a negative weight switches its connection off": "the one with 0.1, because a negative "
    "weight switches its connection off",
    "the one of 0.1, because it is the larger number": "the one with 0.1, because it is the larger number",
    "two thin matrices per adapted weight matrix": "those of two thin matrices per adapted weight matrix",
}
"""Words of options in records of earlier releases, which named options by their words, and the words of today."""


@dataclass(frozen=True)
class Concept:
    """One question of the test.

    Parameters
    ----------
    name : str
        Its name in the record.
    chapter : int
        The chapter that answers it.
    claim : int
        The row of the curriculum's table of claims that it asks about.
    text : str
        The question.
    right : str
        The right option.
    wrong : mapping of str to str
        Each wrong option, and the belief that leads to it.
    place : int
        The position of the right option among the others, 0 to 3.

    Notes
    -----
    Answers are recorded by the position of an option: its words may change, its position may not.
    """

    name: str
    chapter: int
    claim: int
    text: str
    right: str
    wrong: Mapping[str, str]
    place: int

    @property
    def options(self) -> list[str]:
        """All options in the order in which they are shown."""
        options = list(self.wrong)
        options.insert(self.place, self.right)
        return options

    def read(self, recorded: Any) -> str | None:
        """Return the option that a record names, or None if it names none."""
        if not isinstance(recorded, str):
            return None
        if recorded in tuple(_LETTERS):
            return self.options[_LETTERS.index(recorded)]
        option = _EARLIER.get(recorded, recorded)
        return option if option in (*self.options, UNDECIDED) else None

    def letter(self, option: str) -> str:
        """Return how a record names an option."""
        return option if option == UNDECIDED else _LETTERS[self.options.index(option)]


CONCEPTS = (
    Concept(
        "one_weight",
        1,
        1,
        "A signal of 3 crosses a connection whose weight is −2. What arrives?",
        "−6",
        {"1": "a weight is added", "6": "only a weight's magnitude counts", "−1.5": "a weight divides"},
        1,
    ),
    Concept(
        "magnitude_and_sign",
        1,
        2,
        "A signal of 1 reaches a neuron over each of two connections, with weights −4 and 0.1. Which of them "
        "influences the sum more?",
        "the one with −4, because its magnitude is larger",
        {
            "the one with 0.1, because a negative weight switches its connection off": "negative means off",
            "the one with 0.1, because it is the larger number": "a negative weight is a small weight",
            "neither, because both carry the same signal": "only the signal counts",
        },
        3,
    ),
    Concept(
        "place_of_a_weight",
        1,
        3,
        "Within each layer of a trained network all weights are shuffled: the same numbers, on other connections. "
        "How well does it work now?",
        "about as well as guessing",
        {
            "as before, because it still holds all the numbers that it learned": "a weight's position does not matter",
            "a little worse, as if it were slightly damaged": "a weight's position matters only a little",
            "not at all, because it can no longer be run": "a network with wrong weights cannot run",
        },
        0,
    ),
    Concept(
        "bias",
        2,
        5,
        "All inputs of a neuron are zero. What can its sum be, before anything else is done to it?",
        "any number, because only its bias is left",
        {
            "only zero, because nothing comes in": "without inputs there is no output",
            "the sum of its weights": "weights act without a signal",
            "zero or more, because a bias can only add": "a bias is never negative",
        },
        0,
    ),
    Concept(
        "parameters",
        2,
        6,
        "What does the “7B” in a model's name count, in billions?",
        "all numbers that it has learned, such as its weights",
        {
            "its neurons, in all its layers together": "parameters are neurons",
            "the bytes of the file that stores the model": "parameters are bytes",
            "the texts that it was trained on": "parameters are examples",
        },
        2,
    ),
    Concept(
        "symmetry",
        3,
        8,
        "A network has one hidden layer. All its weights start at 0.1 and all its biases at 0. What happens in "
        "training?",
        "all neurons of the hidden layer stay identical",
        {
            "the same as from random numbers, only more slowly": "the start affects speed only",
            "the neurons of the hidden layer become different from the first step on": "identical neurons grow apart",
            "nothing, because no weight can change": "a constant start acts like an all-zero one",
        },
        3,
    ),
    Concept(
        "scale",
        3,
        9,
        "A network of 50 layers has no biases, and every negative sum in it becomes 0. All its weights are drawn with "
        "twice the standard deviation of He initialization. Compared with He initialization, the signal after the last "
        "layer is …",
        "about 2⁵⁰ times as large",
        {
            "about twice as large": "layers do not compound",
            "about 100 times as large": "layers add their effects",
            "about as large, because negative sums become 0": "an activation function keeps signals within bounds",
        },
        1,
    ),
    Concept(
        "nothing_between",
        4,
        11,
        "Ten dense layers follow one another with no activation function between them. What can they compute?",
        "no more than one dense layer, because they fold into one",
        {
            "much more than one, because they hold ten times the weights": "more weights compute more",
            "a little more than one, because each layer sharpens the result": "depth alone adds something",
            "nothing, because signals cannot pass without an activation function": "layers need activation functions",
        },
        2,
    ),
    Concept(
        "loss",
        5,
        12,
        "Two classifiers are right about the same ten images. One gives each right class a probability of 0.99, the "
        "other 0.51. Which has the lower cross-entropy loss?",
        "the first, because it is more confident and right",
        {
            "neither, because all their answers are right": "loss counts mistakes",
            "the second, because it is the more cautious one": "confidence is always punished",
            "that depends on the probabilities of the other classes": "the loss looks at every class",
        },
        1,
    ),
    Concept(
        "gradient",
        6,
        13,
        "The gradient of the loss with respect to one weight is −2. If only this weight rises slightly, the loss …",
        "falls by about twice as much",
        {
            "rises until the weight has reached −2": "a gradient is a target",
            "stays the same, because the weight's part of it is already negative": "a gradient is a part of the loss",
            "rises, because the weight is already too large by 2": "a gradient is an error to be subtracted",
        },
        3,
    ),
    Concept(
        "step",
        7,
        14,
        "A weight is 0.5, its gradient is 3 and the learning rate is 0.1. What is the weight after one descent step?",
        "0.2",
        {
            "0.8": "descent follows the gradient",
            "−2.5": "the learning rate is left out",
            "0.35": "the step scales the weight",
        },
        0,
    ),
    Concept(
        "learning_rate",
        7,
        16,
        "From the first steps on, the loss of your network grows with each step. What do you try first?",
        "a smaller learning rate",
        {
            "a larger learning rate, to get over the hill": "larger steps always help",
            "more epochs, to give it time": "training longer repairs everything",
            "more neurons, to make it more capable": "a bad loss means a small network",
        },
        2,
    ),
    Concept(
        "frozen",
        8,
        17,
        "One layer of a network is frozen, and the network is trained for ten more epochs. What has happened to the "
        "frozen layer's weights?",
        "they are unchanged, and every signal still crosses them",
        {
            "they have moved, but much less than the weights of the other layers": "freezing slows a layer down",
            "they have become zero, because training leaves them out": "freezing sets weights to zero",
            "they are unchanged, because signals now go past them": "a frozen layer is skipped by the forward pass",
        },
        1,
    ),
    Concept(
        "lora",
        9,
        18,
        "A model is adapted with LoRA of rank 4. Which numbers does training change?",
        "those of two thin matrices per adapted weight matrix",
        {
            "all weights of four layers, while the other layers are frozen": "the rank counts layers",
            "the four weights of each neuron that are largest in magnitude": "the rank counts weights",
            "all weights, but only in their last four digits": "LoRA is a way of storing numbers",
        },
        2,
    ),
    Concept(
        "forgetting",
        8,
        20,
        "A network can do task A. All its layers are frozen except the last one, which it also uses for a very "
        "different task B. Then it is trained on task B only. How well does it do task A now?",
        "worse, because the last layer has changed",
        {
            "as well as before, because nearly all its layers are frozen": "freezing a part protects the whole",
            "better, because it has seen more examples": "training only ever adds",
            "as well as before, because B uses weights that A did not need": "tasks settle in separate weights",
        },
        3,
    ),
)


def concept_test(when: str) -> None:
    """Ask the fifteen questions; answers are recorded as they are picked, and earn no points.

    After the course, the last line says how many were right then and now.

    Parameters
    ----------
    when : str
        ``"before"`` the course or ``"after"`` it.
    """
    if when not in WHEN:
        raise ValueError(f'concept_test is taken "before" or "after" the course, not {when!r}.')
    if interactive():
        _show_widget(when)
        return
    lines = [f"Fifteen questions, {when} the course. Your answers are recorded, but they earn no points."]
    for number, concept in enumerate(CONCEPTS, 1):
        lines += [f"{number}. {concept.text}", *(f"  ( ) {option}" for option in concept.options)]
    items = "".join(
        f"<li>{html.escape(c.text)}<ul>{''.join(f'<li>{html.escape(option)}</li>' for option in c.options)}</ul></li>"
        for c in CONCEPTS
    )
    show_message(f"<p>{lines[0]}</p><ol>{items}</ol>", "\n".join(lines))


def _show_widget(when: str) -> None:
    import ipywidgets as widgets
    from IPython.display import display

    answers = read_answers(store.load("concepts"), when)
    said = widgets.HTML()
    fold = widgets.Accordion()

    def report() -> None:
        given = read_answers(store.load("concepts"), when)
        fold.titles = (f"The fifteen questions, {when} the course: {len(given)} answered (click to open or close)",)
        said.value = html.escape(_comment(when, given))

    def recorder(name: str) -> Any:
        def record(change: dict) -> None:
            answered = {name: change["new"]}
            store.update(
                "concepts", lambda everything: everything | {when: _recorded(read_answers(everything, when) | answered)}
            )
            report()

        return record

    rows: list = []
    for number, concept in enumerate(CONCEPTS, 1):
        style = "margin: 1em 0 0; line-height: 1.5"
        text = widgets.HTML(f"<p style='{style}'><strong>{number}.</strong> {html.escape(concept.text)}</p>")
        options = [*concept.options, UNDECIDED]
        choice = widgets.RadioButtons(
            options=options, value=answers.get(concept.name), tooltip=concept.text, layout={"width": "auto"}
        )
        choice.observe(recorder(concept.name), "value")
        rows += [text, choice]
    fold.children = [widgets.VBox(rows)]
    fold.selected_index = 0 if 0 < len(answers) < len(CONCEPTS) else None  # open for somebody who has begun to answer
    report()
    display(widgets.VBox([fold, said]))


def _comment(when: str, given: Mapping[str, str]) -> str:
    if len(given) < len(CONCEPTS):
        return f"{len(CONCEPTS) - len(given)} to go. Each answer is saved as soon as you pick it; none earns points."
    if when == "before":
        return "Thank you. The course answers all of these questions, and asks them again at its end."
    before = read_answers(store.load("concepts"), "before")
    then = f" Before the course: {score(before)} of {len(before)}." if before else ""
    missed = [f"{number} (chapter {c.chapter})" for number, c in enumerate(CONCEPTS, 1) if given.get(c.name) != c.right]
    look = f" Look again at question{'s' * (len(missed) > 1)} {', '.join(missed)}." if missed else ""
    return f"Right answers: {score(given)} of {len(CONCEPTS)}.{then}{look}"


def read_answers(record: Mapping, when: str) -> dict[str, str]:
    """Return the learner's answers by question; whatever is not an answer to a question is left out.

    A record comes from a learner's disk, so it may hold anything.
    """
    given = record.get(when)
    if not isinstance(given, Mapping):
        return {}
    read = {concept.name: concept.read(given.get(concept.name)) for concept in CONCEPTS}
    return {name: option for name, option in read.items() if option is not None}


def _recorded(answers: Mapping[str, str]) -> dict[str, str]:
    """Return answers as they are written to the record."""
    return {concept.name: concept.letter(answers[concept.name]) for concept in CONCEPTS if concept.name in answers}


def score(answers: Mapping[str, str]) -> int:
    """Return how many of the answers, by question, are right."""
    return sum(answers.get(concept.name) == concept.right for concept in CONCEPTS)
