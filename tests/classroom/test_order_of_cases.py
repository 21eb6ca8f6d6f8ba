"""Can no text that a student reads contain anything that the student's code learned about the secret cases?"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from autograder.candidate import wire
from autograder.candidate.frames import Ending
from autograder.classroom import examination
from autograder.classroom.examination import PUBLIC_RUN_SECONDS, PUBLIC_SECONDS, examine_submission, new_clock
from autograder.classroom.submission import Submission
from autograder.exercises import CHAPTERS
from autograder.judging.key import chapter_keys, public_keys
from autograder.sandbox.process import Outcome, Runner
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]


@pytest.fixture
def sent(monkeypatch):
    """The jobs that were sent, each with whether its cases are the public ones; every answer is wrong."""
    jobs = []

    def run(self, job, seconds, retries=True):
        asked = wire.decode(job)
        if "together" in asked:  # all exercises in one process, on public cases
            keys = public_keys(asked["module"])
            packed = {name: [_calls(case) for case in keys[name].cases] for name in asked["together"]}
            assert wire.encode(asked["together"]) == wire.encode(packed) and not any(not job.public for job in jobs)
            assert seconds == PUBLIC_RUN_SECONDS and not retries, "what decides nothing is tried again, alone"
            return Outcome(Ending.CRASHED, limit=seconds)
        assert retries
        public = public_keys(asked["module"])[asked["exercise"]]
        same = wire.encode(asked["cases"]) == wire.encode([_calls(case) for case in public.cases])
        limit = min(self.time_limit or seconds, self.clock.left_for_code)
        jobs.append(SimpleNamespace(exercise=asked["exercise"], public=same, limit=limit))
        self.clock.in_sandboxes += limit if self.slow else 0.01
        cases = [[{"value": 0.125, "changed": []} for _ in calls] for calls in asked["cases"]]
        return Outcome(Ending.ANSWERED, wire.encode({"cases": cases, "printed": ""}), limit)

    monkeypatch.setattr(Runner, "run", run)
    monkeypatch.setattr(Runner, "slow", False, raising=False)
    return jobs


def _calls(case):
    return [(call.args, dict(call.kwargs)) for call in case.calls]


def examined(chapter):
    submission = Submission("ann", chapter.name, b"{}", made.REFERENCE)
    return examine_submission(submission, chapter, chapter_keys(chapter, 5), made.released(chapter), "process")


def test_the_first_job_compiles_the_modules_for_all_others(monkeypatch):
    jobs, run = [], Runner.run

    def record(self, job, *args, **kwargs):
        jobs.append(wire.decode(job))
        return run(self, job, *args, **kwargs)

    monkeypatch.setattr(Runner, "run", record)
    examined(WEIGHTS)
    first, *others = jobs
    assert first["compiled"] == {} and len(others) == len(WEIGHTS.exercises)
    assert all("weights" in job["compiled"] for job in others)


def test_nothing_secret_is_sent_before_the_public_cases_are_done(sent):
    found = examined(WEIGHTS)
    kinds = [job.public for job in sent]
    assert True in kinds and False in kinds
    assert kinds == sorted(kinds, reverse=True), "a public case came after a secret one"
    failed = [verdict for verdict in found.verdicts if verdict.exercise in WEIGHTS.exercises]
    assert all(verdict.status == "failed" for verdict in failed)
    quoted = [verdict.message for verdict in failed if f"{verdict.exercise}(" in verdict.message]
    assert quoted, "no failure is told by its public case"


def test_public_cases_take_nothing_of_the_time_for_the_secret_ones(sent, monkeypatch):
    monkeypatch.setattr(Runner, "slow", True)
    examined(WEIGHTS)
    public = [job for job in sent if job.public]
    assert sum(job.limit for job in public) <= PUBLIC_SECONDS + 0.1
    assert max(job.limit for job in public) <= PUBLIC_RUN_SECONDS
    first = next(job for job in sent if not job.public)
    assert first.limit == pytest.approx(WEIGHTS.exercises[first.exercise].time_limit)
    assert new_clock().left_for_code == pytest.approx(examination.SECONDS, abs=0.1)
    longest = max(exercise.time_limit for one in CHAPTERS.values() for exercise in one.exercises.values())
    assert longest <= examination.SECONDS - PUBLIC_SECONDS


def test_an_exercise_that_tells_its_scores_is_not_run_twice(sent):
    chapter = next(one for one in CHAPTERS.values() if any(exercise.scored for exercise in one.exercises.values()))
    examined(chapter)
    scored = [job for job in sent if chapter.exercises[job.exercise].scored]
    assert scored and not any(job.public for job in scored)
