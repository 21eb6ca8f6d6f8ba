"""Do live figures respond to mouse and keyboard in a real JupyterLab, without errors in the console?"""

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
    "labkit.watch_training(train, {'only': layers}, *digits[:2], epochs=5, by='step')",
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
        page.root = root
        yield page


def figure(page, title):
    """Return a live figure, scrolled into view."""
    found = page.locator(f'.wl-live[aria-label="{title}"]').first
    found.wait_for(timeout=60_000)
    found.scroll_into_view_if_needed()
    return found


def says(page, live, words):
    """Wait until a figure's sentence contains these words."""
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
    assert live.get_attribute("data-lm-suppress-shortcuts"), "what JupyterLab asks before it takes a key for a shortcut"
    assert pad.locator("circle").is_visible(), "the pen is seen while keys move it"
    live.get_by_label("I drew a").select_option("1")
    live.get_by_role("button", name="Keep for training").click()
    says(page, live, "1 kept.")
    live.get_by_role("button", name="Train with my drawings").click()
    says(page, live, "After 10 epochs on digits8 and your drawings the network reads 100% of your drawings")
    live.get_by_role("button", name="Forget my drawings").click()
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
    says(page, live, "zero: loss 2.30, accuracy 10%, neurons inactive for all 300 images tried: 16.")
    dark = live.locator("svg", has=page.locator("image")).last.locator("rect")
    assert dark.count() == 16, "neurons that are inactive for all images stay dark"
    live.get_by_label("second start").select_option("He")
    says(page, live, re.compile(r"^epoch 2\. He: loss [^:]*(: \d+)?\.$"))


def test_a_single_training_is_played_step_by_step(page):
    live = page.locator('.wl-live[aria-label="Watch weights take shape"]').nth(1)
    says(page, live, re.compile("^step 5. only: loss"))
    live.get_by_role("button", name="Back").click()
    says(page, live, re.compile("^step 4. only: loss"))
    assert live.locator("svg image").count() == 16


def test_the_ball_steps_is_dragged_and_runs(page):
    live = figure(page, "A landscape to walk in")
    live.get_by_role("button", name="Step", exact=True).click()
    says(page, live, "After 1 step:")
    plane = live.get_by_role("application")
    drag(page, plane, (0.6, 0.5), (0.7, 0.3))
    says(page, live, re.compile("After 0 steps: weights [12]"))
    plane.focus()
    page.keyboard.press("ArrowLeft")
    says(page, live, "After 0 steps")
    live.get_by_role("button", name="Run").click()
    live.locator(".wl-dot").nth(3).wait_for()
    live.get_by_role("button", name="Pause").click()
    says(page, live, "steps: weights")


def test_the_secant_is_dragged_until_it_is_the_tangent(page):
    live = figure(page, "From the secant to the tangent")
    slider = live.get_by_role("slider", name="step")
    before = live.get_by_role("application").bounding_box()
    drag(page, live.get_by_role("application"), (0.9, 0.3), (0.74, 0.5))
    says(page, live, re.compile(r"step 0\.[01]\d*: the secant's slope is"))
    dragged = float(slider.get_attribute("aria-valuetext"))
    assert 0 < dragged < 0.2
    live.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([s, d]) => Number(s.ariaValueText) > d", arg=[slider.element_handle(), dragged])
    assert live.get_by_role("application").bounding_box()["width"] == before["width"]


def drag(page, node, start, end):
    """Drag the mouse between two places of an element, given as fractions of its width and height."""
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
    live.get_by_role("button", name="Pause").click()
    live.locator(".wl-status").filter(has_text="epochs").filter(has_not_text=re.compile("^0 epochs")).wait_for()
    assert not page.errors, page.errors


def test_every_control_reaches_python(page):
    live = figure(page, "A landscape to walk in")
    live.get_by_label("loss", exact=True).select_option("two layers, not convex")
    live.get_by_text("two layers, not convex", exact=True).and_(page.locator("strong")).wait_for()
    live = figure(page, "A plane to divide")
    live.get_by_label("points", exact=True).select_option("none")
    says(page, live, "No points: add some of both classes.")
    live.get_by_label("points", exact=True).select_option("XOR")
    says(page, live, "of 120 points")
    output = live.get_by_role("slider", name="output weight")
    line = live.locator('polyline[stroke-width="2.5"][marker-end="none"]')
    output.focus()
    page.keyboard.press("Home")
    line.and_(live.locator('[stroke-dasharray="7 4"]')).wait_for()
    page.keyboard.press("End")
    line.and_(live.locator(':not([stroke-dasharray="7 4"])')).wait_for()


def test_keys_that_are_faster_than_python_are_all_obeyed(page):
    live = figure(page, "A plane to divide")
    bias, first = (live.get_by_role("slider", name=name) for name in ("bias", "weight of the first input"))
    live.get_by_role("button", name="Hidden neuron 0").click()
    page.wait_for_function("button => button.ariaPressed === 'true'", arg=neuron(live, 0).element_handle())
    page.wait_for_timeout(500)
    kept, before = first.input_value(), float(bias.input_value())
    bias.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight" if before < 2 else "ArrowLeft")
    page.wait_for_timeout(1500)
    after = float(bias.input_value())
    assert abs(after - before) == pytest.approx(0.6), "an answer to an earlier key has put the slider back"
    # Another neuron, and a slider before the page has heard of that neuron's weights.
    neuron(live, 3).click()
    bias.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(1500)
    neuron(live, 0).click()
    page.wait_for_timeout(1500)
    assert (first.input_value(), float(bias.input_value())) == (kept, pytest.approx(after))
    neuron(live, 3).click()
    page.wait_for_timeout(1500)
    assert first.input_value() != kept, "it was given the other neuron's weights"


