"""Longest idle: who ended a conversation longest ago; an offer that came to nothing only counts among equals."""

from __future__ import annotations

from tests.oracle.candidate import Candidate, Score, Standing


def score(candidate: Candidate, _: Standing) -> Score:
    """The end of the last conversation."""
    return (candidate.last_talk,)


ORDERS = ((Standing(), "bob anna carl"),)
