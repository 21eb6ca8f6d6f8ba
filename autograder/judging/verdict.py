"""What the autograder says about one exercise: status, points by aspect, and sentences."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """The result of an exercise."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not_started"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    MISSING = "missing"
    MALFORMED = "malformed"
    """The answer is not data."""
    UNJUDGED = "unjudged"
    """The autograder itself failed: there is no score."""


@dataclass
class Aspect:
    """One respect in which an answer is judged, with the points that it earned."""

    name: str
    points: float
    score: float = 0.0
    message: str = ""
    waits: bool = False
    """Whether this aspect earns nothing only because no value is right yet."""

    @property
    def passed(self) -> bool:
        """Whether the aspect has its full points."""
        return self.score == self.points


@dataclass
class Verdict:
    """What the autograder says about one exercise; `as_json` is the form that other programs read."""

    exercise: str
    chapter: str
    status: Status
    score: float | None
    points: float
    misconception: str | None = None
    finding: str | None = None
    """The finding about the answers, as one sentence of evidence."""
    message: str = ""
    aspects: list[Aspect] = field(default_factory=list)
    file: str | None = None
    advice: str = ""
    """A tutor's advice on the misconception."""
    evidence: str = ""
    """The part of the message that gives the call and its numbers."""
    printed: str = ""
    saved: str = ""
    """When the graded file was saved, in words."""
    folder: str = ""
    """The copy of the course that the graded file belongs to, if there may be several."""
    loaded: bool = True
    """Whether the file could be run at all."""

    def as_json(self) -> dict:
        """Return the verdict as the command line's ``--json`` option prints it."""
        data = asdict(self)
        for name in ("advice", "evidence", "printed", "saved", "folder", "loaded"):
            del data[name]
        data["status"] = str(self.status)
        data["aspects"] = [
            {
                "name": aspect.name,
                "points": aspect.points,
                "score": aspect.score,
                "message": aspect.message,
                "passed": aspect.passed and self.status != Status.UNJUDGED,
            }
            for aspect in self.aspects
        ]
        return data


@dataclass(frozen=True)
class Reply:
    """The reply of a candidate: the outcomes of every call, or a status that says why there are none."""

    status: Status | None = None
    words: str = ""
    cases: list[list[dict]] | None = None
    printed: str = ""
    error: dict | None = None
