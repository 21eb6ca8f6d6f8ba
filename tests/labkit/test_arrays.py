"""Do the course's figures and tools accept lists, as checks do?"""

from __future__ import annotations

import collections
import importlib
import inspect
import itertools
from collections.abc import Iterator

import numpy as np
import pytest

import labkit
from labkit.arrays import as_arrays, gives_what_it_declares, takes_lists
from labkit.data import in_float32
from labkit.figures import forward, initialization, weights
from labkit.lent.given_training import given_corrections, given_training, share_correct
from labkit.live.pad import draw_digit

LEFT = {  # they draw or make what the course gives, or take only one number
    "labkit.figures.boundaries": {"spirals", "opening"},
    "labkit.figures.loss": {"opening"},
    "labkit.figures.lora": {"opening"},
    "labkit.figures.capstone": {"opening"},
    "labkit.figures.beyond": {"opening"},
    "labkit.figures.openings": {
        "ten_neurons",
        "one_threshold",
        "birth_and_after",
        "forwards_and_backwards",
        "many_small_steps",
        "turning_digits",
    },
    "labkit.figures.weights": {"signed", "frame", "number_table"},
    "labkit.figures.calibration": {"draw_calibration"},
    "labkit.figures.connection": {"in_digits"},
}


def test_lists_of_numbers_are_arrays_however_deep_and_all_else_is_as_it_was():
    axes = object()
    value = {
        "layers": [([[1.0, 2.0], [3.0, 4.0]], [0, 1])],
        "names": ["a", "b"],
        "ragged": [[1.0], [2.0, 3.0]],
        "x": axes,
    }
    found = as_arrays(value)
    (matrix, bias), *_ = found["layers"]
    assert matrix.shape == (2, 2) and bias.dtype.kind == "i" and bias.shape == (2,)
    assert (found["names"], found["x"]) == (["a", "b"], axes)
    assert [row.shape for row in found["ragged"]] == [(1,), (2,)]
    kept = np.ones(3, dtype=np.float32)
    assert as_arrays(kept) is kept
    assert as_arrays([]) == [] and as_arrays((2, 3)) == (2, 3) and as_arrays(None) is None
    assert isinstance(as_arrays([kept, kept]), list), "a network's matrices stay a list"
    assert as_arrays([np.float64(1), True, 2]).tolist() == [1.0, 1.0, 2.0]


def test_a_function_of_the_library_gives_arrays_and_another_is_as_it_was():
    def relu(x):
        return [max(value, 0.0) for value in x], "shown"

    assert as_arrays(relu) is relu
    relu.__module__ = "weightlab.forward"
    result, shown = as_arrays(relu)([-1.0, 2.0])
    assert isinstance(result, np.ndarray) and shown == "shown" and as_arrays(relu).__name__ == "relu"


def test_what_a_function_of_the_library_declares_as_an_array_may_be_a_tuple():
    def layers() -> list[tuple[np.ndarray, np.ndarray]]:
        return (((1.0, 2.0), (3.0, 4.0)), (0.0, 0.0)), (((1.0,), (2.0,)), (0.0,))

    layers.__annotations__ = {"return": list[tuple[np.ndarray, np.ndarray]]}
    layers.__module__ = "weightlab.initialization"
    found = as_arrays(layers)()
    assert [(matrix.shape, bias.shape) for matrix, bias in found] == [((2, 2), (2,)), ((2, 1), (1,))]


def test_every_figure_and_tool_takes_lists():
    figures = importlib.import_module("labkit.figures")
    modules = [figures, *(importlib.import_module(f"labkit.figures.{name}") for name in _names(figures))]
    bare = {}
    for module in modules:
        if module.__name__ in ("labkit.figures.style", "labkit.figures.panels"):  # no notebook of a learner calls them
            continue
        own = [one for one in vars(module).values() if inspect.isfunction(one) and one.__module__ == module.__name__]
        assert own, module
        bare[module.__name__] = {one.__name__ for one in own if not one.__name__.startswith("_")} - {
            one.__name__ for one in own if getattr(one, "takes_lists", False)
        }
    assert {name: found for name, found in bare.items() if found} == LEFT
    tools = [name for name, home in labkit._TOOLS.items() if home.startswith(("labkit.live", "labkit.slider"))]
    assert len(tools) > 8 and all(getattr(labkit, name).takes_lists for name in tools)


def _names(package):
    return [
        path.stem
        for path in importlib.resources.files(package).iterdir()
        if path.suffix == ".py" and path.stem != "__init__"
    ]


@takes_lists
def drawn(values):
    return values


def test_a_figure_that_takes_lists_hands_on_arrays():
    assert drawn([1.0, 2.0]).sum() == drawn(values=[1.0, 2.0]).sum() == 3.0


@pytest.fixture
def shown(monkeypatch):
    found = []
    for module in (weights, forward, initialization):
        monkeypatch.setattr(module, "show", lambda figure, alt: found.append(alt))
    return found


