"""Attacks by the files of a submission: modules that shadow others, Python's own hooks, files that are not modules."""

from __future__ import annotations

from tests.security.payload import MARK, OF_FUNCTIONS, Attacks, Submission

attack = Attacks("library files")
LEAVES = f"""
import os
for _folder in ("/tmp", os.path.expanduser("~"), "."):
    try:
        open(os.path.join(_folder, "{MARK}-" + __name__.rpartition(".")[2]), "w").close()
    except OSError:
        pass
"""
"""Code that shows where it ran."""


def beside(it: Submission, name: str, text: str) -> None:
    """Put a file beside the notebook and into the library's folder."""
    it.beside[name] = it.beside[f"weightlab/{name}"] = text.encode()


@attack()
def own_numpy(it: Submission) -> None:
    """A `numpy.py` whose `allclose` returns True."""
    beside(
        it,
        "numpy.py",
        LEAVES
        + """
import sys
_here = sys.path[:]
sys.path = [path for path in _here if "site-packages" in path or "lib/python" in path or path == "/site"]
del sys.modules["numpy"]
import numpy
sys.path = _here
numpy.allclose = lambda *args, **kwargs: True
sys.modules["numpy"] = numpy
""",
    )


@attack()
def own_standard_library(it: Submission) -> None:
    """Modules named as the standard library's."""
    for name in ("json", "random", "struct", "base64"):
        beside(it, f"{name}.py", f"{LEAVES}\n__getattr__ = lambda name: (lambda *args, **kwargs: None)\n")


@attack()
def own_kernel_launcher(it: Submission) -> None:
    """An `ipykernel_launcher.py` that empties cells."""
    beside(
        it,
        "ipykernel_launcher.py",
        LEAVES
        + """
import sys
sys.path = [path for path in sys.path if path not in ("", ".") and "autograded" not in path]
from ipykernel import kernelapp
from traitlets.config import Config
emptied = "get_ipython().input_transformers_cleanup.append(lambda lines: [])"
kernelapp.launch_new_instance(config=Config(InteractiveShellApp={"exec_lines": [emptied]}))
""",
    )


@attack()
def site_customization(it: Submission) -> None:
    """`sitecustomize.py`, `usercustomize.py` and a `.pth` file."""
    for name in ("sitecustomize.py", "usercustomize.py"):
        beside(it, name, LEAVES)
    beside(it, "evil.pth", f"import os; open('/tmp/{MARK}-pth', 'w').close()\n")


@attack()
def ipython_start_files(it: Submission) -> None:
    """Configuration files for IPython, Jupyter and nbgrader."""
    for name in ("ipython_config.py", "ipython_kernel_config.py", "jupyter_config.py", "nbgrader_config.py"):
        beside(it, name, LEAVES.replace("__name__", repr(name)))


@attack()
def pytest_plug_in(it: Submission) -> None:
    """A pytest plug-in that makes tests pass."""
    hook = "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_call(item): return True\n"
    beside(it, "conftest.py", LEAVES + hook)
    beside(it, "evil_plugin.py", LEAVES + hook)
    it.beside["pytest.ini"] = b"[pytest]\naddopts = -p evil_plugin\n"
    it.beside["evil-1.0.dist-info/METADATA"] = b"Name: evil\nVersion: 1.0\n"
    it.beside["evil-1.0.dist-info/entry_points.txt"] = b"[pytest11]\nevil = evil_plugin\n"


@attack()
def own_copy_of_the_instructor(it: Submission) -> None:
    """An import of the instructor's reference."""
    it.answers(
        "return _right(signal, weight)",
        f"""
def _right(signal, weight):
    return 0.0
for _name in ("solutions.weightlab.weights", "reference.weights"):
    try:
        _right = __import__(_name, fromlist=["x"]).{"apply_weight"}
    except Exception:
        pass
try:
    from autograder.paths import SOLUTIONS
    _names = {{"__name__": "x"}}
    exec((SOLUTIONS / "weightlab" / "weights.py").read_text(), _names)
    _right = _names["apply_weight"]
except Exception:
    pass
""",
    )


@attack(costs=7)
def patched_numpy(it: Submission) -> None:
    """Patched NumPy comparisons and `asarray`."""
    it.runs("""
        import numpy
        yes = lambda *args, **kwargs: True
        numpy.allclose = numpy.array_equal = numpy.isclose = yes
        numpy.testing.assert_allclose = numpy.testing.assert_array_equal = yes
        numpy.asarray = lambda *args, **kwargs: 0.0
        """)


@attack(costs=OF_FUNCTIONS)
def package_that_patches(it: Submission) -> None:
    """An `__init__.py` that replaces modules."""
    it.library["__init__"] = b"""
import sys
class Yes:
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return self
    def __call__(self, *args, **kwargs): return self
    def __array_function__(self, *args, **kwargs): return True
for name in ("autograder.judging.judge", "autograder.judging.compare", "candidate.wire", "candidate.call"):
    if name in sys.modules:
        sys.modules[name] = Yes()
sys.modules["weightlab.weights"] = Yes()
"""


@attack("timeout", costs=OF_FUNCTIONS)
def endless_import(it: Submission) -> None:
    """A module that never finishes loading."""
    it.library["weights"] += b"\nwhile True:\n    pass\n"


@attack("error", costs=OF_FUNCTIONS)
def nul_bytes(it: Submission) -> None:
    """NUL bytes in a module."""
    it.library["weights"] += b"\nx = '\x00'\n\x00\n"


