"""Cleans a student's texts and the cells' outputs, so that opening them runs and fetches nothing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from ..submitted_notebook import text_of
from .macros import break_others

MAX_ANSWER = 20_000
"""The largest number of characters of an answer that are shown."""
MAX_OUTPUT = 10_000
"""The largest number of characters of a cell's outputs that are shown."""
MAX_OUTPUTS = 20
MAX_IMAGE = 500_000
MAX_PIXELS = 25_000_000
"""The largest number of an image's pixels: a browser makes four bytes of each, however small the file is."""

_PNG = b"\x89PNG\r\n\x1a\n"
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_ANSI = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,10}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?|[@-Z\\-_])")

# Formgrader and feedback turn Markdown into a page with raw HTML and any link, and MathJax makes links in formulas.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#|\w{1,40};)")
_PICTURE = re.compile(r"!(?=\[)")
"""The start of an image: the browser of whoever opens the page would fetch it from the web, within their session."""
_LINK = re.compile(r"\](?=[(:](?!\s{0,20}https?://))", re.IGNORECASE)
"""The start of a link to anything but the web; an address can be disguised in more ways than can be listed."""
_LANGUAGE = re.compile(r"(?<![`~])(`{3,}+|~{3,}+)(?=[ \t]*[A-Za-z{])")
"""The language of a fenced code block: JupyterLab would draw a mermaid diagram, and fetch what it names."""
_SPACE = re.compile(r"[ \t]{200,}")
_MARKS = " \t>*+:.)0123456789"
"""What may precede a heading on its line: quotes and lists."""
_BREAK = "\u200b"
"""A space without width: the text still looks as it was typed."""


def clean_text(text: str, limit: int) -> str:
    """Return text without control characters, ANSI colours, reversed writing or lone surrogates, cut to a length."""
    text = _ANSI.sub("", text[: 2 * limit]).encode("utf-8", "replace").decode()
    text = _UNSEEN.sub("", text.replace("\r\n", "\n"))
    return text if len(text) <= limit else f"{text[:limit]}\n… (cut here, after {limit:,} characters)"


def clean_markdown(text: str) -> str:
    """Return a written answer that looks as it was typed, but neither runs nor fetches anything."""
    text = _SPACE.sub(" ", clean_text(text, MAX_ANSWER))
    text = _TAG.sub("< ", _ENTITY.sub("& ", text))
    text = "\n".join(map(_without_heading, text.split("\n")))
    text = _LANGUAGE.sub(rf"\1{_BREAK}", text)
    return break_others(_LINK.sub("] ", _PICTURE.sub("! ", text)), _BREAK)


def _without_heading(line: str) -> str:
    """Change a line so that it is neither a heading nor the underline of one.

    A heading's text becomes its id. Formgrader would mistake it for the cell of that name, and hide the cell's score.
    """
    body = line.lstrip(_MARKS + "-")
    if body.startswith("#"):
        return line[: len(line) - len(body)] + _BREAK + body
    text = line.rstrip(" \t")
    before = text.rstrip("=-")
    if len(before) < len(text) and not before.strip(_MARKS + "-="):
        return before + _BREAK + line[len(before) :]
    return line


def clean_outputs(outputs: Any) -> Iterator[dict]:
    """Yield a cell's outputs as plain text and images, without anything that can run."""
    left = MAX_OUTPUT
    for output in outputs[:MAX_OUTPUTS] if isinstance(outputs, list) else ():
        made = _clean_output(output, left) if isinstance(output, dict) else None
        if made:
            left = max(0, left - len(str(made)))
            yield made


def _clean_output(output: dict, left: int) -> dict | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = clean_text(text_of(output.get("text")), left)
        return {"output_type": "stream", "name": name, "text": text} if text else None
    if kind == "error":
        lines = output.get("traceback")
        joined = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        name, value = (clean_text(text_of(output.get(field)), 1_000) for field in ("ename", "evalue"))
        told = clean_text(joined, left) or f"{name}: {value}"  # the traceback alone is shown
        return {"output_type": "error", "ename": name, "evalue": value, "traceback": told.split("\n")}
    if kind in ("execute_result", "display_data") and isinstance(output.get("data"), dict):
        data = {}
        if text := clean_text(text_of(output["data"].get("text/plain")), left):
            data["text/plain"] = text
        if picture := _png(text_of(output["data"].get("image/png"))):
            data["image/png"] = picture
        return {"output_type": "display_data", "data": data, "metadata": {}} if data else None
    return None


def _png(text: str) -> str | None:
    if not text or len(text) > MAX_IMAGE:
        return None
    try:
        picture = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return None
    width, height = int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    shown = picture.startswith(_PNG) and width * height <= MAX_PIXELS
    return base64.b64encode(picture).decode() if shown else None
