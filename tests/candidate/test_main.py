"""Does everything that student code can do end in a status, one clear sentence, and no harm to what comes next?"""

from __future__ import annotations

import os
import select
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.candidate import call, frames, main
from autograder.candidate.frames import MAX_ANSWER, Ending
from autograder.examine import run_exercise
from autograder.library import MAX_SOURCE
from autograder.sandbox import isolation, selftest
from autograder.sandbox.process import Runner
from tests.support.small import returning, verdict_of

GOOD = returning("2.0")


@pytest.fixture(scope="module", params=["bubblewrap", "process"])
def runner(request):
    if request.param == "bubblewrap" and (reason := selftest.why_not()):
        pytest.skip(f"the sandbox was not tried: {reason}")
    with Runner(request.param, time_limit=2.0) as started:
        yield started


@pytest.fixture
def unharmed(runner):
    """Check after a test that the next exercise is judged as always."""
    yield
    assert verdict_of(runner, GOOD).status == "passed"


STATUSES = {
    "not started": ("def answer():\n    raise NotImplementedError('answer')", "not_started", "is not written yet"),
    "a bare stub": ("def answer():\n    raise NotImplementedError", "not_started", "is not written yet"),
    "a bare stub's instance": ("def answer():\n    raise NotImplementedError()", "not_started", "is not written yet"),
    "a stub below": (
        "def answer():\n    return other()\ndef other():\n    raise NotImplementedError",
        "error",
        "reaches code that is not written yet (NotImplementedError) on line 4 of library/small.py",
    ),
    "renamed": ("def anser():\n    return 2.0", "not_started", "has no function called answer"),
    "no function": ("answer = 2.0", "not_started", "has no function called answer"),
    "a syntax error": ("def answer(:\n    return 2.0", "error", "Python cannot read line 1 of library/small.py"),
    "bad indentation": ("def answer():\nreturn 2.0", "error", "line 2 of library/small.py"),
    "an error on loading": ("x = 1\ny = x / 0\n" + GOOD, "error", "line 2 of library/small.py (y = x / 0): Zero"),
    "a missing package": (
        "import tensorfloww as tf\ndef answer():\n    return tf.reduce_sum([2.0])",
        "error",
        "No module named 'tensorfloww' here (imported on line 1 of library/small.py)",
    ),
    "a missing part": (
        "import numpy.linalgg\n" + GOOD,
        "error",
        "ModuleNotFoundError: No module named 'numpy.linalgg'",
    ),
    "an exception": ("def answer():\n    x = []\n    return x[3]", "error", "list index out of range on line 3"),
    "an endless loop": ("def answer():\n    while True:\n        pass", "timeout", "did not finish within 2 seconds"),
    "sleeping": ("import time\ndef answer():\n    time.sleep(99)", "timeout", "did not finish within 2 seconds"),
    "a loop on loading": ("while True:\n    pass", "timeout", "did not finish"),
    "a loop in C": (returning("sum(iter(int, 1))"), "timeout", "did not finish"),
    "endless recursion": ("def answer():\n    return answer()", "error", "RecursionError"),
    "None": ("def answer():\n    2.0", "failed", "gave None (is there a return?)"),
    "a wrong type": (returning("'two'"), "failed", "gave the string 'two'; expected the number 2"),
    "a wrong shape": (returning("np.full(3, 2.0)"), "failed", "shape (3,); expected a single number"),
    "NaN": (returning("float('nan')"), "failed", "gave nan; expected 2"),
    "a wrong number": (returning("3.0"), "failed", "gave 3; expected 2"),
    "sys.exit": ("import sys\ndef answer():\n    sys.exit(0)", "error", "SystemExit"),
    "sys.exit on loading": ("import sys\nsys.exit()", "error", "SystemExit"),
    "os._exit": ("import os\ndef answer():\n    os._exit(0)", "crashed", "ended its whole process"),
    "os._exit on loading": ("import os\nos._exit(3)", "crashed", "ended its whole process"),
    "an abort": ("import os\ndef answer():\n    os.abort()", "crashed", "ended its whole process"),
    "a crash in C": ("import ctypes\ndef answer():\n    ctypes.string_at(0)", "crashed", "ended its whole process"),
    "much memory": (returning("np.ones((10**6, 10**6))"), "error", "MemoryError"),
    "KeyboardInterrupt": ("def answer():\n    raise KeyboardInterrupt", "error", "KeyboardInterrupt"),
    "a generator": (
        "def answer():\n    yield 2.0",
        "failed",
        "gave an iterator (from yield, zip, map, a generator expression or the like)",
    ),
    "a blank message": ("def answer():\n    raise ValueError(' ')", "error", "answer() raised ValueError on line 2 of"),
    "NUL bytes": (b"def answer():\x00\n    return 2.0", "error", "Python cannot read library/small.py: source"),
    "no UTF-8": (b"# caf\xe9\ndef answer():\n    return 2.0", "error", "Save it as plain text in UTF-8"),
    **{
        f"UTF-16{end}": (
            "def answer():\n    return 2.0".encode(f"utf-16{end}"),
            "error",
            "it is saved as UTF-16. Save it",
        )
        for end in ("", "-le", "-be")
    },
    "an unknown encoding": (b"# coding: klingon\ndef answer():\n    return 2.0", "error", "unknown encoding"),
    "an empty file": (b"", "not_started", "has no function called answer"),
    "too large a file": (b"#" * (MAX_SOURCE + 1), "error", "larger than 512 KiB"),
    "deep nesting": ("x = " + "(" * 5000 + ")" * 5000, "error", "library/small.py"),
    "too much back": (returning("np.zeros(3 * 10**6)"), "malformed", "more than can be read"),
}


