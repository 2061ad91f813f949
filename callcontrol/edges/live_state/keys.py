"""Every Redis key, once. All keys of a tenant carry its hash tag, so that they share one slot of a Redis Cluster."""

from __future__ import annotations

import re

PREFIX = "cc"
# The tag of calls that no tenant has. An empty one would be no tag to a cluster, and no name begins with a dash.
NOBODY = "-"
# All workers share a slot: a worker that can renew its own lease may trust those of the others.
_WORKERS = "{-workers}"
# What workers ask of the media job.
_MEDIA = "{-media}"

_KEPT_OF_CALLER = ("sticky", "gone", "called_back", "callbacks_of_day")

_TAG = re.compile(r"\{(.*)\}")


def _key(tenant: str, name: str) -> str:
    return f"{PREFIX}:{{{tenant or NOBODY}}}:{name}"


def tenant_of(key: str) -> str:
    """The tenant a key belongs to, "" if it has none."""
    found = _TAG.search(key)
    return "" if found is None or found[1] == NOBODY else found[1]


def rules(tenant: str) -> str:
    """Hash: `101/busy` -> the rule a subscriber set at run time (JSON), or the mark that it was removed."""
    return _key(tenant, "rules")


def language(tenant: str, number: str) -> str:
    """String with an expiry: the language a caller has chosen by key, by the caller's number (E.164)."""
    return _key(tenant, f"language:{number}")


def overrides(tenant: str) -> str:
    """Hash: `hours:office`, `duty:support` -> what was set over it by hand (JSON), until when and by whom."""
    return _key(tenant, "overrides")


def parked(tenant: str) -> str:
    """Hash: place -> the caller who is parked there (`parked_scripts/places.lua`)."""
    return _key(tenant, "parked")


def on_call(tenant: str, extension: str) -> str:
    """Sorted set with an expiry: call and leg that this extension is on -> until when, unless it is renewed (ms, clock
    of Redis). Only of extensions of which it matters.
    """
    return _key(tenant, f"on-call:{extension}")


def busy_legs(tenant: str) -> str:
    """Hash with an expiry: `EXTENSION LEG` -> `r` (it rings) or `t` (it talks), and until when, unless it is renewed
    (ms, clock of Redis). Only where there are busy lamps.
    """
    return _key(tenant, "busy-legs")


def lamp_watches(switch: str) -> str:
    """Hash: Call-ID of a phone's subscription at this switch -> until when (ms), whose number, which."""
    return f"{PREFIX}:{_WORKERS}:lamp-watches:{switch}"


def rooms(tenant: str) -> str:
    """Hash: conference room -> who is in it (`room_scripts/rooms.lua`)."""
    return _key(tenant, "rooms")


def picked_up(tenant: str, call_id: str) -> str:
    """String with an expiry: the call that is given to this one, which picks a ringing call up."""
    return _key(tenant, f"picked-up:{call_id}")


def supervision_reason(tenant: str, token: str) -> str:
    """String with an expiry: why a supervisor listens, in words, until the phone that a command rings has called."""
    return _key(tenant, f"supervision-reason:{token}")


def supervision_answer(tenant: str, request: str) -> str:
    """String with an expiry: what is answered to a person who changes what a supervisor does; "": it is changed."""
    return _key(tenant, f"supervision-answer:{request}")


def eavesdrop_ordered(leg: str) -> str:
    """Number with an expiry: how many eavesdroppings at this channel are ordered by supervisors' calls, and not told of
    by the switch yet.
    """
    return f"{PREFIX}:eavesdrop-ordered:{leg}"


def eavesdrop_seen(leg: str, event: str) -> str:
    """String with an expiry: a worker looks whether the eavesdropping that this event tells of was ordered."""
    return f"{PREFIX}:eavesdrop-seen:{leg}:{event}"


def box(tenant: str, name: str) -> str:
    """Hash: all of a voicemail box, its messages, greetings and PIN (`box_scripts/change.lua`)."""
    return _key(tenant, f"box:{name}")


