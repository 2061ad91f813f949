"""Diversion (RFC 5806) and History-Info (RFC 7044) for a forwarded leg, with the true reason of each hop."""

from __future__ import annotations

from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Diversion, Path


def diversion_header(path: Path, facts: Facts) -> str:
    """The Diversion header's value, most recent diversion first; "" if nothing diverted the call.

    Behind ours stand those the call arrived with.
    """
    privacy = ";privacy=full" if facts.caller.anonymous else ""
    entries = (f"{_identity(d, facts)};reason={d.reason.diversion}{privacy}" for d in reversed(path.diversions))
    return ",".join(filter(None, (*entries, facts.origin.diversion)))


def history_info_header(path: Path, facts: Facts) -> str:
    """The History-Info value: every identity the call was for, in order, each with the reason it left that one.

    Only what is behind us is listed: the entry for the target being dialled is the dialled URI itself. The entries the
    call arrived with come first, and ours go on from the last of them.
    """
    entries = [facts.origin.history] if facts.origin.history else []
    index = f"{facts.origin.history.rpartition('index=')[2]}.1" if facts.origin.history else "1"
    for d in path.diversions:
        cause = d.reason.history_cause
        uri = _identity(d, facts).strip("<>")
        entries.append(f"<{uri}?Reason=SIP%3Bcause%3D{cause}>;index={index}")
        index += ".1"
    return ",".join(entries)


def _identity(diversion: Diversion, facts: Facts) -> str:
    extension = facts.extension(diversion.extension)
    user = (extension.number if extension else None) or facts.tenant.company_number
    return f"<sip:{user}@{facts.tenant.domain}>"
