"""Calls of this version that an older worker finds: it takes over none that it cannot read, and drops none.

It recognises them by the version of the call or, if that is its own, by the kind of a value within the call.
"""

from __future__ import annotations

from collections.abc import Iterator

import gevent
import pytest

from callcontrol.control.call import Call
from callcontrol.control.saved import SEQUENCES, UPGRADES
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.codec import CALLS, Codec, encode
from callcontrol.edges.live_state.failures import CallUnreadable
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.kinds.targets import menu
from callcontrol.kinds.targets.voicemail import by_phone
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.stored import Newer, Unreadable
from tests.control.story import Story
from tests.kinds.by_phone.story import BoxStory
from tests.kinds.by_phone.story import known as boxes
from tests.kinds.menu.story import MenuStory
from tests.kinds.menu.story import known as menus
from tests.routing.world import facts

TIMEOUT_S = 5.0
NEW = {cls.__name__ for cls in (menu.KIND.target, *menu.KIND.saved, *by_phone.SAVED)}
CLASSES_BEFORE = {name: cls for name, cls in CALLS.classes.items() if name not in NEW}
# Readers of older versions: in the first a call's id was its caller's channel; in the second it was its own, but there
# were no menus and no mailboxes by phone.
READERS = {
    "before the version of calls": (Codec(CLASSES_BEFORE, {("Call", 1): dict}, SEQUENCES), Newer),
    "before the kind": (Codec(CLASSES_BEFORE, UPGRADES, SEQUENCES), Unreadable),
}
IN_A_MENU = MenuStory(menus()).begin().call
IN_A_BOX = BoxStory(boxes("*97")).begin().call


@pytest.fixture
def live(redis_client: object, redis_url: str) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(redis_url, TIMEOUT_S))
    yield made
    made.stop(1)


def save(store: CallStore, *calls: Call) -> None:
    """Save the calls and wait until Redis has them."""
    for call in calls:
        store.save(call)
    with gevent.Timeout(TIMEOUT_S):
        while len(store.owners("acme")) < len(calls):
            gevent.sleep(0.01)


def taken_one(store: CallStore, call: Call) -> object:
    """What a worker reads when the switch connects the call to it: the call, or the error."""
    found: list[object] = []
    store.take_one(call.tenant, (call.id,), "older", lambda taken, trouble: found.append(trouble or taken))
    with gevent.Timeout(TIMEOUT_S):
        while not found:
            gevent.sleep(0.01)
    return found[0]


@pytest.mark.parametrize("call", [IN_A_MENU, IN_A_BOX], ids=["menu", "box"])
@pytest.mark.parametrize("reader", READERS)
def test_an_older_worker_leaves_a_call_to_those_that_can_read_it(live: RedisPipeline, call: Call, reader: str) -> None:
    assert any(f'"$":"{kind}"' in encode(call).decode() for kind in NEW)
    codec, error = READERS[reader]
    with pytest.raises(error):
        codec.decode(encode(call))
    store, older = CallStore(live), CallStore(live, values=codec)
    save(store, call)
    left: list[str] = []
    assert older.take("acme", [call.id], "older", call.worker, left.append) == []
    assert left == [call.id]
    assert isinstance(taken_one(older, call), CallUnreadable)
    assert store.owners("acme") == {call.id: call.worker}
    assert store.take("acme", [call.id], "newer", call.worker) == [call]


def test_an_older_worker_takes_other_calls_that_it_can_read(live: RedisPipeline) -> None:
    codec, _ = READERS["before the kind"]
    plain = replace(Story(facts()).begin().call, id="call-2")
    store, older = CallStore(live), CallStore(live, values=codec)
    save(store, IN_A_MENU, plain)
    assert older.take("acme", [IN_A_MENU.id, plain.id], "older", plain.worker) == [plain]
    assert store.owners("acme") == {IN_A_MENU.id: IN_A_MENU.worker, plain.id: "older"}
