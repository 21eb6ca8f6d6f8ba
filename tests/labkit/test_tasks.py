"""Do the new tasks change images as they say?"""

from __future__ import annotations

import numpy as np
import pytest

from labkit import data
from labkit.tasks import Task, invert, thin, turn


@pytest.fixture
def images():
    return data.digits14_train()[0][:50]


def test_quarter_turns_are_exact(images):
    squares = images.reshape(-1, 14, 14)
    for quarters in (1, 2, 3, -1):
        expected = np.rot90(squares, quarters, axes=(1, 2)).reshape(images.shape)
        np.testing.assert_allclose(turn(images, 90 * quarters), expected, atol=1e-12)


def test_a_turn_and_back_nearly_restores_the_middle(images):
    back = turn(turn(images, 30), -30)
    assert np.corrcoef(back.ravel(), images.ravel())[0, 1] > 0.9


def test_thinner_strokes_have_less_ink_and_no_new_ink(images):
    thinned = thin(images)
    assert (thinned <= images + 1e-12).all()
    assert 0.2 < thinned.sum() / images.sum() < 0.8


def test_inverting_twice_changes_nothing(images):
    np.testing.assert_allclose(invert(invert(images)), images, atol=1e-12)


@pytest.mark.parametrize("change", [lambda x: turn(x, 77), thin, invert], ids=["turn", "thin", "invert"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_are_images_of_the_same_kind(images, change, dtype):
    given = images.astype(dtype)
    before = given.copy()
    result = change(given)
    assert result.shape == given.shape
    assert result.dtype == dtype
    assert np.array_equal(given, before)
    assert 0 <= result.min() <= result.max() <= 1
    np.testing.assert_allclose(result * 255, np.rint(result * 255), atol=1e-4)
    assert result.flags.c_contiguous, "a batch of the images is copied slowly"


def test_what_is_not_square_is_refused():
    with pytest.raises(ValueError, match="12"):
        turn(np.zeros((3, 12)), 45)


def test_a_task_says_what_it_does(images):
    task = Task(degrees=-60, inverted=True)
    assert str(task) == "rotated by −60°, inverted ink"
    assert task.kind == "turned, inverted ink"
    assert np.array_equal(task.apply(images), invert(turn(images, -60)))
    assert Task().kind == "as they are"
