"""Workers and supervisors: a worker finds conversations of its calls, and counts listening that it did not order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from callcontrol.control import commands as do
from callcontrol.control import supervise_commands as at_talk
from callcontrol.control.events import LegBridged
from callcontrol.control.supervise_events import ModeAsked
from callcontrol.daemon import note_line, supervise_line
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.kinds.star_codes.supervising import AtTalk
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, Mode, SupervisedTalk
from tests.billing.trails import NOON
from tests.control.queue_story import QueueStory
from tests.control.story import Story
from tests.kinds.conference.story import RoomStory
from tests.routing.world import facts


class Asked:
    """Stands in for the store, and keeps the requests and answers."""

    def __init__(self, *, ordered: bool = False) -> None:
        self.ordered = ordered
        self.found_talks: list[tuple[str, str, str, SupervisedTalk]] = []
        self.answers: list[tuple[str, str, str]] = []

    def found(self, tenant: str, call: str, worker: str, talk: SupervisedTalk) -> None:
        self.found_talks.append((tenant, call, worker, talk))

    def answer_mode(self, tenant: str, request: str, refusal: str) -> None:
        self.answers.append((tenant, request, refusal))

    def was_ordered(self, leg: str, event: str, on_reply: Any) -> None:
        on_reply(self.ordered)


def worker(asked: Asked, *stories: Story) -> Any:
    drivers = {story.call.id: SimpleNamespace(call=story.call) for story in stories}
    timers = SimpleNamespace(after=lambda seconds, then: then())
    return SimpleNamespace(supervision=asked, drivers=drivers, timers=timers)


def talking() -> Story:
    story = Story(facts()).begin()
    return story.then(LegBridged(story.command(do.Bridge).legs[0][0], story.facts.now))


@pytest.mark.parametrize(
    ("extension", "watched", "customer", "is_found"),
    [
        ("101", "", "", True),
        ("102", "", "", False),
        ("", "call-1", "caller-1", True),
        ("", "call-1", "nosuch", False),
        ("", "call-9", "caller-1", False),
    ],
)
def test_a_conversation_of_ours_is_found(extension: str, watched: str, customer: str, is_found: bool) -> None:
    asked = Asked()
    supervise_line.finds(worker(asked, talking()), "acme", ["sup-1", "w2", extension, watched, customer])
    assert [(call, name) for _, call, name, _ in asked.found_talks] == ([("sup-1", "w2")] if is_found else [])
    supervise_line.finds(worker(asked, talking()), "beta", ["sup-1", "w2", extension, watched, customer])
    assert len(asked.found_talks) == is_found


def test_the_conversation_found_names_its_queue() -> None:
    asked, story = Asked(), QueueStory().reach("talking")
    supervise_line.finds(worker(asked, story), "acme", ["sup-1", "w2", "", "call-1", "caller-1"])
    waiting = QueueStory().reach("waiting")
    supervise_line.finds(worker(asked, waiting), "acme", ["sup-1", "w2", "", "call-1", "caller-1"])
    talks = [talk for *_, talk in asked.found_talks]
    assert [(bool(talk.leg), talk.queue) for talk in talks] == [(True, "help"), (False, "help")]


def test_a_mode_is_asked_of_a_supervisors_call_alone() -> None:
    asked, delivered = Asked(), list[object]()
    shared, wish = worker(asked, talking()), ModeAsked(Mode.WHISPER, "r1", "panel, ewa")
    for tenant, call in (("acme", "call-1"), ("acme", "call-9")):
        supervise_line.asks_mode(shared, tenant, call, wish)
    assert [(request, "no conversation" in why) for _, request, why in asked.answers] == [("r1", True)] * 2
    story = Story(facts())
    noted = ListeningRecord("acme", "call-1", "extension:102", "extension:101", "call-2", "fs1", NOON)
    at_talk_now = AtTalk(
        "102", SupervisedTalk("call-2", "fs1", "customer-1", "leg-1", "101"), noted, Mode.LISTEN, "a-1"
    )
    driver = SimpleNamespace(call=story.call.to(at_talk_now), facts=story.facts, deliver=delivered.append)
    shared.drivers = {"call-1": driver}
    shared.current = SimpleNamespace(configuration=SimpleNamespace(settings=story.facts.settings))
    supervise_line.asks_mode(shared, "beta", "call-1", wish)
    assert delivered == []
    supervise_line.asks_mode(shared, "acme", "call-1", wish)
    assert delivered == [wish]
    supervise_line.carry_out(at_talk.AnswerMode("r1", "no"), driver, shared)
    assert asked.answers[-1] == ("acme", "r1", "no")


def test_who_is_in_a_conference_room_is_told_of_as_that() -> None:
    asked, story = Asked(), RoomStory().let_in()
    supervise_line.finds(worker(asked, story), "acme", ["sup-1", "w2", "101", "", ""])
    supervise_line.finds(worker(asked, story), "acme", ["sup-1", "w2", "102", "", ""])
    ((*_, talk),) = asked.found_talks
    assert (talk.extension, talk.room, talk.leg, talk.is_takable) == ("101", story.in_room.visit.room, "", False)


@pytest.mark.parametrize(("ordered", "how"), [(True, "ordered"), (False, "not_ordered")])
def test_listening_is_counted(ordered: bool, how: str) -> None:
    labels = {"switch": "fs1", "how": how}
    before = REGISTRY.get_sample_value("callcontrol_eavesdrops_total", labels) or 0
    for function in ("eavesdrop", "session_record"):
        told = {"Event-Name": "MEDIA_BUG_START", "Unique-ID": "leg-1", "Media-Bug-Function": function}
        supervise_line.look_at(SwitchEvent(told), "fs1", worker(Asked(ordered=ordered)))
    assert REGISTRY.get_sample_value("callcontrol_eavesdrops_total", labels) == before + 1


def test_a_listening_is_counted_once_it_is_over() -> None:
    noted = list[object]()
    shared: Any = SimpleNamespace(media=SimpleNamespace(note=noted.append))
    new = ListeningRecord("acme", "sup-1", "extension:102", "extension:101", "call-1", "fs1", NOON)
    labels = {"tenant": "acme", "how": "hung_up"}
    before = REGISTRY.get_sample_value("callcontrol_listenings_total", labels) or 0
    for one in (new, new.over(NOON, ListeningEnd.HUNG_UP)):
        note_line.carry_out(at_talk.NoteListening(one), shared)
    assert len(noted) == 2
    assert REGISTRY.get_sample_value("callcontrol_listenings_total", labels) == before + 1
