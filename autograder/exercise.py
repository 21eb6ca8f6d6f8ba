"""The classes with which authors declare chapters, exercises, cases and questions.

An author writes one module per chapter in ``autograder/exercises/``. Each exercise is a generator function that has the
name of the function that the student writes; it draws its cases from a NumPy random generator. The expected answers are
never written down here: they are what the reference library returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .candidate.wire import Given, Rng

__all__ = ["PURE", "Call", "Case", "Chapter", "Exercise", "Given", "Question", "Rng", "Unusable", "Written"]

PURE = "leaves its inputs alone"
"""The aspect that every case decides in addition to its own: no argument may come back changed."""


class Unusable(ValueError):
    """Raised by a view that cannot use an answer.

    Parameters
    ----------
    reason : str
        The kind of answer, such as ``"shape"``; two answers are alike if their reason and data are equal.
    words : str
        What came back and what was expected, for the student, in a clause that follows "gave".
    *data
        Plain data that belong to the reason, such as the shape.
    """

    def __init__(self, reason: str, words: str, *data: Any) -> None:
        super().__init__(words)
        self.reason, self.data = reason, data


@dataclass(frozen=True)
class Call:
    """One call of the student's function."""

    args: tuple = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One call, or several in a row, and what is compared in the answers.

    Parameters
    ----------
    aspect : str or None
        The aspect that this case decides; None if the exercise has ``parts``, which then decide
        one aspect each.
    *args, **kwargs
        The arguments of the call.
    """

    aspect: str | None
    calls: tuple[Call, ...]
    note: str = ""
    raises: str | None = None
    mentions: tuple = ()
    view: str | None = None
    rtol: float | None = None
    atol: float | None = None
    expected: Any = None

    @classmethod
    def of(
        cls,
        aspect: str | None,
        *args: Any,
        note: str = "",
        raises: type[Exception] | None = None,
        mentions: tuple = (),
        view: str | None = None,
        rtol: float | None = None,
        atol: float | None = None,
        expected: Any = None,
        calls: list[Call] | None = None,
        **kwargs: Any,
    ) -> Case:
        """Write a case as the call it makes: ``Case.of("one signal", 2.0, -0.5)``.

        Parameters
        ----------
        aspect : str or None
            As for `Case`.
        *args, **kwargs
            Arguments of the single call: floats, ints, arrays, (nested) lists, tuples and dicts of
            them, None, str, ``Rng(seed)`` for a generator, ``Given("tanh")`` for a given function.
        note : str, optional
            What the case shows, in words that may be read out in class ("a negative weight").
        raises : exception type, optional
            What the call must raise, with every item of ``mentions`` in the message.
        mentions : tuple of int or str
            Numbers (found as whole numbers) and words that the message must contain.
        view : str, optional
            Name of one of the exercise's views: what is compared is ``view(answers, calls)``.
        rtol, atol : float, optional
            Tolerances in place of those that follow from the dtype; ``atol`` is absolute.
        expected : optional
            The expected (viewed) answer, if it comes from theory and not from the reference.
        calls : list of Call, optional
            Several calls in one process, in place of args; a view then gets all their answers.
        """
        made = tuple(calls) if calls is not None else (Call(args, kwargs),)
        name = raises.__name__ if raises else None
        return cls(aspect, made, note, name, tuple(mentions), view, rtol, atol, expected)


@dataclass(frozen=True)
class Exercise:
    """One exercise: the requirements on one function of the student's library."""

    name: str
    chapter: str
    module: str
    task: str
    aspects: Mapping[str, float]
    hints: tuple[str, str, str]
    why: str
    prerequisites: tuple[str, ...]
    parts: tuple[str, ...]
    views: Mapping[str, Callable[[list, tuple[Call, ...]], Any]]
    scored: Callable[[list, tuple[Call, ...]], tuple[float, str, str]] | None
    make_cases: Callable[[np.random.Generator], Iterator[Case]]
    time_limit: float
    yields: bool = False
    """Whether an iterator is also accepted as an answer."""

    @property
    def points(self) -> float:
        """The exercise's points: the sum of its aspects' points."""
        return sum(self.aspects.values())

    @property
    def declared(self) -> str:
        """Where an author finds the exercise: the line on which its declaration begins."""
        code = getattr(self.make_cases, "__code__", None)
        file = f"autograder/exercises/{self.module}.py"
        return f"line {code.co_firstlineno} of {file}" if code else file

    def cases(self, seed: int) -> list[Case]:
        """Draw the cases of ``seed``."""
        words = [seed, *self.name.encode()]
        cases = list(self.make_cases(np.random.default_rng(words)))
        used = {case.aspect for case in cases} - {None}
        if unknown := used - set(self.aspects):
            said = ", ".join(map(repr, sorted(unknown)))
            raise ValueError(f"{self.declared}: the cases of {self.name} name aspects that it does not have: {said}.")
        return cases


