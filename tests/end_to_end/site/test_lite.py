"""Does the whole course work in a browser without a server, and is nothing lost?"""

from __future__ import annotations

import json
import re
import zipfile

import pytest

from autograder.exercises import EXERCISES
from autograder.version import help_link, release_name
from tests.end_to_end.site.carriers import differences
from tests.support.jupyterlab import browser_page, card_of, opened, require_browser, run_check, run_first_cell
from tests.support.pairs import pairs_of
from tests.support.site import build_lite, run_in_kernel, serve

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]
STUB = 'raise NotImplementedError("apply_weight is not written yet")'
NOTEBOOK = "course/00_start_here/00_start_here.ipynb"
MODULE = "src/weightlab/weights.py"

NEW_RELEASE = """
import json, os, pathlib
from autograder.learner import kept, renew
from labkit import store
path, old = pathlib.Path("/drive/course/02_biases/02_biases.ipynb"), "a text that this release no longer has"
notebook = json.loads(path.read_text())
notebook["cells"][0]["source"] = old
notebook["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "my own words"})
kept.write_whole(path, json.dumps(notebook).encode())
store.update("release", lambda record: record | {"digest": "another"})
print(renew.renew())
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    require_browser()
    return build_lite(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def page(site):
    with serve(site) as address, browser_page() as page:
        strangers = []
        page.on(
            "request", lambda r: strangers.append(r.url) if not r.url.startswith((address, "blob:", "data:")) else None
        )
        page.address, page.strangers = f"{address}lite/", strangers
        start(page)
        yield page


def start(page):
    page.goto(f"{page.address}lab/index.html?path={NOTEBOOK}")
    opened(page)
    run_first_cell(page)


def edit(page, line, instead):
    """Open the library, the first time by the link in the notebook's text, replace a line, save, and go back."""
    tab = page.get_by_role("tab", name=MODULE.rpartition("/")[2])
    (tab if tab.count() else page.get_by_role("link", name=MODULE).first).click()
    editor = page.locator(".jp-FileEditor:visible")
    editor.locator(".cm-line", has_text=line).first.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type(instead)
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.get_by_role("tab", name=NOTEBOOK.rpartition("/")[2]).click()


def add_cell(page, code):
    """Add a cell at the end of the notebook, run it, and return its output."""
    page.evaluate(
        """async (code) => {
            const panel = window.jupyterapp.shell.currentWidget, notebook = panel.content;
            const at = notebook.model.cells.length;
            notebook.model.sharedModel.insertCell(at, { cell_type: "code", source: code, metadata: { trusted: true } });
            notebook.activeCellIndex = at;
            await window.jupyterapp.commands.execute("notebook:run-cell");
        }""",
        code,
    )
    return page.locator(".jp-Notebook .jp-CodeCell").last.locator(".jp-OutputArea-output")


def revert(page):
    """Save the notebook; if the editor asks, answer as the card says: the file on the disk counts."""
    page.evaluate(
        "() => { window.saved = false;"
        " window.jupyterapp.commands.execute('docmanager:save').finally(() => { window.saved = true; }); }"
    )
    page.wait_for_function("() => window.saved || document.querySelector('.jp-Dialog')", timeout=180_000)
    if (button := page.get_by_role("button", name="Revert")).count():
        button.click()
        page.wait_for_function("() => window.saved", timeout=180_000)


def download_from(page, output):
    with page.expect_download() as waiting:
        output.get_by_role("link", name=re.compile("Download")).click()
    return waiting.value


# The tests below are a single visit, in this order.


def test_a_function_that_was_typed_and_saved_is_checked(page):
    assert "0 of 2 points" in run_check(page, "apply_weight").last.inner_text()
    edit(page, STUB, "return signal * weight")
    card = run_check(page, "apply_weight").last.inner_text()
    assert "2 of 2 points" in card
    assert f"graded {MODULE}" in card


def test_hints_and_progress_are_there(page):
    assert "Hint 1 of 3" in run_in_kernel(page, 'from labkit import hint, progress; print(hint("dense"))')
    assert re.search(r"01_weights +2 of", run_in_kernel(page, "print(progress())"))


