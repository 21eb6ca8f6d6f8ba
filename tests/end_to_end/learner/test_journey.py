"""The learner's journey in a real JupyterLab: a wrong answer, a right one, and every figure."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging.words import counted
from autograder.paths import ROOT, SOLUTIONS
from tests.end_to_end.learner.conftest import NOTEBOOKS
from tests.support.jupyterlab import (
    browser_page,
    course_copy,
    handout_copy,
    open_next,
    open_notebook,
    require_browser,
    run_all,
    run_check,
    run_first_cell,
    server,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("executed notebooks")]
SCREENSHOTS = os.environ.get("WEIGHTLAB_SCREENSHOTS")
"""A folder in which to keep screenshots for a person to look at."""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    require_browser()
    folder = tmp_path_factory.mktemp("journey") / "handed-out"
    environment = handout_copy(folder)  # what a student of a class gets
    from autograder.cli.study import quiet

    quiet()
    with server(folder, environment=environment) as address:
        yield folder, address


def keep(page, name):
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png")


def answer_of(name, module):
    """Return the reference's text of a function, as a learner would type it, below the helpers that it calls."""
    text = (SOLUTIONS / "weightlab" / f"{module}.py").read_text(encoding="utf-8")
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    needed = [name]
    for one in needed:
        called = {node.id for node in ast.walk(functions[one]) if isinstance(node, ast.Name)}
        needed += sorted(called & {helper for helper in functions if helper.startswith("_")} - set(needed))
    lines = text.splitlines()
    parts = ["\n".join(lines[functions[one].lineno - 1 : functions[one].end_lineno]) for one in reversed(needed)]
    return "\n\n\n".join(parts) + "\n"


def write_answer(folder, module, name, code):
    path = folder / "src" / "weightlab" / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    node = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name)
    lines = text.splitlines()
    lines[node.lineno - 1 : node.end_lineno] = code.splitlines()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_wrong_and_then_a_right_answer_in_chapter_01(course):
    folder, address = course
    with browser_page() as page:
        open_notebook(page, address, "course/01_weights/01_weights.ipynb")
        assert page.get_by_text("Would you like to get notified").count() == 0
        run_first_cell(page)
        shown = run_check(page, "weighted_sum")
        assert "not written yet" in shown.inner_text()
        keep(page, "01-not-started")

        mean = "def weighted_sum(inputs, weights):\n    return np.mean(np.multiply(inputs, weights))\n"
        write_answer(folder, "weights", "weighted_sum", mean)
        shown = run_check(page, "weighted_sum")
        assert re.search(r"weighted_sum · \d of 3 points", shown.inner_text())
        assert "expected 4.5" in shown.inner_text()
        assert "mean" in shown.inner_text() or "average" in shown.inner_text(), "the misconception is not named"
        assert f"src/weightlab/weights.py in {folder}, saved" in shown.inner_text()
        keep(page, "01-wrong")

        path = folder / "src/weightlab/weights.py"
        path.write_text(path.read_text(encoding="utf-8") + "\ndef broken(:\n", encoding="utf-8")
        shown = run_check(page, "weighted_sum")
        assert "Python cannot read line" in shown.inner_text()
        assert "Fix the file, save" in shown.inner_text() and "hint(" not in shown.inner_text()
        assert "⚠" not in page.locator(".jp-Notebook").inner_text(), "said twice"
        keep(page, "01-syntax")

        path.write_text(path.read_text(encoding="utf-8").replace("\ndef broken(:\n", ""), encoding="utf-8")
        write_answer(folder, "weights", "weighted_sum", answer_of("weighted_sum", "weights"))
        shown = run_check(page, "weighted_sum")
        assert "3 of 3 points" in shown.inner_text()
        keep(page, "01-right")
        assert page.errors == []


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """A course whose notebooks hold their answers, but whose library still consists of stubs."""
    require_browser()
    folder = tmp_path_factory.mktemp("answered")
    environment = course_copy(folder, solved=True)
    shutil.copytree(ROOT / "src" / "weightlab", folder / "src" / "weightlab", dirs_exist_ok=True)
    with server(folder, environment=environment) as address:
        yield folder, address


