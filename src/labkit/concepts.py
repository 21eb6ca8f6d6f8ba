"""The concept test: fifteen questions asked before the course and after it, recorded and never marked.

Each wrong option is what somebody would say who holds one of the course's named misunderstandings.
What a class gained is Hake's normalised gain: of what could still be learned, the share that was.
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


@dataclass(frozen=True)
class Concept:
    """One question of the test.

    Parameters
    ----------
    name : str
        Its name in the record.
    claim : int
        The row of the curriculum's table of claims that it asks about.
    text : str
        The question.
    right : str
        The right option.
    wrong : mapping of str to str
        Each wrong option, and the belief that leads to it.
    place : int
        Where the right option stands among the others, 0 to 3.
    """

    name: str
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


CONCEPTS = (
    Concept(
        "one_weight",
        1,
        "A signal of 3 crosses a connection whose weight is −2. What arrives?",
        "−6",
        {"1": "a weight is added", "6": "only a weight's size counts", "−1.5": "a weight divides"},
        1,
    ),
    Concept(
        "size_and_sign",
        2,
        "Equal signals reach a neuron over two connections, one of weight −4 and one of weight 0.1. Which has more say "
        "in what the neuron adds up?",
        "the one of −4: its sign only gives the direction",
        {
            "the one of 0.1: a negative weight switches its connection off": "negative means off",
            "the one of 0.1: it is the larger number": "a negative weight is a small weight",
            "neither: both carry the same signal": "only the signal counts",
        },
        3,
    ),
    Concept(
        "place_of_a_weight",
        3,
        "Within each layer of a trained network, all weights are shuffled: the same numbers in other places. "
        "How well does it work now?",
        "no better than guessing",
        {
            "as before: it has learned these numbers, and they are all still there": "a weight's place does not matter",
            "a little worse, as after a little damage": "a weight's place matters only a little",
            "not at all: it cannot be run any more": "a network with wrong weights is no network",
        },
        0,
    ),
    Concept(
        "neuron",
        4,
        "A neuron has inputs 1 and 2, weights 3 and −1, and bias 4. What is its sum, before any activation?",
        "5",
        {
            "1": "the bias is left out",
            "4": "the bias multiplies",
            "10": "inputs and weights are added up first, then multiplied",
        },
        2,
    ),
    Concept(
        "bias",
        5,
        "All inputs of a neuron are zero. What can its sum be?",
        "any number: it is the neuron's bias",
        {
            "only zero: nothing comes in, so nothing goes out": "without inputs there is no output",
            "the sum of its weights": "weights act without a signal",
            "zero or more: a bias can only lift": "a bias is never negative",
        },
        0,
    ),
    Concept(
        "parameters",
        6,
        "What are the seven billion in the name of a “7B” model?",
        "its weights and biases",
        {
            "its neurons": "parameters are neurons",
            "the bytes of its file": "parameters are bytes",
            "the texts it was trained on": "parameters are examples",
        },
        2,
    ),
    Concept(
        "symmetry",
        8,
        "All weights of a network with a hidden layer begin at the same number, 0.1. What comes of it in training?",
        "within the hidden layer all neurons stay copies of each other",
        {
            "the same as from random numbers, only later": "the start affects speed only",
            "the neurons grow apart from the first step on, as each has its own gradient": "equal neurons learn apart",
            "nothing moves, since all gradients are zero": "a constant start acts like an all-zero one",
        },
        3,
    ),
    Concept(
        "scale",
        9,
        "In a ReLU network 50 layers deep, all weights are drawn with twice the standard deviation of He's rule. "
        "How strong is the signal after the last layer?",
        "about 2⁵⁰ times as strong",
        {
            "about twice as strong": "layers do not compound",
            "about 100 times as strong": "layers add their effects",
            "about as strong as with He's rule: ReLU cuts it back": "an activation keeps signals in bounds",
        },
        1,
    ),
    Concept(
        "loss",
        12,
        "Two classifiers are right about the same ten images. One gives each right class a probability of 0.99, the "
        "other 0.51. Which has the lower cross-entropy loss?",
        "the first: it is right with more conviction",
        {
            "neither: both have made no mistake": "loss counts mistakes",
            "the second: it is the more cautious one": "confidence is always punished",
            "that depends on the probabilities of the wrong classes": "the loss looks at every class",
        },
        1,
    ),
    Concept(
        "gradient",
        13,
        "The gradient of the loss with respect to one weight is −2. What does that say?",
        "if this weight alone rises a tiny bit, the loss falls by about twice that",
        {
            "this weight should be −2": "a gradient is a target",
            "this weight's share of the loss is −2, so it makes the loss smaller": "a gradient is a share of the loss",
            "this weight is too large by 2 and should be lowered": "a gradient is an error to be taken away",
        },
        3,
    ),
    Concept(
        "step",
        14,
        "A weight is 0.5, its gradient is 3 and the learning rate is 0.1. What is it after one step of descent?",
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
        16,
        "From the first steps on, the loss of your network grows from step to step. What do you try first?",
        "a smaller learning rate",
        {
            "a larger learning rate, to get over the hill": "larger steps always help",
            "more epochs, to give it time": "training longer mends everything",
            "more neurons, to make it capable": "a bad loss means a small network",
        },
        2,
    ),
    Concept(
        "frozen",
        17,
        "One layer is frozen, and the network is trained for ten more epochs. What has become of its weights?",
        "they are the same to the last bit, and still do their work",
        {
            "they have moved, but much less than the others": "freezing slows a layer down",
            "they are zero": "freezing silences a layer",
            "they are the same, but the signal goes past them": "a frozen layer is skipped by the forward pass",
        },
        1,
    ),
    Concept(
        "lora",
        18,
        "A model is adapted with LoRA of rank 4. Which numbers does the training change?",
        "only two thin matrices, whose product is added to a weight matrix",
        {
            "all weights of four layers, while the others are frozen": "the rank counts layers",
            "the four largest weights of each neuron": "the rank counts weights",
            "all weights, but only in a few of their digits": "LoRA is a way of storing numbers",
        },
        2,
    ),
    Concept(
        "forgetting",
        20,
        "A network can do task A. All but its last layer is frozen, and that layer, which both tasks share, is trained "
        "on task B. How well does the network do A now?",
        "worse: what A needed of the last layer has been overwritten",
        {
            "as well as before: its body is frozen": "freezing a part protects the whole",
            "better: it has seen more examples": "training only ever adds",
            "as well as before: B takes up weights that A did not use": "tasks settle in separate weights",
        },
        3,
    ),
)


def concept_test(when: str) -> None:
    """Ask the fifteen questions; answers are recorded as they are picked, and never marked.

    After the course, the last line tells how many were right then and now.

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
    lines = [f"Fifteen questions, {when} the course. Recorded, never marked."]
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
            store.update("concepts", lambda everything: everything | {when: read_answers(everything, when) | answered})
            report()

        return record

    rows: list = []
    for number, concept in enumerate(CONCEPTS, 1):
        text = widgets.HTML(f"<p style='margin: 1em 0 0'><strong>{number}.</strong> {html.escape(concept.text)}</p>")
        options = [*concept.options, UNDECIDED]
        choice = widgets.RadioButtons(
            options=options, value=answers.get(concept.name), tooltip=concept.text, layout={"width": "auto"}
        )
        choice.observe(recorder(concept.name), "value")
        rows += [text, choice]
    fold.children = [widgets.VBox(rows)]
    fold.selected_index = 0 if 0 < len(answers) < len(CONCEPTS) else None  # open where somebody was at work
    report()
    display(widgets.VBox([fold, said]))


