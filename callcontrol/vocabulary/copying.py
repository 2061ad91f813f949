"""Changed copies of frozen values, as `dataclasses.replace` makes them, at a quarter to a third of its cost.

A call is copied some forty times between its arrival and its record, and it has thirty fields: `dataclasses.replace`
looks at each in a loop, and the class's own `__init__` sets each by its name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    # of this one mypy knows which fields there are and of which types they are
    from dataclasses import replace as replace
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """A copy of a value of a dataclass with slots and without `__post_init__`, with these fields changed.

        Raises:
            AttributeError: there is no field of this name.
            TypeError: the class is no such dataclass.
        """
        cls = value.__class__
        copy: _Copy = _COPIERS.get((cls, *changes)) or _copier(cls, tuple(changes))
        return copy(value, changes)


_Copy = Callable[[Any, Mapping[str, Any]], Any]
# By the class and the names of what is changed: as many as there are places that change something.
_COPIERS: Final[dict[tuple[type[Any] | str, ...], _Copy]] = {}


def _copier(cls: type[Any], changed: tuple[str, ...]) -> _Copy:
    """What copies a value of this class with these fields changed: a function that names each field, made once.

    The frozen class refuses to have its fields set, and what goes round that is slow. So they are set on a value of a
    class with the same slots that is not frozen, which then becomes one of the frozen class. Python allows that where
    both have the same base.
    """
    fields = [field.name for field in dataclasses.fields(cls)]
    if not set(fields) <= _slots(cls) or hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__qualname__} is no dataclass with slots and without __post_init__")
    if unknown := set(changed).difference(fields):
        raise AttributeError(f"{cls.__qualname__} has no field {min(unknown)}")
    made = {name: f"changes[{name!r}]" if name in changed else f"value.{name}" for name in fields}
    names: dict[str, Any] = {"new": object.__new__, "cls": cls}
    if cls.__bases__ == (object,):
        names["unfrozen"] = type(cls.__name__, (), {"__slots__": cls.__dict__["__slots__"]})
        lines = ["made = new(unfrozen)", *(f"made.{name} = {of}" for name, of in made.items()), "made.__class__ = cls"]
    else:
        names |= {f"set_{name}": getattr(cls, name).__set__ for name in fields}
        lines = ["made = new(cls)", *(f"set_{name}(made, {of})" for name, of in made.items())]
    exec("def copy(value, changes):\n " + "\n ".join((*lines, "return made")), names)
    copy: _Copy = names["copy"]
    _COPIERS[cls, *changed] = copy
    return copy


def _slots(cls: type[Any]) -> set[str]:
    return {name for base in cls.__mro__ for name in base.__dict__.get("__slots__", ())}
