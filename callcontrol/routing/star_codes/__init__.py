"""What a phone dials with `*` or `#`: one file for each star code, or for codes that are one family.

The registry below is the only list of them. The table in the README has their rows.
"""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.routing.star_codes import forwarding, log_in, pause, wrap_up
from callcontrol.routing.star_codes.star_code import StarCode
from callcontrol.vocabulary.outcome import Outcome

STAR_CODES: tuple[StarCode, ...] = (forwarding.CODE, log_in.CODE, pause.CODE, wrap_up.CODE)


def looks_like_one(dialled: str) -> bool:
    """Whether the digits are a service code at all, ours or one we do not know."""
    return dialled[:1] in ("*", "#")


def decide(dialled: str, facts: Facts) -> Decision:
    """What a phone that dialled this code has asked for. Needs `facts.caller.extension` and its rules."""
    for code in STAR_CODES:
        if found := code.form.fullmatch(dialled):
            return Decision(code.decide(found, facts))
    return Decision(Refuse("UNALLOCATED_NUMBER", Outcome.REJECTED))
