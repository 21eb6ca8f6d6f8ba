"""Are a student's modules run as Python would run them, with the given functions in place from the first line on?"""

from __future__ import annotations

import importlib
import inspect
import math
import sys
from types import ModuleType

import pytest

from autograder.candidate.importer import Library


def given_f():
    return "given"


GIVEN = {"a": {"f": given_f}}


@pytest.fixture
def load(monkeypatch):
    """Import a module of a library that is given as texts."""

    def load(name, texts, given=GIVEN, graded="b"):
        sources = {module: text if isinstance(text, bytes) else text.encode() for module, text in texts.items()}
        library = Library(sources, "lib", given, graded)
        for known in [known for known in sys.modules if known.partition(".")[0] == "weightlab"]:
            monkeypatch.delitem(sys.modules, known)
        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
        library.install()
        assert sys.meta_path[0] is library, "another importer would be asked first"
        module = importlib.import_module(f"weightlab.{name}")
        for known in [known for known in sys.modules if known.partition(".")[0] == "weightlab"]:
            monkeypatch.delitem(sys.modules, known)
        return module

    return load


OWN = "def f():\n    return 'own'\n"
DEFINITIONS = {
    "a function": OWN,
    "an asynchronous one": "async def f():\n    return 'own'\n",
    "a class": "class f:\n    pass\n",
    "an assignment": "f = lambda: 'own'\n",
    "a chain of assignments": "g = f = lambda: 'own'\n",
    "an annotation": "f: object = lambda: 'own'\n",
    "a bare annotation": "f: object\n",
    "several targets": "f, g = (lambda: 'own'), 1\n",
    "a condition": "if True:\n    def f():\n        return 'own'\nelse:\n    f = None\n",
    "try": "try:\n    import nothing_of_the_kind\nexcept ImportError:\n    def f():\n        return 'own'\n",
    "a loop": "for f in [lambda: 'own']:\n    pass\n",
    "with": "import contextlib\nwith contextlib.nullcontext(lambda: 'own') as f:\n    pass\n",
    "a walrus": "(f := lambda: 'own')\n",
    "match": "match (lambda: 'own'):\n    case f:\n        pass\n",
    "an import": "from .c import f\n",
    "an import by another name": "from .c import g as f\n",
    "an import of everything": "from .c import *\n",
    "twice": OWN + OWN,
    "deleted": OWN + "try:\n    del f\nexcept NameError:\n    pass\n",
    "an error in its defaults": "def f(x=nothing):\n    return 'own'\n",
    "nothing at all": "",
}
HELPER = {"c": "def f():\n    return 'own'\ng = f\n"}


@pytest.mark.parametrize("text", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_given_function_stands_however_its_name_is_bound(text, load):
    module = load("b", HELPER | {"a": text, "b": "from .a import f\ndef use():\n    return f()\n"})
    assert module.use() == "given"


@pytest.mark.parametrize(
    "use",
    [
        "from .a import f\nresult = f()",
        "from .a import f as g\nresult = g()",
        "from . import a\nresult = a.f()",
        "import weightlab.a\nresult = weightlab.a.f()",
        "import weightlab.a as m\nresult = m.f()",
        "from weightlab import a\nresult = a.f()",
        "from weightlab.a import *\nresult = f()",
        "from .a import f\nTABLE = {'f': f}\nresult = TABLE['f']()",
        "from .a import f\ndef g(h=f):\n    return h()\nresult = g()",
        "from .a import f\nimport functools\nresult = functools.partial(f)()",
        "import importlib\nresult = importlib.import_module('weightlab.a').f()",
    ],
)
def test_a_given_function_is_there_before_the_first_line_runs(use, load):
    assert load("b", {"a": OWN, "b": use}).result == "given"


def test_within_its_own_module_the_given_function_is_used(load):
    module = load("a", {"a": OWN + "table = [f]\ndef g():\n    return f(), table[0]()\n"}, graded="a")
    assert module.g() == ("given", "given")


def test_names_inside_functions_and_classes_are_the_students(load):
    inner = "    def f(self=None):\n        return 'own'\n"
    text = f"class K:\n{inner}def g():\n{inner}    return f(), K().f()\n"
    assert load("a", {"a": text}, graded="a").g() == ("own", "own")


def test_everything_else_of_the_module_is_the_students(load):
    module = load("a", {"a": OWN + "x = 3\ndef g():\n    global x\n    x += 1\n    return x\n"}, graded="a")
    assert (module.g(), module.x) == (4, 4)


@pytest.mark.parametrize("text", ["this is no Python", "1 / 0", "import sys; sys.exit()", "import numpy.nothing_of_it"])
def test_a_module_that_cannot_run_still_has_its_given_functions(text, load):
    user = "from .a import f, other\ndef use():\n    return f()\ndef fail():\n    other()\n"
    module = load("b", {"a": text, "b": user})
    assert module.use() == "given"
    with pytest.raises(ImportError, match=r"lib/a\.py could not be run"):
        module.fail()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\nfrom math import squareroot", "(ImportError: cannot import name 'squareroot' from 'math', on line 2)"),
        ("x = 1\n1 / 0", "(ZeroDivisionError: division by zero, on line 2)"),
        ("x = 1\ny = (", "(SyntaxError: '(' was never closed, on line 2)"),
    ],
)
def test_why_a_module_cannot_run_and_where_is_told_where_it_is_needed(text, said, load):
    module = load("b", {"a": text, "b": "from .a import other\ndef fail():\n    other()\n"})
    with pytest.raises(ImportError) as caught:
        module.fail()
    assert str(caught.value).endswith(f"lib/a.py could not be run {said}")


