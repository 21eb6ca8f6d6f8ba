"""Does the concept test ask fair questions, keep the answers, and measure what a class gained?"""

from __future__ import annotations

import collections
import re

import pytest

from autograder.glossary import read_terms
from autograder.paths import SOLUTIONS
from labkit import concept_test, concepts
from labkit.concepts import CONCEPTS

RIGHT = {concept.name: concept.right for concept in CONCEPTS}
WRONG = {concept.name: next(iter(concept.wrong)) for concept in CONCEPTS}


def test_there_are_fifteen_questions_of_four_options_on_different_claims():
    assert len(CONCEPTS) == len(RIGHT) == len({concept.claim for concept in CONCEPTS}) == 15
    for concept in CONCEPTS:
        assert len(set(concept.options)) == 4
        assert concept.options[concept.place] == concept.right
        assert concepts.UNDECIDED not in concept.options


def test_the_right_option_cannot_be_guessed_from_its_place_or_length():
    places = collections.Counter(concept.place for concept in CONCEPTS)
    assert set(places) == {0, 1, 2, 3} and max(places.values()) <= 5
    longest = sum(len(concept.right) > max(map(len, concept.wrong)) for concept in CONCEPTS)
    shortest = sum(len(concept.right) < min(map(len, concept.wrong)) for concept in CONCEPTS)
    assert longest <= 4 and shortest <= 6
    reasons = [[("because" in option) for option in concept.options] for concept in CONCEPTS]
    for concept, told in zip(CONCEPTS, reasons, strict=True):
        alone = concept.options[told.index(False)] if told.count(False) == 1 else None
        assert alone != concept.right, "only the right option gives no reason"


def test_every_chapter_that_teaches_a_claim_has_a_question():
    assert {concept.chapter for concept in CONCEPTS} == set(range(1, 10))


def find_later_words(concept, introduced):
    """Return the words of an item that a chapter after the item's own introduces."""
    said = " ".join([concept.text, *concept.options])
    return [
        word
        for word, chapter in introduced.items()
        if chapter > concept.chapter and re.search(rf"(?<!\w){re.escape(word)}s?(?!\w)", said, re.IGNORECASE)
    ]


def test_an_item_uses_no_word_that_a_later_chapter_introduces():
    notebooks = (SOLUTIONS / "notebooks").glob("*.md")
    terms = [term for path in notebooks for term in read_terms(path.stem, path.read_text(encoding="utf-8"))]
    introduced = {term.word: int(term.chapter[:2]) for term in terms}
    assert len(introduced) > 100
    assert {concept.name: find_later_words(concept, introduced) for concept in CONCEPTS} == {name: [] for name in RIGHT}
    loss = next(concept for concept in CONCEPTS if concept.name == "loss")
    assert find_later_words(loss, introduced | {"cross-entropy": 6, "classifier": 6}) == ["cross-entropy", "classifier"]


def test_no_two_wrong_options_of_a_question_share_a_belief():
    for concept in CONCEPTS:
        assert len(set(concept.wrong.values())) == 3


def test_without_a_reader_all_questions_are_printed(capsys):
    concept_test("before")
    printed = capsys.readouterr().out
    assert all(concept.text in printed for concept in CONCEPTS)
    assert "they earn no points" in printed


def test_the_test_is_taken_before_or_after():
    with pytest.raises(ValueError, match='"before" or "after"'):
        concept_test("during")


def test_what_was_answered_is_told_only_after_the_course():
    assert "right" not in concepts._comment("before", RIGHT)
    concepts.store.save("concepts", {"before": WRONG})
    partly = RIGHT | {"frozen": WRONG["frozen"]}
    said = concepts._comment("after", partly)
    assert said == "Right answers: 14 of 15. Before the course: 0 of 15. Look again at question 13 (chapter 8)."
    two = concepts._comment("after", partly | {"lora": WRONG["lora"]})
    assert two.endswith("Look again at questions 13 (chapter 8), 14 (chapter 9).")
    assert concepts._comment("after", {}) == "15 to go. Each answer is saved as soon as you pick it; none earns points."


def test_answers_picked_in_the_notebook_are_kept_and_shown_again(monkeypatch):
    widgets = pytest.importorskip("ipywidgets")
    folds = []
    monkeypatch.setattr(concepts, "interactive", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    made = widgets.Accordion
    monkeypatch.setattr(widgets, "Accordion", lambda: folds.append(made()) or folds[-1])
    concept_test("before")
    choices = folds[0].children[0].children[1::2]
    assert len(choices) == 15 and all(choice.value is None for choice in choices)
    choices[0].value = "6"
    assert concepts.store.load("concepts") == {"before": {"one_weight": CONCEPTS[0].letter("6")}}
    assert "1 answered" in folds[0].titles[0]
    concept_test("before")
    assert folds[1].children[0].children[1].value == "6"
    assert folds[1].selected_index == 0, "open where somebody was at work"


def test_a_record_survives_new_words_of_an_option():
    letters = {concept.name: concept.letter(concept.right) for concept in CONCEPTS}
    assert letters["loss"] == "b" and set(letters.values()) == set("abcd")
    assert concepts.read_answers({"after": letters}, "after") == RIGHT
    assert concepts.read_answers({"before": {"loss": concepts.UNDECIDED}}, "before") == {"loss": concepts.UNDECIDED}


def test_records_of_earlier_releases_name_options_by_their_words():
    earlier = RIGHT | {
        "loss": "the first, because it gives the right classes more",
        "parameters": "its weights, and its biases if it has any",
        "lora": "two thin matrices per adapted weight matrix",
    }
    assert concepts.read_answers({"before": earlier}, "before") == RIGHT
    assert concepts.read_answers({"before": WRONG}, "before") == WRONG


@pytest.mark.parametrize("recorded", ["", "e", "ab", "A", 1, None, ["a"], "no such option"])
def test_what_names_no_option_is_no_answer(recorded):
    assert concepts.read_answers({"before": {"loss": recorded, "no_such_question": "a"}}, "before") == {}
