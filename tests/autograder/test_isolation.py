"""Does the sandbox keep, on this machine, what docs/security.md promises?"""

import pytest

from autograder import isolation
from autograder.selftest import self_test


@pytest.fixture(scope="module")
def promises():
    if reason := isolation.why_not():
        pytest.skip(f"no sandbox was tried: {reason}")
    return self_test()


def test_every_promise_holds(promises):
    assert len(promises) >= 10
    assert [row for row in promises if not row[1]] == []


def test_without_bubblewrap_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    clear = getattr(isolation.why_not, "cache_clear", lambda: None)
    clear()
    try:
        said = isolation.why_not()
    finally:
        clear()
    assert said
    assert "bubblewrap" in said
    assert "\n" not in said
