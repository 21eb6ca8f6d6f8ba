"""Does a job that is answered in this interpreter end in time, and find nothing of the notebook's own library?"""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from autograder.candidate import frames, in_place, main, wire
from autograder.candidate.frames import Ending
from autograder.candidate.in_place import Deadline, TimeIsUp, run_in_place
from tests.support.small import job_of


def test_a_job_finds_its_own_library_and_not_the_notebooks(monkeypatch):
    theirs = ModuleType("weightlab")
    theirs.weights = SimpleNamespace(x=7)
    monkeypatch.setitem(sys.modules, "weightlab", theirs)
    text = "from weightlab import weights\ndef answer():\n    return weights.x\n"
    job = wire.encode(job_of(text, others={"weights": "x = 5\n"}))
    ending, data = frames.unpack_ending(run_in_place(job, 20.0))
    assert ending is Ending.ANSWERED and wire.decode(data)["cases"][0][0]["value"] == 5
    assert sys.modules["weightlab"] is theirs and "weightlab.small" not in sys.modules


@pytest.mark.parametrize(("length", "ending"), [(150, Ending.ANSWERED), (151, Ending.TOO_MUCH)])
def test_an_answer_is_sent_back_up_to_what_a_job_may_send(length, ending, monkeypatch):
    monkeypatch.setattr(in_place, "MAX_ANSWER", 50)
    answer = frames.pack_ending(Ending.ANSWERED)
    monkeypatch.setattr(main, "run_job", lambda job: answer.ljust(length, b"x"))
    assert frames.unpack_ending(run_in_place(wire.encode(job_of("")), 20.0))[0] is ending


def test_time_is_up_once_more_than_the_limit_has_passed(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(in_place, "_now", lambda: now[0])
    with Deadline("library/", 2.0) as deadline:
        now[0] = 102.0
        deadline._raise_if_late()
        assert not deadline.passed
        now[0] = 102.01
        with pytest.raises(TimeIsUp):
            deadline._raise_if_late()
    assert deadline.passed


def frame_in(file):
    return SimpleNamespace(f_code=SimpleNamespace(co_filename=file), f_trace=None, f_trace_opcodes=False)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer Pythons monitor what runs, and trace nothing")
def test_only_the_learners_files_are_traced_and_nothing_is_afterwards(monkeypatch):
    before = sys.gettrace(), sys.getprofile()
    with Deadline("library/", 60.0) as deadline:
        assert (sys.gettrace(), sys.getprofile()) == (deadline._trace, deadline._trace_again)
    assert (sys.gettrace(), sys.getprofile()) == (None, None)
    sys.settrace(before[0])
    sys.setprofile(before[1])
    own, other = frame_in("library/small.py"), frame_in("numpy/linalg.py")
    assert deadline._trace(own, "call", None) == deadline._trace and own.f_trace_opcodes
    assert deadline._trace(other, "call", None) is None and not other.f_trace_opcodes
    traced = []
    monkeypatch.setattr(in_place.sys, "settrace", traced.append)
    for file, event, again in (("library/a.py", "call", 1), ("numpy/a.py", "call", 0), ("library/a.py", "return", 0)):
        frame = frame_in(file)
        traced.clear()
        deadline._trace_again(frame, event, None)
        assert traced == [deadline._trace] * again
        assert (frame.f_trace, frame.f_trace_opcodes) == ((deadline._trace, True) if again else (None, False))


@pytest.mark.parametrize("branches", [("BRANCH",), ("BRANCH_LEFT", "BRANCH_RIGHT")])
def test_where_what_runs_is_monitored_only_the_learners_files_stay_so(branches, monkeypatch):
    """Newer Pythons monitor; what they are told is the same here."""
    names = ("PY_START", "PY_RESUME", "JUMP", *branches)
    events = SimpleNamespace(**{name: 2**k for k, name in enumerate(names)})
    monkeypatch.setattr(sys, "monitoring", SimpleNamespace(DISABLE="disable", events=events), raising=False)
    assert Deadline._events() == [2**k for k in range(len(names))]
    deadline = Deadline("library/", 60.0)
    own, other = (SimpleNamespace(co_filename=file) for file in ("library/small.py", "numpy/linalg.py"))
    assert deadline._meet(other, 0) == "disable", "late or not"
    with pytest.raises(TimeIsUp):
        deadline._meet(own, 0)
    monkeypatch.setattr(in_place, "_now", lambda: 0.0)
    assert deadline._meet(own, 0) is None
