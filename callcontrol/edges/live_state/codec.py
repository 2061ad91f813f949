"""Our frozen values as JSON and back, by type name. Only the classes registered here are ever made from stored text."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import orjson

from callcontrol.control import call as call_module
from callcontrol.edges.live_state.upgrades import call_with_legs
from callcontrol.routing import path, plan
from callcontrol.vocabulary import call as call_nouns
from callcontrol.vocabulary import leg, queue, rule, target, trail

_TAG = "$"


class Unreadable(ValueError):
    """The stored text is not one of our values."""


def _registered() -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for module in (call_module, path, plan, call_nouns, leg, queue, rule, target, trail):
        for name, value in vars(module).items():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__:
                found[name] = value
    return found


CLASSES = _registered()
_FIELDS = {name: tuple(f.name for f in dataclasses.fields(cls)) for name, cls in CLASSES.items()}


def encode(value: Any) -> bytes:
    """One of our dataclasses as JSON; `decode(encode(v)) == v`."""
    return orjson.dumps(value, default=_tagged, option=orjson.OPT_PASSTHROUGH_DATACLASS)


def decode(text: bytes | str) -> Any:
    """The value back.

    Raises:
        Unreadable: no JSON, an unknown type or a wrong field.
    """
    try:
        return _made(orjson.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable(f"stored value cannot be read: {error}") from error


def _tagged(value: Any) -> Any:
    if isinstance(value, trail.Trail):
        return list(value)
    name = type(value).__name__
    if CLASSES.get(name) is not type(value):
        raise TypeError(f"{type(value).__qualname__} is not a value that is stored")
    tagged = {field: getattr(value, field) for field in _FIELDS[name]}
    tagged[_TAG] = name
    return tagged


def _made(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_made(item) for item in value)
    if not isinstance(value, dict):
        return value
    tag = value.pop(_TAG, None)
    if tag is None:
        return {key: _made(item) for key, item in value.items()}
    if tag == "Call" and "open_legs" in value:
        value = call_with_legs(value)
    convert = _converters(tag)
    return CLASSES[tag](**{name: convert[name](_made(item)) for name, item in value.items()})


@cache
def _converters(name: str) -> Mapping[str, Callable[[Any], Any]]:
    """What turns a field's JSON back into its type: enums from their values, everything else as it is."""
    hints = typing.get_type_hints(CLASSES[name])
    return {field: _converter(hints[field]) for field in _FIELDS[name]}


def _converter(hint: Any) -> Callable[[Any], Any]:
    if hint is trail.Trail:
        return trail.Trail
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint
    if typing.get_origin(hint) is tuple:
        inner = _converter(typing.get_args(hint)[0])
        return lambda items: tuple(inner(item) for item in items) if inner is not _same else items
    if isinstance(hint, types.UnionType):
        enums = [a for a in typing.get_args(hint) if isinstance(a, type) and issubclass(a, enum.Enum)]
        return (lambda item: enums[0](item) if item is not None else None) if enums else _same
    return _same


def _same(item: Any) -> Any:
    return item
