"""Do live figures answer the hand in a real JupyterLab, by mouse and by keyboard, with an empty console?"""

from __future__ import annotations

import re

import nbformat
import pytest

from autograder.cli.study import quiet
from tests.support import jupyterlab

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SETUP = """
import numpy as np, labkit
from labkit import data
from weightlab.forward import forward, softmax
from weightlab.initialization import init_layers, signal_spread
from weightlab.freezing import interpolate_layers
from weightlab.lora import lora_merge
from weightlab.descent import momentum_step, train
from weightlab.backprop import numerical_gradient
digits, rng = data.digits8(), np.random.default_rng(0)
layers = init_layers([64, 16, 10], rng)
trained, _ = train(layers, *digits[:2], epochs=10, batch_size=32, learning_rate=0.2, rng=rng)
adapters = {2: [(rng.normal(size=(a, 2)), rng.normal(size=(2, b))) for a, b in ((64, 16), (16, 10))]}
"""
CELLS = (
    "drawings = labkit.draw_digit(forward, layers, softmax, train)",
    "labkit.watch_training(train, {'He': layers, 'zero': [(0 * w, b) for w, b in layers]}, *digits[:2], epochs=3)",
    "labkit.walk_landscape(momentum_step, numerical_gradient)",
    "labkit.divide_plane(forward, train)",
    "labkit.set_temperature(softmax)",
    "labkit.drag_secant(numerical_gradient)",
    "labkit.scale_weights(signal_spread)",
    "labkit.bend_line(forward)",
    "labkit.mix_weights(interpolate_layers, forward, layers, trained, {'test': digits[2:]})",
    "labkit.switch_adapter(lora_merge, forward, layers, adapters, {'test': digits[2:]})",
    "labkit.type_name(lambda text: np.eye(27)[len(text) % 27])",
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A notebook with every live figure, all its cells run with the reference as the library."""
    jupyterlab.require_browser()
    quiet()  # as `weightlab study` does before it starts JupyterLab
    root = tmp_path_factory.mktemp("live")
    environment = jupyterlab.course_copy(root, solved=True)
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, *CELLS)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), root / "live.ipynb")
    with jupyterlab.server(root, environment=environment) as address, jupyterlab.browser_page() as page:
        jupyterlab.open_notebook(page, address, "live.ipynb")
        jupyterlab.run_all(page)
        yield page


def figure(page, title):
    """Return a live figure in view."""
    found = page.locator(f'.wl-live[aria-label="{title}"]')
    found.wait_for(timeout=60_000)
    found.scroll_into_view_if_needed()
    return found


def says(page, live, words):
    """Wait until a figure's line says something."""
    live.locator(".wl-status").filter(has_text=words).wait_for(timeout=30_000)
    assert not page.errors, page.errors


def test_a_digit_is_drawn_by_mouse_and_by_keyboard_and_kept(page):
    live = figure(page, "Draw a digit")
    pad = live.locator(".wl-pad")
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    page.mouse.up()
    says(page, live, "Read as ")
    live.get_by_role("button", name="Clear").click()
    says(page, live, "Draw a digit from 0 to 9.")
    pad.focus()
    for key in ("Space", *["ArrowDown"] * 8):
        page.keyboard.press(key)
    says(page, live, "Read as ")
    assert pad.evaluate("pad => pad === document.activeElement"), "the arrow keys went to another cell"
    live.get_by_label("I drew a").select_option("1")
    live.get_by_role("button", name="Keep for training").click()
    says(page, live, "1 kept.")
    live.get_by_role("button", name="Train with my drawings").click()
    says(page, live, "After 10 epochs with your drawings it reads 100% of your drawings")
    live.get_by_role("button", name="Forget them").click()
    says(page, live, re.compile(r"Read as \d with \d+%; next is \d with \d+%\.$"))


def test_two_trainings_are_played_and_scrubbed_by_keyboard(page):
    live = figure(page, "Watch weights take shape")
    says(page, live, "epoch 3. He: loss")
    live.get_by_role("button", name="Play").click()
    says(page, live, "epoch 1. He: loss")
    says(page, live, "epoch 3. He: loss")
    live.get_by_role("slider", name="epoch").focus()
    page.keyboard.press("ArrowLeft")
    says(page, live, "epoch 2. He: loss")
    says(page, live, "zero: loss 2.30, accuracy 10%, neurons inactive for all of 300 images: 16.")
    live.get_by_label("right start").select_option("He")
    says(page, live, re.compile(r"^epoch 2\. He: loss [^:]*(: \d+)?\.$"))


def test_the_ball_steps_is_dragged_and_runs(page):
    live = figure(page, "A landscape to walk in")
    live.get_by_role("button", name="Step", exact=True).click()
    says(page, live, "After 1 steps")
    plane = live.get_by_role("application")
    drag(page, plane, (0.6, 0.5), (0.7, 0.3))
    says(page, live, re.compile("After 0 steps: weights [12]"))
    plane.focus()
    page.keyboard.press("ArrowLeft")
    says(page, live, "After 0 steps")
    live.get_by_role("button", name="Run").click()
    live.locator("circle").nth(3).wait_for()
    live.get_by_role("button", name="Stop").click()
    says(page, live, "steps: weights")


def test_the_secant_is_dragged_until_it_is_the_tangent(page):
    live = figure(page, "From the secant to the tangent")
    slider = live.get_by_role("slider", name="step")
    before = live.get_by_role("application").bounding_box()
    drag(page, live.get_by_role("application"), (0.9, 0.3), (0.74, 0.5))
    says(page, live, re.compile(r"Step 0\.[01]\d*: the secant's slope is"))
    dragged = float(slider.get_attribute("aria-valuetext"))
    assert 0 < dragged < 0.2
    live.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([s, d]) => Number(s.ariaValueText) > d", arg=[slider.element_handle(), dragged])
    assert live.get_by_role("application").bounding_box()["width"] == before["width"]


def drag(page, node, start, end):
    """Drag the mouse between two places of an element, given as shares of its width and height."""
    box = node.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=6)
    page.mouse.up()


