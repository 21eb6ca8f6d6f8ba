"""Can the pages be read on a phone and without a network, and do they show figures but no answers?"""

from __future__ import annotations

import re
import subprocess

import pytest

from autograder.paths import COURSE
from tests.support.answers import find_answers
from tests.support.jupyterlab import browser_page, require_browser

pytest.importorskip("myst_parser", reason="Sphinx and MyST are not installed, so no pages were built")
pytest.importorskip("furo", reason="the pages' theme is not installed, so no pages were built")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("executed notebooks")]
CHAPTERS = ("00_start_here", "01_weights", "02_biases")
PHONE = 390


@pytest.fixture(scope="module")
def pages(tmp_path_factory, solved):
    from web import pages as building

    target = tmp_path_factory.mktemp("pages") / "site"
    building.build(target, lambda folder: {name: solved(name) for name in CHAPTERS})
    return target


def test_a_chapter_has_its_text_its_code_and_the_reference_s_figures(pages):
    page = (pages / "01_weights.html").read_text(encoding="utf-8")
    figures = re.findall(r'<img[^>]*src="(_static/figures/[^"]+)"[^>]*>', page)
    assert len(figures) > 5
    assert all((pages / name).stat().st_size > 1_000 for name in figures)
    assert all(re.search(r'alt="[^"]{20,}', tag) for tag in re.findall(r"<img[^>]*_static/figures[^>]*>", page))
    assert "is one neuron: 64 weights, drawn where their pixels are" in page
    assert "data:image" not in page


def test_what_the_reference_earns_is_not_shown(pages):
    """A page is for readers who have written nothing yet."""
    for name in CHAPTERS:
        page = (pages / f"{name}.html").read_text(encoding="utf-8")
        assert "wl-card" not in page
        assert "Traceback" not in page


def test_formulas_are_there_without_a_script(pages):
    page = (pages / "02_biases.html").read_text(encoding="utf-8")
    assert "<math" in page
    assert "$" not in re.sub(r"<(script|pre|code).*?</\1>", "", page, flags=re.DOTALL)


def test_no_page_holds_an_answer(pages):
    assert find_answers(pages) == []


def test_each_page_opens_in_the_browser_on_binder_and_at_home(pages):
    for name in CHAPTERS:
        page = (pages / f"{name}.html").read_text(encoding="utf-8")
        assert f'href="lite/lab/index.html?path=course/{name}/{name}.ipynb"' in page
        assert "mybinder.org" in page
        assert 'href="index.html#at-home"' in page
    front = (pages / "index.html").read_text(encoding="utf-8")
    assert 'id="at-home"' in front
    if (COURSE / "00_start_here" / "weights_taking_shape.webp").is_file():
        assert "weights_taking_shape.webp" in front
        assert "prefers-reduced-motion" in front


def test_links_between_pages_lead_somewhere(pages):
    from web import pages as building

    unbuilt = {*building.CHAPTERS} - {*CHAPTERS}
    for path in pages.glob("*.html"):
        page = path.read_text(encoding="utf-8")
        links = [link for link in re.findall(r'(?:href|src)="([^"#?]+)', page) if ":" not in link]
        assert len(links) > 3
        for link in links:
            assert link.startswith("lite/") or (pages / link).exists(), f"{path.name} leads to {link}"
        for link, place in re.findall(r'href="([^":#?]*)#([^"]+)"', page):
            if place.partition(".md")[0] in unbuilt:
                continue
            there = (pages / link if link else path).read_text(encoding="utf-8")
            assert f'id="{place}"' in there, f"{path.name} leads to {link}#{place}"


def test_links_to_the_library_open_it_in_the_browser(pages):
    page = (pages / "01_weights.html").read_text(encoding="utf-8")
    assert 'href="lite/lab/index.html?path=src/weightlab/weights.py"' in page


def test_each_notebook_is_named_before_it_runs(tmp_path, monkeypatch, capsys):
    from web import pages as building

    monkeypatch.setattr(building.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess((), 0))
    building.execute(["00_start_here", "01_weights"], tmp_path)
    said = capsys.readouterr().out.splitlines()
    assert said == ["Running 00_start_here with the reference.", "Running 01_weights with the reference."]


def test_every_chapter_of_the_course_becomes_a_page():
    from web import pages as building

    assert {*building.CHAPTERS, building.GLOSSARY} == {path.name for path in COURSE.iterdir() if path.is_dir()}


@pytest.mark.browser
def test_a_phone_shows_a_page_without_a_network_and_without_sideways_scrolling(pages):
    require_browser()
    with browser_page(width=PHONE, height=844) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        for name in ("index", *CHAPTERS, "glossary"):
            page.goto((pages / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, name
            wide = """() => [...document.querySelectorAll('article img')].filter(
                image => image.getBoundingClientRect().right > innerWidth).length"""
            assert page.evaluate(wide) == 0, name
        page.goto((pages / "01_weights.html").as_uri())
        image = page.locator("article img").first
        image.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert page.errors == []
