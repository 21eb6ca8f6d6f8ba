"""Builds an answer together with the expected one, for the tests of findings."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judging.findings.samples import Label, Sample
from autograder.judging.key import Key
from tests.support.judged import key_of

CASE = key_of("relu").cases[0]
KEY = Key("own", (), (CASE,), (0.0,), (), (), ())


def sample(expected: Any, got: Any, right: bool = False, bases: tuple = (), **arguments: Any) -> Sample:
    """Return an answer together with the expected one, as if for a call with these arguments."""
    return Sample(0, CASE, arguments, Label(), np.asarray(expected), got, right, bases)
