"""Changed copies of frozen values, as `dataclasses.replace` makes them, at a quarter to a third of its cost.

A call is copied some forty times between its arrival and its record, and it has thirty fields: `dataclasses.replace`
looks at each in a loop, and the class's own `__init__` sets each by its name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
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
        made = (_COPIERS.get(cls) or _copier(cls))(value)
        for name, changed in changes.items():
            _set(made, name, changed)
        return made


_Copy = Callable[[Any], Any]
_COPIERS: Final[dict[type[Any], _Copy]] = {}
_set: Final = object.__setattr__  # the classes' own refuses: they are frozen


def _copier(cls: type[Any]) -> _Copy:
    """What copies a value of this class: a function that names each field, made once.

    The frozen class refuses to have its fields set, and what goes round that is slow. So they are set on a value of a
    class with the same slots that is not frozen, which then becomes one of the frozen class. Python allows that where
    both have the same base.
    """
    fields = [field.name for field in dataclasses.fields(cls)]
    if not set(fields) <= _slots(cls) or hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__qualname__} is no dataclass with slots and without __post_init__")
    names: dict[str, Any] = {"new": object.__new__, "cls": cls}
    if cls.__bases__ == (object,):
        names["unfrozen"] = type(cls.__name__, (), {"__slots__": cls.__dict__["__slots__"]})
        lines = ["made = new(unfrozen)", *(f"made.{name} = value.{name}" for name in fields), "made.__class__ = cls"]
    else:
        names |= {f"set_{name}": getattr(cls, name).__set__ for name in fields}
        lines = ["made = new(cls)", *(f"set_{name}(made, value.{name})" for name in fields)]
    exec("def copy(value):\n " + "\n ".join((*lines, "return made")), names)
    copy: _Copy = names["copy"]
    _COPIERS[cls] = copy
    return copy


def _slots(cls: type[Any]) -> set[str]:
    return {name for base in cls.__mro__ for name in base.__dict__.get("__slots__", ())}
