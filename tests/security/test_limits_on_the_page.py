"""Does docs/security.md list every promised limit, with the number in the code?"""

from __future__ import annotations

import re

from autograder import library, submitted_notebook
from autograder import limits as read_of
from autograder.candidate import call, frames, limits, wire
from autograder.classroom import examination, formulas, rebuild, sanitise, times
from autograder.classroom.collecting import contents, inbound, unpack
from autograder.classroom.report import write
from autograder.exercise import Chapter
from autograder.judging import reply
from autograder.sandbox import cgroup, isolation, process, watch
from tests.security.table import PAGE


def size(number: int) -> str:
    """Write bytes as the page does."""
    for unit, worth in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if number % worth == 0:
            return f"{number // worth:,} {unit}"
    return f"{number:,} bytes"


def default_seconds() -> float:
    """Return the time limit of an exercise that sets none of its own."""
    return Chapter("00_small", "small").exercise(aspects={"a": 1}, hints=("a", "b", "c"))(_answer).time_limit


def _answer(rng):
    """The answer."""
    yield from ()


def expected() -> dict[str, str]:
    """Return the lines that the page should have according to the code."""
    bounds = watch.Bounds(10.0, 40.0, 0, 0)
    factor = (bounds.processor - 1) / bounds.seconds
    return {
        "a job's own time": f"the exercise's time limit, by default {default_seconds():g} s; waiting for a processor "
        "is not counted",
        "time by the clock": f"{limits.WALL_FACTOR} times the exercise's time limit",
        "processor time of all processes of a job": f"{factor:g} times the exercise's time limit, plus 1 s",
        "all functions of a submission, judging included, and its cells if notebooks are run": (
            f"{examination.SECONDS:g} s, at most {examination.PUBLIC_SECONDS:g} s of them for the public cases, which "
            "explain failures"
        ),
        "public cases of all functions together; then those of each function that failed": (
            f"{examination.PUBLIC_RUN_SECONDS:g} s; {examination.PUBLIC_RUN_SECONDS:g} s"
        ),
        "reading a submission, and making its notebook and page": f"another {examination.READING:g} s",
        "memory that one process maps": size(limits.MEMORY),
        "memory of all processes of a job, swapped-out memory included": (
            f"{size(limits.MEMORY)}, checked every {watch._TICK * 1000:g} ms; if the autograder has "
            f"a control group, the kernel stops a whole sandbox at {size(limits.MEMORY + cgroup.EXTRA)}"
        ),
        "processes and threads of a job; of a sandbox": f"{limits.MAX_PROCESSES}; {process._PROCESSES}",
        "jobs that one sandbox serves": f"{limits.MAX_JOBS:,}",
        "open files": f"{limits.MAX_OPEN}",
        "one file; /tmp; files in /tmp": (
            f"{size(limits.FILE_BYTES)}; {size(isolation.TEMPORARY_BYTES)}; {limits.MAX_FILES:,}"
        ),
        "the reply of a job": size(frames.MAX_ANSWER),
        "the result of one call": (
            f"{wire.MAX_ANSWER_VALUES:,} values (an array counts as one), {wire.MAX_ANSWER_TEXT:,} bytes of text, "
            f"{wire.MAX_DEPTH} levels, {wire.MAX_BITS} bits per whole number"
        ),
        "items taken from an iterator; characters printed; characters of an exception": (
            f"{call.MAX_ITERATIONS:,}; {limits.MAX_PRINTED:,}; {reply.MAX_QUOTED}"
        ),
        "a module; modules; bytes of a module's name": (
            f"{size(library.MAX_SOURCE)}; {library.MAX_MODULES}; {library.MAX_NAME}"
        ),
        "a notebook; its brackets; its cells; cells that a student added": (
            f"{size(read_of.MAX_NOTEBOOK)}; {submitted_notebook.MAX_CONTAINERS:,}; {submitted_notebook.MAX_CELLS:,}; "
            f"{submitted_notebook.MAX_OWN_CELLS}"
        ),
        "an answer that is shown; all added cells together": (
            f"{sanitise.MAX_ANSWER:,} characters; {rebuild.MAX_OWN_TEXT:,} characters"
        ),
        "outputs of a cell; their text; an image": (
            f"{sanitise.MAX_OUTPUTS}; {sanitise.MAX_OUTPUT:,} characters; {sanitise.MAX_IMAGE:,} characters of Base64 "
            f"and {sanitise.MAX_PIXELS:,} pixels"
        ),
        "a cell in which a number is looked for; a formula": (
            f"{submitted_notebook.MAX_PARSED:,} characters; {formulas._LONGEST:,} characters"
        ),
        "timestamp.txt; concepts.json": f"{times.MAX_BYTES} bytes; {write._LARGEST_RECORD:,} bytes",
        "a zip; its files; its unpacked size; zips within it": (
            f"{size(unpack.MAX_ZIP)}; {unpack.MAX_FILES:,}; {size(unpack.MAX_UNPACKED)}; {contents.MAX_INNER}, one "
            "level deep"
        ),
        "a library as it is collected; notebooks of a chapter that are compared": (
            f"{size(contents.MAX_LIBRARY)}; {contents.MAX_NOTEBOOKS}"
        ),
        "files in a whole class's download; levels of nested folders": (
            f"{unpack.MAX_CLASS_FILES:,}; {unpack.DEEPEST} (from the exchange {inbound._DEEPEST})"
        ),
    }


def on_the_page() -> dict[str, str]:
    """Return the lines of the page's table of limits."""
    part = PAGE.read_text(encoding="utf-8").partition("\n## Limits\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", part, re.MULTILINE)[1:]
    return {what: limit for what, limit, _ in rows if set(what) != {"-"}}


def test_the_page_gives_the_numbers_of_the_code():
    assert on_the_page() == expected()
    assert cgroup.MAX_PROCESSES == process._PROCESSES


def test_the_numbers_within_the_text_are_the_code_s():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    whole = examination.SECONDS + examination.READING
    assert f"a submission can occupy one worker for {whole:g} seconds" in text.replace("A submission", "a submission")
    assert f"feedback quotes ({reply.MAX_QUOTED} characters at most)" in text
