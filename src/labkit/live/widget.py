"""The widget that carries questions from the browser to Python, and answers back."""

from __future__ import annotations

from typing import Any

import traitlets
from anywidget import AnyWidget

from ..reload import explain
from .tool import HERE, PALETTE, Tool, pack


def script_of(name: str) -> str:
    """Return one ES module: what all live figures share, then the script of one of them.

    Parameters
    ----------
    name : str
        A file of this folder.

    Returns
    -------
    str
        JavaScript.
    """
    return "\n".join((HERE / part).read_text(encoding="utf-8") for part in ("shared.js", name))


class LiveFigure(AnyWidget):
    """A live figure in a notebook.

    Parameters
    ----------
    tool : Tool
        Answers the questions.
    """

    _css = (HERE / "live.css").read_text(encoding="utf-8")
    _esm = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    palette = traitlets.Dict().tag(sync=True)
    question = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    # The browser sends a memoryview, which Bytes would drop silently.
    sent = traitlets.CBytes().tag(sync=True)
    numbers = traitlets.CBytes().tag(sync=True)

    def __init__(self, tool: Tool) -> None:
        answer, numbers = pack(tool.answer({}, b""))
        super().__init__(_esm=script_of(tool.script), title=tool.title, palette=PALETTE, answer=answer, numbers=numbers)
        self._tool = tool
        self.observe(self._asked, "question")

    def view(self) -> dict[str, Any]:
        """Return the output that JupyterLab, Notebook and VS Code show as this widget."""
        model = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"application/vnd.jupyter.widget-view+json": model}

    def tell(self, answer: dict) -> None:
        """Send an answer to the browser.

        Parameters
        ----------
        answer : dict
            As `Tool.answer` returns it.
        """
        answer, numbers = pack(answer)
        # The count makes each answer differ from the last one: an unchanged trait would not be sent.
        count = self.question.get("count", 0)
        with self.hold_sync():
            self.numbers = numbers
            self.answer = answer | {"count": count, "serial": self.answer.get("serial", 0) + 1}

    def _asked(self, change: dict) -> None:
        try:
            answer = self._tool.answer(change["new"], bytes(self.sent))
        except Exception as error:
            answer = {"error": explain(error) or f"{type(error).__name__}: {error}"}
        self.tell(answer)