@pytest.fixture(scope="module")
def lab(answered):
    """A JupyterLab in which one chapter after another is opened, as learners do who go on."""
    with browser_page(height=1400) as page:
        page.goes_on = False
        yield page


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_chapter_from_its_first_stub_to_its_last_figure(answered, lab, from_the_journey, name):
    """Write each answer into the real file, check it in the notebook, then run everything; other tests look at it."""
    (folder, address), page = answered, lab
    exercises = list(CHAPTERS[name].exercises.values()) if name in CHAPTERS else []
    if name == "00_start_here":
        exercises = [EXERCISES["apply_weight"]]
    page.errors.clear()
    path = f"course/{name}/{name}.ipynb"
    open_next(page, path) if page.goes_on else open_notebook(page, address, path)
    page.goes_on = False  # where this chapter fails, the next one begins anew
    run_first_cell(page)
    for exercise in exercises:
        write_answer(folder, exercise.module, exercise.name, answer_of(exercise.name, exercise.module))
        said = run_check(page, exercise.name).inner_text()
        assert f"{exercise.name} · {exercise.points:g} of {counted(exercise.points, 'point')}" in said, said
    run_all(page)
    outputs = page.evaluate(OUTPUTS)
    look_through(page, f"{name}-light")
    assert [kind for kind, _ in outputs if kind in ("error", "stderr")] == []
    # What follows may be a number: its card's text is "1 of 1 point0.496 is right".
    cards = page.locator(".jp-OutputArea .wl-card", has_text=re.compile(r" of \d+ point")).all_inner_texts()
    asked = [cell for cell in sources(folder, name) if re.search(r"^check\(", cell, re.MULTILINE)]
    assert len(cards) == len(asked) and all(card.startswith("✓") for card in cards)
    pictures = page.locator(".jp-OutputArea img").evaluate_all("all => all.map(i => [i.alt.length, i.naturalWidth])")
    assert len(pictures) >= sum("<img" in html for _, html in outputs)
    assert pictures or name.startswith("00"), "no figure"
    assert all(words > 20 and width > 100 for words, width in pictures)
    assert page.errors == []
    assert unnamed(page) == []
    from_the_journey[name] = nbformat.reads(page.evaluate(NOTEBOOK), as_version=4)
    page.goes_on = True


def unnamed(page):
    """Return the inputs among the outputs that a screen reader cannot name, as axe sees it.

    The handle of ipywidgets' slider is one, which we cannot fix: there is a box with the same number beside it.
    """
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed, so no widget was examined"
    )
    inputs = page.locator(".jp-OutputArea").locator("input:visible, select:visible, textarea:visible").count()
    where = {"include": [[".jp-OutputArea"]], "exclude": [[".noUi-handle"]]}
    rules = {
        "runOnly": ["label", "aria-input-field-name", "select-name", "button-name"],
        "resultTypes": ["violations", "passes"],
    }
    found = axe.Axe().run(page, context=where, options=rules).response
    good, bad = (
        [node["html"][:150] for rule in found[kind] for node in rule["nodes"]] for kind in ("passes", "violations")
    )
    assert len(good + bad) >= inputs, "axe has not seen every input"
    return bad


