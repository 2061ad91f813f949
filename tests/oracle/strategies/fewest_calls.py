"""Fewest calls: who had the fewest conversations in the window's present period."""

from __future__ import annotations

from tests.oracle.candidate import Candidate, Score, Standing


def score(candidate: Candidate, _: Standing) -> Score:
    """How many conversations the agent had."""
    return (candidate.talks,)


ORDERS = ((Standing(), "anna carl bob"),)
