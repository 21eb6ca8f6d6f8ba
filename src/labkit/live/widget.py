"""The widget that carries questions from the browser to Python, and answers back."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from anywidget import AnyWidget

from ..reload import catch_up, describe_error
from . import SCRIPT, STYLE
from .tool import Tool


class LiveFigure(AnyWidget):
    """A live figure in a notebook, for a tool that answers its questions."""

    _css = STYLE
    _esm = SCRIPT
    answer = traitlets.Dict().tag(sync=True)

    def __init__(self, tool: Tool) -> None:
        super().__init__()
        self._tool = tool
        self.tell(tool.answer({}))
        self.on_msg(lambda _widget, question, _buffers: self.ask(question))

    def view(self) -> dict[str, Any]:
        """Return the output that JupyterLab, Notebook and VS Code show as this widget."""
        return {"application/vnd.jupyter.widget-view+json": self.get_view_spec()}

    def tell(self, answer: dict, question: dict | None = None) -> None:
        """Send the browser an answer, as `Tool.answer` returns it, and say which question it belongs to."""
        self.answer = pack(answer) | {"to": (question or {}).get("id")}

    def ask(self, question: dict) -> None:
        """Answer a question of the browser; if the learner's function fails, the last panels stay, with a sentence."""
        failed = catch_up()
        try:
            answer = self._tool.answer(question)
        except (Exception, KeyboardInterrupt) as error:  # the learner may have interrupted an endless loop
            answer, failed = self.answer, failed or describe_error(error)
        self.tell(answer | {"error": failed or None}, question)


def pack(value: Any) -> Any:
    """Return an answer that can travel: arrays, at any depth, as bytes, which Jupyter sends as they are.

    Floating arrays are sent as float32, others as uint8 or int8. JSON has no numbers that are not finite.
    """
    if isinstance(value, dict):
        return {key: pack(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [pack(item) for item in value]
    if isinstance(value, np.ndarray):
        kept = value if value.dtype in (np.uint8, np.int8) else np.clip(value, -1e38, 1e38).astype("<f4")
        return {"dtype": kept.dtype.name, "shape": list(kept.shape), "bytes": kept.tobytes()}
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value
