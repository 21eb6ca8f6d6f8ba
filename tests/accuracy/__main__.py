"""Measures the autograder's own accuracy and writes docs/accuracy.md: ``python -m tests.accuracy`` (a few minutes)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from autograder.exercise import Exercise
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import key
from autograder.judging.judge import find_all_problems
from autograder.judging.misconception import find_proved
from autograder.paths import ROOT
from autograder.sandbox.process import Runner
from tests import test_exercises as exercises
from tests.accuracy import unseen
from tests.accuracy.judging import PASSED, RAISED, SEEDS, all_mutants, answer_key, equivalents, verdicts

PAGE = ROOT / "docs" / "accuracy.md"
TEXT = """# The autograder's own accuracy

Does every right answer get full marks, and does every wrong answer lose some? `.venv/bin/python -m tests.accuracy`
measures this and writes this page. The counts of faulty sentences are from people who read the sentences.

Except for the [unseen answers](#answers-by-writers-who-saw-only-the-stubs), every answer was judged with two keys: the
public key, and a key from another seed. An answer counts as right only if both keys accept it, and as caught only if
both keys reject it. Chapter 10 is scored by what the network can do, so the public key alone judges its answers.

## Right answers

{right}

The answers in other styles (`tests/alternatives/`) use loops, recursion, einsum, NumPy's matrix class, lists of lists
instead of arrays, single precision, generators, copies, and other formulas.
{wronged}

## Known wrong answers

{known}

A misconception counts as named if, with both keys, the check names this misconception and no other.

## Answers by writers who saw only the stubs

This table shows how the autograder judges the answers in `tests/accuracy/unseen/` now, after the changes that they
prompted. Each answer is judged once, with the public key.

{unseen}

- A wrong answer is *recognisable* if a tutor would recognise the mistake.
- A wrong answer is *described* if the verdict begins with a sentence about the mistake, before the call and its
  numbers.

The next table shows the results when the autograder first saw each set. Readers judged the checks' sentences one by
one.

{read}

## Wrong answers made automatically

`autograder/judging/slips/mutants.py` makes every small slip in the reference library, one at a time. Each result is a
mutant. The second table below lists the kinds of slip. Signatures and the prose of messages stay unchanged.

When these mutants were first judged, 17 wrong mutants passed, one in 300. Cases now catch them, so the tables below
show only that these slips no longer pass. For a better estimate, 2,488 mutants of the answers in other styles were
judged once, before any cases were made for them. Eight wrong ones passed, so 99.6% of the wrong mutants were caught
(99.4% if those that raise an error are left out). Cases now catch these eight, too.

{chapters}

{kinds}

**{share:.2%} of the slips that make a function wrong are caught**, and {strict:.2%} of those after which Python raises
no error. An autograder could hardly miss the others.

### Slips that leave the answer right

{equivalent} mutants are still right answers. Each is listed in `tests/accuracy/equivalent.txt` under its reason:

{reasons}

{survived}"""


READ = """\
| set | wrong answers caught | recognisable answers described truly and specifically | answers described falsely or \
imprecisely | right answers with full marks |
| --- | ---: | ---: | ---: | ---: |
| first half | 328 of 332 | 83% | 30 (9%) | 114 of 115 |
| second half | 230 of 230 | 185 of 215 (86%) | 6 (2.6%) | 99 of 99 |
| third and fourth sets | 343 of 344 | 306 of 342 (89%) | 1 (0.3%) | 98 of 98 |
| fifth set | 471 of 480 | 398 of 441 (90%) | 4 (0.8%) | 264 of 264 |
| sixth set | 426 of 432 | 388 of 416 (93%) | 3 (0.7%) | 214 of 214 |
| seventh set | 426 of 427 | 386 of 419 (92%) | 5 (1.2%) | 184 of 184 |
| eighth set | 644 of 649 | 527 of 612 (86%) | 12 (1.8%) | 213 of 213 |
| ninth set | 457 of 479 | 275 of 360 (76%) | 26 (5.4%) | 138 of 138 |
| tenth set | 490 of 499 | 374 of 395 (95%) | 12 (2.4%) | 201 of 201 |
| eleventh set | 679 of 691 | 511 of 573 (89%) | 10 (1.4%) | 196 of 198 |
| twelfth set | 413 of 415 | 387 of 414 (93%) | 2 (0.5%) | 199 of 200 |

### How the sets were written and read

| sets | writers | readers of the sentences |
| --- | --- | --- |
| the two halves | people who saw only the stubs, and marked the answers whose mistake a tutor would recognise | the \
autograder's author (second half) |
| third and fourth | the autograder's author, who knew the general findings but not the misconceptions | the \
autograder's author |
| later sets | other people who saw only the stubs | people who had not read the set before |

Each set was judged once, before the autograder was changed for it. An author's own answers are easier to judge than a
stranger's. The reader of the sixth set had worked on the code of the findings the same day. The later readers had not
read this code.

In the next table, "said little" counts sentences that were true but told the learner little, and "position only" counts
answers for which the check gave only the position of the first number that differs.

| set | judged in November 2026, by commit | writers | what the writers were told | said little | position only |
| --- | --- | ---: | --- | ---: | ---: |
| fifth | 28, 368405b | 1 | | 7 | 26 |
| sixth | 28, c8fec95 | 2 | | 8 | 11 |
| seventh | 28, 0ddaa0b | 2 | what the course accepts | 14 | 13 |
| eighth | 28, 6b81dc6 | 2 | | 33 | 55 |
| ninth | 29, 02c3345 | 2 | to leave out the most obvious mistakes, and to check that each wrong answer is wrong for \
some input that the docstring allows | 34 | 63 |
| tenth | 29, 025612e | 2 | to make natural mistakes of students from many backgrounds | 22 | not counted |
| eleventh | 29, fcebec8 | 2 | to make natural mistakes, some of them in unusual code | 44 | 58 |
| twelfth | 29, e60864a | 4 | to make the mistakes that real classes make, in natural and in unusual code, and to try \
each answer beside their own solutions | 9 | 15 |

### Wrong answers that passed

When the autograder first saw the sets, 71 wrong answers passed. Cases now catch most of them. Nineteen of the 71 make
an exception where the docstring makes none: for an array of zeros, layers of equal sizes, a class that does not
occur, or a number just above 0. Others, for example, compare numbers of entries instead of shapes, or store results
as integers if the inputs are integers. These wrong answers still pass:

| what the answer does | answers | why it passes |
| --- | ---: | --- |
| returns a list instead of an array | 5 | accepted; the check mentions the list |
| returns integers instead of floats, or another such type | 12 | accepted |
| `adapt` draws from NumPy's global generator | 1 | accepted: chapter 10 is scored by what the network can do |
| accepts a scheme in capital letters | 2 | not tried |
| is wrong only for an array in Fortran order | 2 | not tried |
| compares with `is` | 1 | not tried |
| changes the sign of a zero, or lets NaN into gradients | 2 | not tried |
| returns arrays that share memory with an argument or another result | 6 | comparing values cannot show this |

Three right answers did not get full marks. Each is an `adapt` that lets the accuracy on the old digits fall a little
too far. The stub alone does not say how far the accuracy may fall.

### Sentences that were faulty

| what was wrong with the sentence | fifth to twelfth sets |
| --- | ---: |
| It named a pattern, a condition or a slip that held only in the cases tried, or not in all of them. | 35 |
| It gave advice on code that the answer does not contain. | 15 |
| It named a wrong cause, such as a check of the batch size where Python's `range` had raised the error. | 4 |
| It was inexact, for example about random draws or about where training stops. | 16 |
| A learner does not see it, because the right misconception is shown instead. | 4 |

Readers overlook some faulty sentences. After all faults of the eighth set had been fixed, a person who had not seen
the set read its 649 sentences again, and found eight more. One, for example, named a factor of one half. The factor
could equally be 1 divided by the rank, because the rank is 2 in every case."""


_NUMBERED = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth")
SETS = ("first_half", "second_half", *(f"{number}_set" for number in _NUMBERED))
"""The sets in ``unseen/`` in the order in which the autograder first saw them."""


def unseen_answers() -> list[tuple]:
    """Judge the answers of independent writers; return a row of counts for each set."""
    rows = []
    with Runner() as runner:
        for path in sorted(unseen.FOLDER.glob("*.txt"), key=lambda path: SETS.index(path.stem)):
            count = Counter()
            for answer in unseen.read_answers(path):
                verdict = unseen.judge(answer, runner)
                full = verdict.score == verdict.points
                count["right" if answer.right else "wrong"] += 1
                count["full" if answer.right else "caught"] += full if answer.right else not full
                if answer.recognisable:
                    count["recognisable"] += 1
                    count["told"] += unseen.is_told(verdict)
            columns = ("wrong", "caught", "recognisable", "told", "right", "full")
            rows.append((path.stem.replace("_", " "), *(count[name] for name in columns)))
            print(f"{path.name} judged")
    return rows


def right_answers() -> tuple[list[tuple], list[str]]:
    """Judge the reference and all alternatives; return rows by chapter, and the right answers that lost points."""
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
            for wrong in keys[0].mistakes:
                made += 1
                # Another key may leave out a misconception of a family, if it gives the same answers as another one.
                same = [(answers, one) for answers in keys for one in answers.mistakes if one.name == wrong.name]
                names = [_named(exercise, answers, one.observations) for answers, one in same]
                caught += None not in names
                named += all(name == wrong.name for name in names)
        rows.append((chapter.name, made, caught, named))
    return rows


def _named(exercise: Exercise, answers: key.Key, seen: tuple) -> str | None:
    """Return the misconception that an answer is taken for, or None if it passes."""
    known = find_proved(exercise, answers, seen) if any(find_all_problems(exercise, answers, seen)) else None
    return known and known.name


def judged_mutants() -> list[tuple]:
    """Judge all mutants; return (chapter, mutant, verdict) for each."""
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
    """Count mutants by group: made, still right, caught by an answer, caught by an error, survived."""
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
    head = ["made", "still right", "caught by an answer", "caught by an error", "survived"]
    PAGE.write_text(
        TEXT.format(
            right=table(["chapter", "reference", "full marks", "other styles", "full marks"], right),
            wronged="".join(f"\n- wronged: {name}" for name in wronged),
            known=table(["chapter", "misconceptions", "caught", "named"], known),
            unseen=table(
                ["set", "wrong", "caught", "recognisable", "described", "right", "full marks"], unseen_answers()
            ),
            read=READ,
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
