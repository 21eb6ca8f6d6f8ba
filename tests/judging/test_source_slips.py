"""Is a learner told what the source itself shows, where the results alone would puzzle, and nothing else?"""

from __future__ import annotations

import pytest

from autograder.judging.source_slips import SourceSlipKind, find_source_slip


def slip_in(body: str, before: str = ""):
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return find_source_slip(f"{before}def f(n, rng=None):\n{lines}".encode(), "f")


def test_each_definition_is_counted_by_its_line():
    found = slip_in("return 1", "def f(n):\n    return 2\n\n\ndef g():\n    pass\n")
    assert (found.kind, found.lines) == (SourceSlipKind.TWICE, (1, 7))


def test_a_definition_inside_counts_only_if_nothing_uses_it():
    found = slip_in("def f(n):\n    return n")
    assert (found.kind, found.lines) == (SourceSlipKind.INSIDE, (1, 2))
    assert slip_in("def f(n):\n    return n\nreturn f(n)") is None
    assert slip_in("def other(n):\n    return n") is None


@pytest.mark.parametrize(
    "body",
    [
        "return np.empty(n)",
        "return np.ndarray((n,))",
        "return np.empty(n) + 1.0",
        "out = np.empty(n)\nreturn out",
        "out = np.empty_like(n)\nout += 1\nreturn out",
        "out = np.empty((n, 2))\nfor i in range(n):\n    out[i] += 1.0\nreturn out",
    ],
)
def test_entries_that_nothing_sets_are_found(body):
    found = slip_in(body)
    assert found.kind is SourceSlipKind.UNSET and found.call.startswith("np.")


@pytest.mark.parametrize(
    "body",
    [
        "out = np.empty(n)\nout[:] = 0\nreturn out",
        "out = np.empty(n)\nfor i in range(n):\n    out[i] = i\nreturn out",
        "out = np.empty(n)\nout.fill(0)\nreturn out",
        "out = np.empty(n)\nnp.copyto(out, 0)\nreturn out",
        "out = np.empty(n)\nview = out.T\nview[:] = 0\nreturn out",
        "out = np.empty((n, 2))\nfor row in out:\n    row[:] = 0\nreturn out",
        "out = np.empty(n)\nout = out * 0\nreturn out",
        "return np.empty((0, n))",
        "return np.zeros(n)",
        "return empty(n)",
    ],
)
def test_entries_that_something_may_set_are_not(body):
    assert slip_in(body) is None


def test_a_shape_in_the_place_of_the_deviation_is_found():
    found = slip_in("return rng.normal(0.1, (n, 2))")
    assert (found.kind, found.lines, found.call) == (SourceSlipKind.NO_MEAN, (2,), "rng.normal")
    for fine in (
        "rng.normal(0, 0.1, (n, 2))",
        "rng.normal(0.1, n)",
        "rng.uniform(0, (n, 2))",
        "rng.normal(0, size=(n,))",
    ):
        assert slip_in(f"return {fine}") is None


def test_what_cannot_be_read_shows_nothing():
    for source in (b"def f(:", b"\x00", b"f = 3", b"class f:\n    pass\n"):
        assert find_source_slip(source, "f") is None
