"""Does any payload gain a point, harm a classmate or leave something behind?"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from autograder.classroom import examination
from autograder.classroom.grade import grade_class
from autograder.cli.main import main
from autograder.examine import SELF_CHECK, attempt
from autograder.sandbox import selftest
from autograder.sandbox.process import Runner
from autograder.sandbox.usage import find_family
from tests.security.corpus import GROUPS, PAYLOADS, SEED, honest, lay_class
from tests.security.looking import CANARY
from tests.security.opened import EVENT, RUNS, SCRIPT, SVG
from tests.security.packaging import HONEST
from tests.security.payload import CHAPTER, MARK, POINTS, TARGET, Submission
from tests.support import classroom as made
from tests.support import jupyterlab

REASON = selftest.why_not()
pytestmark = pytest.mark.skipif(bool(REASON), reason=f"no attack was tried: {REASON}")
_BECOME_PARENT_OF_ORPHANS = 36
TIME_LIMIT = 0.5
"""Seconds per exercise, instead of ten: every run of every exercise waits this long for code that never ends. The
ordinary submission and the honest ones need a few hundredths; waiting for a processor does not count."""


def grade(room, attackers):
    """Grade a class of honest students and attackers; return its entries by student."""
    collected = lay_class(room, attackers)
    course = made.course(room.parent / f"{room.name}-course", [CHAPTER])
    entries = grade_class(room, [CHAPTER.name], seed=SEED, course=course)
    return {entry["student"]: entry for entry in entries}, {one.student: one for one in collected}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The honest students graded alone, and among all attackers; with the files that were there before and after."""
    base = tmp_path_factory.mktemp("attacked")
    home, temporary = base / "home", base / "tmp"
    for folder in (home, temporary):
        folder.mkdir()
        (folder / CANARY).write_text("what only the grader may read")
    attackers = [payload.made() for payload in PAYLOADS]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("HOME", home), ("TMPDIR", temporary), (CANARY, "secret")):
            patch.setenv(name, str(value))
        patch.setattr(tempfile, "tempdir", None)
        for name, exercise in CHAPTER.exercises.items():
            patch.setitem(CHAPTER.exercises, name, replace(exercise, time_limit=TIME_LIMIT))
        patch.setattr(examination, "PUBLIC_RUN_SECONDS", 2 * TIME_LIMIT)  # for all exercises together
        patch.chdir(base)
        if sys.platform == "linux":  # a process that outlives its parent becomes a child of this one, and is noticed
            ctypes.CDLL(None).prctl(_BECOME_PARENT_OF_ORPHANS, 1)
        before = set(find_family(os.getpid())), marked(base)
        alone, _ = grade(base / "alone", [])
        ordinary, _ = grade(base / "ordinary", [Submission.ordinary("x-ordinary")])
        entries, collected = grade(base / "together", attackers)
        with contextlib.suppress(ChildProcessError):  # those that have ended but were not reaped
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        after = set(find_family(os.getpid())), marked(base)
        ctypes.CDLL(None).prctl(_BECOME_PARENT_OF_ORPHANS, 0)
    tempfile.tempdir = None
    # Noted now, because a test that opens all this in JupyterLab adds JupyterLab's own files.
    folders = {"room": base / "together", "home": home, "tmp": temporary}
    names = {place: sorted(path.name for path in folder.iterdir()) for place, folder in folders.items()}
    given_back = {
        kind: [path for path in (base / "together" / kind).rglob("*") if not path.is_dir() or path.is_symlink()]
        for kind in ("autograded", "feedback")
    }
    return SimpleNamespace(
        names=names,
        given_back=given_back,
        base=base,
        room=base / "together",
        alone=base / "alone",
        before=before,
        after=after,
        entries=entries,
        entries_alone=alone,
        ordinary=ordinary,
        collected=collected,
    )


