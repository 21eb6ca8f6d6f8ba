"""Does a function get its arguments as intended, and does its result come back as plain data with all that is asked?"""

from __future__ import annotations

import itertools
import linecache

import numpy as np
import pytest

from autograder.candidate import call, given, wire
from autograder.candidate.wire import Given, Opaque, Rng


def called(function, /, *args, **kwargs):
    return call.call_function(function, args, kwargs, {}, "library")


@pytest.mark.parametrize(
    "value", [None, True, 3, 2.5, "x", b"x", [1, [2.0]], (1, (2.0,)), {"a": [1]}, [], {}], ids=repr
)
def test_plain_arguments_arrive_as_they_are(value):
    seen = []
    assert called(lambda one, *, other: seen.extend([one, other]), value, other=value)["value"] is None
    assert seen == [value, value] and {type(one) for one in seen} == {type(value)}


def test_arrays_arrive_writable_and_sets_and_generators_as_python_has_them():
    array, generators = np.arange(3.0), {}
    array.flags.writeable = False
    made = call.make_argument([array, {"a": array}, frozenset({1}), Rng(3), Rng(3), Rng(3, 1)], generators)
    made[0][0] = made[1]["a"][0] = 9.0
    assert array[0] == 0.0 and made[2] == {1} and type(made[2]) is set
    assert made[3] is made[4] is not made[5], "calls of a case share its generators"
    assert made[3].random() == np.random.default_rng(3).random() == made[5].random()


def test_a_given_function_tells_how_often_and_with_which_shapes_it_was_called():
    def student(function, x):
        return [function(x), function(np.ones((2, 3))), function(x), function(x=3)]

    for outcome in (called(student, Given("identity"), 2.0), called(student, x=2.0, function=Given("identity"))):
        assert outcome["asked"] == (4, ((), (2, 3))) and outcome["value"][0] == 2.0
    many = given.Recorder(lambda *_: None, "none")
    for axes in range(12):
        many(np.zeros((1,) * axes))
    assert many.count == 12 and many.shapes == [(), (1,), (1, 1)]
    deep = given.Recorder(lambda *_: None, "none")
    deep(np.zeros((1,) * 12))
    assert deep.shapes == [(1,) * 8]
    assert "asked" not in called(lambda x: x, 1)
    ragged = called(lambda function: function([[1], [2, 3]]), Given("identity"))
    assert ragged["asked"] == (1, ()) and ragged["value"] == [[1], [2, 3]]


def test_a_given_function_takes_a_list_of_numbers_as_an_array():
    outcome = called(lambda function: function([[1.0, -2.0], [3.0, -4.0]]), Given("leaky"))
    assert outcome["asked"] == (1, ((2, 2),)) and outcome["value"].tolist() == [[1.0, -0.2], [3.0, -0.4]]


def test_a_given_function_looks_like_a_function():
    outcome = called(lambda function: [repr(function), function.__name__, type(function).__name__], Given("leaky"))
    assert outcome["value"] == ["<function leaky>", "leaky", "function"]
    message = called(lambda function: function * 2.0, Given("half"))["raised"]["message"]
    assert message == "unsupported operand type(s) for *: 'function' and 'float'"


def test_only_what_the_call_changed_is_named():
    def student(first, second, *, third, function):
        first[0], third["a"] = 5, 2
        return second

    outcome = called(student, np.ones(2), np.ones(2), third={"a": 1}, function=Given("half"))
    assert outcome["changed"] == [0, "third"] and outcome["value"].tolist() == [1, 1]
    raised = called(lambda x: x.append(1) or 1 / 0, [])
    assert called(lambda function: setattr(function, "count", 9), Given("half"))["changed"] == []
    assert raised["changed"] == [0] and raised["raised"]["type"] == "ZeroDivisionError"
    assert called(lambda rng: rng.random(), Rng(1))["changed"] == []