def _comment(when: str, given: Mapping[str, str]) -> str:
    if len(given) < len(CONCEPTS):
        return f"{len(CONCEPTS) - len(given)} to go. Each answer is kept as you pick it; nothing here is marked."
    if when == "before":
        return "Thank you. You will meet all of these in the course, and the same questions at its end."
    before = read_answers(store.load("concepts"), "before")
    then = f" Before the course it was {score(before)}." if before else ""
    missed = [str(number) for number, c in enumerate(CONCEPTS, 1) if given.get(c.name) != c.right]
    look = f" Look once more at {', '.join(missed)}." if missed else ""
    return f"{score(given)} of {len(CONCEPTS)} are right.{then}{look}"


def read_answers(record: Mapping, when: str) -> dict[str, str]:
    """Return what was answered, by question; whatever is no answer to a question is left out.

    A record comes from a learner's disk, so anything may stand in it.
    """
    given = record.get(when)
    if not isinstance(given, Mapping):
        return {}
    allowed = {concept.name: {*concept.options, UNDECIDED} for concept in CONCEPTS}
    return {
        name: option
        for name, option in given.items()
        if name in allowed and isinstance(option, str) and option in allowed[name]
    }


def score(answers: Mapping[str, str]) -> int:
    """Return how many of the answers, by question, are right."""
    return sum(answers.get(concept.name) == concept.right for concept in CONCEPTS)
