"""Draws the report on a class: its pictures, and the page that holds them."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping
from math import ceil
from statistics import median
from typing import Any

from labkit.figures.style import FAINT, NEGATIVE, POSITIVE, TEXT, figure, to_png

from ...exercises import CHAPTERS
from ...judging import reference
from ...judging.verdict import Status
from ...judging.words import counted
from .tally import KINDS, Line, Summary

_PERSONS_LINES = 500
_LONGEST_WORDS = 400
_SHOWN = 20
"""How many lines of each kind are in sight; more unfold."""


def pictures(summary: Summary) -> dict[str, tuple[bytes, str]]:
    """Return each picture that there is something to draw in as PNG, with its text alternative."""
    there = {"scores": any(summary.scores.values()), "exercises": summary.items, "misconceptions": summary.beliefs()}
    return {name: draw(summary) for name, draw in PICTURES.items() if there[name]}


def _scores(summary: Summary) -> tuple[bytes, str]:
    rows = summary.chapters
    fig, axes = figure(len(rows), 1, (8, 0.6 + 0.75 * len(rows)), sharex=True, squeeze=False)
    for ax, name in zip(axes[:, 0], rows, strict=True):
        shares = [100 * share for share in summary.scores[name]]
        # Bars as wide as whole points, or some would stay empty whatever the class does.
        width = 100 * ceil(CHAPTERS[name].points / _SHOWN) / CHAPTERS[name].points
        ax.hist(shares, bins=[width * (k - 0.5) for k in range(ceil(100 / width) + 2)], color=POSITIVE, rwidth=0.9)
        if shares:
            ax.axvline(median(shares), color=NEGATIVE, linestyle="--", linewidth=1.5)
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
        ax.set_yticks([])
        ax.set_xlim(-5, 105)
    axes[-1, 0].set_xlabel("automatic points, % of the chapter (dashed: median)")
    middles = ", ".join(f"{name} {median(shares):.0%}" for name, shares in summary.scores.items() if shares)
    return to_png(fig), f"Histograms of the scores by chapter. Medians: {middles}."


def _exercises(summary: Summary) -> tuple[bytes, str]:
    items = summary.items[:_SHOWN]
    fig, ax = figure(1, 1, (8, 1.3 + 0.27 * len(items)))
    colours, hatches = (POSITIVE, "#a3cbf0", NEGATIVE, "#f7c891", FAINT), ("", "", "", "//", "")
    left = [0.0] * len(items)
    for kind, colour, hatch in zip(KINDS, colours, hatches, strict=True):
        widths = [100 * item.kinds[kind] / max(1, item.kinds.total()) for item in items]
        look = {"color": colour, "hatch": hatch, "edgecolor": TEXT, "linewidth": 0.3}
        ax.barh(range(len(items)), widths, left=left, label=kind, **look)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    ax.set_yticks(range(len(items)), [f"{item.chapter[:2]}  {item.name}" for item in items])
    ax.set_ylim(len(items) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.set_xlabel("% of those who handed in (the hardest first, with the chapter's number)")
    fig.legend(loc="outside upper center", ncols=len(KINDS), fontsize=9)
    worst = ", ".join(f"{item.name} ({item.share:.0%} of its points)" for item in items[:3])
    return to_png(fig), f"Exercises by difficulty. The hardest: {worst}."


def _misconceptions(summary: Summary) -> tuple[bytes, str]:
    beliefs = summary.beliefs()[:_SHOWN]
    fig, ax = figure(1, 1, (8, 1.0 + 0.27 * len(beliefs)))
    ax.barh(range(len(beliefs)), [len(who) for _, _, who in beliefs], color=NEGATIVE)
    ax.set_yticks(range(len(beliefs)), [f"{item.name}: {_spoken(name)}" for item, name, _ in beliefs])
    ax.set_ylim(len(beliefs) - 0.5, -0.5)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_xlabel("students")
    most = "; ".join(f"{_spoken(name)} in {item.name}, {len(who)}" for item, name, who in beliefs[:3])
    return to_png(fig), f"The most frequent misconceptions: {most}."


PICTURES = {"scores": _scores, "exercises": _exercises, "misconceptions": _misconceptions}


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _advice() -> dict[tuple[str, str], str]:
    """Return what a tutor says, by exercise and misconception."""
    found = {}
    for chapter in CHAPTERS.values():
        for name, wrong in reference.misconceptions(chapter.module).items():
            found |= {(name, one.name): one.advice for one in wrong}
        for question in chapter.questions.values():
            found |= {(question.name, name): advice for name, (_, advice) in question.mistakes.items()}
    return found


_STYLE = """
:root{color-scheme:light dark}body{font:16px/1.55 system-ui,sans-serif;max-width:62rem;margin:2rem auto;
padding:0 1rem}
h1{margin-bottom:.2em}h2{margin-top:2.2em}img{max-width:100%;height:auto}
table{border-collapse:collapse;margin:1em 0}
th,td{padding:.3em .8em;text-align:left;vertical-align:top;border-bottom:1px solid #8884}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td{overflow-wrap:break-word;max-width:36rem}.scroll{overflow-x:auto}
pre{background:#8881;padding:.6em 1em;overflow-x:auto;border-radius:6px}.quiet{opacity:.75}
details{border-bottom:1px solid #8884;padding:.5em 0}summary{cursor:pointer}
"""


def page(summary: Summary, drawn: Mapping[str, tuple[bytes, str]], examples: Mapping[tuple, str | None]) -> str:
    """Return the report as one HTML page that needs nothing beside it."""

    def picture(name: str) -> str:
        if name not in drawn:
            return "<p>There is nothing to draw yet: no hand-in has a score.</p>"
        png, words = drawn[name]
        source = base64.b64encode(png).decode()
        return f'<img src="data:image/png;base64,{source}" alt="{html.escape(words, quote=True)}">'

    advice, waiting = _advice(), counted(sum(line[2] for line in summary.written), "written answer")
    asking = counted(len(summary.attention), "line below asks", "lines below ask")
    parts = [
        f"<h1>The class: {counted(summary.students, 'student')}, {counted(len(summary.chapters), 'chapter')}</h1>",
        f'<p class="quiet">{waiting} to be marked. {asking if summary.attention else "Nothing else asks"} for a person.'
        "</p>",
        "<h2>Scores</h2>",
        picture("scores"),
        _table(
            ("chapter", *_STATUSES, "median"),
            [
                (
                    name,
                    *(summary.statuses[name][status] for status in _STATUSES),
                    f"{median(shares):.0%}" if (shares := summary.scores[name]) else "–",
                )
                for name in summary.chapters
            ],
        ),
        "<h2>Exercises, the hardest first</h2>",
        picture("exercises"),
        ""
        if not summary.items
        else _folded(
            f"All {len(summary.items)} exercises and questions",
            _table(
                ("chapter", "exercise", "share of its points", *KINDS),
                [
                    (item.chapter, item.name, f"{item.share:.0%}", *(item.kinds[kind] for kind in KINDS))
                    for item in summary.items
                ],
            ),
        ),
        "<h2>Misconceptions, the most frequent first</h2>",
    ]
    beliefs, told = summary.beliefs(), []
    parts.append(picture("misconceptions") if beliefs else "<p>No known misconception was found.</p>")
    for item, name, who in beliefs:
        code = examples.get((item.name, name))
        shown = f"<p>One such answer, its texts left out:</p><pre>{html.escape(code)}</pre>" if code else ""
        words = html.escape(advice.get((item.name, name), ""))
        title = f"<strong>{html.escape(_spoken(name))}</strong> in <code>{html.escape(item.name)}</code>"
        told.append(_folded(f"{title}: {len(who)} of {item.kinds.total()}", f"<p>{words}</p>{shown}"))
    parts += told[:_SHOWN]
    if told[_SHOWN:]:
        parts.append(_folded(counted(len(told) - _SHOWN, "less frequent one"), "\n".join(told[_SHOWN:])))
    parts += ["<h2>What asks for a person</h2>", _attention(summary.attention), "<h2>Written answers</h2>"]
    parts.append(_table(("chapter", "question", "waiting", "marked", "empty"), summary.written))
    parts += _concepts(summary.concepts, summary.students)
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Weightlab: the class</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


_STATUSES = ("graded", Status.MALFORMED, Status.UNJUDGED, Status.MISSING)


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>{content}</details>"


def _attention(lines: list[Line]) -> str:
    if not lines:
        return "<p>Nothing.</p>"
    heads, most = ("student", "chapter", "status", "what happened"), _PERSONS_LINES
    lines = [(*who, words[:_LONGEST_WORDS]) for *who, words in lines]
    parts = [_table(heads, lines[:_SHOWN])]
    if lines[_SHOWN:]:
        parts.append(_folded(f"{len(lines[_SHOWN:most])} more", _table(heads, lines[_SHOWN:most])))
    if lines[most:]:
        parts.append(f"<p>… and {len(lines) - most:,} more: <code>weightlab grade --json</code> names all.</p>")
    return "".join(parts)


def _concepts(found: Mapping[str, Any], students: int) -> list[str]:
    if not found["students"]:
        return ["<h2>Concept test</h2>", "<p>Nobody's hand-ins hold it answered both before and after the course.</p>"]
    gain = "–" if found["gain"] is None else f"{found['gain']:.2f}"
    rows = [
        (
            one["text"],
            f"{one['before']:.0%}",
            f"{one['after']:.0%}",
            "; ".join(
                f"{belief} ({count})"
                for belief, count in sorted(one["beliefs"].items(), key=lambda held: -held[1])
                if count
            ),
        )
        for one in found["questions"]
    ]
    return [
        "<h2>Concept test</h2>",
        f"<p>n = {found['students']} of {counted(students, 'student')} answered all {len(found['questions'])} "
        f"questions both before the course and after it: {found['before']:.1f} right, then {found['after']:.1f}. "
        f"Normalised gain: {gain}, which is the share learned of what could still be learned.</p>",
        _table(("question", "right before", "right after", "still believed"), rows),
    ]


def _table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    def cell(value: Any) -> str:
        number = isinstance(value, (int, float)) or (isinstance(value, str) and value.endswith("%"))
        return f"<td{' class=n' if number else ''}>{html.escape(str(value))}</td>"

    head = "".join(f"<th>{html.escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
