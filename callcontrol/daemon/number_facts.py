"""Facts about a number: what it leads to depends only on who dials it, or who transferred a party to it."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.transfer_commands import DialFor
from callcontrol.control.transfer_events import DialFactsFound
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.facts_finder import find_facts, unlearned
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import NO_ORIGIN, Caller
from callcontrol.vocabulary.copying import replace


def wanted(command: do.FindFacts | do.LookUp, call: Call, facts: Facts) -> Facts:
    """What is known before it is looked up what this call, sent to that number or target, comes to."""
    facts = replace(facts, caller=call.led_party)
    if isinstance(command, do.LookUp):
        return replace(unlearned(facts) if command.anew else facts, heading=command.target)
    last = call.transfer
    by = last.by if last is not None else ""
    asked = replace(facts, dialled=command.dialled, transferred=last is not None, transferred_by=by, heading=None)
    return unlearned(asked)


def look_up(command: DialFor, driver: DrivenCall, shared: WorkerContext) -> None:
    """What follows if this extension dials the number. The call's own facts stay as they are."""
    facts, extension = driver.facts, command.extension
    known = facts.extension(extension)
    caller = Caller(extension, known.name if known is not None else "", extension=extension)
    asked = replace(facts, caller=caller, dialled=command.dialled, transferred=False, transferred_by="", heading=None)
    asked = replace(asked, origin=NO_ORIGIN)
    resting, quality = shared.trunks.resting(), shared.capacity.quality
    asked = replace(unlearned(asked), resting=resting, quality=quality)
    find_facts(shared, asked, lambda found: driver.deliver(DialFactsFound(found)), driver.failed)
