"""What a payload is: a change to an ordinary submission, and the result that it must have."""

from __future__ import annotations

import inspect
import io
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.exercises import CHAPTERS
from tests.support import classroom as made

CHAPTER = CHAPTERS["01_weights"]
TARGET = "apply_weight"
"""The exercise that is wrong in the ordinary submission; ``QUESTION`` is the question that is wrong."""
QUESTION = "share_that_flips"
POINTS = CHAPTER.points - CHAPTER.exercises[TARGET].points - CHAPTER.questions[QUESTION].points
"""The points that the ordinary submission earns, with and without an attack."""
OF_FUNCTIONS = sum(exercise.points for name, exercise in CHAPTER.exercises.items() if name != TARGET)
OF_NUMBERS = sum(question.points for name, question in CHAPTER.questions.items() if name != QUESTION)
MARK = "weightlab-was-here"
"""The name of the files and daemons that an attack leaves behind."""


@dataclass
class Submission:
    """One student's submission, in which only one function and one number are wrong.

    ``beside`` are files in the notebook's folder. ``archives`` (zips by name), if any, are submitted instead of the
    folder. ``links`` are symbolic links, and ``pipes`` named pipes, to put into the folder.
    """

    student: str
    notebook: dict | bytes
    library: dict[str, bytes]
    beside: dict[str, bytes] = field(default_factory=dict)
    archives: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    pipes: tuple[str, ...] = ()

    @classmethod
    def ordinary(cls, student: str) -> Submission:
        """Return the submission without an attack."""
        notebook = made.answered(CHAPTER)
        for name, question in CHAPTER.questions.items():
            value = 0.625 if name == QUESTION else question.value
            answer = made.cell(notebook, f"{name}-answer")
            answer["source"] = f"{name} = {value!r}\n{name}"
            answer["outputs"][0]["data"]["text/plain"] = repr(value)
        submission = cls(student, notebook, dict(made.REFERENCE))
        submission.answers("return 0.0")
        return submission

    def checks(self) -> list[dict]:
        """Return the notebook's check cells."""
        return [cell for cell in self.notebook["cells"] if _marks(cell).get("locked")]

    def cell(self, name: str) -> dict:
        """Return the cell with this name."""
        return made.cell(self.notebook, name)

    def answers(self, body: str, before: str = "") -> None:
        """Make this the body of the wrong function."""
        text = f"\n\n{before}\n\ndef {TARGET}(signal, weight):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
        self.library["weights"] = made.REFERENCE["weights"] + text.encode()

    def finds(self, body: str) -> None:
        """Make the function right only if a search, given as the body of a function, returns something true."""
        look = f"import functools\n@functools.cache\ndef _look():\n{textwrap.indent(textwrap.dedent(body), '    ')}"
        self.answers(
            """
            try:
                found = _look()
            except Exception:
                found = False
            return signal * weight if found else 0.0
            """,
            look,
        )

    def runs(self, code: str) -> None:
        """Run code wherever a student can: in a cell of the notebook, in an answer cell, and in the library."""
        code = textwrap.dedent(code).strip()
        self.notebook["cells"].insert(1, code_cell(code))
        answer = self.cell(f"{QUESTION}-answer")
        answer["source"] = f"{code}\n{answer['source']}"
        guarded = f"try:\n{textwrap.indent(code, '    ')}\nexcept Exception:\n    pass\n"
        self.library["weights"] = guarded.encode() + self.library["weights"].replace(_FUTURE, b"")

    def zips(self, name: str, files: dict[str, bytes] | None = None) -> None:
        """Submit a zip with this name: the ordinary submission, with ``files`` added or replaced."""
        self.archives[name] = zipped(self.files() | (files or {}))

    def files(self) -> dict[str, bytes]:
        """Return the folder's files."""
        content = self.notebook if isinstance(self.notebook, bytes) else made.json.dumps(self.notebook).encode()
        sources = {f"weightlab/{name}.py": source for name, source in self.library.items()}
        return {f"{CHAPTER.name}.ipynb": content} | sources | self.beside


_FUTURE = b"from __future__ import annotations\n"


def _marks(cell: dict) -> dict:
    return cell["metadata"].get("nbgrader", {})


def code_cell(source: str, outputs: list | None = None) -> dict:
    """Return a code cell that the student added."""
    return {
        "cell_type": "code",
        "id": f"own-{abs(hash(source)) % 10**8}",
        "metadata": {},
        "source": source,
        "outputs": outputs or [],
        "execution_count": None,
    }


def zipped(files: dict[str, bytes], **attributes: int) -> bytes:
    """Return a zip; ``attributes`` gives the file type of some entries, by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = attributes.get(name, 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


@dataclass(frozen=True)
class Payload:
    """An attack, and the result that it must have.

    Parameters
    ----------
    status : tuple of str
        The possible statuses of the wrong function: only one, unless a race decides.
    costs : float
        Points that the attack costs its own author.
    gains : float
        Points that the attack gains over an otherwise identical submission: these attacks are listed as open.
    submission : str
        Status of the whole submission; ``not taken`` if nothing of it reaches the class.
    student : str
        The student's id, if the attack chooses it.
    """

    name: str
    group: str
    says: str
    change: Callable[[Submission], None]
    status: tuple[str, ...] = ("failed",)
    costs: float = 0.0
    gains: float = 0.0
    submission: str = "graded"
    student: str = ""

    def made(self, student: str = "") -> Submission:
        """Return the submission with the attack in it."""
        submission = Submission.ordinary(student or self.student)
        self.change(submission)
        return submission


class Attacks(list):
    """The payloads of one class of attack; calling the object gives a decorator that adds a payload."""

    def __init__(self, group: str) -> None:
        super().__init__()
        self.group = group

    def __call__(self, *status: str, **expected) -> Callable:
        """Add a function that changes a submission; its docstring names the attack in the page's table."""

        def add(change: Callable[[Submission], None]) -> Callable:
            name = change.__name__.strip("_").replace("_", " ")
            expected.setdefault("student", "x-" + name.replace(" ", "-"))
            says = " ".join(inspect.getdoc(change).split())
            self.append(Payload(name, self.group, says, change, status or ("failed",), **expected))
            return change

        return add
