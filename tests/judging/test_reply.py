"""Is a job written with what it needs and no more, and is whatever comes back read within its bounds?"""

from __future__ import annotations

import pytest

from autograder.candidate import wire
from autograder.candidate.frames import Ending
from autograder.candidate.given import MAX_AXES, MAX_SHAPES
from autograder.candidate.limits import MEMORY
from autograder.exercise import Call, Case
from autograder.exercises import EXERCISES
from autograder.judging import reply
from autograder.judging.errors import NO_FILES
from autograder.judging.judge import judge
from autograder.judging.key import Key
from autograder.judging.verdict import Reply, Status
from autograder.library import MAX_SOURCE

NEURON, DENSE = EXERCISES["neuron"], EXERCISES["dense"]
CASES = (Case.of("right", 1.0, 2.0), Case.of("right", calls=[Call((1.0,), {"rate": 0.5}), Call((2.0,))]))
KEY = Key("neuron", ("x", "rate"), CASES, (3.0, [1.0, 2.0]))
OTHER = Key("dense", ("x",), CASES[:1], (3.0,))
OUTCOME = {"value": 3.0, "changed": []}
OUTCOMES = [[OUTCOME], [OUTCOME, OUTCOME]]
RAISED = {"type": "KeyError", "kinds": ["KeyError", "LookupError"], "line": 3, "message": "'a'", "own": True}
FILE = "own/biases.py"


def read(data, ending=Ending.ANSWERED, limit=2.5):
    return reply.read_reply(ending, wire.encode(data), limit, NEURON, KEY, "own")


def answered(first):
    """Return a whole answer whose first outcome is given."""
    return {"cases": [[first], [OUTCOME, OUTCOME]], "printed": ""}


def test_a_module_that_is_missing_or_too_large_is_refused_before_anything_runs():
    assert reply.refuse_sources(NEURON, {"biases": b"#" * MAX_SOURCE}, "own") is None
    missing = reply.refuse_sources(NEURON, {"weights": b""}, "own")
    assert missing.status is Status.MISSING and missing.words.startswith(f"{FILE} is missing. ")
    large = reply.refuse_sources(NEURON, {"biases": b"#" * (MAX_SOURCE + 1)}, "own")
    assert (large.status, large.words) == (
        Status.ERROR,
        f"{FILE} is larger than {MAX_SOURCE // 1024} KiB, so it was not read. Keep only your functions in it.",
    )


def test_a_job_holds_the_calls_the_sources_that_are_not_too_large_and_the_functions_that_are_lent():
    sources = {"biases": b"own", "weights": b"#" * MAX_SOURCE, "extra": b"#" * (MAX_SOURCE + 1)}
    job = wire.decode(reply.make_job(NEURON, KEY, sources, "own"))
    assert job == {
        "exercise": "neuron",
        "module": "biases",
        "sources": {"biases": b"own", "weights": b"#" * MAX_SOURCE},
        "compiled": {},
        "folder": "own",
        "reference_code": b"",
        "reference_names": {},
        "cases": [[((1.0, 2.0), {})], [((1.0,), {"rate": 0.5}), ((2.0,), {})]],
    }
    lent = wire.decode(reply.make_job(NEURON, KEY, sources, "own", ("weighted_sum",)))
    assert lent["reference_code"] and "weighted_sum" in str(lent["reference_names"])
    known = wire.decode(reply.make_job(NEURON, KEY, sources, "own", (), {"biases": b"code"}))
    assert known == job | {"compiled": {"biases": b"code"}}


def test_random_generators_are_numbered_by_their_order_within_a_case():
    """What distinguishes generators of the same seed would tell the student's code which exercise it is."""
    again, other = wire.Rng(5, 9), wire.Rng(5, 7)
    case = Case.of("right", [again, (other,)], {"again": again}, rng=wire.Rng(6, 7))
    job = wire.decode(reply.make_job(NEURON, Key("neuron", (), (case,), (None,)), {}, "own"))
    first, second, third = wire.Rng(5, 0), wire.Rng(5, 1), wire.Rng(6, 2)
    assert job["cases"] == [[(([first, (second,)], {"again": first}), {"rng": third})]]


