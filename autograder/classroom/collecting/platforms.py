"""Recognises who an entry in a download belongs to, by the names that each learning platform uses."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath

from ..folder import NAMES_OF_JAVASCRIPT
from .chapter_names import is_chapter, without_chapter, without_copy_of


class Platform(StrEnum):
    """Where an entry's name comes from."""

    MOODLE = "Moodle"
    CANVAS = "Canvas"
    BLACKBOARD = "Blackboard"
    BRIGHTSPACE = "Brightspace"
    GRADESCOPE = "Gradescope"
    ILIAS = "ILIAS"
    PLAIN = "plain"
    """No platform: a file or a folder named after a student."""


@dataclass(frozen=True)
class Owner:
    """Who an entry belongs to, as its platform says: a name, and what else identifies a person."""

    platform: Platform
    name: str
    number: str = ""
    """Moodle's participant, Canvas's user: the platform's number for a person, the same for all their uploads."""
    login: str = ""
    late: bool = False
    uploaded: tuple = ()
    """The value by which one student's uploads are ordered, if the name contains one."""
    label: str = ""
    """The platform's own name for the entry, by which it accepts feedback."""
    attempt: str | None = field(default=None, compare=False)
    """What all files of one submission have in common, if the platform gives each file a name of its own."""
    on_a_page: bool = False
    """Whether this is text typed into a web page, not a file."""
    about: bool = False
    """Whether the entry is the platform's own text about a submission."""
    partners: tuple[Owner, ...] = ()
    """Who submitted together with the owner, according to the platform; the upload counts for each of them."""
    place: str = ""
    """The folder of a plain name: in two folders the same name may belong to two people."""
    doubtful: bool = False
    """Whether the entry's name could also be read as another person's, who has put such numbers into their own name."""
    readings: tuple[Owner, ...] = field(default=(), compare=False)
    """All ways to read the entry's name, the platform's own first, if there are several: a roster can decide."""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Return the data that all uploads of one person share."""
        return (self.platform, self.name, self.number, self.login, self.place)


Recognised = tuple[Owner, tuple[str, ...]]
"""An owner, and the rest of the path: the student's own names."""

# "Ada Lovelace_4711_assignsubmission_file_", as a folder or in front of the file's name; from Moodle 4.1 on without the
# underscore at the end. Moodle removes underscores from names. Whoever is in no group submits for "Default group",
# which has no number.
_MOODLE = re.compile(
    r"(?P<name>[^_]+)(?:_(?P<number>[0-9]+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?", re.DOTALL
)
# "lovelaceada_LATE_123_456_name.zip": the student's name and number, the file's number. Underscores in names stay.
_CANVAS_NUMBERS = re.compile(r"_(?=(?P<number>[0-9]{1,18})_(?P<file>[0-9]{1,18})_(?P<rest>.+))", re.DOTALL)
_CANVAS_PAGE = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<number>[0-9]+)_(?:text|link)\.html")
_CANVAS_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<number>[A-Za-z0-9]+)_(?:(?P<page>(?:text|link)\.html)|(?P<file>[0-9]{1,18})_(?P<rest>.+))",
    re.DOTALL,
)
# "Homework 1_ada_attempt_2026-03-02-10-00-00_name.zip", and the same with ".txt" for Blackboard's own page about it.
# The first timestamp counts: what follows is the student's own name for the file, which could imitate another login.
_BLACKBOARD = re.compile(
    r"(?P<stem>.+?_.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|(?P<about>\.txt))", re.DOTALL
)
# "4711-99 - Ada Lovelace - Mar 2, 2026 1000 AM", as a folder or, with " - name.zip", in front of the file's name;
# the time has the form of the institution's language, such as "2 March, 2026 1000".
_BRIGHTSPACE = re.compile(
    r"(?P<number>[0-9]+)-[0-9]+ - (?P<name>.+?) - "
    r"(?P<time>(?:\w+\.? [0-9]{1,2}|[0-9]{1,2}\.? \w+\.?),? [0-9]{4},? [0-9]{1,2}:?[0-9]{2}(?: ?[AP]M)?)"
    r"(?: - (?P<rest>.+))?",
    re.DOTALL,
)
_LONGEST_NAME = 500
"""Characters that a platform's name for an entry may have; reading one takes time that grows with their square."""
_GRADESCOPE = re.compile(r"submission_[0-9]+")
# "Lovelace_Ada_ada_4711": last name, first name, login, number; always a folder.
_ILIAS = re.compile(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<login>.+)_(?P<number>[0-9]+)")
_ILIAS_FILE = re.compile(r"[0-9]{14}_(?=.)")
"""The time of the upload, which ILIAS puts in front of the file's name."""


