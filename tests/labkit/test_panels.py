"""Do panels hold, in data and in words, what both the browser and Matplotlib draw?"""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from labkit.figures.panels import bands, bars, chart, draw_still, grid, history, images, line
from labkit.figures.style import COLORS, FRACTION


def test_ticks_are_round_and_within_the_axes():
    panel = chart("a", ("x", -0.07, 0.9), ("y", 0.0, 1.0), [], percent=True)
    (below, left) = panel["ticks"]
    assert [words for _, words in below] == ["0", "0.2", "0.4", "0.6", "0.8"]
    assert [words for _, words in left] == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert [words for _, words in chart("a", ("x", 0, 1e6), ("y", 0, 1), [])["ticks"][0]][-1] == "1000000"
    assert [words for _, words in chart("a", ("x", -2, 2), ("y", 0, 3e-4), [])["ticks"][0]] == [
        "−2",
        "−1",
        "0",
        "1",
        "2",
    ]


def test_lines_without_a_color_get_one_each_and_a_style_of_their_own():
    lines = chart("a", ("x", 0, 1), ("y", 0, 1), [line([0], [0], color="faint"), *[line([0], [0])] * 2])["lines"]
    assert [(one["color"], one["style"]) for one in lines] == [("faint", 0), ("series-0", 0), ("series-1", 1)]


def test_bars_are_read_out_from_the_longest():
    panel = bars("a", ["no", "yes", "both", "none"], [-1.5, 2.0, 0.25, -3.0])
    assert (panel["said"], panel["marked"], panel["high"]) == ("yes 2.0, both 0.2, no −1.5", 1, 3.0)
    assert bars("a", ["no", "yes"], [0.25, 0.5], percent=True)["high"] == 1.0


def test_a_history_ends_at_its_largest_finite_value_and_shows_the_rest_at_its_edge():
    panel = history("a", ("step", 0, 3), "loss", {"one": [1.0, np.inf, np.nan, 7.0]}, 0.1, 5)
    assert panel["lines"][0]["y"].tolist() == [1, 5, 5, 5]
    assert panel["y"] == [0, 5.0]
    assert panel["names"] == ("step", "loss, cut at 5")
    assert history("a", ("step", 0, 1), "loss", {"one": [1.0, 5.0]}, 0.1, 5)["names"] == ("step", "loss")


def test_a_map_begins_at_the_top_left():
    np.testing.assert_array_equal(grid((0, 1), (5, 7), 2), [[0, 7], [1, 7], [0, 5], [1, 5]])
    values = bands(lambda place: place[1] - 0.1 * place[0], (0, 1), (0, 1), 10, 4)["values"]
    assert values[0, 0] == values.max() == 3
    assert values[-1, -1] == values.min() == 0
    assert np.bincount(values.ravel()).max() - np.bincount(values.ravel()).min() <= 1, "bands of equal area"


def test_bars_below_each_other_share_one_scale():
    rows = [[bars("a", "ab", np.array([3.0, -2.0]) / factor)] for factor in (0.5, 1, 5)]
    fig = draw_still("all", rows)
    assert {ax.get_ylim() for ax in fig.axes} == {(1.06 * -4.0, 1.06 * 6.0)}, "room at both ends: no bar looks cut"
    fig = draw_still("all", [[bars("a", "ab", [0.1, share], percent=True)] for share in (0.2, 0.9)])
    assert {ax.get_ylim() for ax in fig.axes} == {(0.0, 1.0)}
    assert fig.axes[0].get_yticklabels()[-1].get_text() == "100%"


@pytest.mark.parametrize("arrow", [False, True])
def test_the_still_figure_draws_what_the_panels_say(arrow):
    steep = line([0.2, 0.8], [0.1, 0.9], color="black", style=1, width=1, arrow=arrow)
    drawn = chart(
        "the chart", ("x", 0, 1), ("y", 0, 1), [steep, line([0, 1], [1, 0], "falls")], [(0.5, 0.5, "text", 3)], True
    )
    fig = draw_still("all", [[drawn, images("weights", np.eye(4))]])
    left, right = fig.axes
    assert (left.get_title(), left.get_xlabel(), right.get_title()) == ("the chart", "x", "weights")
    assert [one.get_text() for one in fig.legends[0].get_texts()] == ["falls"]
    assert [one.get_text() for one in left.get_yticklabels()] == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert len(left.texts) == int(arrow)
    assert ("--" in [one.get_linestyle() for one in left.lines]) == (not arrow)


def test_a_still_figure_has_one_legend_below_its_panels():
    rows = [[chart(title, ("x", 0, 1), ("y", 0, 1), [line([0, 1], [1, 0], "falls")])] for title in ("one", "other")]
    fig = draw_still("all", rows)
    fig.draw_without_rendering()
    (legend,) = fig.legends
    assert [one.get_text() for one in legend.get_texts()] == ["falls"]
    assert legend.get_window_extent().y1 < min(ax.get_window_extent().y0 for ax in fig.axes)


def test_a_curve_that_another_one_hides_is_drawn_wider_than_it():
    losses = {"falls": [2.0, 1.0], "zeros": [2.0, 2.0], "dead": [2.0, 2.001]}
    widths = [one["width"] for one in history("loss", ("step", 0, 1), "loss", losses, 0.1, 5)["lines"]]
    assert widths[0] == widths[2] < widths[1]


def test_bars_keep_the_colours_that_their_names_have_in_other_figures():
    known = bars("Accuracy", ["upright", "rotated"], [0.9, 0.1], percent=True)
    assert known["colors"] == ["series-1", "series-0"]
    fig = draw_still("all", [[known, bars("Accuracy", ["upright", "mine"], [0.9, 0.1], percent=True)]])
    drawn = [[to_hex(bar.get_facecolor()) for bar in ax.patches] for ax in fig.axes]
    assert drawn == [[COLORS[1], COLORS[0]], [FRACTION] * 2]


@pytest.mark.parametrize(("length", "heads"), [(0.5, 1), (0.001, 0)])
def test_an_arrow_that_would_be_all_head_is_left_out_of_a_still_figure(length, heads):
    step = line([0.2, 0.2 + length], [0.1, 0.1], color="black", arrow=True)
    (ax,) = draw_still("all", [[chart("the chart", ("x", 0, 1), ("y", 0, 1), [step])]]).axes
    assert len(ax.texts) == heads


def test_the_chosen_image_is_framed_in_a_still_figure():
    (ax,) = draw_still("all", [[images("neuron", np.eye(3, 4), pick="pick", marked=1)]]).axes
    (frame,) = ax.patches
    left, right = frame.get_bbox().x0, frame.get_bbox().x1
    assert (left, right) == (2.5, 4.5), "around the second image of two pixels a side, after a gap"
    (ax,) = draw_still("all", [[images("neuron", np.eye(3, 4))]]).axes
    assert not ax.patches
