"""Chapter 06 asks."""

from __future__ import annotations

from ..exercise import Chapter

CHAPTER = Chapter("06_backprop", "backprop")
