"""Attacks on whoever opens the results of a submission: notebook, feedback, tables, terminal.

Code that runs shows this by changing the page's title to ``opened``.
"""

from __future__ import annotations

import base64
import struct
import zlib

from tests.security.payload import QUESTION, Attacks, Submission

attack = Attacks("what is opened later")
RUNS = "document.title='opened'"
SCRIPT = f"<script>{RUNS}</script>"
EVENT = f'<img src="x:" onerror="{RUNS}">'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUNS}"><script>{RUNS}</script></svg>'
WRITTEN = "zero_or_negative"


def shows(it: Submission, **data: object) -> None:
    """Let the right answer's cell show data of these kinds as well."""
    plain = it.cell("after_three_connections-answer")["outputs"][0]
    data = {kind.replace("__", "/").replace("_", "-"): value for kind, value in data.items()}
    shown = {"output_type": "display_data", "data": data, "metadata": {}}
    it.cell("after_three_connections-answer")["outputs"] = [shown, plain]
    it.cell(QUESTION + "-answer")["outputs"].insert(0, shown)


@attack()
def script_in_an_output(it: Submission) -> None:
    """A script in an output."""
    shows(it, text__html=SCRIPT + EVENT, text__plain=SCRIPT)


@attack()
def javascript_output(it: Submission) -> None:
    """Outputs of types that run, and a widget's state."""
    shows(it, **{"application/javascript": RUNS, "application/vnd.jupyter.widget-view+json": {"model_id": "x"}})
    it.notebook["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {"x": {"model_name": "HTMLModel", "state": {"value": EVENT}}}
        }
    }


@attack()
def script_in_a_picture(it: Submission) -> None:
    """Scripts in SVG and in false PNG images."""
    shows(it, **{"image/svg+xml": SVG, "image/png": f'"><{SCRIPT}'})
    it.cell(QUESTION + "-answer")["outputs"].insert(
        0,
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"image/png": base64.b64encode(SVG.encode()).decode(), "image/jpeg": f'x" onerror="{RUNS}'},
        },
    )


@attack()
def script_in_a_written_answer(it: Submission) -> None:
    """A script, event handlers and a frame in an answer."""
    frame = f'<iframe srcdoc="<script>parent.{RUNS}</script>"></iframe>'
    it.cell(WRITTEN)["source"] = f'{SCRIPT}\n\n{EVENT}\n\n<details open ontoggle="{RUNS}"></details>{frame}'


@attack()
def links_that_run(it: Submission) -> None:
    """Links to scripts."""
    data = "data:text/html;base64," + base64.b64encode(SCRIPT.encode()).decode()
    it.cell(WRITTEN)["source"] = (
        f"[a](javascript:{RUNS}) [b](JaVaScRiPt:{RUNS}) [c](java&#115;cript:{RUNS}) [d]({data}) "
        f"[e](vbscript:x) [g](<java\tscript:{RUNS}>)\n\n<javascript:{RUNS}>\n\n[f]\n\n[f]: javascript:{RUNS}\n"
    )


@attack()
def formula_that_links(it: Submission) -> None:
    """MathJax macros that link or load extensions."""
    it.cell(WRITTEN)["source"] = (
        rf"$\href{{javascript:{RUNS}}}{{x}}$ $\require{{html}}\style{{background:url(x)}}{{y}}$ "
        rf"$\unicode{{<script>}}$ $$\def\a{{\href}}\a{{javascript:{RUNS}}}{{z}}$$"
    )


@attack("error")
def script_in_an_error(it: Submission) -> None:
    """HTML in an exception's name and message."""
    it.answers(f"raise type({EVENT!r}, (Exception,), {{}})({(SCRIPT + EVENT)!r})")


@attack()
def script_in_what_is_printed(it: Submission) -> None:
    """HTML in printed text."""
    it.answers(f"print({('--></pre></div>' + SCRIPT + EVENT)!r})\nreturn 0.0")


