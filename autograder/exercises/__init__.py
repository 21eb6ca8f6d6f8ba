"""The exercises, one module per chapter, in the order of the course."""

from __future__ import annotations

import importlib

from ..exercise import Chapter, Exercise

TOPICS = (
    "weights",
    "biases",
    "initialization",
    "forward",
    "loss",
    "backprop",
    "descent",
    "freezing",
    "lora",
    "capstone",
)

CHAPTERS: dict[str, Chapter] = {}
for _topic in TOPICS:
    _chapter = importlib.import_module(f".{_topic}", __name__).CHAPTER
    CHAPTERS[_chapter.name] = _chapter

EXERCISES: dict[str, Exercise] = {
    name: exercise for chapter in CHAPTERS.values() for name, exercise in chapter.exercises.items()
}