@pytest.mark.parametrize(("text", "status", "words"), STATUSES.values(), ids=STATUSES)
@pytest.mark.usefixtures("unharmed")
def test_every_failure_has_a_status_and_a_sentence(text, status, words, runner):
    verdict = verdict_of(runner, text)
    assert (verdict.status, verdict.score) == (status, 0)
    assert words in verdict.message


def test_of_endless_recursion_one_line_is_read(monkeypatch):
    read, names = [], {}
    monkeypatch.setattr(
        call.linecache, "getline", lambda file, line: read.append((file, line)) or "    return answer()"
    )
    exec(compile("def answer():\n    return answer()", "library/small.py", "exec"), names)
    with pytest.raises(RecursionError) as caught:
        names["answer"]()
    told = call.describe_error(caught.value, "library")
    assert (told["file"], told["line"], told["function"]) == ("library/small.py", 2, "answer")
    assert read == [("library/small.py", 2)] and told["code"] == "return answer()"
    told = call.describe_error(caught.value, "elsewhere")
    assert (told["file"], told["line"], told["code"], told["function"]) == (None,) * 4


def test_a_file_that_is_not_there_is_missing(runner):
    from tests.support.small import exercise

    made, key = exercise()
    reply = run_exercise(made, key, {}, "library", runner)
    assert reply.status == "missing" and reply.words.startswith("library/small.py is missing")


ENCODINGS = {
    "a byte-order mark": b"\xef\xbb\xbfdef answer():\n    return 2.0\n",
    "Latin 1, said so": "# coding: latin-1\n# café\ndef answer():\n    return 2.0\n".encode("latin-1"),
    "Windows line ends": b"def answer():\r\n    return 2.0\r\n",
    "umlauts": "def answer():\n    größe = 2.0\n    return größe\n".encode(),
}


@pytest.mark.parametrize("text", ENCODINGS.values(), ids=ENCODINGS)
def test_every_encoding_that_python_reads_is_read(text, runner):
    assert verdict_of(runner, text).status == "passed"


