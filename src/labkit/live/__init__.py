"""Live figures: the learner's functions compute, the browser draws, and the learner's hand moves something."""

from pathlib import Path

_HERE = Path(__file__).parent
_SCRIPTS = ("core.js", "controls.js", "charts.js", "pad.js", "player.js", "figure.js")
SCRIPT = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
"""One ES module that draws every live figure, and the page of the keepsake."""
STYLE = (_HERE / "live.css").read_text(encoding="utf-8")
