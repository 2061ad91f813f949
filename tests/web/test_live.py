"""Live streams: a snapshot first, then changes; back where it was after a break; stale, never wrong, without Redis."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis import Redis

from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.usecases.signing_in import NotSignedIn
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.rights import Person
from callcontrol.web import live as live_module
from callcontrol.web import snapshots as snapshots_module
from callcontrol.web.api.queues import seen_queues, snapshot, some_agents
from callcontrol.web.live import Live, Watched
from callcontrol.web.outlet import WAITING, Outlet
from callcontrol.web.snapshots import TenantSnapshots
from callcontrol.web.told import Change, Told, sight_of
from tests.commands.call_centre import CallCentre, at
from tests.web.conftest import Site, site_of

Events = Generator[bytes, None, None]


@pytest.fixture
def open_site(
    tmp_path: Path, redis_url: str, redis_client: Redis, ledger_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, CallCentre]]:
    redis_client.ping()
    monkeypatch.setattr(live_module, "LOOK_S", 0.01)
    site = site_of(tmp_path, redis_url, ledger_database)
    centre = CallCentre(str(tmp_path / "conf"), redis_url)
    at(monkeypatch, centre)
    centre.open()
    yield site, centre
    site.live.stop()
    centre.stop()
    site.stop()


def person(site: Site, login: str) -> Person:
    return site.services.signing_in.of_token(site.tokens[login]).person


def stream(site: Site, login: str, last_id: str = "", still: Callable[[], object] = bool) -> Events:
    return site.live.stream(person(site, login), "acme", last_id, still)


def read(event: bytes) -> tuple[str, str, dict[str, Any]]:
    fields = dict(line.split(": ", 1) for line in event.decode().strip().splitlines())
    return fields["event"], fields.get("id", ""), orjson.loads(fields["data"])


def test_a_snapshot_comes_first_then_what_changes(open_site: tuple[Site, CallCentre]) -> None:
    site, _ = open_site
    events = stream(site, "admin")
    kind, first_id, told = read(next(events))
    assert kind == "snapshot"
    assert {one["queue"] for one in told["queues"]} == set(site.services.tenant("acme").queues)
    site.ask("admin", "POST", "/agents/wanda/acts", {"action": "pause", "reason": "lunch"}, key="p")
    kind, second_id, told = read(next(events))
    assert (kind, [one["agent"] for one in told["agents"]]) == ("change", ["wanda"])
    assert (told["agents"][0]["state"], told["agents"][0]["reason"]) == ("paused", "lunch")
    assert first_id != second_id
    events.close()
    again = stream(site, "admin", first_id)
    assert next(again) == b": go on\n\n"
    assert read(next(again))[:2] == ("change", second_id)
    other = stream(site, "admin", "elsewhere-1")
    assert read(next(other))[0] == "snapshot"
    assert site.live.count == 2


def test_each_sees_the_queues_that_are_the_persons_to_see(open_site: tuple[Site, CallCentre]) -> None:
    site, _ = open_site
    assert [one["queue"] for one in read(next(stream(site, "boss")))[2]["queues"]] == ["support"]
    agent = read(next(stream(site, "agent")))[2]
    own = {
        name
        for name, queue in site.services.tenant("acme").queues.items()
        if "yvonne" in {s.agent for s in queue.agents}
    }
    assert {one["queue"] for one in agent["queues"]} == own
    assert [one["agent"] for one in agent["agents"]] == ["yvonne"]
    nothing = read(next(stream(site, "sub")))[2]
    assert (nothing["queues"], nothing["agents"]) == ([], [])


def test_while_redis_is_away_it_is_said_since_when(
    open_site: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = open_site
    events = stream(site, "admin")
    assert read(next(events))[0] == "snapshot"

    def away(*_: object) -> None:
        raise StoreAway("away")

    with monkeypatch.context() as patched:
        patched.setattr(TenantSnapshots, "look", away)
        kind, event_id, told = read(next(events))
        assert (kind, event_id, set(told)) == ("stale", "", {"at", "since"})
        assert read(next(stream(site, "admin")))[0] == "stale"
    assert read(next(events))[0] == "snapshot"


def test_a_stream_that_does_not_read_gets_a_snapshot_instead_of_what_it_missed(
    open_site: tuple[Site, CallCentre],
) -> None:
    site, _ = open_site
    watched = Watched(site.services, "acme")
    outlet = Outlet(person(site, "admin"))
    watched.join(outlet)
    change = Change(1, Told("acme", (), ()))
    for _ in range(WAITING + 1):
        watched._tell(change)
    assert (outlet.waiting.qsize(), outlet.waiting.get_nowait()) == (1, None)
    watched.leave(outlet)


class Line:
    """A client's connection that takes so many events, and then a part of one."""

    def __init__(self, takes: int) -> None:
        self.takes, self.sent, self.rest = takes, list[bytes](), b""

    def send(self, event: bytes) -> bool:
        if self.rest:
            return False
        self.sent.append(event)
        self.rest = event[10:] if len(self.sent) > self.takes else b""
        return True

    def flush(self) -> None:
        self.rest = b""


