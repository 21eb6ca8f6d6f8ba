"""The lab's equipment: data, figures, predictions and checks for the course's notebooks.

``import labkit`` itself costs next to nothing: each tool is imported when it is first used, so that
a process which needs only the data loads neither matplotlib nor a widget. In a notebook the import
also lets edits of ``src/weightlab`` take effect at the next cell; see `labkit.reload`.
"""

from __future__ import annotations

import importlib
from typing import Any

from .display import in_kernel

_TOOLS = {
    "check": "checks",
    "hint": "checks",
    "reveal": "checks",
    "reset": "checks",
    "progress": "checks",
    "predict": "predictions",
    "outcome": "predictions",
    "calibration": "predictions",
    "concept_test": "concepts",
    "keepsake": "last_picture",
    "weight_slider": "slider",
    "draw_digit": "live.pad",
}
_MODULES = ("data", "figures", "tasks")
__all__ = [*_TOOLS, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _TOOLS:
        return getattr(importlib.import_module(f"{__name__}.{_TOOLS[name]}"), name)
    raise AttributeError(f"labkit has no tool named {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)


if in_kernel():
    from . import reload

    reload.install()
