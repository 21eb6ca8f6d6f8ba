"""Asks the learner for a prediction before a cell, and says afterwards how it turned out.

Predictions are recorded with the learner's confidence and earn no points. At the end of the course
`calibration` shows how often the learner was right when they were sure.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from . import store
from .display import interactive, show_message

CONFIDENCE = {"a guess": 0.35, "leaning": 0.55, "fairly sure": 0.75, "sure": 0.95}
"""The confidences that the learner can state, and the chance of being right that each stands for."""


def predict(name: str, question: str, options: Sequence[str]) -> None:
    """Ask for a prediction; what the learner picks is recorded at once.

    Once the outcome has been seen the prediction stays as it was made.

    Parameters
    ----------
    name : str
        The prediction's name, as in ``outcome(name, ...)``.
    question : str
        The question.
    options : sequence of str
        The possible answers.
    """
    options = [str(option) for option in options]
    entry = store.load("predictions").get(name)
    if not isinstance(entry, dict) or entry.get("choice") not in options:
        entry = {"choice": None, "confidence": None, "outcome": None}
    entry |= {"question": question, "options": options}
    store.update("predictions", lambda record: record | {name: entry})

    text = "\n".join([f"Predict: {question}", *(f"  ( ) {option}" for option in options)])
    if interactive():
        _show_widget(name, entry, text)
    else:
        items = "".join(f"<li>{html.escape(option)}</li>" for option in options)
        show_message(f"<p><strong>Predict.</strong> {html.escape(question)}</p><ul>{items}</ul>", text)


def _show_widget(name: str, entry: Mapping, text: str) -> None:
    import ipywidgets as widgets
    from IPython.display import display

    settled = entry.get("outcome") is not None and entry.get("choice") is not None
    # A widget's own line is as high as a button, which is too much for a question of two lines.
    question = widgets.HTML(
        f'<div style="line-height: 1.5"><strong>Predict.</strong> {html.escape(entry["question"])}</div>'
    )
    choice = widgets.RadioButtons(
        options=entry["options"],
        value=entry["choice"],
        disabled=settled,
        layout={"width": "auto"},
        tooltip=entry["question"],
    )
    confidence = widgets.ToggleButtons(
        options=list(CONFIDENCE),
        value=entry["confidence"],
        disabled=settled,
        description="How sure?",
        style={"button_width": "7em", "description_width": "5em"},
    )
    said = widgets.HTML()

    def say(words: str) -> None:
        said.value = f'<div role="status" style="line-height: 1.5">{html.escape(words)}</div>'

    def report() -> None:
        if settled:
            say("You have seen the outcome, so the prediction cannot be changed.")
        elif choice.value is None:
            say("Pick an answer before you run the next cell. Your answer earns no points.")
        elif confidence.value:
            say(f"✓ Recorded: “{choice.value}”, {confidence.value}. Run the next cell.")
        else:
            say(f"Recorded: “{choice.value}”. How sure are you?")

    def picked(_: object) -> None:
        if _change(name, choice=choice.value, confidence=confidence.value):
            report()
        else:
            say("You have seen the outcome: a choice made now is not a prediction, and is not recorded.")

    report()
    choice.observe(picked, "value")
    confidence.observe(picked, "value")
    box = widgets.VBox([question, choice, confidence, said])
    display(box._repr_mimebundle_() | {"text/plain": text}, raw=True)


def _change(name: str, **fields: object) -> bool:
    """Record what the learner picked, unless the outcome has been seen: a later choice is not a prediction."""
    entry = store.load("predictions").get(name)
    entry = entry if isinstance(entry, dict) else {}
    if entry.get("outcome") is not None:
        return False
    store.update("predictions", lambda record: record | {name: entry | fields})
    return True


def outcome(name: str, option: str, *exercises: str) -> None:
    """Say what the learner predicted and what happened, and record it.

    If a function that the outcome rests on was checked and has never passed, say only that.

    Parameters
    ----------
    name : str
        As given to `predict`.
    option : str
        The option that came true, computed from the cell's results wherever possible. What is none of the options,
        as after a change of the cell or with a wrong function, is said and not recorded.
    *exercises : str
        The learner's functions that the option was computed with.
    """
    if wrong := store.never_passed(exercises):
        said = f"No outcome yet, because {wrong[0]} has not passed its check."
        said += f" Run the cell that checks {wrong[0]}, then run this cell again."
        show_message(f"<p>{html.escape(said)}</p>", said)
        return
    entry = store.load("predictions").get(name)
    entry = entry if isinstance(entry, dict) else {}
    option = str(option)
    if entry.get("options") and option not in entry["options"]:
        said = (
            f"What happened: {option}, which is none of the options. "
            "Either this cell was changed, or a function that it uses is not right yet."
        )
        show_message(f"<p>{html.escape(said)}</p>", said)
        return
    before = entry.get("outcome") or option
    store.update("predictions", lambda record: record | {name: entry | {"outcome": option}})

    choice = entry.get("choice")
    sure = f" ({entry['confidence']})" if entry.get("confidence") else ""
    if choice is None:
        said = f"What happened: {option}. You made no prediction here; predicting first helps you to learn."
    elif choice == option:
        said = f"✓ You predicted “{choice}”{sure}, and that is right."
    else:
        said = (
            f"You predicted “{choice}”{sure}; the outcome is “{option}”. "
            "Before you read on, what would have to change in your understanding?"
        )
    if before != option:
        said += f" Earlier, this cell gave “{before}”: if you changed the cell, this is the outcome of your change."
    show_message(f"<p>{html.escape(said)}</p>", said)


def nearest(options: Mapping[str, float], value: float) -> str:
    """Return the option whose number is nearest to what was found, for `outcome`.

    Parameters
    ----------
    options : mapping of str to float
        The options of a prediction, and the number that each of them means.
    value : float
        What the cell found.

    Returns
    -------
    str
        One of the options; the first if two are equally near.
    """
    return min(options, key=lambda option: abs(options[option] - value))


def by_limits(value: float, *options_and_limits: str | float) -> str:
    """Return the option whose range holds what was found, for `outcome`.

    Parameters
    ----------
    value : float
        What the cell found.
    *options_and_limits : str or float
        The options from the lowest to the highest, and between neighbours the number that separates them.

    Returns
    -------
    str
        The first option whose upper limit is above ``value``; the last one if none is.

    Raises
    ------
    ValueError
        If options and limits do not alternate, or the limits do not increase.
    """
    options, limits = options_and_limits[::2], options_and_limits[1::2]
    if len(options) != len(limits) + 1 or list(limits) != sorted(set(limits)):
        raise ValueError(
            "by_limits takes options from the lowest to the highest, with one limit between neighbouring options; "
            "the limits must rise."
        )
    return next((option for option, limit in zip(options, limits, strict=False) if value < limit), options[-1])


def scored_predictions() -> list[tuple[str, bool]]:
    """Return the predictions made before looking, each as the confidence stated and whether it came true.

    Returns
    -------
    list of (str, bool)
        Only those with a choice, a confidence and an outcome.
    """
    entries = [entry for entry in store.load("predictions").values() if isinstance(entry, dict)]
    return [
        (entry["confidence"], entry["choice"] == entry["outcome"])
        for entry in entries
        if entry.get("confidence") in list(CONFIDENCE)
        and entry.get("choice") is not None
        and entry.get("outcome") is not None
    ]


def calibration() -> None:
    """Show how often the learner's predictions came true, for each level of confidence."""
    made = scored_predictions()
    if not made:
        text = "No prediction with a stated confidence has been recorded yet, so there is nothing to compare."
        show_message(f"<p>{html.escape(text)}</p>", text)
        return
    from .figures.calibration import draw_calibration
    from .figures.style import show

    outcomes = {chance: [right for said, right in made if said == level] for level, chance in CONFIDENCE.items()}
    show(draw_calibration(outcomes, list(CONFIDENCE)), alt=in_words(made))


def in_words(made: Sequence[tuple[str, bool]]) -> str:
    """Say how many predictions of each confidence came true, compared with the stated confidence."""
    parts = []
    for level in CONFIDENCE:
        came = [right for said, right in made if said == level]
        if came:
            parts.append(f"“{level}”: {sum(came)} of {len(came)} right")
    chances, right = [CONFIDENCE[level] for level, _ in made], sum(came for _, came in made)
    expected = sum(chances)
    by_chance = sum(chance * (1 - chance) for chance in chances) ** 0.5  # the standard deviation of such a count
    if abs(expected - right) <= max(by_chance, 0.06 * len(made)):
        verdict = "about as often as you thought"
    else:
        verdict = "less often than you thought" if right < expected else "more often than you thought"
    return f"Your predictions, by stated confidence. {'; '.join(parts)}. Overall, you were right {verdict}."
