"""On-net: a number of another tenant of this system. It never leaves through a carrier.

The leg goes through a gateway of the switch's own (freeswitch-xml/sip_profiles/on-net.xml) and arrives as a call from
outside, in a dialplan context of its own: a call of the number's owner, by that tenant's rules and at that tenant's
cost. Both tenants have a record of it. Loops between tenants end as those over carriers do (`carrier_loops`), and each
number of ours that was passed counts as a hop.
"""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import TrunkNumber
from callcontrol.vocabulary.call import ON_NET


def is_on_net(number: str, facts: Facts) -> bool:
    """Whether another tenant of this system owns the number (E.164)."""
    return facts.settings.is_on_net(number, facts.tenant_name)


def is_free(number: str, facts: Facts) -> bool:
    """Whether a leg to this number costs nothing: it stays inside, and the tenant does not pay for such calls."""
    return facts.settings.is_free(number, facts.tenant_name)


def endpoint_of(number: str) -> TrunkNumber:
    """Where a leg to a number of another tenant goes. Numbers are written in E.164, for no trunk reads them."""
    return TrunkNumber(ON_NET, ON_NET, number)
