"""Does one mistake cost one exercise, however the student's modules use each other's functions?"""

from __future__ import annotations

import ast
import collections
import itertools
import marshal
import re
from dataclasses import replace
from functools import cache

import pytest

from autograder import examine as examining
from autograder.examine import SELF_CHECK, class_mode, examine, examine_chapter, find_passing, in_order, prerequisites
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import reference
from autograder.judging.key import make_key
from autograder.library import read_library
from autograder.paths import SOLUTIONS
from autograder.sandbox.process import CandidateError, Runner
from tests.support.classroom import can_be_written, library_with

REFERENCE = {name: text.decode() for name, text in read_library(SOLUTIONS / "weightlab").items()}
SEED = 3


class Keys(dict):
    """Makes each key when it is first requested."""

    def __contains__(self, name):
        return True

    def __missing__(self, name):
        self[name] = make_key(EXERCISES[name], SEED)
        return self[name]


KEYS = Keys()
GRADING = class_mode(KEYS)


@pytest.fixture(scope="module")
def runner():
    with Runner() as started:
        yield started


def look_at(name, sources, runner, mode=GRADING):
    encoded = {module: text.encode() for module, text in sources.items()}
    return examine(EXERCISES[name], encoded, "weightlab", runner, mode)


def test_all_exercises_that_pass_are_found_by_one_process(runner):
    """Are a wrong exercise, one that raises an error and a missing one distinguished from the others?"""
    chapter, text = CHAPTERS["01_weights"], REFERENCE["weights"]
    names = set(chapter.exercises)

    def passing(changed):
        return find_passing(chapter, {"weights": changed.encode()}, "weightlab", runner, 5.0)[0]

    assert passing(text) == names
    worse = "\ndef apply_weight(signal, weight):\n    return 0.0\n\ndef weighted_sum(*args):\n    raise ValueError\n"
    assert passing(text + worse + "del count_weights\n") == names - {"apply_weight", "weighted_sum", "count_weights"}
    for broken in ("def", "import os\nos._exit(0)", "while True: pass"):
        assert passing(text + broken) == set()
    assert find_passing(chapter, {}, "weightlab", runner, 5.0) == (set(), {})
    assert find_passing(CHAPTERS["10_capstone"], {"capstone": b""}, "weightlab", runner, 5.0) == (set(), {})


def test_what_one_job_has_compiled_runs_in_the_next(runner):
    """The code of another text tells whether the text is compiled again; code that cannot be read is."""
    chapter, exercise = CHAPTERS["01_weights"], EXERCISES["apply_weight"]
    right = {"weights": REFERENCE["weights"].encode()}
    wrong = {"weights": right["weights"] + b"\ndef apply_weight(signal, weight):\n    return 0.0\n"}

    def score(compiled):
        return examine(exercise, wrong, "weightlab", runner, GRADING, compiled).score

    _, compiled = find_passing(chapter, right, "weightlab", runner, 5.0)
    assert list(compiled) == ["weights"] and score(compiled) == exercise.points
    assert score(None) == score({"weights": b"no code"}) == score({"weights": marshal.dumps("text")}) < exercise.points


QUICK = [name for name, exercise in EXERCISES.items() if exercise.scored is None]
"""All but the capstone, which trains networks for seconds: it is tried only once, with all that it uses broken."""
CAPSTONES = [name for name in EXERCISES if name not in QUICK]


@cache
def users(name):
    """Return the exercises whose answers use the function ``name``, directly or not."""
    return [other for other in QUICK if other != name and name in reference.closure([other])]


USED = [name for name in QUICK if users(name)]

# Ways to use another exercise's function: a statement after its import or definition, and the form of a call.
USES = {
    "by its name": ("", "{name}"),
    "by an alias": ("my_{name} = {name}", "my_{name}"),
    "from a table": ("_{name} = {{'{name}': {name}}}", "_{name}['{name}']"),
    "as a partial": ("import functools\n_{name} = functools.partial({name})", "_{name}"),
    "in a closure": ("_{name} = (lambda f: lambda *a, **k: f(*a, **k))({name})", "_{name}"),
    "as a default": ("def _{name}(*a, f={name}, **k): return f(*a, **k)", "_{name}"),
    "as a method": ("class _{name}:\n    call = staticmethod({name})", "_{name}.call"),
    "through its module": ("from . import {module} as _{module}", "_{module}.{name}"),
    "by the package": ("import weightlab.{module}", "weightlab.{module}.{name}"),
    "imported when called": ("", "__import__('weightlab.{module}', fromlist=['x']).{name}"),
}

