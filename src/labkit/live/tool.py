"""What every live figure is made of: controls, panels that follow them, and a still figure for other pages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..arrays import takes_lists
from ..display import interactive, show_message
from ..figures.panels import draw_still
from ..figures.style import as_output


def control(kind: str, name: str, label: str, **more: Any) -> dict:
    """Return a ``switch`` or ``text`` with its ``value``, or a ``button``; ``pause`` (in ms) makes the button repeat.

    A control of any kind may have ``stills``, values that the still figure of a `Dial` shows.
    """
    return {"kind": kind, "name": name, "label": label} | more


def slider(name: str, label: str, low: float, high: float, value: float, steps: int = 100, **more: Any) -> dict:
    """Return a slider; with ``exponent=True`` the bounds are powers of ten."""
    step = (high - low) / steps
    digits = 0 if step == int(step) else 2
    return control("slider", name, label, min=low, max=high, step=step, value=value, digits=digits, **more)


def choice(name: str, label: str, options: Iterable[str], value: str | None = None, **more: Any) -> dict:
    """Return a choice among names, the first one unless ``value`` names another."""
    options = list(options)
    return control("choice", name, label, options=options, value=value or options[0], **more)


class Tool:
    """A live figure: Python answers the browser's questions with the learner's functions.

    A subclass has a ``title``, which screen readers say, ``controls``, a ``note`` below on what is drawn, which goes on
    with ``when_live`` unless the figure is still, and ``stills``: questions whose answers are shown where nobody can
    ask. `shown` sets ``makes``, the function's name for learners.
    """

    title: str
    makes: str = ""
    note: str = ""
    when_live: str = ""
    controls: Sequence[dict] = ()
    stills: Sequence[dict] = ({},)
    widget: Any = None

    def draw(self, question: dict, **values: Any) -> dict:
        """Return ``panels`` from `labkit.figures.panels` and ``said``, a sentence.

        There may also be ``values`` for controls that should follow, and ``ended`` if nothing is left to do.
        ``question["event"]`` is the name of the control or pointer that was used; ``values`` are those of all controls.
        """
        raise NotImplementedError

    def answer(self, question: dict) -> dict:
        """Return what the browser draws next: numbers, words, lists and arrays. The first question is empty."""
        values = {control["name"]: control["value"] for control in self.controls if "value" in control}
        values |= question.get("values", {})
        drawn = self.draw(question, **values)
        note = " ".join(filter(None, (self.note, self.when_live)))
        said_once = {"title": self.title, "makes": self.makes, "controls": self.controls, "note": note}
        return said_once | drawn | {"values": values | drawn.get("values", {})}

    def still_rows(self) -> tuple[list[list[dict]], str]:
        """Return rows of panels for pages without a running kernel, and a description of the panels in words."""
        answers = [self.answer(question) for question in self.stills]
        return [answer["panels"] for answer in answers], " ".join(answer["said"] for answer in answers)

    def still(self) -> dict:
        """Return the still figure as a notebook's output."""
        rows, said = self.still_rows()
        return as_output(draw_still(self.title, rows), f"{self.title}. {said}", self.note)

    def show(self) -> Any:
        """Show the live figure, or the still one if no person is at the notebook; return IPython's display handle."""
        still = self.still()  # made first, because its questions are not the learner's
        if not interactive():
            return show_message(still["text/html"], still["text/plain"])
        from IPython.display import display

        from .widget import LiveFigure

        self.widget = LiveFigure(self)
        return display(self.widget.view() | still, raw=True, display_id=True)


class Dial(Tool):
    """A live figure without memory: ``draw`` turns its controls' values into what `Tool.draw` returns."""

    def __init__(
        self, title: str, draw: Callable, controls: Sequence[dict], note: str = "", when_live: str = ""
    ) -> None:
        self.title, self.controls, self.note, self.when_live, self._draw = title, controls, note, when_live, draw
        self.stills = [{"values": {one["name"]: value}} for one in controls for value in one.get("stills", ())]

    def draw(self, question: dict, **values: Any) -> dict:
        """Return the function's result for the values; a place chosen in a chart reaches it as ``pointer``."""
        return self._draw(**values, **({"pointer": question["at"]} if "at" in question else {}))

    def still_rows(self) -> tuple[list[list[dict]], str]:
        """Return `Tool.still_rows`; where the first titles of the rows are equal, each also names its setting."""
        rows, said = super().still_rows()
        if len(rows) > 1 and len({row[0]["title"] for row in rows}) == 1:
            for row, question in zip(rows, self.stills, strict=True):
                row[0] = row[0] | {"title": f"{row[0]['title']}, {self._setting(question['values'])}"}
        return rows, said

    def _setting(self, values: dict) -> str:
        ((name, value),) = values.items()
        (found,) = [one for one in self.controls if one["name"] == name]
        if isinstance(value, bool):
            value = "yes" if value else "no"
        elif isinstance(value, (int, float)):
            value = f"{value:g}"
        return f"{found['label']}: {value}"


def shown(make: Callable[..., Tool], name: str = "") -> Callable:
    """Return the function that learners call: it shows the tool that ``make`` returns, and takes lists for arrays."""

    @functools.wraps(make, updated=())
    def show(*args: Any, **kwargs: Any) -> Any:
        tool = make(*args, **kwargs)
        tool.makes = f"labkit.{show.__name__}"
        tool.show()
        return getattr(tool, "drawings", None)

    show.__name__ = name or make.__name__
    return takes_lists(show)
