"""What would a screen reader or a colour-blind reader stumble on? Asked of axe, on every executed notebook."""

import pytest
from nbconvert import HTMLExporter

from tests.jupyterlab import browser_page, require_browser
from tests.learner.conftest import NOTEBOOKS

pytestmark = pytest.mark.browser
# Of the page around a notebook and the colours of its code, which nbconvert writes and we do not.
NOT_OURS = {"exclude": [[".jp-InputArea"], [".jp-OutputPrompt"]]}
OF_THE_PAGE = {"region", "landmark-one-main", "scrollable-region-focusable", "label", "color-contrast-enhanced"}


@pytest.fixture(scope="module")
def axe():
    require_browser()
    library = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed, so no page was examined"
    )
    return library.Axe()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_axe_finds_nothing_serious(axe, solved, name, tmp_path):
    html, _ = HTMLExporter(template_name="lab").from_notebook_node(solved(name))
    page_file = tmp_path / f"{name}.html"
    page_file.write_text(html, encoding="utf-8")
    with browser_page() as page:
        page.goto(page_file.as_uri(), wait_until="domcontentloaded")
        violations = axe.run(page, context=NOT_OURS).response["violations"]
    found = [
        (violation["id"], violation["impact"], [node["html"][:150] for node in violation["nodes"]][:3])
        for violation in violations
        if violation["impact"] in ("serious", "critical") and violation["id"] not in OF_THE_PAGE
    ]
    assert found == []