def test_a_joint_job_holds_all_exercises_and_no_function_of_the_reference():
    keys, sources = {"neuron": KEY, "dense": OTHER}, {"biases": b"#" * MAX_SOURCE, "extra": b"#" * (MAX_SOURCE + 1)}
    job = wire.decode(reply.make_joint_job([NEURON, DENSE], keys, "biases", sources, "own"))
    assert job["together"] == {
        "neuron": [[((1.0, 2.0), {})], [((1.0,), {"rate": 0.5}), ((2.0,), {})]],
        "dense": [[((1.0, 2.0), {})]],
    }
    assert (job["module"], job["folder"], list(job["sources"])) == ("biases", "own", ["biases"])
    assert (job["compiled"], job["reference_code"], job["reference_names"]) == ({}, b"", {})


def read_joint(ending, answer):
    sources, keys = {"biases": b"own", "weights": b"own"}, {"neuron": KEY, "dense": OTHER}
    data = answer if isinstance(answer, bytes) else wire.encode(answer)
    return reply.read_joint_reply(ending, data, [NEURON, DENSE], keys, sources, "own")


def test_a_joint_reply_is_read_as_far_as_it_can_be_read():
    other = {"cases": [[OUTCOME]]}
    whole = {"together": {"neuron": {"cases": OUTCOMES, "printed": "x"}, "dense": other}, "compiled": {}}
    found, compiled = read_joint(Ending.ANSWERED, whole)
    assert list(found) == ["neuron", "dense"] and found["neuron"].printed == "" and compiled == {}
    assert len(found["neuron"].cases) == 2 and found["dense"].cases[0][0]["value"] == 3.0
    torn = {"together": {"neuron": {"cases": OUTCOMES}, "dense": {"cases": []}}}
    assert list(read_joint(Ending.ANSWERED, torn)[0]) == ["neuron"]
    absent = {"together": {"neuron": {"absent": True}, "dense": other}}
    assert FILE in read_joint(Ending.ANSWERED, absent)[0]["neuron"].words
    assert read_joint(Ending.TIMEOUT, whole) == ({}, {})
    assert read_joint(Ending.ANSWERED, b"no data") == ({}, {})


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"biases": b"code", "weights": b"more"}, {"biases": b"code", "weights": b"more"}),
        ({"biases": b"code", "none_of_theirs": b"x"}, {"biases": b"code"}),
        ({"biases": b"#" * (reply.MAX_COMPILED - 2), "weights": b"##"}, ["biases", "weights"]),
        ({"biases": b"#" * (reply.MAX_COMPILED - 1), "weights": b"##"}, {}),
        ({"biases": "text", "weights": b"code"}, {}),
        ({"biases": 5}, {}),
        (b"code", {}),
    ],
)
def test_compiled_modules_are_kept_if_they_are_bytes_and_not_too_many(sent, kept):
    """A student's code may have sent anything in their place."""
    fine = {"neuron": {"cases": OUTCOMES}, "dense": {"cases": [[OUTCOME]]}}
    found, compiled = read_joint(Ending.ANSWERED, {"together": fine, "compiled": sent})
    assert list(found) == ["neuron", "dense"] and (list(compiled) if isinstance(kept, list) else compiled) == kept


@pytest.mark.parametrize("ending", [one for one in Ending if one is not Ending.ANSWERED])
def test_each_other_ending_has_its_status_and_sentence(ending):
    found = read(OUTCOMES, ending)
    status = {Ending.TIMEOUT: Status.TIMEOUT, Ending.NOT_TRIED: Status.TIMEOUT}
    malformed = {Ending.TOO_MUCH, Ending.SEVERAL, Ending.UNREADABLE}
    assert found.status is status.get(ending, Status.MALFORMED if ending in malformed else Status.CRASHED)
    assert "neuron" in found.words and "{" not in found.words and found.cases is None
    assert ("2.5 seconds" in found.words) == (ending is Ending.TIMEOUT) or ending is Ending.NOT_TRIED
    assert (FILE in found.words) == (ending is Ending.UNREADABLE)
    assert (f"{MEMORY // 1024**2} MiB" in found.words) == (ending is Ending.MEMORY)


def test_what_is_no_data_is_malformed():
    assert reply.read_reply(Ending.ANSWERED, b"\xff", 1.0, NEURON, KEY, "own").status is Status.MALFORMED
    for data in (3, {}, {"cases": OUTCOMES}, {"cases": OUTCOMES, "printed": b"x"}, {"cases": 3, "printed": ""}):
        found = read(data)
        assert found.status is Status.MALFORMED and found.words.startswith(
            "neuron sent back something that is not data ("
        )


