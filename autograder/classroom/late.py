"""A penalty for late submissions: a percentage for each day or part of a day, after a grace period."""

from __future__ import annotations

import math

from nbgrader.plugins import BasePlugin
from traitlets import Float

_DAY, _MINUTE = 86_400, 60


class PercentPerDay(BasePlugin):
    """Subtracts a percentage of the score for each day or part of a day; nbgrader's commands use it as well.

    Set ``c.AssignLatePenalties.plugin_class = "autograder.classroom.late.PercentPerDay"`` in the classroom's
    ``nbgrader_config.py``, and the three values as ``c.PercentPerDay.percent = 20``.
    """

    percent = Float(10.0, min=0.0, max=100.0, help="Percentage of the score deducted per day or part of a day.").tag(
        config=True
    )
    grace_minutes = Float(15.0, min=0.0, help="Grace period after the deadline, in minutes.").tag(config=True)
    most = Float(100.0, min=0.0, max=100.0, help="Largest penalty, as a percentage of the score.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points to subtract; None within the grace period.

        Days are counted from the deadline: the grace period decides whether a submission is late, not how late it is.
        """
        if total_seconds_late <= self.grace_minutes * _MINUTE:
            return None
        days = math.ceil(total_seconds_late / _DAY)
        return score * min(self.most, self.percent * days) / 100