def neuron(live, k):
    return live.get_by_role("button", name=f"Hidden neuron {k}")


def test_clicks_count_for_the_class_that_was_chosen_when_they_were_made(page):
    live = figure(page, "A plane to divide")
    live.get_by_label("points", exact=True).select_option("none")
    says(page, live, "No points")
    live.get_by_label("a click").select_option("adds a blue point")
    box = live.get_by_role("application").bounding_box()
    for k in range(4):
        page.mouse.click(box["x"] + 120 + 40 * k, box["y"] + 200)
    live.get_by_label("a click").select_option("adds an orange point")
    says(page, live, "of 4 points")
    assert live.locator(".wl-dot[rx='4.5']").count() == 4
    live.get_by_label("points", exact=True).select_option("moons")
    says(page, live, "of 120 points")


def test_controls_that_are_used_while_it_trains_neither_stop_nor_hasten_it(page):
    live = figure(page, "A plane to divide")
    live.get_by_role("button", name="New weights").click()
    says(page, live, "0 epochs: ")
    live.get_by_role("button", name="Train").click()
    live.get_by_role("slider", name="learning rate").focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    says(page, live, re.compile("^([2-9][0-9]) epochs"))
    live.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(1000)
    paused = live.locator(".wl-status").inner_text()
    page.wait_for_timeout(1000)
    assert live.locator(".wl-status").inner_text() == paused
    assert live.get_by_role("slider", name="learning rate").get_attribute("aria-valuetext") == "0.010"


def test_a_function_that_breaks_is_named_in_the_figure_which_goes_on_once_it_is_mended(page):
    live = figure(page, "Temperature of softmax")
    library = page.root / "src" / "weightlab" / "forward.py"
    written = library.read_text(encoding="utf-8")
    try:
        for body, said in (
            (
                "raise ValueError('oh <no>')",
                re.compile(r"^softmax stops at line \d+ of src/weightlab/forward.py: .*oh <no>"),
            ),
            (
                "return logits[0]",
                "softmax returned an array of shape (10,); this figure needs an array of shape (1, 10).",
            ),
            ("return np.nan * logits", "contains NaN (not a number)"),
            ("return logits ===", re.compile(r"^Line \d+ of src/weightlab/forward.py is not Python yet")),
        ):
            library.write_text(f"{written}\n\ndef softmax(logits):\n    {body}\n", encoding="utf-8")
            live.get_by_role("slider").focus()
            page.keyboard.press("ArrowRight")
            says(page, live, said)
            assert live.locator(".wl-row").count() == 20, "what could be drawn last is still there"
    finally:
        library.write_text(written, encoding="utf-8")
    page.keyboard.press("ArrowRight")
    says(page, live, re.compile(r"^Temperature .*: the most probable class, 3, has \d+%"))


def test_a_second_view_shows_the_same_and_both_are_obeyed(page):
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:clone')")
    views = page.locator('.wl-live[aria-label="A landscape to walk in"]')
    views.nth(1).wait_for(timeout=60_000)
    rates = page.locator('.wl-live[aria-label="A landscape to walk in"] input[type="range"]')
    assert rates.nth(0).input_value() == rates.nth(2).input_value()
    views.nth(0).get_by_role("button", name="Back to the start").click()
    for step, view in enumerate((0, 1, 0, 1), 1):
        views.nth(view).get_by_role("button", name="Step", exact=True).click()
        for each in (0, 1):
            says(page, views.nth(each), re.compile(f"^After {step} steps?:"))
    page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
    page.locator(".wl-live").nth(len(CELLS)).wait_for(state="detached")


def test_a_dial_is_turned_by_keyboard(page):
    live = figure(page, "Temperature of softmax")
    live.get_by_role("slider").focus()
    page.keyboard.press("Home")
    says(page, live, "Temperature 0.1: the most probable class, 3, has 100%")
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
    figure(page, "Temperature of softmax").get_by_role("slider").focus()
    page.keyboard.press("Home")
    says(page, figure(page, "Temperature of softmax"), "Temperature 0.1: ")
    pad = figure(page, "Draw a digit").locator(".wl-pad")
    pad.click()
    says(page, figure(page, "Draw a digit"), "Read as")
    drawn = pad.locator("polyline").count()
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    page.locator(".jp-Notebook").wait_for(timeout=120_000)
    live = figure(page, "Temperature of softmax")
    page.wait_for_function("n => document.querySelectorAll('.wl-live').length === n", arg=len(CELLS))
    assert "model not found" not in page.content()
    slider = live.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext") == "0.10", "the slider has forgotten where it was left"
    assert figure(page, "Draw a digit").locator(".wl-pad polyline").count() == drawn > 0, "the drawing is gone"
    slider.focus()
    page.keyboard.press("End")
    says(page, live, "run this notebook's cells from the top, up to the one that calls labkit.set_temperature")


def test_where_nothing_should_move_a_player_waits_until_it_is_asked(page):
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.locator(".jp-Notebook").wait_for(timeout=120_000)
    says(page, figure(page, "Watch weights take shape"), "epoch 0. He: loss")
