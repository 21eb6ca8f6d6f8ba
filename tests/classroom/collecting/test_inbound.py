"""Does collecting from the exchange take the submitters' own files, and nothing that a link points to?"""

from __future__ import annotations

import datetime
import errno
import logging
import os
import pwd
from types import SimpleNamespace

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from traitlets.config import Config

from autograder.classroom.collecting import inbound
from autograder.classroom.collecting.inbound import CollectOrdinaryFiles, copy_ordinary
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
        self.collector(**options).start()

    def collector(self, **options):
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
        return CollectOrdinaryFiles(coursedir=directory, authenticator=Authenticator(**made), config=config, log=log)

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
    assert exchange.held() == WHOLE and "does not contain a user name and a time" in caplog.text


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


@pytest.mark.parametrize("full_at", ["copy_ordinary", "_copy_file"])
def test_a_full_disk_ends_collecting_and_leaves_no_part(exchange, monkeypatch, full_at):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    exchange.submit()
    monkeypatch.setattr(inbound, full_at, full)
    with pytest.raises(ExchangeError, match="No space left on device"):
        exchange.collect()
    assert exchange.held() == set() and not list((exchange.room / "submitted" / ME).glob(".*"))


def test_a_part_that_an_interrupted_run_left_is_not_taken(exchange):
    exchange.submit()
    part = exchange.room / "submitted" / ME / f".{CHAPTER}.part"
    part.mkdir(parents=True)
    (part / "old.py").touch()
    exchange.collect()
    assert exchange.held() == WHOLE and not part.exists()


@pytest.mark.parametrize(("kind", "why"), [("gone", "No such file or directory"), ("file", "Not a directory")])
def test_a_submission_that_is_replaced_before_it_is_copied_is_named(exchange, caplog, tmp_path, kind, why):
    source, target = tmp_path / "ada", tmp_path / "target"
    if kind == "file":
        source.touch()
    exchange.collector().do_copy(str(source), str(target))
    assert caplog.messages == [f"Not collected: 'ada', because {why}."] and not target.exists()


ADA = f"ada+{CHAPTER}+2026-03-02 10:00:00 UTC"
TEN = datetime.datetime(2026, 3, 2, 10)


@pytest.mark.parametrize(
    ("name", "user", "problem"),
    [
        (ADA, "ada", None),
        (f"{ADA}+x+y", None, "its name does not contain a user name and a time"),
        (f"{ADA}+x", "ada", None),
        (f"a+b+{CHAPTER}+2026-03-02 12:00:00 +0200+x", "a+b", None),
        (f"ada+{CHAPTER}+soon", None, "its name does not contain a user name and a time"),
        (f"con#+{CHAPTER}+soon", None, "its name does not contain a user name and a time"),
        (f"con#+{CHAPTER}+2026-03-02 10:00", None, "'con#' cannot be a student's id"),
        (f"gone+{CHAPTER}+2026-03-02 10:00", None, "No such file or directory"),
        (f"file+{CHAPTER}+2026-03-02 10:00", None, "it is not a folder"),
    ],
)
def test_a_name_in_the_exchange_says_whose_it_is_and_when_it_came(exchange, caplog, name, user, problem):
    path = exchange.inbound / name
    if name.startswith("file"):
        path.touch()
    elif not name.startswith("gone"):
        path.mkdir()
    record = exchange.collector(check_owner=False)._path_to_record(str(path))
    assert record == {"username": user, "filename": name, "timestamp": TEN if user else datetime.datetime.min}
    assert caplog.messages == ([f"Not collected: {name!r} in the exchange, because {problem}."] if problem else [])


@pytest.mark.parametrize("check", [False, True])
def test_a_folders_owner_is_compared_if_that_is_wanted(exchange, caplog, check):
    (exchange.inbound / ADA).mkdir()
    record = exchange.collector(check_owner=check)._path_to_record(str(exchange.inbound / ADA))
    assert record["username"] == (None if check else "ada")
    assert [f"it belongs to {ME}, not to ada" in said for said in caplog.messages] == [True] * check


