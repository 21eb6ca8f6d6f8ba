"""Why a submission was not taken: the kinds of reasons, and the sentence for each kind."""

from __future__ import annotations

from enum import StrEnum

from ...refusal import Refusal


class Reason(StrEnum):
    """A kind of reason why something was left out while submissions were collected."""

    ANOTHERS_NAME = "another's name"
    NO_NAME = "no name"
    CHAPTERS_NAME = "named after the chapter"
    NOT_ON_THE_ROSTER = "not on the roster"
    CHANGED_NAME = "changed name"
    SEVERAL_ON_THE_ROSTER = "several on the roster"
    TWO_PEOPLE = "two people"
    TWO_ASSIGNMENTS = "two assignments"
    SAME_FOLDER = "same folder"
    EMPTY = "empty"
    NOT_A_ZIP = "not a zip"
    LOCKED = "locked"
    METHOD = "method"
    TOO_MANY_FILES = "too many files"
    TOO_LARGE = "too large"
    UNPACKS_TOO_LARGE = "unpacks too large"
    OTHER_ARCHIVE = "other archive"
    BARE_NOTEBOOK = "bare notebook"
    BARE_MODULE = "bare module"
    OTHER_FORM = "other form"
    WEB_ENTRY = "entered on a web page"
    NO_SUBMISSION = "no submission"
    NO_NOTEBOOK = "no notebook"
    OTHER_CHAPTER = "other chapter"
    TWO_NOTEBOOKS = "two notebooks"
    TWO_LIBRARIES = "two libraries"
    LIBRARY_ELSEWHERE = "library elsewhere"
    RENAMED_COPY = "renamed copy"
    LOOSE_MODULE = "loose module"
    CLASS_DOWNLOAD = "download of a class"
    SEVERAL_SUBMISSIONS = "several submissions"
    KEPT = "kept"
    INCOMPLETE = "incomplete"
    OLDER = "older"
    UNREADABLE = "unreadable"
    LINK = "link"
    TOO_DEEP = "too deep"
    UNKNOWN_NAME = "unknown name"
    SUPERSEDED = "superseded"
    ANOTHER_KIND = "another kind of file"


class Reader(StrEnum):
    """Who reads the sentence, and can do something about the reason."""

    INSTRUCTOR = "instructor"
    STUDENT = "student"


