"""Chapter 05 asks."""

from __future__ import annotations

from ..exercise import Chapter

CHAPTER = Chapter("05_loss", "loss")
