"""Do edits of the library take effect at the next cell, and is every obstacle reported in a sentence?"""

from __future__ import annotations

import functools
import importlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
import types
from pathlib import Path

import pytest

from labkit import reload, store
from labkit.arrays import UnusableResultError

SRC = Path(reload.__file__).resolve().parents[1]


@pytest.fixture
def toylab(tmp_path, monkeypatch):
    """A library of two modules in place of the learner's, and a function that writes its files."""
    folder = tmp_path / "src" / "toylab"
    folder.mkdir(parents=True)
    monkeypatch.setattr(reload, "PACKAGE", "toylab")
    monkeypatch.setattr(reload, "LIBRARY", folder)
    monkeypatch.syspath_prepend(tmp_path / "src")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(module: str, text: str) -> None:
        (folder / f"{module}.py").write_text(textwrap.dedent(text))

    write("__init__", "")
    write("weights", "def double(x):\n    return 2 * x\n")
    write("biases", "from .weights import double\n\ndef quadruple(x):\n    return double(double(x))\n")
    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] == "toylab"]:
        del sys.modules[name]


@pytest.fixture
def notebook(toylab):
    """A notebook's names after its first cell, and its reloader."""
    weights, biases = importlib.import_module("toylab.weights"), importlib.import_module("toylab.biases")
    double = weights.double
    names = {"double": double, "twice": double, "quadruple": biases.quadruple, "table": [double]}
    return names, reload.Reloader(names)


def test_a_function_of_the_notebook_that_wraps_one_of_the_librarys_stays(toylab, notebook):
    names, reloader = notebook

    @functools.wraps(names["double"])
    def counted(x):
        counted.calls += 1
        return counted.__wrapped__(x)

    counted.calls, names["double"] = 0, counted
    reloader.after_cell()
    assert names["double"] is counted and names["double"](3) == 6 and counted.calls == 1


def test_what_ipython_keeps_of_the_last_cell_stays_the_object_that_it_was(toylab, notebook):
    names, reloader = notebook
    names["_"] = names["_3"] = last = names["table"][0]
    reloader.after_cell()
    assert names["_"] is names["_3"] is last


def test_what_the_notebook_calls_gives_the_declared_form_and_the_library_keeps_its_own(toylab, notebook):
    names, reloader = notebook
    listed = "def double(x):\n    return [2 * x]\n"
    toylab("weights", f"import numpy as np\n{listed}".replace("(x):", "(x) -> np.ndarray:"))
    reloader.before_cell()
    assert names["double"](3).tolist() == names["twice"](3).tolist() == [6]
    assert names["double"] is names["twice"] and names["table"][0](3) == [6]
    assert names["quadruple"](3) == [[6, 6]], "twice a list within the library"
    toylab("weights", f'"""Mine."""\n{listed}'.replace("return", '"""New words."""\n    return'))
    reloader.before_cell()
    assert names["double"](3) == [6] and names["double"].__doc__ == "New words."
    assert names["double"].__module__ == "toylab.weights" and names["double"].__name__ == "double"


def test_an_edit_reaches_names_aliases_tables_and_modules_that_import_it(toylab, notebook):
    names, reloader = notebook
    toylab("weights", "def double(x):\n    return x + x + 100\n")
    reloader.before_cell()
    assert names["double"](1) == names["twice"](1) == names["table"][0](1) == 102
    assert names["quadruple"](1) == 304
    assert names["double"].of_library is sys.modules["toylab.weights"].double


def test_a_stub_that_gets_written_and_a_new_function_are_there(toylab, notebook):
    names, reloader = notebook
    toylab("weights", "def double(x, times=2):\n    return helper(x) * times\n\ndef helper(x):\n    return x\n")
    reloader.before_cell()
    assert names["double"](3, times=5) == 15
    assert sys.modules["toylab.weights"].helper(1) == 1


def test_a_module_imported_by_a_later_cell_is_watched_too(toylab, notebook):
    _, reloader = notebook
    toylab("late", "def f():\n    return 1\n")
    late = importlib.import_module("toylab.late")
    reloader.after_cell()
    toylab("late", "def f():\n    return 2\n")
    reloader.before_cell()
    assert late.f() == 2


