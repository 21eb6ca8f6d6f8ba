"""Follows docs/jupyterhub.md as root, inside what `test_hub` sets up; prints what it observes as JSON."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import requests
import websocket

from autograder.paths import ROOT

PAGE = (ROOT / "docs" / "jupyterhub.md").read_text(encoding="utf-8")
CHAPTER = "01_weights"
HUB = "http://127.0.0.1:8000"
SECONDS = 120
PASSWORDS = dict(re.findall(r"echo '(\w+):([\w-]+)' \| chpasswd", PAGE))


def commands(who: str) -> str:
    """Return the page's blocks of commands for one person and moment, such as ``as root``."""
    blocks = re.findall(rf"^```bash\n# as {who}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert blocks, f"the page has no commands of {who}"
    return "\n".join(blocks)


def file_in_page(path: str) -> str:
    """Return the content of a file that the page shows."""
    found = re.search(rf"^`{re.escape(path)}`:\n\n```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return found[1]


def shell(script: str, user: str = "root") -> str:
    """Run commands as one of the accounts, in a login shell; return what they print."""
    home = pwd.getpwnam(user).pw_dir
    argv = ["runuser", "-u", user, "--", "env", "-i", f"HOME={home}", f"USER={user}", "LANG=C.UTF-8"]
    argv += [f"PATH={os.environ['PATH'] if user == 'root' else '/shims:/usr/local/bin:/usr/bin:/bin'}"]
    done = subprocess.run([*argv, "bash", "-e", "-c", script], cwd=home, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{user}: {script}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


class Person:
    """Somebody at the hub, with a password and a browser's session."""

    def __init__(self, name: str) -> None:
        self.name, self.home = name, Path("/home", name)
        browser = requests.Session()
        form = browser.get(f"{HUB}/hub/login", timeout=SECONDS)
        said = {"username": name, "password": PASSWORDS[name], "_xsrf": browser.cookies["_xsrf"]}
        browser.post(f"{HUB}/hub/login", params={"next": "/hub/home"}, data=said, timeout=SECONDS).raise_for_status()
        assert form.ok
        xsrf = next(cookie.value for cookie in browser.cookies if cookie.name == "_xsrf" and cookie.path == "/hub/")
        answer = browser.post(
            f"{HUB}/hub/api/users/{name}/tokens", params={"_xsrf": xsrf}, headers={"Referer": f"{HUB}/hub/token"}
        )
        answer.raise_for_status()
        self.http = requests.Session()
        self.token = answer.json()["token"]
        self.http.headers["Authorization"] = f"token {self.token}"

    def start(self) -> None:
        """Request the start of this person's server."""
        self.http.post(f"{HUB}/hub/api/users/{self.name}/server", timeout=SECONDS).raise_for_status()

    def wait(self) -> None:
        """Wait until the server is ready."""
        deadline = time.monotonic() + SECONDS
        while (
            not (about := self.http.get(f"{HUB}/hub/api/users/{self.name}").json())["servers"].get("", {}).get("ready")
        ):
            assert time.monotonic() < deadline, about
            time.sleep(0.3)

    def ask(self, method: str, path: str, **options) -> dict:
        """Send a request to this person's server."""
        url = f"{HUB}/user/{self.name}/{path}"
        answer = self.http.request(method, url, timeout=SECONDS, **options)
        assert answer.ok, (url, answer.status_code, answer.text[-1000:])
        return answer.json() if answer.text else {}

    def assignment(self, action: str) -> dict:
        """Press one of the Assignment List's buttons."""
        return self.ask("POST", f"assignments/{action}", json={"course_id": "weightlab", "assignment_id": CHAPTER})

    def in_notebook(self, code: str, folder: str) -> list[dict]:
        """Run code in a new kernel of a notebook in a folder; return its outputs."""
        kernel = self.ask("POST", "api/kernels", json={"name": "python3", "path": folder})["id"]
        address = f"{HUB.replace('http', 'ws')}/user/{self.name}/api/kernels/{kernel}/channels"
        line = websocket.create_connection(address, header=[f"Authorization: token {self.token}"], timeout=SECONDS)
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "session": "x",
            "username": "",
            "version": "5",
        }
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        asked = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
        line.send(json.dumps(asked | {"buffers": []}))
        outputs = []
        while True:
            message = json.loads(line.recv())
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                outputs.append(message["content"])
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                line.close()
                return outputs


def write_answer(person: Person, seen: dict) -> None:
    """Answer the chapter's first question in words, as JupyterLab saves it."""
    path = f"api/contents/weightlab/course/{CHAPTER}/{CHAPTER}.ipynb"
    notebook = person.ask("GET", path)["content"]
    marks = ((cell, cell["metadata"].get("nbgrader", {})) for cell in notebook["cells"])
    cell = next(cell for cell, about in marks if about.get("grade") and about.get("solution"))
    cell["source"] = "In my own words."
    seen["answered"] = cell["metadata"]["nbgrader"]["grade_id"]
    person.ask("PUT", path, json={"type": "notebook", "format": "json", "content": notebook})


CHECKS = """
import os, weightlab, labkit
print(weightlab.__file__)
def html(card): return card._repr_html_()
own = html(labkit.check("apply_weight"))
os.chdir("/opt/weightlab/course/course/01_weights")
elsewhere = html(labkit.check("apply_weight"))
print(own); print("-----"); print(elsewhere)
"""


def student(person: Person, folder: str, source: str) -> dict:
    """Write the library, use it from a notebook and a terminal, and submit; return what was observed."""
    person.wait()
    library = person.home / "weightlab" / "src" / "weightlab" / "weights.py"
    seen = {"owner": library.owner(), "stubs": library.read_text() == (ROOT / "src/weightlab/weights.py").read_text()}
    shell(f"cat > {library} <<'END'\n{source}\nEND", person.name)
    outputs = person.in_notebook(CHECKS, folder)
    seen["notebook"] = "".join(output.get("text", "") or str(output.get("traceback", "")) for output in outputs)
    command = "/opt/weightlab/env/bin/weightlab"
    seen["version"] = shell(f"{command} --version", person.name)
    seen["terminal"] = json.loads(shell(f"{command} check apply_weight --json || true", person.name))
    seen["submitted"] = person.assignment("submit")
    return seen


def main(answers: dict[str, str]) -> None:
    """Set the hub up, let two students work and an instructor grade."""
    seen: dict = {}
    begun = time.monotonic()

    def step(name: str) -> None:
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            ticks += sum(map(int, stat.read_text().rpartition(")")[2].split()[11:15]))
        spent = ticks / os.sysconf("SC_CLK_TCK")
        print(f"{time.monotonic() - begun:6.1f} s, {spent:5.1f} s of processor time: {name}", file=sys.stderr)

    shell(commands("root"))
    seen["accounts"] = sorted(path.name for path in Path("/home").iterdir())
    for path in re.findall(r"^`(/[\w/.]+)`:$", PAGE, re.MULTILINE):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(file_in_page(path))
    step("set up")
    # Ben's server has a root other than his home.
    shell(
        "mkdir -p notes .jupyter\n"
        "echo 'c.ServerApp.root_dir = \"/home/ben/notes\"' > .jupyter/jupyter_server_config.py",
        "ben",
    )
    unit = Path("/etc/systemd/system/jupyterhub.service").read_text()
    environment = dict([re.search(r"^Environment=(PATH)=(.*)$", unit, re.MULTILINE).groups()])
    environment["PATH"] += f":{os.environ['PROXY_PATH']}"
    where = re.search(r"^WorkingDirectory=(.*)$", unit, re.MULTILINE)[1]
    start = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1].split()
    with open(f"{where}/log", "wb") as log:
        hub = subprocess.Popen(start, cwd=where, env=environment | {"LANG": "C.UTF-8"}, stdout=log, stderr=log)
    try:
        journey(hub, answers, seen, step)
    except BaseException:
        print(Path(where, "log").read_text(errors="replace")[-6000:], file=sys.stderr)
        raise
    print(json.dumps(seen))
    sys.stdout.flush()
    os._exit(0)  # whatever still runs ends with this process's namespace


def journey(hub: subprocess.Popen, answers: dict[str, str], seen: dict, step) -> None:
    """Go through the work of two students and an instructor, from the first login to the feedback."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            requests.get(f"{HUB}/hub/health", timeout=5).raise_for_status()
            break
        except requests.RequestException:
            assert hub.poll() is None and time.monotonic() < deadline
            time.sleep(0.3)
    refused = requests.Session()
    refused.get(f"{HUB}/hub/login")
    wrong = {"username": "ada", "password": "wrong", "_xsrf": refused.cookies["_xsrf"]}
    seen["refused"] = refused.post(f"{HUB}/hub/login", data=wrong).status_code
    ada, ben, teacher = people = [Person(name) for name in ("ada", "ben", "teacher")]
    for person in people:
        person.start()
    shell(with_process(commands("teacher")), "teacher")
    step("released")
    ada.wait()
    step("ada's server is there")
    chapter = ada.home / "weightlab" / "course" / CHAPTER
    shutil.rmtree(chapter)
    seen["fetched"] = ada.assignment("fetch")
    seen["fetched_notebook"] = (chapter / f"{CHAPTER}.ipynb").exists()
    write_answer(ada, seen)
    seen["ada"] = student(ada, f"weightlab/course/{CHAPTER}", answers["ada"])
    step("ada has submitted")
    seen["ben"] = student(ben, "", answers["ben"])
    step("ben has submitted")
    shell(with_process(commands("teacher, later")), "teacher")
    step("graded")
    seen["library"] = {
        person.name: (teacher.home / f"classroom/submitted/{person.name}/{CHAPTER}/weightlab/weights.py").read_text()
        for person in (ada, ben)
    }
    seen["grades"] = (teacher.home / "classroom" / "grades.csv").read_text()
    teacher.wait()
    mark(teacher, seen)
    shell(with_process(commands("teacher, later").replace("nbgrader collect", "true #")), "teacher")
    seen["marked"] = (teacher.home / "classroom" / "grades.csv").read_text()
    step("marked")
    ada.assignment("fetch_feedback")
    pages = list((chapter / "feedback").glob(f"*/{CHAPTER}.html"))
    seen["feedback"] = [page.read_text() for page in pages]
    shell(commands("teacher, for a new release"), "teacher")
    shell(commands("root, for a new release"))
    command = "/opt/weightlab/env/bin/weightlab update /opt/weightlab/course"
    seen["updated"], seen["own"] = shell(command, "ada"), (ada.home / "weightlab/src/weightlab/weights.py").read_text()
    seen["new"] = [(person.home / "weightlab" / "Makefile").read_text() for person in (teacher, ada, ben)]
    step("updated")
    secrets = {
        "answers": teacher.home / "weightlab" / "solutions",
        "ben": ben.home / "weightlab",
        "inbound": Path("/srv/nbgrader/exchange/weightlab/inbound"),
        "classroom": teacher.home / "classroom",
    }
    seen["readable"] = [
        name for name, path in secrets.items() if "yes" in shell(f"ls {path} && echo yes || true", "ada")
    ]
    seen["removed"] = shell(
        "mv /srv/nbgrader/exchange/weightlab /srv/nbgrader/exchange/mine && echo yes || true", "ada"
    )
    step("done")


def with_process(script: str) -> str:
    """Return an instructor's commands as they are, or without the sandbox where this machine has none."""
    script = script.replace("weightlab grade --self-test\n", "")  # the self-test has its own tests
    isolation = "--isolation=process " if os.environ.get("NO_SANDBOX") else ""
    return script.replace("weightlab grade ", f"weightlab grade {isolation}")


def mark(teacher: Person, seen: dict) -> None:
    """Give Ada one and a half points for a written answer, as Formgrader does."""
    rows = teacher.ask("GET", f"formgrader/api/submitted_notebooks/{CHAPTER}/{CHAPTER}")
    (submission,) = (row["id"] for row in rows if row["student"] == "ada")
    grades = teacher.ask("GET", f"formgrader/api/grades?submission_id={submission}")
    waiting = next(grade for grade in grades if grade["max_score"] and grade["auto_score"] is None)
    seen["waiting"] = waiting
    teacher.ask("PUT", f"formgrader/api/grade/{waiting['id']}", json={"manual_score": 1.5, "extra_credit": None})


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
