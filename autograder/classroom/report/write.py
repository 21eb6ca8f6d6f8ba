"""Writes the report on a graded class: what students can do, what they misunderstand, and what needs attention."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from ...exercises import CHAPTERS
from ...library import CONCEPTS
from ..files import read_file
from ..folder import Classroom, ClassroomError, write_file
from ..grades import StoredGrades
from .concepts import merge_records
from .figures import FIGURES, draw_figures
from .page import make_page
from .tally import late_without_time, remarks_on, summarise

FOLDER = "report"
_LARGEST_RECORD = 100_000


def write(
    classroom: Classroom, stored: Mapping[str, Mapping[str, StoredGrades]], chapters: Iterable[str] = ()
) -> list[Path]:
    """Write ``report/report.html`` and its figures into a graded classroom; return the files.

    Parameters
    ----------
    stored : mapping
        The contents of the gradebook, by chapter and student.
    chapters : iterable of str
        The chapters to report on; by default all that were graded.

    Raises
    ------
    ClassroomError
        If nothing has been graded yet.
    """
    chosen = set(chapters)
    if unknown := sorted(chosen - set(CHAPTERS)):
        raise ClassroomError(f"No chapter is called {unknown[0]!r}. The chapters are {', '.join(CHAPTERS)}.")
    wanted = chosen or CHAPTERS  # a chapter of an earlier release may no longer exist
    entries = [entry for entry in classroom.read_entries() if entry["chapter"] in wanted]
    if not entries:
        which = f"No submission for {', '.join(sorted(chosen))}" if chosen else "Nothing"
        command = f"weightlab grade --classroom {classroom.root}"
        raise ClassroomError(f"{which} has been graded in {classroom.root} yet: run `{command}`.")
    remarks = [*remarks_on(classroom, entries), *late_without_time(classroom, entries)]
    summary = summarise(entries, stored, _concept_records(classroom), remarks)
    drawn = draw_figures(summary)
    folder = classroom.root / FOLDER
    paths = {name: folder / f"{name}.png" for name in FIGURES}
    for name, path in paths.items():
        if name in drawn:
            write_file(path, drawn[name][0])
        else:  # left by an earlier report
            path.unlink(missing_ok=True)
    page = folder / "report.html"
    write_file(page, make_page(summary, drawn).encode("utf-8", "replace"))
    return [page, *(paths[name] for name in drawn)]


def _concept_records(classroom: Classroom) -> list[Mapping]:
    """Return each student's record of the concept test, merged from all their submissions."""
    found: dict[str, list] = defaultdict(list)
    for path in sorted(classroom.submitted.glob(f"*/*/{CONCEPTS}"), key=lambda path: path.parent.name):
        with contextlib.suppress(OSError, ValueError, RecursionError):
            found[path.parent.parent.name].append(json.loads(read_file(path, _LARGEST_RECORD) or b""))
    return [merge_records(records) for records in found.values()]
