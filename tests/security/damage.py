"""Damages submissions at random: notebooks, modules, times, records, names, folders and zips; structured, and by bytes.

Everything is drawn from one generator, so that a seed and a number give the same submission again.
"""

from __future__ import annotations

import copy
import io
import json
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder.exercise import Chapter
from tests.support import classroom as made

RUNS = "document.title='opened'"
MARKDOWN = (
    f"<script>{RUNS}</script>",
    f'<img src=x onerror="{RUNS}">',
    f"<svg/onload={RUNS}>",
    f"<details open ontoggle={RUNS}>",
    '<iframe srcdoc="x">',
    "<style>*{display:none}</style>",
    "<form action=http://evil.example><input name=x>",
    "<!-- ",
    "-->",
    "]]>",
    "<\x00a href=javascript:x>",
    "[a](javascript:x)",
    "[a](\tjava\nscript:x)",
    "[a](&#x6a;avascript:x)",
    "[a](<javascript:x>)",
    "[a]: javascript:x\n[a]",
    "[a][b]\n\n[b]: data:text/html,x",
    "<javascript:x>",
    "<http://evil.example/x>",
    "![a](http://evil.example/x.png)",
    "![a][c]\n\n[c]: http://evil.example/x.png",
    "[![a](http://evil.example)](javascript:x)",
    "```mermaid\ngraph TD; a-->b; click a 'javascript:x'\n```",
    "~~~{mermaid}\nx\n~~~",
    "```{=html}\n<script>x</script>\n```",
    "$\\href{javascript:x}{a}$",
    "$$\\unicode{<script>}\\require{html}$$",
    "\\begin{equation}\\href{javascript:x}{a}\\end{equation}",
    "\\(\\cssId{x}{a}\\)",
    "$<img src=x onerror=x>$",
    "$&lt;script&gt;$",
    "$\\text{<script>x</script>}$",
    "# zero_or_negative",
    "zero_or_negative\n====",
    "> - zero_or_negative\n> - ----",
    "| a | b |\n|---|---|\n| <b onclick=x> | [a](javascript:x) |",
    "- [ ] [a](vbscript:x)",
    "[^1]\n\n[^1]: [a](javascript:x)",
    "`` `<script>` ``",
    "    <script>x</script>",
    "&lt;script&gt;x&lt;/script&gt;",
    "&colon;javascript&Tab;",
    "\u202e\u2066\ufeff\x1b[2J\x9b31m",
    "\ud800",
    "*" * 3_000,
    "[" * 3_000,
    "> " * 1_500,
    "- " * 1_500,
    "_" + "a_" * 1_500,
    "`" * 2_999,
    "$" * 1_999,
    "|" * 3_000 + "\n" + "|-" * 1_500,
    " " * 5_000 + "x",
    "<" * 5_000,
    "&" * 5_000,
    '"' * 5_000,
    "a@" * 2_000,
    "http://" * 1_000,
    "\\" * 5_000,
)
"""Pieces of written answers that run, fetch, hide a score, or are slow to read."""
SOURCES = (
    "x = 0x" + "F" * 5_000,
    "x = " + "-" * 3_000 + "1",
    "x = " + "(" * 200 + ")" * 200,
    "x = 1" + "+1" * 2_000,
    "x = 9**9**9\nx",
    "x = 'a' 'b'",
    "x = 1e400",
    "x = 1_0.0_1e1_0",
    "x = {0: 1}[0]; x = nan",
    "x: int = 5",
    "x = y = 5",
    "(x := 5)",
    "x, y = 1, 2",
    "for x in (1, 2): pass",
    "%%html\n<script>x</script>",
    "%%time\n!rm -rf\n? what",
    "# " * 3_000,
    "\x00",
    "\f\v\x85\u2028x = 1",
    "x = 1\\",
    "'''",
    "f'{" * 200,
    "lambda " * 500,
    "not " * 5_000 + "x",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "\ud800",
    [],
    {},
    [[]],
    ["a", None, 3],
    [[[[[[[[["deep"]]]]]]]]],
    {"text/plain": ["1", None]},
    {"text/plain": {"a": 1}, "image/png": 3, "application/vnd.weightlab.answer+json": [1]},
    {"image/png": "iVBORw0KGgo" + "A" * 4_000},
    {"image/png": ["iVBORw0KGgo=", None], "text/plain": "x" * 20_000},
    [{"output_type": "execute_result", "data": None}, 3, {"output_type": ["error"], "traceback": 3}],
    [{"output_type": "error", "ename": None, "evalue": {}, "traceback": ["\x1b[0m", None]}],
    [{"output_type": "stream", "text": 3}, {"output_type": "stream", "name": [], "text": ["a", 3]}],
    [{"output_type": "display_data", "data": {"text/html": f"<script>{RUNS}</script>", "text/plain": "<b>"}}] * 40,
    {"nbgrader": {"grade_id": ["x"], "solution": "yes", "grade": 1, "points": "1e9", "checksum": {}}},
    {"nbgrader": {"grade_id": "share_that_flips", "solution": True, "grade": True, "points": -5}},
    {"nbgrader": []},
)
TIMES = (
    b"",
    b"2026-03-02 10:00:00 UTC",
    b"2026-03-02T10:00:00+99:99",
    b"0000-00-00 00:00:00",
    b"9999-12-31 23:59:59 -1200",
    b"2026-03-02 10:00:00 Europe/Berlin",
    b"2026-03-02 10:00:00 ../../etc/passwd",
    b"2026-02-30 25:61:61",
    b"now",
    b"\xff\xfe2\x000\x00",
    b"9" * 5_000,
    b"2026-03-02 10:00:00 \x1b[2J",
    "2026-03-02 10:00:00".translate({48 + i: 0x660 + i for i in range(10)}).encode(),
)
NAMES = (
    "=1+1;x",
    "@SUM(1)",
    "a,b",
    'a"b',
    "x'; DROP TABLE grade; --",
    "<img src=x onerror=x>",
    "{0}{name}%s%n$HOME`id`",
    "..x",
    "-rf",
    "con",
    "aux.txt",
    "a b",
    " lead",
    "trail ",
    "new\nline",
    "esc\x1b[2J",
    "rtl\u202eb",
    "zero\u200bwidth",
    "e\u0301",
    "\u00e9",
    "\uff1dwide",
    "\U0001f9e0",
    "n" * 120,
    "n" * 200,
    "\udcff\udcfe",
    "gradebook.db",
    "autograded",
    "None",
    "nan",
    "__pycache__",
    "%2e%2e",
    "C:",
    "~",
)
MODULES = (
    "__init__",
    "__main__",
    "numpy",
    "os",
    "weights2",
    "class",
    "w\u0435ights",
    "WEIGHTS",
    "m" * 40,
    "m" * 240,
    "\u017felf",
    "x\ny",
    "..",
    "a.b",
    "-",
    "\udc80",
)