LIAR = """
class Liar:
    __class__ = float
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __float__(self): return 2.0
    def __array__(self, *a, **k): return np.array(2.0)
    def __len__(self): return 0
    def __iter__(self): return iter(())
    def __getitem__(self, i): raise IndexError
    def __repr__(self): return "2.0"
    def __reduce__(self): return (eval, ("1/0",))
"""
CLASS = "class C({base}):\n{body}\n"
WRONG_VALUES = {
    "an object that equals everything": ("Always()", "class Always:\n    def __eq__(self, other): return True\n"),
    "an object whose repr fails": ("C()", CLASS.format(base="", body="    def __repr__(self): raise SystemExit")),
    "an object without attributes": ("C()", CLASS.format(base="", body="    def __getattr__(self, n): exit()")),
    "an endless iterator": ("iter(int, 1)", ""),
    "an endless generator": ("forever()", "def forever():\n    while True:\n        yield 2.0\n"),
    "an endless list": ("C()", CLASS.format(base="list", body="    def __iter__(self): return iter(int, 1)")),
    "a list that lies": ("C([1, 2])", CLASS.format(base="list", body="    def __len__(self): return 9**9")),
    "a list within itself": ("cycle()", "def cycle():\n    x = []\n    x.append(x)\n    return x\n"),
    "a deep list": ("deep()", "def deep():\n    x = 2.0\n    for _ in range(10000):\n        x = [x]\n    return x\n"),
    "a class whose name lies": ("M('C', (), {})()", "class M(type):\n    __name__ = property(lambda c: 1 / 0)\n"),
    "an array of objects": ("np.array([object()])", ""),
    "an array of arrays": ("np.array([np.ones(2), np.ones(3)], dtype=object)", ""),
    "a complex number": ("2 + 0j", ""),
    "a complex array": ("np.array(2 + 0j)", ""),
    "infinity": ("float('inf')", ""),
    "a huge whole number": ("10**100000", ""),
    "a large whole number": ("10**150", ""),
    "bytes": ("b'2.0'", ""),
    "text": ("'2.0'", ""),
    "a long text": ("'2' * 10**7", ""),
    "a function": ("lambda: 2.0", ""),
    "a module": ("np", ""),
    "a type": ("float", ""),
    "a mapping": ("{1.5: object(), (): 2}", ""),
    "a set": ("{2.0}", ""),
    "a pickle": ("__import__('pickle').dumps(2.0)", ""),
    "a broadcast of a terabyte": ("np.broadcast_to(2.0, (10**6, 10**6))", ""),
    "nine dimensions": ("np.zeros((1,) * 9)", ""),
    "a structure": ("np.zeros(3, dtype='f8,i4')", ""),
    "dates": ("np.array(['2020-01-01'], dtype='M8[D]')", ""),
    "a masked array": ("np.ma.masked_all(3)", ""),
    "an exception": ("ValueError('2.0')", ""),
    "Ellipsis": ("...", ""),
    "a subclass of str": ("C('2.0')", CLASS.format(base="str", body="    def __eq__(self, other): return True")),
    "an exception that cannot be printed": (
        "fail()",
        ("class E(Exception):\n    def __str__(self): raise SystemExit\ndef fail(): raise E\n"),
    ),
    "an exception of itself": ("fail()", "def fail():\n    e = ValueError()\n    raise e from e\n"),
}


@pytest.mark.parametrize(("value", "before"), WRONG_VALUES.values(), ids=WRONG_VALUES)
@pytest.mark.usefixtures("unharmed")
def test_a_value_that_is_none_earns_nothing(value, before, runner):
    verdict = verdict_of(runner, returning(value, before))
    assert verdict.score == 0
    assert verdict.status in ("failed", "error", "malformed", "timeout", "crashed")
    assert "answer" in verdict.message and len(verdict.message) < 1500


RIGHT_VALUES = {
    "a subclass of float": ("C(2.0)", CLASS.format(base="float", body="    def __add__(self, other): return None")),
    "a whole number": ("2", ""),
    "an array without axes": ("np.array(2.0)", ""),
    "a scalar": ("np.float32(2)", ""),
    "a subclass of an array": ("np.array(2.0).view(C)", CLASS.format(base="np.ndarray", body="    pass")),
    "big-endian numbers": ("np.array(2.0, dtype='>f8')", ""),
}


@pytest.mark.parametrize(("value", "before"), RIGHT_VALUES.values(), ids=RIGHT_VALUES)
def test_harmless_forms_of_a_right_value_are_right(value, before, runner):
    verdict = verdict_of(runner, returning(value, before))
    assert verdict.status == "passed", verdict.message


@pytest.mark.usefixtures("unharmed")
def test_an_object_that_lies_gives_no_more_than_the_data_that_it_claims(runner):
    """Does the judge see only numbers, whatever the object's own comparisons return?"""
    assert verdict_of(runner, returning("Liar()", LIAR), expected=3.0).score == 0


