"""Our frozen values as JSON and back, by kind and version. Only the given classes are ever made of stored text.

msgspec is ten times as fast where all classes are its own Structs, but takes no union of dataclasses; pydantic is
slower than this. A call's trail only grows, so most of a saved call is as it was at the save before.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import orjson

from callcontrol.control import saved
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.stored import TAG, Fields, Kind, Newer, Unreadable, Upgrades, kind_of, read_tag

__all__ = ["CALLS", "Codec", "Newer", "Unreadable", "decode", "encode"]

_Convert = Callable[[Any], Any]


class Codec:
    """Writes and reads the values of these classes.

    Args:
        classes: frozen dataclasses, by the kind they are stored as.
        upgrades: how earlier versions of them are brought on, also of kinds that are no class any more.
        sequences: classes that are made of their items and written as lists.
    """

    def __init__(
        self, classes: Mapping[str, type[Any]], upgrades: Upgrades, sequences: tuple[type[Any], ...] = ()
    ) -> None:
        self.classes: Final = dict(classes)
        names = {*classes, *(name for name, _ in upgrades)}
        self._kinds = {name: kind_of(name, upgrades) for name in names}
        self._tagged: dict[type[Any], Callable[[Any], Any]] = {
            cls: _writer(cls, self._kinds[name].tag) for name, cls in classes.items()
        }
        self._tagged |= dict.fromkeys(sequences, list)
        self._sequences = sequences
        self._makers: dict[str, Callable[[Fields], Any]] = {}

    def encode(self, value: Any) -> bytes:
        """One of the dataclasses as JSON; `decode(encode(v)) == v`."""
        return orjson.dumps(value, default=self._tag, option=orjson.OPT_PASSTHROUGH_DATACLASS)

    def decode(self, text: bytes | str) -> Any:
        """The value back.

        Raises:
            Newer: a later version of this program wrote it.
            Unreadable: no JSON, an unknown kind or a wrong field.
        """
        try:
            return self._made(orjson.loads(text))
        except Unreadable:
            raise
        except (ValueError, TypeError, KeyError) as error:
            raise Unreadable(f"stored value cannot be read: {error}") from error

    def _tag(self, value: Any) -> Any:
        tagged = self._tagged.get(type(value))
        if tagged is None:
            raise TypeError(f"{type(value).__qualname__} is not a value that is stored")
        return tagged(value)

    def _made(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple([self._made(item) for item in value])
        if not isinstance(value, dict):
            return value
        tag = value.pop(TAG, None)
        if tag is None:
            return {key: self._made(item) for key, item in value.items()}
        make = self._makers.get(tag) if isinstance(tag, str) else None
        return (make or self._maker(tag))(value)

    def _maker(self, tag: object) -> Callable[[Fields], Any]:
        """What makes a value of the fields of this kind and version; kept, for tags are few."""
        name, version = read_tag(tag)
        kind = self._kinds.get(name)
        if kind is None:
            raise Unreadable(f"{name} is not a kind that is stored")
        kind.refuse_newer(version)
        if version < kind.version or name not in self.classes:
            make: Callable[[Fields], Any] = partial(self._brought_on, kind, version)
        else:
            make = partial(self._of_class, self.classes[name], _converters(self.classes[name], self._sequences))
        self._makers[str(tag)] = make
        return make

    def _brought_on(self, kind: Kind, version: int, fields: Fields) -> Any:
        brought = {TAG: kind.tag, **kind.current(fields, version)}
        return self._made(orjson.loads(orjson.dumps(brought)))  # an upgrade may have used a part twice

    def _of_class(self, cls: type[Any], convert: Mapping[str, _Convert | None], fields: Fields) -> Any:
        made = {}
        for name, item in fields.items():
            if item.__class__ in _CONTAINERS:
                item = self._made(item)
            converter = convert[name]
            made[name] = item if converter is None else converter(item)
        return cls(**made)


_CONTAINERS = (list, dict)


def _writer(cls: type[Any], tag: str) -> Callable[[Any], Fields]:
    """Its fields and tag, by an expression that names each: encoding is the most of what a save costs."""
    fields = "".join(f"{field.name!r}: value.{field.name}, " for field in dataclasses.fields(cls))
    write: Callable[[Any], Fields] = eval(f"lambda value: {{{fields}{TAG!r}: {tag!r}}}", {})
    return write


def _converters(cls: type[Any], sequences: tuple[type[Any], ...]) -> Mapping[str, _Convert | None]:
    """What turns a field's JSON back into its type: enums from their values, None: it is as it is."""
    hints = typing.get_type_hints(cls)
    return {field.name: _converter(hints[field.name], sequences) for field in dataclasses.fields(cls)}


def _converter(hint: Any, sequences: tuple[type[Any], ...]) -> _Convert | None:
    if hint in sequences:
        return hint  # type: ignore[no-any-return]  # a class
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint
    if typing.get_origin(hint) is tuple:
        inner = _converter(typing.get_args(hint)[0], sequences)
        return None if inner is None else lambda items: tuple(inner(item) for item in items)
    if isinstance(hint, types.UnionType):
        enums = [a for a in typing.get_args(hint) if isinstance(a, type) and issubclass(a, enum.Enum)]
        return (lambda item: enums[0](item) if item is not None else None) if enums else None
    return None


CALLS: Final = Codec(
    {**saved.CLASSES, **{cls.__name__: cls for cls in KINDS.saved}},
    {**saved.UPGRADES, **KINDS.upgrades},
    saved.SEQUENCES,
)
encode, decode = CALLS.encode, CALLS.decode