# Ways to define a function; NEW stands for the definition under another name.
DEFINITIONS = {
    "plainly": "{definition}",
    "twice": "def {name}(): pass\n{definition}",
    "under a condition": "if True:\n{indented}",
    "in a try block": "try:\n{indented}\nexcept ImportError:\n    pass",
    "by assignment": "{renamed}\n{name} = _new_{name}",
    "with an annotation": "{renamed}\n{name}: object = _new_{name}",
    "with others": "{renamed}\n{name}, _other = _new_{name}, 1",
    "with a decorator": "@(lambda f: lambda *a, **k: f(*a, **k))\n{definition}",
    "as a class's call": "class _New:\n    def __call__(self, *a, **k): return None\n{name} = _New()",
    "in a loop": "{renamed}\nfor {name} in [_new_{name}]: pass",
    "in another file": "from .helper import {name}",
    "in another file, with all else": "from .helper import *",
}


class _Uses(ast.NodeTransformer):
    """Writes every use of another exercise's function in the same way."""

    def __init__(self, form):
        self.form = form

    def visit_FunctionDef(self, node):
        node.body = [self.visit(part) for part in node.body]
        return node

    def visit_Name(self, node):
        if node.id in EXERCISES and isinstance(node.ctx, ast.Load):
            written = self.form.format(name=node.id, module=EXERCISES[node.id].module)
            return ast.parse(written, mode="eval").body
        return node


@cache
def rewritten(use):
    """Return the reference library with all uses of exercises' functions written in the same way."""
    statement, form = USES[use]
    library = {}
    for module, text in REFERENCE.items():
        body = []
        for node in ast.parse(text).body:
            body.append(_Uses(form).visit(node) if isinstance(node, ast.FunctionDef) else node)
            bound = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            bound += [node.name] if isinstance(node, ast.FunctionDef) else []
            for name in bound:
                if name in EXERCISES:
                    line = statement.format(name=name, module=EXERCISES[name].module)
                    body += ast.parse(line).body
        library[module] = ast.unparse(ast.Module(body, []))
    return library


def broken(library, name, definition="plainly", body="return None"):
    """Return the library with one exercise's function replaced by a wrong definition."""
    module = EXERCISES[name].module
    text = f"def {name}(*args, **kwargs):\n    {body}"
    renamed, indented = text.replace(name, f"_new_{name}"), "    " + text.replace("\n", "\n    ")
    form = DEFINITIONS[definition].format(name=name, definition=text, renamed=renamed, indented=indented)
    parts = []
    for node in ast.parse(library[module]).body:
        mine = isinstance(node, ast.FunctionDef) and node.name == name
        parts.append(form if mine else ast.unparse(node))
    return library | {module: "\n".join(parts), "helper": text}


@pytest.mark.parametrize("use", USES)
def test_every_way_of_use_is_a_right_answer(use, runner):
    library = rewritten(use)
    for name in QUICK:
        verdict = look_at(name, library, runner)
        assert verdict.score == verdict.points, f"{name}: {verdict.message}"


@pytest.mark.parametrize("name", QUICK)
def test_a_broken_exercise_costs_its_own_points_and_no_others(name, runner):
    library = broken(REFERENCE, name)
    assert look_at(name, library, runner).score == 0
    beside = [other for other in CHAPTERS[EXERCISES[name].chapter].exercises if other != name]
    for other in dict.fromkeys([*beside, *users(name)]):
        verdict = look_at(other, library, runner)
        assert verdict.score == verdict.points, f"{other}: {verdict.message}"


@pytest.mark.parametrize("name", CAPSTONES)
@pytest.mark.slow
def test_whatever_the_capstone_uses_may_be_broken(name, runner):
    library = REFERENCE
    for below in prerequisites(EXERCISES[name]):
        library = broken(library, below)
    verdict = look_at(name, library, runner)
    assert verdict.score == verdict.points, verdict.message


BODIES = ["return None", "raise ValueError('no')", "import sys; sys.exit()", "return args[0]"]
PAIRS = list(itertools.product(USES, DEFINITIONS))
"""Every way of use with every way of definition; functions and their faults take turns."""


@pytest.mark.parametrize(("number", "use", "definition"), [(n, *pair) for n, pair in enumerate(PAIRS)])
def test_however_the_broken_function_is_used_defined_and_fails(number, use, definition, runner):
    name = USED[number % len(USED)]
    library = broken(rewritten(use), name, definition, BODIES[number % len(BODIES)])
    assert look_at(name, library, runner).score < EXERCISES[name].points
    for other in users(name)[number % 2 :: 2][:4]:
        verdict = look_at(other, library, runner)
        assert verdict.score == verdict.points, f"{other}: {verdict.message}"