ABSENT = {
    "by its name": "import nothing_of_the_kind",
    "by another": "import nothing_of_the_kind.deep as other_name",
    "beside others": "import math, nothing_of_the_kind, json",
    "a part of it": "from nothing_of_the_kind.deep import part as other_name",
    "everything": "from nothing_of_the_kind import *",
    "for an annotation": "import nothing_of_the_kind as n\ndef h(x: n.Array) -> n.Array: ...",
}


@pytest.mark.parametrize("text", ABSENT.values(), ids=ABSENT)
@pytest.mark.parametrize("graded", ["a", "b"])
def test_an_absent_package_costs_nothing_that_does_not_need_it(text, graded, load):
    module = load("a", {"a": f"{OWN}{text}\ndef g():\n    return 'own', f()\n"}, graded=graded)
    assert module.g() == ("own", "given")


USES_OF_ABSENT = {
    "an attribute": "n.mean([1])",
    "a call": "n([1])",
    "an index": "n[0]",
    "arithmetic": "2 * n",
    "a product": "np.ones(2) @ n",
    "as an array": "np.asarray(n)",
    "iteration": "list(n)",
    "a truth": "not n",
    "setting": "setattr(n, 'x', 1)",
}


@pytest.mark.parametrize("use", USES_OF_ABSENT.values(), ids=USES_OF_ABSENT)
@pytest.mark.parametrize("imported", ["import nothing_of_it as n", "from nothing_of_it import deep as n"])
def test_whatever_uses_an_absent_package_names_it_and_the_import(use, imported, load):
    module = load("b", {"b": f"import numpy as np\n{imported}\ndef g():\n    return {use}\n"})
    with pytest.raises(
        ModuleNotFoundError, match=r"'nothing_of_it' here \(imported on line 2 of lib/b\.py\)"
    ) as raised:
        module.g()
    assert raised.value.name == "nothing_of_it"


def test_an_answer_of_ones_own_to_an_absent_package_is_the_students(load):
    module = load("b", {"b": "import absent_one\ntry:\n    import absent_two as n\nexcept ImportError:\n    n = 7\n"})
    assert module.n == 7


@pytest.mark.parametrize(
    "text",
    [
        "import numpy.nothing_of_it",
        "from weightlab.z import f",
        "from .z import f",
        "import labkit.nothing_of_it",
        "import json.nothing_of_it",
        "import nothing_of_the_kind\nimport numpy.nothing_of_it",
        "import nothing_of_the_kind\n1 / 0",
    ],
)
def test_nothing_stands_in_for_the_course_for_numpy_and_for_pythons_own(text, load):
    with pytest.raises((ModuleNotFoundError, ZeroDivisionError)):
        load("b", {"b": text})


