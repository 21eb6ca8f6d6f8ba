"""Does collecting from the exchange take the submitters' own files, and nothing that a link points to?"""

from __future__ import annotations

import datetime
import errno
import logging
import os
import pwd

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from traitlets.config import Config

from autograder.classroom.collecting import inbound
from autograder.classroom.collecting.inbound import CollectOrdinaryFiles
from autograder.classroom.collecting.unpack import Budget
from autograder.classroom.gradebook import ClassBook, url_of
from autograder.classroom.times import existing_time

CHAPTER = "01_weights"
ME = pwd.getpwuid(os.getuid()).pw_name
TIME = "2026-03-02 10:00:00.000000 UTC"


class Exchange:
    def __init__(self, base):
        self.base, self.inbound, self.room = base, base / "exchange" / "weightlab" / "inbound", base / "class"
        self.inbound.mkdir(parents=True)
        self.room.mkdir()
        ClassBook(url_of(self.room), "weightlab").book.close()

    def submit(self, user=ME, time=TIME, end="+secret", mark="x"):
        folder = self.inbound / f"{user}+{CHAPTER}+{time}{end}"
        (folder / "weightlab").mkdir(parents=True)
        (folder / f"{CHAPTER}.ipynb").write_text("{}")
        (folder / "weightlab" / "weights.py").write_text(mark)
        (folder / "timestamp.txt").write_text(time)
        return folder

    def collect(self, **options):
        config = Config()
        config.CourseDirectory.root = str(self.room)
        config.CourseDirectory.course_id = "weightlab"
        config.CourseDirectory.assignment_id = CHAPTER
        config.CourseDirectory.db_url = url_of(self.room)
        config.Exchange.root = str(self.base / "exchange")
        config.CollectOrdinaryFiles.update(options)
        log = logging.getLogger("collecting")
        made = {"config": config, "parent": None}
        directory = CourseDirectory(config=config)
        CollectOrdinaryFiles(coursedir=directory, authenticator=Authenticator(**made), config=config, log=log).start()

    def held(self, user=ME):
        folder = self.room / "submitted" / user / CHAPTER
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


WHOLE = {f"{CHAPTER}.ipynb", "weightlab/weights.py", "timestamp.txt"}


@pytest.fixture
def exchange(tmp_path, monkeypatch):
    monkeypatch.setattr(CourseDirectory, "get_existing_timestamp", existing_time)
    return Exchange(tmp_path)


def test_an_ordinary_submission_arrives_whole(exchange):
    exchange.submit()
    exchange.collect()
    assert exchange.held() == WHOLE


def test_the_newest_is_taken_and_an_update_takes_a_newer_one(exchange):
    exchange.submit(time="2026-03-02 10:00:00 UTC", mark="first")
    exchange.submit(time="2026-03-02 12:30:00 +0200", end="", mark="second")
    exchange.collect()
    module = exchange.room / "submitted" / ME / CHAPTER / "weightlab" / "weights.py"
    assert module.read_text() == "second"
    exchange.submit(time="2026-03-03 10:00:00 UTC", mark="third")
    exchange.collect()
    assert module.read_text() == "second"
    exchange.collect(update=True)
    assert module.read_text() == "third"


def test_links_are_left_out_and_named(exchange, tmp_path, caplog):
    (tmp_path / "secret.py").write_text("the solutions")
    folder = exchange.submit()
    (folder / "weightlab" / "biases.py").symlink_to(tmp_path / "secret.py")
    (folder / "course").symlink_to(tmp_path)
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    (folder / "loop").symlink_to(folder)
    exchange.collect()
    assert exchange.held() == WHOLE
    for name in ("weightlab/biases.py", "course", "gone", "loop"):
        assert f"{name!r}, because it is a link" in caplog.text


def test_a_submission_that_is_a_link_itself_is_not_collected(exchange, tmp_path, caplog):
    exchange.submit()
    (exchange.inbound / f"eve+{CHAPTER}+{TIME}").symlink_to(exchange.inbound / f"{ME}+{CHAPTER}+{TIME}+secret")
    exchange.collect(check_owner=False)
    assert exchange.held() == WHOLE and not exchange.held("eve")
    assert "it is not a folder" in caplog.text


def test_pipes_and_what_others_own_are_left_out_and_stop_nobody(exchange, tmp_path, caplog):
    folder = exchange.submit()
    os.mkfifo(folder / "pipe.py")
    if os.getuid() == 0:
        (folder / "others.py").write_text("x")
        os.chown(folder / "others.py", 61002, 61002)
    exchange.collect()
    assert exchange.held() == WHOLE and "not an ordinary file" in caplog.text
    assert os.getuid() != 0 or "it belongs to user 61002" in caplog.text


