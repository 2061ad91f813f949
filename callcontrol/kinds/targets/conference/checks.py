"""What must fit together in the conference rooms of a tenant."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.kinds.inside_numbers import OTHER_NUMBER, other_meaning
from callcontrol.kinds.targets.conference.settings import BLOCK, Conference, is_hash
from callcontrol.kinds.targets.parking.settings import lot_at, lot_with
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.pin import weakness


def _rooms(settings: Settings) -> Iterator[tuple[Tenant, YamlPath, Conference]]:
    for name, tenant in settings.tenants.items():
        yield from ((tenant, ("tenants", name, BLOCK.key, key), room) for key, room in BLOCK.of(tenant).items())


def numbers_that_mean_something_else(settings: Settings) -> Iterator[Problem]:
    """A room is reached by what phones dial: nothing else has the same digits."""
    for tenant, place, room in _rooms(settings):
        if room.number is None:
            continue
        other = other_meaning(room.number, tenant) or _parking(room.number, tenant)
        if other is not None:
            yield problem_at(settings, (*place, "number"), f"{room.number} is {other}", OTHER_NUMBER)


def _parking(number: str, tenant: Tenant) -> str | None:
    is_parking = lot_at(number, tenant) or lot_with(number, tenant) is not None
    return "a number of a parking lot" if is_parking else None


def numbers_written_twice(settings: Settings) -> Iterator[Problem]:
    """One number, one room."""
    for name, tenant in settings.tenants.items():
        rooms = BLOCK.of(tenant).items()
        claims = [(r.number, ("tenants", name, BLOCK.key, key, "number")) for key, r in rooms if r.number is not None]
        for number, place, owner in repeated(claims):
            what = f"{number} is the number of {BLOCK.key}.{owner[3]} already"
            yield problem_at(settings, place, what, OTHER_NUMBER)


def moderators_without_a_way(settings: Settings) -> Iterator[Problem]:
    """Who waits for a moderator waits for ever where there can be none; each of `moderators:` is an extension."""
    for tenant, place, room in _rooms(settings):
        for index, extension in enumerate(room.moderators):
            if extension not in tenant.extensions:
                at = (*place, "moderators", str(index))
                yield problem_at(settings, at, f"there is no extension {extension}", "write one of `extensions:`")
        has_moderator = room.moderator_pin is not None or bool(room.moderators)
        for key in ("wait_for_moderator", "ends_with_moderator"):
            if getattr(room, key) and not has_moderator:
                right = "write `moderator_pin:` or `moderators:`"
                yield problem_at(settings, (*place, key), "there is no way to be the moderator", right)


def pins_that_are_the_same(settings: Settings) -> Iterator[Problem]:
    """The PIN tells who is a moderator."""
    for _tenant, place, room in _rooms(settings):
        if room.pin is not None and room.pin == room.moderator_pin:  # two hashes of one PIN differ: that is not seen
            right = "write another one than `pin:`"
            yield problem_at(settings, (*place, "moderator_pin"), "members have the same PIN", right)


def weak_pins(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """What strangers try first."""
    for tenant, place, room in _rooms(settings):
        own = (room.number or "", *tenant.numbers)
        for key in ("pin", "moderator_pin"):
            pin = getattr(room, key)
            if pin is not None and not is_hash(pin) and (why := weakness(pin, own)):
                yield problem_at(settings, (*place, key), f"it is easy to guess: {why}", "write other digits")


CHECKS = (
    numbers_that_mean_something_else,
    numbers_written_twice,
    moderators_without_a_way,
    pins_that_are_the_same,
)
WARNINGS = (weak_pins,)
