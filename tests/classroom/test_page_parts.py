"""Are formulas, style sheets and outputs of a page cut down to what is harmless and used, and to no less?"""

from __future__ import annotations

import base64
from xml.etree.ElementTree import Element, SubElement

import pytest

from autograder.candidate import wire
from autograder.candidate.frames import Ending
from autograder.classroom import sanitise
from autograder.classroom.formulas import _is_plain, to_mathml
from autograder.classroom.rerun import _read_outputs
from autograder.classroom.sanitise import MAX_IMAGE, MAX_OUTPUT, MAX_OUTPUTS, clean_outputs, clean_text
from autograder.classroom.stylesheet import without_unused_rules
from autograder.sandbox.process import Outcome

SHEET = """/* words */ p{color:red} p.x, .y , #z, #i{a:b} h1{x:y} a:hover{c:d} [data-x]{e:f} html{g:h} :root{i:j}
div > p{k:l} P .y{m:n} p:not(.q, .r){o:p} .w.x{u:u} .w.q{u:u} @media print{p{q:r} h2{s:t}} @media screen{h3{u:v}}
@font-face{src:x} @import url(x); @charset "utf-8";"""
KEPT = [
    "p{color:red}",
    "p.x,.y,#i{a:b}",
    "[data-x]{e:f}",
    "html{g:h}",
    ":root{i:j}",
    "P .y{m:n}",
    "p:not(.q, .r){o:p}",
    ".w.x{u:u}",
    "@media print{p{q:r}}",
    "@import url(x);",
    '@charset "utf-8";',
]


def test_of_a_style_sheet_only_what_can_match_is_left_in_its_order():
    head, body = (
        "<head><style a='b'>{}</style><style>h1{{x:y}}</style></head>",
        '<body class="y"><p class="x  w" id="i">t',
    )
    page = without_unused_rules(head.format(SHEET) + body)
    assert page == head.format("\n".join(KEPT)).replace("h1{x:y}", "") + body
    assert without_unused_rules("<style>h1{x:y}</style>") == "<style></style>", "a page without a body uses nothing"
    assert without_unused_rules("<body><h1>t</h1><style>h1{x:y}</style>") == "<body><h1>t</h1><style>h1{x:y}</style>"


@pytest.mark.parametrize("rule", ["html{x:y}", "html #i{x:y}", "@page{margin:0}", "@media print;", "@layer a{b{c:d}}"])
def test_a_rule_that_names_nothing_else_is_kept(rule):
    page = f"<style>{rule}</style><body><p id='i'>t"
    assert without_unused_rules(page.replace("'i'", '"i"')).startswith(f"<style>{rule}</style>")
    assert rule.startswith("html #") or without_unused_rules(f"<style>{rule}</style>") == f"<style>{rule}</style>"


def test_what_any_cell_uses_is_kept():
    cells = "".join(f'<div class="cell {name}"><h{n}>t</h{n}></div>' for n, name in enumerate("ab", 1))
    page = without_unused_rules(f"<style>h1{{x:y}} h2{{x:y}} h3{{x:y}} .a{{x:y}} .b{{x:y}}</style><body>{cells}")
    assert page.startswith("<style>h1{x:y}\nh2{x:y}\n.a{x:y}\n.b{x:y}</style>")


@pytest.mark.parametrize(
    ("formula", "held", "not_held"),
    [
        (r"\frac{1}{2}", "<mfrac>", "frac{"),
        (r"\text{a &amp; b}", "<mtext>a\xa0&amp;\xa0b</mtext>", "&amp;amp;"),
        (r"\href{http://evil.example}{b}", "<mi>b</mi>", "evil.example"),
        ("x<y", "&lt;", "<code>"),
        ("", "<code>$$</code>", "<math"),
        ("x" * 1000, "<math", "<code>"),
        ("x" * 1001, "<code>$xxx", "<math"),
        (r"\left<b", r"<code>$\left&lt;b$</code>", "<b"),
    ],
    ids=lambda one: one[:20],
)
def test_a_formula_is_shown_or_its_source(formula, held, not_held):
    shown = to_mathml(formula)
    assert held in shown and not_held not in shown


@pytest.mark.parametrize(("tag", "plain"), [("mi", True), ("script", False), ("m-x", False), ("s-x", False)])
def test_only_a_formulas_own_elements_are_shown_without_other_attributes(tag, plain):
    formula = Element("math")
    part = SubElement(formula, tag, href="http://evil.example", mathvariant="bold")
    part.text = "a &amp; b"
    assert _is_plain(formula) is plain
    assert not plain or (part.attrib, part.text, part.tail) == ({"mathvariant": "bold"}, "a & b", "")


