"""Inputs by keys: when keys are certain, when more may follow, and what is left for what comes next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.inputs import Begun, Complete, Inputs, NoInput, read

KEYS = st.text("0123456789*#", min_size=1, max_size=6)
MENU = Inputs({"1": "one", "2": "two", "42": "forty-two", "*": "back"})
DIALLED = Inputs({"112": "Maria", "1130": "Piotr", "2": "nobody"})


@pytest.mark.parametrize(
    ("keys", "means"),
    [
        ("2", Complete("2", "two")),
        ("*", Complete("*", "back")),
        ("23", Complete("2", "two", "3")),
        ("1", Begun(Complete("1", "one"))),
        ("11", Begun(None)),
        ("112", Complete("112", "Maria")),
        ("113", Begun(None)),
        ("1130", Complete("1130", "Piotr")),
        ("11305", Complete("1130", "Piotr", "5")),
        ("13", Complete("1", "one", "3")),
        ("1#", Complete("1", "one")),
        ("1#2", Complete("1", "one", "2")),
        ("118", NoInput()),
        ("1134", NoInput()),
        ("4", Begun(None)),
        ("4#", NoInput()),
        ("#", NoInput()),
        ("7", NoInput()),
        ("72", NoInput()),
    ],
)
def test_what_keys_come_to(keys: str, means: object) -> None:
    assert read(keys, (MENU, DIALLED)) == means


def test_longer_inputs_are_named() -> None:
    assert sorted(DIALLED.longer("11")) == ["112", "1130"]
    assert list(DIALLED.longer("112")) == []


@given(st.sets(KEYS, min_size=1, max_size=12), KEYS)
def test_an_input_is_certain_as_soon_as_none_that_is_longer_can_follow_and_not_before(
    inputs: set[str], keys: str
) -> None:
    tree = (Inputs({one: one for one in inputs}),)
    longer = any(one != keys and one.startswith(keys) for one in inputs)
    match read(keys, tree):
        case Begun(so_far):
            assert longer
            assert so_far == (Complete(keys, keys) if keys in inputs else None)
        case Complete(found, meaning, rest):
            assert found == meaning
            assert found in inputs
            assert keys in (found + rest, f"{found}#{rest}")
            assert not longer
        case NoInput():
            assert not longer
            assert keys not in inputs


@given(st.sets(KEYS, min_size=1, max_size=12), st.data())
def test_every_input_is_understood_with_the_first_key_behind_it_at_the_latest(
    inputs: set[str], data: st.DataObject
) -> None:
    tree = (Inputs({one: one for one in inputs}),)
    wanted = data.draw(st.sampled_from(sorted(inputs)))
    for length in range(1, len(wanted)):
        assert isinstance(read(wanted[:length], tree), Begun)
    found = read(wanted, tree)
    assert found == Complete(wanted, wanted) or found == Begun(Complete(wanted, wanted))
