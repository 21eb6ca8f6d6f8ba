"""Do the docstrings of everything that learners and authors may call say what it takes and returns?"""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import labkit

NAMES = [info.name for info in pkgutil.walk_packages(labkit.__path__, "labkit.")]
# No docstring; parameters that are missing, unknown, out of order, or have no type or description; no summary line.
FAULTS = {"GL08", "PR01", "PR02", "PR03", "PR04", "PR07", "SS01"}


def public(module):
    """Yield the public functions, classes and methods that a module defines, by full name."""
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(thing):
            yield f"{module.__name__}.{name}", thing
        elif inspect.isclass(thing):
            yield f"{module.__name__}.{name}", thing
            for method, function in vars(thing).items():
                if not method.startswith("_") and inspect.isfunction(function):
                    yield f"{module.__name__}.{name}.{method}", function


@pytest.mark.parametrize("name", ["labkit", *NAMES])
def test_a_module_opens_with_a_plain_sentence(name):
    first = (importlib.import_module(name).__doc__ or "").split("\n\n")[0]
    assert first.strip().endswith("."), f"{name} opens with no sentence"


@pytest.mark.parametrize("name", NAMES)
def test_docstrings_describe_every_parameter(name):
    validate = pytest.importorskip("numpydoc.validate").validate
    faults = []
    for full_name, thing in public(importlib.import_module(name)):
        in_full = "Parameters\n" in (thing.__doc__ or "")  # where one parameter is described, all are
        watched = FAULTS if in_full else FAULTS - {"PR01"}
        found = [error for error in validate(full_name)["errors"] if error[0] in watched]
        faults += [f"{full_name}: {code} {words}" for code, words in found]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", labkit.__all__)
def test_every_tool_that_labkit_promises_is_there(name):
    assert getattr(labkit, name) is not None
    assert name in dir(labkit)


def test_a_misspelt_tool_is_named():
    with pytest.raises(AttributeError, match="labkit has no tool named 'chek'; it has check, hint"):
        labkit.chek
