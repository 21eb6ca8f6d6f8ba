"""Makes the glossary and its index from the chapters' tables of new words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

HEADING = "New words"
_ROW = re.compile(r"^\|([^|]+)\|(.+)\|\s*$")
_LEFT_OUT = re.compile(r"^```\{code-cell\}.*?^```$|^### BEGIN SOLUTION$.*?^### END SOLUTION$", re.MULTILINE | re.DOTALL)


class GlossaryError(ValueError):
    """A table of new words does not fit its chapter; the message names the file and the word."""


@dataclass(frozen=True)
class Term:
    """A word of the field, its meaning, and the place where the course introduces it."""

    word: str
    meaning: str
    chapter: str
    section: str


def read_terms(chapter: str, text: str) -> list[Term]:
    """Return the words of a chapter's table, each with the section in which the text has it in bold.

    Parameters
    ----------
    chapter : str
        The chapter's name, such as ``"01_weights"``.
    text : str
        The chapter's source, Markdown with code cells.

    Raises
    ------
    GlossaryError
        If a word of the table is not in bold exactly once in the text before the table.
    """
    prose = _LEFT_OUT.sub("", text)
    before, heading, after = prose.partition(f"\n## {HEADING}\n")
    if not heading:
        return []
    table = re.split(r"^## ", after, flags=re.MULTILINE)[0].splitlines()
    rows = [row.groups() for row in map(_ROW.match, table) if row]
    terms = []
    for word, meaning in ((word.strip(), meaning.strip()) for word, meaning in rows[2:]):
        in_bold = r"\s+".join(map(re.escape, word.split()))  # the term may be split over two lines
        places = [found.start() for found in re.finditer(rf"\*\*{in_bold}\*\*", before, re.IGNORECASE)]
        if len(places) != 1:
            raise GlossaryError(
                f"{chapter}.md: the new word {word!r} is in bold {len(places)} times in the text; write "
                f"**{word}** once, where it first helps."
            )
        sections = re.findall(r"^#{1,2} (.+)$", before[: places[0]], re.MULTILINE)
        terms.append(Term(word, meaning, chapter, sections[-1] if sections else ""))
    return terms


def write_pages(sources: Mapping[str, str]) -> list[str]:
    """Return the glossary as Markdown: an introduction, then one text for each initial letter.

    Parameters
    ----------
    sources : mapping of str to str
        The source of each chapter by its name, in the order of the course.

    Raises
    ------
    GlossaryError
        If two chapters introduce the same word, or a table does not fit its text.
    """
    terms: dict[str, Term] = {}
    for chapter, text in sources.items():
        for term in read_terms(chapter, text):
            if other := terms.get(term.word.lower()):
                raise GlossaryError(f"{chapter}.md: the new word {term.word!r} is also introduced in {other.chapter}.")
            terms[term.word.lower()] = term
    prose = {chapter: _LEFT_OUT.sub("", text) for chapter, text in sources.items()}
    pages = [
        "# Glossary\n\nThis page lists the new words of the chapters. An entry gives the word's meaning, the section "
        "that introduces the word, and other chapters whose text has it (sometimes in its everyday meaning)."
    ]
    for letter in sorted({word[0] for word in terms}):
        lines = [_line(terms[word], prose) for word in sorted(terms) if word[0] == letter]
        pages.append("\n".join([f"## {letter.upper()}", "", *lines]))
    return pages


def _line(term: Term, prose: Mapping[str, str]) -> str:
    base = re.escape(term.word.removesuffix("s"))  # "parameters" occurs where the text has "parameter"
    used = re.compile(rf"\b(?:{re.escape(term.word)}|{base})(?:s|es|d)?\b", re.IGNORECASE)
    others = [chapter for chapter, text in prose.items() if chapter != term.chapter and used.search(text)]
    numbers = ", ".join(f"[{int(chapter[:2])}](../{chapter}/{chapter}.ipynb)" for chapter in others)
    where = f"[Chapter {int(term.chapter[:2])}](../{term.chapter}/{term.chapter}.ipynb), “{term.section}”"
    return f"- **{term.word}**: {term.meaning} {where}{f'; also in {numbers}' if others else ''}."