@pytest.mark.parametrize(
    ("changed", "noted", "earliest"),
    [(15, None, None), (15.01, None, 0), (15.01, 5, 0), (10, -5, None), (10.01, -5, -5), (0, 60, None)],
)
def test_the_earlier_of_two_stated_times_is_compared_with_the_last_change(exchange, caplog, changed, noted, earliest):
    """All in minutes after the time in the name; submitting may take a quarter of an hour."""

    def after(minutes):
        return None if minutes is None else TEN + datetime.timedelta(minutes=minutes, microseconds=7)

    exchange.collector()._compare_times(f"ada+{CHAPTER}+{after(0)} UTC", after(changed), after(noted))
    if earliest is None:
        assert caplog.messages == []
    else:
        stated, found = (after(minutes).replace(microsecond=0) for minutes in (earliest, changed))
        said = f"says that it was submitted at {stated} UTC, but it was changed at {found} UTC. If"
        assert len(caplog.messages) == 1 and said in caplog.text


@pytest.mark.parametrize("times", [(5, 9, 7), (9, 5, 7), (5, 7, 9), (5, 9, None), (9, None, 5)])
def test_the_last_change_is_that_of_the_folder_or_of_anything_in_it(tmp_path, monkeypatch, times):
    """A file that is gone meanwhile has no time."""
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "file.py").touch()
    states = dict(zip(["", "inside", "file.py"], times, strict=True))

    def stated(name="", **_):
        if states[name] is None:
            raise FileNotFoundError(name)
        return SimpleNamespace(st_ctime=states[name])

    folder = os.open(tmp_path, os.O_RDONLY)
    with monkeypatch.context() as patch:
        patch.setattr(inbound.os, "fstat", lambda _: stated())
        patch.setattr(inbound.os, "lstat", stated)
        found = inbound._last_change(folder)
    os.close(folder)
    assert found == datetime.datetime(1970, 1, 1, 0, 0, 9)


class TestCopying:
    @pytest.fixture
    def copied(self, tmp_path):
        """Return a function that writes files to a folder, copies them, and returns the copies and what is left out."""

        def copied(files, ignored=(), target=tmp_path / "new" / "target"):
            for name, content in files.items():
                path = tmp_path / "from" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            folder = os.open(tmp_path / "from", os.O_RDONLY)
            before = os.listdir("/proc/self/fd")
            try:
                left_out = copy_ordinary(folder, target, ignored)
                assert os.listdir("/proc/self/fd") == before  # every file is closed
            finally:
                os.close(folder)
            found = {path.relative_to(target).as_posix(): path for path in target.rglob("*")}
            return {name: path.read_bytes() for name, path in found.items() if path.is_file()}, left_out

        return copied

    def test_names_that_match_one_of_the_patterns_are_left_out_silently(self, copied):
        files = {"a.py": b"a", "b.pyc": b"b", "cache/c.py": b"c", "d/cache/e.py": b"e", "d/f.py": b"f"}
        assert copied(files, ("*.pyc", "cache")) == ({"a.py": b"a", "d/f.py": b"f"}, [])

    def test_what_is_at_the_target_is_overwritten(self, copied):
        assert copied({"a.py": b"old"}) == ({"a.py": b"old"}, [])
        assert copied({"a.py": b"new", "d/b.py": b""}) == ({"a.py": b"new", "d/b.py": b""}, [])

    def test_a_name_that_is_gone_when_it_is_opened_is_no_link(self, copied, monkeypatch):
        listed = os.listdir
        monkeypatch.setattr(inbound.os, "listdir", lambda one: listed(one) + ["gone"] * isinstance(one, int))
        assert copied({"a.py": b"a"}) == ({"a.py": b"a"}, [("gone", "No such file or directory")])

    @pytest.mark.parametrize(
        ("most", "held", "left_out"),
        [(4, {"a", "b/c", "d"}, []), (3, {"a", "b/c"}, ["d"]), (2, {"a"}, ["b/c", "d"]), (1, {"a"}, ["b"])],
    )
    def test_files_and_folders_count_up_to_the_limit(self, copied, monkeypatch, most, held, left_out):
        monkeypatch.setattr(inbound, "Budget", lambda: Budget(files=most))
        found, names = copied({"a": b"", "b/c": b"", "d": b""})
        assert {*found} == held and [name for name, _ in names] == left_out
        assert all("it holds more than" in why for _, why in names)

    def test_the_bytes_of_all_files_count_up_to_the_limit(self, copied, monkeypatch):
        monkeypatch.setattr(inbound, "Budget", lambda: Budget(room=10))
        held, left_out = copied({"a": bytes(6), "b": bytes(4), "c": b"", "d/e": b"1", "f": b""})
        assert held == {"a": bytes(6), "b": bytes(4), "c": b"", "f": b""}
        assert [name for name, _ in left_out] == ["d/e"] and "unpacks to more than" in left_out[0][1]
