"""Does axe find anything in an executed notebook that a screen reader or a colour-blind reader would stumble on?"""

import pytest
from nbconvert import HTMLExporter

from tests.end_to_end.learner.conftest import NOTEBOOKS
from tests.support.jupyterlab import browser_page, require_browser

pytestmark = pytest.mark.browser
# The numbers beside cells and the colours of code, which come from nbconvert and not from us.
NOT_OURS = {"exclude": [[".jp-InputPrompt"], [".jp-OutputPrompt"], [".highlight"]]}
OF_THE_PAGE = {"region", "landmark-one-main", "scrollable-region-focusable", "label", "color-contrast-enhanced"}


@pytest.fixture(scope="module")
def axe():
    require_browser()
    library = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed, so no page was examined"
    )
    return library.Axe()


@pytest.fixture(scope="module")
def page():
    require_browser()
    with browser_page() as opened:
        yield opened


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_axe_finds_nothing_serious(axe, page, solved, name, tmp_path):
    html, _ = HTMLExporter(template_name="lab").from_notebook_node(solved(name))
    page_file = tmp_path / f"{name}.html"
    page_file.write_text(html, encoding="utf-8")
    page.goto(page_file.as_uri(), wait_until="domcontentloaded")
    seen = axe.run(page, context=NOT_OURS, options={"resultTypes": ["violations", "passes"]}).response
    good = [node["target"][-1] for rule in seen["passes"] for node in rule["nodes"]]
    prose, outputs = (
        page.evaluate(
            "([all, place]) => all.filter(q => document.querySelector(q)?.closest(place)).length", [good, place]
        )
        for place in (".jp-InputArea .jp-RenderedMarkdown", ".jp-OutputArea")
    )
    found = [
        (violation["id"], violation["impact"], [node["html"][:150] for node in violation["nodes"]][:3])
        for violation in seen["violations"]
        if violation["impact"] in ("serious", "critical") and violation["id"] not in OF_THE_PAGE
    ]
    assert prose > 100 and outputs > 20, "axe has hardly seen the page"
    assert found == []
