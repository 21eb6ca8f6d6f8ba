"""Do figures have a text alternative, are they readable on light and dark pages, and do they survive odd arrays?"""

from __future__ import annotations

import io
import itertools
import re
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.image import imread

from labkit import figures
from labkit.arrays import UnusableResultError
from labkit.figures import biases, calibration, connection, descent, style
from labkit.figures import weights as pictures
from labkit.lent import clinic
from tests.support.figures import assert_readable

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency" (2009),
# full severity, for linear RGB.
VISION = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def linear(color) -> np.ndarray:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(a, b) -> float:
    """Return WCAG 2's contrast ratio."""
    one, other = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (a, b))
    return other / one


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return the CIELAB values of a linear RGB colour, in which distances match perceived differences."""
    xyz = np.clip(rgb, 0, 1) @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    t = xyz / [0.9505, 1.0, 1.089]
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("color", [style.TEXT, *style.COLORS])
def test_what_is_written_stands_out_from_its_sheet(color):
    """WCAG requires 4.5 for small text; bars and curves share the colours."""
    assert contrast(color, style.SHEET) >= 4.5


@pytest.mark.parametrize("vision", VISION)
def test_positive_and_negative_differ_for_colour_blind_readers(vision):
    matrix = np.array(VISION[vision])
    for positive, negative in [(style.POSITIVE, style.NEGATIVE), (style.WEIGHTS(0.75), style.WEIGHTS(0.25))]:
        seen = [lab(linear(color) @ matrix.T) for color in (positive, negative)]
        assert np.linalg.norm(seen[0] - seen[1]) > 40


def test_zero_is_pale_and_both_signs_darken_alike():
    lightness = [lab(linear(style.WEIGHTS(x)[:3]))[0] for x in np.linspace(0, 1, 101)]
    assert np.argmax(lightness) == 50
    assert abs(lightness[0] - lightness[-1]) < 12


def shown(capsys, monkeypatch, fig, alt):
    said = []
    monkeypatch.setattr(style, "show_message", lambda markup, text: said.append((markup, text)))
    figures.show(fig, alt)
    ((markup, text),) = said
    return markup, text


def test_show_gives_the_picture_its_text_alternative(capsys, monkeypatch):
    fig, ax = figures.figure()
    ax.plot([1, 2])
    markup, text = shown(capsys, monkeypatch, fig, 'A line that says "up" & rises.')
    assert '<img alt="A line that says &quot;up&quot; &amp; rises."' in markup
    assert text == '[figure] A line that says "up" & rises.'
    assert int(re.search(r'width="(\d+)"', markup)[1]) > 200


def test_a_figure_without_a_text_alternative_is_refused():
    with pytest.raises(ValueError, match="text alternative"):
        figures.show(figures.figure()[0], " ")


def test_outside_a_notebook_the_alternative_is_printed(capsys):
    figures.show(figures.figure()[0], "An empty figure.")
    assert capsys.readouterr().out == "[figure] An empty figure.\n"


def test_a_figure_brings_its_sheet_along_and_all_of_it_is_drawn_at_one_size():
    """On dark and on light pages it has a margin; words that reach beyond the figure have the same size as others."""
    seen = []
    for place in (0.2, 0.9):
        fig, ax = figures.figure(size=(3, 2))
        figures.bare(ax)
        fig.text(place, 0.5, "far and wide")
        picture = imread(io.BytesIO(style.to_png(fig)), format="png")
        sheet = np.isclose(picture[..., :3], to_rgb(style.SHEET), atol=0.003).all(axis=-1)
        assert picture.shape[2] == 3 or np.all(picture[..., 3] == 1)
        assert all(edge.all() for edge in (sheet[:8], sheet[-8:], sheet[:, :8], sheet[:, -8:]))
        seen.append(np.ptp(np.argwhere(~sheet), axis=0))
    assert np.abs(seen[0] - seen[1]).max() <= 2 and seen[0].min() > 8


def test_a_figure_of_pyplot_is_closed(monkeypatch):
    monkeypatch.setattr(mpl.rcParams, "_backend", "agg", raising=False)
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    fig = plt.figure()
    figures.show(fig, "Nothing.")
    assert not plt.fignum_exists(fig.number)


def test_weight_images_stand_the_right_way_up_and_share_one_scale():
    weights = np.zeros((6, 2))
    weights[:, 1] = [1, 2, 3, 4, 5, -6]
    fig = figures.weight_images(weights, (2, 3), titles=["a", "b"])
    ax = fig.axes[0]
    first, second = ax.images
    assert second.get_array().tolist() == [[1, 2, 3], [4, 5, -6]]
    assert first.get_clim() == second.get_clim() == (-6, 6)
    _left, right, bottom, top = first.get_extent()
    assert top < bottom and ax.yaxis_inverted() and right < second.get_extent()[0]
    for text, word, image in zip(ax.texts, "ab", (first, second), strict=True):
        assert text.get_text() == word and text.get_position()[0] == np.mean(image.get_extent()[:2])


@pytest.mark.parametrize(("columns", "shape"), [(None, (2, 14)), (2, (8, 5)), (3, (5, 8))])
def test_a_mosaic_holds_every_image_row_by_row_and_a_blank_line_between_two(columns, shape):
    images = np.arange(20.0).reshape(5, 4)
    whole = style.mosaic(images, columns)
    assert whole.shape == shape
    for k, image in enumerate(images):
        row, column = divmod(k, columns or 5)
        assert whole[3 * row : 3 * row + 2, 3 * column : 3 * column + 2].ravel().tolist() == image.tolist()
    assert np.count_nonzero(~np.isnan(whole)) == images.size


def test_an_image_of_the_wrong_size_is_refused_in_words():
    with pytest.raises(ValueError, match="63 numbers are not images of 7×7"):
        figures.images(np.zeros((2, 63)))


def test_weights_of_another_shape_are_refused_in_words():
    rows = {"before": np.zeros((64, 8)), "after": np.zeros((8, 64))}
    said = r"^The weights “after” are an array of shape \(8, 64\); this figure needs an array of shape \(64, 8\)\.$"
    with pytest.raises(UnusableResultError, match=said):
        descent.rows_of_weights(rows)


@pytest.mark.parametrize(("one_scale", "limits"), [(True, [3, 3]), (False, [1, 3])])
def test_rows_of_weights_share_a_scale_unless_each_is_to_have_its_own(monkeypatch, one_scale, limits):
    rows = {"before": np.full((4, 2), 1.0), "after": np.full((4, 2), -3.0)}
    fig = drawn(monkeypatch, descent, lambda: descent.rows_of_weights(rows, one_scale=one_scale))
    assert [ax.images[0].get_clim() for ax in fig.axes] == [(-limit, limit) for limit in limits]
    assert fig.get_supxlabel() == ("" if one_scale else "Each row has its own colour scale")


def test_a_descent_that_diverges_is_drawn_up_to_the_edge_of_the_figure(monkeypatch):
    paths = {"stays": [1.0, 0.5, 0.2], "leaves": [1.0, -2.0, 9.0, -30.0]}
    fig = drawn(monkeypatch, descent, lambda: descent.bowls(paths, lambda w: w**2, 10.0))
    stays, leaves = (ax.lines[1].get_xdata().tolist() for ax in fig.axes)
    assert (stays, leaves) == ([1.0, 0.5, 0.2], [1.0, -2.0, 9.0]), "the last step leads out of the figure"
    low, high = fig.axes[1].get_xlim()
    assert -5 < low < -3.1 and 3.1 < high < 5


@pytest.mark.parametrize("weights", [np.zeros((4, 3)), np.full((4, 3), np.nan), np.ones((4, 1)) * 1e-300])
def test_pictures_of_odd_weights_can_be_drawn(weights):
    style.to_png(figures.weight_images(weights, (2, 2)))
    style.to_png(figures.network([weights]))


def test_a_network_has_a_line_for_each_weight_wide_where_it_is_large_and_dashed_where_negative():
    fig = figures.network([np.array([[2.0, -1.0], [0.0, 0.5]])], labels={0: ["a", "b"]})
    lines = {round(float(line.get_linewidth()[0]), 2): line for line in fig.axes[0].collections if line.get_alpha()}
    assert len(lines) == 4
    widths = sorted(lines)
    assert widths[-1] > 4 * widths[0]
    faintest = lines[widths[0]]
    share = faintest.get_alpha()
    seen = share * np.array(to_rgb(faintest.get_color()[0][:3])) + (1 - share) * np.array(to_rgb(style.SHEET))
    assert widths[0] * style.PIXELS_PER_INCH / 72 >= 1 and contrast(seen, style.SHEET) >= 3, "it cannot be seen"
    dashes = [line.get_linestyle()[0][1] for width, line in sorted(lines.items())]
    assert [dash is not None for dash in dashes] == [False, False, True, False]
    assert {text.get_text() for text in fig.axes[0].texts} == {"a", "b"}


def test_a_wide_layer_says_how_many_neurons_it_shows():
    fig = figures.network([np.ones((64, 10))])
    assert [text.get_text() for text in fig.axes[0].texts] == ["16 of 64 shown"]


def test_curves_differ_in_more_than_colour():
    _, ax = figures.figure()
    figures.curves(ax, {"one": [1, 2], "two": [2, 1]}, xlabel="epoch", ylabel="loss", log=True)
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "two"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "loss", "log")


def told_apart(one, other) -> bool:
    """Return whether two lines differ in dashes or marks, or in a colour that everybody can tell apart."""
    if (one.get_linestyle(), one.get_marker()) != (other.get_linestyle(), other.get_marker()):
        return True
    colors = [linear(line.get_color()) for line in (one, other)]
    seen = [[lab(color @ np.array(matrix).T) for color in colors] for matrix in VISION.values()]
    return all(np.linalg.norm(a - b) > 40 for a, b in seen)


def test_the_colours_of_curves_are_told_apart_by_their_dashes_too():
    """Some of the six colours look the same to some people, so each has its own dashes."""
    _, ax = figures.figure()
    plain = [ax.plot([0, 1], color=color, linestyle="-")[0] for color in style.COLORS]
    assert not all(itertools.starmap(told_apart, itertools.combinations(plain, 2)))
    pairs = zip(style.COLORS, style.LINE_STYLES, strict=True)
    dashed = [ax.plot([0, 1], color=color, linestyle=dashes)[0] for color, dashes in pairs]
    patterns = {str(line._unscaled_dash_pattern) for line in dashed}  # get_linestyle gives "--" for every tuple
    assert len(patterns) == len(style.COLORS)


def test_three_paths_downhill_are_told_apart_on_the_surface_and_on_the_map(monkeypatch):
    shown = []
    monkeypatch.setattr(descent, "show", lambda fig, alt: shown.append(fig))
    grid = np.linspace(-1, 1, 5)
    losses = 1.1 + np.add.outer(grid**2, grid**2)
    descent.landscape(grid, grid, losses, {f"rate {k}": np.full((3, 3), k / 10) for k in range(3)})
    for ax in shown[0].axes:
        lines = [line for line in ax.lines if line.get_label().startswith("rate")]
        assert len(lines) == 3 and all(itertools.starmap(told_apart, itertools.combinations(lines, 2)))


def test_two_optimizers_are_told_apart_in_a_valley_and_their_first_steps_are_read_aloud(monkeypatch):
    shown = []
    monkeypatch.setattr(descent, "show", lambda fig, alt: shown.append((fig, alt)))
    descent.two_scales(
        {"plain": np.array([[-1, -3], [0.9, -2.9]]), "Adam": np.array([[-1, -3], [-0.8, -2.8]])}, (50, 0.5)
    )
    [(fig, alt)] = shown
    lines = [line for line in fig.axes[0].lines if line.get_label() in {"plain", "Adam"}]
    assert len(lines) == 2 and told_apart(*lines)
    assert "plain: the first step changes the weights by 1.90 and 0.10, the path crosses the valley 1 times" in alt
    assert "Adam: the first step changes the weights by 0.20 and 0.20, the path crosses the valley 0 times" in alt


def test_the_lowest_mean_validation_loss_is_marked(monkeypatch):
    shown = []
    monkeypatch.setattr(descent, "show", lambda fig, alt: shown.append((fig, alt)))
    descent.gap([5, 10, 15], np.array([[3.0, 2, 1], [3, 2, 1]]), np.array([[3.0, 1, 3], [3, 3, 2]]))
    [(fig, alt)] = shown
    assert any(np.array_equal(line.get_xdata(), [10, 10]) for line in fig.axes[0].lines)
    assert "on validation images it is lowest, 2.00, after 10 epochs" in alt


def test_a_histogram_counts_everything_and_parts_the_colours_at_zero():
    _, ax = figures.figure()
    counts = pictures.histogram(ax, np.array([[-3.0, -1.0], [2.0, 3.0]]), np.arange(-3.0, 4.0))
    assert counts.tolist() == [1, 0, 1, 0, 0, 2]
    for outline, color in zip(ax.patches, (style.NEGATIVE, style.POSITIVE), strict=True):
        values, edges, _ = outline.get_data()
        assert values.sum() == 2 and outline.get_facecolor()[:3] == to_rgb(color)
        assert edges.max() <= 0 if color == style.NEGATIVE else edges.min() >= 0


def test_a_connection_shows_what_the_learners_function_returns():
    fig = connection.connection(lambda signal, weight: weight * signal, np.arange(4.0), [0.5, -1.0])
    arrived = [axes.images[0].get_array().ravel().tolist() for axes in (fig.axes[2], fig.axes[5])]
    assert arrived == [[0, 0.5, 1, 1.5], [0, -1, -2, -3]]
    signal = np.arange(4.0)
    said = "the digit arrives as strong as it was, with every sign flipped"
    assert connection.in_words(-1.0, signal, -signal) == said
    assert connection.in_words(0.01, signal, 0.01 * signal) == "almost nothing arrives"
    assert connection.in_words(0.0, signal, 0 * signal) == "nothing arrives"
    assert connection.in_words(-1.0, signal, signal - 1) == "signals from −1 to 2 arrive"


def test_the_calibration_picture_puts_each_share_where_it_belongs():
    fig = calibration.draw_calibration({0.5: [True, False], 0.9: [], 1.0: [True]}, ["leaning", "sure", "certain"])
    points = [tuple(points.get_offsets()[0]) for points in fig.axes[0].collections]
    assert points == [(0.5, 0.5), (1.0, 1.0)]


def drawn(monkeypatch, module, draw):
    """Return the figure that a function of a chapter would show."""
    figs = []
    monkeypatch.setattr(module, "show", lambda fig, alt: figs.append(fig))
    draw()
    (fig,) = figs
    return fig


def test_no_figure_is_wider_than_what_fits_beside_the_library():
    assert figures.figure(1, 3)[0].get_figwidth() == figures.figure(size=(12, 3))[0].get_figwidth() == style.WIDEST
    assert figures.figure(size=(5, 3))[0].get_figwidth() == 5


def some_patients(n=6):
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(64, 32)), rng.normal(size=32)), (rng.normal(size=(32, 10)), rng.normal(size=10))]
    return [clinic.Patient(name, layers, layers, list(np.linspace(2.3, 0.1, 20))) for name in "abcdef"[:n]]


CROWDED = {
    "ward": lambda: descent.ward(some_patients()),
    "rows of weights": lambda: descent.rows_of_weights(
        {name: np.eye(64)[:, :8] - 0.5 for name in ("at birth", "after 1 epoch", "after 30 epochs")},
        titles=[f"neuron {k}" for k in range(8)],
    ),
}


@pytest.mark.parametrize("name", CROWDED)
def test_the_words_of_crowded_pictures_can_be_read_and_do_not_overlap(monkeypatch, name):
    assert_readable(drawn(monkeypatch, descent, CROWDED[name]), at_least=11)


def test_figures_do_not_load_pyplot():
    import subprocess

    code = "import sys; from labkit import figures; print('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_a_weight_of_zero_is_neither_blue_nor_orange():
    fig = figures.network([np.array([[1.0], [0.0], [-1.0]])])
    drawn = {to_hex(line.get_edgecolor()[0]) for line in fig.axes[0].collections if isinstance(line, LineCollection)}
    assert drawn == {style.POSITIVE, style.TEXT, style.NEGATIVE}


def test_a_sum_that_is_not_what_the_bars_add_up_to_is_told(capsys):
    pictures.steps_of_a_sum([1.0, 2.0], [0.5, -1.0], -1.5)
    assert "The sum is −1.5." in capsys.readouterr().out
    pictures.steps_of_a_sum([1.0, 2.0], [0.5, -1.0], 3.0)
    assert "The bars add up to −1.5, but 3 came back." in capsys.readouterr().out


def test_connections_and_waves_are_told_by_their_numbers(capsys):
    pictures.connections([[2.0, 0.0], [-0.5, 1.0]], ["a", "b"], ["c", "d"])
    assert "The weights: from a to c 2, from a to d 0, from b to c −0.5, from b to d 1." in capsys.readouterr().out
    pictures.waves({"before": [0.0, 1.0, -0.5], "× −2": [0.0, -2.0, 1.0]})
    assert "before, from −0.5 to 1; × −2, from −2 to 1." in capsys.readouterr().out


def test_a_marked_weight_is_named_after_what_it_does(capsys):
    pictures.strongest_connections([0.4, -0.6, 2.0, -3.0, 1.0], range(5))
    said = capsys.readouterr().out
    for words in ("suppresses, 0.4", "flips and suppresses, −0.6", "amplifies, 2", "flips and amplifies, −3", "on, 1"):
        assert f"{words}," in said or f"{words}." in said


def test_lines_are_parallel_or_meet_only_if_they_do(capsys):
    x = np.linspace(-2, 2, 5)
    biases.two_knobs(x, {2.0: 2 * x, -1.0: -x}, {1.0: x + 1, 0.0: x})
    said = capsys.readouterr().out
    assert "with weight 2 from −4 to 4" in said and "one point" in said and "parallel" in said
    biases.two_knobs(x, {2.0: 2 * x + 1, -1.0: -x}, {1.0: x, 0.0: 0 * x})
    said = capsys.readouterr().out
    assert "one point" not in said and "parallel" not in said


def test_all_best_biases_are_named_and_no_bias_only_if_it_was_tried(capsys):
    biases.mistakes_by_bias([-1.0, -0.5, 0.0], [3, 1, 0], [0, 2, 4])
    assert "The fewest mistakes in all, 3, are at bias −1, −0.5; without a bias there are 4." in capsys.readouterr().out
    biases.mistakes_by_bias([-1.0, -0.5], [3, 1], [0, 1])
    assert "are at bias −0.5." in capsys.readouterr().out
