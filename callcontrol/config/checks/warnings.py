"""What is allowed and yet hardly meant: one small function for each, (Settings, now) -> Problems.

A warning is told by `callcontrol check` and when the daemon starts or reloads, and refuses nothing. What becomes wrong
by the mere passing of time is always a warning, never a mistake: a daemon must start today with what it ran on
yesterday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from callcontrol.config.checks import carriers, credit, emergency, hours, outgoing, payer_limits, supervision
from callcontrol.config.checks.places import numbers_in, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.phone_number import is_assigned

# The event socket's password in every FreeSWITCH as it is delivered.
DELIVERED_PASSWORD: Final = "ClueCon"
SHORT_PASSWORD: Final = 8  # characters; shorter ones are found by trying


def rules_of_the_past(settings: Settings, now: Instant) -> Iterator[Problem]:
    """A rule whose window is over applies no more."""
    for name, tenant in settings.tenants.items():
        for key, extension in tenant.extensions.items():
            for kind, rule in extension.forward:
                if rule is not None and rule.on and rule.until is not None and rule.until <= now:
                    place = ("tenants", name, "extensions", key, "forward", kind, "until")
                    yield problem_at(settings, place, "the rule is over and applies no more", "remove it")


def phones_without_a_password(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """No phone can register without a password; every phone can with one that is easily guessed."""
    for name, tenant in settings.tenants.items():
        for key, extension in tenant.extensions.items():
            for account, endpoint in extension.endpoints.items():
                place = ("tenants", name, "extensions", key, "endpoints", account)
                if trouble := _guessable(endpoint.password, {account, key, name}):
                    right = f"write a `password:` of {SHORT_PASSWORD} characters or more that no name gives away"
                    yield problem_at(settings, place, trouble, right)


def _guessable(password: str, names: set[str]) -> str:
    if not password:
        return "no password, so no phone can register here"
    if password in names:
        return "the password is its own name: anyone who guesses it calls on the tenant's bill"
    if len(password) < SHORT_PASSWORD:
        return f"a password of {len(password)} characters: anyone who guesses it calls on the tenant's bill"
    return ""


def switches_as_delivered(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """Anyone who reaches an event socket with a well-known password controls the switch."""
    for name, switch in settings.switches.items():
        if switch.password == DELIVERED_PASSWORD:
            what = f"{DELIVERED_PASSWORD} is the password every FreeSWITCH is delivered with"
            right = "choose another one, here and in the switch's event_socket.conf.xml"
            yield problem_at(settings, ("switches", name, "password"), what, right)


def trunks_by_halves(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """A trunk nothing comes from, and one `render` makes no gateway for."""
    for name, trunk in settings.trunks.items():
        if not trunk.addresses:
            what = "no `addresses:`, so no call of this carrier is let in"
            yield problem_at(settings, ("trunks", name), what, "write where its calls come from, such as [192.0.2.10]")
        if trunk.proxy is None:
            what = "no `proxy:`, so `callcontrol render` makes no gateway for it"
            yield problem_at(settings, ("trunks", name), what, "write the carrier's SIP address, such as sip.x.example")


def numbers_that_look_wrong(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """A digit too few or too many makes a number that no country assigns, but that is not impossible either."""
    for place, number in _all_numbers(settings):
        if number.startswith("+") and not is_assigned(number):
            what = f"{number} lies in no range of numbers that is known to be assigned"
            yield problem_at(settings, place, what, "look whether a digit is missing or too many")


def _all_numbers(settings: Settings) -> Iterator[tuple[YamlPath, str]]:
    for name, trunk in settings.trunks.items():
        yield ("trunks", name, "number"), trunk.number
    for name, tenant in settings.tenants.items():
        yield from ((("tenants", name, "numbers", number), number) for number in tenant.numbers)
        yield from numbers_in(name, tenant)


def switches_without_records(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """The end of a leg that no worker hears of stays an estimate, to the customer's good, where nothing corrects it."""
    for name, switch in settings.switches.items():
        if not switch.cdrs:
            what = "no `cdrs:`, so calls that end while no worker listens are billed to their last sign of life only"
            right = "name the folder of the switch's own records (mod_json_cdr) as this host sees it"
            yield problem_at(settings, ("switches", name), what, right)


WARNINGS: tuple[Callable[[Settings, Instant], Iterable[Problem]], ...] = (
    rules_of_the_past,
    phones_without_a_password,
    switches_as_delivered,
    switches_without_records,
    trunks_by_halves,
    numbers_that_look_wrong,
    carriers.costs_that_are_not_known,
    credit.bundles_beside_accounts,
    emergency.locations_never_shown,
    emergency.calls_back_to_nobody,
    outgoing.rights_blocked_for_ever,
    supervision.supervisors_of_themselves_alone,
    supervision.modes_without_listening,
    outgoing.forwards_without_a_right,
    payer_limits.caps_above_the_tenants,
    hours.hours_never_open,
    hours.windows_without_time,
    hours.windows_that_overlap,
    hours.special_days_of_the_past,
    hours.days_known_for_too_short,
    hours.holidays_of_which_none_is_known,
    hours.reasons_that_never_come,
)


def warnings(settings: Settings, now: Instant) -> list[Problem]:
    """All of them, by file and line."""
    of_kinds = {warn for tenant in settings.tenants.values() for warn in tenant.warnings_of_kinds}
    return sorted({problem for warn in (*WARNINGS, *of_kinds) for problem in warn(settings, now)})
