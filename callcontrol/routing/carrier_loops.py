"""Loops over a carrier: a call that left for a number outside and came back to a number of ours it had passed. Loops
between tenants are the same, over our own gateway (`on_net`).

Where carriers keep our own header, the first return is recognised. Where they drop it, every round is a new call from
the same number to the same number of ours, which rings outside while the next one arrives, or fails at once and is
followed by the next one: more of them than a call may be forwarded (limits.hops) are a loop.
"""

from __future__ import annotations

from callcontrol.routing.facts import Facts

LOOP = "loop over a carrier"
PASSED_HEADER = "X-Callcontrol-Passed"
# Numbers of ours in that header; one call passes no more (limits.hops).
NUMBERS_KEPT = 32


def loop_over_a_carrier(facts: Facts) -> str:
    """Why this call from outside is a loop, "" if it is none."""
    if facts.caller.extension or facts.transferred:
        return ""
    if len(facts.origin.passed) > facts.settings.limits.hops:
        return f"{LOOP}: it has passed {len(facts.origin.passed)} numbers of ours"
    if facts.dialled in facts.origin.passed:
        return f"{LOOP}: it has passed {' -> '.join((*facts.origin.passed, facts.dialled))}"
    if facts.alike >= facts.settings.limits.hops:
        calls = f"{facts.alike} calls from the same number to {facts.dialled}"
        return f"{LOOP}: {calls} ring outside now, or have just failed there"
    return ""


def passed_header(facts: Facts) -> str:
    """Our own header of a leg to the outside: digits of the numbers of ours it came through, "" if there are none."""
    own = facts.dialled in facts.tenant.numbers and not facts.caller.extension
    return as_header((*facts.origin.passed, facts.dialled) if own else facts.origin.passed)


def as_header(passed: tuple[str, ...]) -> str:
    """These numbers of ours (E.164) as that header has them."""
    return "-".join(number.removeprefix("+") for number in passed[-NUMBERS_KEPT:])
