"""Are predictions recorded as they were made, whatever happens to the file?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from labkit import outcome, predict, predictions, store

OPTIONS = ["it sinks", "it floats"]


def pick(name, choice, confidence="sure"):
    return predictions._change(name, choice=choice, confidence=confidence)


def test_without_a_reader_the_question_is_printed(capsys):
    predict("boat", "What becomes of the boat?", OPTIONS)
    assert capsys.readouterr().out == "Predict: What becomes of the boat?\n  ( ) it sinks\n  ( ) it floats\n"


def test_the_outcome_quotes_the_prediction(capsys):
    predict("boat", "?", OPTIONS)
    pick("boat", "it sinks", "fairly sure")
    outcome("boat", "it floats")
    said = capsys.readouterr().out
    assert "You predicted “it sinks” (fairly sure); the outcome is “it floats”." in said
    assert "Earlier" not in said
    outcome("boat", "it sinks")
    said = capsys.readouterr().out
    assert "✓ You predicted “it sinks” (fairly sure), and that is right." in said
    assert "Earlier, this cell gave “it floats”" in said


def test_no_outcome_rests_on_a_function_that_was_checked_and_never_passed(capsys):
    predict("boat", "?", OPTIONS)
    pick("boat", "it floats")
    store.save("progress", {"lift": {"score": 1.0, "solved": 5.0}, "weigh": {"score": 0.5, "solved": None}})
    capsys.readouterr()
    outcome("boat", "it flies", "lift", "weigh")
    assert capsys.readouterr().out.startswith("No outcome yet, because weigh has not passed its check.")
    assert predictions.scored_predictions() == [] and pick("boat", "it sinks")
    outcome("boat", "it sinks", "lift", "never_checked")
    assert predictions.scored_predictions() == [("sure", True)]


def test_an_outcome_without_a_prediction_is_told_all_the_same(capsys):
    outcome("boat", "it floats")
    assert capsys.readouterr().out.startswith("What happened: it floats.")


def test_an_outcome_that_nobody_could_predict_is_told_and_not_recorded(capsys):
    """A wrong function, or a number that the learner changed, can give one: no reason for a traceback."""
    predict("boat", "?", OPTIONS)
    pick("boat", "it sinks")
    outcome("boat", "it flies")
    assert "What happened: it flies, which is none of the options." in capsys.readouterr().out
    assert predictions.scored_predictions() == []
    assert pick("boat", "it floats"), "nothing has been seen yet"


def test_a_prediction_stands_once_its_outcome_is_seen():
    predict("boat", "?", OPTIONS)
    assert pick("boat", "it sinks")
    assert pick("boat", "it floats"), "before the outcome one may change one's mind"
    outcome("boat", "it sinks")
    assert not pick("boat", "it sinks")
    predict("boat", "?", OPTIONS)
    assert predictions.scored_predictions() == [("sure", False)]


def test_a_pick_made_after_looking_is_no_prediction(capsys):
    predict("boat", "?", OPTIONS)
    outcome("boat", "it sinks")
    assert not pick("boat", "it sinks")
    assert predictions.scored_predictions() == []
    outcome("boat", "it sinks")
    assert capsys.readouterr().out.count("You made no prediction here") == 2


def test_options_that_were_reworded_ask_again():
    predict("boat", "?", OPTIONS)
    pick("boat", "it sinks")
    predict("boat", "?", ["it goes down", "it stays up"])
    assert store.load("predictions")["boat"]["choice"] is None


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", "null", "\ufeffx", '{"boat": 3}', '{"boat": {"options": 3, "choice": []}}']
)
def test_a_spoilt_record_never_stops_the_notebook(records, text, capsys):
    records.mkdir()
    (records / "predictions.json").write_text(text, encoding="utf-8")
    assert isinstance(predictions.scored_predictions(), list)
    predict("boat", "?", OPTIONS)
    pick("boat", "it floats")
    outcome("boat", "it floats")
    assert predictions.scored_predictions() == [("sure", True)]


def test_a_folder_that_cannot_be_written_never_stops_the_notebook(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "FOLDER", tmp_path / "file")
    (tmp_path / "file").write_text("in the way")
    predict("boat", "?", OPTIONS)
    outcome("boat", "it floats")
    assert store.save("predictions", {}) is False


def test_a_record_is_replaced_whole_and_leaves_nothing_behind(records):
    assert store.save("x", {"ü": 1})
    assert json.loads((records / "x.json").read_text(encoding="utf-8")) == {"ü": 1}
    with pytest.raises(ValueError):
        store.save("x", {"not": float("nan")})
    assert store.load("x") == {"ü": 1}
    assert [path.name for path in records.iterdir()] == ["x.json"]


def test_a_spoilt_record_is_kept_aside(records, capsys):
    records.mkdir()
    (records / "x.json").write_text("{half")
    assert store.load("x") == {}
    assert (records / "x.broken").read_text(encoding="utf-8") == "{half"
    (records / "x.json").write_text("again")
    assert store.load("x") == store.load("x") == {}
    assert (records / "x-2.broken").read_text(encoding="utf-8") == "again", "the older one is not overwritten"
    assert capsys.readouterr().err.count("is kept as x-2.broken") == 1


def test_a_record_that_cannot_be_read_just_now_is_left_alone(records, monkeypatch):
    assert store.save("x", {"old": 1})
    read = store.Path.read_bytes
    monkeypatch.setattr(store.Path, "read_bytes", lambda path: (_ for _ in ()).throw(PermissionError("locked")))
    assert store.load("x") == {}
    assert store.update("x", lambda record: record | {"new": 2}) is False
    assert store.load("x") == {"new": 2}
    monkeypatch.setattr(store.Path, "read_bytes", read)
    assert [path.name for path in records.iterdir()] == ["x.json"]
    assert store.load("x") == {"old": 1, "new": 2}


def test_two_processes_that_write_at_once_lose_nothing(records):
    write = (
        "import sys, pathlib; from labkit import store; store.FOLDER = pathlib.Path(sys.argv[1])\n"
        "for n in range(15): assert store.update('x', lambda record: record | {sys.argv[2] + str(n): n})"
    )
    both = [subprocess.Popen([sys.executable, "-c", write, str(records), name]) for name in "ab"]
    assert [one.wait(60) for one in both] == [0, 0]
    assert len(store.load("x")) == 30 and [path.name for path in records.iterdir()] == ["x.json"]


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ([True] * 19 + [False], "as often as you thought"),
        ([True] * 10 + [False] * 10, "less often than you thought"),
        ([True], "as often as you thought"),
        ([False], "less often than you thought"),
        ([True, False], "less often than you thought"),
    ],
)
def test_calibration_says_how_sure_and_how_right(came, words, monkeypatch):
    said = predictions.in_words([("sure", right) for right in came])
    assert f"“sure”: {sum(came)} of {len(came)} right" in said and words in said


def test_calibration_draws_what_was_recorded_or_says_that_nothing_was(capsys):
    predictions.calibration()
    assert "No prediction" in capsys.readouterr().out
    predict("boat", "?", OPTIONS)
    pick("boat", "it sinks", "a guess")
    outcome("boat", "it sinks")
    predictions.calibration()
    assert "“a guess”: 1 of 1 right" in capsys.readouterr().out


def widgets_in(box, kind):
    return [child for child in box.children if type(child).__name__ == kind]


def test_what_is_picked_in_the_notebook_is_recorded_at_once(monkeypatch):
    widgets = pytest.importorskip("ipywidgets")
    boxes = []
    monkeypatch.setattr(predictions, "interactive", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    made = widgets.VBox
    monkeypatch.setattr(widgets, "VBox", lambda children: boxes.append(made(children)) or boxes[-1])
    predict("boat", "What becomes of it?", OPTIONS)
    (choice,), (sure,) = widgets_in(boxes[0], "RadioButtons"), widgets_in(boxes[0], "ToggleButtons")
    assert choice.value is None and sure.value is None, "nothing is picked beforehand"
    choice.value, sure.value = "it floats", "leaning"
    said = widgets_in(boxes[0], "HTML")[-1].value
    assert 'role="status"' in said and ">✓ Recorded: “it floats”, leaning. Run the next cell.<" in said
    entry = store.load("predictions")["boat"]
    assert (entry["choice"], entry["confidence"]) == ("it floats", "leaning")
    outcome("boat", "it sinks")
    predict("boat", "What becomes of it?", OPTIONS)
    (choice,) = widgets_in(boxes[1], "RadioButtons")
    assert choice.disabled and choice.value == "it floats"


def test_the_nearest_option_is_the_one_whose_number_is_closest():
    options = {"none": 0, "about 100": 100, "about 500": 500}
    assert [predictions.nearest(options, value) for value in (-3, 49, 51, 260, 320, 1000)] == [
        "none",
        "none",
        "about 100",
        "about 100",
        "about 500",
        "about 500",
    ]


def test_a_fresh_lock_is_waited_for_and_stays_anothers(records, monkeypatch):
    records.mkdir()
    lock = records / "x.lock"
    lock.write_text("another process's")
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.1)
    begun = time.monotonic()
    assert store.update("x", lambda record: record | {"a": 1}), "a late record is worse than a race"
    assert time.monotonic() - begun >= 0.1
    assert lock.read_text() == "another process's"
    assert store.load("x") == {"a": 1}


@pytest.mark.parametrize("age", [+1, -1])
def test_the_lock_of_a_process_that_died_is_taken_over_whatever_its_clock_said(records, age):
    records.mkdir()
    lock = records / "x.lock"
    lock.write_text("")
    os.utime(lock, (time.time() - age * (store.STALE_SECONDS + 5),) * 2)
    assert store.update("x", lambda record: record | {"a": 1})
    assert not lock.exists()


def test_a_record_that_cannot_be_written_says_so_and_is_written_with_the_next(records, monkeypatch):
    replace = store.os.replace

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    assert store.save("x", {"a": 1}) is False
    assert store.update("x", lambda record: record | {"a": 1}) is False
    assert [path.name for path in records.iterdir()] == []
    assert store.load("x") == {"a": 1}, "this process knows of it all the same"
    monkeypatch.setattr(store.os, "replace", replace)
    assert store.update("x", lambda record: record | {"b": 2}) is True
    assert json.loads((records / "x.json").read_text()) == {"a": 1, "b": 2}


def test_a_pick_without_a_confidence_is_recorded_and_counts_for_no_calibration(capsys):
    predict("boat", "?", OPTIONS)
    assert predictions._change("boat", choice="it sinks", confidence=None)
    outcome("boat", "it sinks")
    said = capsys.readouterr().out
    assert "You predicted “it sinks”, and that is right." in said and "None" not in said
    assert predictions.scored_predictions() == []


def test_the_option_by_limits_is_the_one_in_whose_range_the_value_lies():
    asked = ("about 10%", 0.3, "about half", 0.8, "about 90%")
    assert [predictions.by_limits(value, *asked) for value in (-1, 0.29, 0.3, 0.79, 0.8, 7)] == [
        "about 10%",
        "about 10%",
        "about half",
        "about half",
        "about 90%",
        "about 90%",
    ]


@pytest.mark.parametrize(
    "asked", [("low", 0.5), ("low", 0.5, "middle", 0.5, "high"), ("low", 2, "middle", 1, "high"), ()]
)
def test_limits_that_part_nothing_are_refused(asked):
    with pytest.raises(ValueError, match="the limits must rise"):
        predictions.by_limits(1, *asked)
