"""Do live figures answer the hand in a real JupyterLab, by mouse and by keyboard, with an empty console?"""

from __future__ import annotations

import nbformat
import pytest

from ...support import jupyterlab

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SETUP = """
import numpy as np, labkit
from labkit import data
from weightlab.forward import forward, softmax
from weightlab.initialization import init_layers
digits = data.digits8()
"""
CELLS = {"pad": "drawings = labkit.draw_digit(forward, init_layers([64, 32, 10], np.random.default_rng(0)), softmax)"}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A notebook with every live figure, all its cells run with the reference as the library."""
    jupyterlab.require_browser()
    root = tmp_path_factory.mktemp("live")
    environment = jupyterlab.course_copy(root, solved=True)
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, *CELLS.values())]
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
