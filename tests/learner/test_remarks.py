"""Is the learner told what a verdict does not show: unreached code, a hiding copy, imports missing in grading?"""

from __future__ import annotations

import sys
import types
from functools import partial

import numpy as np
import pytest

import labkit
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import words
from autograder.judging.question import ANSWER_TYPE
from autograder.learner import check, notebook, remarks
from autograder.library import find_left_over_stub
from autograder.paths import SOLUTIONS

APPLY_WEIGHT = EXERCISES["apply_weight"]
STUB = 'def apply_weight(signal, weight):\n    raise NotImplementedError("apply_weight is not written yet")\n'


def test_code_below_a_left_over_raise_is_said_to_be_that(tmp_path):
    (tmp_path / "weights.py").write_text(f"{STUB}    return signal * weight\n")
    verdict = check.check_exercise(APPLY_WEIGHT, tmp_path)
    assert verdict.status == "not_started"
    assert "There is code below line 2, but line 2 raises NotImplementedError first" in verdict.message


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (STUB, ""),
        ("", ""),
        (f"def apply_weight(signal, weight):\n    return signal\n\n\n{STUB}", "It is also defined on line 1"),
        (STUB.replace("    raise", "    y = signal * weight\n    raise"), "There is code above line 3"),
        (STUB.replace("    raise", '    """Return it."""\n    raise'), ""),
        (STUB.replace("    raise", "    if weight:\n        raise") + "    return 0", "Line 3 still raises"),
        (STUB.replace("    raise", "    for _ in ():\n        raise ValueError\n    return 0\n    #"), ""),
        (
            "def apply_weight(signal, weight):\n    def check():\n        raise NotImplementedError\n"
            "    return signal * weight\n",
            "",
        ),
        (STUB.replace("    raise", "    for _ in (1,):\n        if weight:\n            raise"), "Line 4 still raises"),
        ("def broken(:", ""),
    ],
)
def test_a_bare_stub_needs_no_remark(source, said):
    found = find_left_over_stub(source.encode(), "apply_weight")
    assert bool(said) == bool(found)
    assert not found or said in words.describe_left_over(*found)


def function_of(module, filename="<cell>"):
    namespace = {"__name__": module}
    exec(compile("def apply_weight(signal, weight):\n    return signal", filename, "exec"), namespace)
    return namespace["apply_weight"]


def test_a_function_of_the_notebook_that_hides_the_librarys_is_named():
    said = remarks.describe_hiding_copy(APPLY_WEIGHT, {"apply_weight": function_of("__main__")})
    assert said.startswith("The notebook has its own apply_weight, which hides the one in src/weightlab/weights.py.")
    elsewhere = function_of("weightlab.weights", "/elsewhere/weightlab/weights.py")
    assert "comes from /elsewhere/weightlab/weights.py" in remarks.describe_hiding_copy(
        APPLY_WEIGHT, {"apply_weight": elsewhere}
    )


@pytest.mark.parametrize("other", [partial(lambda signal, weight: 0.0), np.multiply, np.dot])
def test_another_packages_function_of_that_name_hides_the_librarys_too(other):
    said = remarks.describe_hiding_copy(APPLY_WEIGHT, {"apply_weight": other})
    assert said.startswith("The notebook has its own apply_weight")


def test_the_librarys_own_function_hides_nothing():
    from weightlab.weights import apply_weight

    for namespace in ({}, {"apply_weight": apply_weight}, {"apply_weight": 3}):
        assert remarks.describe_hiding_copy(APPLY_WEIGHT, namespace) == ""


def test_imports_that_grading_lacks_are_named_with_their_lines():
    source = b"import math\nimport numpy as np\nimport seaborn\nfrom . import biases\ndef f():\n    import torch.nn\n"
    said = remarks.describe_foreign_imports(source, "src/weightlab/weights.py")
    assert said.startswith("src/weightlab/weights.py imports seaborn (line 3), torch (line 6).")
    for fine in (
        b"import numpy.linalg\nfrom weightlab.weights import apply_weight\n",
        b"def broken(:",
        b"\x00",
    ):
        assert remarks.describe_foreign_imports(fine, "weights.py") == ""


@pytest.mark.parametrize(
    ("package", "meant"),
    [("nupmy", "numpy"), ("numpi", "numpy"), ("np", "numpy"), ("maths", "math"), ("cupy", ""), ("torch", "")],
)
def test_a_misspelt_import_is_corrected_and_not_removed(package, meant):
    said = remarks.describe_foreign_imports(f"import {package}\n".encode(), "weights.py")
    assert said.startswith(f"weights.py imports {package} (line 1).")
    assert (f"Did you mean {meant}?" in said) is bool(meant) and ("Remove the import." in said) is not bool(meant)
    graded = words.describe_lacking_imports([(1, package)], "weights.py")
    assert graded.endswith(f"Did you mean {meant}?") if meant else "Did you mean" not in graded


