"""Builds the whole site: ``python -m web DIR``, or ``make site``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from autograder.learner.manifest import UpdateError
from autograder.release import ReleaseError

from . import lite, pages, pyodide


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--pyodide",
    "own",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with Pyodide and its packages, in place of the npm package and the content network.",
)
@click.option("--only", type=click.Choice(["pages", "lite"]), help="Build one half of the site.")
def main(target: Path, own: Path | None, only: str | None) -> None:
    """Build the pages to read, and the course in the browser under lite/, into a new folder TARGET."""
    if target.exists() and any(target.iterdir()):
        raise click.ClickException(f"{target} is not empty. Name a new folder for the site, or delete this one.")
    try:
        if only != "lite":
            pages.build(target)
        if only != "pages":
            with tempfile.TemporaryDirectory(prefix="weightlab-pyodide-") as held:
                source, cdn = (own, "") if own else pyodide.fetch(Path(held))
                lite.build(target / "lite", source, cdn)
    except (RuntimeError, ReleaseError, UpdateError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The site is in {target}. Look at it with: {sys.executable} -m http.server --directory {target}")


if __name__ == "__main__":
    main()
