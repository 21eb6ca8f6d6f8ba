"""Finds exercises, questions and chapters by name, and says which one a misspelt name may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import PurePosixPath

from .exercise import Chapter, Exercise, Question, Written
from .exercises import CHAPTERS, EXERCISES
from .refusal import UnknownName

_WHERE_NAMES_ARE = "A chapter's headings name its exercises; in a terminal, `weightlab status` lists them all."
"""Where to find the names, in a notebook and in a terminal."""


def find_asked(name: str) -> Exercise | Question:
    """Return the exercise or question with this name."""
    asked: dict[str, Exercise | Question] = dict(EXERCISES)
    for chapter in CHAPTERS.values():
        asked |= chapter.questions
    if isinstance(name, str) and name in asked:
        return asked[name]
    if callable(name) and hasattr(name, "__name__"):
        raise UnknownName(f'Put the name in quotes: "{name.__name__}".')
    if not name or not isinstance(name, str):
        raise UnknownName(f'Name an exercise, in quotes, such as "apply_weight". {_WHERE_NAMES_ARE}')
    if name in CHAPTERS:
        raise UnknownName(f"{name} is a chapter. Name one of its exercises: {', '.join(CHAPTERS[name].exercises)}.")
    if written := find_written(name):
        raise UnknownName(
            f"{name} is a written answer in course/{written.chapter}: it has no check, no hints and no stub."
        )
    near = difflib.get_close_matches(name, asked, 3)
    raise UnknownName(f"No exercise is called {name!r}.{_suggest(near) if near else ' ' + _WHERE_NAMES_ARE}")


def find_written(name: str) -> Written | None:
    """Return the written question with this name, or None if there is none."""
    if not isinstance(name, str):
        return None
    return next((chapter.written[name] for chapter in CHAPTERS.values() if name in chapter.written), None)


def select_exercises(names: Iterable[str]) -> list[Exercise]:
    """Return the exercises for names of exercises and chapters; without names, all exercises."""
    names = list(names)
    if not names:
        return list(EXERCISES.values())
    chosen: dict[str, Exercise] = {}
    for name in names:
        if name in CHAPTERS:
            chosen |= CHAPTERS[name].exercises
        elif name in EXERCISES:
            chosen[name] = EXERCISES[name]
        else:
            raise UnknownName(_describe_unchecked(name))
    return list(chosen.values())


def _describe_unchecked(name: str) -> str:
    """Say why a name cannot be checked in the library, and which name may have been meant."""
    for chapter in CHAPTERS.values():
        if name in chapter.questions:
            return f"{name} is a number in the notebook course/{chapter.name}: the cell below its answer checks it."
        if name in chapter.written:
            return f"{name} is a written answer in course/{chapter.name}: a person marks it, not a check."
    if name in ("00_start_here", "00", "0"):
        return (
            "Chapter 00 has no exercises of its own: `weightlab check apply_weight` checks the function written there."
        )
    near = _find_chapters_like(name) or difflib.get_close_matches(name, [*CHAPTERS, *EXERCISES], 3)
    return f"No exercise or chapter is called {name!r}.{_suggest(near)}"


def find_chapter(name: str) -> Chapter:
    """Return the chapter with this name."""
    if name in CHAPTERS:
        return CHAPTERS[name]
    near = _find_chapters_like(name) or difflib.get_close_matches(name, CHAPTERS, 3)
    suggestion = _suggest(near) if near else f" The chapters are {', '.join(CHAPTERS)}."
    raise UnknownName(f"No chapter is called {name!r}.{suggestion}")


def _find_chapters_like(name: str) -> list[str]:
    """Return the chapters that a number, a topic, or the path of a chapter's notebook, folder or module may mean."""
    number = f"{int(name):02}" if name.isascii() and name.isdigit() else None
    topic = PurePosixPath(name.replace("\\", "/")).stem.lower()
    return [chapter for chapter in CHAPTERS if number == chapter[:2] or topic in (chapter, chapter[3:])]


def _suggest(near: Iterable[str]) -> str:
    *others, last = [*near] or [""]
    either = " or ".join(filter(None, [", ".join(others), last]))
    return f" Did you mean {either}?" if either else " `weightlab status` lists them."
