"""Reads lists of a class as Canvas and Moodle export them, or as a plain table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ..cells import read_cell
from ..collecting.platforms import clean_id
from ..folder import ClassroomError
from .roster import COLUMNS, Student, read_rows

_HEADS = {
    "id": ("id", "student id"),
    "first_name": ("first name", "first_name", "given name", "vorname", "prénom", "nombre", "nome", "voornaam"),
    "last_name": (
        *("last name", "last_name", "surname", "family name", "nachname", "nom de famille", "nom", "apellido(s)"),
        *("apellidos", "cognome", "sobrenome", "apelido", "achternaam"),
    ),
    "email": (
        *("email address", "email", "e-mail", "sis email", "e-mail-adresse", "adresse de courriel", "adresse e-mail"),
        *("dirección de correo", "correo electrónico", "indirizzo email", "endereço de email", "e-mailadres"),
    ),
    "login": ("sis login id", "username", "login", "user name", "anmeldename", "nom d'utilisateur"),
    "canvas": ("canvas", "canvas id"),
    "moodle": (
        *("id number", "idnumber", "moodle", "id-nummer", "numéro d'identification", "número de id"),
        *("codice identificativo", "número de identificação"),
    ),
    "github": ("github_username", "github username", "github"),
}
"""The names of each column in exports, in lower case; Moodle writes headings in the user's language."""
_FULL_NAME = (
    *("full name", "fullname", "name", "first name / last name", "user full name", "vollständiger name"),
    *("nom complet", "nombre completo", "nome completo", "volledige naam"),
)


_TEST_STUDENT = "Student, Test"
"""Canvas's name for the invented student as whom an instructor looks at a course; it has a number as people have."""


def read_class_list(path: Path) -> list[Student]:
    """Return the students in an export: Canvas's gradebook, Moodle's participants or grading worksheet, or a table.

    Raises
    ------
    ClassroomError
        If no column identifies the students.
    """
    rows = [{head.casefold(): value for head, value in row.items()} for row in read_rows(path)]
    if not rows:
        raise ClassroomError(f"{path} holds no students.")
    read = _from_canvas if {"student", "id", "section"} <= rows[0].keys() else _from_table
    found = [one for row in rows if any(vars(one := read(row)).values())]
    if not found:
        raise ClassroomError(
            f"No student in {path} can be identified. The file needs one of the columns {', '.join(COLUMNS)}."
        )
    return found


def _from_canvas(row: dict[str, str]) -> Student:
    """Read a line of Canvas's gradebook: the student as ``Lovelace, Ada``, and Canvas's number as ``ID``."""
    if not row.get("id", "").isdigit() or row["student"].strip() == _TEST_STUDENT:  # "Points Possible" has no number
        return Student("")
    first, last = _split_name(row["student"])
    login = row.get("sis login id", "")
    email = login if "@" in login else ""
    return Student("", first, last, email, login.partition("@")[0], row["id"])


_SUFFIX = re.compile(r"(?:[js](?:u?n)?r|junior|senior|i{2,3}|iv|vi{0,3}|esq|ph\.? ?d|m\.? ?d)\.?", re.IGNORECASE)
"""What follows a last name, after a comma of its own."""


def _split_name(whole: str) -> tuple[str, str]:
    """Return first and last name of ``Ada Lovelace``, ``Lovelace, Ada`` or ``Lovelace, Jr., Ada``.

    A suffix stays with the last name, so that Canvas's name for a student comes back as it was.
    """
    last, *others = [part.strip() for part in whole.split(",")]
    if not others:
        first, _, last = last.rpartition(" ")
        return first.strip(), last
    # With one comma, what follows is the first name, even if it is "V" or "Md".
    suffixes = [part for part in others if _SUFFIX.fullmatch(part)] if len(others) > 1 else []
    return ", ".join(part for part in others if part not in suffixes), ", ".join([last, *suffixes])


def student_in(row: Mapping[str, str]) -> Student:
    """Return the student in a line of Moodle's exports or of a plain table."""
    return _from_table({head.casefold(): read_cell(value) for head, value in row.items()})


def _from_table(row: dict[str, str]) -> Student:
    values = {column: next((row[head] for head in heads if row.get(head)), "") for column, heads in _HEADS.items()}
    if not values["first_name"] and not values["last_name"]:
        whole = next((row[head] for head in _FULL_NAME if row.get(head)), "")
        values["first_name"], values["last_name"] = _split_name(whole)
    if clean_id(values["id"]) != values["id"] and any(values[name] for name in values if name != "id"):
        values["id"] = ""  # such as ``Teilnehmer/in4711`` in a German worksheet: a number of one assignment only
    return Student(**values)
