"""Leaves out of a page's style sheets what nothing on the page uses: else they are half of every feedback page."""

from __future__ import annotations

import re
from functools import lru_cache

import tinycss2

_STYLE = re.compile(r"(<style[^>]*>)(.*?)(</style>)", re.DOTALL)
_TAG, _CLASS, _ID = re.compile(r"<([a-z]\w*)"), re.compile(r'class="([^"]*)"'), re.compile(r'\bid="([^"]*)"')
_ASKED = re.compile(r"(?P<kind>[.#]?)(?P<name>[A-Za-z_][\w-]*)")
_UNASKED = re.compile(r"\[[^\]]*\]|::?[\w-]+(?:\([^()]*\))?|\\.")
"""Parts of a selector that may hold or not: attributes, states, and what is escaped."""


def without_unused_rules(page: str) -> str:
    """Return a page of HTML whose style sheets hold the rules that can match something on it, in their order."""
    head, begin, body = page.partition("<body")
    used = _used_names(begin + body)
    return _STYLE.sub(lambda found: found[1] + _prune(found[2], used) + found[3], head) + begin + body


def _used_names(body: str) -> frozenset[str]:
    """Return what rules may ask for: names of tags, classes with a dot and ids with a hash in front."""
    classes = {name for names in set(_CLASS.findall(body)) for name in names.split()}
    tags, ids = {"html", *_TAG.findall(body)}, _ID.findall(body)
    return frozenset(tags | {f".{name}" for name in classes} | {f"#{name}" for name in ids})


@lru_cache(maxsize=64)
def _prune(sheet: str, used: frozenset[str]) -> str:
    rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return "\n".join(filter(None, (_prune_rule(rule, used) for rule in rules)))


def _prune_rule(rule: tinycss2.ast.Node, used: frozenset[str]) -> str:
    if rule.type == "qualified-rule":
        wanted = [one for one in _selectors(tinycss2.serialize(rule.prelude)) if _may_match(one, used)]
        return f"{','.join(wanted)}{{{tinycss2.serialize(rule.content).strip()}}}" if wanted else ""
    if rule.type != "at-rule" or rule.lower_at_keyword == "font-face":  # its files are not part of the page
        return ""
    if rule.lower_at_keyword == "media" and rule.content is not None:
        inside = _prune(tinycss2.serialize(rule.content), used)
        return f"@media{tinycss2.serialize(rule.prelude)}{{{inside}}}" if inside else ""
    return rule.serialize()


def _selectors(prelude: str) -> list[str]:
    """Return the selectors of a rule; a comma within parentheses parts none."""
    return [one.strip() for one in re.split(r",(?![^(]*\))", prelude)]


def _may_match(selector: str, used: frozenset[str]) -> bool:
    asked = _ASKED.finditer(_UNASKED.sub("", selector))
    return all(f"{one['kind']}{one['name'] if one['kind'] else one['name'].lower()}" in used for one in asked)
