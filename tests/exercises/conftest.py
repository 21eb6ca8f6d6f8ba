"""What the tests of exercises share: one process for learners' code."""

from __future__ import annotations

import pytest

from autograder.sandbox.process import Runner


@pytest.fixture(scope="package")
def runner():
    with Runner() as started:
        yield started
