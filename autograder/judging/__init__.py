"""Decides whether an answer is right, and what to say about it."""
