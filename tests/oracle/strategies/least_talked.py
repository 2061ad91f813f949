"""Least talked: who had the shortest conversations, put together, in the window's present period."""

from __future__ import annotations

from tests.oracle.candidate import Candidate, Score, Standing


def score(candidate: Candidate, _: Standing) -> Score:
    """The microseconds the agent talked."""
    return (candidate.talked_us,)


ORDERS = ((Standing(), "carl bob anna"),)
