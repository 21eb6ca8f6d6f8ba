"""Do arrays reach the browser as they are, and errors as sentences?"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import numpy as np

from labkit import live
from labkit.figures.panels import PALETTE, bars
from labkit.figures.style import COLORS, FRACTION, NEGATIVE, POSITIVE
from labkit.live import SCRIPT, STYLE, tool
from labkit.live.tool import Dial, Tool, slider
from labkit.live.widget import LiveFigure, pack

ROOT = Path(__file__).resolve().parents[3]


def unpacked(value):
    """Read an answer as core.js does."""
    if isinstance(value, list):
        return [unpacked(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "dtype" in value:
        return np.frombuffer(value["bytes"], value["dtype"]).reshape(value["shape"])
    return {key: unpacked(item) for key, item in value.items()}


def switch(name, label, value, stills=()):
    return tool.control("switch", name, label, value=value, stills=stills)


class Doubling(Tool):
    title, makes = "Twice", "labkit.twice"

    def draw(self, question):
        if question.get("event") == "bad":
            raise ValueError("no such <number>")
        if question.get("event") == "endless":
            raise KeyboardInterrupt
        panel = bars("Sizes", ["one", "two"], np.array([1.0, 2.0]))
        return {"twice": 2 * np.array(question.get("numbers", ())), "panels": [panel], "said": "Nothing is doubled."}


def test_arrays_at_any_depth_come_back():
    sent = {"a": np.arange(3, dtype=np.int8), "b": [{"c": np.eye(2)}, 7], "d": np.float64(0.5), "e": None}
    answer = pack(sent)
    back = unpacked(answer)
    assert back["a"].tolist() == [0, 1, 2]
    assert back["b"][0]["c"].tolist() == [[1, 0], [0, 1]]
    assert (back["b"][1], back["d"], back["e"]) == (7, 0.5, None)
    assert json.dumps(pack({"loss": np.nan, "far": [np.inf]}), allow_nan=False) == '{"loss": null, "far": [null]}'


def test_a_question_is_answered_to_the_view_that_asked():
    live = LiveFigure(Doubling())
    live.ask({"id": "wl-a", "numbers": [1.5, 2]})
    assert unpacked(live.answer)["twice"].tolist() == [3, 4]
    assert live.answer["to"] == "wl-a"


def test_messages_of_the_browser_are_questions():
    live = LiveFigure(Doubling())
    live._handle_msg({"content": {"data": {"method": "custom", "content": {"id": "b", "numbers": [4]}}}, "buffers": []})
    assert (unpacked(live.answer)["twice"].tolist(), live.answer["to"]) == ([8], "b")


def test_the_same_answer_twice_is_still_news():
    live, heard = LiveFigure(Doubling()), []
    live.observe(heard.append, "answer")
    live.ask({"id": "a"})
    live.ask({"id": "b"})
    assert len(heard) == 2


def test_an_error_becomes_a_sentence_and_the_next_question_works():
    live = LiveFigure(Doubling())
    live.ask({"id": "a", "event": "bad"})
    assert live.answer["error"] == "ValueError: no such <number>"
    assert live.answer["panels"], "what was drawn last is still there"
    live.ask({"id": "b"})
    assert not live.answer["error"]


def test_an_endless_loop_that_is_interrupted_leaves_the_figure_alive():
    live = LiveFigure(Doubling())
    live.ask({"id": "a", "event": "endless"})
    assert live.answer["error"] == "KeyboardInterrupt"
    live.ask({"id": "b"})
    assert not live.answer["error"]


def test_every_answer_says_how_all_controls_are_set():
    dial = Dial("Twice", follow, [slider("a", "a", 0, 9, 4, stills=(2, 3)), slider("b", "b", 0, 9, 5)])
    assert dial.answer({})["values"] == {"a": 4, "b": 8}
    assert dial.answer({"values": {"a": 1, "b": 3}})["values"] == {"a": 1, "b": 2}, "b follows a"
    assert [dial.answer(question)["values"]["a"] for question in dial.stills] == [2, 3]


def follow(a, b):
    return {"panels": [], "said": "", "values": {"b": 2 * a}}


def test_rows_of_a_still_figure_that_have_one_title_also_name_their_setting():
    def draw(a, on):
        return {"panels": [bars("Sizes", ["one", "two"], [a, 1.0])], "said": ""}

    numbers = Dial("Twice", draw, [slider("a", "step", 0, 9, 4, stills=(0.1, 3)), switch("on", "adapter on", True)])
    assert [row[0]["title"] for row in numbers.still_rows()[0]] == ["Sizes, step: 0.1", "Sizes, step: 3"]
    switches = Dial("Twice", draw, [slider("a", "step", 0, 9, 4), switch("on", "adapter on", True, (False, True))])
    assert [row[0]["title"] for row in switches.still_rows()[0]] == ["Sizes, adapter on: no", "Sizes, adapter on: yes"]


def test_a_still_figure_has_the_note_on_what_is_drawn_but_not_what_only_a_live_one_can_do():
    def draw(a):
        return {"panels": [bars("Sizes", ["one", "two"], [a, 1.0])], "said": "Two bars."}

    dial = Dial("Twice", draw, [slider("a", "step", 0, 9, 4, stills=(3,))], "Blue is < 1 & positive.", "Drag it.")
    still = dial.still()
    assert still["text/plain"] == "[figure] Twice. Two bars. Blue is < 1 & positive."
    assert still["text/html"].endswith("<p>Blue is &lt; 1 &amp; positive.</p>")
    assert dial.answer({})["note"] == "Blue is < 1 & positive. Drag it."


def test_somebody_at_the_notebook_gets_the_widget_and_a_still_figure_for_later(monkeypatch):
    shown = []
    monkeypatch.setattr(tool, "interactive", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle))
    Doubling().show()
    (bundle,) = shown
    assert bundle["text/plain"] == "[figure] Twice. Nothing is doubled."
    assert 'alt="Twice. Nothing is doubled."' in bundle["text/html"]
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"]


def test_where_nobody_sits_no_widget_is_made(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "labkit.live.widget", None)  # importing it fails from now on
    Doubling().show()
    assert capsys.readouterr().out == "[figure] Twice. Nothing is doubled.\n"


def test_scripts_and_style_are_installed_with_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert "labkit.live" in project["packages"]
    folder = Path(live.__file__).parent
    shipped = {path for pattern in project["package-data"]["labkit.live"] for path in folder.glob(pattern)}
    assert shipped == {path for path in folder.iterdir() if path.is_file() and path.suffix != ".py"}


def test_the_colors_are_those_of_the_still_figures():
    named = {"positive": POSITIVE, "negative": NEGATIVE} | {f"series-{k}": color for k, color in enumerate(COLORS)}
    for name, color in named.items():
        assert f"--{name}: light-dark({color}, #" in STYLE
    assert f".wl-fraction {{ background: var(--series-{COLORS.index(FRACTION)}); }}" in STYLE
    blue, white, orange = (PALETTE["weights"][k] for k in (-1, 64, 0))
    assert blue[2] > blue[0] and min(white) > 230 and orange[0] > orange[2]


def test_the_scripts_are_one_module_that_fetches_nothing():
    assert SCRIPT.count("export default") == 1
    assert "import " not in SCRIPT
    assert "http" not in SCRIPT.replace("http://www.w3.org/2000/svg", "")


def test_an_answer_names_the_function_that_makes_the_figure_so_that_a_page_without_a_kernel_can():
    assert (LiveFigure(Doubling()).answer["makes"], LiveFigure(Doubling()).answer["title"]) == ("labkit.twice", "Twice")
    made = []
    tool.shown(lambda: made.append(Doubling()) or made[0], "twofold")()
    assert made[0].makes == "labkit.twofold"
