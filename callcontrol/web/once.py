"""`Idempotency-Key`: an unsafe request that names itself is carried out once at most, however often it is sent.

Where it is not known whether it was carried out, as its process or a store has died meanwhile, it is not carried out
again: who asks is told so, and looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.web_answers import Kept, WebAnswers
from callcontrol.vocabulary.sentence import says
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
        Problem: the key was used for something else, the request is under way, or it is not known what became of it.
    """
    if not 1 <= len(named.key) <= LONGEST or not named.key.isprintable():
        raise Problem(400, "bad_key", f"a key has 1 to {LONGEST} characters", field=HEADER)
    name, digest = f"{named.user_id}\n{named.key}", hashlib.sha256(named.request).hexdigest()
    known = answers.begin(named.tenant, name, digest)
    if known is not None:
        return _again(known, digest), True
    try:
        kept = carry_out()
    except (LiveStateError, NoLedger):
        with suppress(LiveStateError):
            answers.lose(named.tenant, name, digest)
        raise
    except (Exception, GeneratorExit):
        answers.forget(named.tenant, name)
        raise
    later = as_kept(kept)
    try:
        answers.keep(named.tenant, name, Kept(digest, later.status, later.body, later.headers))
    except LiveStateError:
        # It is done; sent again it is told to be under way, and later that it is not known what became of it.
        return kept, False
    return kept, False


def _again(known: Kept, digest: str) -> Kept:
    if known.request != digest:
        cure = says("use a new key for each request")
        raise Problem(422, "key_used", says("this key was used for another request"), field=HEADER, cure=cure)
    if known.is_lost(clock.now()):
        what = says("this request was begun, and it is not known whether it was carried out")
        cure = says("look; if it is not done, send it with a new key")
        raise Problem(409, "not_known", what, field=HEADER, cure=cure)
    if known.status == 0:
        cure = says("ask again in a second")
        raise Problem(409, "under_way", says("this request is under way"), field=HEADER, cure=cure)
    return known
