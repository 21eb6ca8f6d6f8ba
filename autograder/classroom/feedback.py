"""Makes the page that a student gets back, with nbgrader's own template but without the gradebook."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from ..submitted_notebook import grade_id, is_check, marks_of
from .examination import Examination
from .formulas import to_mathml
from .stylesheet import without_unused_rules

NO_RESPONSE = "No response."
"""What nbgrader says about an answer cell that is unchanged."""
NOT_MARKED = "Not marked yet."
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Marks:
    """What marks and deadlines add to the automatic scores of one notebook."""

    manual: Mapping[str, float] = field(default_factory=dict)
    extra: Mapping[str, float] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    seconds_late: float = 0.0


def scores(notebook: Any, examination: Examination, marks: Marks) -> tuple[dict[str, float | None], dict[str, float]]:
    """Return the automatic and the final score of each graded cell, None if a person has to give it.

    A blank answer earns nothing, unless the answer may be in a cell that the student added: then a person looks.
    """
    verdicts = {verdict.exercise: verdict.score for verdict in examination.verdicts}
    automatic: dict[str, float | None] = {}
    blank = unanswered(notebook, examination.rebuilt.doubtful)
    for cell in notebook["cells"]:
        about = marks_of(cell)
        if about.get("grade") and about["solution"]:
            automatic[about["grade_id"]] = 0.0 if about["grade_id"] in blank else None
        elif is_check(cell):
            score = verdicts.get(about["grade_id"], 0.0)
            automatic[about["grade_id"]] = None if score is None else min(score, float(about["points"]))
    final = {name: marks.manual.get(name, automatic[name] or 0.0) + marks.extra.get(name, 0.0) for name in automatic}
    return automatic, final


def unanswered(notebook: Any, doubtful: Collection[str] = ()) -> set[str]:
    """Return the names of the answer cells that are unchanged, except those that are doubtful."""
    from nbformat.notebooknode import from_dict
    from nbgrader.utils import compute_checksum

    return {
        grade_id(cell)
        for cell in notebook["cells"]
        if marks_of(cell).get("solution") and marks_of(cell).get("checksum") == compute_checksum(from_dict(cell))
    } - {*doubtful}


_NO_WORDS = "No description has been provided for this image"
_IMAGE = re.compile(r"<img(?=[\s/])(?![^>]*\salt=)")
_KEPT = 500
"""How many cells are kept as HTML besides those handed out, so that cells that many students have are rendered once."""
_LONGEST_KEPT = 50_000
"""The largest number of characters of a cell's HTML to keep; longer HTML holds an image, which only one student has."""
_TEMPLATE = """
{%- extends "index.html.j2" -%}
{%- block body_loop -%}
{%- for cell in nb.cells -%}
{%- set kept = cell | kept_html -%}
{%- if kept is none -%}
{%- set made -%}{%- block any_cell scoped -%}{{ super() }}{%- endblock any_cell -%}{%- endset -%}
{{ made | keep_html(cell) }}
{%- else -%}{{ kept }}{%- endif -%}
{%- endfor -%}
{%- endblock body_loop -%}
"""
"""nbgrader's page; each cell is rendered once, because a cell's HTML depends on nothing but the cell."""


_LISTED = re.compile(r'<a href="#(\w+)">(?:Test cell|Coding free-response|Written response)</a>')
"""A line of the contents list in nbgrader's template, which gives every exercise the same name."""


def _with_names(page: str) -> str:
    return _LISTED.sub(r'<a href="#\1">\1</a>', page)


STYLE = """<style>td+td,th+th{padding-left:1em}
summary{display:list-item;cursor:pointer}
div.nbgrader_cell .panel-heading{display:flow-root;height:auto}
td,code{overflow-wrap:anywhere}
td code{white-space:normal}
math{overflow-x:auto;max-width:100%}</style>"""
"""What nbgrader's own style lacks: space between a table's columns, the triangle of what can be opened, and room on a
narrow screen. There a score would be white on white below its heading, and tables and formulas would leave the page."""
_UNMARKED = re.compile(
    r'(<a (?:href="#|name=")(\w+)">\w*</a>'
    r'(?: \(|<div class="panel-heading"><span class="nbgrader-label">[^<]*</span><span class="pull-right">\s*))'
    r"Score: 0\.0 / ([0-9.]+)"
)
"""The score of an answer that has no mark yet, in the contents list and above the answer."""
_TOTAL = re.compile(r"(<h4>[^<]* \(Score: [^)<]*)\)</h4>")


def _with_waiting(page: str, waiting: Mapping[str, float]) -> str:
    """Say that answers are not marked yet if a person has to mark them, because 0.0 would look like a mark."""
    if not waiting:
        return page
    page = _UNMARKED.sub(lambda m: f"{m[1]}not marked yet: {m[3]} points" if m[2] in waiting else m[0], page)
    return _TOTAL.sub(rf"\1; answers worth {sum(waiting.values())} points are not marked yet)</h4>", page, count=1)


_MATHJAX = ("<!-- Load mathjax -->", "<!-- End of mathjax configuration -->")
"""What nbconvert's template puts around a script from the network and its settings."""


def _without_mathjax(page: str) -> str:
    before, begin, rest = page.partition(_MATHJAX[0])
    return before + rest.partition(_MATHJAX[1])[2] if begin else page


_PLAIN = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')
"""Names, brackets and spaces in code: no style sheet styles them."""


def _described(page: str) -> str:
    return _IMAGE.sub(f'<img alt="{_NO_WORDS}"', page)