OWN_LINES = {
    "a call": "n.set_theme()",
    "its version": "print(n.__version__)",
    "a value": "made = n.colors()",
    "a value of a value": "colors = n.colors()\nmade = colors[0]",
    "a base class": "class made(n.Base):\n    pass",
    "a decorator": "@n.fast\ndef made():\n    return 1",
    "a default": "def made(x=n.three):\n    return x",
    "in a loop": "for made in n.all():\n    pass",
    "in a condition": "if n.version > 3:\n    made = 1",
    "in a function of its own": "def own():\n    return n.one()\nmade = own()",
    "an import within a function": "def own():\n    import nothing_of_it\nmade = own()",
    "an import within a condition": "if True:\n    import nothing_of_it.deep as made",
    "an import with another": "import math, nothing_of_it as made, json",
}


@pytest.mark.parametrize("text", OWN_LINES.values(), ids=OWN_LINES)
@pytest.mark.parametrize("graded", ["a", "b"])
def test_a_modules_own_lines_that_use_an_absent_package_cost_only_what_they_make(text, graded, load):
    after = "\nimport math\nkept = [math.pi]\ndef g():\n    return f(), kept[0]\ndef h():\n    return made()\n"
    module = load("a", {"a": f"import nothing_of_it as n\n{text}{after}"}, graded=graded)
    assert module.g() == ("given", math.pi)
    with pytest.raises((ModuleNotFoundError, NameError)) as raised:
        module.h()
    if "made" in text:
        assert raised.value.name == "nothing_of_it"
        assert "imported on line " in str(raised.value)


def test_a_line_that_needs_an_absent_package_costs_no_name_that_it_only_reads(load):
    text = "import nothing_of_it as n\nkept = [1]\nmade = kept + [lambda x: (inner := x), n.one()]\n"
    module = load("b", {"b": text})
    assert module.kept == [1] and "inner" not in vars(module)
    with pytest.raises(ModuleNotFoundError):
        module.made()


def test_the_line_of_an_import_is_told_where_it_stands_within_a_statement(load):
    module = load("b", {"b": "if True:\n    x = 1\n    import nothing_of_it as n\n"})
    with pytest.raises(ModuleNotFoundError, match=r"imported on line 3 of lib/b\.py"):
        module.n.mean()


def test_an_absent_package_has_none_of_the_special_names_that_python_looks_for(load):
    looks = "[hasattr(n, name) for name in ('__wrapped__', '__path__', '__length_hint__')]"
    assert load("b", {"b": f"import nothing_of_it as n\nlooked = {looks}\n"}).looked == [False] * 3


def test_what_a_line_had_bound_before_it_needed_the_package_stays(load):
    text = "import nothing_of_it as n\nfor x in [1, 2]:\n    y = x\n    z = n.of(x)\n"
    module = load("b", {"b": text})
    assert (module.x, module.y) == (1, 1)
    with pytest.raises(ModuleNotFoundError):
        module.z()


def test_before_the_first_absent_package_annotations_are_what_they_name(load):
    text = "def g(x: int): return x\nimport nothing_of_it\ndef h(x: nothing_of_it.Array): return x\n"
    # A name that is a future's, from a module of one's own, is none.
    module = load("b", {"c": "annotations = 1\n", "b": f"from .c import annotations\n{text}"})
    assert module.g.__annotations__ == {"x": int} and module.h(3) == 3


def test_futures_hold_where_a_module_is_run_statement_by_statement(load):
    text = "from __future__ import annotations\ndef g(x: Nothing): return x\nimport nothing_of_it\nnothing_of_it.do()\n"
    assert load("b", {"b": text}).g(3) == 3


def test_a_module_that_was_made_while_the_library_runs_is_not_absent(load, monkeypatch):
    monkeypatch.setitem(sys.modules, "made_here", ModuleType("made_here"))
    with pytest.raises(ModuleNotFoundError, match="not a package"):
        load("b", {"b": "import made_here.part\n"})


def test_an_error_in_the_module_under_test_counts(load):
    with pytest.raises(ZeroDivisionError):
        load("b", {"b": "1 / 0"})


