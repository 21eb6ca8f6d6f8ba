"""The command line, ``weightlab``."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from ..paths import ROOT, SOLUTIONS, shown
from ..refusal import Refusal, UnknownName
from ..version import help_link, release_name
from .spoken import as_typed, command_name, say, stopping

_COMMANDS = {
    "learner": ("study", "check", "status", "hint", "reveal", "reset", "submit", "update", "mcp"),
    "author": ("release",),
    "platforms": ("roster", "collect", "extension", "feedback"),
    "instructor": ("grade", "explain", "view", "report"),
    "places": ("handout", "github-points", "hub-setup", "gradescope"),
}
"""The modules, each with the commands that it holds."""
_IN_A_NOTEBOOK = {"progress": "status"}
"""What a notebook's function is called here, if the name is another one."""
_FOR_A_CLASS = ("platforms", "instructor", "places")
_AUTHORS = {ROOT / "autograder" / "exercises", SOLUTIONS}
"""Where authors write Python code: declarations, the reference, misconceptions."""


class _Commands(click.Group):
    """The commands, each imported only when it is called, because a check must start quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for names in _COMMANDS.values() for name in names]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        module = next((module for module, names in _COMMANDS.items() if name in names), None)
        if module is None:
            return None
        if module in _FOR_A_CLASS:
            # Before NumPy is imported: the processors are for workers, not for the threads of one matrix product.
            for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
                os.environ.setdefault(threads, "1")
        with stopping() if name == "grade" else nullcontext():
            return getattr(importlib.import_module(f".{module}", __package__), name.replace("-", "_"))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], [*self.list_commands(ctx), *_IN_A_NOTEBOOK], 1)
            near = [_IN_A_NOTEBOOK.get(name, name) for name in near]
            error.message += f" Did you mean {near[0]}?" if near else ""
            raise

    def main(self, *args: Any, prog_name: str | None = None, **extra: Any) -> Any:
        called = (
            command_name()
        )  # looked up now, because a classroom's configuration puts the program's folder on the path later
        return super().main(*args, prog_name=prog_name or called, obj=called, **extra)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if link := help_link():
            formatter.write(f"\nQuestions: {link}\n")

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            error.message = as_typed(error.message)
            raise
        except UnknownName as unknown:
            name = ctx.invoked_subcommand
            called = click.Context(self.get_command(ctx, name), ctx, name)  # the command whose usage is shown
            raise click.UsageError(as_typed(str(unknown)), called) from None
        except Refusal as refusal:
            raise click.ClickException(as_typed(str(refusal))) from None
        except SyntaxError as error:  # an author's mistake in solutions/ or autograder/exercises
            if not error.filename or not Path(error.filename).is_file():
                raise
            where = f"line {error.lineno} of {shown(error.filename)}" if error.lineno else shown(error.filename)
            raise click.ClickException(f"Python cannot read {where}: {error.msg}.") from None
        except Exception as error:
            if where := _line_of_an_author(error):
                said = f"{type(error).__name__}: {error}".rstrip(".")
                raise click.ClickException(f"Python stops at {where}: {said}.") from error
            if not isinstance(error, OSError) or isinstance(error, BrokenPipeError):  # then click ends quietly
                raise
            unusable = f"{error.filename} cannot be read or written ({error.strerror})."
            raise click.ClickException(unusable if error.filename else as_typed(str(error))) from None


def _line_of_an_author(error: Exception) -> str | None:
    """Return the innermost line of a declaration that the error passed through; None if there is none."""
    passed = reversed(list(traceback.walk_tb(error.__traceback__)))
    lines = ((Path(frame.f_code.co_filename), number) for frame, number in passed)
    written = (f"line {number} of {shown(file)}" for file, number in lines if _AUTHORS & {*file.parents})
    return next(written, None)


def _show_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        about = release_name()
        say(f"weightlab {about['version']}, release {about['digest']}, in {ROOT}")
        context.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print the release."
)
def main() -> None:
    """Weightlab: a course on the weights of neural networks, in which you write the parts of a network yourself."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