_handed_out: dict[str, str] = {}
"""The HTML of the cells that all submissions share, as they were handed out (`keep_for_all`)."""
_seen: dict[str, str] = {}
"""The HTML of other cells that were rendered recently."""


def _name_cell(cell: Any) -> str:
    return json.dumps(cell, sort_keys=True)


def _find_html(cell: Any) -> str | None:
    name = _name_cell(cell)
    return _handed_out.get(name) or _seen.get(name)


def _keep_html(made: str, cell: Any) -> str:
    if len(made) <= _LONGEST_KEPT:
        while len(_seen) >= _KEPT:
            del _seen[next(iter(_seen))]
        _seen[_name_cell(cell)] = made
    return made


@cache
def _exporter() -> Any:
    """Return nbconvert's exporter as nbgrader sets it up, without what took nine tenths of its time.

    Cells that were seen before are not rendered again, and the finished page is not parsed to give images their
    missing descriptions. Formulas are MathML, so that the page needs no script from the network.
    """
    from jinja2 import pass_context
    from nbconvert.exporters import HTMLExporter
    from nbconvert.filters import Highlight2HTML
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
    from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
    from nbgrader.converters import GenerateFeedback

    class Renderer(IPythonRenderer):
        def block_math(self, body: str) -> str:
            return to_mathml(body.strip(), display=True)

        def inline_math(self, body: str) -> str:
            return to_mathml(body.strip())

        def latex_environment(self, name: str, body: str) -> str:
            return to_mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)

        def block_mermaidjs(self, code: str) -> str:
            return f"<pre>{self.escape_html(code)}</pre>"

    class Exporter(HTMLExporter):
        @pass_context
        def markdown2html(self, context: Any, source: str) -> str:
            return text(source)

        def from_notebook_node(self, nb: Any, resources: Any = None, **kwargs: Any) -> tuple[str, Any]:
            page, resources = super(HTMLExporter, self).from_notebook_node(nb, resources, **kwargs)
            page = without_unused_rules(_described(_with_names(_without_mathjax(page))))
            return page.replace("</head>", f"{STYLE}</head>", 1), resources

        def _validate_preprocessor(self, nbc: Any, preprocessor: Any) -> None:
            """Do nothing: the notebook was built here and is valid."""

    class Header(CSSHTMLHeaderPreprocessor):
        def _generate_header(self, resources: Any) -> list[str]:
            if not styles:
                styles.extend(super()._generate_header(resources))
            return styles

    exporter = Exporter(config=GenerateFeedback().config, raw_template=_TEMPLATE)
    highlight, styles = Highlight2HTML(pygments_lexer="python"), []

    @lru_cache(_KEPT)
    def text(source: str) -> str:
        renderer = Renderer(
            escape=False,
            attachments={},
            embed_images=exporter.embed_images,
            path="",
            anchor_link_text=exporter.anchor_link_text,
            exclude_anchor_links=exporter.exclude_anchor_links,
        )
        return MarkdownWithMath(renderer=renderer).render(source)

    @lru_cache(_KEPT)
    def code(source: str, magic: str | None) -> str:
        return _PLAIN.sub(r"\1", highlight(source, metadata={"magics_language": magic} if magic else {}))

    exporter.register_filter("kept_html", _find_html)
    exporter.register_filter("keep_html", _keep_html)
    exporter.register_filter("highlight_code", lambda source, metadata: code(source, metadata.get("magics_language")))
    exporter.register_preprocessor(Header, enabled=True)
    return exporter


def warm_up() -> None:
    """Load what pages are made with, before workers are forked."""
    _exporter()


def take_seen() -> dict[str, str]:
    """Return the HTML of the cells rendered since the last call, by the cells' names, and forget it."""
    taken = dict(_seen)
    _seen.clear()
    return taken


def keep_for_all(html: Mapping[str, str]) -> None:
    """Keep the HTML of the cells that were handed out for as long as this process runs."""
    _handed_out.update(html)


def make_page(
    notebook: Any,
    name: str,
    final: Mapping[str, float],
    marks: Marks,
    penalty: float | None,
    blank: Collection[str],
) -> str:
    """Return a notebook with its verdicts as the page that ``nbgrader generate_feedback`` would make.

    Parameters
    ----------
    final : mapping of str to float
        The final score of each graded cell, as `scores` returns it.
    penalty : float or None
        The points subtracted for lateness.
    blank : collection of str
        The names of answer cells, as `unanswered` returns them.
    """
    from nbformat.notebooknode import NotebookNode, from_dict

    class Own(NotebookNode):
        """A notebook that nbconvert need not copy before it works on it, because nothing else uses it."""

        def __deepcopy__(self, memo: dict) -> Own:
            return self

    node, best, waiting = Own(from_dict(notebook)), 0.0, {}
    for cell in node.cells:
        about = cell.metadata.get("nbgrader")
        if about and about.get("solution"):
            waits = about.get("grade") and about.grade_id not in marks.manual
            said = NO_RESPONSE if about.grade_id in blank else NOT_MARKED if waits else None
            about["comment"] = marks.comments.get(about.grade_id, said)
            if said == NOT_MARKED:
                waiting[about.grade_id] = float(about.points)
        if about and about.get("grade"):
            about["score"] = final[about.grade_id]
            best += float(about.points)
    resources = {
        "nbgrader": {
            "notebook": name,
            "score": sum(final.values()) - (penalty or 0),
            "max_score": best,
            "late_penalty": penalty or 0,
        },
        "metadata": {"name": name},
    }
    with _ONE_AT_A_TIME:
        page = _exporter().from_notebook_node(node, resources=resources)[0]
    return _with_waiting(page, waiting)