BROKEN = {
    "a default": "def f(x=nothing): ...",
    "a decorator": "@nothing\ndef f(): ...",
    "a decorator that reads text": "@eval('1 +')\ndef f(): ...",
    "a value": "f = nothing",
    "an annotation": "f: nothing = 1",
    "an import of everything": "def f():\n    from math import *",
    "a loop's end without a loop": "def f():\n    break",
    "a name that is global too late": "def f():\n    x = 0\n    global x",
    "a parameter that is global": "def f(x):\n    global x",
    "a name of nowhere": "def f():\n    nonlocal x",
    "waiting in an ordinary function": "def f():\n    await x",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_an_error_in_a_definition_that_does_not_count_costs_its_module_nothing(text, load):
    module = load("a", {"a": f"before = [1]\nbefore *= 2\n{text}\ndef g():\n    return f(), before\n"}, graded="a")
    assert module.g() == ("given", [1, 1])


def test_a_module_that_runs_a_second_time_begins_as_it_began_the_first_time(load):
    text = "seen = globals().get('seen', 0) + 1\nused = f(), __name__\ndef f(x=nothing): ...\n"
    module = load("a", {"a": text}, graded="a")
    assert (module.seen, module.used) == (1, ("given", "weightlab.a"))


@pytest.mark.parametrize("text", ["1 / 0", "def g(x=nothing): ...", "def g():\n    break", "class K:\n    nothing"])
def test_any_other_error_counts_at_once(text, load):
    runs = "import math\nmath.runs = getattr(math, 'runs', 0) + 1\n"
    with pytest.raises((ArithmeticError, NameError, SyntaxError)):
        load("a", {"a": f"{runs}{OWN}{text}\n"}, graded="a")
    assert math.__dict__.pop("runs", 0) < 2, "the module ran twice"


@pytest.mark.parametrize("rebound", ["global f\nf = 1\n", "globals()['f'] = 1\n", "exec('f = 1', globals())\n"])
def test_a_given_function_stands_where_a_module_goes_past_its_own_names(rebound, load):
    assert load("a", {"a": rebound + "def g():\n    return f()\n"}, graded="a").g() == "given"


def test_a_module_that_is_missing_still_has_its_given_functions(load):
    assert load("b", {"b": "from .a import f\nresult = f()\n"}).result == "given"


def test_a_module_that_nobody_has_is_missing(load):
    with pytest.raises(ModuleNotFoundError, match=r"weightlab\.z"):
        load("b", {"b": "from .z import f\n"})


def test_an_error_in_the_package_itself_costs_nothing(load):
    assert load("b", {"__init__": "1 / 0", "b": "result = 1\n"}).result == 1


def test_the_package_itself_is_the_students(load):
    assert load("b", {"__init__": "mark = 5", "b": "from . import mark\nresult = mark\n"}).result == 5


def test_modules_may_import_each_other_in_circles(load):
    texts = {"b": "from . import c\ndef g():\n    return c.h()\n", "c": "from . import b\ndef h():\n    return 5\n"}
    assert load("b", texts, given={}).g() == 5


def test_annotations_are_evaluated_as_python_does(load):
    assert load("b", {"b": "from __future__ import annotations\ndef g(x: Nothing): pass\n"}).g
    text = "def g(x: Nothing): pass\n"
    try:
        exec(compile(text, "b.py", "exec", dont_inherit=True), {})
    except NameError:  # before Python 3.14
        with pytest.raises(NameError):
            load("b", {"b": text})
    else:
        assert load("b", {"b": text}).g


def test_a_traceback_shows_the_students_line(load):
    module = load("b", {"b": "def g():\n    return 1 / 0  # here\n"})
    import traceback

    try:
        module.g()
    except ZeroDivisionError as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
    assert (last.filename, last.lineno, last.line) == ("lib/b.py", 2, "return 1 / 0  # here")
    assert inspect.getsource(module.g) == "def g():\n    return 1 / 0  # here\n"


def test_a_library_that_shadows_others_shadows_nothing(load):
    module = load("b", {"numpy": "1 / 0", "json": "1 / 0", "b": "import numpy, json\nresult = numpy.ones(2).sum()\n"})
    assert module.result == 2


@pytest.mark.parametrize(
    "broken",
    [
        "def double(x):\n    return nothing\ndouble = 1 / 0\n",
        "@nothing\ndef double(x):\n    return 0\n",
        "double = halve = 1 / 0\n",
    ],
)
def test_of_two_given_names_one_may_be_broken(broken, load):
    """The other one, and the rest of the module, are not affected."""
    text = f"kept = 5\n{broken}def halve(x):\n    return -1\ndef use(x):\n    return double(x) + halve(x)\n"
    module = load("b", {"b": text}, {"b": {"double": lambda x: 2 * x, "halve": lambda x: x / 2}})
    assert (module.use(4), module.kept) == (10, 5)
