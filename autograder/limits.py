"""Limits on what is read of a submission: whoever collects and whoever grades take the same ones from here."""

MAX_NOTEBOOK = 20 * 2**20
"""Bytes of a notebook: what collecting accepts, grading accepts."""
