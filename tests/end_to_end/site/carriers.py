"""Compares a browser's carriers with a process: ``python -m tests.end_to_end.site.carriers`` tries every pair."""

from __future__ import annotations

import base64
import inspect
import json
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from autograder.examine import run_exercise
from autograder.exercises import EXERCISES
from autograder.judging.judge import judge
from autograder.judging.key import public_keys
from autograder.sandbox.process import Runner
from tests.support.pairs import pairs_of

Pair = tuple[str, str, dict[str, bytes]]
FOLDER = "weightlab"
_AT_ONCE = 20
_REPORTED = 100


def verdict_by(carrier, name, sources):
    """Return the part of a verdict that neither rounding nor the depth of the stack can change."""
    exercise = EXERCISES[name]
    key = public_keys(exercise.module)[name]
    verdict = judge(exercise, key, run_exercise(exercise, key, sources, FOLDER, carrier), f"{FOLDER}.py")
    aspects = [[aspect.name, aspect.score] for aspect in verdict.aspects]
    return [str(verdict.status), verdict.score, verdict.misconception, aspects]


def differences(run: Callable[[str], str], pairs: Iterable[Pair]) -> list[tuple]:
    """Judge pairs with a process here and with both carriers in the browser; return those that differ.

    Parameters
    ----------
    run : callable
        Runs code in the browser's kernel and returns what it printed.
    pairs : iterable of (exercise, label, sources)
        What is judged.
    """
    waiting, found = list(pairs), []
    run(
        "import base64, json, zlib\nimport labkit\n"  # as a notebook's first cell does
        "from autograder.examine import run_exercise\nfrom autograder.exercises import EXERCISES\n"
        "from autograder.judging.judge import judge\nfrom autograder.judging.key import public_keys\n"
        "from autograder.sandbox.in_place import InPlace\nfrom autograder.sandbox.nested_worker import NestedWorker\n"
        f"FOLDER = {FOLDER!r}\n{inspect.getsource(verdict_by)}\n_worker = NestedWorker()\n"
    )
    with Runner() as process:
        while waiting:
            some, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            told = [[name, {module: text.decode() for module, text in sources.items()}] for name, _, sources in some]
            packed = base64.b64encode(zlib.compress(json.dumps(told).encode())).decode()
            printed = run(
                f"for name, sources in json.loads(zlib.decompress(base64.b64decode('{packed}'))):\n"
                "    sources = {module: text.encode() for module, text in sources.items()}\n"
                "    print(json.dumps([verdict_by(one, name, sources) for one in (_worker, InPlace())]))\n"
            )
            for (name, what, sources), line in zip(some, printed.strip().splitlines(), strict=True):
                expected = json.loads(json.dumps(verdict_by(process, name, sources)))
                if json.loads(line) != [expected, expected]:
                    found.append((name, what, expected, *json.loads(line)))
    run("_worker.close()")
    return found


def main() -> None:
    """Try every pair of a library and an exercise in Chromium."""
    from tests.end_to_end.site.test_lite import NOTEBOOK
    from tests.support.jupyterlab import browser_page, opened
    from tests.support.site import build_lite, run_in_kernel, serve

    pairs = [(name, *pair) for name, exercise in EXERCISES.items() if not exercise.scored for pair in pairs_of(name)]
    with tempfile.TemporaryDirectory() as folder, serve(build_lite(Path(folder))) as address, browser_page() as page:
        page.goto(f"{address}lite/lab/index.html?path={NOTEBOOK}")
        opened(page)
        found = 0
        for start in range(0, len(pairs), _REPORTED):  # it takes long, so differences are reported as they are found
            some = pairs[start : start + _REPORTED]
            for one in differences(lambda code: run_in_kernel(page, code), some):
                print(*one, flush=True)
                found += 1
            print(f"{start + len(some)} of {len(pairs)} pairs tried", file=sys.stderr, flush=True)
    print(f"{len(pairs)} pairs by three carriers, {found} judged differently")


if __name__ == "__main__":
    main()
