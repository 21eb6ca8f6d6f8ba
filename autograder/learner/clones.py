"""Asks git about a clone of the course: the release at its origin, and the traces of an unfinished pull or stash."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..refusal import Refusal
from .kept import keep

_OURS, _THEIRS = "2", "3"
"""Git's stages of a file in conflict."""


class GitError(Refusal):
    """A git command failed; the message says why."""


def is_clone(copy: Path) -> bool:
    """Return whether a copy of the course is a git clone."""
    return (copy / ".git").exists()


def fetch(copy: Path) -> bytes:
    """Return the release at a clone's origin as a tar archive; the clone's own branch stays where it is."""
    run_git(copy, "fetch", "--quiet", "origin", "HEAD")
    return run_git(copy, "archive", "FETCH_HEAD")


@contextmanager
def settled(copy: Path, kept_in: Path) -> Iterator[list[str]]:
    """Give files in conflict the learner's text while an update is made; yield what to tell the learner.

    ``git pull`` and ``git stash pop`` leave both texts in a file, with marks between them, or only the new one. In a
    merge, the learner's text is the branch's; after a stash, it is the other one. A file that is no longer as git left
    it stays as it is, because the learner has continued to work on it. Afterwards the conflicts are resolved; the
    learner commits them. If the update is refused, the files are again as git left them.

    Parameters
    ----------
    copy : Path
        The copy; if it is not a clone, nothing is done.
    kept_in : Path
        A folder for the files as git left them, made if there are any.

    Raises
    ------
    GitError
        If git cannot do it, or if the learner has to finish something first.
    """
    state = _state_folder(copy)
    if state is None:
        yield []
        return
    told, conflicts = [], _conflicts(copy)
    if (state / "rebase-merge").exists() or (state / "rebase-apply").exists():
        if not conflicts:
            raise GitError("git is rebasing this copy. Run `git rebase --continue`, then update again.")
        keep(copy, _names(run_git(copy, "diff", "--name-only", "-z", "HEAD")), kept_in)
        run_git(copy, "rebase", "--abort")
        told.append(f"The rebase that had stopped was aborted; its files are in {_shown(kept_in, copy)}.")
        conflicts = _conflicts(copy)
    if conflicts and any((state / name).exists() for name in ("REVERT_HEAD", "CHERRY_PICK_HEAD")):
        raise GitError(
            "git stopped halfway through a command in this copy. Follow `git status` to finish it, then update again."
        )
    merging = any((state / name).exists() for name in ("MERGE_HEAD", "SQUASH_MSG"))
    if conflicts:
        keep(copy, conflicts, kept_in)
        told.append(
            "Where git had found conflicts, your text was kept; copies of the conflicting files are in "
            f"{_shown(kept_in, copy)}."
        )
    elif run_git(copy, "stash", "list"):
        told.append("There is a git stash. If it holds your work, run `git stash pop`, then update again.")
    for name, stages in conflicts.items():
        mine = stages.get(_OURS if merging else _THEIRS)
        if mine is not None and _is_as_git_left_it(copy, name, stages):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(run_git(copy, "cat-file", "blob", mine))
    try:
        yield told
    except Refusal:  # nothing was updated
        keep(kept_in, conflicts, copy)
        raise
    if merging:
        run_git(copy, "add", "--update")
        told.append("To complete the merge that `git pull` began, run `git commit --no-edit`.")
    elif conflicts:
        run_git(copy, "reset", "--quiet", "--", *conflicts)


def run_git(copy: Path, *words: str) -> bytes:
    """Run git in a copy; return what it prints."""
    try:
        done = subprocess.run(["git", *words], cwd=copy, capture_output=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(f"git could not be run ({error}).") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        why = next((line for line in said if line.startswith(("fatal: ", "error: "))), said[-1])  # advice may follow it
        raise GitError(f"git {words[0]} failed ({why.partition(': ')[2].rstrip('.') or why}).")
    return done.stdout


def _state_folder(copy: Path) -> Path | None:
    """Return the folder in which git notes what it has begun, or None if there is no clone or no git."""
    if not is_clone(copy) or shutil.which("git") is None:
        return None
    return copy / run_git(copy, "rev-parse", "--git-dir").decode().strip()


def _conflicts(copy: Path) -> dict[str, dict[str, str]]:
    """Return the objects of each file in conflict, by stage."""
    found: dict[str, dict[str, str]] = {}
    for line in _names(run_git(copy, "ls-files", "--unmerged", "-z")):
        about, _, name = line.partition("\t")
        _, digest, stage = about.split()
        found.setdefault(name, {})[stage] = digest
    return found


def _names(printed: bytes) -> list[str]:
    return [name for name in printed.decode("utf-8", "surrogateescape").split("\0") if name]


def has_marks(path: Path) -> bool:
    """Return whether a file contains git's conflict markers."""
    return b"\n<<<<<<< " in b"\n" + path.read_bytes()


def _is_as_git_left_it(copy: Path, name: str, stages: dict[str, str]) -> bool:
    """Return whether a file in conflict is missing, contains git's markers, or holds one of the texts that git has."""
    if not (copy / name).is_file() or has_marks(copy / name):
        return True
    return run_git(copy, "hash-object", "--", name).decode().strip() in stages.values()


def _shown(folder: Path, copy: Path) -> str:
    return folder.relative_to(copy).as_posix()
