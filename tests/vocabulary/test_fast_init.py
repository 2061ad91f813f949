"""A fast constructor does what the one of `dataclass` does."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
from dataclasses import dataclass, field

import pytest

from callcontrol.vocabulary.fast_init import fast_init


@fast_init
@dataclass(frozen=True, slots=True)
class Fast:
    """A value."""

    first: int
    second: str = "x"
    third: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plain:
    """The same value."""

    first: int
    second: str = "x"
    third: dict[str, int] = field(default_factory=dict)


def test_fields_by_position_by_name_and_by_default() -> None:
    for made, plain in (
        (Fast(1), Plain(1)),
        (Fast(1, "y"), Plain(1, "y")),
        (Fast(third={"a": 1}, first=2), Plain(2, third={"a": 1})),
    ):
        assert dataclasses.asdict(made) == dataclasses.asdict(plain)
        assert type(made) is Fast
    assert Fast(1).third is not Fast(1).third
    assert Fast(1, "y") == Fast(1, "y") != Fast(1)
    assert pickle.loads(pickle.dumps(Fast(1, "y"))) == dataclasses.replace(Fast(2, "y"), first=1)


def test_the_value_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Fast(1).second = "y"  # type: ignore[misc]  # that is the test


def test_wrong_arguments_are_told_by_the_name_of_the_class() -> None:
    with pytest.raises(TypeError, match=r"Fast\.__init__\(\) missing 1 required positional argument: 'first'"):
        Fast()  # type: ignore[call-arg]  # that is the test
    with pytest.raises(TypeError, match="unexpected keyword argument 'fourth'"):
        Fast(1, fourth=2)  # type: ignore[call-arg]  # that is the test
    assert list(inspect.signature(Fast).parameters) == ["first", "second", "third"]


def test_a_class_that_does_more_than_hold_its_fields_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Checked:
        first: int

        def __post_init__(self) -> None:
            assert self.first

    @dataclass(frozen=True, slots=True)
    class Derived(Plain):
        fourth: int = 4

    @dataclass(frozen=True)
    class Open:
        first: int

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        first: int

    for refused in (Checked, Derived, Open, Named, int):
        with pytest.raises(TypeError):
            fast_init(refused)
