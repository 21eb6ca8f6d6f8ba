"""Finds whatever runs, fetches or hides a score in a page, except what every such page holds."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import tinycss2

TEXT = frozenset(
    re.findall(
        r"\w+",
        "p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong del a table thead tbody tr th td span div"
        " img",
    )
)
"""The elements that Markdown makes, besides formulas."""
_BETWEEN = re.compile(r",(?![^(]*\))")
"""The separator between two selectors."""
_URLS = (
    "href",
    "src",
    "action",
    "formaction",
    "xlink:href",
    "data",
    "poster",
    "srcdoc",
    "srcset",
    "background",
    "cite",
)


def _rules_of(sheet: str) -> list[str]:
    """Return the rules of a style sheet, once for each selector: a page holds only those that it uses."""
    rules = []
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            content = tinycss2.serialize(rule.content).strip()
            rules += [f"{one.strip()} {{{content}}}" for one in _BETWEEN.split(tinycss2.serialize(rule.prelude))]
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content is not None:
            head = f"@media{tinycss2.serialize(rule.prelude)}"
            rules += [f"{head}{{{one}}}" for one in _rules_of(tinycss2.serialize(rule.content))]
        else:
            rules.append(rule.serialize())
    return rules


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.inside: set[tuple[str, str]] = set()
        self.events: set[str] = set()
        self.addresses: set[tuple[str, str, str]] = set()
        self.ids: Counter = Counter()
        self._open = ""
        self._text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag != "input" or ("type", "checkbox") not in attributes or "disabled" not in dict(attributes):
            self.tags.add(tag)  # the checkbox of a list item does nothing
        if tag in ("script", "style"):
            self._open, self._text = tag, ""
        for name, value in attributes:
            if name.startswith("on"):
                self.events.add(f"{tag} {name}")
            if name in _URLS:
                self.addresses.add((tag, name, value or ""))
            if name in ("id", "name"):
                self.ids[value] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self.inside |= {(tag, one) for one in (_rules_of(self._text) if tag == "style" else [self._text])}
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text += data


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


class Harmless:
    """What every page of a chapter holds.

    Parameters
    ----------
    page : str
        The page of an honest submission, with complete style sheets.
    """

    def __init__(self, page: str) -> None:
        self._usual = _read(page)

    def find(self, page: str) -> list[str]:
        """Return what else a page holds."""
        seen, usual = _read(page), self._usual
        found = [f"holds <{tag}>" for tag in sorted(seen.tags - usual.tags - TEXT) if not _is_formula(tag)]
        found += [f"holds another {tag}: {text[:80]!r}" for tag, text in sorted(seen.inside - usual.inside)]
        found += [f"reacts to {event}" for event in sorted(seen.events - usual.events)]
        found += [
            f"leads to {tag} {name} {value[:80]!r}"
            for tag, name, value in sorted(seen.addresses - usual.addresses)
            if not _is_safe(tag, name, value)
        ]
        found += [
            f"holds the id {name!r} {count} times"
            for name, count in seen.ids.items()
            if name in usual.ids and count > usual.ids[name]
        ]
        return found


def _is_formula(tag: str) -> bool:
    return bool(re.fullmatch(r"m[a-z]{1,12}", tag)) and tag not in ("meta", "marquee", "main", "map", "mark", "menu")


def _is_safe(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and value.startswith("data:image/png;base64,")
    if tag != "a" or name != "href":
        return False
    cleaned = re.sub(r"[\x00-\x20]", "", value).lower()
    scheme, colon, _ = cleaned.partition(":")
    return not colon or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) or scheme in ("http", "https", "mailto")