_FOR = {
    Reader.INSTRUCTOR: {
        "remedy": "ask for the zip that `weightlab submit` makes",
        "again": "download it again, or ",
        "choose": "ask which one counts",
        "or_unpack": ", or, if they belong to several students, unpack this file and collect the folder",
    },
    Reader.STUDENT: {
        "remedy": "submit the zip that `weightlab submit` makes",
        "again": "",
        "choose": "submit only the one that counts",
        "or_unpack": "",
    },
}
_WORDS = {
    Reason.ANOTHERS_NAME: "another student's submission has the same name; use a roster, or rename the file",
    Reason.NO_NAME: "this name does not say whose submission this is; rename the file to the student's name",
    Reason.CHAPTERS_NAME: "it has the chapter's name, not a student's; rename the file to the student's name",
    Reason.NOT_ON_THE_ROSTER: "nobody on the roster is called {name}; add the student with `weightlab roster`",
    Reason.CHANGED_NAME: "it is from {name}, but number {number} is {who} on the roster; if the name has changed, "
    "edit roster.csv",
    Reason.SEVERAL_ON_THE_ROSTER: "{name} could be {who} on the roster; give Moodle's grading worksheet with "
    "--worksheet, or rename the file to one of these",
    Reason.TWO_PEOPLE: "two people on the platform may be called {name}; ask whose upload this is, rename the file to "
    "the student's id, and collect it separately",
    Reason.TWO_ASSIGNMENTS: "{name} is in several downloads from Moodle, and nothing shows which upload counts; "
    "collect the downloads one at a time with --replace, the one that counts last",
    Reason.SAME_FOLDER: "this disk cannot tell the name from another student's",
    Reason.EMPTY: "the file is empty (0 bytes); {again}{remedy}",
    Reason.NOT_A_ZIP: "not a zip, or damaged ({cause}); {again}{remedy}",
    Reason.LOCKED: "the zip is locked with a password; {remedy}",
    Reason.METHOD: "{file} is compressed by an unusual method; {remedy}",
    Reason.TOO_MANY_FILES: "it holds more than {most:,} files; {remedy}",
    Reason.TOO_LARGE: "{file} is larger than {most}; {remedy}",
    Reason.UNPACKS_TOO_LARGE: "it unpacks to more than {most}; {remedy}",
    Reason.OTHER_ARCHIVE: "a {kind} file is not read; {remedy}",
    Reason.BARE_NOTEBOOK: "a notebook without the library; {remedy}",
    Reason.BARE_MODULE: "a module without the notebook; {remedy}",
    Reason.OTHER_FORM: "only partly downloaded, or a submission in a format that is not read; {again}{remedy}",
    Reason.WEB_ENTRY: "text or a link that was entered on a web page; {remedy}",
    Reason.NO_SUBMISSION: "it holds nothing that could be a submission; {remedy}",
    Reason.NO_NOTEBOOK: "it holds no {notebook}; {remedy}",
    Reason.OTHER_CHAPTER: "it holds {others} and no {notebook}; {remedy}",
    Reason.TWO_NOTEBOOKS: "it holds different notebooks of this chapter: {paths}; {choose}{or_unpack}",
    Reason.TWO_LIBRARIES: "it holds different libraries: {paths}; {choose}",
    Reason.LIBRARY_ELSEWHERE: "the notebook is in {here} and the library in {there}, so they may be from two people; "
    "{remedy}",
    Reason.RENAMED_COPY: "a copy with different contents; {taken} was taken, so {choose}",
    Reason.LOOSE_MODULE: "a module that is neither beside the notebook nor in a folder called weightlab/; {remedy}",
    Reason.CLASS_DOWNLOAD: "it seems to be a platform's download of a whole class; collect it separately",
    Reason.SEVERAL_SUBMISSIONS: "it holds {count} zips; {remedy}{or_unpack}",
    Reason.KEPT: "an earlier submission was kept; --replace takes the new one",
    Reason.INCOMPLETE: "it holds no {module}, but an earlier upload does, so that one was kept; {remedy}",
    Reason.OLDER: "the submission collected earlier is newer, so it was kept; to take this upload, delete that "
    "submission first",
    Reason.UNREADABLE: "{file} cannot be written or read ({cause}); fix that first",
    Reason.LINK: "a link, which is not followed; give the path that it points to",
    Reason.TOO_DEEP: "it is nested in more than {most} folders, so it was not read",
    Reason.UNKNOWN_NAME: "this is not how the platform names files; rename the file after the student and "
    "collect it separately",
    Reason.SUPERSEDED: "an earlier upload by the same student",
    Reason.ANOTHER_KIND: "not a submission",
}
HARMLESS = frozenset({Reason.SUPERSEDED, Reason.OLDER, Reason.ANOTHER_KIND})
"""Reasons for which no submission is lost."""


_LONGEST = 400
"""Characters of a name, or of a few names, in a sentence."""


class NotTakenError(Refusal):
    """Something cannot be taken as a submission; carries the kind of reason, and the data for its sentence."""

    def __init__(self, reason: Reason, **facts: object) -> None:
        super().__init__(describe(reason, **facts))
        self.reason, self._facts = reason, facts

    def for_student(self) -> str:
        """Return the sentence as the student reads it, who can submit again."""
        return describe(self.reason, Reader.STUDENT, **self._facts)


def describe(reason: Reason, reader: Reader = Reader.INSTRUCTOR, **facts: object) -> str:
    """Return the sentence for a reason; a long name in it is cut, because a name in a zip can fill a screen."""
    short = {name: fact if isinstance(fact, int) else _cut(str(fact)) for name, fact in facts.items()}
    return _WORDS[reason].format(**_FOR[reader], **short)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def mebibytes(count: int) -> str:
    """Write a number of bytes as people read it."""
    return f"{count // 2**20} MiB" if count >= 2**20 else f"{count // 2**10} KiB"