@pytest.mark.parametrize(
    ("argument", "change", "changed"),
    [
        (np.array([np.nan, 2.0]), lambda x: x.__setitem__(0, x[0]), False),
        (np.array([np.nan, 2.0]), lambda x: x.__setitem__(0, 0.0), True),
        (np.array([1.0, 2.0]), lambda x: x.resize((2, 1), refcheck=False), True),
        (np.array([0.0, 2.0]), lambda x: x.__setitem__(0, -0.0), True),
        ([1.0, np.ones(2)], lambda x: x.__setitem__(1, np.ones(2)), False),
        ([1.0, np.ones(2)], lambda x: x.__setitem__(1, np.ones(2, np.float32)), True),
        ([1.0, np.ones(2)], lambda x: x.__setitem__(1, [1.0, 1.0]), True),
        ([1.0, np.ones(2)], lambda x: x[1].__setitem__(1, 3.0), True),
        ([1.0, (2, 3)], lambda x: x.__setitem__(1, [2, 3]), True),
        ([1.0, 2.0], lambda x: x.__setitem__(0, 1), True),
        ([1.0, 2.0], lambda x: x.pop(), True),
        ([1.0, 2.0], lambda x: x.reverse(), True),
        ({"a": 1.0, "b": 2.0}, lambda x: x.__setitem__("a", 1.0), False),
        ({"a": 1.0, "b": 2.0}, lambda x: x.__setitem__("b", 3.0), True),
        ({"a": 1.0, "b": 2.0}, lambda x: x.__setitem__("a", x.pop("a")), True),
        ({"a": 1.0, "b": 2.0}, lambda x: x.__setitem__("c", 3.0), True),
        (frozenset({1, 2}), lambda x: x.add(1), False),
        (frozenset({1, 2}), lambda x: x.add(3), True),
        ([Rng(1), Given("half")], lambda x: x[0].random() + x[1](1.0), False),
    ],
)
def test_an_argument_is_changed_if_any_of_its_parts_is_another(argument, change, changed):
    assert called(change, argument)["changed"] == ([0] if changed else [])


def test_an_argument_that_can_no_longer_be_read_was_changed():
    def student(x):
        x.append(x)

    assert called(student, [1.0])["changed"] == [0]
    assert called(lambda x: None, [10**300])["changed"] == [], "too large to be read, before as after"


def test_what_was_returned_is_kept_as_it_was():
    kept = np.zeros(2)
    outcome = called(lambda: kept)
    kept[:] = 7
    assert outcome["value"].tolist() == [0, 0]


class Float(float):
    pass


class Int(int):
    pass


@pytest.mark.parametrize(
    ("returned", "value"),
    [
        (range(3), [0, 1, 2]),
        (Int(3), 3),
        (True, True),
        (np.int64(3), np.int64(3)),
        (np.longdouble(0.5), np.array(0.5)),
        (np.ones(2, dtype=np.longdouble), np.ones(2)),
        ((Int(1), [range(1)]), (1, [[0]])),
    ],
    ids=repr,
)
def test_harmless_subclasses_become_what_they_stand_for(returned, value):
    found = called(lambda: returned)["value"]
    assert (
        type(found) is type(value) and np.array_equal(found, value) if not isinstance(value, tuple) else found == value
    )


def test_iterators_are_read_and_said_to_be_some():
    assert called(lambda: iter([1, 2])) == {"value": [1, 2], "changed": [], "iterator": True}
    assert called(lambda: (1, iter([2]), iter([3]))) == {
        "value": (1, [2], [3]),
        "changed": [],
        "iterator": True,
        "part": 1,
    }
    assert "iterator" not in called(lambda: [1])
    most = call.MAX_ITERATIONS
    assert called(lambda: iter(range(most)))["value"] == list(range(most))
    assert called(lambda: iter(range(most + 1)))["value"] == Opaque(wire.ENDLESS)
    assert called(lambda: range(10**9))["value"] == list(range(most))
    counted = itertools.count()
    called(lambda: counted)
    assert next(counted) == most + 1, "one more than are kept shows that there are too many"


def test_a_list_that_is_longer_than_any_answer_is_not_searched_for_iterators():
    most = wire.MAX_ANSWER_VALUES
    for length, searched in ((most, True), (most + 1, False)):
        outcome = called(lambda length=length: [iter([]), *[0] * (length - 1)])
        assert outcome["value"] == Opaque(f"unreadable data: more than {most:,} values")
        assert ("iterator" in outcome) is searched


def test_a_warning_of_numpys_stops_nothing():
    with np.errstate(all="raise"):
        assert np.isinf(called(lambda: np.array(1.0) / 0)["value"])