def test_a_syntax_error_is_one_sentence_and_says_what_stays(toylab, notebook, capsys):
    names, reloader = notebook
    toylab("weights", "def double(x)\n    return 2 * x\n")
    reloader.before_cell()
    said = capsys.readouterr().out
    assert said == (
        "Line 1 of src/toylab/weights.py is not Python yet (expected ':'). "
        "Until you fix and save the file, the notebook uses the last version that ran.\n"
    )
    assert names["double"](2) == 4 and names["quadruple"](1) == 4
    reloader.before_cell()
    assert "Line 1" in capsys.readouterr().out, "as long as the old version runs, each cell says so"
    toylab("weights", "def double(x):\n    return 3 * x\n")
    reloader.before_cell()
    assert not capsys.readouterr().out
    assert names["quadruple"](1) == 9


def test_a_cell_that_only_checks_leaves_the_sentence_to_its_card(toylab, notebook, capsys):
    _, reloader = notebook
    toylab("weights", "def double(x)\n    return 2 * x\n")
    reloader.before_cell(types.SimpleNamespace(raw_cell='check("double")\n'))
    assert capsys.readouterr().out == ""
    reloader.before_cell(types.SimpleNamespace(raw_cell='check("double")\ndouble(1)'))
    assert "Line 1" in capsys.readouterr().out


def test_a_file_that_stops_while_it_is_read_keeps_its_last_version(toylab, notebook, capsys):
    names, reloader = notebook
    toylab("weights", "def double(x):\n    return 0\n\nnonsense\n")
    reloader.before_cell()
    said = capsys.readouterr().out
    assert "src/toylab/weights.py stops at line 4: NameError: name 'nonsense' is not defined." in said
    assert names["double"](2) == 4


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        ("KeyboardInterrupt", "weights.py was interrupted at line 4 while it was being loaded. "),
        ("SystemExit", "weights.py stops at line 4: SystemExit. "),
    ],
)
def test_a_load_that_is_broken_off_leaves_the_last_version(toylab, notebook, capsys, stop, said):
    names, reloader = notebook
    toylab("weights", f"def double(x):\n    return 0\n\nraise {stop}\n")
    reloader.before_cell()
    assert said in capsys.readouterr().out
    assert names["double"](2) == sys.modules["toylab.weights"].double(2) == 4


def test_a_function_that_is_gone_is_not_silently_kept(toylab, notebook, capsys):
    names, reloader = notebook
    toylab("weights", "def treble(x):\n    return 3 * x\n")
    reloader.before_cell()
    assert "double is no longer in src/toylab/weights.py" in capsys.readouterr().out
    assert "double" not in names and "twice" not in names
    assert not hasattr(sys.modules["toylab.weights"], "double")
    names["twice"] = "taken"
    toylab("weights", "def double(x):\n    return 5 * x\n")
    reloader.before_cell()
    assert names["double"](1) == names["quadruple"](0.2) == names["table"][0](1) == 5, "the next save brings it back"
    assert names["twice"] == "taken"


def test_editing_the_package_file_keeps_its_modules(toylab, notebook):
    _, reloader = notebook
    toylab("__init__", "answer = 42\n")
    reloader.before_cell()
    assert sys.modules["toylab"].answer == 42
    assert sys.modules["toylab"].weights.double(1) == 2


def test_a_classes_new_version_replaces_the_old_name(toylab, notebook):
    names, reloader = notebook
    toylab("weights", "class Thing:\n    size = 1\n\ndef double(x):\n    return 2 * x\n")
    reloader.before_cell()
    names["Thing"] = sys.modules["toylab.weights"].Thing
    toylab("weights", "class Thing:\n    size = 2\n\ndef double(x):\n    return 2 * x\n")
    reloader.before_cell()
    assert names["Thing"].size == 2


def test_a_library_of_the_same_name_elsewhere_is_refused(toylab, tmp_path, monkeypatch):
    reload.refuse_shadow()
    shadow = tmp_path / "course" / "toylab"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path / "course")
    importlib.invalidate_caches()
    with pytest.raises(reload.ShadowedLibraryError, match=r"instead of your library in src.toylab\.") as refused:
        reload.refuse_shadow()
    assert f"Rename or delete {shadow}, then" in str(refused.value)