def test_an_answer_is_read_with_what_was_printed():
    found = read({"cases": OUTCOMES, "printed": "a\x1bb" + "x" * reply.MAX_PRINTED})
    assert found.status is None and found.printed == "a\N{REPLACEMENT CHARACTER}b" + "x" * (reply.MAX_PRINTED - 3)
    whole = {"value": 3.0, "changed": [], "iterator": False, "part": None}
    assert found.cases == [[whole], [whole, whole]]


def test_a_function_that_is_not_there_is_told():
    found = read({"absent": True})
    assert found.status is Status.NOT_STARTED
    assert found.words == (
        f'{FILE} has no function called neuron. Was it renamed or deleted? `labkit.reset("neuron")` restores the stub.'
    )


@pytest.mark.parametrize("cases", [OUTCOMES[:1], [*OUTCOMES, [OUTCOME]], [[OUTCOME, OUTCOME], [OUTCOME]], [[], []]])
def test_another_number_of_answers_is_malformed(cases):
    assert read({"cases": cases, "printed": ""}).status is Status.MALFORMED


@pytest.mark.parametrize(
    ("outcome", "whole"),
    [
        (OUTCOME, True),
        ({"raised": RAISED, "changed": [0, 1]}, True),
        ({"value": 3.0, "raised": RAISED, "changed": []}, False),
        ({"changed": []}, False),
        ({"value": 3.0}, False),
        ({"value": 3.0, "changed": [1]}, True),
        ({"value": 3.0, "changed": [1, 0]}, False),
        ({"value": 3.0, "changed": [2]}, False),
        ({"value": 3.0, "changed": [], "asked": (2, ((3,), ()))}, True),
        ({"value": 3.0, "changed": [], "asked": (True, ())}, False),
        ({"value": 3.0, "changed": [], "asked": (2.0, ())}, False),
        ({"value": 3.0, "changed": [], "asked": (2, [])}, False),
        ({"value": 3.0, "changed": [], "asked": (2, ((1,),) * MAX_SHAPES)}, True),
        ({"value": 3.0, "changed": [], "asked": (2, ((1,),) * (MAX_SHAPES + 1))}, False),
        ({"value": 3.0, "changed": [], "asked": (2, ((1,) * MAX_AXES,))}, True),
        ({"value": 3.0, "changed": [], "asked": (2, ((1,) * (MAX_AXES + 1),))}, False),
        ({"value": 3.0, "changed": [], "asked": (2, ([1],))}, False),
        ({"value": 3.0, "changed": [], "asked": (2, ((3,), [1]))}, False),
        ({"value": 3.0, "changed": [], "asked": (2, ((1.0,),))}, False),
        ({"value": 3.0, "changed": [], "asked": (2, ((1, 1.0),))}, False),
        ({"raised": RAISED | {"kinds": ("KeyError",)}, "changed": []}, False),
        ({"raised": RAISED | {"kinds": None}, "changed": []}, False),
        ({"raised": RAISED | {"line": "3"}, "changed": []}, False),
        ({"raised": RAISED | {"line": None}, "changed": []}, True),
        ({"raised": RAISED | {"message": 3}, "changed": []}, False),
        ({"raised": RAISED | {"message": ["m"]}, "changed": []}, False),
        ({"raised": RAISED | {"kinds": [3]}, "changed": []}, False),
    ],
    ids=repr,
)
def test_an_outcome_has_one_form(outcome, whole):
    found = read(answered(outcome))
    assert (found.status is None) == whole
    assert not whole or found.cases[0][0]["changed"] == outcome["changed"]


def test_keywords_can_be_said_to_have_changed_too():
    changed = {"value": 1.0, "changed": [0, "rate"]}
    found = read({"cases": [[OUTCOME], [changed, OUTCOME]], "printed": ""})
    assert found.cases[1][0]["changed"] == [0, "rate"]
    assert read({"cases": [[OUTCOME], [OUTCOME, changed]], "printed": ""}).status is Status.MALFORMED


@pytest.mark.parametrize(
    ("part", "known"),
    [(None, None), (0, 0), (2, 2), (-1, None), (True, None), ("0", None), (wire.MAX_ANSWER_VALUES, None)],
)
def test_which_part_is_an_iterator_is_a_number_within_bounds_or_nothing(part, known):
    seen = read(answered(OUTCOME | {"iterator": True, "part": part})).cases[0][0]
    assert (seen["iterator"], seen["part"]) == (True, known) and type(seen["part"]) is type(known)
    assert read(answered(OUTCOME | {"iterator": 1})).cases[0][0]["iterator"] is False


