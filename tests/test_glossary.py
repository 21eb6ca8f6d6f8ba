"""Does the glossary say what every new word means and where it is introduced?"""

import json
import re

import pytest

from autograder.glossary import GlossaryError, read_terms, write_pages
from autograder.paths import SOLUTIONS
from autograder.release import _build_glossary

ONE = """# Chapter 1

## 1 · One connection

It has a **weight**. Do **not** hurry.

```{code-cell} ipython3
print("**weight**")
```

## New words

| word | meaning |
|---|---|
| weight | The number that multiplies a signal. |

## What you have built

| function | what it is |
|---|---|
| `dense` | a layer |
"""
TWO = """# Chapter 2

## Start

Weights again, and a **bias**.

## New words

| word | meaning |
|---|---|
| bias | A shift. |
"""


def test_a_word_has_its_meaning_and_the_section_that_introduces_it():
    (term,) = read_terms("01_weights", ONE)
    assert (term.word, term.meaning) == ("weight", "The number that multiplies a signal.")
    assert term.section == "1 · One connection"


def test_the_index_names_the_other_chapters_that_use_a_word():
    opening, of_b, of_w = write_pages({"01_weights": ONE, "02_biases": TWO})
    assert opening.startswith("# Glossary")
    assert "**bias**: A shift. [Chapter 2](../02_biases/02_biases.ipynb), “Start”." in of_b
    assert "; also in [2](../02_biases/02_biases.ipynb)." in of_w


def test_the_index_does_not_search_model_answers():
    hidden = "### BEGIN SOLUTION\nWeights.\n### END SOLUTION"
    *_, of_w = write_pages({"01_weights": ONE, "02_biases": TWO.replace("Weights again, and", f"{hidden}\n\nNow")})
    assert "also in" not in of_w


@pytest.mark.parametrize("text", [ONE.replace("**weight**. Do", "weight. Do"), ONE.replace("hurry", "**weight**")])
def test_a_word_that_is_not_in_bold_once_is_an_error(text):
    with pytest.raises(GlossaryError, match=r"01_weights\.md: the new word 'weight' is in bold (0|2) times"):
        read_terms("01_weights", text)


def test_a_word_of_two_chapters_is_an_error():
    with pytest.raises(GlossaryError, match=r"02_biases\.md: the new word 'weight' is also introduced in 01_weights"):
        write_pages({"01_weights": ONE, "02_biases": ONE})


def test_the_page_holds_every_new_word_of_the_course():
    page = "".join("".join(cell["source"]) for cell in json.loads(_build_glossary())["cells"])
    words = [
        term.word
        for path in (SOLUTIONS / "notebooks").glob("*.md")
        for term in read_terms(path.stem, path.read_text(encoding="utf-8"))
    ]
    assert words
    assert all(f"- **{word}**: " in page for word in words)


def test_a_word_is_in_bold_only_in_the_chapter_that_introduces_it():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (SOLUTIONS / "notebooks").glob("*.md")}
    home = {term.word.casefold(): name for name, text in texts.items() for term in read_terms(name, text)}
    elsewhere = [
        (name, word)
        for name, text in texts.items()
        for word in (" ".join(bold.split()).casefold() for bold in re.findall(r"\*\*([^*]+)\*\*", text))
        if home.get(word, name) != name
    ]
    assert len(home) > 100 and elsewhere == []
