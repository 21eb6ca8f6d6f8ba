"""Says what to write in place of an attribute that a module, an array or another object does not have."""

from __future__ import annotations

import difflib
import math

import numpy as np

_MODULES = {"numpy": np, "numpy.linalg": np.linalg, "numpy.random": np.random, "math": math}
_TYPES = {one.__name__: one for one in (np.ndarray, np.random.Generator, list, tuple, dict, str)}
_SPELLED = "The module has nothing of this name, at least in this version. Check the spelling."
_CLOSE = 0.7
"""How similar two names must be, as `difflib` measures it, for one to be suggested in place of the other."""

_GROWS = {"append", "extend", "insert", "push", "add", "pop", "remove"}
_OF_ARRAYS = {name for name in dir(np.ndarray) if not name.startswith("_")} - {*dir(list), *dir(tuple)}
_OLD_DRAWS = {"rand", "randn", "randint", "random_sample", "ranf", "sample", "seed", "random_integers"}
_OF_LENGTH = {"length", "len", "count", "size", "shape"}


def explain_member(module: str, name: str) -> str:
    """Say what to write instead of a name that a module does not have."""
    near = find_near(name, dir(_MODULES[module])) if module in _MODULES else ""
    return f"There is no `{name}` in {module}. Did you mean `{near}`?" if near else _SPELLED


def explain_attribute(owner: str, name: str) -> str:
    """Say what to write instead of an attribute that does not exist, or return an empty string.

    Parameters
    ----------
    owner : str
        The name of the object's type.
    name : str
        The attribute.
    """
    match owner:
        case "NoneType":
            return f"The value before `.{name}` is None. Does the function that made it return its result?"
        case "ndarray" if name in _GROWS:
            return (
                f"An array has a fixed length and no `{name}`. Collect the items in a list, or make a new array that "
                "holds both parts."
            )
        case "tuple" if name in _OF_ARRAYS:
            return (
                f"This is a tuple, such as the shape of an array, and a tuple has no `{name}`. `len` gives the "
                f"number of its items, and [0] the first one."
            )
        case "list" if name in _OF_ARRAYS:
            return f"This is a list, and only an array has `{name}`. np.array makes an array of a list."
        case "int" | "float" if name in _OF_ARRAYS:
            return f"This is a single number of Python, and only an array has `{name}`."
        case "Generator" if name in _OLD_DRAWS:
            return (
                f"A generator such as `rng` has no `{name}`, which belongs to the older np.random. Its methods are "
                "`normal`, `uniform`, `random` and `integers`."
            )
        case "ndarray" | "list" | "tuple" if name in _OF_LENGTH:
            return "`len` gives the length."
    near = find_near(name, dir(_TYPES[owner])) if owner in _TYPES else ""
    return f"There is no `{name}` here. Did you mean `{near}`?" if near else ""


def find_near(name: str, names: list[str]) -> str:
    """Return the most similar of some names, or an empty string if none is similar; a leading underscore hides one."""
    public = [one for one in names if not one.startswith("_")]
    return next(iter(difflib.get_close_matches(name, public, 1, _CLOSE)), "")
