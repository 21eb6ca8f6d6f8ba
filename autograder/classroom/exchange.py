"""nbgrader's exchange: submits the student's library with the notebook, and returns feedback in the same way."""

from __future__ import annotations

import glob
import os
import re
import shutil
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeReleaseFeedback, ExchangeSubmit
from nbgrader.utils import notebook_hash
from traitlets import Unicode

from ..exercises import CHAPTERS
from ..library import LIBRARY_FOLDER, read_companions
from ..paths import LIBRARY, ROOT
from .files import read_file
from .folder import STATE
from .nbgrader import load_app
from .submission import MAX_SECRET, SECRET

_CONFIG = '''"""nbgrader in a student's copy: it fetches chapters into course/ and submits them from there."""

from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader gives it)
c.CourseDirectory.course_id = {course!r}
{root}c.Exchange.assignment_dir = str(Path(__file__).parent / "course")
c.ExchangeFactory.submit = "autograder.classroom.exchange.SubmitWithLibrary"
c.SubmitWithLibrary.library = str(Path(__file__).parent / "src" / "weightlab")
'''
_POINTER = '''"""nbgrader's Assignment List looks for its configuration here."""

from pathlib import Path

load_subconfig("nbgrader_config.py", path=str(Path(__file__).parent.parent))  # noqa: F821  (nbgrader gives it)
'''


def student_configs() -> dict[str, str]:
    """Return nbgrader's configuration for a student's copy, by file; course and exchange are the instructor's."""
    app = load_app(ROOT)
    root = app.config.Exchange.get("root")
    text = _CONFIG.format(course=app.coursedir.course_id, root=f"c.Exchange.root = {str(root)!r}\n" if root else "")
    return {"nbgrader_config.py": text, "course/nbgrader_config.py": _POINTER}


class SubmitWithLibrary(ExchangeSubmit):
    """Submits a chapter's folder and, beside the notebook, the library as saved on disk."""

    library = Unicode(str(LIBRARY), help="The student's library, a package folder.").tag(config=True)

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy the chapter, then the library; never into the student's own course folder."""
        super().do_copy(src, dest, log)
        if self.coursedir.assignment_id not in CHAPTERS:  # an assignment of another course
            return
        library = Path(self.library)
        state = None if library == LIBRARY else library.parents[1] / STATE
        # The library is the one in src/; a folder beside the notebook does not count.
        shutil.rmtree(Path(dest, LIBRARY_FOLDER), ignore_errors=True)
        for name, content in read_companions(library, state).items():
            path = Path(dest, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)


class ReleaseFeedbackWithSecrets(ExchangeReleaseFeedback):
    """Releases the feedback on submissions that came through the exchange, and lists the others.

    A page is found by the secret that the exchange wrote at submission. nbgrader's own command ends with an error at
    the first page without one, such as that of a collected zip.
    """

    def copy_files(self) -> None:
        """Copy each page whose student can find it."""
        excluded = set(self.coursedir.student_id_exclude.split(","))
        directory, chapter = self.coursedir.feedback_directory, self.coursedir.assignment_id
        pattern = self.coursedir.format_path(directory, "(?P<student>.*)", chapter, escape=True)
        for page in map(Path, sorted(glob.glob(os.path.join(self.src_path, "*.html")))):
            found = re.fullmatch(pattern, str(page.parent))
            student = found["student"] if found else page.parent.parent.name
            if student in excluded:
                continue
            secret = read_file(page.parent / SECRET, MAX_SECRET)
            if not secret:
                self.log.warning(
                    "No feedback released for %s: their submission for %s did not come through the exchange. "
                    "Return the feedback with `weightlab feedback`, or give them %s.",
                    student,
                    chapter,
                    page,
                )
                continue
            name = notebook_hash(secret=secret.decode("utf-8", "replace"), notebook_id=page.stem)
            part = Path(self.dest_path, f"{name}-tmp.html")
            shutil.copyfile(page, part)
            part.chmod(0o644)
            os.replace(part, Path(self.dest_path, f"{name}.html"))
            self.log.info("Released feedback for %s on %s", student, chapter)