class Recogniser:
    """Recognises entries one by one; some platforms' prefixes can be told only from all names in a download.

    Parameters
    ----------
    paths : iterable of tuple of str
        Every path in the download.

    Attributes
    ----------
    logins : dict
        The login that each of Blackboard's own pages states, by what precedes ``_attempt_`` in its name.
    submitters : dict
        The owner of each folder according to Gradescope's metadata, by the folder's name.
    """

    def __init__(self, paths: Iterable[tuple[str, ...]]) -> None:
        self.logins: dict[str, str] = {}
        self.submitters: dict[str, Owner] = {}
        parts = {part for path in paths for part in path if len(part) <= _LONGEST_NAME and "_attempt_" in part}
        stems = {found["stem"] for part in parts if (found := _BLACKBOARD.fullmatch(part))}
        self._assignment = _common_beginning(stems)

    def recognise(self, path: tuple[str, ...]) -> Recognised | None:
        """Return who an entry belongs to, by the outermost name that a platform gave; None if there is no such name."""
        found = self.locate(path)
        return found[1] if found else None

    def locate(self, path: tuple[str, ...]) -> tuple[PurePosixPath, Recognised] | None:
        """Return the same with the folder around that name, which is the place of one download among several."""
        for depth, part in enumerate(path):
            if len(part) > _LONGEST_NAME:
                continue
            inside = path[depth + 1 :]
            for rule in (self._moodle, self._canvas, self._blackboard, self._brightspace, self._folder):
                if found := rule(part, inside):
                    return PurePosixPath(*path[:depth]), found
        return None

    def _moodle(self, part: str, inside: tuple[str, ...]) -> Recognised | None:
        found = _MOODLE.fullmatch(part)
        if not found:
            return None
        rest = (found["rest"],) if found["rest"] else ()
        label = part[: len(part) - len(found["rest"] or "")]
        on_a_page = found["kind"] != "file"
        owner = Owner(Platform.MOODLE, found["name"], found["number"] or "", label=label, on_a_page=on_a_page)
        return owner, rest + inside

    def _canvas(self, part: str, inside: tuple[str, ...]) -> Recognised | None:
        if inside:  # Canvas makes no folders
            return None
        if found := _CANVAS_ANONYMOUS.fullmatch(part):
            uploaded = (int(found["file"]),) if found["file"] else ()
            name, late = f"anon-{found['number']}", bool(found["late"])
            page = bool(found["page"])
            owner = Owner(Platform.CANVAS, name, late=late, uploaded=uploaded, label=part, attempt="", on_a_page=page)
            return owner, (found["rest"] or found["page"],)
        if found := _CANVAS_PAGE.fullmatch(part):
            owner = Owner(
                Platform.CANVAS, found["name"], found["number"], late=bool(found["late"]), label=part, on_a_page=True
            )
            return owner, (part,)
        readings = [found for found in _CANVAS_NUMBERS.finditer(part) if found.start()]
        if not readings:
            return None
        # The first two numbers count, as for Canvas itself: what follows is the student's own name for the file, which
        # could contain more such numbers, as in a date. If the second number begins another pair that is followed by a
        # chapter's file name, as with a group called project_7, no number is certain, so none is used.
        found = readings[0]
        others = [later for later in readings[1:] if _may_be_canvas_own(found, later)]
        owner = _canvas_owner(part, found)
        owners = (owner, *(_canvas_owner(part, later) for later in others)) if others else ()
        if any(later.start() < found.end("file") and is_chapter(_stem(later["rest"])) for later in others):
            owner = replace(owner, name=f"{owner.name}_{owner.number}", number="")
        return replace(owner, doubtful=bool(owner.number and others), readings=owners), (found["rest"],)

    def _blackboard(self, part: str, inside: tuple[str, ...]) -> Recognised | None:
        found = _BLACKBOARD.fullmatch(part) if "_attempt_" in part else None
        if not found:
            return None
        login = self.logins.get(found["stem"], found["stem"].removeprefix(self._assignment))
        uploaded = tuple(map(int, found["time"].split("-")))
        about = found["about"] is not None
        attempt = f"{found['stem']}_{found['time']}"
        owner = Owner(
            Platform.BLACKBOARD, login, login=login, uploaded=uploaded, label=part, attempt=attempt, about=about
        )
        return owner, ((found["rest"],) if found["rest"] else ()) + inside

    def _brightspace(self, part: str, inside: tuple[str, ...]) -> Recognised | None:
        found = _BRIGHTSPACE.fullmatch(part)
        if not found:
            return None
        time = found["time"]
        owner = Owner(
            Platform.BRIGHTSPACE, found["name"], found["number"], uploaded=_moment(time), label=part, attempt=time
        )
        return owner, ((found["rest"],) if found["rest"] else ()) + inside

    def _folder(self, part: str, inside: tuple[str, ...]) -> Recognised | None:
        if not inside:
            return None
        if _GRADESCOPE.fullmatch(part):
            return self.submitters.get(part, Owner(Platform.GRADESCOPE, part, label=part)), inside
        if (found := _ILIAS.fullmatch(part)) and ("_" not in found["login"] or _ILIAS_FILE.match(inside[0])):
            name = f"{found['first']} {found['last']}"
            return Owner(Platform.ILIAS, name, found["number"], found["login"], label=part), inside
        return None


