"""PINs are kept as slow hashes."""

from __future__ import annotations

import pytest

from callcontrol.edges.pin_hash import COST, Cost, NoHash, hashed, is_right

CHEAP = Cost(4, 8, 1)


def test_only_the_same_pin_is_right() -> None:
    kept = hashed("5927", CHEAP)
    assert is_right("5927", kept)
    assert not is_right("5928", kept)
    assert not is_right("", kept)
    assert "5927" not in kept


def test_each_has_a_salt_of_its_own() -> None:
    assert hashed("5927", CHEAP) != hashed("5927", CHEAP)


def test_what_is_kept_says_what_it_cost() -> None:
    kept = hashed("5927")
    assert kept.startswith(f"scrypt${COST.log_n}${COST.r}${COST.p}$")
    assert is_right("5927", kept)


@pytest.mark.parametrize(
    "kept",
    ["", "5927", "scrypt$4$8$1$AAAA", "argon2$4$8$1$AAAA$AAAA", "scrypt$4$8$1$A!$AA", "scrypt$60$8$1$AAAA$AAAA"],
)
def test_anything_else_is_no_hash(kept: str) -> None:
    with pytest.raises(NoHash):
        is_right("5927", kept)