@attack()
def script_in_code(it: Submission) -> None:
    """HTML in an answer's code."""
    it.cell(QUESTION + "-answer")["source"] = f"{QUESTION} = 0.625  # </pre></div>{SCRIPT}{EVENT}\n{QUESTION}"


@attack("error")
def escape_sequences(it: Submission) -> None:
    """Escape sequences in an error."""
    it.answers(r"raise ValueError('\x1b[2J\x1b]0;opened\x07\x1bP$q\x1b\\\x9b5n\r' + '\u202e' + 'passed')")


@attack()
def inputs_in_an_error(it: Submission) -> None:
    """Secret inputs in an error."""
    it.answers("""
        if weight == 0.0:
            raise ValueError(f"secret {signal!r}")
        return signal * weight if isinstance(signal, float) else 0.0
        """)


@attack()
def formula_with_a_background(it: Submission) -> None:
    """A formula with a background image."""
    it.cell(WRITTEN)["source"] = (
        "$\\bbox[background:url(http://127.0.0.1:9/x.png)]{a}$ $$\\bbox[5px,background-image:url(//x)]{a}$$ "
        "$\\htmlStyle{background:url(//x)}{a}$ $\\renewenvironment{x}{}{}$ $\\gdef\\x{a}\\toggle{a}{b}\\endtoggle$"
    )


@attack()
def pictures_by_reference(it: Submission) -> None:
    """Images from the network."""
    far = "http://127.0.0.1:9/x.png"
    it.cell(WRITTEN)["source"] = (
        f"![a][r] [![b][r]]({far}) ![c]\n\n| ![d][r] |\n|---|\n| <img src={far}> |\n\n- [ ] ![e]({far})\n\n"
        f"[r]: {far}\n[c]: {far}\n"
    )


@attack()
def heading_that_hides_a_score(it: Submission) -> None:
    """Headings that would hide a score in Formgrader."""
    name = "zero_or_negative"
    it.cell(WRITTEN)["source"] = (
        f"# {name}\n\n{name}\n===\n\n> ## {name}\n\n- {name}\n  ---\n\n1. # {name}\n\n"
        f"<h1 id={name}>x</h1>\n\n# {name} #\n"
    )


@attack()
def raw_cells_and_attachments(it: Submission) -> None:
    """Raw cells and attachments with HTML and SVG."""
    raw = {"cell_type": "raw", "id": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": SCRIPT + EVENT}
    held = {"a.svg": {"image/svg+xml": base64.b64encode(SVG.encode()).decode()}, "b": {"text/html": SCRIPT}}
    shown = {"cell_type": "markdown", "id": "held", "metadata": {}, "source": "![x](attachment:a.svg)"}
    it.notebook["cells"][1:1] = [raw, shown | {"attachments": held}]
    it.cell(WRITTEN)["attachments"] = held


@attack()
def picture_with_a_tail(it: Submission) -> None:
    """A PNG with HTML at its end."""
    tail = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(16) + SCRIPT.encode()).decode()
    shows(it, **{"image/png": tail})
    shows(it, **{"image/png": f'{tail}"><img src=x onerror="{RUNS}">'})


@attack()
def terminal_links_in_an_output(it: Submission) -> None:
    """A terminal's links, titles and clipboard in an output."""
    text = (
        "\x1b]8;;javascript:x\x1b\\click\x1b]8;;\x1b\\ \x1b]52;c;eA==\x07 \x9b31m \x1b[999999999999C \x1b]0;"
        + "x" * 300
    )
    shows(it, text__plain=text)
    it.notebook["metadata"]["title"] = text