def run_cells(cells: list[str], folder: Path, library: Path):
    """Run cells in a real kernel whose notebook is in `folder`; return their outputs."""
    script = (
        "import sys, json, nbformat; from nbclient import NotebookClient\n"
        "nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in json.load(sys.stdin)])\n"
        "NotebookClient(nb, allow_errors=True, kernel_name='python3', resources={'metadata': {'path': sys.argv[1]}})"
        ".execute()\nprint(json.dumps([c.outputs for c in nb.cells]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(library), "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def project(tmp_path):
    """A copy of the project's src/ with a library of one stub, and a folder for notebooks."""
    unneeded = shutil.ignore_patterns("data_files", "__pycache__")
    shutil.copytree(SRC / "labkit", tmp_path / "src" / "labkit", ignore=unneeded)
    library = tmp_path / "src" / "weightlab"
    library.mkdir()
    (library / "__init__.py").write_text("")
    (library / "weights.py").write_text("def apply_weight(signal, weight):\n    raise NotImplementedError\n")
    course = tmp_path / "course" / "01_weights"
    course.mkdir(parents=True)
    return tmp_path


def test_in_a_kernel_an_unwritten_function_is_one_sentence_and_an_edit_is_enough(project):
    edit = "open(r'{}', 'w').write('def apply_weight(signal, weight):{}')".format(
        project / "src" / "weightlab" / "weights.py", "\\n    {}"
    )
    outputs = run_cells(
        [
            "import labkit\nfrom weightlab.weights import apply_weight as f",
            "f(2, 3)",
            edit.format("return signal * weight"),
            "f(2, 3)",
            edit.format("return signal *"),
            "f(2, 3)",
            "raise NotImplementedError('my own')",
        ],
        project / "course" / "01_weights",
        project / "src",
    )
    (unwritten,) = outputs[1]
    assert unwritten["output_type"] == "error", "nbconvert and nbgrader must see an error"
    assert unwritten["traceback"] == [
        "apply_weight is not written yet. Write it in src/weightlab/weights.py, save, and run this cell again."
    ]
    assert outputs[3][0]["data"]["text/plain"] == "6"
    warning, answer = outputs[5]
    said = warning["data"]["text/plain"]
    assert said.startswith("Line 2 of src/weightlab/weights.py is not Python yet (invalid syntax).")
    assert answer["data"]["text/plain"] == "6"
    assert len(outputs[6][-1]["traceback"]) > 1, "an error of the learner's own keeps its traceback"


def test_a_return_at_the_left_margin_is_told_to_be_indented(project):
    code = "def apply_weight(signal, weight):\n    pass\nreturn 1\n"
    (project / "src" / "weightlab" / "weights.py").write_text(code)
    ((error,),) = run_cells(
        ["import labkit\nimport weightlab.weights"], project / "course" / "01_weights", project / "src"
    )
    (said,) = error["traceback"]
    assert said.startswith(
        "Line 3 of src/weightlab/weights.py is not Python yet ('return' outside function). Indent it by four spaces."
    )


def test_in_a_kernel_a_broken_file_and_a_hiding_folder_are_one_sentence_each(project):
    course = project / "course" / "01_weights"
    (project / "src" / "weightlab" / "weights.py").write_text("def apply_weight(signal, weight)\n    return 1\n")
    ((error,),) = run_cells(["import labkit\nimport weightlab.weights"], course, project / "src")
    assert error["traceback"] == [
        "Line 1 of src/weightlab/weights.py is not Python yet (expected ':'). Fix it, save, and run this cell again."
    ]
    (course / "weightlab").mkdir()
    (course / "weightlab" / "__init__.py").write_text("")
    # An editable install, unlike PYTHONPATH, comes after the notebook's own folder.
    move = f"import sys; sys.path.remove({str(project / 'src')!r}); sys.path.append({str(project / 'src')!r})"
    _, (error,) = run_cells([move, "import labkit"], course, project / "src")
    assert error["output_type"] == "error"
    (said,) = error["traceback"]
    assert " instead of your library in src/weightlab. Rename or delete " in said
    assert said.replace("\\", "/").endswith("course/01_weights/weightlab, then restart the kernel.")


def test_what_was_computed_from_a_changed_module_is_computed_again(toylab, notebook):
    """This includes constants of a module that builds on the changed one, and of a module that builds on that."""
    _, reloader = notebook
    toylab("biases", "from .weights import double\n\nfour = double(2)\n\ndef quadruple(x):\n    return x * four\n")
    toylab("loss", "from toylab.biases import four\n\neight = four + four\n")
    toylab("apart", "import itertools\n\ncount = itertools.count()\n")
    biases, apart = sys.modules["toylab.biases"], importlib.import_module("toylab.apart")
    reloader.before_cell()
    loss = importlib.import_module("toylab.loss")
    reloader.after_cell()
    kept = apart.count
    assert (biases.four, loss.eight) == (4, 8)
    toylab("weights", "def double(x):\n    return 5 * x\n")
    reloader.before_cell()
    assert (biases.four, loss.eight) == (10, 20)
    assert apart.count is kept, "what does not build on it is not run again"


def test_modules_that_import_each_other_are_reloaded_once_each(toylab, notebook, capsys):
    _, reloader = notebook
    toylab("one", "import toylab.two\n\ndef f():\n    return toylab.two.g() + 1\n")
    toylab("two", "import toylab.one\n\ndef g():\n    return 1\n")
    one = importlib.import_module("toylab.one")
    reloader.after_cell()
    toylab("two", "import toylab.one\n\nprint('run')\n\ndef g():\n    return 10\n")
    reloader.before_cell()
    assert one.f() == 11 and capsys.readouterr().out == "run\n"


def test_an_error_inside_numpy_is_told_by_the_line_of_the_library(toylab, notebook, capsys):
    _, reloader = notebook
    toylab("weights", "import numpy as np\n\n\ntable = np.stack([np.zeros(2), np.zeros(3)])\n")
    reloader.before_cell()
    assert "src/toylab/weights.py stops at line 4: ValueError: all input arrays" in capsys.readouterr().out


def test_a_cell_that_fails_names_the_functions_that_have_not_passed_their_check(notebook, capsys, monkeypatch):
    _, reloader = notebook
    progress = {"double": {"solved": False}, "quadruple": {"solved": True}, "triple": {"solved": False}}
    monkeypatch.setattr(store, "load", lambda name: progress)
    failed = types.SimpleNamespace(error_in_exec=IndexError("index 2 is out of bounds"))
    reloader.after_cell(failed)
    assert capsys.readouterr().out == "The cause may be a function that has not passed its check: double.\n"
    failed.error_in_exec = UnusableResultError("double returned None; this figure needs a number.")
    reloader.after_cell(failed)
    progress["double"]["solved"], failed.error_in_exec = True, KeyError(3)
    reloader.after_cell(failed)
    assert not capsys.readouterr().out


def test_a_live_figure_catches_up_with_edits_between_two_cells(toylab, notebook, monkeypatch):
    names, reloader = notebook
    shell = types.SimpleNamespace(weightlab_reloader=reloader)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert reload.catch_up() == ""
    toylab("weights", "def double(x):\n    return 7 * x\n")
    assert reload.catch_up() == ""
    assert names["twice"](1) == 7
    toylab("weights", "def double(x)\n    return x\n")
    assert reload.catch_up() == (
        "Line 1 of src/toylab/weights.py is not Python yet (expected ':'). "
        "Until you fix and save the file, the notebook uses the last version that ran."
    )
    assert names["twice"](1) == 7
    monkeypatch.setattr(reload, "IN_BROWSER", True)
    assert reload.catch_up() == "", "reading files at each stroke would be slow there"


def test_an_error_in_the_library_is_one_sentence_that_says_where(toylab, notebook):
    names, reloader = notebook
    toylab("weights", "def double(x):\n    return [][x]\n")
    reloader.before_cell()
    with pytest.raises(IndexError) as caught:
        names["quadruple"](1)
    assert reload.describe_error(caught.value) == (
        "double stops at line 2 of src/toylab/weights.py: IndexError: list index out of range."
    )
    assert reload.describe_error(KeyError("x\ny")) == r"KeyError: 'x\ny'"
    assert reload.describe_error(ValueError()) == "ValueError"
