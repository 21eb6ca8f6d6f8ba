"""How Sphinx turns the course's pages into HTML: no script from a network, formulas as MathML."""

from __future__ import annotations

from typing import Any

from docutils import nodes

from autograder.classroom.formulas import to_mathml

project = "Weightlab"
author = "the Weightlab authors"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
myst_dmath_double_inline = True
html_theme = "furo"
html_title = "Weightlab"
html_css_files = ["site.css"]
html_favicon = "static/icon.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
pygments_style = "default"
html_math_renderer = "mathml"
suppress_warnings = ["myst.header"]


def _formula(translator: Any, node: nodes.Element, *, display: bool) -> None:
    made = to_mathml(node.astext().strip(), display=display)
    translator.body.append(f'<div class="formula">{made}</div>' if display else made)
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the renderer of formulas."""
    app.add_html_math_renderer(
        "mathml",
        (lambda translator, node: _formula(translator, node, display=False), None),
        (lambda translator, node: _formula(translator, node, display=True), None),
    )
