"""Decides which student each upload belongs to: by the roster, or by an id made from the platform's name."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from ..rosters.roster import Roster, Student, is_named
from . import origins
from .platforms import Owner, Platform, clean_id, plain_owner
from .reasons import NotTakenError, Reason
from .uploads import Upload

_BLIND = ("Participant", "Teilnehmerin", "Teilnehmer")
"""Moodle's name for everybody in blind marking; in other languages it is recognised as one name with many numbers."""


class Names:
    """Gives each owner a different id: from the roster if there is one, otherwise made from the platform's name."""

    def __init__(
        self,
        uploads: Iterable[Upload],
        roster: Roster,
        participants: Mapping[str, Student],
        before: Mapping[str, origins.Origin],
    ) -> None:
        self.roster, self.participants, self.before = roster, participants, before
        uploads = [self.settle(upload) for upload in uploads]
        owners = {upload.owner.key: upload.owner for upload in uploads}
        numbers: dict[tuple, set[str]] = defaultdict(set)
        for owner in owners.values():
            numbers[owner.platform, clean_id(owner.name)].add(owner.number)
        self._namesakes = {name for name, found in numbers.items() if len(found) > 1}
        claims: dict[str, list[Owner]] = defaultdict(list)
        for owner in owners.values():
            claims[self._made(owner)].append(owner)
        self._winners = {name: self._winner(name, claiming) for name, claiming in claims.items()}

    def settle(self, upload: Upload) -> Upload:
        """Return an upload with the owner whose name and number are on the roster, if its name has several readings."""
        owner = upload.owner
        fitting = [one for one in owner.readings if self.roster.find_numbered(one)]
        if len(fitting) != 1:
            return upload
        (one,) = fitting
        settled = dataclasses.replace(one, doubtful=True, readings=owner.readings)
        return dataclasses.replace(upload, owner=settled)

    def student_of(self, owner: Owner) -> str:
        """Return an owner's id.

        Raises
        ------
        NotTakenError
            If the owner cannot be identified, or somebody else has the name.
        """
        if not owner.name:
            raise NotTakenError(Reason.CHAPTERS_NAME)
        if self.roster:
            return self._on_roster(owner)
        name = self._made(owner)
        if not name:
            raise NotTakenError(Reason.NO_NAME)
        known = self.before.get(name)
        same_platform = known is not None and known.platform == owner.platform and known.number and owner.number
        if self._winners[name] != owner.key or (same_platform and known.number != owner.number):
            raise NotTakenError(Reason.ANOTHERS_NAME)
        return name

    def of_one_person(self, student: str, uploads: Iterable[Upload]) -> list[Upload]:
        """Leave out the uploads that may be another person's, who has chosen a name like the student's on a platform.

        Two different numbers of one platform belong to two people. Only a number or a login says which one is the
        student; if neither does, nothing of that platform is taken.
        """
        left = list(uploads)
        for platform in {upload.owner.platform for upload in left}:
            owners = {upload.owner.key: upload.owner for upload in left if upload.owner.platform is platform}
            if self.roster and len({owner.number for owner in owners.values()} - {""}) > 1:
                certain = [key for key, owner in owners.items() if self._is_certain(student, owner)]
                numbers = {owners[key].number for key in certain}
                left = _without(left, platform, lambda one, k=certain, n=numbers: one.owner.key in k and len(n) == 1)
            if platform is Platform.PLAIN and self.roster:
                theirs = {key for key, owner in owners.items() if self._is_in_anothers_folder(student, owner)}
                if theirs != owners.keys():
                    left = _without(left, platform, lambda one, keys=theirs: one.owner.key not in keys)
                # The name of a clone may end like a classmate's name on GitHub; the classmate's own is shorter.
                github = self.roster.students[student].github.casefold()
                ends = {owner.name for owner in owners.values() if owner.name.casefold().endswith(f"-{github}")}
                longer = ends - {min(ends, key=len, default="")} if github else set()
                left = _without(left, platform, lambda one, names=longer: one.owner.name not in names)
            if self.roster:
                left = _without(left, platform, lambda one: not self._may_be_a_classmates(student, one.owner))
            if not all(upload.owner.doubtful for upload in left if upload.owner.platform is platform):
                left = _without(left, platform, lambda one: not one.owner.doubtful)
        return left

    def _is_in_anothers_folder(self, student: str, owner: Owner) -> bool:
        """Return whether a plain name is in the folder of a classmate, who may give any name to a file there."""
        around = (self.roster.find_owner(plain_owner(name)) for name in PurePosixPath(owner.place).parts)
        return any(found and student not in found for found in around)

    def _may_be_a_classmates(self, student: str, owner: Owner) -> bool:
        """Return whether a doubtful entry also has the number of a classmate, whose name may look like an entry."""
        numbers = {one.number for one in owner.readings} if owner.doubtful else set()
        return any(one.canvas in numbers for one in self.roster.students.values() if one.canvas and one.id != student)

    def _is_certain(self, student: str, owner: Owner) -> bool:
        known = self.roster.students[student]
        if owner.platform is Platform.MOODLE:
            # A group's name, or a name chosen to look like one, may be in front of a student's own name.
            return owner.number in self.participants or owner.name.casefold() == known.name.casefold()
        if owner.platform is Platform.CANVAS:
            return owner.number == known.canvas
        return bool(owner.login) and owner.login.casefold() in (known.login.casefold(), known.id.casefold())

    def _on_roster(self, owner: Owner) -> str:
        person = self.participants.get(owner.number) if owner.platform is Platform.MOODLE else None
        if person is not None and not is_named(person, owner):
            person = None
        found = self.roster.find_owner(owner) if person is None else self.roster.find_person(person)
        stated = owner if owner.number or not owner.readings else owner.readings[0]  # as the platform itself would read
        known = self.roster.find_canvas(stated.number) if owner.platform is Platform.CANVAS else None
        if known is not None and known.id not in found:
            # A name can be chosen, so it is not enough: the number belongs to one person for ever.
            who = f"{known.id} ({known.name})" if known.name else known.id
            raise NotTakenError(Reason.CHANGED_NAME, name=stated.name, number=stated.number, who=who)
        if len(found) == 1:
            return found[0]
        if found:
            raise NotTakenError(Reason.SEVERAL_ON_THE_ROSTER, name=owner.name, who=" or ".join(found))
        raise NotTakenError(Reason.NOT_ON_THE_ROSTER, name=stated.name)

    def _made(self, owner: Owner) -> str:
        """Return the id made from a platform's name, with a number if the name alone does not identify a person."""
        if owner.platform in (Platform.BLACKBOARD, Platform.ILIAS):
            return clean_id(owner.login)
        name = clean_id(owner.name)
        numbered = owner.platform is Platform.CANVAS or owner.name in _BLIND
        if owner.number and (numbered or (owner.platform, name) in self._namesakes):
            return f"{name}-{owner.number}"
        return name

    def _winner(self, name: str, owners: list[Owner]) -> tuple | None:
        """Return the owner who gets a name that fits several people: the one whose exact name it is, if any."""
        if len(owners) == 1:
            return owners[0].key
        exact = [owner for owner in owners if name in (owner.name, owner.login)]
        if any(owner.platform is not Platform.PLAIN for owner in exact):
            return exact[0].key if len(exact) == 1 else None
        # A student's folder can contain a folder with a classmate's name, so outer folders go first.
        depths = [len(PurePosixPath(owner.place).parts) for owner in exact]
        outermost = [owner for owner, depth in zip(exact, depths, strict=True) if depth == min(depths)]
        return outermost[0].key if len(outermost) == 1 else None


def _without(uploads: list[Upload], platform: Platform, stays: Callable[[Upload], bool]) -> list[Upload]:
    return [upload for upload in uploads if upload.owner.platform is not platform or stays(upload)]
