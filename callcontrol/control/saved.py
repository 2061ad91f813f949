"""Which values of a call are saved, by what name, and how those of earlier versions are brought on.

A change to the fields of a saved class, other than adding one with a default, needs an upgrade here: the class's
version is the number of upgrades and one. The values of the version before stay in tests/upgrade/saved, one file each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, Final

from callcontrol.control import call, kept_transferor, key_transfer, leg_credit, picking_up, playing, talk_recording
from callcontrol.control.steps import refusal
from callcontrol.control.upgrades import call_with_its_own_id, call_with_legs
from callcontrol.routing import path, plan
from callcontrol.vocabulary import (
    bundled,
    demand,
    leg,
    menu_visit,
    move,
    parked,
    queue,
    recording,
    room,
    rule,
    survey,
    target,
    trail,
)
from callcontrol.vocabulary import call as call_nouns
from callcontrol.vocabulary.stored import Upgrades

# Of classes that have another name by now: the name they were saved by first.
SAVED_AS: Final[Mapping[str, str]] = {}

UPGRADES: Final[Upgrades] = {("Call", 1): call_with_legs, ("Call", 2): call_with_its_own_id}


def _classes_of(module: ModuleType) -> Iterator[type[Any]]:
    for value in vars(module).values():
        if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__:
            yield value


# The dataclasses that are saved, by kind.
CLASSES: Final[Mapping[str, type[Any]]] = {
    SAVED_AS.get(found.__name__, found.__name__): found
    for module in (
        call,
        kept_transferor,
        key_transfer,
        leg_credit,
        picking_up,
        playing,
        refusal,
        talk_recording,
        path,
        plan,
        bundled,
        call_nouns,
        demand,
        leg,
        menu_visit,
        move,
        parked,
        queue,
        recording,
        room,
        rule,
        survey,
        target,
        trail,
    )
    for found in _classes_of(module)
}

# Immutable sequences of such values, saved as lists.
SEQUENCES: Final[tuple[type[Any], ...]] = (trail.Trail,)
