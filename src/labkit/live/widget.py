"""The widget that carries questions from the browser to Python, and answers back."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from anywidget import AnyWidget

from ..figures.panels import PALETTE
from ..reload import explain
from .tool import HERE, Tool

_SHARED = ("core.js", "charts.js", "pad.js")


def script_of(name: str) -> str:
    """Return one ES module: what all live figures share, then the script ``name`` of this folder."""
    return "\n".join((HERE / part).read_text(encoding="utf-8") for part in (*_SHARED, name))


class LiveFigure(AnyWidget):
    """A live figure in a notebook, for a tool that answers its questions."""

    _css = (HERE / "live.css").read_text(encoding="utf-8")
    _esm = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    silence = traitlets.Unicode().tag(sync=True)
    palette = traitlets.Dict(PALETTE).tag(sync=True)
    question = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    # The browser sends a memoryview, which Bytes would drop silently.
    sent = traitlets.CBytes().tag(sync=True)
    numbers = traitlets.CBytes().tag(sync=True)

    def __init__(self, tool: Tool) -> None:
        answer, numbers = pack(tool.answer({}, b""))
        silence = (
            "No answer from Python yet: it is busy, or it was restarted. After a restart, run this notebook's cells "
            f"from the top, up to the one that calls {tool.makes}."
        )
        script = script_of(tool.script)
        super().__init__(_esm=script, title=tool.title, silence=silence, answer=answer, numbers=numbers)
        self._tool = tool
        self.observe(self._asked, "question")

    def view(self) -> dict[str, Any]:
        """Return the output that JupyterLab, Notebook and VS Code show as this widget."""
        model = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"application/vnd.jupyter.widget-view+json": model}

    def tell(self, answer: dict) -> None:
        """Send the browser an answer, as `Tool.answer` returns it."""
        self._deliver(*pack(answer))

    def _deliver(self, answer: dict, numbers: bytes) -> None:
        # The serial number makes each answer differ from the last one: an unchanged trait would not be sent.
        count, serial = self.question.get("count", 0), self.answer.get("serial", 0) + 1
        with self.hold_sync():
            self.numbers = numbers
            self.answer = answer | {"count": count, "serial": serial}

    def _asked(self, change: dict) -> None:
        try:
            self.tell(self._tool.answer(change["new"], bytes(self.sent)))
        except Exception as error:
            said = explain(error) or f"{type(error).__name__}: {error}"
            self._deliver(self.answer | {"error": said}, self.numbers)  # below the last panels that could be drawn


def pack(answer: dict) -> tuple[dict, bytes]:
    """Move an answer's arrays, at any depth, into bytes; return the rest, which says where they are, and the bytes.

    Floating arrays are sent as float32, others as uint8 or int8. Each begins at a multiple of four bytes.
    """
    numbers = bytearray()

    def packed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: packed(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [packed(item) for item in value]
        if isinstance(value, np.generic):
            return value.item()
        if not isinstance(value, np.ndarray):
            return value
        if value.dtype not in (np.uint8, np.int8):
            value = value.astype("<f4")
        start = len(numbers)
        numbers.extend(value.tobytes() + bytes(-value.nbytes % 4))
        return {"dtype": value.dtype.name, "shape": list(value.shape), "start": start}

    return packed(answer), bytes(numbers)
