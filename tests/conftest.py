"""What the tests share, and the rule of continuous integration that nothing is skipped."""

from __future__ import annotations

import os
import sys

import pytest

# Grading a class needs Linux; what a learner uses does not.
LINUX_ONLY = ["accuracy", "autograder", "binder", "instructor", "security", "test_benchmarks.py"]
collect_ignore = [] if sys.platform == "linux" else LINUX_ONLY

COMPLETE = os.environ.get("WEIGHTLAB_TESTS") == "complete"
"""Set where every program that a test needs is installed: there a skipped test is a failure."""


def pytest_report_header(config):
    return f"not tried on {sys.platform}: {', '.join(collect_ignore)}" if collect_ignore else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if COMPLETE and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Keep the learner's record of this test apart from the real one."""
    from labkit import store

    monkeypatch.setattr(store, "FOLDER", tmp_path / ".weightlab")
    return store.FOLDER
