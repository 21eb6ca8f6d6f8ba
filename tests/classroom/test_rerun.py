"""Is a notebook that is run again isolated, shown as plain outputs, and without effect on a grade?"""

from __future__ import annotations

import ast
import copy
import json
import time

import pytest
from nbformat import validate

from autograder.classroom.grade import grade_class
from autograder.classroom.rebuild import rebuild
from autograder.classroom.rerun import rerun
from autograder.exercises import CHAPTERS
from autograder.paths import COURSE
from autograder.sandbox import selftest
from autograder.sandbox.clock import Clock
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]
SHUT_IN = "process" if selftest.why_not() else "bubblewrap"


def ran(cells, library=made.REFERENCE, seconds=30.0):
    """Return the outputs of cells in a notebook with these sources in place of answers."""
    notebook = copy.deepcopy(made.released(WEIGHTS))
    names = [f"{name}-answer" for name in WEIGHTS.questions]
    for name, source in zip(names, cells, strict=False):
        made.cell(notebook, name)["source"] = source
    rerun(notebook, library, SHUT_IN, Clock(seconds))
    validate(notebook)
    return notebook, [made.cell(notebook, name)["outputs"] for name in names]


def test_cells_are_run_in_order_with_the_students_library():
    notebook, (first, second) = ran(
        [
            "from weightlab.weights import apply_weight\nprint('hello')\nx = apply_weight(3.0, 2.0)\nx",
            "%time\nfrom labkit import data\nprint(data.digits8().train_images.shape[1] + x)\n1 / 0",
        ]
    )
    assert [output.get("text") or output["data"]["text/plain"] for output in first] == ["hello\n", "6.0"]
    assert second[0]["text"].endswith("70.0\n")
    assert (second[-1]["output_type"], second[-1]["ename"]) == ("error", "ZeroDivisionError")
    assert second[-1]["traceback"] == ["ZeroDivisionError: division by zero"]
    assert made.cell(notebook, "apply_weight")["outputs"] == []


def test_ipython_keeps_no_history():
    """Its database and the thread that writes to it would only cost time: nobody looks up what a cell was."""
    _, (shown, *_) = ran(["get_ipython().history_manager.enabled"])
    assert shown[0]["data"]["text/plain"] == "False"


def course_notebook(name):
    return json.loads((COURSE / name / f"{name}.ipynb").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_with_the_reference_a_chapter_runs_to_its_end():
    """One chapter as it is; other tests, which execute all notebooks, make sure that every chapter runs to its end."""
    chapter = CHAPTERS["02_biases"]
    notebook = course_notebook(chapter.name)
    for name, question in chapter.questions.items():
        made.cell(notebook, f"{name}-answer")["source"] = f"{name} = {question.value!r}\n{name}"
    rerun(notebook, made.REFERENCE, SHUT_IN, Clock(120.0))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    assert [output["evalue"] for output in outputs if output["output_type"] == "error"] == []
    assert any("image/png" in output.get("data", {}) for output in outputs), "no picture came back"


def test_whatever_any_chapter_imports_is_there():
    imports = set()
    for chapter in CHAPTERS.values():
        for cell in course_notebook(chapter.name)["cells"]:
            if cell["cell_type"] == "code":
                nodes = ast.walk(ast.parse("".join(cell["source"])))
                imports |= {ast.unparse(node) for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))}
    assert len(imports) > 30
    _, (first, _) = ran(["\n".join([*sorted(imports), "print('all there')"]), ""])
    assert [output.get("text") for output in first] == ["all there\n"]


def test_numpys_help_is_there_and_what_needs_a_person_or_a_screen_does_nothing():
    person = "import os\nfrom labkit import check\nprint(check('apply_weight'), os.environ['MPLBACKEND'])"
    _, (first, second) = ran(["import numpy as np\nprint(np.zeros.__doc__[:5])", person])
    assert first[0]["text"].strip() == "zeros"
    assert [output["text"] for output in second] == ["None agg\n"]


def test_outputs_are_text_and_pictures_only():
    html = "from IPython.display import HTML, Javascript, display\ndisplay(HTML('<script>x</script>'), Javascript('x'))"
    picture = (
        "import matplotlib.pyplot as plt\nfrom IPython.display import Image\nplt.plot([1, 2])\n"
        "plt.savefig('/tmp/x.png', dpi=30)\nImage('/tmp/x.png')"
    )
    _, (first, second) = ran([html, picture])
    assert {kind for output in first for kind in output["data"]} == {"text/plain"}
    assert second[-1]["data"]["image/png"]


@pytest.mark.skipif(SHUT_IN == "process", reason="no sandbox was tried: bubblewrap cannot run here")
def test_it_is_shut_in_as_all_student_code_is():
    look = "import os, socket\nprint([path for path in ('/root', '/home', '/etc', '/proc') if os.path.exists(path)])"
    connect = "try:\n    socket.socket()\n    print('made')\nexcept OSError:\n    print('none')"
    _, (first, second) = ran([look, connect])
    root = first[0]["text"].strip()
    assert root in ("[]", "['/root']", "['/home']")  # folders on the path to Python itself
    assert second[0]["text"] == "none\n"


