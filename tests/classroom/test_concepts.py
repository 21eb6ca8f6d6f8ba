"""Does the report correctly state what a class has gained according to the concept test?"""

from __future__ import annotations

import pytest

from autograder.classroom.report import concepts
from labkit.concepts import CONCEPTS

RIGHT = {concept.name: concept.right for concept in CONCEPTS}
WRONG = {concept.name: next(iter(concept.wrong)) for concept in CONCEPTS}


def test_normalised_gain_is_the_share_of_what_could_still_be_learned():
    assert concepts.normalised_gain([5, 5], [10, 10]) == 0.5
    assert concepts.normalised_gain([0, 10], [15, 15]) == 1
    assert concepts.normalised_gain([6], [3]) == pytest.approx(-1 / 3)
    assert concepts.normalised_gain([15], [15]) is None
    assert concepts.normalised_gain([], []) is None
    with pytest.raises(ValueError, match="2 and 1"):
        concepts.normalised_gain([1, 2], [3])


def test_a_class_is_summed_up_over_those_who_took_both_tests():
    summary = concepts.summarise_class(
        [
            {"before": WRONG, "after": RIGHT},
            {"before": WRONG, "after": WRONG},
            {"before": RIGHT},
            {"before": WRONG, "after": dict(list(RIGHT.items())[:7])},
        ]
    )
    assert (summary["students"], summary["before"], summary["after"], summary["gain"]) == (2, 0, 7.5, 0.5)
    first = summary["questions"][0]
    assert (first["before"], first["after"]) == (0, 0.5)
    assert list(first["beliefs"].values()) == [1, 0, 0]


@pytest.mark.parametrize(
    "record", [None, [], "x", {"before": 3}, {"before": {"one_weight": ["−6"]}, "after": {"one_weight": {}, "x": "y"}}]
)
def test_a_forged_record_counts_as_not_taken(record):
    assert concepts.summarise_class([record])["students"] == 0
