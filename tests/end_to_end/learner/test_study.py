"""Does `weightlab study` open JupyterLab at the first page, even if the course is not the current folder?"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from types import SimpleNamespace

import psutil
import pytest
import websocket

from autograder import card
from autograder.cli import study
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import reference
from autograder.paths import COURSE, ROOT
from autograder.sandbox.process import Runner
from labkit import store
from tests.support.jupyterlab import browser_page, course_copy, require_browser
from tests.support.quoted import verdict_on

pytestmark = pytest.mark.slow


def listening(address, seconds=60):
    """Wait until a server listens at the address."""
    where, deadline = urllib.parse.urlsplit(address), time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((where.hostname, where.port), 5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


COMMAND = [sys.executable, "-m", "autograder", "study", "--no-browser", "--allow-root"]


def end_family(process):
    """End a command and all processes that it has started."""
    for one in [*psutil.Process(process.pid).children(recursive=True), process]:
        one.kill()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The running command: its process, its environment and folder, and the lines that it has printed."""
    folder = tmp_path_factory.mktemp("study") / "a course"
    environment = os.environ | course_copy(folder)
    for name in ("config", "runtime"):
        environment[f"JUPYTER_{name.upper()}_DIR"] = str(folder / name)
    environment |= {"PYTHONUNBUFFERED": "1", "JUPYTER_TOKEN": ""}
    process = subprocess.Popen(
        COMMAND,
        cwd=folder.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    # If the last line never comes, the end of the command and of its server ends the waiting.
    patience = threading.Timer(300, end_family, (process,))
    patience.start()
    family = []
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl+C" in line:
                break
        patience.cancel()
        family = psutil.Process(process.pid).children(recursive=True)
        yield SimpleNamespace(process=process, environment=environment, folder=folder, said=said)
    finally:
        patience.cancel()
        for one in [*family, process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def address(running):
    """The address that the command prints."""
    found = re.search(r"http://(localhost|127\.0\.0\.1):\d+/lab\S*\?token=\w+", "".join(running.said))
    assert found, "".join(running.said)
    listening(found[0])
    return found[0]


def test_its_start_is_three_lines(running):
    assert len(running.said) == 3, "".join(running.said)


@contextlib.contextmanager
def line_to(address, kind, key, place):
    """Start a terminal or a kernel on the server, and talk to it."""
    host, token = re.match(r"(http://[^/]+).*\?token=(\w+)", address).groups()
    asked = urllib.request.Request(f"{host}/api/{kind}?token={token}", data=b"", method="POST")
    with urllib.request.urlopen(asked) as answer:
        path = place.format(json.load(answer)[key])
    line = websocket.create_connection(f"{host.replace('http', 'ws', 1)}/{path}?token={token}")
    with contextlib.closing(line):
        line.settimeout(60)
        yield line


@pytest.mark.skipif(os.name == "nt", reason="PowerShell is no login shell")
def test_its_terminal_knows_the_command(address):
    said = ""
    with line_to(address, "terminals", "name", "terminals/websocket/{}") as line:
        line.send(json.dumps(["stdin", "command -v weightlab || echo no such command; echo en''d\r"]))
        while "end" not in said:
            kind, *words = json.loads(line.recv())
            said += words[0] if kind == "stdout" else ""
    assert os.path.join(sys.prefix, "bin", "weightlab") in said, said


def test_a_kernel_answers(address):
    head = {"msg_id": "1", "msg_type": "execute_request", "session": "1", "username": "", "version": "5.3"}
    content = {"code": "print(6 * 7)", "silent": False}
    asked = {"header": head, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    with line_to(address, "kernels", "id", "api/kernels/{}/channels") as line:
        line.send(json.dumps(asked))
        while (told := json.loads(line.recv()))["msg_type"] != "stream":
            pass
    assert told["content"]["text"] == "42\n"


def test_its_address_leads_to_the_layout_with_the_first_page(address):
    assert "/lab/workspaces/course?token=" in address
    with urllib.request.urlopen(address) as page:
        assert page.status == 200 and b"custom/custom.css" in page.read()
    host, _, token = re.match(r"(http://[^/]+)(.*)\?token=(\w+)", address).groups()
    with urllib.request.urlopen(f"{host}/custom/custom.css") as style:
        assert b"max-width" in style.read()
    with urllib.request.urlopen(f"{host}/lab/api/workspaces/course?token={token}") as answer:
        data = json.load(answer)["data"]
    left, right = data["layout-restorer:data"]["main"]["dock"]["children"]
    assert left["widgets"] == ["notebook:course/00_start_here/00_start_here.ipynb"]
    assert right["widgets"][right["currentIndex"]] == "editor:src/weightlab/weights.py"
    assert data["layout-restorer:data"]["left"]["collapsed"]


@pytest.mark.browser
def test_the_first_screen_shows_page_and_library_side_by_side_and_nothing_that_is_not_for_learners(address):
    require_browser()
    with browser_page(width=1366, height=768) as page:
        page.goto(address)
        page.locator(".jp-NotebookPanel .jp-Notebook").wait_for(timeout=120_000)
        page.locator(".jp-FileEditor .cm-content >> visible=true").first.wait_for(timeout=60_000)
        picture = page.locator('img[alt^="Twelve images of weights"]')
        page.wait_for_function("picture => picture.naturalWidth > 700", arg=picture.element_handle())
        assert not page.locator(".jp-FileBrowser").is_visible()
        notebook, editor = (
            page.locator(f"{kind} >> visible=true").first.bounding_box()
            for kind in (".jp-NotebookPanel", ".jp-FileEditor")
        )
        assert notebook["width"] > 600 and editor["width"] > 550 and editor["x"] > notebook["x"] + 600
        menus = page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
        assert "File" in menus and "Nbgrader" not in menus
        assert page.locator(".jp-RenderedMarkdown p").first.evaluate("p => getComputedStyle(p).maxWidth") != "none"
        page.locator('.lm-TabBar-tab[title^="File Browser"]').click()
        page.locator(".jp-FileBrowser").wait_for()
        cells = page.locator(".jp-Notebook .jp-CodeCell .cm-scroller")
        page.wait_for_function("width => document.querySelector('.jp-NotebookPanel').clientWidth < width", arg=600)
        widths = cells.evaluate_all("cells => cells.map(cell => [cell.scrollWidth, cell.clientWidth])")
        assert len(widths) > 3 and all(needed <= width + 1 for needed, width in widths), "no line of code is cut"
        assert not page.errors, page.errors


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "FOLDER", tmp_path / "records")
    return tmp_path / "workspaces"


def kept_layout(folder):
    (path,) = folder.glob("course*")
    return path, json.loads(path.read_text(encoding="utf-8"))


def test_it_opens_the_chapter_where_the_learner_stopped(own):
    asked = {**CHAPTERS["01_weights"].exercises, **CHAPTERS["01_weights"].questions}
    store.save("progress", {name: {"score": one.points, "tries": 1, "solved": 1.0} for name, one in asked.items()})
    study.lay_out(own)
    _, kept = kept_layout(own)
    notebook, library = kept["data"]["layout-restorer:data"]["main"]["dock"]["children"]
    assert notebook["widgets"] == ["notebook:course/02_biases/02_biases.ipynb"]
    assert library["widgets"][library["currentIndex"]] == "editor:src/weightlab/biases.py"


def test_a_layout_that_jupyterlab_kept_stays_unless_no_notebook_is_in_it(own):
    study.lay_out(own)
    path, kept = kept_layout(own)
    kept["data"]["notebook:course/05_loss/05_loss.ipynb"] = {"data": {}}
    path.write_text(json.dumps(kept), encoding="utf-8")
    study.lay_out(own)
    assert kept_layout(own)[1] == kept
    path.write_text(json.dumps({"data": {}, "metadata": {"id": "course"}}), encoding="utf-8")
    study.lay_out(own)
    assert any(name.startswith("notebook:") for name in kept_layout(own)[1]["data"])


def test_the_course_and_the_library_are_served(address):
    host, _, token = re.match(r"(http://[^/]+)(.*)\?token=(\w+)", address).groups()
    for path in ("course/00_start_here/00_start_here.ipynb", "src/weightlab/weights.py"):
        with urllib.request.urlopen(f"{host}/api/contents/{path}?content=0&token={token}") as answer:
            assert answer.status == 200


def test_nobody_will_be_asked_about_news(address):
    host, _, token = re.match(r"(http://[^/]+)(.*)\?token=(\w+)", address).groups()
    url = f"{host}/lab/api/settings/@jupyterlab/apputils-extension:notification?token={token}"
    with urllib.request.urlopen(url) as answer:
        assert b'"default":"false"' in answer.read().replace(b": ", b":")


def again(running):
    return subprocess.run(
        COMMAND,
        cwd=running.folder,
        env=running.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_second_one_finds_the_one_that_runs(running, address):
    done = again(running)
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, [f"  {address}"])
    assert "is already running" in done.stdout and len(list((running.folder / "runtime").glob("jpserver-*.json"))) == 1


def test_on_a_hub_nothing_is_started(running):
    """On a hub, the page that shows the terminal is already the learner's JupyterLab."""
    environment = running.environment | {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/", "JUPYTER_RUNTIME_DIR": "/nowhere"}
    done = subprocess.run(COMMAND, cwd=running.folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "open course/00_start_here/00_start_here.ipynb" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl+C in another way")
def test_ctrl_c_ends_it_and_its_server(running, address):
    """A terminal interrupts both processes; the files that a killed server leaves behind do not count as a server."""
    family = psutil.Process(running.process.pid).children(recursive=True)
    assert any("jupyterlab" in " ".join(one.cmdline()) for one in family)
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(60) == 0
    assert psutil.wait_procs(family, timeout=60)[1] == []
    assert "encryption" not in running.process.stdout.read(), "no kernel has warned here"
    stale = {"root_dir": str(running.folder), "url": re.match(r"http://[^/]+/", address)[0], "token": "x"}
    (running.folder / "runtime" / "jpserver-1.json").write_text(json.dumps(stale), encoding="utf-8")
    program = "from autograder.cli import study; print([study.find_running()])"
    asked = subprocess.run([sys.executable, "-c", program], env=running.environment, capture_output=True, text=True)
    assert asked.stdout == "['']\n", asked.stderr


@pytest.mark.skipif(os.name == "nt", reason="there a home is closed by other means")
def test_where_nothing_can_be_written_at_home_jupyters_folders_are_the_courses(tmp_path, monkeypatch):
    for kind in [name for name in os.environ if name.startswith(("JUPYTER_", "IPYTHON", "XDG_", "MPLCONFIG"))]:
        monkeypatch.delenv(kind)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    study._stay_out_of_home(tmp_path / "own")
    assert "JUPYTER_DATA_DIR" not in os.environ and (tmp_path / "home").is_dir()
    (tmp_path / "a file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "a file"))  # even root cannot write there
    study._stay_out_of_home(tmp_path / "own")
    assert {kind for kind, place in os.environ.items() if place.startswith(str(tmp_path / "own"))} == {
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "IPYTHONDIR",
        "MPLCONFIGDIR",
    }


SERVER = """
import signal, sys, time
from pathlib import Path
def end(number, frame):
    Path(sys.argv[1]).write_text("ended in order")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
Path(sys.argv[1]).touch()
time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_command_alone_ends_the_server_in_order(tmp_path, number):
    program = "import os, sys; from autograder.cli.study import _run; sys.exit(_run(sys.argv[1:], os.environ, print))"
    seen = tmp_path / "seen"
    argv = [sys.executable, "-c", program, sys.executable, "-c", SERVER, str(seen)]
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not seen.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(60) == 0
    assert seen.read_text() == "ended in order"


@pytest.mark.parametrize(
    ("root", "more", "told"), [(True, (), True), (True, ("--allow-root",), False), (False, (), False)]
)
def test_root_hears_how_to_allow_it(root, more, told, tmp_path, monkeypatch):
    for name, value in (("_run", lambda *_: 1), ("_is_root", lambda: root), ("find_running", lambda: "")):
        monkeypatch.setattr(study, name, value)
    for name in ("quiet", "lay_out", "_write", "_stay_out_of_home"):
        monkeypatch.setattr(study, name, lambda *_: None)
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    said = []
    assert study.study(8888, False, more, said.append) == 1
    assert any("`make study ARGS=--allow-root`" in line for line in said) is told


def test_a_stranger_needs_less_than_five_minutes_of_reading_and_typing_to_the_first_passed_check():
    """This counts everything from the README's first word to the passed check, except the fifteen optional questions.

    That includes the page, the function's docstring, and what the page shows on the way: the cards for the stub and for
    a wrong answer, and two hints.
    """
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("Without make")[0]
    cells = json.loads((COURSE / "00_start_here" / "00_start_here.ipynb").read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    last = max(n for n, text in enumerate(texts) if text == 'check("apply_weight")')
    exercise = EXERCISES["apply_weight"]
    answers = ["raise NotImplementedError('apply_weight is not written yet')", "return signal + weight"]
    with Runner() as runner:
        verdicts = [verdict_on("apply_weight", answer, runner) for answer in answers]
    assert [verdict.status for verdict in verdicts] == ["not_started", "failed"]
    for verdict in verdicts:
        verdict.saved = "saved 1 minute ago (at 14:03:12)"
    cards = [card.as_html(verdict, '`hint("apply_weight")` may help.') for verdict in verdicts]
    shown = re.sub(r"<style>.*?</style>|<[^>]+>", " ", "\n".join(cards), flags=re.DOTALL)
    docstring = reference.module("weights").apply_weight.__doc__
    read = [re.sub(r"\(http\S*\)", "", readme), *texts[: last + 1], docstring, shown, *exercise.hints[:2]]
    # Whoever sees a figure does not read its text alternative.
    seen = re.sub(r"<picture>.*?</picture>|!\[[^\]]*\]\([^)]*\)", " ", "\n".join(read), flags=re.DOTALL)
    words = len(re.findall(r"\w+", seen))
    typed = "git clone https://github.com/weightlab/weightlab.git cd weightlab make study return signal + weight *"
    # Words read per minute: Brysbaert 2019; the commands and the answer are typed slowly.
    minutes = words / 238 + len(typed) / 200
    print(f"{words} words, {minutes:.1f} minutes")
    assert words > 800 and minutes < 5