def test_a_line_is_moved_by_keyboard_and_the_plane_trained(page):
    live = figure(page, "A plane to divide")
    bias = live.get_by_role("slider", name="bias")
    before = bias.input_value()
    live.get_by_role("application").focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_function("([bias, before]) => bias.value !== before", arg=[bias.element_handle(), before])
    live.get_by_role("button", name="Hidden neuron 2").click()
    live.locator('[aria-pressed="true"][aria-label="Hidden neuron 2"]').wait_for()
    live.get_by_label("a click").select_option("adds a blue point")
    live.get_by_role("application").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    says(page, live, "of 121 points")
    live.get_by_role("button", name="Train").click()
    page.wait_for_timeout(600)
    live.get_by_role("button", name="Stop").click()
    live.locator(".wl-status").filter(has_text="epochs").filter(has_not_text=re.compile("^0 epochs")).wait_for()
    assert not page.errors, page.errors


def test_a_dial_is_turned_by_keyboard(page):
    live = figure(page, "Temperature of softmax")
    live.get_by_role("slider").focus()
    page.keyboard.press("Home")
    says(page, live, "Temperature 0.1: 3 has 100%")
    assert live.get_by_role("slider").evaluate("slider => slider === document.activeElement")


def test_at_200_percent_zoom_no_figure_is_wider_than_its_place(page):
    page.set_viewport_size({"width": 700, "height": 500})
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.wl-live')].filter(live => live.scrollWidth > live.clientWidth + 1)
           .map(live => [live.ariaLabel, live.scrollWidth, live.clientWidth])"""
    )
    page.set_viewport_size({"width": 1400, "height": 1000})
    assert wide == []


def test_axe_finds_nothing_that_a_screen_reader_would_stumble_on(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    figure(page, "Temperature of softmax")
    found = axe.Axe().run(page, context=".wl-live").response
    assert len(found["passes"]) > 5, "nothing was looked at"
    assert [(fault["id"], fault["nodes"][0]["html"][:90]) for fault in found["violations"]] == []


def test_the_next_day_every_figure_is_there_and_says_which_cells_to_run(page):
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    page.locator(".jp-Notebook").wait_for(timeout=120_000)
    live = figure(page, "Temperature of softmax")
    assert page.locator(".wl-live").count() == len(CELLS)
    assert "model not found" not in page.content()
    live.get_by_role("slider").focus()
    page.keyboard.press("Home")
    says(page, live, "run this notebook's cells from the top, up to the one that calls labkit.set_temperature")


def test_where_nothing_should_move_a_player_waits_until_it_is_asked(page):
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.locator(".jp-Notebook").wait_for(timeout=120_000)
    says(page, figure(page, "Watch weights take shape"), "epoch 0. He: accuracy")
