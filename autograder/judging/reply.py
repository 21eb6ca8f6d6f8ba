"""Writes the job for an exercise, and reads what came back: the answers, or a status with a sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from ..candidate import wire
from ..candidate.frames import Ending
from ..candidate.given import MAX_AXES, MAX_SHAPES
from ..candidate.limits import MAX_PRINTED, MEMORY
from ..exercise import Call, Exercise
from ..library import MAX_SOURCE
from . import reference
from .errors import INDENT, NO_FILES, ONE_PROCESS, TYPE_AGAIN, classify
from .key import Key
from .verdict import Reply, Status

MAX_COMPILED = 4 * MAX_SOURCE
"""The maximum number of bytes that a library's compiled modules may have together, to be kept for later jobs."""


def refuse_sources(exercise: Exercise, sources: Mapping[str, bytes], folder: str) -> Reply | None:
    """Return a reply without running anything if an exercise's module is missing or too large.

    Parameters
    ----------
    sources : mapping of str to bytes
        The student's modules, as `library.read_library` returns them.
    folder : str
        The library's folder, as messages name it.
    """
    file = f"{folder}/{exercise.module}.py"
    if exercise.module not in sources:
        zipped = f"the zip that `weightlab submit {exercise.chapter}` makes"
        return Reply(Status.MISSING, f"{file} is missing. Put the file back, or submit {zipped}.")
    if len(sources[exercise.module]) > MAX_SOURCE:
        words = f"{file} is larger than {MAX_SOURCE // 2**10} KiB, so it was not read. Keep only your functions in it."
        return Reply(Status.ERROR, words)
    return None


def make_job(
    exercise: Exercise,
    key: Key,
    sources: Mapping[str, bytes],
    folder: str,
    given: tuple[str, ...] = (),
    compiled: Mapping[str, bytes] | None = None,
) -> bytes:
    """Write the job that runs an exercise's cases on a student's sources.

    Parameters
    ----------
    sources, folder
        As for `refuse_sources`.
    given : tuple of str
        Exercises whose functions are replaced by the reference's.
    compiled : mapping of str to bytes, optional
        Modules as `read_joint_reply` returns them; the job compiles the others itself.
    """
    code, names = reference.code_of(given) if given else (b"", {})
    return wire.encode(
        {
            "exercise": exercise.name,
            "module": exercise.module,
            "sources": {name: text for name, text in sources.items() if len(text) <= MAX_SOURCE},
            "compiled": dict(compiled or {}),
            "folder": folder,
            "reference_code": code,
            "reference_names": names,
            "cases": key.calls,
        }
    )


def make_joint_job(
    exercises: Iterable[Exercise], keys: Mapping[str, Key], module: str, sources: Mapping[str, bytes], folder: str
) -> bytes:
    """Write one job that runs several exercises of a module in one process, without any function of the reference."""
    return wire.encode(
        {
            "module": module,
            "sources": {name: text for name, text in sources.items() if len(text) <= MAX_SOURCE},
            "compiled": {},
            "folder": folder,
            "reference_code": b"",
            "reference_names": {},
            "together": {one.name: keys[one.name].calls for one in exercises},
        }
    )


def read_joint_reply(
    ending: Ending,
    data: bytes,
    exercises: Iterable[Exercise],
    keys: Mapping[str, Key],
    sources: Mapping[str, bytes],
    folder: str,
) -> tuple[dict[str, Reply], dict[str, bytes]]:
    """Read the data of a job of `make_joint_job`, as far as possible.

    Returns
    -------
    replies : dict of str to Reply
        By exercise.
    compiled : dict of str to bytes
        The student's modules as the job compiled them. Only other jobs may load them: a student's code can put
        anything in their place. It gains nothing by that, since the code is the student's own in any case, and since
        this job has seen no secret.
    """
    replies: dict[str, Reply] = {}
    compiled: dict[str, bytes] = {}
    if ending is not Ending.ANSWERED:
        return replies, compiled
    with contextlib.suppress(wire.WireError, KeyError, TypeError, AttributeError, ValueError):
        answer = wire.decode(data)
        for one in exercises:
            told = answer["together"][one.name] | {"printed": ""}
            replies[one.name] = _read_answer(told, one, keys[one.name], f"{folder}/{one.module}.py")
        codes = {name: code for name, code in answer["compiled"].items() if name in sources}
        if sum(map(len, codes.values())) <= MAX_COMPILED and all(isinstance(code, bytes) for code in codes.values()):
            compiled = codes
    return replies, compiled


def read_reply(ending: Ending, data: bytes, limit: float, exercise: Exercise, key: Key, folder: str) -> Reply:
    """Read the ending of a job of `make_job`, and its data.

    Parameters
    ----------
    limit : float
        The job's time limit in seconds.
    """
    file = f"{folder}/{exercise.module}.py"
    if ending is not Ending.ANSWERED:
        status, words = _ENDINGS[ending]
        return Reply(status, words.format(name=exercise.name, file=file, limit=limit))
    try:
        return _read_answer(wire.decode(data), exercise, key, file)
    except (wire.WireError, KeyError, TypeError, AttributeError, ValueError) as error:
        return Reply(Status.MALFORMED, f"{exercise.name} sent back something that is not data ({error}).")