def _canvas_owner(part: str, reading: re.Match) -> Owner:
    """Return the owner of Canvas's file according to one way of reading the file's name."""
    name = part[: reading.start()]
    uploaded, late = (int(reading["file"]),), name.endswith("_LATE")
    # A download holds the files of each student's last submission only, so all of these have the same attempt.
    name = name.removesuffix("_LATE")
    return Owner(Platform.CANVAS, name, reading["number"], late=late, uploaded=uploaded, label=part, attempt="")


def _may_be_canvas_own(first: re.Match, later: re.Match) -> bool:
    """Return whether a later pair of numbers could be Canvas's; 101 and 01 in ``ada_12_101_01_a.zip`` are not."""
    return later.start() >= first.end("file") or len(later["file"]) > 2


def blackboard_login(name: str, page: str) -> tuple[str, str] | None:
    """Return the text before ``_attempt_``, and the login at its end according to Blackboard's page of that name."""
    found = _BLACKBOARD.fullmatch(name)
    said = re.match(r"\s*Name: .*\((?P<login>[^()\n]+)\)\s*$", page, re.MULTILINE)
    if found and found["about"] and said and found["stem"].endswith(f"_{said['login']}"):
        return found["stem"], said["login"]
    return None


GRADESCOPE_METADATA = "submission_metadata.yml"


def gradescope_submitters(text: str) -> dict[str, Owner]:
    """Return who each folder of a Gradescope export belongs to: the first of the submitters, and their partners.

    An entry that Gradescope would not write is left out.
    """
    import yaml

    held, found = None, {}
    with suppress(yaml.YAMLError, AttributeError, TypeError, ValueError, RecursionError):
        held = yaml.safe_load(text)
    for label, about in held.items() if isinstance(held, dict) else ():
        with suppress(AttributeError, TypeError, LookupError, ValueError):
            people = [_submitter(one, str(label)) for one in about[":submitters"]]
            found[str(label)] = replace(people[0], partners=tuple(people[1:]))
    return found


