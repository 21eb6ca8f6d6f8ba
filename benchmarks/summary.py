"""Puts what was measured into words: a page beside the results, and the marked places of the README and docs/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from autograder.paths import ROOT
from benchmarks import RESULTS, cluster, result_of, stages
from benchmarks.rounds import told

_NOT_YET = "*Not measured in this copy yet: `make bench` writes the numbers here.*"
_SMALL = "64-64-10, batch 32"
Row = tuple[str, str, str, bool]


def targets(result: Mapping) -> list[Row]:
    """Return the targets for grading a class: quantity, target, measured value, and whether the target is reached."""
    cpu, processes = result["CPU seconds a submission"], result["seconds a submission"]
    nothing, memory = result["nothing to do"], result["MiB at the peak"]["all processes"]
    beside = [
        (
            f"throughput compared with {name}",
            "at least 15 times",
            f"{told(times['elapsed'])} times; in processor time {told(times['processor'])} times",
            times["elapsed"]["median"] >= 15,
        )
        for name, times in result["times the throughput of"].items()
    ]
    return [
        *beside,
        (
            "processor seconds per submission, without the student's own functions",
            "at most 0.15",
            told(cpu["beyond them"]),
            cpu["beyond them"]["median"] <= 0.15,
        ),
        (
            "processor time per submission, divided by the processor time of the student's functions alone",
            "at most 1.6 times",
            f"{told(cpu['times the functions alone'])} times; the functions take "
            f"{cpu['share of the functions']['median']:.0%} of the processor time",
            cpu["times the functions alone"]["median"] <= 1.6,
        ),
        (
            "speed with two processes compared with one",
            "at least 1.85 times",
            # With one process, its sandbox and the coordinator already use a part of the second processor.
            f"{told(processes['one / two'])} times; if two processors shared all the work evenly, it would be "
            f"{2 * processes['one process']['median'] / cpu['weightlab grade']['median']:.2f} times",
            processes["one / two"]["median"] >= 1.85,
        ),
        (
            f"duration of a run over {nothing['submissions']} submissions that finds nothing to do",
            "at most 1 s",
            f"{told(nothing['seconds'])} s; {told(nothing['CPU seconds'])} s of processor time; the first such run, "
            f"which reads everything, takes {nothing['seconds of the first, which reads everything']:g} s",
            nothing["seconds"]["median"] <= 1,
        ),
        ("memory of all processes together", "at most 500 MiB", f"{memory} MiB", memory <= 500),
    ]


def grading(result: Mapping) -> list[str]:
    """Return the results of `grading` as lines of Markdown."""
    machine, group = result["machine"], result["class"]
    rows = [f"| {what} | {aim} | {found} | {'yes' if met else '**no**'} |" for what, aim, found, met in targets(result)]
    small, rounds = result["one small submission"], result["CPU seconds a submission"]["weightlab grade"]["rounds"]
    flat = [
        f"| {students:,} | {seconds:g} | {cpu:g} |"
        for students, seconds, cpu in zip(small["students"], small["seconds"], small["CPU seconds"], strict=True)
    ]
    return [
        f"{machine['processors']} processors ({machine['system']}, Python {machine['python']}, NumPy "
        f"{machine['numpy']}), isolation {group['isolation']}, feedback included. Each figure is the median of "
        f"{rounds} rounds in which all that is compared took turns, with the lowest and the highest in parentheses. "
        f"The class earns {group['share of the points earned']:.0%} of the points.",
        "",
        "| | aim | measured | reached |",
        "|---|---|---|---|",
        *rows,
        "",
        f"Compared with other graders, per submission, two at a time. Each round took the next chapters: "
        f"{'; '.join(', '.join(names) for names in result['chapters a round'])}.",
        "",
        "| | seconds | processor seconds | start-up: seconds | start-up: processor seconds |",
        "|---|---|---|---|---|",
        *(f"| {name} | {' | '.join(map(told, found.values()))} |" for name, found in _beside(result)),
        "",
        *(f"How {name} was measured: {how}.\n" for name, how in result["how the others were measured"].items()),
        f"All chapters of {group['students']} students, {group['submissions']} submissions, in every round:",
        "",
        "| per submission | |",
        "|---|---|",
        *(f"| {name}, processor seconds | {told(found)} |" for name, found in _seconds(result)),
        *(f"| {name}, elapsed seconds | {told(found)} |" for name, found in _elapsed(result)),
        "",
        "The students' own functions are those of the reference, run once on all cases of a secret key; whatever runs "
        "more than once counts as the grader's. A class's start-up, once a run, took "
        f"{told(result['start-up of a class']['seconds'])} s.",
        "",
        f"Many submissions of {small['chapter']}, once each:",
        "",
        "| students | seconds per submission | processor seconds per submission |",
        "|---|---|---|",
        *flat,
        "",
        f"Memory at the peak: {', '.join(f'{name} {size} MiB' for name, size in result['MiB at the peak'].items())}.",
    ]


def _beside(result: Mapping) -> list[tuple[str, Mapping]]:
    return list(result["beside others, a submission"].items())


def _seconds(result: Mapping) -> list[tuple[str, Mapping]]:
    found = result["CPU seconds a submission"]
    return [(name, found[name]) for name in ("weightlab grade", "the students' own functions", "beyond them")]


def _elapsed(result: Mapping) -> list[tuple[str, Mapping]]:
    return [(name, result["seconds a submission"][name]) for name in ("two processes", "one process")]


def training(result: Mapping) -> list[str]:
    """Return the results of `training` as lines of Markdown."""
    settings = {name: found for name, found in result.items() if name not in ("machine", "rounds")}
    peers = sorted({peer for found in settings.values() for peer in found["times as fast as"]})
    heads = [f"times as fast as {peer}" for peer in peers]
    lines = [
        f"Microseconds per step of gradient descent on one thread ({result['machine']['system']}), the median of "
        f"{result['rounds']} rounds in which all took turns; in parentheses the lowest and the highest. The products "
        "alone are the matrix products of a step, written into arrays that are there already: no library can be "
        "faster on this machine.",
        "",
        f"| network | the reference | the products alone | their share of its step | {' | '.join(heads)} |",
        "|---|---|---|---|" + "---|" * len(peers),
    ]
    for name, found in settings.items():
        step, alone = found["µs a step"]["the reference"], found["µs a step"]["the products alone"]
        times = [told(found["times as fast as"][peer]) if peer in found["times as fast as"] else "" for peer in peers]
        lines.append(
            f"| {name} | {told(step)} | {told(alone)} | {told(found['share of the products'])} | {' | '.join(times)} |"
        )
    return lines


def _brief(result: Mapping) -> list[str]:
    rows = [f"| {what} | {aim} | {found} |" for what, aim, found, _ in targets(result)]
    return ["| | aim | measured |", "|---|---|---|", *rows]


def _cost(result: Mapping) -> list[str]:
    return cluster.cost(result, result_of("cluster"))


PLACES: dict[str, tuple[Path, Callable[[Mapping], list[str]]]] = {
    "grading": (ROOT / "README.md", _brief),
    "cost": (ROOT / "docs" / "cluster.md", _cost),
}
"""By marker: the file that holds it, and the function that writes the results of `grading` there."""
PAGES: dict[str, tuple[str, Callable[[Mapping], list[str]]]] = {
    "grading": ("Grading a class, measured", grading),
    "training": ("Training, measured", training),
    "stages": ("Where the time of a submission goes", stages.page),
}
"""By benchmark: the title of the page beside its results, and the function that writes the page."""


def written() -> dict[Path, str]:
    """Return the files that quote results, as they should read now."""
    texts: dict[Path, str] = {}
    for marker, (path, words) in PLACES.items():
        text = texts.get(path) or path.read_text(encoding="utf-8")
        first, last = f"<!-- measured: {marker} -->\n", f"<!-- end: {marker} -->\n"
        before, found, rest = text.partition(first)
        _, closed, after = rest.partition(last)
        if not (found and closed):
            raise SystemExit(f"{path} has no place for the results: {first.strip()} … {last.strip()}")
        try:
            lines = words(result_of("grading"))
        except SystemExit:
            lines = [_NOT_YET]
        texts[path] = before + first + "\n".join([*lines, ""]) + last + after
    for name, (title, words) in PAGES.items():
        try:
            page = [f"# {title}", "", f"Made by `python -m benchmarks {name}`.", "", *words(result_of(name))]
        except SystemExit:
            continue
        texts[RESULTS / f"{name}.md"] = "\n".join([*page, ""])
    return texts


def write() -> None:
    """Bring every file that quotes results up to date."""
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