def marked(base):
    """Return the files that attacks left anywhere, except those that they submitted."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    places = [base, base / "home", base / "tmp", Path("/tmp"), home, Path.cwd()]
    found = {path for place in places for path in place.glob(f"*{MARK}*")}
    return found | {path for path in (base / "together").rglob(f"*{MARK}*") if "submitted" not in path.parts}


def test_the_corpus_is_over_all_classes():
    count = Counter(payload.group for payload in PAYLOADS)
    assert len(PAYLOADS) >= 100
    assert len(count) == len(GROUPS) and min(count.values()) >= 6
    for field in ("name", "says", "student"):
        values = [getattr(payload, field) for payload in PAYLOADS if getattr(payload, field) != HONEST]
        assert len(values) == len(set(values)), field


def test_the_ordinary_submission_earns_what_the_attacks_are_measured_by(graded):
    entry = graded.ordinary["x-ordinary"]
    assert (entry["score"], entry["status"], status_of(entry)) == (POINTS, "graded", "failed")


def status_of(entry):
    return next(verdict["status"] for verdict in entry["exercises"] if verdict["exercise"] == TARGET)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: f"{payload.group}: {payload.name}")
def test_a_payload_gains_nothing(payload, graded):
    if payload.submission == "not taken":
        clash = payload.student in {one.student for one in honest()}
        assert not clash or graded.collected[payload.student]
        assert clash or (payload.student not in graded.entries and not graded.collected[payload.student].taken)
        return
    entry = graded.entries[payload.student]
    assert entry["score"] <= POINTS, "the attack gained points"
    assert (entry["status"], entry["score"]) == (payload.submission, POINTS - payload.costs)
    if payload.submission == "graded" or payload.costs < POINTS:
        # A slow machine may end at the short limit what would have failed a moment later, for the same points.
        assert status_of(entry) in (*payload.status, "timeout")
    for verdict in entry["exercises"]:
        assert verdict["status"] != "unjudged"


@pytest.mark.skipif(sys.platform != "linux", reason="what is tried are calls of Linux")
def test_the_ways_between_processes_are_open_without_a_sandbox():
    """Do these searches succeed without a sandbox? Otherwise, their failure would prove nothing."""
    names = {"pages thrown out", "pages looked for", "locks on shared files", "rare system calls", "large pipes"}
    names |= {"parents memory written"}
    payloads = [payload for payload in PAYLOADS if payload.name in names]
    assert len(payloads) == len(names)
    with Runner("process") as runner:
        for payload in payloads:
            library = payload.made().library
            verdict = attempt(CHAPTER.exercises[TARGET], library, "weightlab", runner, SELF_CHECK)
            assert verdict.status == "passed", f"{payload.name}: {verdict.message}"


@pytest.mark.parametrize("student", [one.student for one in honest()])
def test_a_classmate_is_graded_as_if_alone(student, graded):
    assert graded.entries[student] == graded.entries_alone[student]
    for kind in ("autograded", "feedback"):
        files = [
            sorted(path for path in (room / kind / student).rglob("*") if path.is_file())
            for room in (graded.alone, graded.room)
        ]
        assert len(files[0]) == len(files[1]) > 0
        for one, other in zip(*files, strict=True):
            assert one.read_bytes() == other.read_bytes()
    rows = [made.gradebook(room, student) for room in (graded.alone, graded.room)]
    assert rows[0] == rows[1] and len(rows[0]) > 5
    lines = [
        [line for line in (room / "grades.csv").read_text().splitlines() if line.startswith(f"{student},")]
        for room in (graded.alone, graded.room)
    ]
    assert lines[0] == lines[1] and len(lines[0]) == 1


def test_the_class_is_complete(graded):
    expected = {payload.student for payload in PAYLOADS if payload.submission != "not taken"}
    assert set(graded.entries) == expected | set(graded.entries_alone)


def test_no_process_and_no_file_remains(graded):
    assert graded.after == graded.before
    assert graded.names["room"] == [
        ".weightlab",
        "autograded",
        "feedback",
        "gradebook.db",
        "grades.csv",
        "grades_canvas.csv",
        "grades_moodle.csv",
        "inbox",
        "nbgrader_config.py",
        "submitted",
    ]
    assert graded.names["home"] == graded.names["tmp"] == [CANARY]


def test_what_is_given_back_holds_the_autograders_files_only(graded):
    for kind, notebook in (("autograded", f"{CHAPTER.name}.ipynb"), ("feedback", f"{CHAPTER.name}.html")):
        files = graded.given_back[kind]
        assert len(files) > 100
        for path in files:
            assert path.is_file() and not path.is_symlink()
            # The time of submission and the name of the copy are beside both, where nbgrader's exchange looks for them.
            assert path.name in {notebook, "timestamp.txt", "submission_secret.txt"}, path


def test_tables_and_pages_hold_no_formula_no_control_character_and_no_secret(graded):
    for table in graded.room.glob("grades*.csv"):
        text = table.read_text()
        assert "\x1b" not in text and "\r" not in text
        assert not [line for line in text.splitlines() if line.lstrip('" ').startswith(("=", "+", "-", "@"))]
    for page in graded.room.glob("feedback/*/*/*.html"):
        text = page.read_text()
        assert not {"\x1b", "\x9b", "\u202e"} & set(text), page


TELLING = (
    "inputs in an error",
    "secret in the name of a type",
    "secret in text and keys",
    "secret in a shape",
    "secret in the line of an error",
)


@pytest.mark.parametrize("name", TELLING)
def test_messages_tell_no_secret_input(name, graded):
    """Is nothing that the function sees of the secret inputs in the messages that its author reads?"""
    numbers = [
        arg
        for case in CHAPTER.exercises[TARGET].cases(SEED)
        for call in case.calls
        for arg in call.args
        if isinstance(arg, float) and len(repr(arg)) > 6
    ]
    secret = {repr(number) for number in numbers}
    secret |= {str(int(abs(number) * 1000) % 9000 + 1000) for number in numbers} if "shape" in name else set()
    student = next(payload.student for payload in PAYLOADS if payload.name == name)
    for kind in (f"feedback/{student}/{CHAPTER.name}/{CHAPTER.name}.html", f"autograded/{student}/{CHAPTER.name}"):
        place = graded.room / kind
        text = (place if place.is_file() else place / f"{CHAPTER.name}.ipynb").read_text()
        assert len(secret) > 1 and not [number for number in secret if number in text]
    if name == "inputs in an error":
        assert "ValueError: secret" in text


def test_commands_print_no_control_sequences(graded, tmp_path):
    """Do the commands that list submissions and grades show odd names without control sequences?"""
    room = tmp_path / "room"
    (tmp_path / "in").mkdir()
    for name in ("\x1b[2J\n.zip", "\x1b]0;opened\x07ann.zip", "\u202ebob.zip"):
        (tmp_path / "in" / name).write_bytes(b"no zip\x1b[2J")
    said = [
        CliRunner().invoke(main, ["collect", CHAPTER.name, str(tmp_path / "in"), "--classroom", str(room)]),
        CliRunner().invoke(main, ["report", "--classroom", str(graded.room)]),
    ]
    assert [ran.exit_code for ran in said] == [1, 0]
    for ran in said:
        assert ran.output and not [c for c in ran.output if not c.isprintable() and c != "\n"]


_HANDLERS_HAVE_RUN = """() => new Promise(done => {
    const image = new Image();
    image.onerror = () => setTimeout(done);
    image.src = 'x:';
})"""
"""Waits for what runs when a picture cannot be shown: the last to be asked for, so that all others are done by then."""


def runs_nothing(page):
    """Make sure that no script of a submission has run in a page, and that no link would run one."""
    page.wait_for_load_state()
    for frame in page.frames:
        frame.evaluate(_HANDLERS_HAVE_RUN)
        assert frame.title() != "opened", frame.url
        links = frame.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.protocol)")
        assert not {"javascript:", "vbscript:", "data:"} & set(links)


def test_feedback_runs_nothing_in_a_browser(graded, tmp_path):
    jupyterlab.require_browser()
    pages = sorted(graded.room.glob("feedback/*/*/*.html"))
    hostile = [
        path
        for path in pages
        if any(payload.student in path.parts and payload.group == "what is opened later" for payload in PAYLOADS)
    ]
    named = [path for path in pages if not path.parts[-3].replace("-", "").isalnum()]
    assert (
        len(hostile) == len(GROUPS[-2].attack)
        and len(named) >= 2
        and not [path for path in named if {*'<>"'} & set(str(path))]
    )
    CliRunner().invoke(main, ["report", "--classroom", str(graded.room)])
    reports = list(graded.room.glob("report*.html")) + list(graded.room.glob("report/*.html"))
    assert reports
    control = tmp_path / "control.html"
    with jupyterlab.browser_page() as page:
        for hostile_text in (SCRIPT, EVENT, SVG):
            control.write_text(f"<title>x</title>{hostile_text}")
            page.goto(control.as_uri())
            with pytest.raises(AssertionError, match=control.name):
                runs_nothing(page)
        for path in [*hostile, *named, *reports]:
            page.goto(path.as_uri())
            assert CHAPTER.name in page.content()
            runs_nothing(page)


def lists_are_whole(page, address, students):
    """Make sure that Formgrader's lists have a line for each student, and that none of these pages runs anything."""
    lists = {"manage_students": "id", f"manage_submissions/{CHAPTER.name}": "student"}
    lists |= {"gradebook": "", f"gradebook/{CHAPTER.name}": "", f"gradebook/{CHAPTER.name}/{CHAPTER.name}": "student"}
    for place, key in lists.items():
        page.goto(f"{address}formgrader/{place}")
        page.wait_for_function("typeof models !== 'undefined' && models && models.loaded", timeout=60_000)
        rows = page.locator("#main-table tr")
        shown = page.evaluate("key => models.map(model => key ? model.get(key) : model.cid)", key)
        assert rows.count() == len(shown) == len(set(shown)) > 0, place
        assert not key or students <= set(shown), place
        runs_nothing(page)
    for student in sorted(student for student in students if not student.replace("-", "").isalnum()):
        page.goto(f"{address}formgrader/manage_students/{quote(student, safe='')}")
        page.get_by_role("link", name=CHAPTER.name).click()
        page.locator("#main-table").get_by_text(CHAPTER.name).wait_for()
        assert page.locator(".breadcrumb").inner_text().count(student) == 1
        runs_nothing(page)