def _submitter(about: dict, label: str) -> Owner:
    """Return one of those who submitted together.

    The number in the folder's name belongs to the upload and changes with the next one. A person is identified by a
    student id or an address, and by that number only if there is neither.
    """
    person = str(about.get(":sid") or about.get(":email") or "")
    login = person.partition("@")[0]
    name = str(about.get(":name") or login or label)
    number = clean_id(person) or label.removeprefix("submission_")
    return Owner(Platform.GRADESCOPE, name, number, login, label=label)


def _common_beginning(stems: set[str]) -> str:
    """Return the assignment's name with its underscore, which is in front of all logins."""
    if not stems:
        return ""
    first = next(iter(stems))
    ends = [place + 1 for place, letter in enumerate(first) if letter == "_"]
    return next((first[:end] for end in reversed(ends) if all(stem.startswith(first[:end]) for stem in stems)), "")


def _moment(text: str) -> tuple:
    """Read Brightspace's time, whose zone is unknown: it orders uploads, but does not decide lateness."""
    plain = re.sub(r"[:.,]", "", text).replace(" AM", "AM").replace(" PM", "PM")
    plain = re.sub(r"\b(\d{3})(?=[AP]M|$)", r"0\1", plain)  # otherwise 105 would be 10 o'clock and 5 minutes
    forms = (f"{day} %Y {clock}" for day in ("%b %d", "%B %d", "%d %b", "%d %B") for clock in ("%I%M%p", "%H%M"))
    for form in forms:
        with suppress(ValueError):
            return datetime.datetime.strptime(plain, form).timetuple()[:6]
    return ()


def _stem(name: str) -> str:
    """Return a file's own name without its suffix and the count that Canvas adds to a second upload (``…-1.zip``)."""
    return _COUNT.sub("", name.rpartition(".")[0] or name)


_COUNT = re.compile(r"-\d+(?=\.\w+$|$)")


def own_name(owner: Owner, name: str) -> str:
    """Return a student's own name for a file, without what Canvas or ILIAS adds to it."""
    own = name
    if owner.platform is Platform.CANVAS:
        own = _COUNT.sub("", name)
    elif owner.platform is Platform.ILIAS:
        own = _ILIAS_FILE.sub("", name)
    return name if own in ("", ".") else own  # a student may have called a file "-1", and nothing would be left


_SUFFIXES = re.compile(r"(?:\.(?:zip|ipynb|7z|rar|tar|tgz|gz|bz2|xz|zst))+$", re.IGNORECASE)
_ADDED = re.compile(r"-(?:main|master)$|-[0-9]{8}T[0-9]{6}Z(?:-[0-9]+){1,2}$")
"""The text that GitHub's Download ZIP adds to a repository's name, and Google Drive to a folder's."""
_DRIVES_OWN = "drive-download"
"""Google Drive's name for a download of several files."""


def plain_owner(name: str, place: str = "") -> Owner:
    """Return the owner of something named after a student, such as ``ada.zip`` or ``01_weights-ada (1).zip``.

    A chapter's name is never a student's: if nothing else is left, the owner has no name.
    """
    name = name[-_LONGEST_NAME:]
    bare = re.sub(r"(?: ?\(\d+\))+$", "", _SUFFIXES.sub("", name))  # a second download of one file: "ada (1).zip"
    bare = without_copy_of(_ADDED.sub("", _ILIAS_FILE.sub("", bare)))
    nobody = is_chapter(bare) or bare == _DRIVES_OWN
    return Owner(Platform.PLAIN, "" if nobody else without_chapter(bare), label=name, place=place)


_LONGEST = 200
"""Bytes that an id may have: with a number behind it, it still has to be a folder's name on every disk."""


def clean_id(name: str) -> str:
    """Return a name in a form that is safe for a folder, and the same however its letters are encoded."""
    clean = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name)).strip("-.")[:80]
    clean = clean.encode("utf-8", "surrogateescape")[:_LONGEST].decode("utf-8", "ignore")
    return f"{clean}-1" if clean in NAMES_OF_JAVASCRIPT else clean
