"""The learner's journey in a real JupyterLab: a wrong answer, a right one, and every figure."""

import os
import re

import pytest

from autograder.paths import ROOT, SOLUTIONS
from tests.jupyterlab import browser_page, course_copy, open_notebook, require_browser, run_all, server

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
    import ast

    text = (SOLUTIONS / "weightlab" / f"{module}.py").read_text()
    node = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name)
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno]) + "\n"


def write_answer(folder, module, name, code):
    import ast

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
        first = page.locator(".jp-CodeCell").first
        first.locator(".jp-InputArea-editor").click()
        page.keyboard.press("Control+Enter")

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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_chapter_runs_to_its_end_with_the_right_answers(course, dark):
    folder, address = course
    names = sorted(path.stem for path in (ROOT / "solutions" / "notebooks").glob("*.md"))
    for source in (SOLUTIONS / "weightlab").glob("*.py"):
        (folder / "src" / "weightlab" / source.name).write_bytes(source.read_bytes())
    for name in names[:2] if dark else names:
        with browser_page(dark=dark, height=1400) as page:
            notebook = open_notebook(page, address, f"course/{name}/{name}.ipynb")
            run_all(page)
            errors = page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()
            assert not [text for text in errors if "Error" in text], name
            figures = notebook.locator(".jp-OutputArea img").count()
            assert figures >= 1 or name.startswith("00"), f"{name} shows no figure"
            look_through(page, name, "dark" if dark else "light")
            assert page.errors == [], name


def look_through(page, name, theme):
    """Keep a picture of every screenful."""
    if not SCREENSHOTS:
        return
    cells = page.locator(".jp-Notebook .jp-Cell")
    for number in range(0, cells.count(), 4):
        cells.nth(number).scroll_into_view_if_needed()
        page.wait_for_timeout(150)
        page.screenshot(path=f"{SCREENSHOTS}/{name}-{theme}-{number:03d}.png")
