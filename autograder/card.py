"""The card that shows a verdict in a notebook: readable in light and dark themes and read out in order."""

from __future__ import annotations

import html
import itertools
import re
import textwrap

from .judging.verdict import Aspect, Status, Verdict
from .judging.words import counted, score_text

_STYLE = """<style>
.wl-card{border:1px solid var(--jp-border-color1,#8888);border-left:5px solid var(--wl,#888);border-radius:6px;
padding:.6em 1em;margin:.3em 0;max-width:52em;line-height:1.5;color:var(--jp-ui-font-color1,inherit);
font-family:var(--jp-content-font-family,sans-serif);font-size:var(--jp-content-font-size1,14px)}
.wl-card p{margin:.35em 0}.wl-card ul{list-style:none;padding:0;margin:.35em 0}
.wl-card .wl-quiet{color:var(--jp-ui-font-color2,inherit)}
.wl-card code{font-size:.95em;background:transparent;color:inherit}
.wl-card pre{margin:.3em 0;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;color:inherit}
</style>"""
# The colours differ in lightness as well, and the words and marks say the same, so colour is never the only sign.
_COLOURS = {"passed": "#2a9d57", "partly": "#c98500", "other": "#c4452f"}
_MAX_SHOWN, _MAX_LINES = 2_000, 40
"""Characters and lines of printed output that are shown."""


def plain(verdict: Verdict) -> str:
    """Return a verdict as a few lines of text for a terminal."""
    lines = [_headline(verdict) + _graded(verdict)]
    if verdict.status not in (Status.MISSING, Status.NOT_STARTED, Status.UNJUDGED) and len(verdict.aspects) > 1:
        lines.append("   ".join(f"{_mark(aspect)} {aspect.name}" for aspect in verdict.aspects))
    lines.append(verdict.message)
    if printed := _beginning(verdict.printed):
        lines += [_say_printed(verdict), textwrap.indent(printed, "  ")]
    return "\n".join(lines)


def as_html(verdict: Verdict, below: str = "") -> str:
    """Return a verdict as HTML; everything that comes from the student's code is escaped.

    Parameters
    ----------
    verdict : Verdict
        What to show.
    below : str
        What to do next, in words with ``code`` between backquotes.
    """
    share = "passed" if verdict.status == Status.PASSED else "partly" if verdict.score else "other"
    parts = [f"<p><strong>{html.escape(_headline(verdict))}</strong>"]
    if verdict.score is not None and (graded := _graded(verdict)):
        parts.append(f'<span class="wl-quiet">{html.escape(graded)}</span>')
    parts.append("</p>")
    if verdict.status in (Status.PASSED, Status.FAILED) and len(verdict.aspects) > 1:
        items = "".join(map(_item, verdict.aspects))
        parts.append(f"<ul>{items}</ul>")
    parts += [f"<p>{_with_code(line)}</p>" for line in verdict.message.splitlines() if line.strip()]
    if printed := _beginning(verdict.printed):
        parts.append(f'<p class="wl-quiet">{_say_printed(verdict)}</p><pre>{html.escape(printed)}</pre>')
    parts += [f'<p class="wl-quiet">{_with_code(line)}</p>' for line in below.splitlines() if line]
    label = html.escape(f"Check of {verdict.exercise}", quote=True)
    body = "".join(parts)
    return f'{_STYLE}<div class="wl-card" role="group" aria-label="{label}" style="--wl:{_COLOURS[share]}">{body}</div>'


def note(title: str, words: str) -> str:
    """Return a card that is not a verdict: a hint, an answer, a question."""
    lines = "".join(f"<p>{_with_code(line)}</p>" for line in words.splitlines() if line.strip())
    return (
        f'{_STYLE}<div class="wl-card" role="group" aria-label="{html.escape(title, quote=True)}" '
        f'style="--wl:#3b7dd8"><p><strong>{html.escape(title)}</strong></p>{lines}</div>'
    )


def _say_printed(verdict: Verdict) -> str:
    """Introduce what was printed; a beginner may have printed an answer that should be returned."""
    return "Your code printed" + (":" if verdict.status == Status.PASSED else " (only what it returns is checked):")


def _beginning(printed: str) -> str:
    """Return the beginning of printed output; say so if there was more."""
    lines = _without_repetitions(printed[:_MAX_SHOWN].rstrip().splitlines())
    whole = len(printed.rstrip()) <= _MAX_SHOWN and len(lines) <= _MAX_LINES
    return "\n".join(lines[:_MAX_LINES] if whole else [*lines[:_MAX_LINES], "… (and more)"])


def _without_repetitions(lines: list[str]) -> list[str]:
    """Return equal lines in a row, or an equal group of lines, once: a function prints for each case that it is given.

    Each is followed by how often it was printed.
    """
    for size in range(2, len(lines) // 2 + 1):
        times, rest = divmod(len(lines), size)
        if not rest and lines == lines[:size] * times and len(set(lines)) > 1:
            return [*lines[:size], f"(these {size} lines, {times} times)"]
    groups = [(line, len(list(same))) for line, same in itertools.groupby(lines)]
    return [line if times == 1 else f"{line} ({times} times)" for line, times in groups]


def _item(aspect: Aspect) -> str:
    words = "right" if aspect.passed else aspect.message if aspect.waits else "not yet"
    return (
        f'<li><span aria-hidden="true">{_mark(aspect)}</span> {html.escape(aspect.name)} <span class="wl-quiet">'
        f"({words}, {score_text(aspect.score)} of {score_text(aspect.points)})</span></li>"
    )


def _mark(aspect: Aspect) -> str:
    return "✓" if aspect.passed else "–" if aspect.waits else "✗"


def _headline(verdict: Verdict) -> str:
    if verdict.score is None:
        return f"{verdict.exercise} · could not be judged"
    mark = "✓ " if verdict.status == Status.PASSED else ""
    return f"{mark}{verdict.exercise} · {score_text(verdict.score)} of {counted(verdict.points, 'point')}"


def _graded(verdict: Verdict) -> str:
    if not verdict.file or verdict.status == Status.MISSING:
        return ""
    place = f" in {verdict.folder}" if verdict.folder else ""
    return f" · graded {verdict.file}{place}" + (f", {verdict.saved}" if verdict.saved else "")


def _with_code(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
