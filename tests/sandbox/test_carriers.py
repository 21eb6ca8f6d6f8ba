"""Does every carrier end what never ends, and leave the interpreter as it was?"""

from __future__ import annotations

import builtins
import os
import random
import sys

import numpy as np
import pytest

from autograder.examine import SELF_CHECK, UncontainedError, class_mode, examine
from autograder.exercises import EXERCISES
from autograder.judging.key import public_keys
from autograder.learner import check
from autograder.sandbox.in_place import InPlace
from autograder.sandbox.process import Runner
from tests.support.pairs import pairs_of
from tests.support.small import returning, verdict_of

FOLDER = "weightlab"


@pytest.fixture(scope="module")
def process():
    with Runner() as started:
        yield started


ENDLESS = {
    "in the function": "def answer(*args):\n    while True: pass\n",
    "while the file is loaded": "while True: pass\n",
    "in a comprehension": returning("[0 for _ in __import__('itertools').count()]"),
    "in another function of the file": returning("more()", "def more():\n    while True:\n        x = 1\n"),
    "behind what catches everything": """
def again():
    pass

def answer(*args):
    while True:
        try:
            again()
        except BaseException:
            again()
""",
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_loop_ends_in_place_as_a_timeout(text, process):
    process.time_limit = 0.3
    try:
        expected = verdict_of(process, text)
    finally:
        process.time_limit = None
    verdict = verdict_of(_Short(), text)
    assert verdict.status == "timeout"
    assert verdict == expected


class _Short(InPlace):
    """Gives every job only a moment."""

    def run(self, job, seconds):
        return super().run(job, 0.3)


def test_time_counts_in_the_learners_files_alone():
    """If the time's end were raised within somebody else's code, it could interrupt that code's cleaning up."""
    text = returning(
        "sorted([3, 1, 2], key=slow)[0] + 1", "import time\ndef slow(x):\n    time.sleep(0.2)\n    return x\n"
    )
    verdict = verdict_of(_Short(), text)
    assert verdict.status == "timeout"
    assert verdict_of(InPlace(), text).status == "passed"


MEDDLING = """
import builtins, math, os, random, sys, warnings
import numpy as np
np.random.seed(1), random.seed(1)
np.set_printoptions(precision=2)
np.seterr(all="raise")
np.dot = np.add = builtins.len = math.sqrt = None
os.environ["WEIGHTLAB_MEDDLED"] = "1"
os.chdir("/")
sys.path.insert(0, "/nowhere")
sys.setrecursionlimit(500)
warnings.simplefilter("error")
sys.modules["json"] = None
def answer(*args):
    return 2.0
"""


def test_whatever_a_library_changes_is_put_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def state():
        return (
            [random.getstate(), np.random.get_state()[1].tolist(), np.get_printoptions(), np.geterr()],
            [np.dot, np.add, builtins.len, sys.modules["json"]],
            [dict(os.environ), os.getcwd(), list(sys.path), list(sys.meta_path), sys.getrecursionlimit()],
            sorted(name for name in sys.modules if name.startswith("weightlab")),
        )

    before = state()
    verdict_of(InPlace(), MEDDLING)
    assert state() == before


def test_a_library_that_was_imported_before_stays_the_same_object():
    import weightlab.weights

    kept = weightlab.weights
    assert verdict_of(InPlace(), returning("2.0"), others={"weights": b"x = 1"}).status == "passed"
    assert sys.modules["weightlab.weights"] is kept


@pytest.mark.parametrize("when", ["while it is loaded", "when it is called"])
def test_a_file_beside_the_notebook_is_not_found_as_when_a_class_is_graded(tmp_path, monkeypatch, when):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.csv").write_text("2.0")
    read = 'float(open("two.csv").read())'
    text = returning("two", f"two = {read}") if when == "while it is loaded" else returning(read)
    with Runner() as process:
        verdicts = [verdict_of(carrier, text) for carrier in (process, InPlace())]
    assert [verdict.status for verdict in verdicts] == ["error", "error"]
    assert all("without the files around it" in verdict.message for verdict in verdicts), verdicts[0].message


@pytest.mark.parametrize("call", ["os._exit(1)", "os.abort()", "os.kill(os.getpid(), 9)"])
def test_what_would_end_the_process_ends_the_job(call, process):
    text = returning(call, "import os\n")
    verdict = verdict_of(InPlace(), text)
    assert verdict.status == "crashed"
    assert verdict == verdict_of(process, text)


def test_no_class_is_graded_in_place():
    exercise = EXERCISES["apply_weight"]
    _, sources = next(pairs_of("apply_weight"))
    mode = class_mode({"apply_weight": public_keys("weights")["apply_weight"]})
    with pytest.raises(UncontainedError):
        examine(exercise, sources, FOLDER, InPlace(), mode)
    assert examine(exercise, sources, FOLDER, InPlace(), SELF_CHECK).status == "passed"
    with Runner() as process:
        assert examine(exercise, sources, FOLDER, process, mode).status == "passed"


def test_outside_a_browser_a_self_check_starts_a_process():
    carrier = check.open_carrier()
    assert isinstance(carrier, Runner)
    carrier.close()
