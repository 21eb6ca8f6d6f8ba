"""Live figures: the learner's functions compute, the browser draws, and the learner's hand moves something."""

import json
from pathlib import Path

from ..figures.panels import PALETTE

_HERE = Path(__file__).parent
_SCRIPTS = ("core.js", "controls.js", "charts.js", "pad.js", "player.js", "figure.js")
_TEXTS = [(_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS]
SCRIPT = "\n".join([f"const PALETTE = {json.dumps(PALETTE, separators=(',', ':'))};", *_TEXTS])
"""One ES module that draws every live figure, and the page of the keepsake."""
STYLE = (_HERE / "live.css").read_text(encoding="utf-8")