def test_a_formula_of_its_own_paragraph_is_a_block():
    assert 'display="block"' in to_mathml("x", display=True) and 'display="inline"' in to_mathml("x")
    assert to_mathml(r"\frac{", display=True) == r"<code>$$\frac{$$</code>"


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def encoded(content):
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (encoded(PNG), True),
        (encoded(b"GIF89a" + bytes(20)), False),
        (encoded(PNG[1:]), False),
        ("", False),
        ("abc", False),
        (encoded(PNG + bytes(MAX_IMAGE * 3 // 4 - len(PNG))), True),
        (encoded(PNG + bytes(MAX_IMAGE * 3 // 4 - len(PNG) + 3)), False),
    ],
    ids=range(7),
)
def test_only_small_pictures_are_shown(text, shown):
    made = list(clean_outputs([{"output_type": "display_data", "data": {"image/png": text}}]))
    assert bool(made) is shown and (not shown or list(made[0]["data"]) == ["image/png"])


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def test_outputs_are_shown_up_to_a_number_and_a_length():
    assert list(clean_outputs([stream("a", "stderr"), stream("b", "other"), stream("")])) == [
        stream("a", "stderr"),
        stream("b"),
    ]
    assert len(list(clean_outputs([stream("a")] * (MAX_OUTPUTS + 1)))) == MAX_OUTPUTS
    long = list(clean_outputs([stream("x" * MAX_OUTPUT), stream("y" * 100)]))
    assert long[0]["text"] == "x" * MAX_OUTPUT and "y" not in str(long[1:])
    first, second = clean_outputs([stream("x" * 6_000), stream("y" * 6_000)])
    left = MAX_OUTPUT - len(str(first))
    assert first["text"] == "x" * 6_000 and second["text"].startswith("y" * left + "\n… (cut here")


def test_an_error_is_shown_by_its_traceback_or_its_words():
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a", 3, "b\nc"]}
    assert list(clean_outputs([error])) == [error | {"traceback": ["a", "b", "c"]}]
    assert [one["traceback"] for one in clean_outputs([error | {"traceback": 3}])] == [["E: v"]]
    assert [one["traceback"] for one in clean_outputs([error | {"traceback": []}])] == [["E: v"]]


def test_a_text_is_cut_at_its_limit_and_says_so():
    assert clean_text("abc", 3) == "abc" and clean_text("abcd", 3) == "abc\n… (cut here, after 3 characters)"
    assert clean_text("a\r\nb\x1b[31mc\x00\u202ed\ud800", 20) == "a\nbcd?"


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("# why", True),
        ("> 1. # why", True),
        ("- # why", True),
        ("===", True),
        ("=-=-  ", True),
        ("> ---", True),
        ("a ---", False),
        ("-", True),
        ("a # b", False),
        ("", False),
        ("2 - 1 = 1", False),
    ],
)
def test_no_line_is_a_heading_or_underlines_one(line, changed):
    made = sanitise._without_heading(line)
    assert (made != line) is changed and made.replace(sanitise._BREAK, "") == line


def outcome(data, ending=Ending.ANSWERED, limit=2.5):
    return Outcome(ending, data if isinstance(data, bytes) else wire.encode(data), limit)


@pytest.mark.parametrize(
    ("came", "found"),
    [
        (outcome({"outputs": [[], [stream("a")]]}), ([[], [stream("a")]], "")),
        (outcome({"outputs": [[]]}), ([], "its outputs are not valid data")),
        (outcome({"outputs": {"a": 1, "b": 2}}), ([], "its outputs are not valid data")),
        (outcome({"other": []}), ([], "its outputs are not valid data")),
        (outcome({"outputs": [[b"x"], []]}), ([], "its outputs are not valid data")),
        (outcome(b"\xff"), ([], "its outputs are not valid data")),
        (outcome(b"", Ending.TIMEOUT), ([], "it did not finish within 2.5 seconds")),
        (outcome(b"", Ending.UNREADABLE), ([], "its outputs could not be read")),
        (outcome({"outputs": [[], []]}, Ending.MEMORY), ([], "it used too much memory")),
    ],
)
def test_what_came_back_of_a_notebook_is_read_or_the_reason_is_said(came, found):
    assert _read_outputs(came, 2) == found


@pytest.mark.parametrize(
    "output",
    [
        *({"output_type": "other", "data": {"text/plain": "x"}}, {"output_type": "display_data", "data": ["x"]}),
        *({"output_type": "execute_result"}, {"output_type": "display_data", "data": {}}),
    ],
)
def test_an_output_of_an_unknown_form_is_left_out(output):
    assert list(clean_outputs([output])) == []


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(5000, 5000, True), (5001, 5000, False), (2**25, 1, False), (1, 2**25, False)],
)
def test_an_image_is_shown_if_a_browser_has_room_for_its_pixels(width, height, shown):
    picture = sanitise._PNG + bytes(8) + width.to_bytes(4, "big") + height.to_bytes(4, "big")
    in_lines = base64.encodebytes(picture).decode()  # as notebooks hold it
    assert sanitise._png(in_lines) == (base64.b64encode(picture).decode() if shown else None)
