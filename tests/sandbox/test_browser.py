"""Does the worker of a browser's kernel return what its page sends, and does the other carrier run where it cannot?"""

from __future__ import annotations

import io
import sys
import zipfile
from types import ModuleType, SimpleNamespace

import pytest

from autograder.candidate import frames
from autograder.candidate.frames import Ending
from autograder.sandbox import nested_worker
from autograder.sandbox.browser import Browser
from autograder.sandbox.carrier import CandidateError, Outcome
from autograder.sandbox.in_place import InPlace
from autograder.sandbox.nested_worker import NestedWorker


@pytest.fixture
def page(monkeypatch):
    """A browser's page as far as Python sees it; the test decides what its worker answers."""
    seen = SimpleNamespace(made=None, asked=[], told=[], answer=SimpleNamespace(), can_wait=True)

    def ask(job, seconds, grace):
        seen.asked.append((job, seconds, grace))
        return seen.answer

    worker = SimpleNamespace(ask=ask, start=lambda: seen.told.append("start"), close=lambda: seen.told.append("close"))

    def run_js(script):
        assert "Worker" in script

        def make(index, lock, files):
            seen.made = (index, lock, files)
            return worker

        return make

    settings = SimpleNamespace(indexURL="https://page/pyodide/", lockFileURL="https://page/lock.json")
    modules = {
        "pyodide_js": {"_api": SimpleNamespace(config=settings)},
        "pyodide": {},
        "pyodide.code": {"run_js": run_js},
        "pyodide.ffi": {
            "to_js": lambda value: value,
            "run_sync": lambda value: value,
            "can_run_sync": lambda: seen.can_wait,
        },
    }
    for name, content in modules.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    return seen


def buffer(ending, data):
    return SimpleNamespace(to_bytes=lambda: frames.pack_ending(ending, data))


def test_a_worker_is_made_from_the_pages_own_pyodide_or_from_another(page):
    worker = NestedWorker()
    assert page.made == ("https://page/pyodide/", "https://page/lock.json", nested_worker.pack_candidate())
    NestedWorker("https://other/", "https://other/lock.json")
    assert page.made[:2] == ("https://other/", "https://other/lock.json")
    worker.start()
    worker.close()
    assert page.told == ["start", "close"] and not worker.grades_classes


def test_a_job_ends_as_the_worker_says(page):
    worker = NestedWorker()
    page.answer = SimpleNamespace(answer=buffer(Ending.ANSWERED, b"right"))
    assert worker.run(b"job", 2.5) == Outcome(Ending.ANSWERED, b"right", limit=2.5)
    assert page.asked == [(b"job", 2.5, 1.0)]
    page.answer = SimpleNamespace(late=True)
    assert worker.run(b"job", 2.5) == Outcome(Ending.TIMEOUT, limit=2.5)
    page.answer = SimpleNamespace()
    assert worker.run(b"job", 2.5) == Outcome(Ending.CRASHED, limit=2.5)
    page.answer = SimpleNamespace(unready="no network")
    with pytest.raises(CandidateError, match="no network"):
        worker.run(b"job", 2.5)


@pytest.fixture
def in_place(monkeypatch):
    ran = []

    def run_in_place(job, seconds):
        ran.append((job, seconds))
        return frames.pack_ending(Ending.ANSWERED, b"in place")

    monkeypatch.setattr("autograder.sandbox.in_place.run_in_place", run_in_place)
    return ran


def test_a_browser_uses_its_worker(page, in_place):
    carrier = Browser()
    page.answer = SimpleNamespace(answer=buffer(Ending.ANSWERED, b"by a worker"))
    assert carrier.run(b"job", 1.0) == Outcome(Ending.ANSWERED, b"by a worker", limit=1.0)
    carrier.close()
    assert page.told == ["start", "close"] and in_place == [] and not carrier.grades_classes


def test_where_python_cannot_wait_the_job_runs_in_place(page, in_place):
    page.can_wait = False
    carrier = Browser()
    assert carrier.run(b"job", 1.0) == Outcome(Ending.ANSWERED, b"in place", limit=1.0)
    assert in_place == [(b"job", 1.0)] and page.asked == []
    assert not InPlace().grades_classes


def test_a_worker_that_does_not_start_is_not_asked_again(page, in_place):
    carrier = Browser()
    page.answer = SimpleNamespace(unready="no network")
    assert [carrier.run(b"job", 1.0).data for _ in range(2)] == [b"in place"] * 2
    assert len(page.asked) == 1
    carrier.close()
    assert page.told == ["start"]


def test_the_worker_gets_a_candidate_and_no_answers():
    names = zipfile.ZipFile(io.BytesIO(nested_worker.pack_candidate())).namelist()
    assert {"candidate/in_place.py", "candidate/main.py", "lab/labkit/data.py"} <= set(names)
    assert not [name for name in names if "/lent/" in name or "keys" in name or "solutions" in name]
