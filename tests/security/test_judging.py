"""Is every answer judged, whatever it is, without exception, full marks, warning or much work in the autograder?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.candidate.call import call_function
from autograder.candidate.frames import Ending
from autograder.candidate.wire import Given, Opaque, Rng, decode, encode, is_short
from autograder.examine import SELF_CHECK, Mode, attempt
from autograder.exercise import Case
from autograder.exercises import EXERCISES
from autograder.judging import reference
from autograder.judging.judge import judge
from autograder.judging.key import Key, public_keys
from autograder.judging.reply import make_job, read_reply
from autograder.judging.verdict import Reply, Status
from autograder.sandbox.process import Runner

WIDE = np.zeros((1, 2**20), dtype=np.int8)
HOSTILE = {
    "nothing": None,
    "truth": True,
    "a huge whole number": 2**511,
    "a huge negative one": -(2**511),
    "NaN": float("nan"),
    "infinity": float("-inf"),
    "text": "1.0",
    "bytes": b"\x80\x04.",
    "a type": Opaque("ndarray"),
    "a generator": Rng(1),
    "a function": Given("identity"),
    "an empty list": [],
    "an empty array": np.zeros((0, 2**20)),
    "an array without axes": np.array(np.nan),
    "NaN in an array": np.full((3, 2), np.nan),
    "infinity in an array": np.full((4, 2), np.inf, dtype=np.float32),
    "the largest numbers": np.full((4, 3), np.finfo(float).max),
    "truth values": np.ones((4, 2), dtype=bool),
    "whole numbers at the edge": np.full(5, 2**64 - 1, dtype=np.uint64),
    "small whole numbers": np.full((2, 3, 4), -128, dtype=np.int8),
    "a wide array": WIDE,
    "a tall array": WIDE.T,
    "many axes": np.zeros((1,) * 8),
    "a ragged list": [[1.0, 2.0], [3.0]],
    "huge numbers in a list": [[2**511, 1.0], [2.0, 2**511]],
    "mixed": [1.0, "a", None, np.zeros(3), {"a": 1}],
    "pairs": [(np.zeros((3, 2)), np.zeros(2)), (np.full((2, 1), np.nan), np.zeros(1))],
    "pairs of huge numbers": [(2**511, 2**511)] * 3,
    "three arrays": (np.zeros((2, 2)), np.full(3, 1e308), np.zeros(0)),
    "a mapping": {"weights": np.zeros(3), "": 1, 5: "x"},
    "a set": {1, 2, 3},
    "twenty thousand numbers": [0.0] * 20_000,
    "nested": [[[[[[[[[[1.0]]]]]]]]]],
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", EXERCISES)
def test_every_answer_is_judged(name):
    exercise = EXERCISES[name]
    key = public_keys(exercise.module)[name]
    for title, value in HOSTILE.items():
        value = decode(encode(value))
        cases = [[{"value": value, "changed": []} for _ in case.calls] for case in key.cases]
        verdict = judge(exercise, key, Reply(cases=cases), "file.py")
        assert verdict.score < exercise.points, title
        assert verdict.status in (Status.FAILED, Status.MALFORMED), title
        assert len(verdict.message) < 5_000, title


HEARD = "inputs_as_heard"
"""Stands for text that a student's code has made from its secret inputs."""
TELLING = {
    "an exception's text": (f"def neuron(*_): raise ValueError('{HEARD}')", "raised ValueError"),
    "an exception's name": (
        f"def neuron(*_): raise type('{HEARD}', (ValueError,), {{}})",
        "neither built into Python nor one of NumPy's",
    ),
    "a stub's sentence": (f"def neuron(*_): raise NotImplementedError('{HEARD}')", "is not written yet"),
    "a file's name": (f"exec(compile('def neuron(*_): 1 / 0', 'weightlab/{HEARD}.py', 'exec'))", "ZeroDivisionError"),
    "an error of the module": (f"raise ValueError('{HEARD}')", "cannot be loaded: it raised ValueError"),
    "a syntax error of the module": (f"raise SyntaxError('{HEARD}', ('{HEARD}', 1, 1, '{HEARD}'))", "SyntaxError"),
}


