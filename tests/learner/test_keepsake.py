"""Does the keepsake show the learner's own network, without marks, and does its page read what a friend draws?"""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from PIL import Image

import labkit
from autograder.learner import keepsake
from benchmarks.drawn_digits import STYLES, drawn
from labkit import data, store
from labkit.drawings import Drawings, to_image
from solutions.weightlab.forward import forward, softmax
from tests.support.jupyterlab import browser_page, require_browser


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(keepsake, "FOLDER", tmp_path)
    monkeypatch.setattr(store, "FOLDER", tmp_path / "records")
    return tmp_path


@pytest.fixture(scope="module")
def reader():
    return data.pretrained_reader()


def network(seed):
    rng = np.random.default_rng(seed)
    return [(rng.normal(size=(196, 12)), np.zeros(12)), (rng.normal(size=(12, 10)), np.zeros(10))]


def test_it_is_kept_in_a_file_that_says_in_words_what_it_shows(folder, reader, capsys):
    hands, _ = drawn(STYLES.index(next(style for style in STYLES if style[0] == 7)) + 1)
    Drawings(14).keep(hands[-1], 7)
    labkit.keepsake({"at birth": network(0), "adapted": network(1)}, forward, reader, "Ada")
    said = capsys.readouterr().out
    (kept,) = folder.glob("*.png")
    assert kept.name == f"my-network-{time.strftime('%Y-%m-%d')}.png"
    assert f"Saved as {kept} and as {kept.with_suffix('.html')}" in said
    words = Image.open(kept).info["Description"]
    assert words in said
    assert "at birth, adapted" in words
    assert "One of them was drawn by the network's owner." in words
    assert words.endswith(f"Functions written by Ada · {time.strftime('%Y-%m-%d')}.")
    assert "points" not in words, "a mark is nobody's business"


def test_the_digits_are_read_by_the_learners_own_function(folder, reader):
    def says_four(layers, x):
        return np.eye(10)[np.full(len(x), 4)], [x]

    fig, words = keepsake.draw({"at birth": network(0)}, says_four, reader, "signed")
    assert "reads as 4, 4, 4, 4, 4, 4, 4, 4, 4, 4." in words
    assert [ax.get_xlabel() for ax in fig.axes[:10]] == ["4"] * 10


def test_every_stage_is_drawn_from_its_own_weights(folder, reader):
    stages = {"at birth": network(0), "adapted": network(1)}
    fig, _ = keepsake.draw(stages, forward, reader, "signed")
    strips = [ax.images[0].get_array() for ax in fig.axes[10:]]
    for layers, strip in zip(stages.values(), strips, strict=True):
        np.testing.assert_array_equal(strip[:, :14].ravel(), layers[0][0][:, 0])
    assert len({ax.images[0].get_clim() for ax in fig.axes[10:]}) == 1, "one scale: the stages are compared"


def test_a_folder_that_cannot_be_written_is_a_sentence(folder, reader, monkeypatch, capsys):
    monkeypatch.setattr(keepsake, "FOLDER", folder / "nowhere")
    labkit.keepsake({"at birth": network(0)}, forward, reader)
    assert "The keepsake could not be saved" in capsys.readouterr().out


def test_the_page_needs_nothing_but_itself_and_quotes_the_name(reader):
    page = keepsake.write_page(reader, "<b>Ada</b>", "signed")
    assert "&lt;b&gt;Ada&lt;/b&gt;’s network reads your digits" in page
    assert "{{" not in page
    assert not re.findall(r"(?:src|href)=.?http|import |fetch\(", page.replace("http://www.w3.org/2000/svg", ""))


@pytest.mark.browser
def test_the_page_opens_from_the_disk_and_reads_what_is_drawn_as_the_network_does(tmp_path, reader):
    require_browser()
    path = tmp_path / "my-network.html"
    path.write_text(keepsake.write_page(reader, "Ada", "signed"), encoding="utf-8")
    hands, _ = drawn(len(STYLES))
    with browser_page() as page:
        page.goto(path.as_uri())
        pad, status = page.locator(".wl-pad"), page.locator(".wl-status")
        box = pad.bounding_box()
        for hand in hands[::3]:
            page.get_by_role("button", name="Clear").click()
            for stroke in hand:
                places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
                page.mouse.move(*places[0])
                page.mouse.down()
                for place in places[1:]:
                    page.mouse.move(*place)
                page.mouse.up()
            probabilities = softmax(forward(reader, to_image(hand, 14)[None])[0])[0]
            digit, percent = re.fullmatch(r"Read as (\d) with (\d+)%\.", status.inner_text()).groups()
            if probabilities.max() > 0.6:  # a mouse moves by whole pixels
                assert int(digit) == probabilities.argmax()
                assert abs(int(percent) - 100 * probabilities.max()) < 25
        assert not page.errors, page.errors
