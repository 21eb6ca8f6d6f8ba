"""Calls a function on a case's arguments, and turns its result or exception into plain data."""

from __future__ import annotations

import contextlib
import dis
import itertools
import linecache
from collections.abc import Callable
from types import ModuleType, TracebackType
from typing import Any

import numpy as np

from . import given, wire

MAX_ITERATIONS = 20_000
"""The maximum number of items taken from an iterator."""


def call_function(function: Callable, args: tuple, kwargs: dict, generators: dict, folder: str) -> dict:
    """Call a function once, as every candidate and every reference is called.

    Parameters
    ----------
    args, kwargs
        Plain data, as a case holds it.
    generators : dict
        The case's random generators so far; calls of one case share them.
    folder : str
        The folder of the student's files, as tracebacks name it.

    Returns
    -------
    dict
        ``value`` or ``raised``, ``changed`` (the arguments that the call changed), and ``iterator`` if the
        result is or holds an iterator, which can be read only once; ``part`` is the item that holds it. ``asked``
        tells how many times the first given function among the arguments was called, and with which shapes.
    """
    plain = {**dict(enumerate(args)), **kwargs}
    given_names = [key for key, arg in plain.items() if isinstance(arg, wire.Given)]
    args = tuple(make_argument(arg, generators) for arg in args)
    kwargs = {key: make_argument(arg, generators) for key, arg in kwargs.items()}
    iterators: list = []
    try:
        with np.errstate(all="ignore"):
            value = make_plain(function(*args, **kwargs), iterators)
    except BaseException as error:
        outcome = {"raised": describe_error(error, folder)}
    else:
        try:
            # A copy: a later call may change what this one returned.
            written = wire.encode(value, wire.MAX_ANSWER_VALUES, wire.MAX_ANSWER_TEXT)
            outcome = {"value": wire.decode(written)}
        except BaseException as error:
            outcome = {"value": wire.Opaque(f"unreadable data: {describe_message(error)[:60]}")}
    held = {**dict(enumerate(args)), **kwargs}
    if given_names:
        key = given_names[0]
        outcome["asked"] = (held[key].count, tuple(held[key].shapes))
    outcome["changed"] = [key for key in plain if not _is_unchanged(plain[key], held[key])]
    if iterators:
        outcome["iterator"] = True
        if iterators[0]:
            outcome["part"] = iterators[0][0]
    return outcome