NUISANCES = {
    "atexit": "import atexit\natexit.register(lambda: print('x' * 10**6))",
    "a thread that stays": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
    "a child that stays": "import os, time\nif os.fork() == 0:\n    time.sleep(60)",
    "a daemon": """
import os, time
if os.fork() == 0:
    try: os.setsid()
    except PermissionError: pass
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
""",
    "a flood of print": "for _ in range(1000):\n    print('x' * 10**4)",
    "escape sequences": "print('\\x1b[2J\\x1b]0;title\\x07')",
    "signals ignored": """
import signal
for n in range(1, 32):
    try: signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError): pass
""",
    "files in /tmp": "open('/tmp/weightlab-left-by-a-test', 'w').write('x')",
    "standard streams closed": "import os\nfor d in range(3): os.close(d)",
    "sys.stdout replaced": "import sys\nsys.stdout = sys.stderr = None",
    "recursion limit": "import sys\nsys.setrecursionlimit(10**9)",
    "modules removed": "import sys\nfor n in [*sys.modules]:\n    if n.startswith('json'): del sys.modules[n]",
    "a tracer": "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    "environment": "import os\nos.environ.clear()\nos.environ['PYTHONSTARTUP'] = '/tmp/x'",
    "working directory": "import os\nos.chdir('/')",
    "garbage": "import gc\ngc.disable()\ngc.set_debug(gc.DEBUG_LEAK)",
    "low priority": "import os\nos.nice(19)",
    "an alarm": "import signal\nsignal.alarm(60)",
}


@pytest.mark.parametrize("before", NUISANCES.values(), ids=NUISANCES)
@pytest.mark.usefixtures("unharmed")
def test_a_right_answer_counts_whatever_is_done_beside_it(before, runner):
    began = time.monotonic()
    verdict = verdict_of(runner, returning("2.0", before))
    assert verdict.status == "passed", verdict.message
    assert time.monotonic() - began < 10
    assert "\x1b" not in verdict.printed and len(verdict.printed) <= 4000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what has become of a process")
def test_what_a_job_leaves_behind_is_ended_with_it():
    forks = """
import os, time
left = os.fork()
if left == 0:
    time.sleep(60)
    os._exit(0)
print(left)
"""
    with Runner("process", time_limit=2.0) as runner:
        verdict = verdict_of(runner, returning("2.0", forks))
    assert verdict.status == "passed"
    state = Path("/proc", verdict.printed.strip(), "stat")
    until = time.monotonic() + 10
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < until, "it is still there"
        time.sleep(0.02)


# Code that would reach beyond its process without a sandbox is tried only inside one.
SABOTAGE = {
    "NumPy's functions": "np.asarray = np.array = np.errstate = np.copyto = None",
    "array equality": "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True",
    "isinstance": "import builtins\nbuiltins.isinstance = lambda *a: True",
    "all builtins": """
import builtins
for name in dir(builtins):
    if name[0].islower() and name not in ("print", "setattr"):
        setattr(builtins, name, None)
""",
    "the import system": "import sys\nsys.meta_path.clear()\nsys.path.clear()",
    "the autograder's modules": """
import sys
for module in list(sys.modules.values()):
    if "candidate" in getattr(module, "__name__", ""):
        vars(module).clear()
""",
    "the parent killed": "import os\nos.kill(os.getppid(), 9)",
    "the parent stopped": "import os\nos.kill(os.getppid(), 19)",
    "the parent's limits": "import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))",
    "every process killed": "import os\nif os.getppid() == 1 and os.getpid() < 100: os.kill(-1, 9)",
    "every descriptor closed": "import os\nos.closerange(0, 1024)",
    "noise in every descriptor": """
import os
for d in range(3, 64):
    try: os.write(d, bytes(100))
    except OSError: pass
""",
    "a forged size": """
import os
for d in range(3, 64):
    try: os.write(d, b"\\xff" * 8)
    except OSError: pass
""",
    "a fork bomb": """
import os
for _ in range(40 if os.getppid() == 1 else 3):
    try: os.fork()
    except OSError: break
""",
}