def test_what_has_changed_goes_out_at_once_and_no_greenlet_wakes_while_the_client_keeps_up(
    open_site: tuple[Site, CallCentre],
) -> None:
    site, _ = open_site
    line, changes = Line(2), [Change(number, Told("acme", (), ())) for number in range(1, 5)]
    outlet = Outlet(sight_of(person(site, "admin")), line)  # type: ignore[arg-type]  # as much of a wire as is used
    watched = Watched(site.services, "acme")
    watched.streams.add(outlet)
    watched._tell(changes[0])
    # Its beginning is not sent yet: the change waits behind it.
    assert (line.sent, outlet.waiting.get_nowait()) == ([], changes[0])
    outlet.is_open = True
    for change in changes:
        watched._tell(change)
    assert [read(event)[1] for event in line.sent] == [f"{watched.epoch}-{number}" for number in (1, 2, 3)]
    # The client took a part of the third: its greenlet sends the rest, and then the fourth.
    assert outlet.waiting.qsize() == 2
    assert site.live._next(watched, outlet) == b""
    assert line.rest == b""
    assert read(site.live._next(watched, outlet))[1] == f"{watched.epoch}-4"
    outlet.tell(None, lambda _: b"")
    assert outlet.waiting.get_nowait() is None


def test_what_is_left_of_an_event_goes_out_before_what_stands_for_all_that_was_missed(
    open_site: tuple[Site, CallCentre],
) -> None:
    site, _ = open_site
    line = Line(0)
    outlet = Outlet(sight_of(person(site, "admin")), line, is_open=True)  # type: ignore[arg-type]  # as above
    watched = Watched(site.services, "acme")
    watched.streams.add(outlet)
    for number in range(1, WAITING + 3):
        watched._tell(Change(number, Told("acme", (), ())))
    assert line.rest
    assert outlet.waiting.qsize() < WAITING  # more than it may be behind: what was missed is in a snapshot
    assert site.live._next(watched, outlet).startswith(b"event: stale")  # nothing was looked at yet
    assert line.rest == b""


def test_a_stream_ends_when_its_person_is_signed_out_and_when_the_process_ends(
    open_site: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = open_site
    monkeypatch.setattr(live_module, "CHECK_S", 0.0)
    monkeypatch.setattr(live_module, "HEARTBEAT_S", 0.01)

    def no_more() -> None:
        raise NotSignedIn("gone")

    events = list(stream(site, "admin", still=no_more))
    assert read(events[-1])[0] == "end"
    staying = stream(site, "admin")
    next(staying)
    site.live.stop()
    assert len(list(staying)) <= 1
    assert site.live.count == 0
    assert isinstance(site.live, Live)


def test_a_stream_goes_on_while_postgres_cannot_say_whether_its_person_is_signed_in_still(
    open_site: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = open_site
    monkeypatch.setattr(live_module, "CHECK_S", 0.0)
    monkeypatch.setattr(live_module, "HEARTBEAT_S", 0.01)

    def away() -> None:
        raise NoLedger("Postgres is away")

    events = stream(site, "admin", still=away)
    assert read(next(events))[0] == "snapshot"
    assert {read(next(events))[0] for _ in range(3)} == {"beat"}
    monkeypatch.setattr(live_module, "UNCHECKED_S", 0.0)
    assert list(events) == []
    assert site.live.count == 0


def test_what_has_changed_is_written_once_for_all_who_see_the_same(
    open_site: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = open_site
    written: list[str] = []

    def noted(person: Person, tenant: str, queues: Any) -> Any:
        written.append(tenant)
        return seen_queues(person, tenant, queues)

    monkeypatch.setattr("callcontrol.web.told.seen_queues", noted)
    admins = [stream(site, "admin") for _ in range(5)]
    assert len({next(one).split(b'"queues"')[1] for one in admins}) == 1
    assert len(written) == 1
    read(next(stream(site, "boss")))
    assert len(written) == 2
    site.ask("admin", "POST", "/agents/wanda/acts", {"action": "pause"}, key="p")
    assert {read(next(one))[0] for one in admins} == {"change"}
    assert len(written) == 3


def test_stale_is_told_since_the_last_look_that_saw_anything(
    open_site: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = open_site
    moments = iter(Instant(second * 1_000_000) for second in range(10))
    monkeypatch.setattr(site.services, "now", lambda: next(moments))
    watched = Watched(site.services, "acme")
    watched.look()
    looked_at = text_of(watched.looked_at)

    def away(*_: object) -> None:
        raise StoreAway("away")

    monkeypatch.setattr(TenantSnapshots, "look", away)
    watched.look()
    assert watched.stale_since == looked_at
    assert next(moments) > watched.looked_at


def test_snapshots_read_agents_that_have_changed_and_show_what_reading_all_shows(
    open_site: tuple[Site, CallCentre], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, centre = open_site
    read_names: list[Any] = []

    def noted(live: Any, tenant: str, names: Any = None) -> Any:
        read_names.append(names)
        return some_agents(live, tenant, names)

    monkeypatch.setattr("callcontrol.web.snapshots.some_agents", noted)
    snapshots = TenantSnapshots(site.services, "acme")
    assert snapshots.look() == snapshot(site.services.live(), "acme")
    snapshots.look()
    assert read_names == [None]
    centre.join("call-1")
    centre.ring("call-1")
    ringing = snapshots.look()
    assert ringing == snapshot(site.services.live(), "acme")
    (name,) = read_names[1]
    assert {one.agent: one.state for one in ringing[1]}[name] == "ringing"
    centre.answer("call-1")
    centre.hang_up(name, "call-1", 10)
    monkeypatch.setattr(snapshots_module, "ALL_S", 0.0)
    assert snapshots.look() == snapshot(site.services.live(), "acme")
    assert read_names[-1] is None
