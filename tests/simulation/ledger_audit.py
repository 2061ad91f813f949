"""The final audit: every leg of the switches is compared with the rows of the ledger, and so is the money."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from callcontrol.billing.costs import rate_record
from callcontrol.billing.record import CallRecord, LegRecord, RatedRecord
from callcontrol.billing.tariff import Tariff
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.media import Media, MediaState
from tests.simulation.broken import Broken
from tests.simulation.channel import Channel
from tests.simulation.records_twin import LedgerTwin
from tests.simulation.switch_twin import SwitchTwin

# Ends of an offer that count as the agent's.
_MISSES = (OfferEnd.BUSY, OfferEnd.NO_ANSWER, OfferEnd.REJECTED, OfferEnd.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Accounts:
    """What was compared.

    Attributes:
        legs: the switches' truth.
        estimated: rows of legs whose times were not reported.
        unwritten: legs that only the switches' own records have: no worker ever had their call.
        unnoticed: attempts whose row says that they never became channels, because their end was not reported.
        talk_us: of all legs that are known exactly.
    """

    legs: int
    estimated: int
    unwritten: int
    unnoticed: int
    talk_us: int
    charged: Decimal


def balance(
    switches: list[SwitchTwin],
    ledger: LedgerTwin,
    tariff: Tariff,
    *,
    may_miss: bool,
    may_lose_events: bool,
    told: Collection[str] = (),
) -> Accounts:
    """Compare.

    Args:
        may_miss: something happened in which ends may be missed (a worker or a switch died, an event was lost).
        told: legs whose end was reported to a worker that did not lose it.
        may_lose_events: the event of a leg's end may be lost, although worker and switch were up.

    Raises:
        Broken: they do not agree.
    """
    truth = {(switch.name, id_): channel for switch in switches for id_, channel in switch.every.items()}
    estimated = [key for key, leg in ledger.rows.items() if leg.estimated]
    unwritten = [key for key in truth if key not in ledger.rows]
    for (_, leg_id), leg in ledger.rows.items():
        if leg_id in told and (leg.estimated or leg.created is None):
            raise Broken(f"the end of leg {leg_id} was told, and its row is a guess", leg_id)
    _each_leg_once(ledger)
    if not may_miss:
        _a_miss_is_the_agents(truth, ledger)
    # Of a leg that was originated as the caller hung up, it is not reported whether it ever was a channel.
    guessed = [key for key in estimated if key in truth]
    if not may_miss and (guessed or unwritten):
        raise Broken(f"estimated: {guessed[:3]}, without a row: {unwritten[:3]}", (unwritten or guessed)[0][1])
    for key in unwritten:
        if not _reached_nobody(truth[key], ledger):
            raise Broken(f"leg {key} has no row, though its call has", truth[key].call)
    talk_us, unnoticed = 0, 0
    for key, leg in ledger.rows.items():
        channel = truth.get(key)
        if channel is not None and leg.created is None and (may_lose_events or (may_miss and not channel.answered)):
            unnoticed += 1
        else:
            talk_us += _agree(key, leg, channel)
    charged = _charged(truth, ledger, tariff)
    return Accounts(len(truth), len(estimated), len(unwritten), unnoticed, talk_us, charged)


def messages_have_rows(ledger: LedgerTwin, media: Iterable[Media]) -> int:
    """Each message of a record has one row, and none says that there is no file; returns the number of messages.

    One that no worker could close stays open: the media job closes it by its file.

    Raises:
        Broken: a message has no row, several, or one that is lost.
    """
    rows: dict[str, list[Media]] = {}
    for row in media:
        rows.setdefault(row.path, []).append(row)
    messages = [(record, one.path) for record in ledger.calls.values() for one in record.call.recordings]
    for record, path in messages:
        found = rows.get(path, [])
        if len(found) != 1 or found[0].state is MediaState.LOST:
            raise Broken(f"the message {path} has {len(found)} rows: {found}", record.call.call_id)
    return len(messages)


def _a_miss_is_the_agents(truth: Mapping[tuple[str, str], Channel], ledger: LedgerTwin) -> None:
    """An agent has missed an offer only where the agent's phone refused it or rang in vain for its whole time."""
    for record in ledger.calls.values():
        offers = (offer for visit in record.call.visits for offer in visit.offers if offer.how in _MISSES)
        for offer in offers:
            legs = [truth.get((record.call.switch, leg)) for leg in offer.legs]
            if any(leg is not None and not _was_missed(leg) for leg in legs):
                raise Broken(f"offer {offer.offer} of {offer.agent} is no miss: {offer.how}", record.call.call_id)


def _was_missed(leg: Channel) -> bool:
    return leg.hung_up_by == "callee" or (leg.cause == "NO_ANSWER" and leg.answered is None)


def _each_leg_once(ledger: LedgerTwin) -> None:
    record_of: dict[str, str] = {}
    for record in ledger.calls.values():
        for leg in record.call.legs:
            other = record_of.setdefault(leg.leg_id, record.call.call_id)
            if other != record.call.call_id:
                raise Broken(f"leg {leg.leg_id} is in two records: {other} and {record.call.call_id}", other)


def _reached_nobody(channel: Channel, ledger: LedgerTwin) -> bool:
    """Whether no record of its call was ever written: then the switch's own records complete the books."""
    return channel.call not in ledger.calls


def _agree(key: tuple[str, str], leg: LegRecord, channel: Channel | None) -> int:
    """One row and the truth; its talk in microseconds if both know."""
    if channel is None:
        if leg.created is not None and not leg.estimated:
            raise Broken(f"leg {key} is invented", key[1])
        return 0
    if leg.estimated:
        return 0
    stamps = channel.stamps
    told = leg.created, leg.answered, leg.ended
    if told != (stamps.created, stamps.answered, stamps.ended):
        raise Broken(f"leg {key}: the row says {told}, the switch {stamps}", channel.call)
    return stamps.talk_us


def _charged(truth: dict[tuple[str, str], Channel], ledger: LedgerTwin, tariff: Tariff) -> Decimal:
    total = Decimal(0)
    for record in ledger.calls.values():
        again = {charge.leg_id: charge.amount for charge in rate_record(record.call, tariff).charges}
        total += sum((charge.amount or Decimal(0) for charge in record.charges), Decimal(0))
        if {charge.leg_id: charge.amount for charge in record.charges} != again:
            raise Broken(f"charges of {record.call.call_id} are not those of its legs", record.call.call_id)
        _only_what_was_talked(record, truth)
    return total


def _only_what_was_talked(record: RatedRecord, truth: dict[tuple[str, str], Channel]) -> None:
    call: CallRecord = record.call
    for charge in record.charges:
        channel = truth.get((call.switch, charge.leg_id))
        if channel is None or channel.answered is None:
            leg = next(leg for leg in call.legs if leg.leg_id == charge.leg_id)
            if not leg.estimated:
                raise Broken(f"leg {charge.leg_id} is charged and was never answered", call.call_id)
