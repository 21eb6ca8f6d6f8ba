"""Decides whether an answer is right, and what is said about it."""
