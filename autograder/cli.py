"""The command line, ``weightlab``."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Weightlab: what the weights of a neural network are."""
