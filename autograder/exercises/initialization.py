"""Chapter 03 asks."""

from __future__ import annotations

from ..exercise import Chapter

CHAPTER = Chapter("03_initialization", "initialization")