def raised_by(text):
    """Return what is reported about the error of a student's ``f``."""
    names = {"np": np, "helper": helper}
    exec(compile(text, "library/a.py", "exec"), names)
    return call.call_function(names["f"], (), {}, {}, "library")["raised"]


def helper():
    raise ValueError("from elsewhere")


def test_an_error_is_told_with_its_place_and_whether_the_student_raised_it():
    own = raised_by("def f():\n    g()\ndef g():\n    raise ValueError('mine')\n")
    assert (own["file"], own["line"], own["function"], own["own"]) == ("library/a.py", 4, "g", True)
    for text in ("def f():\n    return [][0]\n", "def f():\n    np.ones(2) @ np.ones(3)\n", "def f():\n    helper()\n"):
        told = raised_by(text)
        assert (told["line"], told["function"], told["own"]) == (2, "f", False)
    names = {text: raised_by(f"def f():\n    {text}\n") for text in ("nothing", "np.nothing", "''.nothing", "1 / 0")}
    assert [told["name"] for told in names.values()] == ["nothing", "nothing", "nothing", ""]
    assert [told["of_module"] for told in names.values()] == [False, True, False, False]
    assert own["kinds"] == ["ValueError", "Exception", "BaseException", "object"]
    syntax = raised_by("def f():\n    exec('x = (')\n")
    assert (syntax["line"], syntax["code"], syntax["file"]) == (1, "x = (", "<string>")
    assert "never closed" in syntax["message"]
    assert raised_by("def f():\n    exec('if 1:\\n \\xa0\\u3000x = 1')\n")["code"] == "\N{OPEN BOX}\N{OPEN BOX}x = 1"


def test_a_syntax_error_that_does_not_quote_its_line_is_told_with_the_line(monkeypatch):
    lines = ["x = 1\n", "  return 2\n"]
    monkeypatch.setitem(linecache.cache, "library/b.py", (20, None, lines, "library/b.py"))
    code = "def f():\n    compile('x = 1\\nreturn 2', 'library/b.py', 'exec')\n"
    told = raised_by(code)
    assert (told["file"], told["line"], told["code"]) == ("library/b.py", 2, "return 2")
    assert raised_by(code.replace("b.py", "unknown.py"))["code"] == ""


def test_an_error_without_a_line_or_a_file_is_told_without_them():
    def student():
        raise ValueError("mine")

    student.__code__ = student.__code__.replace(co_filename="library/a.py", co_linetable=b"")
    told = called(student)["raised"]
    assert (told["file"], told["line"], told["code"], told["message"]) == ("library/a.py", None, None, "mine")
    told = raised_by("def f():\n    raise SyntaxError('mine')\n")
    assert (told["file"], told["line"], told["code"], told["message"]) == ("", None, "", "mine")
    elsewhere = called(helper)["raised"]
    assert (elsewhere["file"], elsewhere["line"], elsewhere["code"]) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("identity", [[-1.0, 2.0]]),
        ("leaky", [[-0.1, 2.0]]),
        ("half", [[-0.5, 1.0]]),
        ("abs", [[1.0, 2.0]]),
        ("tanh", [[np.tanh(-1.0), np.tanh(2.0)]]),
        ("sum_of_squares", 5.0),
        ("sum_of_cubes", 7.0),
        ("product", -2.0),
        ("sine_sum", np.sin(-1.0) + 2 * np.sin(2.0)),
        ("product_of_row_sums", 1.0),
    ],
)
def test_given_functions_are_what_they_are_called(name, value):
    assert called(lambda function, x: function(x), Given(name), np.array([[-1.0, 2.0]]))["value"] == pytest.approx(
        np.array(value)
    )
    assert len(given.FUNCTIONS) == 10
    assert given.leaky(np.array([0.5, 0.0, -0.5])).tolist() == [0.5, 0.0, -0.05]


def test_what_is_nested_as_deeply_as_is_allowed_is_read_to_its_bottom():
    value, plain = Int(3), 3
    for _ in range(wire.MAX_DEPTH):
        value, plain = [value], [plain]
    assert called(lambda: value)["value"] == plain


def test_what_is_nested_too_deeply_is_said_to_be_that_and_never_cut():
    deep = 1.0
    for _ in range(wire.MAX_DEPTH + 2):
        deep = [deep]
    assert called(lambda: deep)["value"].type_name.startswith(
        f"unreadable data: nested more than {wire.MAX_DEPTH} deep"
    )
