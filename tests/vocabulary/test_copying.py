"""A changed copy is what `dataclasses.replace` makes, whatever is changed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Leg, Role
from callcontrol.vocabulary.moment import Instant

AT = Instant(1_800_000_000_000_000)
LEG = Leg("leg", "fs1", Role.CALLEE, "extension:101", AT, payer="tenant")


@dataclass(frozen=True, slots=True)
class Base:
    """A value."""

    first: int
    second: str = "x"


@dataclass(frozen=True, slots=True)
class Derived(Base):
    """A value with the fields of another."""

    third: tuple[int, ...] = ()
    kept: int = dataclasses.field(default=7, init=False)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.text(),
            "role": st.sampled_from(Role),
            "trunk": st.text(),
            "answered": st.none() | st.just(AT),
            "lost_caller": st.booleans(),
        },
    )
)
def test_it_is_what_the_standard_library_makes(changes: dict[str, object]) -> None:
    before = dataclasses.replace(LEG)
    made = replace(LEG, **changes)  # type: ignore[arg-type]  # any of its fields
    assert made == dataclasses.replace(LEG, **changes)  # type: ignore[arg-type]
    assert type(made) is Leg
    assert made is not LEG
    assert before == LEG


def test_fields_of_a_base_are_copied() -> None:
    assert replace(Derived(1, third=(2,)), second="y") == Derived(1, "y", (2,))
    assert replace(Derived(1)).kept == 7


def test_the_copy_is_frozen_too() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(LEG).trunk = "carrier"  # type: ignore[misc]  # that is the test


def test_there_is_no_such_field() -> None:
    with pytest.raises(AttributeError):
        replace(LEG, nothing=1)  # type: ignore[call-arg]  # that is the test
    with pytest.raises(AttributeError):
        replace(LEG, certainty=1)  # type: ignore[call-arg]  # a property


def test_a_class_that_does_more_than_hold_its_fields_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Checked:
        first: int

        def __post_init__(self) -> None:
            assert self.first

    @dataclass(frozen=True)
    class Open:
        first: int

    for value in (Checked(1), Open(1)):
        with pytest.raises(TypeError, match="is no dataclass with slots"):
            replace(value, first=2)
