"""After any series of kills, timeouts, stalls, full disks and reruns, does an undisturbed run end like a first one?"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import signal
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from autograder.classroom import examination
from autograder.classroom.folder import Classroom
from autograder.classroom.gradebook import GradebookError
from autograder.sandbox.clock import OutOfTimeError
from tests.classroom.test_grade import WEIGHTS, everything, fresh, grade, graded_once
from tests.classroom.test_marks_stay_right import noisy
from tests.support import classroom as made

__all__ = ["fresh", "graded_once", "noisy"]  # fixtures
CLASS = ("ann", "bo", "cy", "twin")
SEQUENCES = int(os.environ.get("WEIGHTLAB_SEQUENCES", 3))
MOMENTS = 60
"""About how many files a run of this class renames, plus the transactions that it ends."""


class Disturbed:
    """A class whose runs are disturbed in one way at a time."""

    def __init__(self, room, slow, patch, chance):
        self.room, self.slow, self.patch, self.chance = room, slow, patch, chance
        self.timed_out = 0

    def students(self):
        return self.chance.sample(CLASS, self.chance.randint(1, len(CLASS)))

    def quiet(self):
        grade(self.room, jobs=1)

    def timeouts(self):
        """Let functions of some students not finish, as on a machine that is too busy."""
        self.timed_out += 1
        self.slow.update(self.students())
        grade(self.room, jobs=1)
        self.slow.clear()

    def _failing(self, fail):
        real, students = examination.examine_submission, self.students()

        def examine(submission, *rest):
            if submission.student in students:
                fail()
            return real(submission, *rest)

        with self.patch.context() as patch:
            patch.setattr(examination, "examine_submission", examine)
            grade(self.room, jobs=1)

    def stall(self):
        def fail():
            raise OutOfTimeError("reading or showing it takes more than 0 seconds")

        self._failing(fail)

    def worker_dies(self):
        self._failing(lambda: os._exit(9))

    def _at_a_moment(self, patch, strike):
        """Strike at one of the moments at which something is stored permanently: just before or just after it."""
        moment, before, seen, me = self.chance.randrange(MOMENTS), self.chance.random() < 0.5, [0], os.getpid()

        def wrap(owner, name):
            real = getattr(owner, name)

            def now(*args, **kwargs):
                if os.getpid() != me:
                    return real(*args, **kwargs)
                seen[0] += 1
                here = seen[0] == moment + 1
                if here and before:
                    strike(name)
                result = real(*args, **kwargs)
                if here and not before:
                    strike(name)
                return result

            patch.setattr(owner, name, now)

        wrap(os, "replace")
        wrap(Session, "commit")

    def kill(self):
        child = os.fork()
        if child == 0:
            try:
                with self.patch.context() as patch:
                    self._at_a_moment(patch, lambda _: os.kill(os.getpid(), signal.SIGKILL))
                    grade(self.room, jobs=1)
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    def full_disk(self):
        def full(name):
            if name == "replace":
                raise OSError(errno.ENOSPC, "No space left on device")
            raise OperationalError(None, None, sqlite3.OperationalError("database or disk is full"))

        with self.patch.context() as patch:
            self._at_a_moment(patch, full)
            with contextlib.suppress(OSError, GradebookError):
                grade(self.room, jobs=1)

    WAYS = (quiet, timeouts, stall, worker_dies, kill, kill, full_disk, full_disk)

    def last(self):
        """Run undisturbed; after two timeouts of one function, this needs `--retry`."""
        grade(self.room, jobs=1, retry=self.timed_out > 1)


def state(room):
    return everything(room) | {"entries": sorted(map(str, Classroom(room).read_entries()))}


@pytest.fixture
def undisturbed(fresh, tmp_path):
    """The class, in which two students have the same library, graded once undisturbed; `fresh` is not graded yet."""
    made.submit(fresh, "twin", WEIGHTS, made.answered(WEIGHTS))  # the same library as ann's
    quiet = tmp_path / "quiet" / "room"
    shutil.copytree(fresh.parent, quiet.parent)
    grade(quiet, jobs=1)
    return state(quiet)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_a_last_quiet_run_ends_as_a_first_quiet_one(fresh, undisturbed, noisy, monkeypatch, seed):
    chance = random.Random(f"sequence {seed}")
    disturbed = Disturbed(fresh, noisy, monkeypatch, chance)
    ways = chance.choices(Disturbed.WAYS, k=chance.randint(3, 6))
    for way in ways:
        way(disturbed)
    disturbed.last()
    assert state(fresh) == undisturbed, [way.__name__ for way in ways]
