"""Who is in a class: one id for each student over all chapters, and what each platform calls them."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ..collecting.platforms import Owner, Platform, clean_id
from ..folder import Classroom, ClassroomError, write_file

FILE = "roster.csv"
"""A file in the classroom; an instructor may edit it."""
MAX_BYTES = 5 * 2**20


@dataclass(frozen=True)
class Student:
    """One student; all but the id may be empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    login: str = ""
    canvas: str = ""
    """Canvas's own number, the column ID of its gradebook."""
    moodle: str = ""
    """Moodle's ID number."""
    github: str = ""

    @property
    def name(self) -> str:
        """Return the whole name."""
        return f"{self.first_name} {self.last_name}".strip()


COLUMNS = tuple(field.name for field in fields(Student))
_IDENTITIES = ("canvas", "login", "email", "moodle", "github")
"""What identifies a person: two lines that have one of these in common are about the same student."""


class Roster:
    """The students of a class, by id."""

    def __init__(self, students: Iterable[Student] = ()) -> None:
        self.students = {one.id: one for one in students}

    def __bool__(self) -> bool:
        return bool(self.students)

    def find_person(self, person: Student) -> list[str]:
        """Return the ids of the students who may match a person on a platform's list: one id if there is no doubt."""
        return [known.id for known in self.students.values() if _is_same(known, person)]

    def find_owner(self, owner: Owner) -> list[str]:
        """Return the ids of the students to whom a submission's name may refer: a single id if there is no doubt."""
        for fits in _tests(owner):
            if found := [one.id for one in self.students.values() if fits(one)]:
                return found
        return []

    def find_numbered(self, owner: Owner) -> Student | None:
        """Return the student whose name and Canvas number are an owner's; a number without a name is not enough."""
        known = self.find_canvas(owner.number)
        return known if known is not None and known.name and _letters(owner.name) in _both_ways(known) else None

    def find_canvas(self, number: str) -> Student | None:
        """Return the student who has a number on Canvas."""
        return next((one for one in self.students.values() if number and one.canvas == number), None)

    def describe_changed_name(self, person: Student) -> str:
        """Return a sentence about a person of a list whose number on Canvas has another name here; otherwise nothing.

        The name decides nothing, but `collect` asks for name and number, so somebody has to correct it.
        """
        known = self.find_canvas(person.canvas)
        if known is None or not known.name or not person.name or _words(known.name) == _words(person.name):
            return ""
        return (
            f"Number {known.canvas} is {known.id} ({known.name}) on the roster, but the list calls this person "
            f"{person.name}: if the name has changed, edit {FILE}."
        )

    def add(self, person: Student) -> str:
        """Add a student, or fill in what was not known yet about an existing student; nobody's id ever changes."""
        for known in self.students.values():
            if _is_same(known, person):
                new = {name: getattr(known, name) or getattr(person, name) for name in COLUMNS}
                self.students[known.id] = Student(**new)
                return known.id
        wanted = [person.id, person.login, person.email.partition("@")[0], person.moodle, person.name]
        wanted = [clean for name in wanted if (clean := clean_id(name))] or ["student"]
        free = (name for name in wanted if not self._is_taken(name))
        name = next(free, None) or next(
            name for number in itertools.count(2) if not self._is_taken(name := f"{wanted[0]}-{number}")
        )
        self.students[name] = replace(person, id=name)
        return name

    def _is_taken(self, name: str) -> bool:
        return name.casefold() in {known.casefold() for known in self.students}


def _is_same(known: Student, person: Student) -> bool:
    """Return whether two lines are about the same person; names decide only if there is nothing else to compare."""
    if person.id and known.id.casefold() == person.id.casefold():
        return True
    pairs = [(getattr(known, name).casefold(), getattr(person, name).casefold()) for name in _IDENTITIES]
    compared = [one == other for one, other in pairs if one and other]
    if compared:
        return any(compared)
    return not person.id and bool(person.name) and _words(known.name) == _words(person.name)


