"""Does Formgrader stay usable, and run nothing, whatever ids, times and links students choose?"""

from __future__ import annotations

import logging
import os
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.server_extensions.formgrader import base, handlers
from tornado.web import HTTPError

from autograder.classroom import converters, formgrader
from autograder.classroom.collecting.platforms import clean_id
from autograder.classroom.folder import NAMES_OF_JAVASCRIPT, is_student_id


@pytest.fixture
def installed(monkeypatch):
    """Formgrader as a classroom's configuration changes it, until the test ends."""
    for owner, name in (
        (NbGraderAPI, "get_submitted_timestamp"),
        (NbGraderAPI, "get_submitted_students"),
        (base.BaseHandler, "render"),
        (handlers.FormgraderHandler, "get"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    opened = []
    monkeypatch.setattr(handlers.FormgraderHandler, "get", opened.append)
    formgrader.install()
    formgrader.install()
    return opened


@pytest.mark.parametrize(
    "content", [None, "folder", b"", b"soon", b"\xff" * 50, b"10:00 ../../etc/passwd", b"9" * 9999]
)
def test_no_time_ends_the_list_of_a_class(installed, tmp_path, content):
    directory = CourseDirectory(root=str(tmp_path))
    folder = tmp_path / "submitted" / "ann" / "01_weights"
    folder.mkdir(parents=True)
    if content == "folder":
        (folder / "timestamp.txt").mkdir()
    elif content is not None:
        (folder / "timestamp.txt").write_bytes(content)
    api = SimpleNamespace(coursedir=directory)
    assert NbGraderAPI.get_submitted_timestamp(api, "01_weights", "ann") is None
    if content != "folder":
        (folder / "timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
        assert NbGraderAPI.get_submitted_timestamp(api, "01_weights", "ann").hour == 10


def test_only_ids_are_students(installed, tmp_path, caplog):
    """A folder whose name cannot be an id is nobody's: it is neither listed nor entered in the gradebook."""
    for name in ("ann", "c7", "constructor", "x-<img>", "a#b", "*"):
        (tmp_path / "submitted" / name / "01_weights").mkdir(parents=True)
    api = SimpleNamespace(coursedir=CourseDirectory(root=str(tmp_path)))
    assert NbGraderAPI.get_submitted_students(api, "01_weights") == {"ann", "c7"}
    converter = SimpleNamespace(log=logging.getLogger("test"))
    assert not converters.begin_grading(converter, "01_weights", "constructor")
    assert "'constructor'" in caplog.text


PAGES = (
    "gradebook_notebooks",
    "gradebook_notebook_submissions",
    "manage_submissions",
    "manage_students_assignments",
    "manage_students_notebook_submissions",
)


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", '";alert(1);"', "\\", "<img src=x onerror=y>"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_of_an_address_ends_a_text_or_begins_a_script(installed, name, text):
    env = Environment(loader=FileSystemLoader([handlers.template_path]))
    handler = SimpleNamespace(settings={"nbgrader_jinja2_env": env})

    def values(value):
        return {"base_url": "", "course_dir": "/room"} | dict.fromkeys(
            ("student_id", "assignment_id", "notebook_id"), value
        )

    assert text in env.get_template(f"{name}.tpl").render(values(text)), "nbgrader's own page is not what this is for"
    page = base.BaseHandler.render(handler, f"{name}.tpl", **values(text))
    ordinary = base.BaseHandler.render(handler, f"{name}.tpl", **values("ann"))
    assert "_.uniqueId = prefix =>" in page.partition("</head>")[0]
    assert text not in page and page.count("<script") == ordinary.count("<script")
    assert "O'Brien & son" in base.BaseHandler.render(handler, f"{name}.tpl", **values("O'Brien & son"))


def test_a_link_opens_no_folder_of_a_students_as_a_course(installed, tmp_path, monkeypatch, caplog):
    """Its nbgrader_config.py would run with the instructor's rights."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "submitted" / "ann" / "01_weights").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "submitted" / "ann")
    (tmp_path / "other").mkdir()
    (tmp_path / "file").write_text("")
    made = {"open": 0o1777, "configured": 0o755, "configured otherwise": 0o755, "upper": 0o1777, "upper/lower": 0o755}
    for name, mode in made.items():
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    for name in ("configured/nbgrader_config.py", "configured otherwise/jupyter_config.json"):
        (tmp_path / name).write_text("{}")
        (tmp_path / name).chmod(0o666)
    refused = ["submitted/ann/01_weights", f"{tmp_path}/submitted/ann", "link", "file", "nowhere"]
    refused += ["open", "configured", "configured otherwise", f"{tmp_path}/upper/out/.."]
    (tmp_path / "upper" / "out").symlink_to("/usr/lib")
    if os.geteuid() == 0:
        (tmp_path / "theirs").mkdir()
        os.chown(tmp_path / "theirs", 61002, 61002)
        (tmp_path / "their link").symlink_to("other")
        os.chown(tmp_path / "their link", 61002, 61002, follow_symlinks=False)
        refused += ["theirs", "their link"]

    def visit(path, user="teacher"):
        log = logging.getLogger("test")
        handlers.FormgraderHandler.get(
            SimpleNamespace(get_argument=lambda *_: path, log=log, current_user=user, path=path)
        )

    for path in refused:
        with pytest.raises(HTTPError):
            visit(path)
    assert installed == []
    opened = ["", "other", "upper/lower", str(tmp_path)]
    for path in opened:
        visit(path)
    assert [handler.path for handler in installed] == opened
    for path in (*refused, *opened):  # nbgrader asks for a login, whatever is there
        visit(path, None)
    assert len(installed) == len(opened) + len(refused) + len(opened)
    for path in refused:
        assert f"Formgrader does not open {path!r}" in caplog.text


def test_a_course_that_graders_share_may_be_another_graders(tmp_path, monkeypatch):
    monkeypatch.setattr(formgrader.os, "geteuid", lambda: 61003)
    if os.getuid() == 0:
        os.chown(tmp_path, 61002, os.getgid())
    assert not formgrader.is_a_graders(tmp_path)
    tmp_path.chmod(0o2770)
    assert formgrader.is_a_graders(tmp_path)
    if os.getuid() == 0:
        os.chown(tmp_path, 61002, 61004)
        assert not formgrader.is_a_graders(tmp_path), "a group of others shares it"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make files of root's")
def test_a_link_and_a_folder_may_also_be_roots(tmp_path, monkeypatch):
    monkeypatch.setattr(formgrader.os, "geteuid", lambda: 61003)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    assert formgrader.is_a_graders(link)
    theirs = tmp_path / "theirs"
    theirs.symlink_to(link)
    os.chown(theirs, 61002, 61002, follow_symlinks=False)
    assert not formgrader.is_a_graders(theirs)
    (tmp_path / "again").symlink_to(tmp_path)
    assert formgrader.is_a_graders(tmp_path / "again" / "again")
    os.chown(tmp_path / "again", 61002, 61002, follow_symlinks=False)
    assert not formgrader.is_a_graders(tmp_path / "link" / "again"), "one of two links may lead elsewhere"


@pytest.mark.parametrize("name", sorted(NAMES_OF_JAVASCRIPT))
def test_a_name_that_formgrader_cannot_list_becomes_one_that_it_can(name):
    assert not is_student_id(name)
    assert is_student_id(clean_id(name)) and clean_id(clean_id(name)) == clean_id(name)
