"""What keeps agents from being offered callers, in the calls of this worker: the live state hears of it again and
again, and lets those agents go of whose calls it hears no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from callcontrol.control.call import Call
from callcontrol.vocabulary.queue import Engaged


def engaged_in(calls: Iterable[Call]) -> Mapping[str, Sequence[Engaged]]:
    """By tenant: the agents who talk with callers of queues, and those who are on other calls."""
    found: defaultdict[str, list[Engaged]] = defaultdict(list)
    for call in calls:
        found[call.tenant].extend(_engaged(call))
    return found


def _engaged(call: Call) -> Iterator[Engaged]:
    if call.serving is not None and call.serving.reserves is not None:
        yield Engaged(*call.serving.reserves, call.id)
    for id_, agent in call.elsewhere:
        yield Engaged(agent, id_, call.id)
