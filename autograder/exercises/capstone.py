"""Chapter 09 asks."""

from __future__ import annotations

from ..exercise import Chapter

CHAPTER = Chapter("09_capstone", "capstone")
