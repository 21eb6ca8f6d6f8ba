"""The learner's journey in a real JupyterLab: a wrong answer, a right one, and every figure."""

import ast
import os
import re
import shutil

import pytest

from autograder.exercises import CHAPTERS, EXERCISES
from autograder.paths import ROOT, SOLUTIONS
from tests.jupyterlab import browser_page, course_copy, open_notebook, require_browser, run_all, server
from tests.learner.conftest import NOTEBOOKS

pytestmark = pytest.mark.browser
SCREENSHOTS = os.environ.get("WEIGHTLAB_SCREENSHOTS")
"""A folder in which to keep pictures of what was seen, to be looked at."""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    require_browser()
    folder = tmp_path_factory.mktemp("journey")
    environment = course_copy(folder)
    from autograder.jupyter import quiet

    quiet()
    with server(folder, environment=environment) as address:
        yield folder, address


def keep(page, name):
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png")


def card(page, name):
    return page.locator(f'.wl-card[aria-label="Check of {name}"]')


def run_check(page, name):
    """Run the cell that holds the check of an exercise; return its card when it is new."""
    cell = page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea", has_text=f'check("{name}")')).first
    cell.scroll_into_view_if_needed()
    cell.locator(".jp-InputArea-editor").click()
    before = cell.locator(".jp-InputArea-prompt").inner_text()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        """([cell, before]) => { const p = cell.querySelector('.jp-InputArea-prompt').innerText;
           return p !== before && !p.includes('*') }""",
        arg=[cell.element_handle(), before],
        timeout=60_000,
    )
    return cell.locator(".wl-card")


def answer_of(name, module):
    """Return the reference's text of a function, as a learner would type it."""
    text = (SOLUTIONS / "weightlab" / f"{module}.py").read_text()
    node = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name)
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno]) + "\n"


def write_answer(folder, module, name, code):
    path = folder / "src" / "weightlab" / f"{module}.py"
    text = path.read_text()
    node = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name)
    lines = text.splitlines()
    lines[node.lineno - 1 : node.end_lineno] = code.splitlines()
    path.write_text("\n".join(lines) + "\n")


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
        assert "src/weightlab/weights.py, saved" in shown.inner_text()
        keep(page, "01-wrong")

        path = folder / "src/weightlab/weights.py"
        path.write_text(path.read_text() + "\ndef broken(:\n")
        assert "Python cannot read line" in run_check(page, "weighted_sum").inner_text()
        keep(page, "01-syntax")

        path.write_text(path.read_text().replace("\ndef broken(:\n", ""))
        write_answer(folder, "weights", "weighted_sum", answer_of("weighted_sum", "weights"))
        shown = run_check(page, "weighted_sum")
        assert "3 of 3 points" in shown.inner_text()
        keep(page, "01-right")
        assert page.errors == []


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """A course whose notebooks hold their answers and whose library is still all stubs."""
    require_browser()
    folder = tmp_path_factory.mktemp("answered")
    environment = course_copy(folder, solved=True)
    shutil.copytree(ROOT / "src" / "weightlab", folder / "src" / "weightlab", dirs_exist_ok=True)
    with server(folder, environment=environment) as address:
        yield folder, address


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_chapter_from_its_first_stub_to_its_last_figure(answered, name):
    """Write each answer into the real file, check it in the notebook, then run everything."""
    folder, address = answered
    exercises = CHAPTERS[name].exercises.values() if name in CHAPTERS else [EXERCISES["apply_weight"]]
    with browser_page(height=1400) as page:
        notebook = open_notebook(page, address, f"course/{name}/{name}.ipynb")
        run_first_cell(page)
        for exercise in exercises:
            write_answer(folder, exercise.module, exercise.name, answer_of(exercise.name, exercise.module))
            said = run_check(page, exercise.name).inner_text()
            assert f"{exercise.name} · {exercise.points:g} of {exercise.points:g} points" in said, said
        run_all(page)
        assert [text for text in page.locator("[data-mime-type*=stderr]").all_inner_texts() if text.strip()] == []
        assert notebook.locator(".jp-OutputArea img").count() or name.startswith("00"), "no figure"
        look_through(page, f"{name}-light")
        assert page.errors == []


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
                look_through(page, f"{name}-dark")
                assert page.errors == []


def run_first_cell(page):
    """Run the cell that imports what the notebook needs."""
    first = page.locator(".jp-CodeCell").first
    first.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => /\\d/.test(document.querySelector('.jp-CodeCell .jp-InputArea-prompt').innerText)")


def look_through(page, name):
    """Keep a picture of every screenful."""
    if not SCREENSHOTS:
        return
    cells = page.locator(".jp-Notebook .jp-Cell")
    for number in range(0, cells.count(), 4):
        cells.nth(number).scroll_into_view_if_needed()
        page.wait_for_timeout(150)
        page.screenshot(path=f"{SCREENSHOTS}/{name}-{number:03d}.png")