@pytest.mark.parametrize(
    ("source", "seconds", "said"),
    [
        ("while True: pass", 3.0, "within 3 seconds"),
        ("import os; os._exit(0)", 3.0, "ended its"),
        ("1", 0.0, "its functions had used up all of the 0 seconds"),
    ],
)
def test_what_does_not_end_well_is_said_and_the_outputs_stay(source, seconds, said):
    notebook, _ = ran([source], seconds=seconds)
    assert said in notebook["cells"][0]["source"]


def test_no_grade_comes_of_it(tmp_path):
    """Does a cell that computes another number when it is run again change nothing but what is shown?"""
    course = made.course(tmp_path / "course", [WEIGHTS])
    notebook = made.answered(WEIGHTS)
    answer = made.cell(notebook, "share_that_flips-answer")
    answer["source"] = "share_that_flips = float('7')\nshare_that_flips"
    rows = []
    for run_notebooks in (False, True):
        room = tmp_path / str(run_notebooks)
        made.submit(room, "ann", WEIGHTS, notebook)
        entries = grade_class(room, seed=3, isolation=SHUT_IN, course=course, jobs=1, run_notebooks=run_notebooks)
        rows.append((entries, made.gradebook(room)))
        shown = (room / f"autograded/ann/{WEIGHTS.name}/{WEIGHTS.name}.ipynb").read_bytes()
        outputs = made.cell(made.json.loads(shown), "share_that_flips-answer")["outputs"]
        shows = outputs[-1]["data"]["text/plain"]
        assert (shows == "7.0") is run_notebooks
    assert rows[0] == rows[1] and rows[0][0][0]["score"] == WEIGHTS.points
    assert not rebuild(made.released(WEIGHTS), made.json.dumps(notebook).encode()).malformed


FORGED = """
import sys
forged = [{"output_type": "display_data", "data": {"text/html": "<script>x</script>", "text/plain": "<b>"}},
          {"output_type": "execute_result", "data": {"application/javascript": "x", "image/png": "no"}},
          {"output_type": "stream", "name": "stdout", "text": "\\x1b[2J"}, {"output_type": 3}, None, "x"]
sys.modules["candidate.notebook"]._run_cell = lambda *_: forged
"""
HOSTILE = {
    "outputs of its own making": FORGED,
    "answers of another form": (
        "import sys\nsys.modules['candidate.notebook'].run_cells = lambda *_: {'outputs': {'a': [[[1]]]}}"
    ),
    "bytes of another form": "import sys\nsys.modules['candidate.wire'].encode = lambda *_: b'L' + b'\\xff' * 90",
    "a shell that is none": "shell = get_ipython()\nshell.run_cell = shell.display_trap = shell.events = None",
    "transformers": (
        "shell = get_ipython()\nshell.ast_transformers.append(None)\nshell.input_transformers_cleanup.append(len)"
    ),
    "an end": "raise SystemExit(0)",
    "an end of the process": "import os\nos._exit(0)",
    "a signal to everybody": "import os\nos.kill(-1, 9)\nos.kill(os.getppid(), 9)",
    "threads that go on": (
        "import threading\ndef go():\n    while True: print('x' * 1000)\nthreading.Thread(target=go).start()"
    ),
    "children that go on": (
        "import os\nfor _ in range(50):\n    try:\n        os.fork()\n    except OSError:\n        break"
    ),
    "a shell command": "!touch /tmp/x; cat /etc/passwd\n%%bash\ncat /etc/passwd",
    "what shows itself without end": "class X:\n    def _repr_mimebundle_(self, **_):\n        while True: pass\nX()",
    "what shows itself as a script": (
        "class X:\n    _repr_html_ = _repr_javascript_ = lambda self: '<script>x</script>'\nX()"
    ),
    "output without end": "while True: print('x' * 100_000)",
    "very much output": "print('x' * 30_000_000)\n'y' * 30_000_000",
    "a look at what is lent": (
        "import os\n[p for p in ('/lab/solutions', '/lab/.weightlab', '/lab/autograder/keys/seed', '/classroom')"
        " if os.path.exists(p)]"
    ),
}


@pytest.mark.skipif(SHUT_IN == "process", reason="no sandbox was tried: bubblewrap cannot run here")
@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_notebook_shows_text_and_pictures_and_ends(source):
    began = time.process_time()
    notebook, shown = ran([source, "print('the next cell')"], seconds=4.0)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    assert {output["output_type"] for output in outputs} <= {"stream", "error", "display_data", "execute_result"}
    assert {kind for output in outputs for kind in output.get("data", ())} <= {"text/plain", "image/png"}
    text = json.dumps(notebook)
    assert "\\u001b" not in text and "root:" not in text and len(text) < 500_000
    assert time.process_time() - began < 20
    if "os.path.exists" in source:
        assert shown[0][-1]["data"]["text/plain"] == "[]"


def test_what_an_ordinary_cell_shows_comes_after_hostile_ones():
    """The same notebook shows something without an attack; otherwise, showing nothing bad would prove nothing."""
    _, (first, second) = ran(["1 + 1", "print('the next cell')"])
    assert first[0]["data"]["text/plain"] == "2" and second[0]["text"] == "the next cell\n"