NOTEBOOK = "() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON())"
OUTPUTS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells].filter(cell => cell.type === 'code')
    .flatMap(cell => cell.sharedModel.getOutputs())
    .map(o => [o.name === 'stderr' ? 'stderr' : o.output_type,
        o.data?.['application/vnd.jupyter.widget-view+json'] ? '' : String(o.data?.['text/html'] ?? '')])"""


def sources(folder, name):
    """Return the code cells of a notebook."""
    notebook = json.loads((folder / "course" / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_at_the_end_everything_is_on_record_and_a_picture_is_kept(answered):
    """At the end of the journey, the terminal shows what the notebooks recorded."""
    folder, _ = answered
    command = [sys.executable, "-c", "from autograder.cli.main import main; main(['status', '--json'])"]
    environment = {"PYTHONPATH": f"{folder}{os.pathsep}{folder / 'src'}"}
    board = json.loads(subprocess.check_output(command, cwd=folder, env=os.environ | environment))
    assert board["next"] is None
    assert all(row["score"] == row["points"] and row["finished"] for row in board["chapters"])
    (picture,) = folder.glob("my-network-*.png")
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_nbgraders_validate_button_agrees_with_the_checks(answered):
    """If one answer is spoiled, both name that exercise and no other; once it is fixed, neither reports anything."""
    folder, address = answered
    path = folder / "src" / "weightlab" / "weights.py"
    right = path.read_text(encoding="utf-8")
    answer_in_own_words(folder / "course" / "01_weights" / "01_weights.ipynb")
    with browser_page(height=1400) as page:
        open_notebook(page, address, "course/01_weights/01_weights.ipynb")
        run_first_cell(page)
        write_answer(
            folder, "weights", "count_weights", "def count_weights(layer_sizes):\n    return sum(layer_sizes)\n"
        )
        assert "✓" not in run_check(page, "count_weights").inner_text()
        said = validate(page)
        keep(page, "01-validate")
        failed = [name for name in CHAPTERS["01_weights"].exercises if f'check("{name}")' in said]
        assert failed == ["count_weights"], said
        page.keyboard.press("Escape")
        path.write_text(right, encoding="utf-8")
        assert "✓" in run_check(page, "count_weights").inner_text()
        assert "passes all the tests" in validate(page)


def answer_in_own_words(path):
    """Change the written answers, which nbgrader otherwise takes for the handed-out text."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "In my own words."
    nbformat.write(notebook, path)


def validate(page):
    """Press nbgrader's button; return what it says."""
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog", has_text=re.compile("Validation|Success|failed"))
    dialog.wait_for(timeout=120_000)
    return dialog.inner_text()


def test_the_course_in_the_dark(answered):
    """Run a chapter in JupyterLab's dark theme."""
    folder, _ = answered
    environment = {"PYTHONPATH": f"{folder}{os.pathsep}{folder / 'src'}"}
    for source in (SOLUTIONS / "weightlab").glob("*.py"):
        shutil.copy2(source, folder / "src" / "weightlab")
    chosen = os.environ.get("WEIGHTLAB_DARK", "02_biases").split()
    with server(folder, environment=environment, dark=True) as address:
        for name in chosen:
            with browser_page(dark=True, height=1400) as page:
                open_notebook(page, address, f"course/{name}/{name}.ipynb")
                run_all(page)
                colour = page.locator(".wl-card").first.evaluate("card => getComputedStyle(card).color")
                assert min(map(int, re.findall(r"\d+", colour)[:3])) > 128, "dark text on a dark page"
                assert too_faint(page) == []
                look_through(page, f"{name}-dark")
                assert page.errors == []


def too_faint(page):
    """Return what cannot be read well on the cards, as axe sees it (WCAG's contrast of 4.5).

    The cards are put on a separate page in the theme's colours: JupyterLab's layers hide the background from axe.
    """
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed, so contrast was not measured"
    )
    cards = page.locator(".jp-OutputArea-output:has(.wl-card)").evaluate_all(
        "all => all.map(o => o.innerHTML).join('')"
    )
    names = ["--jp-layout-color0", "--jp-ui-font-color1", "--jp-ui-font-color2"]
    theme = page.evaluate(
        "names => names.map(n => n + ':' + getComputedStyle(document.body).getPropertyValue(n))", names
    )
    alone = page.context.browser.new_page()
    alone.set_content(f'<body style="{";".join(theme)};background:var(--jp-layout-color0)">{cards}</body>')
    found = axe.Axe().run(alone, options={"runOnly": ["color-contrast"]}).response
    alone.close()
    good, faint = (
        [node["html"][:150] for rule in found[kind] for node in rule["nodes"]] for kind in ("passes", "violations")
    )
    assert len(good + faint) > 10, "axe has hardly seen any text"
    return faint


def look_through(page, name):
    """Keep a screenshot of every screenful."""
    if not SCREENSHOTS:
        return
    cells = page.locator(".jp-Notebook .jp-Cell")
    for number in range(0, cells.count(), 4):
        cells.nth(number).scroll_into_view_if_needed()
        page.wait_for_timeout(150)
        page.screenshot(path=f"{SCREENSHOTS}/{name}-{number:03d}.png")