@pytest.mark.parametrize(("source", "words"), TELLING.values(), ids=TELLING)
def test_no_word_of_the_students_is_in_a_message_on_secret_inputs(source, words):
    with Runner() as runner:
        library = {"biases": source.encode()}
        verdict = attempt(EXERCISES["neuron"], library, "weightlab", runner, Mode(lends=False, quotes=False))
        public = attempt(EXERCISES["neuron"], library, "weightlab", runner, SELF_CHECK)
    told = [verdict.message, *(aspect.message for aspect in verdict.aspects)]
    assert verdict.status == public.status
    assert words in verdict.message
    assert not any(HEARD in text for text in told), told
    assert HEARD in public.message or verdict.status == Status.NOT_STARTED, "nothing was told: does the attack work?"


@pytest.mark.parametrize("changed", [[0, 0], [1, 0], ["inputs_as_heard"], [3], [-1], "bias", None])
def test_only_a_calls_own_arguments_can_be_said_to_have_changed(changed):
    from autograder.judging.reply import _read_answer

    exercise = EXERCISES["neuron"]
    key = public_keys("biases")["neuron"]
    cases = [[{"value": 1.0, "changed": []} for _ in case.calls] for case in key.cases]
    assert _read_answer({"cases": cases, "printed": ""}, exercise, key, "file.py").status is None
    cases[0][0]["changed"] = changed
    with pytest.raises((ValueError, TypeError)):
        _read_answer({"cases": cases, "printed": ""}, exercise, key, "file.py")


def test_no_job_tells_which_of_the_capstone_s_tasks_it_is():
    """Is a generator's stream, which decides the task, replaced by a number that says only which generators agree?"""
    exercise, key = EXERCISES["adapt"], public_keys("capstone")["adapt"]
    drawn = {arg.stream for case in key.cases for arg in case.calls[0].args if isinstance(arg, Rng)}
    assert len(drawn) == len(key.cases) and min(drawn) > 100, "the mark does not draw the task"
    job = decode(make_job(exercise, key, {"capstone": b""}, "weightlab"))
    sent = [arg for calls in job["cases"] for args, _ in calls for arg in args if isinstance(arg, Rng)]
    assert [arg.stream for arg in sent] == [0] * len(key.cases)
    assert not any(str(number).encode() in encode(job) for number in drawn)
    assert not any(number.to_bytes(4, "little") in encode(job["cases"]) for number in drawn)


def test_two_generators_of_a_case_stay_two():
    case = Case.of("right", [Rng(5, 9), Rng(5, 7)], {"again": Rng(5, 9)}, rng=Rng(6, 7))
    job = decode(make_job(EXERCISES["neuron"], Key("neuron", (), (case,), (None,), ()), {"biases": b""}, "weightlab"))
    assert job["cases"] == [[(([Rng(5, 0), Rng(5, 1)], {"again": Rng(5, 0)}), {"rng": Rng(6, 2)})]]


def as_lists(value):
    """Return an answer with lists in place of its arrays."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [as_lists(item) for item in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("module", sorted({exercise.module for exercise in EXERCISES.values()}))
def test_every_right_answer_is_within_the_bounds_even_as_lists(module):
    for name, key in public_keys(module).items():
        function = getattr(reference.module(module), name)
        whole = []
        for case in key.cases:
            generators = {}
            for call in case.calls:
                outcome = call_function(function, call.args, dict(call.kwargs), generators, "solutions")
                whole.append(as_lists(outcome.get("value")))
                assert is_short(whole[-1]), name
        encode(whole)


@pytest.mark.parametrize("value", [[[1.0]] * 190_000, "-" * 50_000, {str(n): n for n in range(120_000)}])
def test_a_forged_answer_beyond_the_bounds_is_not_looked_at(value):
    exercise, key = EXERCISES["neuron"], public_keys("biases")["neuron"]
    cases = [[{"value": 1.0, "changed": []} for _ in case.calls] for case in key.cases]
    cases[0][0]["value"] = value
    reply = read_reply(Ending.ANSWERED, encode({"cases": cases, "printed": ""}), 1.0, exercise, key, "weightlab")
    assert isinstance(reply.cases[0][0]["value"], Opaque) and reply.cases[1][0]["value"] == 1.0
