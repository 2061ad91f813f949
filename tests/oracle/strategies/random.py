"""Random: by lot, in proportion to the weights of the seats.

Each draws once, on becoming free, from where the last choice stood (the queue's level): who waits long for a turn
has not lost anything by it, and who comes has gained nothing.
"""

from __future__ import annotations

from tests.oracle.candidate import Candidate, Score, Standing


def score(candidate: Candidate, _: Standing) -> Score:
    """The lot the agent drew."""
    return (candidate.lot,)


ORDERS = ((Standing(), "bob carl anna"),)
