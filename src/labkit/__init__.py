"""The lab's equipment: data, figures, predictions and checks for the course's notebooks.

``import labkit`` itself costs next to nothing: each tool is imported when it is first used, so that
a process which needs only the data loads neither matplotlib nor a widget. In a notebook the import
also lets edits of ``src/weightlab`` take effect at the next cell; see `labkit.reload`.
"""

from __future__ import annotations

import importlib
from typing import Any

from .display import in_kernel, show_message
from .place import IN_BROWSER, ON_BINDER

_AUTOGRADER = "autograder.learner"
"""The one place where the lab names the autograder; loaded when a check, a hint or the like is first called."""
_TOOLS = {
    "check": f"{_AUTOGRADER}.notebook",
    "hint": f"{_AUTOGRADER}.notebook",
    "reveal": f"{_AUTOGRADER}.notebook",
    "reset": f"{_AUTOGRADER}.notebook",
    "progress": f"{_AUTOGRADER}.notebook",
    "submit": f"{_AUTOGRADER}.parcel",
    "take_home": f"{_AUTOGRADER}.parcel",
    "bring_back": f"{_AUTOGRADER}.parcel",
    "predict": "labkit.predictions",
    "outcome": "labkit.predictions",
    "nearest": "labkit.predictions",
    "by_limits": "labkit.predictions",
    "calibration": "labkit.predictions",
    "chase_record": "labkit.record",
    "concept_test": "labkit.concepts",
    "keepsake": f"{_AUTOGRADER}.keepsake",
    "weight_slider": "labkit.slider",
    "draw_digit": "labkit.live.pad",
    "watch_training": "labkit.live.player",
    "walk_landscape": "labkit.live.landscape",
    "divide_plane": "labkit.live.plane",
    "drag_secant": "labkit.live.dials",
    "set_temperature": "labkit.live.dials",
    "scale_weights": "labkit.live.dials",
    "bend_line": "labkit.live.dials",
    "mix_weights": "labkit.live.network_dials",
    "switch_adapter": "labkit.live.network_dials",
    "type_name": "labkit.live.network_dials",
}
_MODULES = ("data", "figures", "tasks")
__all__ = [*_TOOLS, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _TOOLS:
        return getattr(importlib.import_module(_TOOLS[name]), name)
    raise AttributeError(f"labkit has no tool named {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)


if in_kernel():
    from . import reload

    importlib.invalidate_caches()  # in a browser Python starts before the course's folder is there
    reload.install()
    if IN_BROWSER and (_told := importlib.import_module(f"{_AUTOGRADER}.renew").renew()):
        show_message(f'<p role="status">{_told}</p>', _told)
    if ON_BINDER:
        importlib.import_module(".visit", __name__).tell_visitor()
