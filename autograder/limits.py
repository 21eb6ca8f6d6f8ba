"""Limits on what is read from a submission: collecting and grading use the same ones."""

MAX_NOTEBOOK = 20 * 2**20
"""Bytes of a notebook: what collecting accepts, grading accepts."""
