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
    """A numpy.py beside the notebook and in the library passes for NumPy, but its allclose always returns True."""
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
    """json.py, random.py, struct.py and base64.py are where Python looks first, and their functions do nothing."""
    for name in ("json", "random", "struct", "base64"):
        beside(it, f"{name}.py", f"{LEAVES}\n__getattr__ = lambda name: (lambda *args, **kwargs: None)\n")


@attack()
def own_kernel_launcher(it: Submission) -> None:
    """An ipykernel_launcher.py beside the notebook starts the kernel with a hook that empties every cell."""
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
    """sitecustomize.py, usercustomize.py and a .pth file, which Python runs before everything else."""
    for name in ("sitecustomize.py", "usercustomize.py"):
        beside(it, name, LEAVES)
    beside(it, "evil.pth", f"import os; open('/tmp/{MARK}-pth', 'w').close()\n")


@attack()
def ipython_start_files(it: Submission) -> None:
    """IPython and Jupyter configuration files beside the notebook, for a program that starts there."""
    for name in ("ipython_config.py", "ipython_kernel_config.py", "jupyter_config.py", "nbgrader_config.py"):
        beside(it, name, LEAVES.replace("__name__", repr(name)))


@attack()
def pytest_plug_in(it: Submission) -> None:
    """conftest.py, pytest.ini and an installed plug-in's files that make every test pass."""
    hook = "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_call(item): return True\n"
    beside(it, "conftest.py", LEAVES + hook)
    beside(it, "evil_plugin.py", LEAVES + hook)
    it.beside["pytest.ini"] = b"[pytest]\naddopts = -p evil_plugin\n"
    it.beside["evil-1.0.dist-info/METADATA"] = b"Name: evil\nVersion: 1.0\n"
    it.beside["evil-1.0.dist-info/entry_points.txt"] = b"[pytest11]\nevil = evil_plugin\n"


@attack()
def own_copy_of_the_instructor(it: Submission) -> None:
    """The function is imported from the instructor's reference, wherever the reference can be found."""
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
    """The module makes numpy's allclose, array_equal, testing and asarray agree with everything."""
    it.runs("""
        import numpy
        yes = lambda *args, **kwargs: True
        numpy.allclose = numpy.array_equal = numpy.isclose = yes
        numpy.testing.assert_allclose = numpy.testing.assert_array_equal = yes
        numpy.asarray = lambda *args, **kwargs: 0.0
        """)


@attack(costs=OF_FUNCTIONS)
def package_that_patches(it: Submission) -> None:
    """The library's __init__.py replaces the module under test, and the autograder's own modules if it finds them."""
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
    """The module never ends loading."""
    it.library["weights"] += b"\nwhile True:\n    pass\n"


@attack("error", costs=OF_FUNCTIONS)
def nul_bytes(it: Submission) -> None:
    """The module holds NUL bytes."""
    it.library["weights"] += b"\nx = '\x00'\n\x00\n"


@attack("error", costs=OF_FUNCTIONS)
def odd_encoding(it: Submission) -> None:
    """The module declares an encoding that decodes to other code (rot13), which Python refuses for source."""
    it.library["weights"] = b"# -*- coding: rot13 -*-\nqrs nccyl_jrvtug(fvtany, jrvtug): erghea 0\n"


@attack("error", costs=OF_FUNCTIONS)
def fifty_megabytes_of_source(it: Submission) -> None:
    """The module is followed by fifty megabytes of comment."""
    it.library["weights"] += b"#" + b"x" * 50_000_000


@attack("error", costs=OF_FUNCTIONS)
def parser_bomb(it: Submission) -> None:
    """A hundred thousand opening parentheses, and a sum of very many terms: deep recursion in every parser."""
    it.library["weights"] += b"\nx = " + b"(" * 100_000 + b"1" + b" + 1" * 50_000 + b")" * 100_000 + b"\n"


@attack("missing", costs=OF_FUNCTIONS)
def missing_module(it: Submission) -> None:
    """The module under test is missing, and another module claims to be it."""
    it.library["weights2"] = it.library.pop("weights")


@attack("not_started", costs=OF_FUNCTIONS)
def empty_module(it: Submission) -> None:
    """The module under test is empty."""
    it.library["weights"] = b""


@attack("error", costs=OF_FUNCTIONS)
def compile_time_bomb(it: Submission) -> None:
    """Two constants: to compile one, Python needs hours or all memory; Python refuses to read the other."""
    it.library["weights"] += b"\nx = " + b"9" * 5_000 + b"\ny = 'x' * 9**9 * 9**9\nz = 9**9**9\n"


@attack()
def utf_seven(it: Submission) -> None:
    """The module is written in UTF-7, in which code looks different from the code that runs."""
    text = it.library["weights"].decode().replace("from __future__ import annotations\n", "")
    it.library["weights"] = b"# coding: utf-7\n" + text.encode("utf-7")


@attack()
def tree_too_deep_to_walk(it: Submission) -> None:
    """Expressions and branches that Python compiles, but whose syntax tree is too deep to walk."""
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
    """The module asks for a name of four hundred thousand letters, which the error quotes."""
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
    """The first job, which knows no secret, sends back code that differs from the file's and holds right answers."""
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
    """In place of a compiled module, the job sends back a tuple of two billion items."""
    compiles(it, '_compiled["weights"] = b"(" + bytes([255, 255, 255, 127]) + b"N" * 100')


@attack("crashed", costs=OF_FUNCTIONS)
def compiled_into_broken_code(it: Submission) -> None:
    """In place of a compiled module, the job sends back code that reads outside its constants."""
    compiles(
        it, '_compiled["weights"] = marshal.dumps(compile("0", "x", "exec").replace(co_code=b"d\\xff" * 50 + b"S\\0"))'
    )


@attack()
def compiled_into_no_code(it: Submission) -> None:
    """Text, lists, modules of other names and megabytes are sent back in place of compiled modules."""
    compiles(
        it,
        """
_compiled.clear()
_compiled.update({"weights": "text", 3: b"", "biases": [1, 2], "../../x": b"x", "forward": b"x" * 2**22})
""",
    )


@attack()
def twins_of_modules(it: Submission) -> None:
    """Modules whose names Python normalises to another module's name, and modules that have the names of packages."""
    it.library["\uff57eights"] = b"def apply_weight(signal, weight):\n    return signal * weight\n"
    for name in ("numpy", "labkit", "sitecustomize", "candidate", "given", "wire"):
        it.library[name] = b"raise SystemExit\n"
