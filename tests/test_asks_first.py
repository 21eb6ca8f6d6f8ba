"""Does a chapter ask before it explains, and do its exercises come in the order of the board?"""

import re

import pytest

from autograder.exercises import CHAPTERS
from autograder.paths import SOLUTIONS

BEFORE, BETWEEN = 50, 200
"""Words of text before a section's first question, and between two questions: a page has more."""
_ASKS = re.compile(r"\*\*(?:Think first|Explain|Your turn)|^### (?:Exercise|A number)|^A PREDICTION$", re.MULTILINE)


def read_sections(text):
    """Return the numbered sections of a chapter by heading, without answers that have to be opened."""
    text = re.sub(r"<details>.*?</details>|### BEGIN SOLUTION.*?### END SOLUTION", "", text, flags=re.DOTALL)
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts if re.match(r"\d+ ·", part)}


def count_words_before_questions(section):
    """Return how many words of text a section has before each of its questions, and after the last one."""
    prose = re.sub(r"^```.*?^```", lambda cell: "A PREDICTION" * ("predict(" in cell[0]), section, flags=re.M | re.S)
    return [len(re.findall(r"[^\W\d_]+", part)) for part in _ASKS.split(prose)]


@pytest.mark.parametrize("chapter", ["01_weights", "02_biases"])
def test_a_section_asks_before_each_page_of_reading(chapter):
    sections = read_sections((SOLUTIONS / "notebooks" / f"{chapter}.md").read_text(encoding="utf-8"))
    words = {heading: count_words_before_questions(section) for heading, section in sections.items()}
    assert len(words) >= 6
    assert {heading: counts for heading, counts in words.items() if counts[0] > BEFORE or max(counts) > BETWEEN} == {}


def test_a_section_that_explains_first_is_noticed():
    text = "## 1 · A\n\nOne two three.\n\n```{code-cell}\npredict('x', 'many words')\n```\n\nFour.\n\n## New words\n"
    (section,) = read_sections(text).values()
    assert count_words_before_questions(section) == [3, 1]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_next_exercise_on_a_card_is_the_next_one_in_the_notebook(chapter):
    text = (SOLUTIONS / "notebooks" / f"{chapter}.md").read_text(encoding="utf-8")
    functions = CHAPTERS[chapter].exercises
    checked = [name for name in re.findall(r'^check\("(\w+)"\)', text, flags=re.MULTILINE) if name in functions]
    assert list(functions) == list(dict.fromkeys(checked))
