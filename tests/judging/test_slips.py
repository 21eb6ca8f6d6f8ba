"""Is a near slip told only where the answers prove it, and in a sentence that names what was replaced?"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises import EXERCISES
from autograder.judging import slips
from autograder.judging.observation import Observation, Rejected
from autograder.judging.related import name_results
from autograder.judging.slips import Slip, find_slip, making, sketch_all
from autograder.judging.slips.sentences import CHANGES, LOOPS, SLIPS, can_be_told, tell_slip
from tests.support.judged import key_of

RELU, KEY = EXERCISES["relu"], key_of("relu")
GRADIENT, ITS_KEY = EXERCISES["dense_gradient"], key_of("dense_gradient")


def seen(change, key=KEY):
    return [Observation(change(value)) for value in key.expected]


def slip_of(observed, exercise=RELU, key=KEY):
    return Slip("operator", ("+", "-"), sketch_all(exercise, key.cases, observed))


def test_a_slip_that_gives_the_same_answers_is_found_and_nothing_else_is():
    mine, right = seen(lambda value: value * 1.5 + 0.25), seen(lambda value: value)
    other = slip_of(seen(lambda value: value * 1.5 + 0.5))
    slip = slip_of(mine)
    assert find_slip(RELU, KEY, mine, [other, slip]) == (slip, ())
    assert find_slip(RELU, KEY, mine, [other]) is None
    assert find_slip(RELU, KEY, right, [slip_of(right)]) is None, "nothing is wrong"
    few = replace(slip, sketches=slip.sketches[:-1])
    assert find_slip(RELU, KEY, mine, [few]) is None


@pytest.mark.parametrize("more", [{"changed": (0,)}, {"iterator": True}])
def test_no_slip_is_told_of_answers_that_are_wrong_in_another_way(more):
    mine = seen(lambda value: value * 1.5 + 0.25)
    spoiled = [replace(mine[0], **more), *mine[1:]]
    assert find_slip(RELU, KEY, spoiled, [slip_of(mine)]) is None


def test_no_slip_is_told_of_answers_that_are_scored():
    mine = seen(lambda value: value * 1.5 + 0.25)
    scored = replace(RELU, scored=lambda *_: (1.0, "", ""))
    assert find_slip(scored, KEY, mine, [slip_of(mine)]) is None


def test_errors_and_two_values_for_everything_prove_nothing():
    stopped = Observation(raised={"type": "KeyError"})
    mine = [stopped, *seen(lambda value: value + 1)[1:]]
    assert find_slip(RELU, KEY, mine, [slip_of(mine)]) is None
    flat = seen(lambda value: 1.0)
    assert find_slip(RELU, KEY, flat, [slip_of(flat)]) is None


def test_a_single_wrong_answer_proves_a_slip_if_it_is_wrong_in_several_entries():
    right = seen(lambda value: value)
    at = next(k for k, one in enumerate(right) if np.size(one.value) > 4)
    for count, found in ((2, False), (3, True)):
        value = np.array(KEY.expected[at], dtype=float)
        value.flat[:count] += 7.5
        mine = [replace(one, value=value) if k == at else one for k, one in enumerate(right)]
        assert (find_slip(RELU, KEY, mine, [slip_of(mine)]) is not None) is found
        rejected = [*mine[:-1], Observation(rejected=Rejected("shape"))]
        if at < len(right) - 1:
            assert find_slip(RELU, KEY, rejected, [slip_of(rejected)]) is None, "a view could not use one of them"


def test_two_different_wrong_answers_prove_a_slip_though_each_is_wrong_in_one_entry():
    mine = seen(lambda value: value)
    at = [k for k, one in enumerate(mine) if np.size(one.value)][:2]
    for k, more in zip(at, (7.5, 8.25), strict=True):
        value = np.array(KEY.expected[k], dtype=float)
        value.flat[0] += more
        mine[k] = Observation(value)
    assert find_slip(RELU, KEY, mine, [slip_of(mine)]) is not None


def test_a_slip_may_explain_some_parts_of_the_answers():
    def change(value):
        return (value[0], value[1] * 1.5 + 0.25, value[2] * 2.5 + 0.75)

    slip = slip_of(seen(change, ITS_KEY), GRADIENT, ITS_KEY)
    parts = GRADIENT.parts
    both = [Observation(change(value)) for value in ITS_KEY.expected]
    assert find_slip(GRADIENT, ITS_KEY, both, [slip]) == (slip, ())
    one = [Observation((value[0], value[1] * 1.5 + 0.25, value[2] + 9)) for value in ITS_KEY.expected]
    assert find_slip(GRADIENT, ITS_KEY, one, [slip]) == (slip, (parts[1],))
    first = [Observation((value[0] + 3, *change(value)[1:])) for value in ITS_KEY.expected]
    assert find_slip(GRADIENT, ITS_KEY, first, [slip])[1] in ((parts[1],), (parts[1], parts[2]))


def test_each_part_has_a_row_and_what_has_none_has_a_sign():
    whole, torn, none = ((1.0, 2.0, 3.0), (1.0, 2.0), None)
    rows = sketch_all(GRADIENT, ITS_KEY.cases[:3], [Observation(whole), Observation(torn), Observation(none)])
    assert rows.shape == (9, 3) and (rows[3:, 0] == slips.NOTHING).all() and (rows[:3, 0] > 3).all()
    stopped = [
        Observation(raised={"type": "KeyError"}),
        Observation(rejected=Rejected("shape")),
        Observation([1, 2, 3]),
    ]
    rows = sketch_all(GRADIENT, ITS_KEY.cases[:3], stopped)
    assert rows[:, 0].tolist()[:6] == [slips.ERROR] * 3 + [slips.UNUSABLE] * 3 and (rows[6:, 0] > 3).all()


def test_every_released_slip_can_be_told():
    told = [(one.kind, one.what) for _, found in slips.read_released().values() for one in found]
    assert len(told) > 500
    for kind, what in told:
        assert can_be_told(kind, what) and not re.search(r"[{}]", tell_slip(kind, what)), (kind, what)


def test_every_sentence_names_what_was_replaced_by_what():
    for (kind, count), words in SLIPS.items():
        used = set(re.findall(r"{(\d)}", words))
        assert count <= 2 and used <= {"0", "1"} and (count < 2 or used == {"0", "1"}), kind
    assert tell_slip("operator", ("+", "-")) == (
        "In every case tried, your result is what the course's own solution gives when one `+` is replaced by `-`."
    )
    assert tell_slip("loop", ("reversed",), ("a", "b")) == (
        "In every case tried, your `a` and your `b` are what the course's own solution gives when one loop "
        f"{LOOPS['reversed']}."
    )
    assert "your `a` is what" in tell_slip("axis", (), ("a",))
    assert not can_be_told("operator", ("+",)) and not can_be_told("unknown", ())
    for change in CHANGES:
        assert can_be_told("argument", (change, "x")) and "`x`" in tell_slip("argument", (change, "x"))


def test_the_results_of_the_courses_functions_have_names():
    assert name_results("forward") == ("logits", "activations") and name_results("relu") == ()
    assert name_results("he_normal") is None and name_results("unknown") is None


def test_slips_are_made_again_when_a_view_gives_what_it_shows_another_name():
    exercise, key = EXERCISES["minibatches"], key_of("minibatches")
    renamed = [
        {f"{name}?": item for name, item in one.items()} if isinstance(one, dict) else one for one in key.expected
    ]
    assert renamed != list(key.expected)
    assert making.digest(exercise, replace(key, expected=tuple(renamed))) != making.digest(exercise, key)
