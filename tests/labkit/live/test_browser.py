"""Do live figures answer the hand in a real JupyterLab, by mouse and by keyboard, with an empty console?"""

from __future__ import annotations

import re

import nbformat
import pytest

from tests.support import jupyterlab

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SETUP = """
import numpy as np, labkit
from labkit import data
from weightlab.forward import forward, softmax
from weightlab.initialization import init_layers
from weightlab.descent import momentum_step, train
from weightlab.backprop import numerical_gradient
digits, rng = data.digits8(), np.random.default_rng(0)
layers = init_layers([64, 16, 10], rng)
"""
CELLS = (
    "drawings = labkit.draw_digit(forward, layers, softmax)",
    "labkit.watch_training(train, {'He': layers, 'zero': [(0 * w, b) for w, b in layers]}, *digits[:2], epochs=3)",
    "labkit.walk_landscape(momentum_step, numerical_gradient)",
    "labkit.divide_plane(forward, train)",
    "labkit.set_temperature(softmax)",
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A notebook with every live figure, all its cells run with the reference as the library."""
    jupyterlab.require_browser()
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
    live.get_by_text("1 kept").wait_for()


def test_a_training_is_played_and_scrubbed_by_keyboard(page):
    live = figure(page, "Watch weights take shape")
    live.get_by_role("button", name="Play").click()
    says(page, live, "He, epoch 3: loss")
    live.get_by_role("slider", name="epoch").focus()
    page.keyboard.press("ArrowLeft")
    says(page, live, "He, epoch 2: loss")
    live.get_by_label("start").select_option("zero")
    says(page, live, "inactive for all of 300 images: 16")


def test_the_ball_steps_is_placed_and_runs(page):
    live = figure(page, "A landscape to walk in")
    live.get_by_role("button", name="Step").click()
    says(page, live, "After 1 steps")
    live.get_by_role("slider", name="second weight").focus()
    page.keyboard.press("ArrowDown")
    says(page, live, "After 0 steps")
    live.get_by_role("button", name="Run").click()
    live.locator("circle").nth(3).wait_for()
    live.get_by_role("button", name="Stop").click()
    says(page, live, "steps: weights")


def test_a_line_is_moved_by_keyboard_and_the_plane_trained(page):
    live = figure(page, "A plane to divide")
    bias = live.get_by_role("slider", name="bias")
    before = bias.input_value()
    live.get_by_role("application").focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("([bias, before]) => bias.value !== before", arg=[bias.element_handle(), before])
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


def test_axe_finds_nothing_that_a_screen_reader_would_stumble_on(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    figure(page, "Temperature of softmax")
    found = axe.Axe().run(page, context=".wl-live").response
    assert len(found["passes"]) > 5, "nothing was looked at"
    assert [(fault["id"], fault["nodes"][0]["html"][:90]) for fault in found["violations"]] == []
