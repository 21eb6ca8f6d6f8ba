"""Chapter 02 asks."""

from __future__ import annotations

from ..exercise import Chapter

CHAPTER = Chapter("02_biases", "biases")
