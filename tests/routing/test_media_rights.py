"""Rights to hear and to delete: for each reach, whose files are within it."""

from __future__ import annotations

import pytest

from callcontrol.config.tenant_media import MessageRights, Reach, Role, TalkRights
from callcontrol.kinds.targets.voicemail import VoicemailTarget
from callcontrol.routing.media_rights import Person, may_delete, may_hear, person_at
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.moment import Instant
from tests.config.folder import TENANT, loaded

QUEUES = """
agents:
  anna: {extension: 101}
  piotr: {extension: 102}
queues:
  sales: {agents: [{agent: anna}]}
  support: {agents: [{agent: piotr}]}
"""
ANNA = Person("101", frozenset({"extension:101", "voicemail:101"}), frozenset({"sales"}), frozenset({"anna"}), Role())
FILES = {
    "own box": (MediaKind.MESSAGE, "voicemail:101", ""),
    "own greeting": (MediaKind.GREETING, "voicemail:101", ""),
    "another's box": (MediaKind.MESSAGE, "voicemail:102", ""),
    "box of a queue": (MediaKind.MESSAGE, "queue:sales", ""),
    "own talk": (MediaKind.TALK, "queue:support", "anna"),
    "talk of the own queue": (MediaKind.TALK, "queue:sales", "piotr"),
    "another's talk": (MediaKind.TALK, "queue:support", "piotr"),
    "talk of the own extension": (MediaKind.TALK, "extension:101", ""),
    "nobody's": (MediaKind.TALK, "", ""),
    "prompt": (MediaKind.PROMPT, "menu:main", ""),
}
OWN_MESSAGES, OWN_TALKS = {"own box", "own greeting"}, {"own talk", "talk of the own extension"}
MESSAGES = OWN_MESSAGES | {"another's box", "box of a queue"}
WITHIN = {
    Reach.NONE: set(),
    Reach.OWN: OWN_MESSAGES | OWN_TALKS,
    Reach.OWN_QUEUES: OWN_MESSAGES | OWN_TALKS | {"box of a queue", "talk of the own queue"},
    Reach.ALL: set(FILES),
}


def media(name: str) -> MediaChange:
    kind, owner, agent = FILES[name]
    return MediaChange(
        media_id="call-1", tenant="acme", state=MediaState.STORED, at=Instant(0), kind=kind, owner=owner, agent=agent
    )


def person(messages: Reach, talks: Reach, *, delete: bool = False) -> Person:
    verb = "delete" if delete else "hear"
    role = Role(messages=MessageRights(**{verb: messages}), talks=TalkRights(**{verb: talks}))
    return Person(ANNA.extension, ANNA.own, ANNA.queues, ANNA.agents, role)


@pytest.mark.parametrize("reach", Reach)
def test_each_reach_has_its_files_for_hearing_and_deleting_alike(reach: Reach) -> None:
    hears = {name for name in FILES if may_hear(person(reach, reach), media(name)).is_given}
    deletes = {name for name in FILES if may_delete(person(reach, reach, delete=True), media(name)).is_given}
    assert hears == deletes == WITHIN[reach]


def test_messages_and_talks_have_rights_of_their_own() -> None:
    only_messages = person(Reach.ALL, Reach.NONE)
    assert {name for name in FILES if may_hear(only_messages, media(name)).is_given} == MESSAGES
    assert {name for name in FILES if may_hear(person(Reach.NONE, Reach.ALL), media(name)).is_given} == {
        *FILES
    } - MESSAGES


def test_to_hear_is_not_to_delete() -> None:
    lead = person(Reach.ALL, Reach.ALL)
    assert may_hear(lead, media("another's talk")).is_given
    assert not may_delete(lead, media("another's talk")).is_given


def test_without_a_role_the_own_messages_are_heard_and_deleted_and_no_talk() -> None:
    assert {name for name in FILES if may_hear(ANNA, media(name)).is_given} == OWN_MESSAGES
    assert {name for name in FILES if may_delete(ANNA, media(name)).is_given} == OWN_MESSAGES


def test_a_refusal_says_why() -> None:
    assert may_hear(ANNA, media("another's box")).why == (
        "extension 101 may hear own messages; this one is of voicemail:102"
    )
    assert may_delete(ANNA, media("nobody's")).why == "extension 101 may delete no recordings; this one is of no one"


def test_a_persons_role_follows_from_the_settings() -> None:
    roles = "media: {roles: {lead: {extensions: [101], queues: [support], talks: {hear: own_queues}}}}\n"
    tenant = loaded(TENANT + QUEUES + roles).tenants["acme"]
    anna, piotr = (
        person_at(tenant, "101", [VoicemailTarget("101"), VoicemailTarget("front")]),
        person_at(tenant, "102", []),
    )
    assert anna.own == {"extension:101", "voicemail:101", "voicemail:front"}
    assert (anna.queues, anna.agents) == (frozenset({"sales", "support"}), frozenset({"anna"}))
    assert (piotr.queues, piotr.role) == (frozenset({"support"}), Role())
    assert may_hear(anna, media("another's talk")).is_given
