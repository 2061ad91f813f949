"""How a caller was led who has asked to be called back, as the ticket keeps it."""

from __future__ import annotations

import logging

from callcontrol.edges.live_state.codec import Unreadable, decode, encode
from callcontrol.vocabulary.queue import NO_CONTEXT, CallerContext

log = logging.getLogger(__name__)


def written(context: CallerContext) -> str:
    """The context as kept; "" for none."""
    return "" if context == NO_CONTEXT else encode(context).decode()


def read(tenant: str, kept: str) -> CallerContext:
    """The context that was kept. One that cannot be read (a later version kept it) counts as none: the customer is
    called all the same.
    """
    if not kept:
        return NO_CONTEXT
    try:
        context = decode(kept)
    except Unreadable as error:
        log.warning("the language and menu choices kept for a callback are unreadable, tenant %s: %s", tenant, error)
        return NO_CONTEXT
    return context if isinstance(context, CallerContext) else NO_CONTEXT
