"""In order: from the top of the list each time."""

from __future__ import annotations

from tests.oracle.candidate import Candidate, Score, Standing


def score(candidate: Candidate, _: Standing) -> Score:
    """The place in the list."""
    return (candidate.position,)


ORDERS = ((Standing(), "anna bob carl"),)