def test_every_function_that_is_used_takes_its_turns():
    turns = collections.Counter((USED[n % len(USED)], BODIES[n % len(BODIES)]) for n in range(len(PAIRS)))
    assert {name for name, _ in turns} == set(USED)
    assert min(collections.Counter(name for name, _ in turns.elements()).values()) >= 4


@pytest.mark.parametrize("name", USED)
def test_a_missing_function_costs_nobody_else(name, runner):
    library = broken(REFERENCE, name, body="raise NotImplementedError('later')")
    for other in users(name):
        assert look_at(other, library, runner).score == EXERCISES[other].points


def test_a_module_that_cannot_be_run_costs_its_own_exercises(runner):
    library = REFERENCE | {"weights": REFERENCE["weights"] + "\nthis is no Python\n"}
    assert look_at("weighted_sums", library, runner).status == "error"
    assert look_at("dense", library, runner).score == EXERCISES["dense"].points


def test_the_students_own_prerequisites_count_where_they_fit_better(runner):
    """A student's functions may agree among themselves on something that the reference does not know."""
    weights = REFERENCE["weights"] + "\ndef weighted_sums(a, b, bias=0):\n    return a @ b + bias\n"
    biases = "from .weights import weighted_sums\ndef dense(x, w, bias):\n    return weighted_sums(x, w, bias=bias)\n"
    verdict = look_at("dense", REFERENCE | {"weights": weights, "biases": biases}, runner)
    assert verdict.score == verdict.points


def test_a_self_check_names_the_first_prerequisite_that_fails(runner):
    library = broken(REFERENCE, "weighted_sums")
    verdict = look_at("forward", library, runner, SELF_CHECK)
    assert verdict.score < verdict.points
    assert verdict.message.startswith("forward builds on weighted_sums, which does not pass its own check yet")


def test_a_self_check_names_no_prerequisite_that_is_not_used(runner):
    library = broken(REFERENCE, "weighted_sums")
    for other in (
        "",
        "from .weights import weighted_sums\ndef layer(x, weights):\n    return weighted_sums(x, weights)\n",
    ):
        library["biases"] = other + "def dense(x, weights, bias):\n    return x @ weights - bias\n"
        verdict = look_at("dense", library, runner, SELF_CHECK)
        assert verdict.status == "failed" and "weighted_sums" not in verdict.message


@pytest.mark.parametrize(
    "biases",
    [
        "from .weights import weighted_sums as sums\n"
        "def dense(x, weights, bias):\n    return sums(x, weights) + bias\n",
        "from . import weights as first\n"
        "def dense(x, weights, bias):\n    return first.weighted_sums(x, weights) + bias\n",
        "from .weights import weighted_sums\n"
        "def products(x, weights):\n    return weighted_sums(x, weights)\n"
        "def dense(x, weights, bias):\n    return products(x, weights) + bias\n",
        "from .weights import weighted_sums\n"
        "if True:\n    def dense(x, weights, bias):\n        return weighted_sums(x, weights) + bias\n",
    ],
    ids=["another name", "an attribute", "a helper", "a nested definition"],
)
def test_a_self_check_names_a_prerequisite_however_it_is_used(biases, runner):
    library = broken(REFERENCE, "weighted_sums") | {"biases": biases}
    verdict = look_at("dense", library, runner, SELF_CHECK)
    assert verdict.message.startswith("dense builds on weighted_sums")


@pytest.mark.parametrize("name", EXERCISES)
def test_nobody_is_handed_their_own_answer(name):
    """Does the job contain neither the exercise's own reference nor any function that uses it?"""
    source, _ = reference.source_of(prerequisites(EXERCISES[name]))
    defined = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    assert defined.isdisjoint({name, *users(name)})


@pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=CHAPTERS)
def test_a_chapter_is_examined_in_order_of_need(chapter):
    order = [exercise.name for exercise in in_order(chapter.exercises.values())]
    assert sorted(order) == sorted(chapter.exercises)
    for name in order:
        needed = set(prerequisites(EXERCISES[name])) & set(order)
        assert needed <= set(order[: order.index(name)])


def test_a_chapter_gives_one_verdict_an_exercise(runner):
    encoded = {module: text.encode() for module, text in REFERENCE.items()}
    chapter = CHAPTERS["02_biases"]
    verdicts = examine_chapter(chapter, encoded, "weightlab", runner, GRADING)
    assert {verdict.exercise: verdict.score for verdict in verdicts} == {
        name: exercise.points for name, exercise in chapter.exercises.items()
    }


class Failing:
    grades_classes = True

    def run(self, *args, **kwargs):
        raise CandidateError("bwrap: no permission\nto do so")


