"""Writes the workflow that reports a student's points to GitHub Classroom, for a handout used as a template there."""

from __future__ import annotations

from collections.abc import Iterable

from ..exercise import Chapter

PLACE = ".github/workflows/classroom.yml"
_WORKFLOW = """\
# GitHub Classroom runs this at each push and shows the points, one row per exercise; see README.md.
name: Autograding Tests
on: [push, workflow_dispatch, repository_dispatch]
permissions:
  checks: write
  actions: read
  contents: read
jobs:
  run-autograding-tests:  # the name by which GitHub Classroom finds the points
    runs-on: ubuntu-latest
    if: github.actor != 'github-classroom[bot]'
    env:
      PYTHONPATH: src
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: grep -E '^({packages})==' requirements.txt | python -m pip install --quiet -r /dev/stdin
      - id: check
        run: python -m autograder github-points {chapters} >> "$GITHUB_OUTPUT"
      - uses: education/autograding-grading-reporter@v1
        env:
{results}
        with:
          runners: {runners}
"""


def write_workflow(chapters: Iterable[Chapter]) -> str:
    """Return the workflow that reports the points of some chapters."""
    chapters = list(chapters)
    names = [name for chapter in chapters for name in (*chapter.exercises, *chapter.questions)]
    results = [f'          {name.upper()}_RESULTS: "${{{{ steps.check.outputs.{name} }}}}"' for name in names]
    return _WORKFLOW.format(
        packages="numpy|click",
        chapters=" ".join(chapter.name for chapter in chapters),
        results="\n".join(results),
        runners=",".join(names),
    )
