"""Do the opening figures of chapters 09 to 11 show what their words say?"""

from __future__ import annotations

import re

import numpy as np
import pytest

from labkit import data
from labkit.figures import capstone, lora
from labkit.lent.given_training import share_correct


@pytest.fixture
def drawn(monkeypatch):
    """Return a function that draws a module's opening figure, and gives the figure and its text alternative."""

    def draw(module):
        kept = []
        monkeypatch.setattr(module, "show", lambda fig, alt: kept.append((fig, alt)))
        module.opening()
        return kept[0]

    return draw


def test_the_opening_of_chapter_9_multiplies_the_column_and_the_row_that_it_shows(drawn):
    fig, said = drawn(lora)
    column, row, product, change = (ax.images[0].get_array().filled(np.nan) for ax in fig.axes[::2])
    tiles = np.pad(product, ((0, 1), (0, 1))).reshape(8, 15, 8, 15)[:, :14, :, :14]
    assert np.allclose(tiles, np.kron(row, column).reshape(8, 14, 8, 14))
    assert row.min() < 0 < row.max(), "some signs are flipped"
    left = change - product
    assert np.nansum(left**2) < np.nansum(change**2) and np.nansum(left * product) == pytest.approx(0, abs=1e-6)
    assert f"its {8 * 8 * 14 * 14:,} numbers are made of {column.size + row.size}" in said


def test_the_opening_of_chapter_10_shows_the_reader_as_it_was_drawn_and_says_what_it_reads(drawn):
    fig, said = drawn(capstone)
    before, after, blank = (ax.images[0].get_array().filled(np.nan) for ax in fig.axes[1:4])
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        assert before[corner] == pytest.approx(after[corner], abs=1e-6), "no ink there, so no training"
    assert np.nanmax(np.abs(after - before)) > 0.1 and not np.nansum(np.abs(blank))
    digits = data.digits14()
    upright, rotated = map(int, re.search(r"rained it reads (\d+)% .* and (\d+)%", said).groups())
    assert upright == round(100 * share_correct(data.pretrained_reader(), digits.test_images, digits.test_labels))
    assert rotated < 20 and "blank" in said
    words = [text.get_text() for ax in fig.axes for text in ax.texts]
    assert words.count("?") == 3 and not any("nan" in word for word in words)