def boxes(tenant: str) -> str:
    """Hash: voicemail box -> what its lamps show, as `2 5`: new and kept messages."""
    return _key(tenant, "boxes")


def boxes_made(tenant: str) -> str:
    """String: Redis has the tenant's voicemail boxes whole; it goes with them, and then they are made again."""
    return _key(tenant, "boxes-made")


def credit(tenant: str) -> str:
    """What the keys of the tenant's credit accounts begin with; the rest stands in `credit_scripts/account.lua`."""
    return _key(tenant, "credit")


def limits(tenant: str) -> str:
    """What the keys begin with in which limits count the calls of the tenant's payers; the rest stands in
    `limit_scripts/counters.lua`.
    """
    return _key(tenant, "limits")


def counters_of_numbers(tenant: str) -> str:
    """Sorted set: counter that keeps numbers -> when it got the last one (`limit_scripts/counters.lua`)."""
    return f"{limits(tenant)}:called"


def numbers_called(tenant: str, counter: str) -> str:
    """Sorted set: number that was counted in this counter within the last hour -> when it was called last."""
    return f"{limits(tenant)}:numbers:{counter}"


def sounds_wanted(switch: str) -> str:
    """List with an expiry: kept files that calls of a switch want to be brought there (JSON), for the media job."""
    return f"{PREFIX}:{_MEDIA}:wanted:{switch}"


def sound_brought(switch: str, tenant: str, media_id: str) -> str:
    """String with an expiry: what has become of that (JSON), for the worker that asked."""
    return f"{PREFIX}:{_MEDIA}:brought:{switch}:{tenant}/{media_id}"


def requests(who: str, minute: int) -> str:
    """String with an expiry: how many requests for links a network address has made in this minute, at all hosts."""
    return f"{PREFIX}:{_MEDIA}:requests:{minute}:{who}"


def web_answer(tenant: str, digest: str) -> str:
    """String with an expiry: what was answered to a request of the API that named itself, so that it is done once."""
    return _key(tenant, f"web-answer:{digest}")


def worker(name: str) -> str:
    """String with an expiry: the worker lives."""
    return f"{PREFIX}:{_WORKERS}:lease:{name}"


def workers() -> str:
    """Set: names of all workers that live, or have died and may have left calls."""
    return f"{PREFIX}:{_WORKERS}:all"


def heard() -> str:
    """Hash: worker -> until when it heard everything each switch said (JSON), kept until its calls are taken over."""
    return f"{PREFIX}:{_WORKERS}:heard"


def tenants() -> str:
    """Set: every tenant that was ever configured, for a removed one may have left calls."""
    return f"{PREFIX}:{_WORKERS}:tenants"


def _trunk(trunk: str, name: str) -> str:
    """Tenants share trunks: each trunk has a slot of its own."""
    return f"{PREFIX}:{{-trunk:{trunk}}}:{name}"


def trunk_legs(trunk: str) -> str:
    """Sorted set: leg that has a channel of the trunk -> until when, unless it is renewed (ms, clock of Redis)."""
    return _trunk(trunk, "legs")


def trunk_of(trunk: str) -> str:
    """Hash: leg that has a channel of the trunk -> whose it is (JSON)."""
    return _trunk(trunk, "of")


def trunk_starts(trunk: str) -> str:
    """List: when the trunk's latest calls began (ms), as many as may begin in a second."""
    return _trunk(trunk, "starts")


def trunk_rests(trunk: str) -> str:
    """Sorted set: worker at which the trunk rests, as it failed there -> until when (ms)."""
    return _trunk(trunk, "rests")


def trunk_ends(trunk: str) -> str:
    """Hash: `SPAN:tried`, `SPAN:answered`, `SPAN:talk_ms` -> how much of it in that span of the trunk's last hour."""
    return _trunk(trunk, "ends")


