"""Shows a message in a notebook as HTML, and elsewhere as plain text."""

from __future__ import annotations

import sys

from .place import IN_BROWSER


def in_kernel() -> bool:
    """Say whether a notebook's kernel runs this, without importing IPython."""
    ipython = sys.modules.get("IPython")
    return hasattr(ipython.get_ipython() if ipython else None, "kernel")


def interactive() -> bool:
    """Say whether there is a person at the notebook who can move a slider or pick an answer.

    Programs that run notebooks, such as nbconvert, ask the kernel for no input; JupyterLab does. A kernel in a
    browser always has a user.
    """
    if not in_kernel():
        return False
    return IN_BROWSER or bool(getattr(sys.modules["IPython"].get_ipython().kernel, "_allow_stdin", False))


def show_message(html: str, text: str) -> None:
    """Show a message as HTML or as text, whichever can be shown here.

    Parameters
    ----------
    html : str
        The message for a notebook; the caller escapes what it quotes.
    text : str
        The same for a terminal, a screen reader's plain view or a test.
    """
    ipython = sys.modules.get("IPython")
    if ipython and ipython.get_ipython():
        from IPython.display import display

        display({"text/html": html, "text/plain": text}, raw=True)
    else:
        print(text)
