"""Measures the autograder's own accuracy and writes docs/accuracy.md: ``python -m tests.accuracy`` (some minutes)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from autograder.exercise import Exercise
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import key
from autograder.judging.judge import find_all_problems
from autograder.judging.misconception import find_misconception
from autograder.paths import ROOT
from autograder.sandbox.process import Runner
from tests import test_exercises as exercises
from tests.accuracy.judging import PASSED, RAISED, SEEDS, all_mutants, answer_key, equivalents, verdicts

PAGE = ROOT / "docs" / "accuracy.md"
TEXT = """# The autograder's own accuracy

Does every right answer get full marks, and does every wrong one lose some? The numbers on this page are measured:
`python -m tests.accuracy` makes it again. Every answer was judged by two keys, the public one and one of another seed;
it counts as right only if both say so, and as caught only if both catch it. Chapter 09 is scored by what the network
can do, not by its numbers, and was judged by the public key alone.

## Right answers

{right}

The other styles are in `tests/alternatives/`: loops, recursion, einsum, NumPy's matrix class, lists of lists in
place of arrays, single precision, generators, work on copies, other formulas. Each ran in a process of its own.
{wronged}

## Known wrong answers

{known}

## Wrong answers made by machine

`tests/accuracy/mutants.py` takes the reference library and makes every small slip in it, one at a time: other
operators, comparisons, constants, axes, indices, functions and names, swapped operands and arguments, dropped calls,
arguments, statements and loop rounds, writing in place. Signatures and the prose of messages stay.

When they were first tried, 17 wrong ones passed, one in 300. Each got a case that catches it, so that the figures
below say only that such slips find no hole any more. As a test with slips that no case had been made for, 2,488
mutants of the answers in other styles were judged once, and those that passed were read: 8 wrong ones were among them
(99.6 % caught, or 99.4 % without those that raise an error). They got cases, too. That share is the better guess for
what nobody thought of.

{chapters}

{kinds}

**{share:.2%} of the slips that make a function wrong are caught**; without those that only make Python raise an error,
which no autograder could miss, it is {strict:.2%}.

### Slips that are none

{equivalent} mutants are right answers still, each listed in `tests/accuracy/equivalent.txt` under its reason:

{reasons}

{survived}"""


def right_answers() -> tuple[list[tuple], list[str]]:
    """Judge the reference and all alternatives; return rows by chapter and what was wronged."""
    rows, wronged = [], []
    with Runner() as runner:
        for chapter in CHAPTERS.values():
            count = Counter()
            for name, exercise in chapter.exercises.items():
                others = exercises.ALTERNATIVES.get(name, [])
                libraries = [(f.__name__, exercises.with_function(exercise, f)) for f in others]
                for style, library in [("reference", exercises.REFERENCE), *libraries]:
                    seeds = SEEDS[:1] if exercise.scored else SEEDS
                    found = [exercises.examine(runner, exercise, answer_key(name, seed), library) for seed in seeds]
                    kind = "reference" if style == "reference" else "styles"
                    count[kind] += 1
                    if all(verdict.score == exercise.points for verdict in found):
                        count[f"{kind}, full marks"] += 1
                    else:
                        wronged.append(f"{name}, {style}")
            rows.append(
                (
                    chapter.name,
                    *(count[k] for k in ("reference", "reference, full marks", "styles", "styles, full marks")),
                )
            )
    return rows, wronged


def known_wrong_answers() -> list[tuple]:
    """Judge all misconceptions; return rows by chapter."""
    rows = []
    for chapter in CHAPTERS.values():
        made = caught = named = 0
        for name, exercise in chapter.exercises.items():
            keys = [answer_key(name, seed) for seed in (SEEDS[:1] if exercise.scored else SEEDS)]
            for i, wrong in enumerate(keys[0].mistakes):
                made += 1
                names = [_named(exercise, answers, answers.mistakes[i].observations) for answers in keys]
                caught += None not in names
                named += all(name == wrong.name for name in names)
        rows.append((chapter.name, made, caught, named))
    return rows


def _named(exercise: Exercise, answers: key.Key, seen: tuple) -> str | None:
    """Return the misconception that an answer is taken for, or None where it passes."""
    known = find_misconception(exercise, answers, seen) if any(find_all_problems(exercise, answers, seen)) else None
    return known and known.name


def judged_mutants() -> list[tuple]:
    """Judge all mutants; return (chapter, mutant, verdict) of each."""
    found = []
    for chapter in CHAPTERS.values():
        for name, made in all_mutants(chapter.module).items():
            seeds = SEEDS[:1] if EXERCISES[name].scored else SEEDS
            found += [(chapter.name, *pair) for pair in zip(made, verdicts(name, made, seeds), strict=True)]
            print(f"{name}: {len(made)} mutants judged")
    return found


def table(head: list[str], rows: list[tuple], total: str = "all") -> str:
    """Write a Markdown table with a line of sums."""
    sums = [sum(column) for column in list(zip(*rows, strict=True))[1:]]
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows, (f"**{total}**", *(f"**{n}**" for n in sums))]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def tally(found: list[tuple], group: Callable[[tuple], str]) -> list[tuple]:
    """Count mutants by group: made, right still, caught by an answer, caught by an error, survived."""
    rows = {}
    for entry in found:
        _, mutant, verdict = entry
        row = rows.setdefault(group(entry), [0] * 5)
        row[0] += 1
        if verdict == PASSED:
            row[1 if str(mutant) in equivalents() else 4] += 1
        else:
            row[3 if verdict == RAISED else 2] += 1
    return [(name, *row) for name, row in rows.items()]


def main() -> None:
    """Measure everything and write the page."""
    right, wronged = right_answers()
    known, found = known_wrong_answers(), judged_mutants()
    chapters, kinds = tally(found, lambda entry: entry[0]), sorted(tally(found, lambda entry: entry[1].kind))
    made, equivalent, by_answer, by_error, survived = (sum(column) for column in list(zip(*chapters, strict=True))[1:])
    names = [str(mutant) for _, mutant, verdict in found if verdict == PASSED]
    reasons = Counter(equivalents()[name] for name in names if name in equivalents())
    left = [f"- `{name}`" for name in names if name not in equivalents()]
    head = ["made", "right still", "caught by an answer", "caught by an error", "survived"]
    PAGE.write_text(
        TEXT.format(
            right=table(["chapter", "reference", "full marks", "other styles", "full marks"], right),
            wronged="".join(f"\n- wronged: {name}" for name in wronged),
            known=table(["chapter", "misconceptions", "caught", "named"], known),
            chapters=table(["chapter", *head], chapters),
            kinds=table(["kind of slip", *head], kinds),
            share=(by_answer + by_error) / (made - equivalent),
            strict=by_answer / (by_answer + survived),
            equivalent=equivalent,
            reasons="\n".join(f"- {count} × {reason}" for reason, count in reasons.most_common()),
            survived="### Survived\n\n" + "\n".join(left) + "\n" if left else "No other mutant survived.\n",
        ),
        encoding="utf-8",
    )
    print(f"\n{PAGE.relative_to(ROOT)}: {made} mutants, {survived} survived, {len(wronged)} right answers wronged")
    print("\n".join([*left, *wronged]))


if __name__ == "__main__":
    main()
