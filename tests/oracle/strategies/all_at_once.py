"""All at once: all who are free, in the order of the list; the first to answer has the caller."""

from __future__ import annotations

from tests.oracle.candidate import Candidate, Score, Standing

TOGETHER = True


def score(candidate: Candidate, _: Standing) -> Score:
    """The place in the list, which is the order in which the offer names them."""
    return (candidate.position,)


ORDERS = ((Standing(), "anna bob carl"),)