def links_run_nothing(page, address, room):
    """Make sure that no address of Formgrader, to which an answer may link, makes it run what a student wrote."""
    for text in ('";document.title="opened";"', f"<script>{RUNS}<script>", f'<img src="x:" onerror="{RUNS}">'):
        for place in (
            "manage_students/{}",
            "manage_students/ann/{}",
            "manage_submissions/{}",
            "gradebook/x/{}",
            "submissions/{}",
        ):
            page.goto(f"{address}formgrader/{place.format(quote(text, safe=''))}")
            runs_nothing(page)
    folder = room / "submitted" / "x-course" / CHAPTER.name
    folder.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(f"open({str(room / MARK)!r}, 'w').close()\n")
    for path in (folder, folder.relative_to(room)):
        assert page.goto(f"{address}formgrader?path={quote(str(path))}").status == 403
    assert page.goto(f"{address}formgrader?path={quote(str(room))}").ok
    shutil.rmtree(folder.parent)
    assert not (room / MARK).exists()


@pytest.mark.browser
@pytest.mark.slow
def test_jupyterlab_and_formgrader_run_nothing(graded):
    """Does an autograded notebook run nothing when the instructor opens it?"""
    jupyterlab.require_browser()
    students = [payload.student for payload in GROUPS[-2].attack]
    others = [payload.student for payload in PAYLOADS if payload.group in ("notebook metadata", "packaging")]
    with sqlite3.connect(graded.room / "gradebook.db") as book:
        found = dict(
            book.execute(
                "select student_id, submitted_notebook.id from submitted_notebook join submitted_assignment "
                "on submitted_notebook.assignment_id = submitted_assignment.id"
            )
        )
    with jupyterlab.server(graded.room) as address, jupyterlab.browser_page() as page:
        for student in students:
            page.goto(f"{address}formgrader/submissions/{found[student]}/")
            page.get_by_text("Student's answer").first.wait_for()
            runs_nothing(page)
        for student in [student for student in others if student in found]:
            page.goto(f"{address}formgrader/submissions/{found[student]}/")
            page.get_by_text("Student's answer").first.wait_for()
            runs_nothing(page)
        lists_are_whole(page, address, set(found))
        links_run_nothing(page, address, graded.room)
        for student in students[:6]:
            page.goto(
                f"{address}lab/workspaces/auto-{student}/tree/autograded/{student}/{CHAPTER.name}/"
                f"{CHAPTER.name}.ipynb?reset"
            )
            page.locator(".jp-RenderedMarkdown").first.wait_for(timeout=60_000)
            page.locator(".jp-OutputArea-output").first.wait_for()
            runs_nothing(page)