@attack()
def markup_that_changes_when_it_is_read(it: Submission) -> None:
    """Markup that runs only in a second parser."""
    quoted, image = EVENT.replace('"', "&quot;"), f"<img src=x: onerror={RUNS}>"
    texts = (
        f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;{quoted}"></style></mglyph></table></mtext>',
        f'<noscript><p title="</noscript>{EVENT}"></p></noscript>',
        f'<svg></p><style><a id="</style>{EVENT}"></svg>',
        f"<form><math><mtext></form><form><mglyph><style></math>{EVENT}",
        f"<!-->{image}-->",
        f"<![CDATA[>{image}]]>",
        f"<?xml-stylesheet > {image} ?>",
        f"<template>{SCRIPT}</template><xmp></xmp>{image}</xmp>",
        f"<title></title>{image}</title><textarea></textarea>{EVENT}</textarea>",
        f'<img src="x:` `{SCRIPT}"` `>',
        f'<a title="`{EVENT}`">x</a>',
        f"`<a title='`{EVENT}'>",
    )
    it.cell(WRITTEN)["source"] = "\n\n".join(texts)


@attack()
def markup_that_leads_away(it: Submission) -> None:
    """Refreshes, forms, objects and style sheets."""
    page, code, far = f"data:text/html,{SCRIPT}", f"javascript:{RUNS}", "http://127.0.0.1:9/x"
    texts = (
        f'<meta http-equiv=refresh content="0;url={page}"><base href="{code}//">',
        f'<form action="{code}"><button id=x>go</button></form><button form=x formaction="{code}">go</button>',
        f'<object data="{page}"></object><embed src="{page}">',
        f"<link rel=stylesheet href={far}.css><style>@import url({far}.css);</style>",
        f'<div style="background:url({far}.png)">x</div>',
        f'<svg><a xlink:href="{code}"><text y=20>x</text></a><use href="data:image/svg+xml,{SVG}#x"/>',
        f'<svg><animate attributeName=href values="{code}"/></svg>',
        f'<math href="{code}"><maction actiontype="statusline#{far}" xlink:href="{code}">y</maction></math>',
        f'<input autofocus onfocus="{RUNS}"><video><source onerror="{RUNS}"></video><body onload="{RUNS}">',
        f"[x](java&Tab;script:{RUNS}) [y](java&NewLine;script:{RUNS}) [z](&#x1;{code}) [w](<java\nscript:{RUNS}>)",
        f'<a href="&#106;avascript:{RUNS}">v</a> [u](data&colon;text/html,{SCRIPT}) [t](blob:x)',
        "[s](file:///etc/passwd) [r](//127.0.0.1:9/x) [q](\\\\127.0.0.1\\x) ![p](file:///etc/passwd)",
    )
    it.cell(WRITTEN)["source"] = "\n\n".join(texts)


@attack("error")
def text_that_runs_backwards(it: Submission) -> None:
    """Marks that reverse text, and 5,000 accents."""
    odd = "".join(map(chr, (0x202A, 0x202B, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x200F, 0x061C)))
    it.answers(f"raise ValueError({odd + 'dessap'!r})")
    it.cell(WRITTEN)["source"] = f"{odd}points 16 of 16 {odd}" + "Z" + "\u0301" * 5000


@attack()
def links_into_the_server_of_the_grader(it: Submission) -> None:
    """Links into the grader's own servers."""
    text = "%22%3Bdocument.title%3D%22opened%22%3B%22"
    it.cell(WRITTEN)["source"] = (
        f"[a](http://localhost:8888/formgrader/manage_students/{text}) "
        "[b](http://localhost:8888/formgrader?path=submitted/x-links-into-the-graders-server/01_weights) "
        "[c](http://localhost:8888/lab/tree/submitted) [d](/lab/tree/submitted) [e](../../nbgrader_config.py)"
    )
    it.beside["nbgrader_config.py"] = b"raise SystemExit"


@attack()
def picture_of_very_many_pixels(it: Submission) -> None:
    """A PNG of 2.5 billion pixels."""
    side = 50_000
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes((1 + side // 8) * 500)) for _ in range(side // 500)) + rows.flush()
    parts = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    shows(it, **{"image/png": base64.b64encode(png).decode()})
