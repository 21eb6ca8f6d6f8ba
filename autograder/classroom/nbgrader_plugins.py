"""Makes nbgrader's own commands give the same grades as ``weightlab grade``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Integer, Unicode

from ..exercises import CHAPTERS
from ..limits import MAX_NOTEBOOK
from .files import read_file
from .folder import Classroom, ClassroomError
from .gradebook import ClassBook, GradebookError
from .nbgrader import read_released
from .rebuild import rebuild
from .records import Records
from .requirements import require_isolation
from .submission import SubmissionStatus, read_submission
from .verdict_cells import write_verdicts

_DOUBTFUL = "weightlab_doubtful"
"""The key in nbgrader's resources for blank answers that a person should look at."""


def _released(directory: Any, chapter: str) -> dict:
    return read_released(chapter, Path(directory.format_path(directory.source_directory, ".", ".")))


def drop_links(*, notebooks: list[str], **_: Any) -> None:
    """Remove everything but ordinary files from a submission: nbgrader would copy a link's target."""
    for notebook in notebooks:
        for folder, folders, files in os.walk(os.path.dirname(notebook)):
            for name in folders + files:
                path = Path(folder, name)
                if path.is_symlink() or not (path.is_dir() or path.is_file()):
                    path.unlink()


class Rebuilder(NotebookExporter):
    """Reads any submitted file as the released notebook with the student's answers inserted."""

    isolation = Unicode("bubblewrap", help="How students' code is isolated while it is graded.").tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        directory = getattr(self.parent, "coursedir", None)
        if directory is not None and directory.assignment_id in CHAPTERS:
            chapter = directory.assignment_id
            try:
                require_isolation(self.isolation)
                with ClassBook(directory.db_url, directory.course_id) as book:
                    book.claim(Classroom(Path(directory.root)))
                    book.prepare(chapter, _released(directory, chapter))
            except (ClassroomError, GradebookError) as error:
                self.parent.log.error(str(error))  # nbgrader's command ends without a message
                raise NbGraderException(str(error)) from None

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> tuple[str, Any]:
        """Convert a submitted notebook (first pass) or the rebuilt one (second pass)."""
        chapter = resources["nbgrader"]["assignment"]
        if not self.parent._sanitizing or chapter not in CHAPTERS:
            return super().from_filename(filename, resources=resources, **kwargs)
        resources["metadata"] = {"name": Path(filename).stem, "path": os.path.dirname(filename)}
        submitted = read_file(Path(filename), MAX_NOTEBOOK + 1) or b""
        made = rebuild(_released(self.parent.coursedir, chapter), submitted)
        return self.from_notebook_node(from_dict(made.notebook), resources=resources)


class Verdicts(NbGraderPreprocessor):
    """Examines a submission and writes each verdict into its check cell, in place of nbgrader's execution."""

    seed = Integer(None, allow_none=True, help="Seed of the secret cases; by default the classroom's.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Insert the verdicts."""
        about, converter = resources["nbgrader"], self.parent.parent
        directory = converter.coursedir
        name = about["assignment"]
        if name not in CHAPTERS:
            return nb, resources
        folder = directory.format_path(directory.submitted_directory, about["student"], name)
        classroom = Classroom(Path(directory.root))
        seed = classroom.read_seed() if self.seed is None else self.seed
        submission = read_submission(Path(folder), about["student"], name)
        found = Records(classroom).examine(submission, seed, _released(directory, name), self.parent.isolation)
        resources[_DOUBTFUL] = found.rebuilt.doubtful
        return from_dict(write_verdicts(nb, found)), resources


class SaveVerdicts(SaveAutoGrades):
    """Enters the scores in the gradebook; a person grades what could not be judged."""

    def _add_score(self, cell: NotebookNode, resources: dict) -> None:
        super()._add_score(cell, resources)
        name, about = cell.metadata.nbgrader.grade_id, resources["nbgrader"]
        results = [output for output in cell.get("outputs", []) if output.output_type == "display_data"]
        unjudged = any(output.metadata.get("weightlab") == SubmissionStatus.UNJUDGED for output in results)
        if unjudged or name in resources.get(_DOUBTFUL, ()):
            grade = self.gradebook.find_grade(name, about["notebook"], about["assignment"], about["student"])
            if grade.manual_score is None:
                grade.auto_score, grade.needs_manual_grade = None, True
                self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: dict) -> None:
        super()._add_comment(cell, resources)
        name, about = cell.metadata.nbgrader.grade_id, resources["nbgrader"]
        if name in resources.get(_DOUBTFUL, ()):  # nbgrader's comment would say that there is no answer
            self.gradebook.find_comment(
                name, about["notebook"], about["assignment"], about["student"]
            ).auto_comment = None
            self.gradebook.db.commit()
