"""Serves the learner's own course to an AI assistant over the Model Context Protocol: help, and never an answer."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import card
from ..candidate.wire import printable
from ..exercise import Exercise
from ..exercises import CHAPTERS
from ..judging.key import public_keys
from ..library import MAX_SOURCE, UNPARSABLE
from ..names import find_asked
from ..paths import COURSE, LIBRARY, shown
from ..refusal import Refusal
from . import progress, tutor
from .check import check_exercise

INSTRUCTIONS = """\
You help a learner of Weightlab, a course on the weights of neural networks. The learner writes every function; you ask,
point and explain. Before you explain anything, ask what they tried and what they expected. Read their code with
read_code and the verdict of run_check before you say what is wrong. Say what the numbers show, then ask one question
that leads to the next step. Never write the function for them, neither whole nor as a line that they could paste.
When they are stuck, offer next_hint: each hint counts as if they had opened it themselves, so ask first. The last hint
of an exercise is nearly its answer: ask again before you open it. Do not read the folder solutions; a learner who wants
to see the answer calls labkit.reveal themselves."""

_TERM = re.compile(r"^- \*\*(.+?)\*\*: (.+?) \[Chapter (\d+)\]", re.MULTILINE)


def list_exercises() -> list[dict[str, Any]]:
    """List every exercise in the order of the course, with the learner's best score so far."""
    return [
        {"chapter": row["chapter"], "title": row["title"], "exercise": item["name"]}
        | {"score": item["score"], "points": item["points"], "solved": item["solved"]}
        for row in progress.board()
        for item in row["items"]
    ]


def next_exercise() -> dict[str, str]:
    """Name the first exercise that is not solved yet, and its chapter."""
    coming = progress.next_exercise()
    return {"chapter": coming[0], "exercise": coming[1]} if coming else {"chapter": "", "exercise": ""}


def show_exercise(name: str) -> dict[str, Any]:
    """Show what an exercise asks, where it is written, what earns its points, and its stub."""
    exercise = _find_function(name)
    return {
        "exercise": exercise.name,
        "chapter": exercise.chapter,
        "notebook": shown(COURSE / exercise.chapter / f"{exercise.chapter}.ipynb"),
        "file": shown(LIBRARY / f"{exercise.module}.py"),
        "task": exercise.task,
        "points": dict(exercise.aspects),
        "may_use": list(exercise.prerequisites),
        "stub": public_keys(exercise.module)[name].stub,
    }


def read_code(name: str) -> str:
    """Read the learner's own code of one exercise as it is saved now, or the whole file if Python cannot read it."""
    exercise = _find_function(name)
    path = LIBRARY / f"{exercise.module}.py"
    try:
        if path.is_symlink() or not path.is_file():  # the target of a link is not an answer, and may be private
            raise ValueError(f"{shown(path)} is not one of the library's own files, so it is not read.")
        with path.open("rb") as file:
            text = file.read(MAX_SOURCE).decode("utf-8-sig", "replace")
    except OSError:
        raise ValueError(f"{shown(path)} cannot be read.") from None
    text = text.replace("\r\n", "\n")
    try:
        nodes = ast.parse(text).body
    except UNPARSABLE:
        return printable(text)
    written = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name]
    return printable("\n\n".join(ast.get_source_segment(text, node) or "" for node in written))


def run_check(name: str) -> str:
    """Check one exercise of the learner's library; return what the card in the notebook says."""
    verdict = check_exercise(_find_function(name))
    progress.record([verdict])
    return card.plain(verdict)


def next_hint(name: str) -> str:
    """Open the learner's next hint for an exercise; the hint counts as if they had asked for it themselves."""
    return "\n".join(tutor.hint(_find_function(name).name))


def define_term(word: str) -> str:
    """Say what a term of the course means, and which chapter introduces it."""
    terms = _read_glossary(COURSE / "glossary" / "glossary.ipynb")
    found = terms.get(word.strip().lower())
    return found or f"The glossary has no entry for {word!r}. It has: {', '.join(sorted(terms))}."


def ask_before_telling(exercise: str) -> str:
    """Help with one exercise by questions."""
    return (
        f"I am working on the exercise {exercise}. First read it with show_exercise and my code with read_code, "
        "and run run_check. Do not tell me what is wrong yet: ask me what I expected, and why. Then guide me with "
        "one question at a time."
    )


def explain_the_verdict(exercise: str) -> str:
    """Explain what a check found, without the remedy."""
    return (
        f"Run run_check for {exercise} and explain in plain words what the numbers show: what came back, what was "
        "expected, and in which cases they differ. Stop there, and ask me what could cause exactly that."
    )


TOOLS = (list_exercises, next_exercise, show_exercise, read_code, run_check, next_hint, define_term)
PROMPTS = (ask_before_telling, explain_the_verdict)


def serve() -> None:
    """Serve one assistant over standard input and output until it closes the connection.

    Raises
    ------
    ModuleNotFoundError
        If the package ``mcp`` is not installed.
    """
    from mcp.server.mcpserver import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError

    server = MCPServer("weightlab", instructions=INSTRUCTIONS)
    for tool in TOOLS:
        server.tool()(_with_plain_errors(tool, ToolError))
    for prompt in PROMPTS:
        server.prompt()(prompt)
    server.run("stdio")


def _with_plain_errors(tool: Callable, error_of_tool: type[Exception]) -> Callable:
    """Report a tool's refusal to the assistant as one sentence."""

    @functools.wraps(tool)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return tool(*args, **kwargs)
        except (Refusal, ValueError) as refusal:
            raise error_of_tool(str(refusal)) from None

    return call


def _find_function(name: str) -> Exercise:
    asked = find_asked(name)
    if not isinstance(asked, Exercise):
        raise ValueError(
            f"{name} is a number that the learner computes in the notebook, and a cell of the notebook checks it."
        )
    return asked


def _read_glossary(path: Path) -> dict[str, str]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError):
        return {}
    text = "\n".join("".join(cell["source"]) for cell in cells)
    names = {name[:2]: name for name in CHAPTERS}
    return {
        word.lower(): f"{word}: {meaning} (chapter {names.get(f'{int(number):02}', number)})"
        for word, meaning, number in _TERM.findall(text)
    }