@pytest.mark.parametrize("mode", [GRADING, SELF_CHECK])
def test_the_autograders_own_failure_is_not_a_zero(mode):
    verdict = look_at("dense", REFERENCE, Failing(), mode)
    assert (verdict.status, verdict.score) == ("unjudged", None)
    assert "no permission to do so" in verdict.message and "no points yet" in verdict.message
    assert not any(aspect["passed"] for aspect in verdict.as_json()["aspects"])


def test_an_exercise_among_its_own_prerequisites_is_an_authors_mistake(monkeypatch, runner):
    monkeypatch.setattr(examining.reference, "closure", lambda names: ["dense"])
    assert look_at("dense", REFERENCE, runner).status == "unjudged"


def test_a_class_without_a_secret_key_fails_and_is_never_judged_by_the_public_one(runner):
    encoded = {module: text.encode() for module, text in REFERENCE.items()}
    verdict = examine(EXERCISES["dense"], encoded, "weightlab", runner, class_mode({}))
    assert (verdict.status, verdict.score) == ("unjudged", None)
    assert "the secret key of dense is missing" in verdict.message


@pytest.mark.parametrize("mode", [SELF_CHECK, GRADING], ids=["self-check", "class"])
def test_an_import_that_is_absent_costs_only_what_needs_it(mode, runner):
    needs = "def apply_weight(x, weight):\n    return absent_package.multiply(x, weight)\n"
    imports = "import absent_package\nimport unused_package as u\nu.set_theme()\nclass Odd(u.Base):\n    pass\n"
    sources = REFERENCE | {"weights": f"{imports}{REFERENCE['weights']}\n{needs}"}
    verdicts = {name: look_at(name, sources, runner, mode) for name in CHAPTERS["01_weights"].exercises}
    assert {name for name, verdict in verdicts.items() if verdict.status != "passed"} == {"apply_weight"}
    assert verdicts["apply_weight"].status == "error"
    message = verdicts["apply_weight"].message
    named = "No module named 'absent_package' here (imported on line 1 of weightlab/weights.py)"
    if mode is not SELF_CHECK:  # a secret case's error is not quoted
        assert "raised ModuleNotFoundError" in message
        named = "weightlab/weights.py imports absent_package (line 1), unused_package (line 2)"
    assert named in message


def numbers_in(text):
    return set(re.findall(r"\d+\.\d{2,}", text))


@pytest.mark.parametrize("name", ["apply_weight", "dense", "softmax", "gradient_step"])
def test_a_class_reads_no_number_of_a_secret_case(name, runner):
    """Neither inputs nor expected values are shown: with them, whoever reads a classmate's page could answer."""
    own = {module: text.encode() for module, text in broken(REFERENCE, name, body="return 0.1234567").items()}
    verdict = examine(EXERCISES[name], own, "weightlab", runner, GRADING)
    assert verdict.status == "failed" and verdict.score < verdict.points
    said = str(verdict.as_json()) + verdict.evidence + verdict.advice
    assert f"{name}(" not in said and "expected" not in said and not numbers_in(said), said
    quoted = examine(EXERCISES[name], own, "weightlab", runner, replace(GRADING, quotes=True))
    assert f"{name}(" in quoted.message and "expected" in quoted.message


def test_a_self_check_that_passes_says_so_and_nothing_of_what_it_builds_on(runner):
    for name in ("neuron", "dense", "forward"):
        verdict = look_at(name, REFERENCE, runner, SELF_CHECK)
        assert (verdict.status, verdict.message) == ("passed", "Full marks: every test case passed.")
    one_wrong = REFERENCE | {"biases": REFERENCE["biases"] + "\ndef neuron(*_):\n    return 0.5\n"}
    verdict = look_at("neuron", one_wrong, runner, SELF_CHECK)
    assert verdict.status == "failed" and "builds on" not in verdict.message


def _that_call_the_reference():
    """Yield, for each exercise, one misconception that changes what the reference's own function returns."""
    for name, exercise in EXERCISES.items():
        for wrong in reference.misconceptions(exercise.module).get(name, []):
            function = wrong.function
            if can_be_written(function) and not exercise.scored and name in function.__code__.co_names:
                yield pytest.param(wrong, id=f"{name}-{wrong.name}")
                break


@pytest.mark.parametrize("wrong", list(_that_call_the_reference()))
def test_library_of_misconception_that_calls_the_reference_is_named(wrong, runner):
    library = library_with({wrong.exercise: wrong.function})
    verdict = examine(EXERCISES[wrong.exercise], library, "src/weightlab", runner, SELF_CHECK)
    assert verdict.misconception == wrong.name
