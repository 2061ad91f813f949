"""`Idempotency-Key`: an unsafe request that names itself is carried out once, however often it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.web_answers import Kept, WebAnswers
from callcontrol.web.problems import Problem

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 128


@dataclass(frozen=True, slots=True)
class Named:
    """A request that names itself."""

    tenant: str
    user_id: str
    key: str
    request: bytes


def once(
    answers: WebAnswers,
    named: Named,
    carry_out: Callable[[], Kept],
    as_kept: Callable[[Kept], Kept] = lambda kept: kept,
) -> tuple[Kept, bool]:
    """What is answered, and whether it was answered before.

    Args:
        as_kept: what is kept of the answer for the same request sent again.

    Raises:
        Problem: the key was used for something else, or the request is under way.
    """
    if not 1 <= len(named.key) <= LONGEST or not named.key.isprintable():
        raise Problem(400, "bad_key", f"a key has 1 to {LONGEST} characters", field=HEADER)
    name, digest = f"{named.user_id}\n{named.key}", hashlib.sha256(named.request).hexdigest()
    known = answers.begin(named.tenant, name, digest)
    if known is not None:
        return _again(known, digest), True
    try:
        kept = carry_out()
    except (Exception, GeneratorExit):
        answers.forget(named.tenant, name)
        raise
    later = as_kept(kept)
    try:
        answers.keep(named.tenant, name, Kept(digest, later.status, later.body, later.headers))
    except LiveStateError:
        # It is done; sent again within a minute it is told to be under way, later it is carried out again.
        return kept, False
    return kept, False


def _again(known: Kept, digest: str) -> Kept:
    if known.request != digest:
        cure = "use a new key for each request"
        raise Problem(422, "key_used", "this key was used for another request", field=HEADER, cure=cure)
    if known.status == 0:
        raise Problem(409, "under_way", "this request is under way", field=HEADER, cure="ask again in a second")
    return known