def _tests(owner: Owner) -> list[Callable[[Student], bool]]:
    """Return the tests that tell whether a student is the owner, the most certain first."""
    name, words = _letters(owner.name), _words(owner.name)
    tests: list[Callable[[Student], bool]] = []
    if owner.platform is Platform.CANVAS and owner.number:
        # The name has to fit as well: a name that ends in a number could be read as somebody else's number.
        tests.append(lambda one: one.canvas == owner.number and (not one.name or name in _both_ways(one)))
    if owner.login:
        tests.append(lambda one: owner.login.casefold() in (one.login.casefold(), one.id.casefold()))
    if owner.platform is Platform.PLAIN and name:
        plain = owner.name.casefold()
        tests.append(lambda one: plain in (one.id.casefold(), one.login.casefold(), one.github.casefold()))
        tests.append(lambda one: plain in (one.email.casefold(), one.email.casefold().partition("@")[0]))
        tests.append(lambda one: bool(one.github) and plain.endswith(f"-{one.github.casefold()}"))
    tests.append(lambda one: bool(words) and _words(one.name) == words)
    # Canvas writes last and first name together; Moodle puts a group's name and a hyphen in front.
    tests.append(lambda one: bool(name) and name in _both_ways(one))
    if owner.platform is Platform.MOODLE:
        rests = {_words(owner.name[place + 1 :]) for place, letter in enumerate(owner.name) if letter == "-"}
        tests.append(lambda one: bool(one.name) and _words(one.name) in rests)
    return tests


def _both_ways(one: Student) -> tuple[str, str]:
    return _letters(one.last_name + one.first_name), _letters(one.name)


def is_named(person: Student, owner: Owner) -> bool:
    """Return whether a submission's name can mean a person, because a number may belong to a group."""
    return not person.name or _letters(person.name) in _letters(owner.name)


def _plain(text: str) -> str:
    """Return a text without case and accents, so that two spellings of one name are equal."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"\w+", _plain(text).replace("_", " "))))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", _plain(text))


def read_roster(classroom: Path) -> Roster:
    """Return the class's roster; an empty one if there is no file."""
    path = classroom / FILE
    if not path.exists():
        return Roster()
    rows = read_rows(path)
    if rows and "id" not in rows[0]:
        raise ClassroomError(f'{path} has no column "id". Add it. The columns of a roster are {", ".join(COLUMNS)}.')
    students = [Student(**{name: row.get(name, "") for name in COLUMNS}) for row in rows]
    for one in students:
        if not one.id or (clean := clean_id(one.id)) != one.id:
            words = f", such as {clean}" if one.id and clean else ""
            raise ClassroomError(f"{path}: {one.id!r} cannot be an id. Use letters, digits, dots and hyphens{words}.")
    if len({one.id.casefold() for one in students}) < len(students):
        raise ClassroomError(f"{path} has the same id twice. Give each student a different id.")
    return Roster(students)


def write_roster(classroom: Path, roster: Roster) -> Path:
    """Write the class's roster, sorted by id."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows([getattr(one, name) for name in COLUMNS] for _, one in sorted(roster.students.items()))
    Classroom(classroom).make_root()
    write_file(classroom / FILE, text.getvalue().encode("utf-8", "replace"))
    return classroom / FILE


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a table as `read_table` does; return each line as a mapping from column headings to values."""
    heads, lines = read_table(path)
    return [dict(zip(heads, line, strict=False)) for line in lines]


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read the headings and lines of a table, separated by commas, semicolons or tabs, in UTF-8 or UTF-16."""
    content = path.read_bytes()[:MAX_BYTES]
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ClassroomError(f"{path} is a workbook: open it, and save the table as CSV in UTF-8.")
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeError:
        raise ClassroomError(
            f"{path} is not a table in UTF-8. Export it again, as CSV in UTF-8; Excel calls that 'CSV UTF-8'."
        ) from None
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        heads, *lines = [list(map(str.strip, row)) for row in rows] or [[]]
        return heads, [line for line in lines if any(line)]
    except csv.Error as error:
        raise ClassroomError(f"{path} cannot be read as a table: {error}.") from None