@pytest.mark.parametrize("before", SABOTAGE.values(), ids=SABOTAGE)
@pytest.mark.usefixtures("unharmed")
def test_sabotage_earns_nothing(before, runner):
    verdict = verdict_of(runner, returning("3.0", before))
    assert verdict.score == 0
    assert verdict.status in ("failed", "error", "malformed", "crashed", "timeout", "not_started")
    assert "answer" in verdict.message or "small.py" in verdict.message


def test_more_than_one_answer_is_taken_for_processes_of_its_own(runner):
    twice = """
import os, struct
for d in range(3, 64):
    try: os.write(d, 2 * (struct.pack("<Q", 9) + b"answered\\n"))
    except OSError: pass
"""
    verdict = verdict_of(runner, returning("2.0", twice))
    assert (verdict.status, verdict.score) == ("malformed", 0)
    assert "More than one answer came back from answer" in verdict.message and "os.fork" in verdict.message


def test_an_empty_answer_is_none_that_can_be_read(runner):
    """The answer is complete, so the process has not crashed."""
    empty = """
import os
for d in range(3, 64):
    try: os.write(d, bytes(8))
    except OSError: pass
os._exit(0)
"""
    verdict = verdict_of(runner, returning("2.0", empty))
    assert (verdict.status, verdict.score) == ("malformed", 0)


@pytest.fixture
def relay():
    """Relay what a child has written, and return how it ended, how much came, and what was passed on."""
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork, so nothing is relayed")
    reader, writer = os.pipe()
    there, outgoing = os.pipe()

    def relay(written, seconds=60.0, left=60.0, child=2**22, sandboxed=False):
        os.write(writer, written)
        ended = main._relay_answer(reader, outgoing, child, seconds, time.monotonic() + left, sandboxed)
        os.write(outgoing, b"end")
        return *ended, os.read(there, 2**20)

    relay.writer = writer
    yield relay
    for descriptor in (reader, writer, there, outgoing):
        os.close(descriptor)


def test_an_answer_is_passed_on_whole_and_no_more_than_one(relay):
    answer = frames.pack_frame(b"answered")
    piece = frames.pack_frame(frames.PIECE + b"answered")
    assert relay(answer) == (Ending.ANSWERED, len(answer), piece + b"end")
    assert relay(answer + b"x") == (Ending.SEVERAL, len(answer) + 1, b"end")
    assert not any(main._passing), "a later child would be a copy of this"


@pytest.mark.parametrize(
    ("size", "ending"), [(MAX_ANSWER + 100, Ending.TIMEOUT), (MAX_ANSWER + 101, Ending.TOO_MUCH)], ids=["most", "more"]
)
def test_an_answer_that_says_it_is_too_long_is_not_waited_for(size, ending, relay):
    assert relay(struct.pack("<Q", size), left=0.05) == (ending, 8, b"end")


def test_a_childs_processor_time_ends_it_before_the_clock_does(relay):
    begun = time.monotonic()
    assert relay(b"", seconds=1e-9, child=os.getpid()) == (Ending.TIMEOUT, 0, b"end")
    assert time.monotonic() - begun < 30


def test_exactly_the_processor_time_and_the_files_that_are_allowed(relay, monkeypatch):
    answer = frames.pack_frame(b"answered")
    monkeypatch.setattr(main, "_read_processor_time", lambda _: 1.0)
    begun = time.monotonic()
    assert relay(b"", seconds=1.0)[0] is Ending.TIMEOUT and time.monotonic() - begun < 30
    for files, ending in ((main.MAX_FILES, Ending.ANSWERED), (main.MAX_FILES + 1, Ending.FILES)):
        monkeypatch.setattr(main, "_count_files", lambda files=files: files)
        assert relay(answer, sandboxed=True)[0] is ending


def test_a_machine_that_stood_still_moves_the_deadline(relay, monkeypatch):
    """The clock is read before and after each wait; the second reading is half a minute later."""
    answer, looks = frames.pack_frame(b"answered"), []

    def monotonic():
        looks.append(None)
        if len(looks) == 5:  # the third wait
            os.write(relay.writer, answer)
        return 0.0 if len(looks) == 1 else 30.0

    monkeypatch.setattr(main, "time", SimpleNamespace(monotonic=monotonic, clock_gettime=lambda _: 0.0))
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    assert relay(b"", left=1.0)[0] is Ending.ANSWERED and len(looks) > 5


