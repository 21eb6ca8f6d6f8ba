"""Is the page that a student gets back the one that nbgrader would make?"""

import re

import pytest
import tinycss2
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat.notebooknode import from_dict
from nbgrader.converters import GenerateFeedback

from autograder.classroom import feedback
from autograder.classroom.feedback import Marks
from autograder.classroom.formulas import to_mathml
from autograder.classroom.nbgrader import read_released
from autograder.exercises import CHAPTERS
from autograder.paths import COURSE
from autograder.submitted_notebook import marks_of
from tests.support.jupyterlab import browser_page, require_browser

PICTURE = {"output_type": "display_data", "data": {"image/png": "aGVsbG8="}, "metadata": {}}
PRINTED = {"output_type": "stream", "name": "stdout", "text": "1 < 2, <img src=x> & <b>so on\n"}


@pytest.fixture(scope="module")
def stock():
    exporter = HTMLExporter(config=GenerateFeedback().config)
    exporter.register_preprocessor(CSSHTMLHeaderPreprocessor, enabled=True)
    return exporter


def read(page):
    """Parse a page as nbconvert does, which then rewrites it: twice, because blank lines are stable only after that."""
    return BeautifulSoup(str(BeautifulSoup(page, "html.parser")), "html.parser")


def texts_of(page):
    """Return a page as tags and texts, with adjacent texts joined."""
    return str(BeautifulSoup(str(page), "html.parser"))


def rules_of(sheet, inside=""):
    """Yield the selectors of a style sheet with what they set, separately for each medium."""
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            for selector in re.split(r",(?![^(]*\))", tinycss2.serialize(rule.prelude)):
                yield inside, selector.strip(), tinycss2.serialize(rule.content).strip()
        elif rule.lower_at_keyword == "media":
            medium = tinycss2.serialize(rule.prelude).strip()
            yield from rules_of(tinycss2.serialize(rule.content), f"{inside}@{medium}")


def missing_rules(before, after, page):
    """Return the rules that match something on a page but are no longer in its style sheet."""
    kept = set(rules_of(after))
    assert kept <= set(rules_of(before))
    gone = {rule for rule in rules_of(before) if rule not in kept}
    there = {name for tag in page.find_all(True) for name in (*tag.get("class", ()), tag.get("id"))}
    plain = {rule: re.sub(r"::?[\w-]+(\([^()]*\))?", "", rule[1]) or "*" for rule in gone}
    # Most name a class or an id that no element has; to search the page for each of those took half a minute.
    could = {selector for selector in plain.values() if "\\" in selector or names_in(selector) <= there}
    matching = {selector for selector in could if page.select(selector)}
    return [rule for rule in gone if plain[rule] in matching]


def names_in(selector):
    """Return the classes and ids without which a selector matches nothing."""
    return {*re.findall(r"[.#]([\w-]+)", re.sub(r"\[[^\]]*\]", "", selector))}


@pytest.mark.parametrize("chapter", ["01_weights", "02_biases"])
def test_a_page_is_nbgraders_own(stock, chapter):
    notebook = read_released(chapter, COURSE)
    for cell in notebook["cells"]:  # formulas are what differs, see below
        if cell["cell_type"] == "markdown":
            cell["source"] = re.sub(r"\$\$?[^$]+\$\$?", "formula", "".join(cell["source"]))
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code" and not cell["metadata"])
    code["outputs"] = [PICTURE, PRINTED]
    graded = [
        cell["metadata"]["nbgrader"] for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")
    ]
    final = {about["grade_id"]: 1.0 for about in graded}
    marks = Marks(manual=final, comments=dict.fromkeys(CHAPTERS[chapter].written, "Look at *one* weight: <b>x"))
    ours = feedback.make_page(notebook, chapter, final, marks, 0.5, feedback.unanswered(notebook))
    node = from_dict(notebook)
    for cell in node.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            about["comment"] = marks.comments.get(about.grade_id, feedback.NO_RESPONSE)
        if about.get("grade"):
            about["score"] = 1.0
    best = sum(float(about["points"]) for about in graded)
    resources = {
        "nbgrader": {"notebook": chapter, "score": len(final) - 0.5, "max_score": best, "late_penalty": 0.5},
        "metadata": {"name": chapter},
    }
    theirs = re.sub(
        r"<!-- Load mathjax -->.*<!-- End of mathjax configuration -->",
        "",
        stock.from_notebook_node(node, resources=resources)[0],
        flags=re.DOTALL,
    )
    listed = r"(?:Test cell|Coding free-response|Written response)"  # our contents list names the exercises
    theirs = re.sub(rf'<a href="#(\w+)">{listed}</a>', r'<a href="#\1">\1</a>', theirs)
    assert f'<a href="#{graded[0]["grade_id"]}">{graded[0]["grade_id"]}</a>' in ours
    stock_page = BeautifulSoup(theirs, "html.parser")
    for plain in stock_page.select("span.n, span.p, span.w"):  # no style sheet styles these
        plain.unwrap()
    sheets = [sheet.extract().string for sheet in stock_page.select("style")]
    rendered = read(ours)
    *kept, own = [sheet.extract().string for sheet in rendered.select("style")]
    assert own in feedback.STYLE
    assert texts_of(rendered) == texts_of(stock_page)
    assert len(kept) == len(sheets) and len(ours) < len(theirs) / 2
    for before, after in zip(sheets, kept, strict=True):
        assert not missing_rules(before, after, stock_page)
    assert ours == feedback.make_page(notebook, chapter, final, marks, 0.5, feedback.unanswered(notebook))
    pictures = read(ours).select("img")
    assert pictures and all(picture.get("alt") for picture in pictures)
    assert not read(ours).select('img[src="x"]')


