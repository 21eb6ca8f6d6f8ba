"""Chapter 07 asks."""

from __future__ import annotations

from ..exercise import Chapter

CHAPTER = Chapter("07_descent", "descent")