def ringing_outside(tenant: str, caller: str, dialled: str) -> str:
    """Sorted set with an expiry: call from this number to that one of ours that rings outside -> until when it counts
    (ms).
    """
    return _key(tenant, f"ringing-outside:{caller}:{dialled}")


def click_to_call(tenant: str, request: str) -> str:
    """String with an expiry: how far a request to ring a phone and then call a number has come (JSON, without both)."""
    return _key(tenant, f"click-to-call:{request}")


def call_backs() -> str:
    """Hash: number shown in an emergency call -> whose phone is called back there, and until when (JSON)."""
    return f"{PREFIX}:{_WORKERS}:call-backs"


def restrictions() -> str:
    """Hash: `TENANT PAYER LIMIT` -> what the payer may not do outside for now (JSON); `whole`: none is missing."""
    return f"{PREFIX}:{_WORKERS}:restrictions"


def everyone() -> str:
    """Channel on which all workers hear what concerns calls of each of them."""
    return f"{PREFIX}:{_WORKERS}:everyone"


def running_costs(tenant: str) -> str:
    """Hash: worker -> what its running calls have cost so far, by payer, and when that was so (JSON)."""
    return _key(tenant, "running-costs")


def post(name: str) -> str:
    """String with an expiry: the worker that holds this post. (Its name is that of older versions.)"""
    return f"{PREFIX}:duty:{name}"


def calls(tenant: str) -> str:
    """Hash: call id -> the call's value (JSON), from arrival until its record is on disk. Beside it, for workers of the
    version before, the id of the call's first channel -> that a later version has it.
    """
    return _key(tenant, "calls")


def owners(tenant: str) -> str:
    """Hash: call id -> name of the worker that has the call; only that one saves it. First channel -> `-`."""
    return _key(tenant, "owners")


def over(tenant: str, call_id: str) -> str:
    """String with an expiry: the call was forgotten a moment ago, and may not be saved again."""
    return _key(tenant, f"over:{call_id}")


def queues(tenant: str) -> str:
    """What the keys of the tenant's queues begin with; the rest of each stands in `queue_scripts/`."""
    return _key(tenant, "q")


def callbacks(tenant: str, queue: str) -> str:
    """Hash: number -> the ticket of its callback (`queue_scripts/callbacks.lua`)."""
    return f"{queues(tenant)}:callbacks:{queue}"


def kept_of_caller(tenant: str, queue: str, number: str) -> tuple[str, ...]:
    """Strings with an expiry, of `queue_scripts/joining.lua` and `offering.lua`: the agent who knows this caller, the
    place the caller had a moment ago, until when no other callback is promised, and
    how many were within a day.
    """
    return tuple(f"{queues(tenant)}:{what}:{queue}:{number}" for what in _KEPT_OF_CALLER)


def agents(tenant: str) -> str:
    """Set: names of the agents of whom anything is known."""
    return f"{queues(tenant)}:agents"


def agent(tenant: str, name: str) -> str:
    """Hash: an agent (`queue_scripts/agents.lua`)."""
    return f"{queues(tenant)}:agent:{name}"


def offer(tenant: str, offer_id: str) -> str:
    """Hash: an offer (`queue_scripts/offers.lua`)."""
    return f"{queues(tenant)}:offer:{offer_id}"


def ticket(tenant: str, ticket_id: str) -> str:
    """Hash: a ticket (`queue_scripts/tickets.lua`)."""
    return f"{queues(tenant)}:ticket:{ticket_id}"


def correction(tenant: str) -> str:
    """Microseconds by which the clock of the tenant's queues is ahead of that of Redis (`server_clock`); absent: 0."""
    return f"{queues(tenant)}:correction"


INBOXES = f"{PREFIX}:worker:"


def inbox(worker: str) -> str:
    """Channel on which a worker hears what others' operations mean for its calls: offers, notices, calls taken over."""
    return f"{INBOXES}{worker}"
