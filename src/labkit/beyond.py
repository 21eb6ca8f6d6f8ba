"""What chapter 11 needs: names cut into examples, and what the authors ran with PyTorch and PEFT."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from textwrap import indent
from typing import Any

import numpy as np

from .data import FILES
from .display import show_message

__all__ = ["LETTERS", "show_peft_program", "show_pytorch_lines", "windows"]

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


def _shipped(name: str) -> tuple[dict[str, Any], str]:
    """Return what the course's authors ran, and the versions that they ran it with, in words."""
    shipped = json.loads((FILES / "beyond.json").read_text(encoding="utf-8"))[name]
    return shipped, ", ".join(f"{package} {version}" for package, version in shipped["versions"].items())


def show_peft_program() -> None:
    """Show the LoRA program that the course's authors ran with PEFT, and what it printed."""
    shipped, versions = _shipped("peft_lora")
    blocks = [
        "solutions/beyond/peft_lora.py",
        shipped["program"].rstrip(),
        f"Printed with {versions}:",
        shipped["output"].rstrip(),
    ]
    parts = [
        f"<p><strong>{html.escape(block)}</strong></p>" if k % 2 == 0 else f"<pre>{html.escape(block)}</pre>"
        for k, block in enumerate(blocks)
    ]
    show_message("".join(parts), "\n\n".join(blocks))


def show_pytorch_lines() -> None:
    """Show each function of the library beside its line in PyTorch, by chapter, as the course's authors ran both."""
    shipped, versions = _shipped("pytorch_lines")
    left = 'style="text-align:left;vertical-align:top"'
    heads = "".join(f'<th scope="col" {left}>{head}</th>' for head in ("yours", "in PyTorch", "largest difference"))
    parts = [f"<p>Run with {html.escape(versions)}. Open a chapter:</p>"]
    text = [f"Run with {versions}."]
    for chapter, rows in shipped["lines"].items():
        title = f"Chapter {int(chapter[:2])}: {', '.join(rows)}"
        text.append(title)
        body = ""
        for row in rows.values():
            yours, pytorch = (_code(row[column]) for column in ("yours", "pytorch"))
            remark = f"<p>{html.escape(row['remark'])}</p>" if row["remark"] else ""
            body += f"<tr><td {left}>{yours}</td><td {left}>{pytorch}{remark}</td>"
            body += f"<td {left}>{html.escape(row['compared'])}</td></tr>"
            about = [row["remark"]] if row["remark"] else []
            about.append(f"Largest difference: {row['compared']}")
            text.append("\n".join([row["yours"], indent("\n".join([row["pytorch"], *about]), "    ")]))
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        parts.append(f"<details><summary>{html.escape(title)}</summary>{table}</details>")
    show_message("".join(parts), "\n\n".join(text))


def _code(lines: str) -> str:
    """Return lines of code as HTML; long ones wrap, so that the table fits a narrow window."""
    style = "white-space:pre-wrap;margin:0"
    return f'<pre style="{style}">{html.escape(lines)}</pre>'
