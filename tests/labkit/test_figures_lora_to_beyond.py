"""Do the opening figures of chapters 09 to 11 show what their words say?"""

from __future__ import annotations

import numpy as np
import pytest

from labkit.figures import lora


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