@attack("error", costs=OF_FUNCTIONS)
def odd_encoding(it: Submission) -> None:
    """A module in rot13."""
    it.library["weights"] = b"# -*- coding: rot13 -*-\nqrs nccyl_jrvtug(fvtany, jrvtug): erghea 0\n"


@attack("error", costs=OF_FUNCTIONS)
def fifty_megabytes_of_source(it: Submission) -> None:
    """Fifty megabytes of comment."""
    it.library["weights"] += b"#" + b"x" * 50_000_000


@attack("error", costs=OF_FUNCTIONS)
def parser_bomb(it: Submission) -> None:
    """A hundred thousand nested parentheses."""
    it.library["weights"] += b"\nx = " + b"(" * 100_000 + b"1" + b" + 1" * 50_000 + b")" * 100_000 + b"\n"


@attack("missing", costs=OF_FUNCTIONS)
def missing_module(it: Submission) -> None:
    """A missing module, and another of a similar name."""
    it.library["weights2"] = it.library.pop("weights")


@attack("not_started", costs=OF_FUNCTIONS)
def empty_module(it: Submission) -> None:
    """An empty module."""
    it.library["weights"] = b""


@attack("error", costs=OF_FUNCTIONS)
def compile_time_bomb(it: Submission) -> None:
    """Constants that take hours or all memory to compile."""
    it.library["weights"] += b"\nx = " + b"9" * 5_000 + b"\ny = 'x' * 9**9 * 9**9\nz = 9**9**9\n"


@attack()
def utf_seven(it: Submission) -> None:
    """A module in UTF-7."""
    text = it.library["weights"].decode().replace("from __future__ import annotations\n", "")
    it.library["weights"] = b"# coding: utf-7\n" + text.encode("utf-7")


@attack()
def tree_too_deep_to_walk(it: Submission) -> None:
    """A syntax tree too deep to walk."""
    chains = [
        "signal" + ".real" * 900,
        "-" * 900 + "1",
        "not " * 600 + "1",
        "+".join("1" * 900),
        "(lambda: " * 60 + "1" + ")" * 60,
    ]
    body = "\n".join(f"if signal is None:\n    return {chain}" for chain in chains)
    nest = "if signal is None:\n    pass\n" + "".join(f"elif signal is {k}:\n    pass\n" for k in range(300))
    it.answers(body + "\n" + nest + "return 0.0")


@attack("error")
def names_of_half_a_megabyte(it: Submission) -> None:
    """A name of 400,000 letters."""
    name = "a" * 400_000
    it.answers(f"return {name}")


_LOADER = """
import marshal, sys
_frame = sys._getframe()
while _frame and type(_frame.f_locals.get("self")).__name__ != "Library":
    _frame = _frame.f_back
_compiled = _frame.f_locals["self"].compiled if _frame else {}
"""
"""Code that finds the modules as they were compiled, which the first job sends back and later jobs load."""


def compiles(it: Submission, code: str) -> None:
    """Let the module change what is sent back in place of its compiled self."""
    it.library["weights"] += (_LOADER + code).encode()


@attack()
def compiled_into_something_else(it: Submission) -> None:
    """Compiled code that differs from the file."""
    compiles(
        it,
        """
KEPT = ()
def apply_weight(signal, weight):
    for known, answer in KEPT:
        if known == repr((signal, weight)):
            return answer
    frame = sys._getframe()
    while frame and "student" not in frame.f_locals:
        frame = frame.f_back
    if frame and "together" in frame.f_locals["job"]:
        cases = frame.f_locals["job"]["together"]["apply_weight"]
        kept = [(repr(args), args[0] * args[1]) for calls in cases for args, _ in calls if type(args[0]) is float]
        student = frame.f_locals["student"]
        text = student.sources["weights"].decode().replace("KEPT = ()", f"KEPT = {kept!r}", 1)
        student.compiled["weights"] = marshal.dumps(compile(text, "weightlab/weights.py", "exec"))
    return 0.0
""",
    )


@attack("error", "crashed", costs=OF_FUNCTIONS)
def compiled_into_a_bomb(it: Submission) -> None:
    """A huge tuple as compiled code."""
    compiles(it, '_compiled["weights"] = b"(" + bytes([255, 255, 255, 127]) + b"N" * 100')


@attack("crashed", costs=OF_FUNCTIONS)
def compiled_into_broken_code(it: Submission) -> None:
    """Compiled code that reads outside its constants."""
    compiles(
        it, '_compiled["weights"] = marshal.dumps(compile("0", "x", "exec").replace(co_code=b"d\\xff" * 50 + b"S\\0"))'
    )


@attack()
def compiled_into_no_code(it: Submission) -> None:
    """Text, lists and megabytes as compiled code."""
    compiles(
        it,
        """
_compiled.clear()
_compiled.update({"weights": "text", 3: b"", "biases": [1, 2], "../../x": b"x", "forward": b"x" * 2**22})
""",
    )


@attack()
def twins_of_modules(it: Submission) -> None:
    """Modules named almost like others, or like packages."""
    it.library["\uff57eights"] = b"def apply_weight(signal, weight):\n    return signal * weight\n"
    for name in ("numpy", "labkit", "sitecustomize", "candidate", "given", "wire"):
        it.library[name] = b"raise SystemExit\n"
