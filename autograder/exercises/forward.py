"""Chapter 04 asks."""

from __future__ import annotations

from ..exercise import Chapter

CHAPTER = Chapter("04_forward", "forward")
