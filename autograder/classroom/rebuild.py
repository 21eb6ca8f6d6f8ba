"""Rebuilds a handed-in notebook: the released one, with the student's answers laid in and nothing else of theirs."""

from __future__ import annotations

import ast
import base64
import binascii
import copy
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..exercise import Chapter, Question
from ..judging.question import judge_answer
from ..judging.verdict import Status, Verdict
from ..limits import MAX_NOTEBOOK

GRADED = "graded"
MAX_CELLS = 5_000
MAX_SOURCE = 50_000
MAX_TEXT = 10_000
MAX_OUTPUTS = 20
MAX_IMAGE = 500_000
ANSWER = "-answer"
"""What a question's answer cell is called: the question's name with this at the end."""


@dataclass(frozen=True)
class Rebuilt:
    """The notebook that graders and students see, and whether the handed-in one could be read."""

    notebook: dict
    status: str = GRADED
    words: str = ""


class _MalformedError(ValueError):
    """What was handed in is no notebook; the message says why."""


def rebuild(released: Mapping[str, Any], submitted: bytes) -> Rebuilt:
    """Lay a student's answers into the released notebook.

    Parameters
    ----------
    released : mapping
        The notebook as it was handed out (nbformat 4). It alone decides which cells there are, what they are worth,
        and every cell that is not an answer.
    submitted : bytes
        What the student handed in, whatever it is.

    Returns
    -------
    Rebuilt
        Sources of answer cells, found by their nbgrader name, come from the student, with their outputs as plain text
        and pictures. Of several cells of one name the first that was changed counts. What is no notebook gives the
        released one and the status ``malformed``.
    """
    notebook = copy.deepcopy(dict(released))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    try:
        cells = _read(submitted)
    except _MalformedError as error:
        words = f"The notebook cannot be read: {error}. Open it, save it and hand it in again."
        return Rebuilt(notebook, Status.MALFORMED, words)
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if not marks.get("solution"):
            continue
        theirs = _answer(cells.get(marks["grade_id"], []) or cells.get(cell.get("id"), []), _joined(cell["source"]))
        if theirs is None:
            continue
        cell["source"] = _source(theirs, cell["cell_type"], _joined(cell["source"]))
        if cell["cell_type"] == "code":
            cell["outputs"] = list(sanitised(theirs.get("outputs")))
    return Rebuilt(notebook)


def _read(submitted: bytes) -> dict[str, list[dict]]:
    """Return the handed-in cells by name, in their order."""
    if len(submitted) > MAX_NOTEBOOK:
        raise _MalformedError(f"it is larger than {MAX_NOTEBOOK // 2**20} MB")
    try:
        data = json.loads(submitted.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _MalformedError("it is not JSON") from None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise _MalformedError("it holds no list of cells")
    if len(cells) > MAX_CELLS:
        raise _MalformedError(f"it holds more than {MAX_CELLS:,} cells")
    found: dict[str, list[dict]] = {}
    for cell in cells:
        if isinstance(cell, dict):
            metadata = cell.get("metadata")
            marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
            name = marks.get("grade_id") if isinstance(marks, dict) else None
            for known in {known for known in (name, cell.get("id")) if isinstance(known, str)}:
                found.setdefault(known, []).append(cell)
    return found


def _joined(text: Any) -> str:
    """Return the text of a cell or output, which nbformat writes as one string or as lines."""
    if isinstance(text, list):
        text = "".join(item for item in text if isinstance(item, str))
    return text if isinstance(text, str) else ""


def _answer(cells: list[dict], released: str) -> dict | None:
    changed = [cell for cell in cells if _joined(cell.get("source")).strip() != released.strip()]
    return next(iter(changed or cells), None)


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


def _clean(text: str, limit: int) -> str:
    """Return text without control characters, ANSI colours, reversed writing or half characters, cut to a length."""
    text = _ANSI.sub("", text[: 2 * limit]).encode("utf-8", "replace").decode()
    text = _UNSEEN.sub("", text.replace("\r\n", "\n"))
    return text if len(text) <= limit else f"{text[:limit]}\n… (cut here, after {limit:,} characters)"


# Formgrader and feedback turn Markdown into a page with raw HTML and any link, and MathJax makes links in formulas.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#|\w+;)")
_PICTURE = re.compile(r"!(?=\[)")
"""A picture from the web would be fetched by whoever opens the page, from inside their session."""
_LINK = re.compile(r"\](?=[(:](?!\s*https?://))", re.IGNORECASE)
"""Where a link to anything but the web begins: an address can be disguised in more ways than can be listed."""
_MACRO = re.compile(
    r"\\(?=(?:href|class|cssId|style|require|mmlToken|data|unicode|verb|def|let|newcommand|renewcommand"
    r"|newenvironment|DeclareMathOperator|csname)(?![A-Za-z]))"
)

_HEADING = re.compile(r"^([ \t>*+\-:\d.)]*)(#|=+[ \t]*$|-+[ \t]*$)", re.MULTILINE)
"""A heading's text becomes its id, by which Formgrader would take it for the cell of that name and hide its score."""


def _source(theirs: dict, kind: str, released: str) -> str:
    text = _joined(theirs.get("source"))
    if text.strip() == released.strip():
        return released  # to the byte: nbgrader sees by that that there is no answer
    text = _clean(text, MAX_SOURCE)
    if kind == "code":
        return text
    text = _TAG.sub("< ", _ENTITY.sub("& ", text))
    text = _HEADING.sub("\\1\u200b\\2", text)  # a space of no width: it looks as it was typed
    return _MACRO.sub(r"\\ ", _LINK.sub("] ", _PICTURE.sub("! ", text)))


def sanitised(outputs: Any) -> Iterator[dict]:
    """Yield a cell's outputs as plain text and pictures, all that can run left out."""
    left = MAX_TEXT
    for output in outputs[:MAX_OUTPUTS] if isinstance(outputs, list) else ():
        made = _output(output, left) if isinstance(output, dict) else None
        if made:
            left = max(0, left - len(str(made)))
            yield made


def _output(output: dict, left: int) -> dict | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = _clean(_joined(output.get("text")), left)
        return {"output_type": "stream", "name": name, "text": text} if text else None
    if kind == "error":
        lines = output.get("traceback")
        joined = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        name, value = (_clean(_joined(output.get(field)), 1_000) for field in ("ename", "evalue"))
        told = _clean(joined, left) or f"{name}: {value}"  # the traceback alone is shown
        return {"output_type": "error", "ename": name, "evalue": value, "traceback": told.split("\n")}
    if kind in ("execute_result", "display_data") and isinstance(output.get("data"), dict):
        data = {}
        if text := _clean(_joined(output["data"].get("text/plain")), left):
            data["text/plain"] = text
        if picture := _png(_joined(output["data"].get("image/png"))):
            data["image/png"] = picture
        return {"output_type": "display_data", "data": data, "metadata": {}} if data else None
    return None


def _png(text: str) -> str | None:
    if not text or len(text) > MAX_IMAGE:
        return None
    try:
        picture = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(picture).decode() if picture.startswith(b"\x89PNG\r\n\x1a\n") else None


def question_verdicts(chapter: Chapter, rebuilt: Rebuilt) -> list[Verdict]:
    """Judge a chapter's number questions by what the rebuilt notebook's answer cells state or recorded."""
    cells = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in rebuilt.notebook["cells"]
        if "nbgrader" in cell["metadata"]
    }
    verdicts = []
    for question in chapter.questions.values():
        if rebuilt.status == Status.MALFORMED:
            verdict = replace(judge_answer(question, None), status=Status.MALFORMED, message=rebuilt.words)
        else:
            verdict = _question(question, cells.get(question.name + ANSWER))
        verdicts.append(verdict)
    return verdicts


