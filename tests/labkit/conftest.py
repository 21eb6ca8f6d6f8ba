"""What the tests of the lab's equipment share."""

from __future__ import annotations

import pytest

from labkit import store


@pytest.fixture(autouse=True)
def records(tmp_path, monkeypatch):
    """An empty folder in place of the learner's own records."""
    folder = tmp_path / "records"
    monkeypatch.setattr(store, "FOLDER", folder)
    return folder
