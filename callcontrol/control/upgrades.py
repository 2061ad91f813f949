"""Saved values of earlier versions, brought to the shape of today. Each step works on plain JSON values: the classes of
that time are gone.
"""

from __future__ import annotations

from callcontrol.vocabulary.stored import Fields as Value

_OFFERS_KNOWN = 8


def call_with_legs(call: Value) -> Value:
    """A call from before its legs were values: `open_legs` named those that may live, `legs` counted them, and all else
    was told by the trail.
    """
    trail: list[Value] = call["trail"]
    legs = _legs(call, trail)
    for entry in trail:
        _tell(entry, legs)
    for leg_id in call.pop("open_legs"):
        legs[leg_id]["end"] = None
    state = call["state"]
    if state["$"] == "Waiting":
        state["took_up"] = next((e["took_up"] for e in reversed(trail) if e["$"] == "Queued"), "")
    if call.get("serving"):
        call["serving"]["joined"] = _joined_since(call["serving"], trail)
    promised = any(e["$"] == "LeftQueue" and e["how"] == "callback" for e in trail)
    return call | {"legs": list(legs.values()), "offers": _offers(trail), "promised": promised}


def call_with_its_own_id(call: Value) -> Value:
    """A call whose id was its caller's channel keeps it; three fields told of its transfer. The version before takes
    every id for a channel: what this one saves must not be read by it.
    """
    to, by, given_back = call.pop("transferred_to", ""), call.pop("transferred_by", ""), call.pop("given_back", 0)
    caller = next((leg["id"] for leg in call["legs"] if leg["role"] == "caller"), "")
    if to:
        call["transfer"] = {"$": "Transfer", "to": to, "by": by, "leg": caller, "given_back": given_back}
    return call


def _legs(call: Value, trail: list[Value]) -> dict[str, Value]:
    """The legs by id as they were when they were sent out."""
    caller = trail[0]["channel"]
    found = {caller: _leg(call, caller, "caller", "", call["arrived"])} if caller else {}
    offered = {leg for entry in trail if entry["$"] == "Offered" for leg in entry["legs"]}
    for entry in trail:
        if entry["$"] == "Dialled":
            role = "agent" if entry["leg_id"] in offered else "callee" if caller else "customer"
            leg = _leg(call, entry["leg_id"], role, entry["to"], entry["at"])
            found[leg["id"]] = leg | {"trunk": entry["trunk"], "payer": entry["payer"]}
    return found


def _leg(call: Value, leg_id: str, role: str, target: str, dialled: int) -> Value:
    return {"$": "Leg", "id": leg_id, "switch": call["switch"], "role": role, "target": target, "dialled": dialled}


def _tell(entry: Value, legs: dict[str, Value]) -> None:
    """What an entry of the trail says of the call's legs."""
    at, caller = entry["at"], next((leg for leg in legs.values() if leg["role"] == "caller"), None)
    match entry["$"]:
        case "Bridged":
            _answered(legs.get(entry["leg_id"]), at, is_bridged=True)
            _answered(caller, at)
        case "Queued":
            _answered(caller, at)
        case "Pressed" if caller is not None:
            caller["seen"] = max(caller.get("seen") or at, at)
        case "OfferEnded" if entry.get("leg") in legs:
            legs[entry["leg"]]["lost_caller"] = True
        case "LegEnded" if entry["leg_id"] in legs:
            _ended(legs[entry["leg_id"]], entry)


def _answered(leg: Value | None, at: int, *, is_bridged: bool = False) -> None:
    if leg is None:
        return
    leg["answered"] = leg.get("answered") or at
    leg["seen"] = max(leg.get("seen") or at, at)
    if is_bridged and leg["role"] != "caller":
        leg["bridged"] = leg.get("bridged") or at


def _ended(leg: Value, entry: Value) -> None:
    known = leg.get("end")
    if known is None:
        certainty = "estimated" if entry["estimated"] else "told"
    elif known["certainty"] == "estimated" and not entry["estimated"]:
        certainty = "settled"
    else:
        return
    names = ("cause", "outcome", "stamps", "hung_up_by", "why")
    leg["end"] = {"$": "End", "certainty": certainty} | {name: entry[name] for name in names if name in entry}


def _joined_since(serving: Value, trail: list[Value]) -> int | None:
    """When the agent and the caller were joined: the first time after the offer was accepted."""
    since = None
    for entry in reversed(trail):
        if entry["$"] == "Bridged":
            since = entry["at"]
        is_of = entry["$"] == "OfferEnded" and (entry["offer"], entry["agent"]) == (serving["offer"], serving["agent"])
        if is_of and entry["how"] == "accepted":
            break
    return since


def _offers(trail: list[Value]) -> list[Value]:
    rung: dict[str, list[str]] = {}
    for entry in trail:
        if entry["$"] == "Offered":
            rung.setdefault(entry["offer"], []).append(entry["agent"])
    latest = list(rung.items())[-_OFFERS_KNOWN:]
    return [{"$": "KnownOffer", "offer": offer, "agents": agents} for offer, agents in latest]