def make_argument(value: Any, generators: dict) -> Any:
    """Turn a case's plain data into a real argument: a writable array, a generator, a function."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, wire.Rng):
        return generators.setdefault(value, np.random.default_rng(value.seed))
    if isinstance(value, wire.Given):
        return given.Recorder(given.FUNCTIONS[value.name], value.name)
    if isinstance(value, (list, tuple)):
        return type(value)(make_argument(item, generators) for item in value)
    if isinstance(value, frozenset):
        return set(value)
    if isinstance(value, dict):
        return {key: make_argument(item, generators) for key, item in value.items()}
    return value


def make_plain(value: Any, iterators: list, path: tuple[int, ...] = ()) -> Any:
    """Read iterators, adding the place of each to ``iterators``, and turn harmless subclasses into plain data."""
    if len(path) > wire.MAX_DEPTH:
        return value
    if isinstance(value, (np.ndarray, np.longdouble)):
        array = np.asarray(value)
        return array.astype(float) if array.dtype == np.longdouble else array
    if hasattr(value, "__next__"):
        iterators.append(path)
        items = list(itertools.islice(value, MAX_ITERATIONS + 1))
        if len(items) > MAX_ITERATIONS:
            return wire.Opaque(wire.ENDLESS)
        value = items
    if isinstance(value, (list, tuple)) and len(value) <= wire.MAX_ANSWER_VALUES:
        items = [make_plain(item, iterators, (*path, k)) for k, item in enumerate(value)]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, int) and not isinstance(value, (bool, np.generic)):
        return int(value)
    if isinstance(value, range):
        return list(value[:MAX_ITERATIONS])
    return value


def describe_error(error: BaseException, folder: str) -> dict:
    """Return the exception, and the last line of the student's own files that led to it, as plain data.

    If another function of the student's raised it, ``called_line`` and ``called_code`` are the line of the first
    function that led there.
    """
    first, last = _find_places(error, folder)
    file, line, end, function = last or (None, None, None, None)
    described = {
        "type": type.__dict__["__name__"].__get__(type(error)),
        "kinds": [type.__dict__["__name__"].__get__(kind) for kind in type(error).__mro__][:20],
        "message": describe_message(error),
        "file": file,
        "line": line,
        "code": _read_lines(file, line, end) if line else None,
        "function": function,
        "name": _read_name(error),
        "of_module": isinstance(error, AttributeError) and isinstance(error.obj, ModuleType),
        "owner": _name_owner(error),
        "own": _is_raised_in(error, folder),
    }
    if first and (first[0], first[3]) != (file, function) and not (first[0] == file and first[1] <= line <= first[2]):
        described |= {"called_line": first[1], "called_code": _read_lines(*first[:3])}
    if isinstance(error, SyntaxError):
        described |= {
            "file": str(error.filename or ""),
            "line": error.lineno if isinstance(error.lineno, int) else None,
            "code": _show_spaces(error.text or _read_line(error))[:200],
            "message": str(error.msg)[:500],
        }
    return described


def _read_line(error: SyntaxError) -> str:
    """Return the line of an error that does not quote it, such as a ``return`` outside a function."""
    if isinstance(error.filename, str) and isinstance(error.lineno, int):
        return linecache.getline(error.filename, error.lineno)
    return ""


def _show_spaces(line: str) -> str:
    """Return a line with a visible sign for each space that Python does not accept, without its ordinary margins."""
    shown = "".join("\N{OPEN BOX}" if c.isspace() and not c.isascii() else c for c in line)
    return shown.strip()


_Place = tuple[str, int, int, str]
"""A file, the first and the last line of an expression or a statement in it, and the function that it belongs to."""


def _find_places(error: BaseException, folder: str) -> tuple[_Place | None, _Place | None]:
    """Return the places of the first and of the last of the student's own frames.

    This does not use the module traceback, which reads the source line of every frame: endless recursion leaves a
    thousand frames.
    """
    first, last, trace = None, None, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename.startswith(folder):
            first, last = first or trace, trace
        trace = trace.tb_next
    return _place_of(first), _place_of(last)


def _place_of(trace: TracebackType | None) -> _Place | None:
    if trace is None:
        return None
    code = trace.tb_frame.f_code
    # Each instruction takes two bytes.
    start, end, *_ = next(itertools.islice(code.co_positions(), max(0, trace.tb_lasti // 2), None), (None, None))
    end = end if end and start == trace.tb_lineno else trace.tb_lineno
    return code.co_filename, trace.tb_lineno, end, code.co_name


_MAX_LINES = 8
"""Lines of one expression or statement that are read."""


def _read_lines(file: str, first: int, last: int) -> str:
    """Return the lines of an expression or a statement as one line."""
    text = ""
    for number in range(first, min(last, first + _MAX_LINES) + 1):
        line = linecache.getline(file, number).strip()
        apart = text and line and not text.endswith(("(", "[", "{")) and not line.startswith((")", "]", "}"))
        text += f" {line}" if apart else line
    return text[:200]


def _read_name(error: BaseException) -> str:
    """Return the name that Python did not find, if an error states it."""
    name = error.name if isinstance(error, (NameError, AttributeError, ImportError)) else None
    return name[:100] if isinstance(name, str) else ""


def _name_owner(error: BaseException) -> str:
    """Return the name of the module or of the type that lacks an attribute, if an error states it."""
    if not isinstance(error, AttributeError) or error.name is None:
        return ""
    if isinstance(error.obj, ModuleType):
        name = vars(error.obj).get("__name__")
        return name[:100] if isinstance(name, str) else ""
    return type.__dict__["__name__"].__get__(type(error.obj))[:100]


def _is_raised_in(error: BaseException, folder: str) -> bool:
    """Return whether an error was raised by a ``raise`` in the student's own files, not by Python or NumPy."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if not trace or not trace.tb_frame.f_code.co_filename.startswith(folder):
        return False
    return trace.tb_frame.f_code.co_code[trace.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def describe_message(error: BaseException) -> str:
    """Return an exception's message, whatever its class does."""
    try:
        return str(error)[:2000]
    except BaseException:
        return "(its message cannot be printed)"


def _is_unchanged(plain: Any, value: Any) -> bool:
    """Return whether an argument still is what `make_argument` made of plain data; generators may draw."""
    if isinstance(plain, (wire.Rng, wire.Given)):
        return True
    if isinstance(plain, np.ndarray):
        if type(value) is not np.ndarray or value.dtype != plain.dtype or value.shape != plain.shape:
            return False
        return value.tobytes() == plain.tobytes()  # also where an entry is NaN
    if isinstance(plain, (list, tuple)):
        return type(value) is type(plain) and len(value) == len(plain) and all(map(_is_unchanged, plain, value))
    if isinstance(plain, dict):
        same_keys = type(value) is dict and list(value) == list(plain)
        return same_keys and all(map(_is_unchanged, plain.values(), value.values()))
    with contextlib.suppress(Exception):
        return value is plain or wire.encode(value) == wire.encode(plain)
    return False  # what cannot be written was not there before