def test_a_folder_in_a_classmates_name_does_not_take_their_place(exchange, caplog):
    if os.getuid() != 0:
        pytest.skip("only root can act as another user")
    exchange.submit(mark="own")
    forged = exchange.submit(time="2099-01-01 00:00:00 UTC", mark="forged")
    for path in (forged, *forged.rglob("*")):
        os.chown(path, 61002, 61002)
    exchange.collect()
    assert (exchange.room / "submitted" / ME / CHAPTER / "weightlab" / "weights.py").read_text() == "own"
    assert "it belongs to user 61002" in caplog.text


@pytest.mark.parametrize(
    "name", ["x", f"{ME}+{CHAPTER}+soon", f"{ME}+{CHAPTER}+2026-03-02 10:00:00 ../../etc", f"+{CHAPTER}+"]
)
def test_odd_names_stop_nobody(exchange, caplog, name):
    exchange.submit()
    (exchange.inbound / name.replace("/", "_")).mkdir()
    (exchange.inbound / f"a\nb+{CHAPTER}+{TIME}").mkdir()
    exchange.collect()
    assert exchange.held() == WHOLE and "does not hold a user and a time" in caplog.text


@pytest.mark.parametrize("user", ["constructor", "eve#", "e*", "<eve>"])
def test_a_user_whose_name_cannot_be_an_id_is_named(exchange, caplog, user):
    exchange.submit()
    (exchange.inbound / f"{user}+{CHAPTER}+{TIME}").mkdir()
    exchange.collect(check_owner=False)
    assert exchange.held() == WHOLE and not exchange.held(user)
    assert f"{user!r} cannot be a student's id" in caplog.text


def test_a_submission_is_bounded(exchange, monkeypatch, caplog):
    monkeypatch.setattr(inbound, "Budget", lambda: Budget(room=1000))
    folder = exchange.submit()
    (folder / "weightlab" / "large.py").write_bytes(bytes(2000))
    exchange.collect()
    assert "weightlab/large.py" not in exchange.held() and "unpacks to more than" in caplog.text


@pytest.mark.parametrize(
    ("said", "noted", "edited", "told"),
    [(0, 0, 0, False), (60, 0, 0, True), (0, 60, 0, True), (10, 10, 0, False), (0, 0, 60, False), (60, 60, 60, True)],
)
def test_a_time_that_the_student_has_set_back_is_told(exchange, caplog, said, noted, edited, told):
    """``edited`` sets back the time that a program can set, which tells nothing."""
    now = datetime.datetime.now(datetime.UTC)
    past = [f"{now - datetime.timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S} UTC" for minutes in (said, noted)]
    folder = exchange.submit(time=past[0])
    (folder / "timestamp.txt").write_text(past[1])
    for path in (folder, folder / "weightlab" / "weights.py"):
        os.utime(path, (now.timestamp() - 60 * edited,) * 2)
    exchange.collect()
    assert exchange.held() == WHOLE and ("but it was changed at" in caplog.text) is told


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_flood_of_folders_or_links_is_bounded_and_told_in_one_line(exchange, monkeypatch, caplog, kind):
    monkeypatch.setattr(inbound, "Budget", lambda: Budget(files=20))
    folder = exchange.submit() / "z"
    folder.mkdir()
    for number in range(50):
        one = folder / str(number)
        one.mkdir() if kind == "folder" else one.touch() if kind == "file" else one.symlink_to("/etc/passwd")
    exchange.collect()
    made = sum(1 for _ in (exchange.room / "submitted" / ME / CHAPTER / "z").iterdir())
    assert exchange.held() >= WHOLE and made < 20
    assert caplog.text.count("it holds more than") == 1


def test_folders_are_copied_down_to_a_depth_and_no_further(exchange, monkeypatch, caplog):
    monkeypatch.setattr(inbound, "_DEEPEST", 2)
    deep = exchange.submit() / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "too_deep.py").touch()
    (deep.parent / "deep.py").touch()
    exchange.collect()
    assert exchange.held() == {*WHOLE, "a/b/deep.py"}
    assert "'a/b/c', because it is not an ordinary file" in caplog.text and caplog.text.count("Left out") == 1


def test_a_full_disk_ends_collecting_and_leaves_no_part(exchange, monkeypatch, caplog):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    exchange.submit()
    monkeypatch.setattr(inbound, "_copy_file", full)
    with pytest.raises(ExchangeError, match="No space left on device"):
        exchange.collect()
    assert exchange.held() == set() and not list((exchange.room / "submitted" / ME).glob(".*"))
