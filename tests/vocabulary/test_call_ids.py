"""Ids of calls and legs are those of RFC 4122, version 5: what an earlier version made of a name is found again."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.call import call_id_of, leg_id

CALLS = uuid.UUID("0b7c9d64-8f1e-5d0a-a2c4-1d5f0e7b9a36")
LEGS = uuid.UUID("6f1d3f43-3f0e-5b1c-9a53-6a1f5b0c2e11")


@given(st.text(st.characters(codec="utf-8")))
def test_the_id_of_a_call_follows_from_its_channel(channel: str) -> None:
    assert call_id_of(channel) == str(uuid.uuid5(CALLS, channel))


@given(st.uuids(), st.integers(0, 1_000), st.text("0123456789abcdef", max_size=8))
def test_the_id_of_a_leg_follows_from_its_call(call: uuid.UUID, n: int, nonce: str) -> None:
    name = f"{call}/{nonce}/{n}" if nonce else f"{call}/{n}"
    assert leg_id(str(call), n, nonce) == str(uuid.uuid5(LEGS, name))