def test_the_relay_waits_for_a_moment_or_not_at_all_once_time_is_up(relay, monkeypatch):
    waits, wait = [], select.select

    def note(*what):
        waits.append(what[-1])
        return wait(*what)

    monkeypatch.setattr(select, "select", note)
    assert relay(frames.pack_frame(b"answered"))[0] is Ending.ANSWERED and waits == [0.02]
    assert relay(b"", left=-1.0)[0] is Ending.TIMEOUT and waits == [0.02, 0.0]


def test_a_wait_of_just_the_longest_kind_is_no_standstill(relay, monkeypatch):
    looks = []

    def monotonic():
        looks.append(None)
        if len(looks) == 9:  # so that it ends, if it went on waiting
            os.write(relay.writer, frames.pack_frame(b"late"))
        return 0.0 if len(looks) == 1 else main._STANDSTILL

    monkeypatch.setattr(main, "time", SimpleNamespace(monotonic=monotonic, clock_gettime=lambda _: 0.0))
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    assert relay(b"", left=1.0) == (Ending.TIMEOUT, 0, b"end")


def test_what_an_exception_says_of_itself_is_bounded():
    class Silent(Exception):
        def __str__(self):
            raise SystemExit

    kind = Silent
    for number in range(30):
        kind = type(f"Kind{number}", (kind,), {})
    told = call.describe_error(kind(), "library")
    assert told["message"] == "(its message cannot be printed)" and told["type"] == "Kind29"
    assert told["kinds"] == [f"Kind{number}" for number in range(29, 9, -1)]
    assert call.describe_error(ValueError("x" * 5000), "library")["message"] == "x" * 2000
    name = call.describe_error(NameError("", name="n" * 500), "library")["name"]
    assert name == "n" * 100
    assert call.describe_error(NameError("", name=3), "library")["name"] == ""


def test_what_a_later_call_does_to_an_earlier_answer_does_not_count(runner):
    text = "import numpy as np\nkept = np.zeros(2)\ndef answer():\n    kept[:] += 1\n    return kept\n"
    import numpy as np

    verdict = verdict_of(runner, text, calls=2, expected=[np.ones(2), np.full(2, 2.0)])
    assert verdict.status == "passed", verdict.message


def test_a_changed_input_costs_its_aspect_only(runner):
    import numpy as np

    verdict = verdict_of(runner, "def answer(x):\n    x[0] = 5\n    return 2.0\n", np.ones(3), pure=True)
    assert (verdict.status, verdict.score) == ("failed", 2)
    assert "changed its input x" in verdict.message


def test_the_same_run_gives_the_same_order_of_sets(runner):
    text = returning("[float(len(w)) for w in {'a', 'bb', 'ccc', 'dddd'}]")
    first = [verdict_of(runner, text).message for _ in range(3)]
    assert len(set(first)) == 1


def test_where_nothing_forks_every_job_has_a_program_of_its_own(monkeypatch):
    """Windows has no fork: the autograder's clock is the only limit, and a program answers once."""
    made = isolation.command_line

    def command_line(*args):
        argv, environment = made(*args)
        return [*argv, "--no-fork"], environment

    monkeypatch.setattr(isolation, "command_line", command_line)
    with Runner(time_limit=2.0) as runner:
        assert verdict_of(runner, GOOD).status == "passed"
        assert verdict_of(runner, "import os\ndef answer():\n    os._exit(0)").status == "crashed"
        assert verdict_of(runner, "def answer():\n    while True: pass").status == "timeout"
        assert verdict_of(runner, GOOD).status == "passed"


def test_the_candidate_needs_nothing_of_posix_to_be_imported():
    absent = "import sys\nfor name in ('resource', 'fcntl', 'pwd', 'grp', 'termios'): sys.modules[name] = None\n"
    code = absent + "import autograder.learner.check, autograder.sandbox.process, autograder.candidate.main"
    subprocess.run([sys.executable, "-c", code], check=True)