def test_live_figures_are_alive(page):
    code = "from weightlab.weights import apply_weight\nlabkit.weight_slider(apply_weight)"
    add_cell(page, code).locator(".jupyter-widgets").first.wait_for(timeout=180_000)
    code = "import numpy as np\nlabkit.set_temperature(lambda z: np.exp(z) / np.exp(z).sum(-1, keepdims=True))"
    live = add_cell(page, code).locator(".wl-live").first
    live.wait_for(timeout=180_000)
    live.get_by_role("slider").focus()
    page.keyboard.press("Home")
    said = live.locator(".wl-status").filter(has_text="Temperature 0.1: the most probable class, 3, has 100%")
    said.wait_for(timeout=60_000)


@pytest.mark.parametrize("carrier", ["worker", "in place"])
def test_an_endless_loop_ends_with_the_usual_card(page, carrier):
    if carrier == "in place":
        run_in_kernel(
            page, "from autograder.learner import check as _c; _kept = _c._waiting._worker; _c._waiting._worker = None"
        )
    before = "return signal * weight"
    edit(page, before, "while True: signal = weight")
    try:
        assert "did not finish within 10 seconds" in run_check(page, "apply_weight").last.inner_text()
    finally:
        edit(page, "while True", before)
        if carrier == "in place":
            run_in_kernel(page, "_c._waiting._worker = _kept")
    assert "2 of 2 points" in run_check(page, "apply_weight").last.inner_text()


def test_work_goes_home_as_one_file(page):
    add_cell(page, "labkit.take_home()").get_by_role("link").wait_for(timeout=180_000)
    packed = download_from(page, page.locator(".jp-Notebook .jp-CodeCell").last)
    with zipfile.ZipFile(packed.path()) as work:
        assert b"return signal * weight" in work.read(MODULE)
        assert json.loads(work.read(".weightlab/progress.json"))["apply_weight"]["score"] == 2
    assert packed.suggested_filename.startswith("weightlab-work-")


def test_a_chapter_is_submitted_as_a_file(page):
    add_cell(page, 'labkit.submit("01_weights", "Ada")').get_by_role("link").wait_for(timeout=180_000)
    packed = download_from(page, page.locator(".jp-Notebook .jp-CodeCell").last)
    assert packed.suggested_filename == "01_weights-Ada.zip"
    names = zipfile.ZipFile(packed.path()).namelist()
    assert {"01_weights/01_weights.ipynb", "01_weights/weightlab/weights.py"} <= set(names)


def test_carriers_in_the_browser_bring_the_verdicts_that_a_process_brings(page):
    sample = [(name, *pair) for name in list(EXERCISES)[:40:6] for pair in list(pairs_of(name))[:5]]
    assert len(sample) > 20
    assert differences(lambda code: run_in_kernel(page, code), sample) == []


def test_after_a_reload_the_work_is_there(page):
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    start(page)
    assert "2 of 2 points" in run_check(page, "apply_weight").last.inner_text()
    board = run_in_kernel(page, "print(labkit.progress())")
    assert re.search(r"01_weights +2 of", board)
    assert f"Weightlab {release_name()['version']}, release" in board and board.strip().endswith(help_link())


def test_work_comes_back_where_it_was_lost(page):
    lost = f"import pathlib; pathlib.Path('/drive/{MODULE}').write_text('# lost')"
    assert "Your work is back" in run_in_kernel(page, f"{lost}; print(labkit.bring_back())")
    revert(page)
    assert "2 of 2 points" in run_check(page, "apply_weight").last.inner_text()


def test_a_new_release_reaches_what_the_browser_has_saved(page):
    """The record says that this browser has seen another release, whose text a saved notebook still has."""
    told = run_in_kernel(page, NEW_RELEASE)
    assert "There is a new release" in told
    revert(page)
    assert "2 of 2 points" in run_check(page, "apply_weight").last.inner_text()
    assert run_in_kernel(page, "print(old in path.read_text(), 'my own words' in path.read_text())").split() == [
        "False",
        "True",
    ]


def test_a_phone_shows_the_notebook_across_its_width(page):
    phone = page.context.browser.new_page(viewport={"width": 390, "height": 844})
    phone.goto(f"{page.address}lab/index.html?path={NOTEBOOK}")
    opened(phone)
    phone.wait_for_function("() => window.jupyterapp.shell.leftCollapsed")
    assert phone.locator(".jp-RenderedHTMLCommon h1").first.bounding_box()["width"] > 200
    assert phone.title() != "JupyterLite"
    phone.close()


def test_nothing_was_asked_of_anybody_else(page):
    assert page.strangers == []
    assert card_of(page, "apply_weight").count() > 0


def test_the_site_holds_no_answers(site):
    from tests.support.answers import find_answers

    assert find_answers(site) == []
