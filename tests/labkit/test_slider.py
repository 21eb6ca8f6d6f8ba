"""Does the slider's figure come from the learner's function, with and without somebody to move the slider?"""

from __future__ import annotations

import pytest

from labkit import slider, weight_slider
from labkit.arrays import UnusableResultError


def test_where_nobody_can_move_it_three_weights_are_shown(capsys):
    weight_slider(lambda signal, weight: signal * weight)
    printed = capsys.readouterr().out
    assert printed.startswith("[figure] A handwritten 3 sent over three connections: with weight 1.8 the digit arrives")
    assert "with every sign flipped" in printed


def test_an_unwritten_function_is_an_error_at_once():
    def apply_weight(signal, weight):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        weight_slider(apply_weight)


@pytest.mark.parametrize("moved", [False, True])
def test_a_function_that_only_prints_is_told_to_return(monkeypatch, moved):
    monkeypatch.setattr(slider, "interactive", lambda: moved)
    with pytest.raises(UnusableResultError, match=r"apply_weight returned None. Is there a return\?"):
        weight_slider(lambda signal, weight: None)


def test_moving_the_slider_draws_anew_and_says_what_happens(monkeypatch):
    displayed, sent = [], []
    monkeypatch.setattr(slider, "interactive", lambda: True)
    monkeypatch.setattr("IPython.display.display", displayed.append)

    def apply_weight(signal, weight):
        sent.append(weight)
        if weight < -1.5:
            raise ValueError("too <much>")
        return signal * weight

    weight_slider(apply_weight)
    (box,) = displayed
    controls, picture = box.children
    control, number = controls.children
    assert (number.description, number.value) == ("weight is", 1.0), "the handle of the slider has no name, the box has"
    assert 'alt="With weight +1.00 the digit arrives as strong as it was."' in picture.value
    assert "max-width: 100%" in picture.value, "it would not fit beside the library"
    number.value = -0.5
    assert control.value == -0.5
    assert sent == [1.0, -0.5]
    assert "With weight −0.50 the digit arrives weaker, with every sign flipped." in picture.value
    control.value = -2.0
    assert picture.value == "ValueError: too &lt;much&gt;"


def test_steps_that_a_browser_adds_up_leave_no_digits_behind(monkeypatch):
    displayed, sent = [], []
    monkeypatch.setattr(slider, "interactive", lambda: True)
    monkeypatch.setattr("IPython.display.display", displayed.append)
    weight_slider(lambda signal, weight: sent.append(weight) or signal * weight)
    control, number = displayed[0].children[0].children
    control.value = 0.3999999999999996
    assert number.value == sent[-1] == 0.4
    control.value = 0.04999999999999954
    assert "With weight +0.05 the digit arrives weaker." in displayed[0].children[1].value
    number.value = 0.999
    assert "With weight +0.999 the digit arrives weaker." in displayed[0].children[1].value
