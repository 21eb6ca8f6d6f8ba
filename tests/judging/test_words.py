"""Do a verdict's words about secret cases contain none of their numbers, and are its words about numbers true?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.candidate import wire
from autograder.exercise import Call, Case, Chapter
from autograder.judging import words
from autograder.judging.compare import Difference, Kind, compare
from autograder.judging.observation import Problem, ProblemKind, Rejected, find_refusal_problem
from autograder.judging.question import judge_answer

SECRET = 8128.5
CHAPTER = Chapter("02_small", "small")
CHAPTER.question(
    "share", task="Which fraction?", value=200.0, rtol=1e-3, mistakes={"twice": (201.0, "You count twice.")}
)
SHARE = CHAPTER.questions["share"]
CALL = Call((np.full(3, SECRET), SECRET))


def raised(kind, message=SECRET):
    return Problem(ProblemKind.RAISED, error={"type": kind, "message": str(message)})


def differs(kind):
    return Problem(ProblemKind.DIFFERS, difference=Difference(kind, SECRET, np.float64(SECRET)))


OWN_ERROR = "raised an exception that is neither built into Python nor one of NumPy's"
GENERAL = {
    "Python's error": (raised("IndexError"), "raised IndexError"),
    "NumPy's error": (raised("AxisError"), "raised AxisError"),
    "NumPy's error of linear algebra": (raised("LinAlgError"), "raised LinAlgError"),
    "its own error": (raised(f"E{SECRET}"), OWN_ERROR),
    "an error of the standard library": (raised("JSONDecodeError"), OWN_ERROR),
    "no exception": (raised("print"), OWN_ERROR),
    "not written": (raised("NotImplementedError"), "reaches code that is not written yet"),
    "a length": (differs(Kind.LENGTH), "gave a result of the wrong shape"),
    "a shape": (differs(Kind.SHAPE), "gave a result of the wrong shape"),
    "transposed": (differs(Kind.TRANSPOSED), "gave a result of the wrong shape"),
    "a view of a shape": (
        Problem(ProblemKind.UNUSABLE, rejected=Rejected(Kind.SHAPE, (), str(SECRET))),
        "gave a result of the wrong shape",
    ),
    "a view of something else": (
        Problem(ProblemKind.UNUSABLE, rejected=Rejected(Kind.TYPE, (), str(SECRET))),
        "fails on this point: is right",
    ),
    "a value": (differs(Kind.VALUE), "fails on this point: is right"),
    "a type": (differs(Kind.TYPE), "fails on this point: is right"),
    "parts": (Problem(ProblemKind.PARTS, SECRET, parts=("a",)), "fails on this point: is right"),
    "a changed input": (
        Problem(ProblemKind.CHANGED, changed=(1,)),
        "gave the right answer but changed its input scale. Work on a copy",
    ),
    "an iterator": (
        Problem(ProblemKind.ITERATOR, np.zeros(3)),
        "gave an iterator (from yield, zip, map, a generator expression or the like), which can be read only once; "
        "return the items in a list or an array",
    ),
    "an iterator for a number": (
        Problem(ProblemKind.ITERATOR, 3.0, part="grad_x"),
        "gave grad_x as an iterator (from yield, zip, map, a generator expression or the like), which can be read only "
        "once; return one number",
    ),
}


@pytest.mark.parametrize(("problem", "said"), GENERAL.values(), ids=GENERAL)
def test_of_a_secret_case_each_way_to_fail_is_told_without_its_numbers(problem, said):
    told = words.tell_in_general(problem, "is right", Case.of("is right", calls=[CALL]), ("x", "scale"))
    assert told == said and str(SECRET) not in told


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (None, "fails on this point: refuses bad input"),
        ({"type": "TypeError", "kinds": ["TypeError"]}, "raised TypeError; expected a ValueError"),
        (
            {"type": "ValueError", "kinds": ["ValueError"], "message": str(SECRET)},
            "raised a ValueError whose message does not contain a required value",
        ),
    ],
)
def test_of_a_secret_case_that_is_to_be_refused(raised, said):
    asked = Case.of("refuses bad input", calls=[CALL], raises=ValueError, mentions=(3,))
    problem = find_refusal_problem(asked, raised, SECRET)
    assert words.tell_in_general(problem, "refuses bad input", asked, ("x", "scale")) == said


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("there are 3 rows", True),
        ("shape (3, 4)", True),
        ("3", True),
        ("rows=-3", True),
        ("13 rows", False),
        ("30 rows", False),
        ("0.3", False),
        ("x3", False),
        ("3x", False),
        ("", False),
    ],
)
def test_a_number_is_named_only_by_itself(message, named):
    asked = Case.of("refuses bad input", calls=[CALL], raises=ValueError, mentions=(3,))
    raised = {"type": "ValueError", "kinds": ["ValueError"], "message": message}
    problem = find_refusal_problem(asked, raised)
    assert (problem is None) is named
    assert named or (problem.kind, problem.value) == (ProblemKind.NOT_NAMED, 3)


def test_every_mention_is_asked_for():
    asked = Case.of("refuses bad input", calls=[CALL], raises=ValueError, mentions=("rank", 3))
    raised = {"type": "ValueError", "kinds": ["ValueError"], "message": "a rank of 4"}
    assert find_refusal_problem(asked, raised).value == 3
    assert find_refusal_problem(asked, raised | {"message": "3"}).value == "rank"
    assert find_refusal_problem(asked, raised | {"message": "a rank of 3"}) is None


@pytest.mark.parametrize(
    ("given", "right", "close"),
    [
        (200.0, True, False),
        (200.2, True, False),
        (199.8, True, False),
        (200.3, False, True),
        (198.1, False, True),
        (201.9, False, True),
        (202.1, False, False),
        (197.9, False, False),
        (-200.0, False, False),
        (0.0, False, False),
        (True, False, False),
        ("200", False, False),
    ],
)
def test_a_number_is_called_close_within_a_hundredth_and_never_else(given, right, close):
    verdict = judge_answer(SHARE, given)
    assert (verdict.status == "passed", verdict.score) == (right, float(right))
    assert ("It is close" in verdict.message) is close


def test_a_known_mistake_is_advised_on_though_it_is_close():
    verdict = judge_answer(SHARE, 201.0)
    assert (verdict.misconception, verdict.advice) == ("twice", "You count twice.")
    assert verdict.message.endswith("You count twice.")
    assert judge_answer(SHARE, 210.0).misconception is None


@pytest.mark.parametrize("nothing", [None, ...])
def test_a_question_without_a_value_is_not_started(nothing):
    verdict = judge_answer(SHARE, nothing)
    assert (verdict.status, verdict.score, verdict.points) == ("not_started", 0, 1)
    assert "has no answer yet" in verdict.message


def test_zero_is_an_answer():
    CHAPTER.question("zero", task="How many?", value=0.0)
    assert judge_answer(CHAPTER.questions["zero"], 0).status == "passed"
    assert judge_answer(SHARE, 0).status == "failed"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        (wire.Opaque("Thing"), "an object of type Thing, which is not a number, list or array"),
        ("a" * 50, f"the string {'a' * 40!r}"),
        (True, "the truth value True"),
        (np.bool_(False), "the truth value False"),
        (1 + 2j, "the complex number (1+2j)"),
        (12345, "the number 12,345"),
        (10**24, "the number a very large whole number"),
        (10**24 - 1, f"the number {10**24 - 1:,}"),
        (-0.0, "the number 0"),
        (np.float64(2 / 3), "the number 0.666667"),
        (np.zeros((2, 3)), "an array of numbers of shape (2, 3)"),
        (np.zeros(2, int), "an array of whole numbers of shape (2,)"),
        (np.zeros(2, np.uint8), "an array of whole numbers of shape (2,)"),
        (np.zeros(2, bool), "an array of truth values of shape (2,)"),
        (np.zeros(2, complex), "an array of complex128 of shape (2,)"),
        ([1, 2], "a list of 2 items"),
        ([], "a list of 0 items"),
        ((np.zeros(2),), "a tuple that holds an array of numbers of shape (2,)"),
        ([[[[[1]]]]], "a list that holds a list that holds a list that holds a list of 1 item"),
        ({"a": 1}, "a dictionary with 1 key"),
        ({}, "a dictionary with 0 keys"),
        (frozenset(), "a frozenset"),
        (Ellipsis, "an ellipsis"),
        (np.timedelta64(3), "a timedelta64"),
    ],
)
def test_each_kind_of_value_has_words(value, said):
    assert words.describe(value) == said


@pytest.mark.parametrize(
    ("value", "name", "said"),
    [
        (np.array([[1.0, 2.00004], [3.0, 4.0]]), "w", "[[1.0, 2.0], [3.0, 4.0]]"),
        (np.array([1.70004e-9, -0.0]), "w", "[1.7e-09, -0.0]"),
        (np.arange(6), "w", "[0, 1, 2, 3, 4, 5]"),
        (np.arange(7), "w", "w (7,)"),
        (np.arange(7), "", "an array (7,)"),
        (np.zeros((1, 1, 1)), "w", "w (1, 1, 1)"),
        ([np.zeros(2), None], "layers", "[[0.0, 0.0], None]"),
        ((np.zeros(2), "a"), "pair", "([0.0, 0.0], 'a')"),
        ([None] * 4, "layers", "layers (4 items)"),
        ([None] * 4, "", "a list of 4 items"),
        ({"a": 1}, "shapes", "{'a': 1}"),
        ({"a" * 70: 1}, "shapes", "shapes (1 item)"),
        (0.1234567, "rate", "0.123457"),
        ([1, 2.5], "sizes", "[1, 2.5]"),
        ([50_257, 7], "sizes", "[50257, 7]"),
        ((1,), "sizes", "(1)"),
        (list(range(8)), "sizes", "[0, 1, 2, 3, 4, 5, 6, 7]"),
        (list(range(9)), "sizes", "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
        (wire.Rng(3), "rng", "default_rng(3)"),
        (wire.Given("square"), "f", "square"),
        ("a" * 100, "text", f"'{'a' * 79}"),
    ],
)
def test_arguments_are_written_in_full_if_they_are_small(value, name, said):
    assert words.shown(value, name) == said


def test_a_list_that_is_too_long_to_write_is_not_cut_in_the_middle():
    layer = (np.full((5, 3), 0.25), np.array([0.1234, -0.1234, 0.5678]))
    assert words.shown([layer], "layers") == "[(an array (5, 3), [0.1234, -0.1234, 0.5678])]"
    wide = (np.full((2, 3), 0.1234), np.full(6, 0.1234))
    shapes = ", ".join(["(an array (2, 3), an array (6,))"] * 3)
    assert words.shown([wide] * 3, "layers") == f"[{shapes}]"
    assert words.shown([["a" * 79] * 3] * 3) == "a list of 3 items"
    assert words.shown([["a" * 79] * 3] * 3, "names") == "names (3 items)"


def test_what_is_long_is_cut():
    assert words.cut("abcd", 4) == "abcd" and words.cut("abcde", 4) == "abc…"
    assert words.counted(1, "file") == "1 file" and words.counted(2, "file") == "2 files"
    assert words.counted(2, "entry", "entries") == "2 entries" and words.counted(1, "entry", "entries") == "1 entry"
    assert (words.score_text(None), words.score_text(2.5), words.score_text(3.0)) == ("–", "2.5", "3")
    assert words.with_article("ValueError") == "a ValueError" and words.with_article("OSError") == "an OSError"
    assert words.compose("a", "", "b") == "a\nb"


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        (1.0, 2.0, "2; expected 1"),
        (np.ones(3), np.array([1, 2, 3.0]), "2 at [1]; expected 1 there (2 of 3 entries differ)"),
        (np.ones(3), np.array([1, 2, 1.0]), "2 at [1]; expected 1 there"),
        (np.ones(3), None, "None (is there a return?); expected an array of numbers of shape (3,)"),
        ([None, 1.5], [None, None], "[1]: None; expected the number 1.5"),
        ({"a": 1}, {"b": 1}, "a dictionary with 1 key; expected a mapping with keys ['a']"),
        ([None, 1], [None], "1 item; expected 2"),
        (np.ones(3), np.ones(2), "[1.0, 1.0]; expected [1.0, 1.0, 1.0]"),
        (np.ones(6), np.ones(7), "shape (7,); expected shape (6,)"),
        (np.ones(7), np.ones(6), "shape (6,); expected shape (7,)"),
        (np.ones(2), np.ones((1, 2)), "shape (1, 2); expected shape (2,)"),
        (np.ones(3), 1.5, "a single number (1.5); expected shape (3,)"),
        (np.array(1.5), np.ones(2), "shape (2,); expected a single number (1.5)"),
        (
            np.arange(6.0).reshape(2, 3),
            np.arange(6.0).reshape(2, 3).T,
            "shape (3, 2); expected shape (2, 3) (the numbers are right, but transposed)",
        ),
        (3, 3.5, "the number 3.5; expected the whole number 3"),
        (
            np.array([1, 2]),
            np.array([1.0, 2.5]),
            "an array of numbers of shape (2,); expected an array of whole numbers of shape (2,)",
        ),
        ([(None, np.ones(2))], [(None, np.zeros(2))], "[0][1]: 0 at [0]; expected 1 there (2 of 2 entries differ)"),
        ({"loss": [None, 2.0]}, {"loss": [None, 3.0]}, "loss: [1]: 3; expected 2"),
        ([{"loss": 2.0}, None], [{"loss": 3.0}, None], "[0]loss: 3; expected 2"),
    ],
)
def test_each_kind_of_difference_is_told(expected, got, said):
    assert words.tell_difference(compare(expected, got)) == said


ERROR = {"type": "ValueError", "message": " bad \n", "line": 3, "file": "weights.py", "code": "x" * 130}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ERROR, f"raised ValueError: bad on line 3 of weights.py: {'x' * 119}…"),
        (ERROR | {"line": None}, "raised ValueError: bad"),
        (ERROR | {"message": ""}, f"raised ValueError on line 3 of weights.py: {'x' * 119}…"),
        ({"type": "AssertionError"}, "raised AssertionError (a failed assert)"),
        ({"type": "AssertionError", "message": "no"}, "raised AssertionError: no"),
        ({"type": "NotImplementedError"}, "reaches code that is not written yet (NotImplementedError)"),
        (
            {"type": "NotImplementedError", "message": "relu", "line": 2, "file": "a.py", "code": "relu(x)"},
            "reaches code that is not written yet (relu) on line 2 of a.py: relu(x)",
        ),
    ],
)
def test_an_error_is_told_with_its_line(error, said):
    assert words.tell_error(error) == said


ASKED = Case.of("refuses bad input", calls=[CALL], raises=ValueError, mentions=(3,))


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Problem(ProblemKind.RAISED, error=ERROR | {"line": None}), "raised ValueError: bad"),
        (Problem(ProblemKind.OTHER_ERROR, error={"type": "KeyError"}), "raised KeyError; expected a ValueError"),
        (
            Problem(ProblemKind.NOT_NAMED, 3),
            "raised a ValueError whose message does not contain 3, from the shape (3,) of `x`",
        ),
        (Problem(ProblemKind.NOT_NAMED, 2), "raised a ValueError whose message does not contain 2"),
        (Problem(ProblemKind.DIFFERS, difference=compare(11.9999999995, 11.0)), "gave 11; expected 11.9999999995"),
        (Problem(ProblemKind.DIFFERS, difference=compare(11.9999999995, 13.0)), "gave 13; expected 12"),
        (Problem(ProblemKind.DIFFERS, difference=compare(np.float32(2.5), 2.0)), "gave 2; expected 2.5"),
        (Problem(ProblemKind.ERROR_RETURNED), "returned a ValueError as its result; expected it to be raised"),
        (Problem(ProblemKind.NOT_REFUSED, 3.0), "returned the number 3; expected a ValueError"),
        (Problem(ProblemKind.UNUSABLE, rejected=Rejected("shape", (), "an empty array")), "gave an empty array"),
        (
            Problem(ProblemKind.PARTS, 3.0, parts=("logits", "activations")),
            "gave the number 3; expected 2 parts: logits, activations",
        ),
        (
            Problem(ProblemKind.DIFFERS, difference=compare(1.0, 2.0), part="grad"),
            "gave grad: 2; expected 1",
        ),
        (
            Problem(ProblemKind.DIFFERS, difference=Difference(Kind.VALUE, True, False, ("it must be new",))),
            "fails this test: it must be new",
        ),
        (
            Problem(ProblemKind.DIFFERS, difference=Difference(Kind.VALUE, False, True, ("it must be new",))),
            "gave it must be new: True; expected False",
        ),
        (
            Problem(ProblemKind.DIFFERS, difference=Difference(Kind.VALUE, True, False, (0,))),
            "gave [0]: False; expected True",
        ),
        (
            Problem(ProblemKind.CHANGED, changed=(0, "scale", 5)),
            "gave the right answer but changed its inputs x, scale and 5. Work on a copy",
        ),
        (Problem(ProblemKind.SCORED, "90% right"), "90% right"),
    ],
)
def test_each_problem_is_told(problem, said):
    assert words.tell_problem(problem, ASKED, ("x", "scale")) == said


def test_a_call_is_written_with_its_arguments():
    asked = Case.of("is right", calls=[Call((np.ones(9), 2.0, 3), {"rate": 0.5})])
    assert words.tell_call("f", ("x", "scale"), asked) == "f(x (9,), 2, 3, rate=0.5)"
    assert words.title(asked) == "is right"


def test_of_imports_that_a_class_does_not_have_three_are_named():
    imports = [(k, f"package{k}") for k in range(1, 5)]
    assert words.describe_lacking_imports(imports, "a.py") == (
        "a.py imports package1 (line 1), package2 (line 2), package3 (line 3), but students' code is graded with NumPy "
        "and Python's own modules only."
    )