def test_a_value_that_is_too_long_is_not_kept():
    seen = read(answered(OUTCOME | {"value": "x" * (wire.MAX_ANSWER_TEXT + 1)})).cases[0][0]
    assert isinstance(seen["value"], wire.Opaque) and "too long" in seen["value"].type_name


def test_what_is_recorded_of_calls_is_kept():
    assert read(answered(OUTCOME | {"asked": (2, ((3,),))})).cases[0][0]["asked"] == (2, ((3,),))
    assert "asked" not in read(answered(OUTCOME | {"asked": ()})).cases[0][0]


def test_an_exception_is_read_within_bounds():
    raised = RAISED | {"message": "m" * 900, "kinds": ["k" * 200] * 30, "of_module": 1, "code": "a\x1b", "more": "x"}
    (seen,) = read(answered({"raised": raised, "changed": []})).cases[0]
    assert seen["raised"] == {
        **{"type": "KeyError", "message": "m" * reply.MAX_QUOTED, "file": "", "code": "a\N{REPLACEMENT CHARACTER}"},
        **{"function": "", "name": "", "of_module": False, "own": True, "line": 3, "kinds": ["k" * 100] * 20},
        **{"owner": "", "called_line": None, "called_code": ""},
    }


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            {"type": "SyntaxError", "kinds": ["SyntaxError"], "line": None, "message": "null bytes"},
            f"Python cannot read {FILE}: null bytes. Save it as plain text in UTF-8.",
        ),
        (
            {"type": "SyntaxError", "kinds": ["SyntaxError"], "line": 3, "message": "bad", "code": "x ="},
            f"Python cannot read line 3 of {FILE}: bad. The line is: x =",
        ),
        (
            {
                **{"type": "SyntaxError", "kinds": ["SyntaxError"], "line": 3, "code": "x = “a”"},
                "message": "invalid character '“' (U+201C)",
            },
            f"Python cannot read line 3 of {FILE}: invalid character '“' (U+201C). Delete the line and type it again "
            "on your keyboard, spaces included. The line is: x = “a”",
        ),
        (
            {
                **{"type": "SyntaxError", "kinds": ["SyntaxError"], "line": 3, "code": "return x + 1"},
                "message": "'return' outside function",
            },
            f"Python cannot read line 3 of {FILE}: 'return' outside function. Indent that line by four spaces, so that "
            "it is inside its function. The line is: return x + 1",
        ),
        (
            {"type": "SyntaxError", "kinds": ["SyntaxError"], "line": 3, "message": "bad", "file": "own/a.py"},
            "Python cannot read line 3 of own/a.py: bad.",
        ),
        (
            {"type": "UnicodeDecodeError", "kinds": ["UnicodeDecodeError"], "line": None, "message": "x"},
            f"Python cannot read {FILE}: some of its bytes are not valid UTF-8. Save it as plain text in UTF-8.",
        ),
        (
            {"type": "UnicodeDecodeError", "kinds": ["UnicodeDecodeError"], "line": 2, "message": "x", "code": "c"},
            f"{FILE} stops while it is being loaded, on line 2 of {FILE} (c): UnicodeDecodeError: x",
        ),
        ({"type": "KeyError", "kinds": [], "line": None, "message": " m "}, f"{FILE} cannot be run: KeyError: m."),
        ({"type": "KeyError", "kinds": [], "line": None}, f"{FILE} cannot be run: KeyError."),
        (
            {"type": "KeyError", "kinds": [], "line": 4, "code": "c"},
            f"{FILE} stops while it is being loaded, on line 4 of {FILE} (c): KeyError",
        ),
        (
            {"type": "FileNotFoundError", "kinds": ["FileNotFoundError"], "line": 4, "message": "no", "code": "c"},
            f"{FILE} stops while it is being loaded, on line 4 of {FILE} (c): FileNotFoundError: no. {NO_FILES}",
        ),
    ],
)
def test_a_module_that_cannot_be_loaded_is_told_with_its_place(error, words):
    found = read({"error": error})
    assert (found.status, found.words, found.cases) == (Status.ERROR, words, None)
    assert found.error["type"] == error["type"]


@pytest.mark.parametrize("cases", [[], [[OUTCOME]], [[OUTCOME], [OUTCOME], [OUTCOME]]])
def test_a_reply_with_another_number_of_cases_earns_nothing(cases):
    verdict = judge(NEURON, KEY, Reply(cases=cases), FILE)
    assert (verdict.status, verdict.score) == (Status.MALFORMED, 0)
