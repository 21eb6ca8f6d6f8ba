"""Slips made automatically in the project's own code: would a test notice? `python -m tests.slips` tries a sample."""