FOUR = [[1.0, -2.0], [0.5, 3.0]]
DRAWN = {
    "votes": lambda: weights.pixel_votes([("3", [0.5] * 64, [0.1] * 64, [0.2] * 64, 12.8)]),
    "a product": lambda: weights.matrix_product(FOUR, FOUR, (np.array(FOUR) @ FOUR).tolist(), 0, 1),
    "outputs": lambda: initialization.layer_outputs({"zero": [0.0, 1.0, -1.0]}),
    "probabilities": lambda: forward.logits_and_probabilities({"as they are": ([2.0, 1.0, -1.0], [0.7, 0.2, 0.1])}),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_figure_of_results_that_are_lists_is_drawn(draw, shown):
    draw()
    assert len(shown) == 1


def test_the_labs_own_training_and_data_take_lists():
    layers = [([[0.1, -0.2], [0.3, 0.4]], [0.0, 0.0])]
    x, y = [[1.0, 0.0], [0.0, 1.0]] * 4, [0, 1] * 4
    assert len(given_training([layers], x, y, epochs=2, batch_size=2, learning_rate=0.5)) == 1
    assert 0 <= share_correct(layers, x, y) <= 1
    assert in_float32(layers)[0][0].dtype == np.float32
    assert given_corrections(x, [FOUR, FOUR], "tanh") is not None


def test_a_pad_takes_weights_that_are_lists():
    def read(x, matrix):
        return (np.asarray(x) @ matrix).tolist()

    read.__module__ = "weightlab.weights"
    assert draw_digit(read, np.zeros((64, 10)).tolist()) is not None


Layers = list[tuple[np.ndarray, np.ndarray]]
DECLARED = [
    (np.ndarray, [[1, 2.5]], np.array([[1, 2.5]])),
    (np.ndarray, (0.5, 1.0), np.array([0.5, 1.0])),
    (np.ndarray, np.array([[1.0, 2.0]]).view(np.matrix), np.array([[1.0, 2.0]])),
    (float | np.ndarray, np.ma.array([1.0, 2.0]), np.array([1.0, 2.0])),
    (float | np.ndarray, [1.0], np.array([1.0])),
    (tuple[np.ndarray, list[np.ndarray]], [[1.0], ([2.0],)], (np.array([1.0]), [np.array([2.0])])),
    (tuple[Layers, list[float]], ([([[1.0]], [0.0])], [0.5]), ([(np.array([[1.0]]), np.array([0.0]))], [0.5])),
    (list[tuple[np.ndarray, np.ndarray] | None], [None, ([1], [2])], [None, (np.array([1]), np.array([2]))]),
    (tuple[int, ...], [2.0, 3], (2, 3)),
    (int, 12.0, 12),
    (int, np.float32(3), 3),
    (int, np.array(3.0), 3),
    (float, np.array(0.5), 0.5),
    (bool, np.array(True), True),
]


def library_function(declared, value):
    def function():
        return value

    function.__annotations__ = {"return": declared}
    return gives_what_it_declares(function)


@pytest.mark.parametrize(("declared", "value", "wanted"), DECLARED, ids=map(str, range(len(DECLARED))))
def test_a_notebook_gets_what_the_header_of_a_function_declares(declared, value, wanted):
    assert same(library_function(declared, value)(), wanted)


def same(one, other):
    """Return whether two values have the same type and are equal, at any depth."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return np.array_equal(one, other)


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (np.ndarray, [[1.0], [1.0, 2.0]]),
        (np.ndarray, ["a"]),
        (np.ndarray, [10**400]),
        (np.ndarray, 3.0),
        (np.ndarray, None),
        (tuple[np.ndarray, np.ndarray], ([1.0],)),
        (list[float], [0.5]),
        (float, np.array([0.5])),
        (int, 2.5),
        (int, float("nan")),
        (None, [1.0]),
        ("np.ndarray", [1.0]),
    ],
)
def test_what_cannot_have_the_declared_form_stays_as_it_is(declared, value):
    assert library_function(declared, value)() is value


def test_what_has_the_declared_form_is_the_same_object():
    layers = [(np.ones(2), np.zeros(2))]
    assert library_function(Layers, layers)() is layers


def test_a_tuple_with_names_keeps_them():
    pair = collections.namedtuple("Pair", "logits activations")(np.zeros(2), [])
    assert library_function(tuple[np.ndarray, list[np.ndarray]], pair)() is pair


def test_pairs_that_come_one_by_one_are_arrays_and_none_is_drawn_early():
    drawn = []
    pairs = (drawn.append(i) or ([float(i)], [i]) for i in itertools.count())
    found = library_function(Iterator[tuple[np.ndarray, np.ndarray]], pairs)()
    assert drawn == []
    assert same(next(found), (np.array([0.0]), np.array([0]))) and drawn == [0]
    assert next(library_function(Iterator[np.ndarray], [[1.0]])()).shape == (1,)
