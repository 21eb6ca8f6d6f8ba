"""Errors whose message is for people: one sentence says what cannot be done, and what to do instead."""


class Refusal(RuntimeError):
    """Something cannot be done; the command line prints the message and ends."""


class UnknownName(Refusal):
    """No exercise, question or chapter has this name; the message says which names are similar."""
