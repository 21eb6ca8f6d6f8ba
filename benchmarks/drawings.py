"""How many digits drawn by a program each network of the course reads, and what one point of a stroke costs.

The way in which strokes become images was chosen by looking at the first set of drawings; the second set is drawn by
the same program with another seed. No person drew any of them.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.drawn_digits import drawn
from labkit import data
from labkit.drawings import RECIPES, to_image
from labkit.live.pad import Pad
from labkit.live.widget import pack
from solutions.weightlab.descent import train
from solutions.weightlab.forward import forward, predict, softmax
from solutions.weightlab.initialization import init_layers
from solutions.weightlab.weights import template_weights, weighted_sums

SEEDS = range(5)


def _trained(sizes: list[int], digits: data.Digits, epochs: int, seed: int) -> list:
    rng = np.random.default_rng(seed)
    settings = {"epochs": epochs, "batch_size": 32, "learning_rate": 0.2, "rng": rng}
    return train(init_layers(sizes, rng), digits.train_images, digits.train_labels, **settings)[0]


def _milliseconds_per_point(drawings: list, network: list) -> float:
    """Return the median CPU time of one new point: strokes to image, forward pass, votes, and the packed answer."""
    tool, times = Pad(forward, network, softmax), []
    for strokes in drawings[:40]:
        question = {"event": "draw", "strokes": [stroke.tolist() for stroke in strokes]}
        start = time.process_time()
        pack(tool.answer(question))
        times.append(1000 * (time.process_time() - start))
    return round(float(np.median(times)), 2)


_CELL = """
import labkit
from labkit import data
from weightlab.forward import forward, softmax
labkit.draw_digit(forward, data.pretrained_reader(), softmax);
"""
_WATCH = """() => {
  const [pad, bars] = [document.querySelector('.wl-pad'), document.querySelector('.wl-bars')];
  window.moved = null;
  window.waits = [];
  pad.addEventListener('pointermove', () => { window.moved = performance.now(); }, true);
  new MutationObserver(() => {
    if (window.moved !== null) window.waits.push(performance.now() - window.moved);
    window.moved = null;
  }).observe(bars, { subtree: true, attributes: true, characterData: true, childList: true });
}"""


def _in_a_browser(points: int = 60) -> dict:
    """Return milliseconds from a point to its bars in JupyterLab, and the page's processor time for one point."""
    import nbformat

    from tests.support import jupyterlab

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        environment = jupyterlab.course_copy(root, solved=True)
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        cells = [nbformat.v4.new_code_cell(_CELL)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), root / "pad.ipynb")
        with jupyterlab.server(root, environment=environment) as address, jupyterlab.browser_page() as page:
            jupyterlab.open_notebook(page, address, "pad.ipynb")
            jupyterlab.run_all(page)
            box = page.locator(".wl-pad").bounding_box()
            page.evaluate(_WATCH)
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")

            def busy() -> float:
                metrics = session.send("Performance.getMetrics")["metrics"]
                return next(one["value"] for one in metrics if one["name"] == "TaskDuration")

            page.mouse.move(box["x"] + 60, box["y"] + 60)
            page.mouse.down()
            before = busy()
            for k in range(points):
                angle = 2 * np.pi * k / 25
                page.mouse.move(box["x"] + 130 + 80 * np.sin(angle), box["y"] + 130 - 90 * np.cos(angle))
                page.wait_for_timeout(150)
            spent = busy() - before
            page.mouse.up()
            waits = np.array(page.evaluate("window.waits"))
    return {
        "points answered": len(waits),
        "median milliseconds to the bars": round(float(np.median(waits)), 1),
        "90th percentile": round(float(np.quantile(waits, 0.9)), 1),
        "CPU milliseconds per point, in the page": round(1000 * spent / points, 1),
    }


def measure() -> dict:
    """Return the fractions of two sets of 360 drawings that each network reads, one per seed if it is trained here."""
    small, large, both = data.digits8(), data.digits14(), data.both_digits()
    some = {  # is it the number of images, or the number of writers?
        "the 1,200 of the 8x8 set": np.arange(len(large.train_labels), len(both.train_labels)),
        "1,200 of both sets": np.random.default_rng(0).permutation(len(both.train_labels))[: len(small.train_labels)],
    }
    templates = template_weights(small.train_images, small.train_labels, 10)
    networks = {
        "8x8, 64-32-10": (8, [_trained([64, 32, 10], small, 30, seed) for seed in SEEDS]),
        "14x14, the course's reader": (14, [data.pretrained_reader()]),
        "14x14, 196-64-10": (14, [_trained([196, 64, 10], large, 15, seed) for seed in SEEDS]),
        "both sets at 14x14, 196-64-10": (14, [_trained([196, 64, 10], both, 15, seed) for seed in SEEDS]),
    }
    for name, rows in some.items():  # with as many steps as those that saw both sets
        few = both._replace(train_images=both.train_images[rows], train_labels=both.train_labels[rows])
        networks[f"{name} at 14x14, 196-64-10"] = (14, [_trained([196, 64, 10], few, 65, seed) for seed in SEEDS])
    found: dict = {}
    for name, seed in (("drawings", 0), ("other drawings", 1)):
        hands, digits = drawn(seed=seed)
        images = {side: np.array([to_image(strokes, side) for strokes in hands]) for side in RECIPES}
        found[name] = {"8x8, templates": [_read(weighted_sums(images[8], templates).argmax(axis=1), digits)]}
        for kind, (side, trained) in networks.items():
            found[name][kind] = [_read(predict(layers, images[side]), digits) for layers in trained]
    hands, _ = drawn()
    points = {kind: _milliseconds_per_point(hands, trained[0]) for kind, (_, trained) in networks.items()}
    return found | {"CPU milliseconds per point, in Python": points, "in JupyterLab": _in_a_browser()}


def _read(predicted: np.ndarray, digits: np.ndarray) -> float:
    return round(float(np.mean(predicted == digits)), 3)