@dataclass(frozen=True)
class Question:
    """A number that the learner computes in the notebook, checked against its true value."""

    name: str
    chapter: str
    task: str
    value: float
    points: float
    mistakes: Mapping[str, tuple[float, str]]
    hints: tuple[str, ...]
    rtol: float
    digits: tuple[str, ...] = ()
    """What each digit of the number answers, if each is judged separately."""
    computed_from: str = ""
    """The question whose number this one is computed from, if there is one."""


@dataclass(frozen=True)
class Written:
    """A written answer, marked by a person."""

    name: str
    chapter: str
    points: float


FUNCTIONS: dict[str, str] = {}
"""Every function that the course asks for, with the library module that it belongs to."""


@dataclass
class Chapter:
    """One chapter: its notebook ``course/NAME/NAME.ipynb`` and its library module.

    Parameters
    ----------
    name : str
        The chapter's name, such as ``"01_weights"``.
    title : str
        What the chapter is about, in a few words.
    """

    name: str
    title: str
    exercises: dict[str, Exercise] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The library module that the chapter fills in, such as ``"weights"``."""
        return self.name.split("_", 1)[1]

    def exercise(
        self,
        *,
        aspects: Mapping[str, float],
        hints: tuple[str, str, str],
        why: str = "",
        prerequisites: tuple[str, ...] = (),
        parts: tuple[str, ...] = (),
        views: Mapping[str, Callable] | None = None,
        scored: Callable | None = None,
        time_limit: float = 10.0,
        yields: bool = False,
    ) -> Callable[[Callable], Exercise]:
        """Register a generator of cases as the exercise of the same name; its docstring is the task.

        Parameters
        ----------
        aspects : mapping of str to float
            The points of each aspect, in the order in which they are shown.
        hints : three str
            The first gives one step, the second the next step, and the third nearly the answer.
        why : str
            What ``reveal`` says in addition to the answer.
        prerequisites : tuple of str
            Exercises whose functions a solution may build on.
        parts : tuple of str
            Names of the items of a returned tuple, each also an aspect.
        views : mapping of str to function
            ``view(answers, calls)`` turns a case's answers (one per call) into what is compared:
            statistics, a sorted form, true or false. Raises `Unusable`.
        scored : function, optional
            ``scored(answers, calls) -> (fraction in [0, 1], sentence, diagnosis)`` in place of comparing;
            an answer that has a misconception's diagnosis in every case counts as that misconception.
        time_limit : float
            Seconds for all cases together.
        yields : bool
            Whether the answer may be an iterator, which can be read only once.
        """

        def register(make_cases: Callable) -> Exercise:
            name = make_cases.__name__
            if missing := set(parts) - set(aspects):
                raise ValueError(f"{name}: parts without an aspect: {sorted(missing)}")
            if len(hints) != 3 or not make_cases.__doc__:
                raise ValueError(f"{name}: an exercise needs a task (docstring) and three hints")
            made = Exercise(
                name,
                self.name,
                self.module,
                " ".join(make_cases.__doc__.split()),
                dict(aspects),
                tuple(hints),
                why,
                tuple(prerequisites),
                tuple(parts),
                dict(views or {}),
                scored,
                make_cases,
                time_limit,
                yields,
            )
            self.exercises[name] = made
            FUNCTIONS[name] = self.module
            return made

        return register

    def question(
        self,
        name: str,
        *,
        task: str,
        value: float,
        points: float = 1,
        mistakes: Mapping[str, tuple[float, str]] | None = None,
        hints: tuple[str, ...] = (),
        rtol: float = 1e-9,
        digits: tuple[str, ...] = (),
        computed_from: str = "",
    ) -> None:
        """Register a computed number; ``mistakes`` maps a misconception's name to its value and advice.

        With ``digits``, the number has one digit for each of these names. Each digit earns its part of the points, and
        the values of ``mistakes`` are digits. ``computed_from`` names an earlier question of the chapter whose number
        this one is computed from.
        """
        if digits and len(str(value)) != len(digits):
            raise ValueError(f"{name}: {value} does not have {len(digits)} digits")
        known = dict(mistakes or {})
        if computed_from and computed_from not in self.questions:
            raise ValueError(f"{name}: there is no earlier question {computed_from}")
        self.questions[name] = Question(
            name, self.name, task, value, points, known, tuple(hints), rtol, tuple(digits), computed_from
        )

    def written_answer(self, name: str, *, points: float) -> None:
        """Register a written question; its text and marking scheme are in the notebook."""
        self.written[name] = Written(name, self.name, points)

    @property
    def points(self) -> float:
        """All points that are given automatically."""
        return sum(e.points for e in self.exercises.values()) + sum(q.points for q in self.questions.values())