MAX_QUOTED = 500
"""Characters kept from each text of an exception: its message and its line of code."""
_REMEDIES = {"character": TYPE_AGAIN, "return outside": INDENT}
_ENDINGS = {
    Ending.TIMEOUT: (
        Status.TIMEOUT,
        "{name} did not finish within {limit:.3g} seconds of computing time and was stopped. "
        "Look for a loop that never ends, or for much more work than is needed.",
    ),
    Ending.NOT_TRIED: (
        Status.TIMEOUT,
        "{name} was not tried, because the functions before it had used up all of the {limit:g} seconds that a whole "
        "chapter may take. Make the slow functions faster first.",
    ),
    Ending.CRASHED: (
        Status.CRASHED,
        "{name} ended its whole process, so nothing came back. Endless recursion, far too much memory, or a call that "
        "exits Python can cause this.",
    ),
    Ending.MEMORY: (
        Status.CRASHED,
        f"{{name}} used more than {MEMORY // 2**20} MiB of memory and was stopped. Look for an array that is far too "
        "large, or for a list that never stops growing.",
    ),
    Ending.PROCESSES: (Status.CRASHED, f"{{name}} started far too many processes and was stopped. {ONE_PROCESS}"),
    Ending.FILES: (
        Status.CRASHED,
        "{name} wrote far too many files and was stopped. Return the result instead of writing it to files.",
    ),
    Ending.TOO_MUCH: (Status.MALFORMED, "{name} sent back more than can be read. Return only the result."),
    Ending.SEVERAL: (
        Status.MALFORMED,
        f"More than one answer came back from {{name}}, as if from processes that it started. {ONE_PROCESS}",
    ),
    Ending.UNREADABLE: (
        Status.MALFORMED,
        "The result of {name} could not be read. Does {file} change NumPy or Python's own functions?",
    ),
}


def _read_answer(data: dict, exercise: Exercise, key: Key, file: str) -> Reply:
    """Check the form of an answer, and keep only values and text of bounded length."""
    name = exercise.name
    if data.get("error"):
        error = _read_error(data["error"])
        return Reply(Status.ERROR, _describe_load_error(error, file), error=error)
    if data.get("absent"):
        return Reply(
            Status.NOT_STARTED,
            f"{file} has no function called {name}. Was it renamed or deleted? "
            f'`labkit.reset("{name}")` restores the stub.',
        )
    cases = [
        [_read_outcome(outcome, call) for outcome, call in zip(outcomes, case.calls, strict=True)]
        for outcomes, case in zip(data["cases"], key.cases, strict=True)
    ]
    return Reply(cases=cases, printed=_read_text(data["printed"], MAX_PRINTED))


def _read_outcome(outcome: dict, call: Call) -> dict:
    _require(("value" in outcome) != ("raised" in outcome))
    changed, arguments = outcome["changed"], [*range(len(call.args)), *dict(call.kwargs)]
    # Each of the call's own arguments at most once, in their order, so that no other information can be passed.
    _require(changed == [one for one in arguments if one in changed])
    if "raised" in outcome:
        seen = {"raised": _read_error(outcome["raised"])}
    elif wire.is_short(outcome["value"]):
        seen = {"value": outcome["value"]}
    else:  # a forged answer, because the candidate itself keeps within the bounds
        seen = {"value": wire.Opaque("something that is too long to be read")}
    if outcome.get("asked"):
        seen["asked"] = _read_asked(outcome["asked"])
    part = outcome.get("part")
    known = type(part) is int and 0 <= part < wire.MAX_ANSWER_VALUES
    return seen | {"changed": changed, "iterator": outcome.get("iterator") is True, "part": part if known else None}


def _read_asked(asked: tuple) -> tuple[int, tuple]:
    count, shapes = asked
    _require(type(count) is int and isinstance(shapes, tuple) and len(shapes) <= MAX_SHAPES)
    _require(all(isinstance(shape, tuple) and len(shape) <= MAX_AXES for shape in shapes))
    _require(all(type(n) is int for shape in shapes for n in shape))
    return count, shapes


def _read_error(told: dict) -> dict:
    texts = ("type", "message", "file", "code", "function", "name", "owner", "called_code")
    error = {name: _read_text(told.get(name) or "", MAX_QUOTED) for name in texts}
    error |= {name: told.get(name) is True for name in ("of_module", "own")}
    kinds, lines = told.get("kinds"), {name: told.get(name) for name in ("line", "called_line")}
    _require(isinstance(kinds, list) and all(line is None or isinstance(line, int) for line in lines.values()))
    return error | {"kinds": [_read_text(kind, 100) for kind in kinds[:20]]} | lines


def _read_text(value: Any, most: int) -> str:
    _require(isinstance(value, str))
    return wire.printable(value[:most])


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError("unexpected form")


def _describe_load_error(error: dict, file: str) -> str:
    """Say why a module cannot be run, and where."""
    where = f"line {error['line']} of {error['file'] or file}"
    if "SyntaxError" in error["kinds"] and not error["line"]:
        return f"Python cannot read {file}: {error['message']}. Save it as plain text in UTF-8."
    if "SyntaxError" in error["kinds"]:
        remedy = f" {remedy}" if (remedy := _REMEDIES.get(classify(error) or "")) else ""
        quote = f" The line is: {error['code']}" if error["code"] else ""
        return f"Python cannot read {where}: {error['message']}.{remedy}{quote}"
    if "UnicodeDecodeError" in error["kinds"] and not error["line"]:
        return f"Python cannot read {file}: some of its bytes are not valid UTF-8. Save it as plain text in UTF-8."
    raised = ": ".join(filter(None, (error["type"], error["message"].strip())))
    if not error["line"]:
        return f"{file} cannot be run: {raised}."
    stopped = f"{file} stops while it is being loaded, on {where} ({error['code']})"
    return f"{stopped}: {raised}" + (f". {NO_FILES}" if classify(error) == "file" else "")
