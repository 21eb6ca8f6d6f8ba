"""Chapter 08 asks."""

from __future__ import annotations

from ..exercise import Chapter

CHAPTER = Chapter("08_freezing", "freezing")
