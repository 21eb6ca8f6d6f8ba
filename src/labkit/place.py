"""Where the course is: the folder that holds ``course/`` and ``src/weightlab/``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

IN_BROWSER = sys.platform == "emscripten"
"""Whether this Python runs in a browser, without a server: then the lab itself is an installed package."""
ON_BINDER = "BINDER_LAUNCH_HOST" in os.environ or "BINDER_SERVICE_HOST" in os.environ
"""Whether this is a visit on Binder, where nothing is kept."""
ROOT = Path("/drive") if IN_BROWSER else Path(__file__).resolve().parents[2]
