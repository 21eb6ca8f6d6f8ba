"""Writes formulas as MathML, which browsers can show: a page needs neither a script nor the network."""

from __future__ import annotations

import html
from functools import lru_cache
from xml.etree.ElementTree import Element, tostring

_LONGEST = 1_000
_ATTRIBUTES = {
    "xmlns",
    "display",
    "mathvariant",
    "stretchy",
    "fence",
    "separator",
    "columnalign",
    "accent",
    "linethickness",
}
"""The attributes that formulas need; all others, such as a link's address, are removed."""


@lru_cache(1_000)
def to_mathml(formula: str, display: bool = False) -> str:
    """Return a LaTeX formula as MathML, or as its source if it cannot be read.

    Parameters
    ----------
    formula : str
        The formula, without dollar signs.
    display : bool
        Whether the formula is a separate paragraph.
    """
    mark = "$$" if display else "$"
    source = f"<code>{html.escape(f'{mark}{formula}{mark}')}</code>"
    if not formula or len(formula) > _LONGEST:
        return source
    try:
        from latex2mathml.converter import convert_to_element

        element = convert_to_element(formula, display="block" if display else "inline")
        return tostring(element, encoding="unicode") if _is_plain(element) else source
    except Exception:  # a student's formula may be anything, and the converter may not be installed
        return source


def _is_plain(element: Element) -> bool:
    """Return whether an element holds only a formula; entities in its text are replaced by their characters."""
    for part in element.iter():
        if not part.tag.startswith("m") or not part.tag.isalpha():
            return False
        for name in set(part.attrib) - _ATTRIBUTES:
            del part.attrib[name]
        part.text, part.tail = html.unescape(part.text or ""), html.unescape(part.tail or "")
    return True
