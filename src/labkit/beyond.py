"""What chapter 11 needs: names cut into examples, and programs shown with what they printed."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

import numpy as np

from .data import FILES
from .display import show_message

__all__ = ["LETTERS", "show_program", "windows"]

LETTERS = ".abcdefghijklmnopqrstuvwxyz"
"""A letter's number is its position here; the dot is before and after a name."""


def windows(names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Cut names into examples: three letters, and the letter that follows.

    Parameters
    ----------
    names : list of str
        Letters a to z.

    Returns
    -------
    before : ndarray of int, shape (n, 3)
        Numbers of three letters in a row; dots precede a name.
    following : ndarray of int, shape (n,)
        The number of the letter after them; after a name comes a dot.
    """
    before, following = [], []
    for name in names:
        numbers = [LETTERS.index(letter) for letter in f"...{name}."]
        for k in range(3, len(numbers)):
            before.append(numbers[k - 3 : k])
            following.append(numbers[k])
    return np.array(before), np.array(following)


def show_program(name: str, whole: bool = True) -> None:
    """Show a program that the course's authors ran, the versions that they ran it with, and what it printed.

    Parameters
    ----------
    name : str
        ``"pytorch_lines"`` or ``"peft_lora"``.
    whole : bool
        Whether to show the program as well, or only what it printed.
    """
    shipped = json.loads((FILES / "beyond.json").read_text(encoding="utf-8"))[name]
    versions = ", ".join(f"{package} {version}" for package, version in shipped["versions"].items())
    blocks = [f"Printed with {versions}:", shipped["output"].rstrip()]
    if whole:
        blocks = [f"solutions/beyond/{name}.py", shipped["program"].rstrip(), *blocks]
    parts = [
        f"<p><strong>{html.escape(block)}</strong></p>" if k % 2 == 0 else f"<pre>{html.escape(block)}</pre>"
        for k, block in enumerate(blocks)
    ]
    show_message("".join(parts), "\n\n".join(blocks))
