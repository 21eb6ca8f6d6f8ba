"""Does no damaged submission stop another or change it, and would the fuzz notice one that did?"""

from __future__ import annotations

import contextlib
import os

import pytest

from autograder.classroom import run as running
from autograder.classroom import sanitise
from autograder.sandbox import selftest
from tests.security import fuzz
from tests.security.fuzz import Fuzz, quick
from tests.security.harmless import Harmless

COUNT = int(os.environ.get("WEIGHTLAB_FUZZ_SUBMISSIONS", 300))
"""How many submissions are damaged; docs/security.md says how many have been in all."""


@pytest.fixture(scope="module", autouse=True)
def _quick():
    with contextlib.ExitStack() as patch:
        quick(patch)
        yield


def test_no_damaged_submission_stops_another(monkeypatch):
    monkeypatch.setattr(fuzz, "READ", 50)
    found = Fuzz(fuzz.SEED).run(COUNT, sandboxed=not selftest.why_not())
    assert found.problems == []
    assert found.submissions == COUNT and sum(found.statuses.values()) > COUNT / 2
    assert set(found.statuses) >= {"graded", "malformed", "not taken"}
    assert found.pages > 5


@pytest.mark.parametrize(
    ("where", "name", "words"),
    [
        (running, "read_submission", "is unjudged"),
        (running, "_changed_cells", "the run was stopped"),
        (sanitise, "_TAG", "the page"),
    ],
)
def test_what_goes_wrong_is_noticed(where, name, words, monkeypatch):
    """Break reading, writing and cleaning on purpose for a few submissions."""
    real, calls = getattr(where, name), []

    def break_some(*args):
        calls.append(args)
        if len(calls) % 7 == 0:
            raise RuntimeError("broken on purpose")
        return real(*args)

    class Lets:
        def sub(self, replacement, text):
            return text

    monkeypatch.setattr(where, name, Lets() if name == "_TAG" else break_some)
    monkeypatch.setattr(fuzz, "PAGE_OF", 1)  # few pages hold what the cleaning removes
    found = Fuzz(3).run(50, sandboxed=False)
    assert any(words in problem for problem in found.problems), found.problems[:3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<script>x</script>", "another script"),
        ("<p onclick=x>", "reacts to"),
        ('<a href="java\nscript:x">x</a>', "leads to"),
        ("<iframe>", "holds <iframe>"),
        ('<img src="http://evil.example/x.png">', "leads to"),
        ('<p id="usual">', "the id 'usual' 2 times"),
    ],
)
def test_what_runs_or_fetches_in_a_page_is_noticed(text, words):
    page = '<html><script>usual()</script><p id="usual">x</p>'
    usual = Harmless(page)
    assert usual.find(page) == []
    assert usual.find(page + '<a href="https://example.org">x</a><math><mi>x</mi></math>') == []
    assert any(words in found for found in usual.find(page + text))
