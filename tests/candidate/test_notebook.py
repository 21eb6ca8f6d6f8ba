"""Is of a cell's outputs only what may be shown kept, and no more of it than is allowed?"""

from __future__ import annotations

import base64

import pytest

from autograder.candidate import notebook

PICTURE = '<img src="data:image/png;base64,iVBORw0K">'


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Let an output be no longer than a hundred characters."""
    monkeypatch.setattr(notebook, "MAX_CELL", 10)


def test_text_and_pictures_are_kept_up_to_their_limit_and_nothing_else_is():
    assert notebook._keep_data({"text/plain": "x" * 99, "text/latex": "$x$", "text/html": "<b>x</b>"}) == {
        "text/plain": "x" * 99
    }
    assert notebook._keep_data({"text/plain": "x" * 100, "image/png": "y" * 100}) == {}
    assert notebook._keep_data({"text/plain": 3, "image/png": None}) == {}


def test_a_picture_in_bytes_becomes_one_in_a_notebooks_format():
    assert notebook._keep_data({"image/png": b"\x89PNG"}) == {"image/png": base64.b64encode(b"\x89PNG").decode()}


@pytest.mark.parametrize(
    ("before", "found"), [(0, True), (100 - len(PICTURE) + 1, True), (100 - len(PICTURE) + 2, False)]
)
def test_a_figure_in_html_is_found_within_its_limit(before, found):
    kept = notebook._keep_data({"text/html": " " * before + PICTURE})
    assert kept == ({"image/png": "iVBORw0K"} if found else {})
