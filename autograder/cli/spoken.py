"""Writes the commands in messages as they are typed in this terminal."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

NAME = "weightlab"
_STUDENTS = "submit"
"""The command that messages to an instructor mention as the student's: nobody types it here."""


_LONGEST = 60
"""The number of characters of a file's name in a table."""


def shorten(name: str) -> str:
    """Return a name for a table: of a long one, the middle is left out."""
    half = _LONGEST // 2
    return name if len(name) <= _LONGEST else f"{name[: half - 1]}…{name[-half:]}"


def command_name() -> str:
    """Return the command that starts this program in this terminal: ``weightlab`` if found, otherwise its path."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py" and called.parent.name == "autograder":
        found = shutil.which("python")
        python = "python" if found and Path(found).resolve().parent == Path(sys.executable).resolve().parent else ""
        return f"{python or _typed(Path(sys.executable))} -m autograder"
    if called.stem != NAME:  # another program, such as a test, runs the command
        return NAME
    # make puts this environment on the path of its own commands, which the terminal does not know.
    found = None if "MAKELEVEL" in os.environ else shutil.which(NAME)
    if found and os.path.dirname(os.path.abspath(found)) == os.path.dirname(os.path.abspath(called)):
        return NAME
    return _typed(called)


def _typed(program: Path) -> str:
    """Return a program's path as a person would type it here."""
    path, here = Path(os.path.abspath(program)), Path.cwd()
    path = path.relative_to(here) if path.is_relative_to(here) and here != here.parent else path
    text = str(path.with_suffix("") if path.suffix == ".exe" else path)
    return subprocess.list2cmdline([text]) if os.name == "nt" else shlex.quote(text)


def say(text: object, err: bool = False) -> None:
    """Print a message, with the commands in it as they are typed here."""
    click.echo(as_typed(str(text)), err=err)


@contextmanager
def stopping() -> Iterator[None]:
    """If somebody stops the grading of a class, even its imports, end the process and say that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        from multiprocessing import active_children

        for worker in active_children():  # a second Ctrl+C left them waiting for work, and Python would wait for them
            worker.kill()
        say("Stopped. Everything graded so far is kept: the same command continues where it stopped.", err=True)
        raise SystemExit(130) from None


def as_typed(text: str) -> str:
    """Replace commands in a message, ``weightlab COMMAND`` or a notebook's ``hint("dense")``, by what to type here."""
    text = re.sub(r'\b(?:labkit\.)?(check|hint|reveal|reset)\("(\w+)"(?:, sure=True)?\)', rf"{NAME} \1 \2", text)
    context = click.get_current_context(silent=True)
    if context is None or NAME not in text:
        return text
    root = context.find_root()
    commands = "|".join(re.escape(one) for one in root.command.list_commands(root) if one != _STUDENTS)
    name = root.obj or command_name()
    return re.sub(rf"(?<![\w./-]){NAME} (?=(?:{commands})\b)", lambda _: f"{name} ", text)