def test_a_misspelt_import_and_a_foreign_one_are_both_named():
    said = remarks.describe_foreign_imports(b"import nupmy\nimport torch\n", "weights.py")
    assert "Did you mean numpy?" in said and "weights.py imports torch (line 2)." in said
    assert "nupmy, torch" not in said


def test_the_card_warns_of_the_modules_imports(state, monkeypatch, tmp_path):
    (tmp_path / "weights.py").write_text("import nupmy as np\n\n\ndef apply_weight(signal, weight):\n    return 1\n")
    monkeypatch.setattr(notebook, "LIBRARY", tmp_path)
    monkeypatch.setattr(notebook, "check_exercise", lambda exercise: check.check_exercise(exercise, tmp_path))
    assert "Did you mean numpy?" in notebook.check("apply_weight")._repr_html_()


def test_a_number_computed_from_a_wrong_one_names_that_one(state, monkeypatch):
    names = {"gpt2_parameters": 124e6, "gpt2_bytes_32_bit": 496e6}
    monkeypatch.setattr(remarks, "notebook_namespace", lambda: names)

    def said():
        return notebook.check("gpt2_bytes_32_bit", names["gpt2_bytes_32_bit"])._repr_html_()

    assert "It is computed from gpt2_parameters, which is not right yet" in said() and "It is close" not in said()
    names["gpt2_parameters"] = 124_439_808
    assert "It is close, but not exact" in said() and "computed from" not in said()
    del names["gpt2_parameters"]
    assert "It is close, but not exact" in said()
    names |= {"gpt2_parameters": 124e6, "gpt2_bytes_32_bit": 497_759_232}
    assert "is right" in said() and "computed from" not in said()


def test_the_reference_imports_nothing_that_grading_lacks():
    for path in (SOLUTIONS / "weightlab").glob("*.py"):
        found = remarks.describe_foreign_imports(path.read_bytes(), path.name)
        assert found == ""


def test_the_card_shows_the_remark_below_the_verdict(state, monkeypatch):
    shell = types.SimpleNamespace(user_ns={"apply_weight": function_of("__main__")})
    monkeypatch.setattr(remarks, "notebook_namespace", lambda: shell.user_ns)
    assert "The notebook has its own apply_weight" in labkit.check("apply_weight")._repr_html_()


@pytest.mark.parametrize(
    ("value", "recorded"), [(0.5, 0.5), ([2], 2), (None, None), ("0.5", None), (float("nan"), None)]
)
def test_the_card_of_a_question_records_the_number_that_it_judged(state, value, recorded):
    name = next(iter(CHAPTERS["01_weights"].questions))
    bundle = notebook.check(name, value)._repr_mimebundle_()
    assert bundle.get(ANSWER_TYPE) == {"name": name} | ({} if recorded is None else {"value": recorded})
    assert float(bundle["text/plain"]) in (0.0, 1.0, 2.0) and "<div" in bundle["text/html"]


def test_a_functions_card_records_no_number(state):
    assert ANSWER_TYPE not in notebook.check("apply_weight")._repr_mimebundle_()


@pytest.mark.parametrize(
    ("name", "seconds", "slow"),
    [("weighted_sums", 0.5, True), ("dense", 0.5, True), ("weighted_sums", 0.002, False), ("apply_weight", 0.5, False)],
)
def test_a_right_function_that_would_let_later_chapters_wait_is_told_so(monkeypatch, name, seconds, slow):
    function = {"weighted_sums": lambda x, w: x @ w, "dense": lambda x, w, b: x @ w + b}.get(name, max)
    exercise = next(chapter.exercises[name] for chapter in CHAPTERS.values() if name in chapter.exercises)
    monkeypatch.setitem(sys.modules, f"weightlab.{exercise.module}", types.SimpleNamespace(**{name: function}))
    taken = iter([seconds, *[0.0001] * 5])

    def measured(call):
        call()  # the arguments are those that the function takes
        return next(taken)

    monkeypatch.setattr(remarks, "_seconds", measured)
    assert ("about 5,000 times as long" in remarks.describe_slow_way(exercise)) == slow


def test_a_function_that_fails_or_is_not_loaded_is_not_called_slow(monkeypatch):
    exercise = CHAPTERS["01_weights"].exercises["weighted_sums"]
    monkeypatch.setitem(sys.modules, "weightlab.weights", types.SimpleNamespace(weighted_sums=lambda x, w: 1 / 0))
    assert remarks.describe_slow_way(exercise) == ""
    monkeypatch.delitem(sys.modules, "weightlab.weights")
    assert remarks.describe_slow_way(exercise) == ""


def test_a_check_that_could_not_be_kept_says_so_and_one_that_was_kept_does_not(state, monkeypatch):
    from autograder.learner import progress

    assert progress.NOT_KEPT not in notebook.check("apply_weight")._repr_html_()
    monkeypatch.setattr(progress.store, "save", lambda *_: False)
    assert progress.NOT_KEPT in notebook.check("apply_weight")._repr_html_()