@pytest.mark.parametrize(
    ("tag", "described"),
    [
        ('<img src="a.png">', True),
        ('<img\nsrc="a.png"/>', True),
        ('<img src="a.png" alt="a weight">', False),
        ('<img alt="" src="a.png">', False),
        ('<img src="a.png" data-alt="x">', True),
        ("<imgs>", False),
    ],
)
def test_only_pictures_without_a_description_get_one(tag, described):
    assert (feedback._NO_WORDS in feedback._described(tag)) is described


def test_only_answers_that_wait_for_a_person_are_said_to_be_unmarked():
    chapter, notebook = CHAPTERS["01_weights"], read_released("01_weights", COURSE)
    final = dict.fromkeys([*chapter.exercises, *chapter.questions, *chapter.written], 0.0)
    first, *others = chapter.written.values()
    marks = Marks(manual={one.name: 0.0 for one in others})
    page = feedback.make_page(notebook, chapter.name, final, marks, None, ())
    assert set(re.findall(r"not marked yet: ([0-9.]+) points", page)) == {f"{float(first.points)}"}
    assert page.count("not marked yet: ") == 2, "in the contents list and above the answer"
    assert (
        f"; answers worth {float(first.points)} points are not marked yet)" in page
        and page.count(feedback.NOT_MARKED) == 1
    )
    blank = feedback.make_page(notebook, chapter.name, final, Marks(), None, chapter.written)
    assert "not marked yet" not in blank and blank.count(feedback.NO_RESPONSE) == len(chapter.written)


@pytest.mark.browser
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_page_can_be_read_on_a_phone(chapter):
    require_browser()
    notebook = read_released(chapter, COURSE)
    final = {marks_of(cell)["grade_id"]: 0.0 for cell in notebook["cells"] if marks_of(cell).get("grade")}
    with browser_page(width=390, height=844) as page:
        page.set_content(feedback.make_page(notebook, chapter, final, Marks(), None, ()))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for heading in page.locator(".nbgrader_cell .panel-heading").all():
            own, score = heading.bounding_box(), heading.locator(".pull-right").bounding_box()
            assert score["y"] + score["height"] <= own["y"] + own["height"], "a score in white, below its blue heading"


def test_what_was_in_time_loses_nothing_on_the_page():
    notebook, final = (
        read_released("01_weights", COURSE),
        dict.fromkeys(
            [*CHAPTERS["01_weights"].exercises, *CHAPTERS["01_weights"].questions, *CHAPTERS["01_weights"].written], 1.0
        ),
    )
    for penalty, total in ((None, len(final)), (2.5, len(final) - 2.5)):
        page = feedback.make_page(notebook, "01_weights", final, Marks(manual=final), penalty, ())
        assert f"(Score: {float(total)} / " in page
        assert ("penalty" in read(page).text) is (penalty is not None)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_page_needs_nothing_from_the_network_and_shows_every_formula(chapter):
    pytest.importorskip("latex2mathml")
    notebook = read_released(chapter, COURSE)
    final = {
        cell["metadata"]["nbgrader"]["grade_id"]: 0.0
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade")
    }
    page = read(feedback.make_page(notebook, chapter, final, Marks(), None, ()))
    assert not page.select("script, iframe, object, embed, link[rel=stylesheet]")
    assert not [tag for tag in page.select("[src]") if not tag["src"].startswith("data:")]
    texts = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    formulas = re.findall(r"\$\$?[^$]+\$\$?", "\n".join(texts))
    assert len(page.select("math")) == len(formulas)
    assert not [code for code in page.select("code") if code.text.startswith("$")]


@pytest.mark.parametrize(
    "formula",
    [
        "\\href{javascript:alert(1)}{x}",
        "\\class{a}{x}",
        "\\style{background:url(x)}{x}",
        "<img src=x onerror=alert(1)>",
        "\\text{<script>alert(1)</script>}",
        "\\frac{1",
        "{" * 900,
        "x^" * 500,
        "\\begin{matrix}" * 50,
        "",
    ],
)
def test_a_formula_runs_nothing(formula):
    page = BeautifulSoup(to_mathml(formula), "html.parser")
    for tag in page.find_all(True):
        assert tag.name not in {"script", "img", "a", "style"}
        assert not [
            name for name in tag.attrs if name in ("href", "src", "style", "class", "id") or name.startswith("on")
        ]


def test_a_formula_is_mathml():
    pytest.importorskip("latex2mathml")
    assert BeautifulSoup(to_mathml(r"\sqrt{2}"), "html.parser").select_one("math msqrt mn").text == "2"
    assert BeautifulSoup(to_mathml("x", display=True), "html.parser").math["display"] == "block"
    assert to_mathml("x" * 2_000) == f"<code>${'x' * 2_000}$</code>"
