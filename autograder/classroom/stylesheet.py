"""Removes unused rules from a page's style sheets; they would otherwise be half of every feedback page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import tinycss2

_STYLE = re.compile(r"(<style[^>]*>)(.*?)(</style>)", re.DOTALL)
_TAG, _CLASS, _ID = re.compile(r"<([a-z]\w*)"), re.compile(r'class="([^"]*)"'), re.compile(r'\bid="([^"]*)"')
_CELL = re.compile(r'(?=<div (?:id="[^"]*" )?class="cell )')
"""The start of a cell. Most cells are the same for everybody, so each text is searched only once."""
_ASKED = re.compile(r"(?P<kind>[.#]?)(?P<name>[A-Za-z_][\w-]*)")
_UNASKED = re.compile(r"\[[^\]]*\]|::?[\w-]+(?:\([^()]*\))?|\\.")
"""Parts of a selector that are ignored: attributes, states, and escaped characters."""


def without_unused_rules(page: str) -> str:
    """Return a page of HTML whose style sheets hold only rules that can match something on it, in their order."""
    head, begin, body = page.partition("<body")
    used = _used_names(begin + body)
    return _STYLE.sub(lambda found: found[1] + _prune(found[2], used) + found[3], head) + begin + body


def _used_names(body: str) -> frozenset[str]:
    """Return the names that a rule may select by: tags, classes with a dot before them, ids with a hash."""
    return frozenset({"html"}.union(*map(_names_on, _CELL.split(body))))


@lru_cache(maxsize=1000)
def _names_on(part: str) -> frozenset[str]:
    classes = {name for names in set(_CLASS.findall(part)) for name in names.split()}
    return frozenset(_TAG.findall(part)) | {f".{name}" for name in classes} | {f"#{name}" for name in _ID.findall(part)}


@lru_cache(maxsize=64)
def _prune(sheet: str, used: frozenset[str]) -> str:
    return "\n".join(filter(None, (rule.write(used) for rule in _read_rules(sheet))))


@dataclass(frozen=True)
class _Rule:
    """A rule of a style sheet. Each sheet is read only once, because that takes longer than grading a submission.

    Parameters
    ----------
    before, after : str
        The text before and after its selectors, or before and after the rules within it.
    selectors : tuple of (str, frozenset of str)
        Each selector with its names; none if the rule is always kept.
    inside : tuple of _Rule, optional
        The rules within it.
    """

    before: str
    after: str
    selectors: tuple[tuple[str, frozenset[str]], ...] = ()
    inside: tuple[_Rule, ...] | None = None

    def write(self, used: frozenset[str]) -> str:
        """Return the rule with those selectors that can match something, or an empty string if none can."""
        if self.inside is not None:
            kept = "\n".join(filter(None, (rule.write(used) for rule in self.inside)))
        elif self.selectors:
            kept = ",".join(text for text, names in self.selectors if names <= used)
        else:
            return self.before
        return f"{self.before}{kept}{self.after}" if kept else ""


@lru_cache(maxsize=16)
def _read_rules(sheet: str) -> tuple[_Rule, ...]:
    return tuple(filter(None, map(_read_rule, tinycss2.parse_stylesheet(sheet))))


def _read_rule(rule: tinycss2.ast.Node) -> _Rule | None:
    if rule.type == "qualified-rule":
        selectors = _selectors(tinycss2.serialize(rule.prelude))
        asked = tuple((one, _names_in(one)) for one in selectors)
        return _Rule("", f"{{{tinycss2.serialize(rule.content).strip()}}}", asked)
    if rule.type != "at-rule" or rule.lower_at_keyword == "font-face":  # the font's files are not part of the page
        return None
    if rule.lower_at_keyword == "media" and rule.content is not None:
        inside = _read_rules(tinycss2.serialize(rule.content))
        return _Rule(f"@media{tinycss2.serialize(rule.prelude)}{{", "}", inside=inside)
    return _Rule(rule.serialize(), "")


def _selectors(prelude: str) -> list[str]:
    """Return the selectors of a rule; they are separated by commas outside parentheses."""
    return [one.strip() for one in re.split(r",(?![^(]*\))", prelude)]


def _names_in(selector: str) -> frozenset[str]:
    """Return the names that a selector selects by, in the form of `_used_names`."""
    asked = _ASKED.finditer(_UNASKED.sub("", selector))
    return frozenset(f"{one['kind']}{one['name'] if one['kind'] else one['name'].lower()}" for one in asked)
