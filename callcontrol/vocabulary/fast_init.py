"""Constructors of frozen values, at a third of their cost.

The constructor of a frozen dataclass sets each field by its name through `object.__setattr__`, which takes six times as
long as an assignment. Of what a call costs that was a twentieth: it makes a hundred values, some of them of thirty
fields.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final, TypeVar

_T = TypeVar("_T")
_NOT_GIVEN: Final = object()


def fast_init(cls: type[_T]) -> type[_T]:
    """The class, a dataclass that is frozen and has slots, with such a constructor; to stand above `@dataclass`.

    A frozen value refuses to have its fields set, so it is one of a class with the same slots that is not frozen for
    as long as its constructor runs. Python allows that where both have the same base.

    Raises:
        TypeError: it is no such dataclass, has a base, a `__post_init__` or a field that is not given by position.
    """
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # of another class it raises the TypeError
    slots = cls.__dict__.get("__slots__")
    plain = all(field.init and not field.kw_only for field in fields)
    if slots is None or cls.__bases__ != (object,) or hasattr(cls, "__post_init__") or not plain:
        raise TypeError(f"{cls.__qualname__} is more than slots with fields by position")
    names: dict[str, Any] = {"unfrozen": type(cls.__name__, (), {"__slots__": slots}), "cls": cls}
    names |= {"become": object.__setattr__, "not_given": _NOT_GIVEN}
    lines = ["become(self, '__class__', unfrozen)", *(f"self.{f.name} = {_value(f, names)}" for f in fields)]
    parameters = ", ".join(_parameter(f, names) for f in fields)
    exec(f"def __init__(self, {parameters}):\n " + "\n ".join((*lines, "self.__class__ = cls")), names)
    made = names["__init__"]
    made.__qualname__, made.__annotations__ = f"{cls.__qualname__}.__init__", cls.__init__.__annotations__
    cls.__init__ = made  # type: ignore[method-assign]  # that is the point
    return cls


def _parameter(field: dataclasses.Field[Any], names: dict[str, Any]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        names[f"make_{field.name}"] = field.default_factory
        return f"{field.name}=not_given"
    if field.default is not dataclasses.MISSING:
        names[f"default_{field.name}"] = field.default
        return f"{field.name}=default_{field.name}"
    return field.name


def _value(field: dataclasses.Field[Any], names: dict[str, Any]) -> str:
    if field.default_factory is dataclasses.MISSING:
        return field.name
    return f"make_{field.name}() if {field.name} is not_given else {field.name}"
