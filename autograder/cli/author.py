"""The author's command ``weightlab release``."""

from __future__ import annotations

import click

from ..paths import shown
from .spoken import say


@click.command(short_help="Build course/, src/weightlab and the answer keys.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; list the stale files.")
def release(only_check: bool) -> None:
    """Build course/, src/weightlab and the answer keys from solutions/."""
    from .. import release as releasing
    from ..judging.words import counted

    try:
        if only_check:
            problems = releasing.check()
            for problem in problems:
                say(problem)
            if problems:
                raise click.ClickException(f"Not up to date. To fix this: {releasing.MEND}")
            say("Everything that is generated is up to date.")
        else:
            changed = releasing.release()
            for path in changed:
                say(f"wrote {shown(path)}" if path.exists() else f"removed {shown(path)}")
            say(f"{counted(len(changed), 'file')} changed.")
    except (RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from None
