"""Asks the learner for a prediction before a cell, and says afterwards how it turned out.

Predictions are recorded with the learner's confidence and never marked. At the end of the course
`calibration` shows how often the learner was right when they were sure.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from . import store
from .display import in_kernel, show_message

CONFIDENCE = {"a guess": 0.35, "leaning": 0.55, "fairly sure": 0.75, "sure": 0.95}
"""What the learner can say, and the chance of being right that it is taken to mean."""


def predict(name: str, question: str, options: Sequence[str]) -> None:
    """Ask for a prediction; what the learner picks is recorded at once.

    Once the outcome has been seen the prediction stands as it was made.

    Parameters
    ----------
    name : str
        The prediction's name, as in ``outcome(name, ...)``.
    question : str
        What is asked.
    options : sequence of str
        What can be answered.
    """
    options = [str(option) for option in options]
    record = store.load("predictions")
    entry = record.get(name)
    if not isinstance(entry, dict) or entry.get("choice") not in options:
        entry = {"choice": None, "confidence": None, "outcome": None}
    entry |= {"question": question, "options": options}
    store.save("predictions", record | {name: entry})

    lines = "".join(f"\n  ( ) {option}" for option in options)
    text = f"Predict: {question}{lines}"
    if in_kernel():
        _show_widget(name, entry, text)
    else:
        print(text)


def _show_widget(name: str, entry: Mapping, text: str) -> None:
    import ipywidgets as widgets
    from IPython.display import display

    settled = entry["outcome"] is not None and entry["choice"] is not None
    question = widgets.HTML(f"<strong>Predict.</strong> {html.escape(entry['question'])}")
    choice = widgets.RadioButtons(
        options=entry["options"], value=entry["choice"], disabled=settled, layout={"width": "auto"},
        description="Your prediction", style={"description_width": "0"},
    )  # fmt: skip
    confidence = widgets.ToggleButtons(
        options=list(CONFIDENCE), value=entry["confidence"], disabled=settled, description="How sure?",
        style={"button_width": "7em", "description_width": "5em"},
    )  # fmt: skip
    said = widgets.HTML()

    def record(_: object = None) -> None:
        made = choice.value is not None
        if _ is not None and not _change(name, choice=choice.value, confidence=confidence.value):
            said.value = "The outcome is known, so the prediction stands as it was."
            return
        if settled:
            said.value = "You have seen the outcome: the prediction stands."
        elif made and confidence.value:
            said.value = "✓ Recorded. Run the next cell."
        elif made:
            said.value = "Recorded. How sure are you?"
        else:
            said.value = "Pick one before you run the next cell. It is never marked."

    record()
    choice.observe(record, "value")
    confidence.observe(record, "value")
    box = widgets.VBox([question, choice, confidence, said])
    display(box._repr_mimebundle_() | {"text/plain": text}, raw=True)


def _change(name: str, **fields: object) -> bool:
    """Record what the learner picked, unless the outcome has been seen."""
    record = store.load("predictions")
    entry = record.get(name) or {}
    if entry.get("outcome") is not None and entry.get("choice") is not None:
        return False
    store.save("predictions", record | {name: entry | fields})
    return True


def outcome(name: str, option: str) -> None:
    """Say what the learner predicted and what happened, and record it.

    Parameters
    ----------
    name : str
        As given to `predict`.
    option : str
        Which of the options came true, computed from what the cell found wherever possible.
    """
    record = store.load("predictions")
    entry = record.get(name)
    entry = entry if isinstance(entry, dict) else {}
    option = str(option)
    if entry.get("options") and option not in entry["options"]:
        raise ValueError(f"{option!r} is none of the options of the prediction {name!r}: {entry['options']}")
    store.save("predictions", record | {name: entry | {"outcome": option}})

    choice = entry.get("choice")
    sure = f" ({entry['confidence']})" if entry.get("confidence") else ""
    if choice is None:
        said = f"What happened: {option}. You had made no prediction here; one made before looking teaches more."
    elif choice == option:
        said = f"✓ You predicted “{choice}”{sure}, and so it is."
    else:
        said = (
            f"You predicted “{choice}”{sure}; what happened is “{option}”. "
            "Before you read on: which part of your picture would have to change?"
        )
    show_message(f"<p>{html.escape(said)}</p>", said)


def scored_predictions() -> list[tuple[float, bool]]:
    """Return the predictions with a known outcome, each as stated confidence and whether it came true."""
    entries = [entry for entry in store.load("predictions").values() if isinstance(entry, dict)]
    return [
        (CONFIDENCE[entry["confidence"]], entry["choice"] == entry["outcome"])
        for entry in entries
        if entry.get("confidence") in CONFIDENCE and entry.get("choice") and entry.get("outcome")
    ]
