"""Merges students' answers to the concept test, and computes a class's gain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from labkit.concepts import CONCEPTS, WHEN, Concept, read_answers, score


def normalised_gain(before: Sequence[int], after: Sequence[int]) -> float | None:
    """Return a class's normalised gain, ``(after - before) / (all - before)`` of the class's mean scores.

    Parameters
    ----------
    before, after : sequence of int
        Right answers of each student, in the same order; only students who took both tests.

    Returns
    -------
    float or None
        At most 1, if everything that could still be learned was learned. None for an empty class, and
        for one that knew everything before.

    References
    ----------
    R. R. Hake, "Interactive-engagement versus traditional methods", American Journal of Physics 66
    (1998), 64–74.
    """
    if len(before) != len(after):
        raise ValueError(f"before and after must hold the same students, but there are {len(before)} and {len(after)}.")
    if not before or sum(before) == len(before) * len(CONCEPTS):
        return None
    return (sum(after) - sum(before)) / (len(before) * len(CONCEPTS) - sum(before))


def merge_records(records: Iterable[Mapping]) -> dict[str, dict[str, str]]:
    """Merge the records that a student submitted with the chapters into one.

    Only complete answers count: for ``before`` the first, for ``after`` the last.
    """
    one: dict[str, dict[str, str]] = {}
    for record in records:
        for when in WHEN:
            answers = read_answers(record, when) if isinstance(record, Mapping) else {}
            if len(answers) == len(CONCEPTS) and (when == "after" or when not in one):
                one[when] = answers
    return one


def summarise_class(records: Sequence[Mapping]) -> dict:
    """Summarise a class's records of the concept test, for the class report.

    Parameters
    ----------
    records : sequence of mapping
        Each student's ``.weightlab/concepts.json`` as it was read; it may hold anything.

    Returns
    -------
    dict
        ``students`` (who took part both times: all fifteen questions answered), ``before`` and ``after``
        (their mean right answers, or None), ``gain`` (or None), and ``questions``: for each its
        ``name``, ``text``, the fraction right ``before`` and ``after``, and ``beliefs``, how many held
        each wrong belief after the course.
    """
    records = [record for record in records if isinstance(record, Mapping)]
    pairs = [tuple(read_answers(record, when) for when in WHEN) for record in records]
    pairs = [pair for pair in pairs if all(len(answers) == len(CONCEPTS) for answers in pair)]
    n = len(pairs)
    before, after = [score(pair[0]) for pair in pairs], [score(pair[1]) for pair in pairs]

    def share(concept: Concept, which: int) -> float | None:
        return sum(pair[which][concept.name] == concept.right for pair in pairs) / n if n else None

    return {
        "students": n,
        "before": sum(before) / n if n else None,
        "after": sum(after) / n if n else None,
        "gain": normalised_gain(before, after),
        "questions": [
            {
                "name": concept.name,
                "text": concept.text,
                "before": share(concept, 0),
                "after": share(concept, 1),
                "beliefs": {
                    belief: sum(pair[1][concept.name] == option for pair in pairs)
                    for option, belief in concept.wrong.items()
                },
            }
            for concept in CONCEPTS
        ],
    }
