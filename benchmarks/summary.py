"""Puts what was measured into words: a page beside the results, and the marked places of the README and docs/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from autograder.paths import ROOT
from benchmarks import RESULTS, cluster, result_of

_NOT_YET = "*Not measured in this copy yet: `make bench` writes the numbers here.*"


def targets(result: Mapping) -> list[tuple[str, str, str, bool]]:
    """Return what was aimed at in grading a class: what, the aim, what was measured, and whether it was reached."""
    times, cpu, processes = result["times the throughput of"], result["CPU seconds per submission"], result["processes"]
    small = result["one small submission"]
    growth = small["CPU seconds"][-1] / small["CPU seconds"][0]
    rows = [
        (f"throughput beside {name}", "at least 10 times", f"{value:g} times", value >= 10)
        for name, value in times.items()
    ]
    return [
        *rows,
        (
            "CPU seconds per student and chapter, beyond the student's own functions",
            "at most 0.4",
            f"{cpu['beyond them']:g}",
            cpu["beyond them"] <= 0.4,
        ),
        (
            f"CPU seconds per submission with {small['students'][-1]} students, in those with {small['students'][0]}",
            "at most 1.1 times",
            f"{growth:.2f} times",
            growth <= 1.1,
        ),
        (
            "speed with two processes beside one",
            "at least 1.7 times",
            f"{processes['one / two']:g} times",
            processes["one / two"] >= 1.7,
        ),
    ]


def grading(result: Mapping) -> list[str]:
    """Return the results of `grading` as lines of Markdown."""
    machine, group, cpu = result["machine"], result["class"], result["CPU seconds per submission"]
    rows = [f"| {what} | {aim} | {found} | {'yes' if met else '**no**'} |" for what, aim, found, met in targets(result)]
    seconds = result["seconds per submission, two processes"]
    own = cpu["of which the student's own functions"]
    return [
        f"{group['students']} students with {len(group['chapters'])} chapters each, {group['submissions']} submissions "
        f"that earn {group['share of the points earned']:.0%} of the points; isolation {group['isolation']}, feedback "
        f"included, on {machine['processors']} processors ({machine['system']}, Python {machine['python']}, NumPy "
        f"{machine['numpy']}).",
        "",
        "| | aim | measured | reached |",
        "|---|---|---|---|",
        *rows,
        "",
        "| per submission, mean over all chapters | seconds, two at a time | CPU seconds |",
        "|---|---|---|",
        *(f"| {name} | {value:g} | {cpu[name]:g} |" for name, value in seconds.items()),
        "",
        *(f"How {name} was measured: {how}.\n" for name, how in result["how the others were measured"].items()),
        f"Of weightlab's CPU seconds {own:g} are the functions of the reference, run on all cases of a secret "
        "key; whatever runs more than once counts as the grader's.\n",
        f"Memory at the peak: {', '.join(f'{name} {size} MiB' for name, size in result['MiB at the peak'].items())}.",
    ]


def _brief(result: Mapping) -> list[str]:
    rows = [f"| {what} | {aim} | {found} |" for what, aim, found, _ in targets(result)]
    return ["| | aim | measured |", "|---|---|---|", *rows]


PLACES: dict[str, tuple[Path, Callable[[Mapping], list[str]]]] = {
    "grading": (ROOT / "README.md", _brief),
    "cost": (ROOT / "docs" / "cluster.md", cluster.cost),
}
"""By marker: the file that holds it, and what is written there of the results of `grading`."""


def written() -> dict[Path, str]:
    """Return the files that quote results, as they should read now."""
    try:
        result = result_of("grading")
    except SystemExit:
        result = None
    texts: dict[Path, str] = {}
    for marker, (path, words) in PLACES.items():
        text = texts.get(path) or path.read_text(encoding="utf-8")
        first, last = f"<!-- measured: {marker} -->\n", f"<!-- end: {marker} -->\n"
        before, found, rest = text.partition(first)
        _, closed, after = rest.partition(last)
        if not (found and closed):
            raise SystemExit(f"{path} has no place for the results: {first.strip()} … {last.strip()}")
        lines = words(result) if result else [_NOT_YET]
        texts[path] = before + first + "\n".join([*lines, ""]) + last + after
    if result:
        page = ["# Grading a class, measured", "", "Made by `python -m benchmarks grading`.", "", *grading(result)]
        texts[RESULTS / "grading.md"] = "\n".join([*page, ""])
    return texts


def write() -> None:
    """Bring every file that quotes results up to date."""
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
