"""Fixtures that the tests share, and the rule that continuous integration skips nothing."""

from __future__ import annotations

import os
import sys

import pytest

from autograder.judging.findings import guard

guard.STRICT = True  # an error in a finding fails the test that it happens in

# Grading a class needs Linux; the learner's tools do not.
LINUX_ONLY = [
    "accuracy",
    "classroom",
    "sandbox",
    "security",
    "end_to_end/binder",
    "end_to_end/instructor",
    "test_benchmarks.py",
]
collect_ignore = [] if sys.platform == "linux" else LINUX_ONLY

COMPLETE = os.environ.get("WEIGHTLAB_TESTS") == "complete"
"""Set if every program that a test needs is installed; then a skipped test is a failure."""


def pytest_report_header(config):
    return f"not tried on {sys.platform}: {', '.join(collect_ignore)}" if collect_ignore else None


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    """Keep tests together that share a costly fixture, and begin with those that take long.

    A file's tests share their fixtures and stay in one worker, except those that look at executed notebooks or at the
    class that is graded for all: these stay together, whichever file they are in, and the learner's journey, which
    executes the notebooks, comes first. A test may also name its own group.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group_of(item)))
    items.sort(key=_rank_of)


def pytest_collection_finish(session):
    """Stop if pytest-xdist did not use the groups: tests that build on each other would be separated."""
    together = getattr(session.config.option, "loadgroup", False)  # set by pytest-xdist in its workers
    if together and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("pytest-xdist does not see which tests belong together: install the pinned pytest.")


def _rank_of(item):
    if item.path.name == "test_journey.py":
        return 0
    return 1 if item.get_closest_marker("browser") else 2 if item.get_closest_marker("slow") else 3


def _group_of(item):
    if "solved" in item.fixturenames:
        return "executed notebooks"
    if item.path.parts[-3:-1] == ("end_to_end", "instructor") and "graded" in item.fixturenames:
        return "graded class"
    if {"untouched", "listing"} & set(item.fixturenames):
        return f"notebook {item.callspec.params['name']}"
    return item.nodeid.partition("::")[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if COMPLETE and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Keep the learner's record of this test separate from the real one."""
    from labkit import store

    monkeypatch.setattr(store, "FOLDER", tmp_path / ".weightlab")
    return store.FOLDER
