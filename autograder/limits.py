"""Limits on reading a submission: collecting and grading use the same limits."""

MAX_NOTEBOOK = 20 * 2**20
"""The maximum size of a notebook in bytes: grading accepts whatever collecting accepts."""