def _question(question: Question, cell: dict | None) -> Verdict:
    if cell is None:
        return judge_answer(question, None)
    stated, written = _stated(_joined(cell["source"]), question.name)
    if stated is not None or not written:
        return judge_answer(question, stated)
    shown = [output["data"]["text/plain"] for output in cell["outputs"] if "text/plain" in output.get("data", {})]
    if shown and (value := parse_number(shown[-1])) is not None:
        return judge_answer(question, value)
    verdict = judge_answer(question, None)
    failure = next((output for output in cell["outputs"] if output["output_type"] == "error"), None)
    if failure:
        verdict.status = Status.ERROR
        verdict.message = f"The cell that computes {question.name} stopped with {failure['ename']}: {failure['evalue']}"
    elif shown:
        verdict.status = Status.MALFORMED
        verdict.message = f"The cell that computes {question.name} shows no single number, but {shown[-1][:80]}"
    else:
        verdict.status = Status.MALFORMED
        verdict.message = (
            f"The cell that computes {question.name} was handed in without a result, and only what was "
            f"handed in counts. Write {question.name} in its last line, run it, save the notebook, and "
            "hand it in again."
        )
    return verdict


def _stated(source: str, name: str) -> tuple[int | float | None, bool]:
    """Return the number that a source binds to a name, once and as a literal, and whether it does anything."""
    source = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        tree = ast.parse(source)
        bindings = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        ]
        assigned = [node.value for node in tree.body if isinstance(node, ast.Assign) and bindings == node.targets]
        if not assigned:
            return None, bool(tree.body)
        value = ast.literal_eval(assigned[0])
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None, True
    if value is None or value is Ellipsis:
        return None, False
    return (value if type(value) in (int, float) and len(ast.unparse(assigned[0])) <= _LONGEST else None), True


_LONGEST = 60
_NUMBER = re.compile(r"[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_TYPED = re.compile(r"(?:(?:np|numpy)\.)?(?:u?int|float)\d*\(([^()]*)\)|array\(([^(),]*)(?:, dtype=\w+)?\)")


def parse_number(text: str) -> int | float | None:
    """Read the one number that a text shows, such as ``124439808``, ``0.89`` or ``np.float64(0.89)``; else None."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if typed := _TYPED.fullmatch(text):
        text = (typed[1] or typed[2] or "").strip()
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return int(text)
    except ValueError:
        value = float(text)
        return value if math.isfinite(value) else None
