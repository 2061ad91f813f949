"""Cases of missed callers: those built while records arrive equal those built again at the end, and they are exactly
the callers who had no conversation, as the switches know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from callcontrol.billing.missed.cases import Case, cases
from callcontrol.billing.missed.contacts import Contact, ContactKind, contacts_of
from callcontrol.billing.record import CallRecord, RatedRecord, Side
from callcontrol.config.settings import Settings
from callcontrol.jobs.missed_callers import PEOPLE, policy_of
from tests.simulation.broken import Broken
from tests.simulation.channel import Channel

Party = tuple[str, str]  # tenant, number


class Cases:
    """All cases of a run."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._parties: dict[str, set[Party]] = {}
        self._contacts: defaultdict[Party, dict[str, Contact]] = defaultdict(dict)
        self._cases: dict[Party, tuple[Case, ...]] = {}

    def take(self, record: RatedRecord) -> None:
        """Take a record: its contacts replace its earlier ones, and the cases of their numbers are built again."""
        call_id = record.call.call_id
        before = self._parties.pop(call_id, set())
        for party in before:
            del self._contacts[party][call_id]
        found = dict(self._contacts_of(record.call))
        for party, contact in found.items():
            self._contacts[party][call_id] = contact
        self._parties[call_id] = set(found)
        for party in before | found.keys():
            self._cases[party] = cases(self._contacts[party].values(), ())

    def balance(
        self, records: Iterable[RatedRecord], channels: Mapping[tuple[str, str], Channel], *, may_lose_events: bool
    ) -> int:
        """Build all cases again; returns their number.

        Args:
            may_lose_events: the event of a conversation may have been lost.

        Raises:
            Broken: they differ, or contradict the switches.
        """
        anew: defaultdict[Party, list[Contact]] = defaultdict(list)
        for record in reversed(list(records)):
            for party, contact in self._contacts_of(record.call):
                anew[party].append(contact)
                if not may_lose_events:
                    _as_the_switch_knows(record.call, contact, channels)
        made = {party: cases(found, ()) for party, found in anew.items()}
        kept = {party: found for party, found in self._cases.items() if self._contacts[party]}
        for party in made.keys() | kept.keys():
            if made.get(party) != kept.get(party):
                raise Broken(f"cases of {party}: {kept.get(party)}, and made anew {made.get(party)}")
        return sum(map(len, made.values()))

    def _contacts_of(self, call: CallRecord) -> Iterator[tuple[Party, Contact]]:
        for contact in contacts_of(call, policy_of(self._settings(), call.tenant), PEOPLE):
            if contact.key.number:
                yield (call.tenant, contact.key.number), contact


def _as_the_switch_knows(call: CallRecord, contact: Contact, channels: Mapping[tuple[str, str], Channel]) -> None:
    """A caller whose channel was bridged has had a conversation; one whose channel never was has not.

    A caller whose agent left at once comes back to the queue, which is no conversation.
    """
    own = next((leg.leg_id for leg in call.legs if leg.direction is Side.A), "")
    channel = channels.get((call.switch, own))
    if channel is None or call.estimated or contact.kind not in (ContactKind.SPOKE, ContactKind.MISSED):
        return
    if contact.kind is ContactKind.MISSED and channel.came_back:
        return
    if (channel.bridged is not None) != (contact.kind is ContactKind.SPOKE):
        raise Broken(f"the caller of {call.call_id} is {contact.kind}, joined at {channel.bridged}", call.call_id)
