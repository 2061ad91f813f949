"""Round robin: on from the one who was offered a caller last, tier by tier, and from the top again after the end."""

from __future__ import annotations

from tests.oracle.candidate import Candidate, Score, Standing


def score(candidate: Candidate, standing: Standing) -> Score:
    """Those behind their tier's cursor first, each by the place in the list; that alone where all tiers count alike."""
    if standing.flat:
        return (0, candidate.position)
    had_his_turn = candidate.position <= standing.cursors.get(candidate.tier, 0)
    return (int(had_his_turn), candidate.position)


ORDERS = (
    (Standing(), "anna bob carl"),
    (Standing({1: 1}), "bob carl anna"),
    (Standing({1: 2}), "carl anna bob"),
    (Standing({1: 3}), "anna bob carl"),
    (Standing({2: 2}), "anna bob carl"),  # another tier's cursor
    (Standing({1: 2}, flat=True), "anna bob carl"),
)
