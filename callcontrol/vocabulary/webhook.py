"""Webhooks: what tenants' web servers are told, how it is signed, and when it is sent again.

Signatures are those of Standard Webhooks 1.0 (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp`,
`webhook-signature`; a secret is written `whsec_` and base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant


class EventKind(StrEnum):
    """What is told."""

    CALL_ENDED = "call.ended"  # its record is in the ledger; once more where a truer one replaces an estimate
    CALL_MISSED = "call.missed"  # a case of a missed caller is open
    CASE_CLOSED = "case.closed"  # it is closed: called back, called again, dismissed, run out
    RECORDING_READY = "recording.ready"  # a conversation's recording is in storage
    VOICEMAIL_LEFT = "voicemail.left"  # a message is in storage


# A delivery that someone asked for to see whether it arrives.
TEST: Final = "test"
SECRET_BEGINS: Final = "whsec_"
SECRET_BYTES: Final = 32
# What a server did not take within a day is given up.
GIVEN_UP_US: Final = DAY_S * SECOND_US
_FIRST_S: Final = 5.0
_LONGEST_S: Final = 4 * 3600.0


def written_secret(random: bytes) -> str:
    """A secret as people write it."""
    return SECRET_BEGINS + base64.b64encode(random).decode()


def signed_headers(event_id: str, at: Instant, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """The headers of a delivery.

    Args:
        at: when it is sent: a receiver refuses what is older than some minutes.
        secrets: each signs: the present one, and the one before while that is good.
    """
    seconds = str(at // SECOND_US)
    signatures = " ".join(_signature(event_id, seconds, body, secret) for secret in secrets)
    return {"webhook-id": event_id, "webhook-timestamp": seconds, "webhook-signature": signatures}


def _signature(event_id: str, seconds: str, body: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_BEGINS))
    made = hmac.new(key, f"{event_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()


def again_after_s(attempts: int, chance: float) -> float:
    """Seconds until it is sent again: 5, 15, 45, … up to four hours, each from half of it to one and a half.

    Args:
        attempts: that were made, 1 or more.
        chance: from 0 to 1.
    """
    return min(_FIRST_S * 3.0 ** min(attempts - 1, 20), _LONGEST_S) * (0.5 + chance)


def is_given_up(written_at: Instant, now: Instant) -> bool:
    """Whether it was tried for long enough."""
    return now - written_at >= GIVEN_UP_US
