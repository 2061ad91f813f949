"""Intercom: a colleague's phone is made to answer at once, with its loudspeaker.

*80*NUMBER#    speak at this extension, where the own one may (`intercom:`)
"""

from __future__ import annotations

import re
from typing import Final

from callcontrol.kinds.targets.intercom import IntercomTarget, decide
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.routing.path import Path, payer_of
from callcontrol.routing.plan import Decision

_FORM: Final = re.compile(r"\*80\*(?P<number>[0-9]{1,6})\#?")


def _leads_to(found: re.Match[str]) -> IntercomTarget:
    return IntercomTarget(found["number"])


def _decide(found: re.Match[str], facts: Facts) -> Decision:
    target = _leads_to(found)
    path = Path(first=target, payer=payer_of(facts.caller.extension)).entering(target)
    return decide(target, path, facts)


CODE = StarCode(
    _FORM,
    "extensions with `intercom`",
    (Usage("`*80*number#`", "speak at that extension: its phone answers by itself, unless busy or not disturbed"),),
    _decide,
    saved=(),
    leads_to=_leads_to,
)
