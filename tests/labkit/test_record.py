"""Is the best score kept, and never a worse one?"""

import pytest

from labkit import store
from labkit.record import chase_record


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    return tmp_path


def test_the_best_score_stays_whatever_comes_after(capsys):
    assert [chase_record("adapt", score) for score in (60.0, 70.0, 65.0)] == [60.0, 70.0, 70.0]
    said = capsys.readouterr().out.splitlines()
    assert "first record" in said[0] and "was 60.0" in said[1] and "your record is 70.0" in said[2]
    assert store.load("records") == {"adapt": 70.0}


def test_a_score_of_zero_is_a_record_once(capsys):
    for score in (0.0, 0.0, 5.0):
        chase_record("adapt", score)
    said = capsys.readouterr().out.splitlines()
    assert "first record" in said[0] and "your record is 0.0" in said[1] and "was 0.0" in said[2]


def test_what_stands_in_the_file_and_is_no_number_counts_as_nothing(folder):
    (folder / "records.json").write_text('{"adapt": "many"}')
    assert chase_record("adapt", 5.0) == 5.0
