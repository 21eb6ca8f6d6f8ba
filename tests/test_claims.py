"""Does the course still say what the rows of docs/claims.md quote?"""

from __future__ import annotations

import re

import pytest

from autograder.paths import ROOT, SOLUTIONS

PAGE = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
CHAPTERS = sorted(path.stem for path in (SOLUTIONS / "notebooks").glob("*.md"))


def read_claims(page, chapter):
    """Return the first cell of each row in the chapter's table."""
    section = re.search(rf"^## {chapter[:2]} .*?(?=^## |\Z)", page, flags=re.M | re.S)
    rows = re.findall(r"^\| (.+?) \| ", section.group() if section else "", flags=re.M)
    return [claim for claim in rows if claim != "claim"]


def is_old(claim):
    return re.search(r" \(old [^()]+\)$", claim) is not None


def simplify(text):
    """Return the text without emphasis, line breaks, capitals and the quotation marks between parts of one string."""
    text = re.sub(r'"\s*\n\s*f?"', "", text)
    return " ".join(re.sub(r"[*`]", "", text).split()).casefold()


def read_paragraphs(chapter):
    """Return each paragraph of the chapter's notebook, reference, exercises, advice and figures."""
    topic = chapter[3:]
    paths = [
        SOLUTIONS / "notebooks" / f"{chapter}.md",
        SOLUTIONS / "weightlab" / f"{topic}.py",
        SOLUTIONS / "misconceptions" / f"{topic}.py",
        ROOT / "autograder" / "exercises" / f"{topic}.py",
        ROOT / "src" / "labkit" / "figures" / f"{topic}.py",
    ]
    if chapter == "11_beyond":
        paths.append(SOLUTIONS / "beyond" / "pytorch_lines.py")
    if chapter in ("00_start_here", "10_capstone"):
        paths.append(ROOT / "src" / "labkit" / "concepts.py")  # both chapters ask the questions of the concept test
    texts = [path.read_text(encoding="utf-8") for path in paths if path.exists()]
    return [simplify(paragraph) for text in texts for paragraph in re.split(r"\n\s*\n", text)]


def is_quoted(claim, paragraphs):
    """Return whether one paragraph holds the claim's words; where the claim has "…", it may hold further words."""
    pieces = [simplify(piece) for piece in claim.split("…")]
    words = re.compile(rf"(?<!\w){'.*'.join(re.escape(piece) for piece in pieces)}(?!\w)")
    return all(" " in piece for piece in pieces) and any(words.search(paragraph) for paragraph in paragraphs)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_course_says_what_is_quoted(chapter):
    quoted = [claim for claim in read_claims(PAGE, chapter) if not is_old(claim)]
    assert quoted, f"docs/claims.md quotes nothing from {chapter}"
    paragraphs = read_paragraphs(chapter)
    changed = [claim for claim in quoted if not is_quoted(claim, paragraphs)]
    assert not changed, "\n".join(
        f"{chapter} no longer says “{claim}”, which a row of docs/claims.md quotes: try the row's run again, "
        "then quote the new words, or mark the row “(old text; …)”."
        for claim in changed
    )


def test_every_row_is_read():
    tables, _ = PAGE.split("\n## Samples of the text\n")
    rows = [line for line in tables.splitlines() if line.startswith("| ") and not line.startswith("| claim |")]
    read = sum(len(read_claims(PAGE, chapter)) for chapter in CHAPTERS)
    assert read == len(rows), f"docs/claims.md has {len(rows)} rows, but only {read} are in a chapter's table"


def test_another_word_is_noticed_and_layout_is_not():
    paragraphs = [
        simplify("Zeros **never**\nlearn, and `ones`\nseldom do."),
        simplify('hint("Copies stay "\n     "equal.")'),
    ]
    assert is_quoted("zeros never learn … seldom do", paragraphs)
    assert is_quoted("Copies stay equal", paragraphs)
    assert not is_quoted("Zeros always learn", paragraphs)
    assert not is_quoted("Zeros never lear", paragraphs)
    assert not is_quoted("seldom do … zeros never learn", paragraphs)
    assert not is_quoted("zeros never learn … copies stay equal", paragraphs)
