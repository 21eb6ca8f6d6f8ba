"""Does updating a git clone of release 1.0 end well, in whatever state ``git pull`` or ``git stash`` has left it?"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.main import main
from autograder.learner import cells, manifest
from tests.support.project import copy_project

RELEASE_1_0 = Path(__file__).with_name("release_1_0.zip")
"""The files of release 1.0 in which a learner writes: three notebooks, the library, and git's settings for them."""
WORK = {"apply_weight": "weights", "count_trainable": "freezing", "lora_merge": "freezing"}
OWN = {"cell_type": "code", "id": "f3a1b2c4", "metadata": {}, "source": "my_own = 1", "outputs": []}
SET = ("user.name=x", "user.email=x@example.org", "core.autocrlf=false", "core.editor=true")


def git(folder, *argv):
    done = subprocess.run(
        ["git", *(word for pair in SET for word in ("-c", pair)), *argv], cwd=folder, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def commit(folder, what):
    assert git(folder, "add", "--all")[0] == 0
    assert git(folder, "commit", "-qm", what)[0] == 0


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The files of the release being made in which a learner writes."""
    names = ("course", "src/weightlab", "autograder/keys", ".gitattributes", "pyproject.toml", "requirements.txt")
    return copy_project(tmp_path_factory.mktemp("made") / "release", names, "*.key", "*.we*p")


@pytest.fixture(scope="module")
def origin(tmp_path_factory, release):
    """A repository that holds release 1.0, on the branch ``before``, and this release."""
    folder = tmp_path_factory.mktemp("origin")
    assert git(folder, "init", "-q", "-b", "main")[0] == 0
    with zipfile.ZipFile(RELEASE_1_0) as packed:
        packed.extractall(folder)
    commit(folder, "1.0")
    git(folder, "branch", "before")
    for name in ("course", "src"):
        shutil.rmtree(folder / name)
    shutil.copytree(release, folder, dirs_exist_ok=True)
    commit(folder, "this one")
    return folder


@pytest.fixture
def clone(origin, tmp_path):
    """A clone of release 1.0 with a learner's uncommitted work."""
    folder = tmp_path / "my clone"
    assert git(tmp_path, "clone", "-q", str(origin), str(folder))[0] == 0
    assert git(folder, "reset", "-q", "--hard", "origin/before")[0] == 0
    for name, module in WORK.items():
        write_function(folder, module, name)
    for chapter in ("01_weights", "08_freezing", "09_capstone"):
        made = notebook(folder, chapter)
        for name, cell in cells.read_answers(made).items():
            if cell["cell_type"] == "markdown":
                cell["source"] = f"What I think of {name}."
        made["cells"].insert(3, OWN)
        path(folder, chapter).write_text(json.dumps(made, indent=1), encoding="utf-8")
    (folder / ".weightlab").mkdir()
    (folder / ".weightlab" / "progress.json").write_text('{"lora_merge": {"score": 3.0}}')
    return folder


def write_function(folder, module, name):
    file = folder / "src/weightlab" / f"{module}.py"
    stub = f'raise NotImplementedError("{name} is not written yet")'
    text = file.read_text(encoding="utf-8")
    assert stub in text
    file.write_text(text.replace(stub, f'return "my {name}"'), encoding="utf-8")


def path(folder, chapter):
    return folder / "course" / chapter / f"{chapter}.ipynb"


def notebook(folder, chapter):
    return json.loads(path(folder, chapter).read_text(encoding="utf-8"))


def update(clone, *argv):
    done = CliRunner().invoke(main, ["update", *map(str, argv), "--into", str(clone)])
    assert done.exit_code == 0, done.output
    return done.output


def text_of(cell):
    return "".join(cell["source"])


def require_everything(clone, release):
    """Make sure that everything the learner wrote is at its place in this release, and all else is this release's."""
    library = {file.stem: file.read_text(encoding="utf-8") for file in (clone / "src/weightlab").glob("*.py")}
    for name, module in (WORK | {"lora_merge": "lora"}).items():
        assert f'return "my {name}"' in library[module], name
    assert not [name for name, text in library.items() if "<<<<<<<" in text]
    for chapter in ("01_weights", "08_freezing", "09_lora", "10_capstone"):
        mine, released = notebook(clone, chapter), notebook(release, chapter)
        for name, cell in cells.read_answers(mine).items():
            if cell["cell_type"] == "markdown":
                assert text_of(cell) == f"What I think of {name}.", (chapter, name)
        own = [cell for cell in mine["cells"] if text_of(cell) == OWN["source"]]
        assert len(own) == (chapter != "09_lora"), chapter
        left = [cell["id"] for cell in mine["cells"] if cell not in own]
        assert left == [cell["id"] for cell in released["cells"]], chapter
    assert not path(clone, "09_capstone").exists()
    assert path(clone, "02_biases").read_bytes() == path(release, "02_biases").read_bytes()
    assert json.loads((clone / ".weightlab/progress.json").read_text()) == {"lora_merge": {"score": 3.0}}


def pull(clone, *argv):
    return git(clone, "pull", "-q", *argv, "origin", "main")


def begin_a_merge(clone):
    commit(clone, "my work")
    assert pull(clone, "--no-rebase")[0] != 0
    with pytest.raises(json.JSONDecodeError):
        notebook(clone, "08_freezing")


def test_what_is_not_committed_comes_across(clone, release):
    assert pull(clone, "--no-rebase")[0] != 0, "git refuses, and leaves everything as it is"
    said = update(clone, release)
    require_everything(clone, release)
    assert "from 1.0.0" in said
    assert re.search(r"^(\d+) files merged, \d+ replaced", said, re.MULTILINE)[1] == str(said.count("merged    "))
    update_again = update(clone, release)
    assert "up to date" in update_again
    update(clone, "--undo")
    assert path(clone, "09_capstone").exists() and git(clone, "diff", "--quiet", "--", "autograder")[0] == 0


def test_what_is_committed_comes_across(clone, release):
    commit(clone, "my work")
    update(clone, release)
    require_everything(clone, release)


def test_a_merge_that_stopped_is_resolved_and_can_be_completed(clone, release):
    begin_a_merge(clone)
    said = update(clone, release)
    require_everything(clone, release)
    assert "git commit --no-edit" in said
    assert git(clone, "commit", "--no-edit")[0] == 0
    assert "up to date" in pull(clone, "--no-rebase")[1] + git(clone, "pull", "origin", "main")[1]
    assert git(clone, "diff", "--quiet", "HEAD")[0] == 0, "what was merged is what was committed"
    require_everything(clone, release)


def test_whoever_went_on_working_in_the_middle_of_a_merge_keeps_that_too(clone, release):
    begin_a_merge(clone)
    write_function(clone, "weights", "template_weights")
    made = json.loads(git(clone, "show", "HEAD:course/08_freezing/08_freezing.ipynb")[1])
    made["cells"].append(OWN | {"source": "later = 2"})
    path(clone, "08_freezing").write_text(json.dumps(made, indent=1), encoding="utf-8")  # without the markers
    update(clone, release)
    assert 'return "my template_weights"' in (clone / "src/weightlab/weights.py").read_text()
    after = notebook(clone, "08_freezing")
    assert after["cells"].pop(next(i for i, cell in enumerate(after["cells"]) if text_of(cell) == "later = 2"))
    path(clone, "08_freezing").write_text(json.dumps(after, indent=1), encoding="utf-8")
    require_everything(clone, release)


def test_a_revert_that_stopped_is_the_learners_to_finish(clone, release):
    commit(clone, "my work")
    made = notebook(clone, "08_freezing")
    made["cells"][3]["source"] = "changed again"
    path(clone, "08_freezing").write_text(json.dumps(made, indent=1), encoding="utf-8")
    commit(clone, "more work")
    assert git(clone, "revert", "--no-edit", "HEAD~1")[0] != 0
    before = git(clone, "status", "--porcelain")
    done = CliRunner().invoke(main, ["update", str(release), "--into", str(clone)])
    assert done.exit_code == 1 and "git stopped halfway through a command in this copy" in done.output
    assert git(clone, "status", "--porcelain") == before


def test_an_older_release_changes_nothing_in_a_clone_that_has_stopped(clone, release, tmp_path):
    begin_a_merge(clone)
    older = tmp_path / "older"
    shutil.copytree(release, older)
    about = older / "pyproject.toml"
    about.write_text(about.read_text(encoding="utf-8").replace('version = "', 'version = "0.', 1), encoding="utf-8")
    there = path(clone, "08_freezing").read_bytes()
    done = CliRunner().invoke(main, ["update", str(older), "--into", str(clone)])
    assert done.exit_code == 1 and "Nothing was changed" in done.output
    assert path(clone, "08_freezing").read_bytes() == there and git(clone, "ls-files", "--unmerged")[1]


def test_a_refused_update_leaves_conflicts_as_git_left_them(clone, release):
    begin_a_merge(clone)
    marked = clone / "src/weightlab/biases.py"
    marked.write_text(f"<<<<<<< mine\n{marked.read_text(encoding='utf-8')}", encoding="utf-8")
    there = path(clone, "08_freezing").read_bytes()
    done = CliRunner().invoke(main, ["update", str(release), "--into", str(clone)])
    assert done.exit_code == 1 and "biases.py contains git's conflict markers" in done.output
    assert path(clone, "08_freezing").read_bytes() == there and git(clone, "ls-files", "--unmerged")[1]


def test_what_git_left_in_a_file_in_conflict_is_kept(clone, release):
    begin_a_merge(clone)
    there = path(clone, "08_freezing").read_bytes()
    update(clone, release)
    (kept,) = (clone / ".weightlab" / "kept").glob("*-git")
    assert path(kept, "08_freezing").read_bytes() == there


@pytest.mark.parametrize(
    "argv", [(), ("--autostash",), ("--rebase", "--autostash")], ids=["by hand", "merge", "rebase"]
)
def test_work_that_was_stashed_comes_across(clone, release, argv):
    if argv:
        pull(clone, *argv)
    else:
        assert git(clone, "stash")[0] == 0
        assert pull(clone, "--ff-only")[0] == 0
        assert "git stash pop" in update(clone, release), "as long as the work is in the stash, this is said"
        assert git(clone, "stash", "pop")[0] != 0
    assert git(clone, "ls-files", "--unmerged")[1], "git stopped at conflicts"
    update(clone, release)
    require_everything(clone, release)
    assert not git(clone, "ls-files", "--unmerged")[1]
    assert "my lora_merge" in git(clone, "stash", "show", "-p")[1], "git keeps the stash; whether it may go is not ours"


def test_a_rebase_that_stopped_is_aborted(clone, release):
    commit(clone, "my work")
    assert pull(clone, "--rebase")[0] != 0
    said = update(clone, release)
    require_everything(clone, release)
    assert "The rebase that had stopped was aborted" in said
    assert "my work" in git(clone, "log", "-1")[1] and "rebas" not in git(clone, "status")[1]


def test_a_rebase_without_conflicts_is_the_learners_to_finish(clone, release):
    commit(clone, "my work")
    pull(clone, "--rebase")
    git(clone, "add", "--all")
    done = CliRunner().invoke(main, ["update", str(release), "--into", str(clone)])
    assert done.exit_code == 1 and "git rebase --continue" in done.output


def test_a_merge_that_was_committed_with_its_marks_can_be_taken_back(clone, release):
    begin_a_merge(clone)
    commit(clone, "merged, or so I thought")
    done = CliRunner().invoke(main, ["update", str(release), "--into", str(clone)])
    assert done.exit_code == 1 and "freezing.py contains git's conflict markers, so nothing was changed." in done.output
    assert "undo it with `git revert" in done.output
    assert not git(clone, "status", "--porcelain")[1]
    assert git(clone, "revert", "--no-edit", "--mainline", "1", "HEAD")[0] == 0
    update(clone, release)
    require_everything(clone, release)


def test_a_clone_asks_its_origin(clone, release, monkeypatch):
    monkeypatch.setattr("autograder.cli.learner.ROOT", clone)
    assert "from 1.0.0" in CliRunner().invoke(main, ["update"]).output
    require_everything(clone, release)


def test_between_later_releases_a_pull_never_spoils_a_notebook(origin, release, tmp_path):
    later = tmp_path / "later"
    assert git(tmp_path, "clone", "-q", str(origin), str(later))[0] == 0
    mine = tmp_path / "mine"
    assert git(tmp_path, "clone", "-q", str(later), str(mine))[0] == 0
    for folder, title in ((later, "# A new title"), (mine, "# My title")):
        made = notebook(folder, "01_weights")
        made["cells"][0]["source"] = title
        path(folder, "01_weights").write_text(json.dumps(made, indent=1), encoding="utf-8")
        if folder == later:
            released = json.loads((folder / manifest.MANIFEST).read_text())
            name = path(folder, "01_weights").relative_to(folder).as_posix()
            released[name] = manifest.digest_of(path(folder, "01_weights").read_bytes())
            (folder / manifest.MANIFEST).write_text(json.dumps(released))
        commit(folder, title)
    code, said = pull(mine, "--no-rebase")
    assert code != 0 and "onflict" in said
    assert text_of(notebook(mine, "01_weights")["cells"][0]) == "# My title", "it can still be read"
    update(mine, later)
    assert text_of(notebook(mine, "01_weights")["cells"][0]) == "# A new title"
