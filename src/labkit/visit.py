"""Tells a visitor on Binder, once, that nothing is kept there, and how to take work home."""

from __future__ import annotations

import re

from . import store
from .display import show_message

_WORDS = (
    "You are on Binder, on a computer that is yours for this visit only. About ten minutes after your last activity it "
    "is deleted, with everything on it. `labkit.take_home()` in any notebook packs your work and shows a link that "
    "downloads it; after you upload that zip on another visit, `labkit.bring_back()` unpacks it."
)


def tell_visitor() -> None:
    """Show the message once per visit."""
    if not store.load("visit"):
        store.save("visit", {"told": True})
        html = re.sub("`(.+?)`", r"<code>\1</code>", _WORDS)
        show_message(f'<p role="note">{html}</p>', _WORDS)