@dataclass
class Damaged:
    """A damaged submission: its files by their path in the chapter's folder, and its entries that are not files.

    ``archive`` is the name of the zip that holds it, or empty if it is already in ``submitted/``.
    """

    student: str
    files: dict[str, bytes]
    archive: str = ""
    packed: bytes = b""
    links: dict[str, str] = field(default_factory=dict)
    pipes: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


class Damager:
    """Makes damaged submissions of a chapter.

    Parameters
    ----------
    draw : random.Random
        The generator from which everything is drawn.
    """

    def __init__(self, chapter: Chapter, draw: random.Random) -> None:
        self.chapter, self.draw = chapter, draw
        answered = made.answered(chapter)
        self._places = list(_places(answered))
        self._notebook = json.dumps(answered).encode()

    def make(self, number: int) -> Damaged:
        """Return the submission with this number; the student's name contains it, so that no two names are the same."""
        draw = self.draw
        student = f"s{number}-{draw.choice(NAMES)}" if draw.random() < 0.3 else f"s{number}"
        if draw.random() < 0.05:
            student = f"{draw.choice(NAMES)}{number}"
        files = {f"{self.chapter.name}.ipynb": self.notebook()} | self.library()
        if draw.random() < 0.4:
            files["timestamp.txt"] = draw.choice(TIMES) if draw.random() < 0.7 else draw.randbytes(draw.randrange(60))
        if draw.random() < 0.3:
            files["concepts.json"] = self.record()
        if draw.random() < 0.1:
            files["submission_secret.txt"] = draw.randbytes(draw.randrange(40))
        one = Damaged(student.replace("/", "_").replace("\x00", ""), files)
        if draw.random() < 0.35:
            self._pack(one, number)
        elif draw.random() < 0.15:
            self._misplace(one)
        return one

    def notebook(self) -> bytes:
        """Return a notebook, with some of it replaced, copied, deleted, or cut."""
        draw = self.draw
        kind = draw.random()
        if kind < 0.03:
            return draw.choice(
                (
                    b"",
                    b"null",
                    b"[]",
                    b"{}",
                    b'{"cells": {}}',
                    b'{"cells": [[], null, 3]}',
                    b"[" * 200_000,
                    b'{"cells":' * 3_000,
                    b'{"a":' + b"9" * 100_000 + b"}",
                    b"\xef\xbb\xbf" + self._notebook,
                    self._notebook.decode().encode("utf-16"),
                    b"%PDF-1.4",
                    zlib.compress(self._notebook),
                    b"\x00" * 1_000,
                    self._notebook * 2,
                )
            )
        if kind < 0.15:
            return self.by_bytes(self._notebook)
        notebook = json.loads(self._notebook)
        for _ in range(draw.randint(1, 6)):
            self._change(notebook)
        if isinstance(cells := notebook.get("cells"), list):
            if draw.random() < 0.1:
                notebook["cells"] = cells = cells * draw.randint(0, 3)
            if draw.random() < 0.1:
                draw.shuffle(cells)
        return json.dumps(notebook).encode()

    def _change(self, notebook: dict) -> None:
        draw = self.draw
        if draw.random() < 0.4:
            self._write_into_a_cell(notebook)
            return
        *above, last = draw.choice(self._places)
        inner: Any = notebook
        try:
            for key in above:
                inner = inner[key]
            match draw.randrange(4):
                case 0:
                    del inner[last]
                case 1 if isinstance(inner, list):
                    inner.insert(0, copy.deepcopy(draw.choice(inner)))
                case _:
                    inner[last] = copy.deepcopy(draw.choice(VALUES + MARKDOWN[:8] + SOURCES[:8]))
        except (KeyError, IndexError, TypeError):
            return

    def _write_into_a_cell(self, notebook: dict) -> None:
        """Write something odd into an answer or a cell that the student added."""
        draw = self.draw
        cells = notebook.get("cells")
        cells = [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
        if not cells:
            return
        cell = draw.choice(cells)
        kind = cell.get("cell_type")
        pieces = SOURCES if kind == "code" else MARKDOWN
        text = draw.choice(("", " ", "\n", "\n\n", "a")).join(draw.choice(pieces) for _ in range(draw.randint(1, 4)))
        if draw.random() < 0.3:
            at = notebook["cells"].index(cell)
            notebook["cells"].insert(at, {"cell_type": kind, "metadata": {}, "source": text})
        else:
            name = (cell.get("metadata") or {}).get("nbgrader", {}) if isinstance(cell.get("metadata"), dict) else {}
            name = name.get("grade_id", "x") if isinstance(name, dict) else "x"
            cell["source"] = text.replace("x", str(name).removesuffix("-answer"), 1) if draw.random() < 0.5 else text

    def library(self) -> dict[str, bytes]:
        """Return the modules, some of them damaged, renamed, emptied or missing."""
        draw = self.draw
        files = {f"weightlab/{name}.py": source for name, source in made.REFERENCE.items()}
        for _ in range(draw.randint(0, 3)):
            name = draw.choice(sorted(files)) if files else ""
            match draw.randrange(5):
                case 0:
                    files.pop(name, None)
                case 1 if name:
                    files[name] = self.by_bytes(files[name])
                case 2 if name:
                    files[name] = draw.choice(SOURCES).encode("utf-8", "replace")
                case 3:
                    odd = draw.choice(MODULES).encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
                    files[f"weightlab/{odd.replace('/', '_')}.py"] = draw.randbytes(draw.randrange(100))
                case _ if name:
                    files[name] = b"" if draw.random() < 0.8 else b"#" * 600_000
        return files

    def record(self) -> bytes:
        """Return a record of the concept test that no honest student would have."""
        draw = self.draw
        if draw.random() < 0.3:
            return draw.choice((b"", b"[" * 90_000, b"\xff", b"null", b'{"before": ' + b"9" * 9_000 + b"}"))
        return json.dumps(
            {when: draw.choice((*VALUES, {"weights": draw.choice(VALUES)})) for when in ("before", "after", "x")}
        ).encode()

    def by_bytes(self, content: bytes) -> bytes:
        """Return content with bytes flipped, cut out, inserted, or copied to the wrong place."""
        draw, data = self.draw, bytearray(content)
        for _ in range(draw.randint(1, 8)):
            if not data:
                break
            at, length = draw.randrange(len(data)), draw.randint(1, 40)
            match draw.randrange(4):
                case 0:
                    data[at] ^= 1 << draw.randrange(8)
                case 1:
                    del data[at : at + length]
                case 2:
                    data[at:at] = draw.randbytes(length)
                case _:
                    other = draw.randrange(len(data))
                    data[at : at + length] = data[other : other + length]
        return bytes(data[: draw.randrange(len(data) + 1)]) if draw.random() < 0.2 and data else bytes(data)

    def _pack(self, one: Damaged, number: int) -> None:
        """Pack a submission as a zip, whose entries or bytes may be damaged, with a name that a platform might give."""
        draw = self.draw
        one.archive = draw.choice(
            (
                f"{one.student}.zip",
                f"s{number}.zip",
                f"Ann Lee_{number}_assignsubmission_file_{self.chapter.name}.zip",
                f"leeann_{number}_{number}_{self.chapter.name}.zip",
                f"Work_s{number}_attempt_2026-03-02-10-00-00_{self.chapter.name}.zip",
                f"s{number}_{self.chapter.name}.zip",
            )
        )
        if len(one.archive.encode("utf-8", "surrogateescape")) > 250:
            one.archive = f"s{number}.zip"
        prefix = draw.choice(("", f"{self.chapter.name}/", "a/b/", "../", "/", "C:\\x\\", "course/x/", "solutions/"))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
            for name, content in one.files.items():
                entry = zipfile.ZipInfo((prefix + name).encode("utf-8", "replace").decode() or "x")
                entry.date_time = (1980 + draw.randrange(120), 1, 1, 0, 0, 0)
                if draw.random() < 0.05:
                    entry.external_attr = draw.getrandbits(32)
                archive.writestr(entry, content)
            if draw.random() < 0.1:
                archive.writestr(f"{self.chapter.name}.zip", packed.getvalue())
        one.packed = packed.getvalue()
        if draw.random() < 0.5:
            one.packed = self._damaged_zip(one.packed)

    def _damaged_zip(self, content: bytes) -> bytes:
        """Return a zip with fields of its records overwritten, or with its bytes damaged."""
        draw = self.draw
        if draw.random() < 0.4:
            return self.by_bytes(content)
        data = bytearray(content)
        signature, fields = draw.choice(
            (
                (b"PK\x03\x04", (4, 6, 8, 14, 18, 22, 26, 28)),
                (b"PK\x01\x02", (4, 6, 8, 10, 16, 20, 24, 28, 30, 34, 38, 42)),
                (b"PK\x05\x06", (4, 8, 10, 12, 16, 20)),
            )
        )
        places = [found.start() for found in re.finditer(re.escape(signature), content)]
        for at in draw.sample(places, min(len(places), draw.randint(1, 3))):
            start = at + draw.choice(fields)
            value = draw.choice((0, 1, 0xFF, 0x63, 0x800, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, draw.getrandbits(32)))
            data[start : start + 4] = struct.pack("<I", value)
        return bytes(data)

    def _misplace(self, one: Damaged) -> None:
        """Put something other than a file into the folder: a link, a pipe, a folder, or endlessly nested folders."""
        draw = self.draw
        name = draw.choice(sorted(one.files))
        match draw.choice((0, 0, 1, 1, 2, 2, 4, 4, 3)):
            case 0:
                one.links[name] = draw.choice(("../../honest-0", "/etc/passwd", ".", "nowhere", name, "../" * 30))
            case 1:
                one.pipes.append(name)
            case 2:
                one.folders.append(name)
            case 3:
                one.folders.append("/".join("d" * draw.choice((5, 50, 300))))
            case _:
                one.links["weightlab"] = draw.choice(("../../honest-0/x", "..", "/usr/lib", "weightlab"))
                one.files = {place: text for place, text in one.files.items() if not place.startswith("weightlab/")}
                one.files.pop("weightlab", None)
        one.files = {place: text for place, text in one.files.items() if place not in {*one.links, *one.pipes}}
        one.files = {place: text for place, text in one.files.items() if place not in one.folders}


def _places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Yield the path to every value in a notebook."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))
