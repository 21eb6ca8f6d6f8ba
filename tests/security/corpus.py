"""All payloads, and the class in which they are graded beside honest students."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.classroom.collecting.collect import Collected, collect_submissions
from tests.security import (
    answers,
    kernel,
    library,
    looking,
    neighbours,
    network,
    notebook,
    opened,
    packaging,
    resources,
    sandbox,
    values,
)
from tests.security.payload import CHAPTER, Payload, Submission, zipped
from tests.support import classroom as made

GROUPS = (
    notebook,
    kernel,
    values,
    answers,
    library,
    looking,
    resources,
    neighbours,
    sandbox,
    packaging,
    opened,
    network,
)
PAYLOADS: list[Payload] = [payload for group in GROUPS for payload in group.attack]
SEED = 11


def honest() -> list[Submission]:
    """Return the classmates: one who is completely right, one with misconceptions, one who has not begun."""
    wrong = {name: one.function for name, one in made.mistaken(CHAPTER)[0].items()}
    return [
        Submission("zoe", made.answered(CHAPTER), dict(made.REFERENCE)),
        Submission("zora", made.answered(CHAPTER), made.library_with(wrong)),
        Submission("zuri", made.released(CHAPTER), dict(made.STUBS)),
    ]


def lay(room: Path, submission: Submission) -> None:
    """Put a submission into ``submitted/``, or its zips into ``inbox/``."""
    for name, content in submission.archives.items():
        (room / "inbox").mkdir(parents=True, exist_ok=True)
        (room / "inbox" / name).write_bytes(content)
    if submission.archives:
        return
    folder = room / "submitted" / submission.student / CHAPTER.name
    folder.mkdir(parents=True)
    linked = {*submission.links, *submission.pipes}
    for name, content in submission.files().items():
        if name not in linked:
            for above in reversed((folder / name).parents):  # one by one: some are nested too deeply for a recursion
                above.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
    for name, target in submission.links.items():
        (folder / name).symlink_to(target)
    for name in submission.pipes:
        os.mkfifo(folder / name)


def lay_class(room: Path, attackers: list[Submission]) -> list[Collected]:
    """Put the honest students, each as a zip, and attackers into a classroom; collect all zips as the command does."""
    for one in honest():
        one.archives[f"{one.student}.zip"] = zipped(one.files())
        lay(room, one)
    for one in attackers:
        lay(room, one)
    return collect_submissions([room / "inbox"], room, CHAPTER.name).rows
