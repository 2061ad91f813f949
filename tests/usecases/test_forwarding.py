"""Forwarding rules as people set them: two who change them at once do not overwrite each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.usecases.do_not_disturb import Undisturbed
from callcontrol.usecases.forwarding import Forwarding, RuleAsked, version_of
from callcontrol.usecases.refusals import ChangedMeanwhile, NotThere, Refused
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import text_of
from tests.commands.call_centre import configured

NOW = instant_from("2026-11-30T12:00:00+01:00")


@pytest.fixture
def pipeline(redis_url: str, redis_client: Redis) -> Iterator[RedisPipeline]:
    redis_client.ping()
    opened = RedisPipeline(connect(redis_url, 5.0))
    yield opened
    opened.stop(1.0)


@pytest.fixture
def forwarding(tmp_path: Path, redis_url: str, pipeline: RedisPipeline) -> Forwarding:
    configuration = read_configuration(Path(configured(tmp_path, redis_url)))
    return Forwarding(configuration, "acme", RuleStore(pipeline), lambda: NOW)


def test_a_rule_of_a_person_wins_over_the_files_until_these_count_again(forwarding: Forwarding) -> None:
    asked = RuleAsked("number:600700800", until="2026-12-04T17:00", show="company")
    put = forwarding.put("101", RuleKind.NO_ANSWER, asked, "panel, ewa")
    assert forwarding.rules("101").of(RuleKind.NO_ANSWER) == put
    assert (text_of(put.target), put.show) == ("number:+48600700800", "company")
    assert put.source == "panel, ewa, 2026-11-30T11:00:00.000000Z"
    forwarding.clear("101", RuleKind.NO_ANSWER)
    assert forwarding.rules("101").of(RuleKind.NO_ANSWER) is None
    forwarding.back_to_files("101", RuleKind.NO_ANSWER)
    again = forwarding.rules("101").of(RuleKind.NO_ANSWER)
    assert again is not None
    assert text_of(again.target) == "voicemail:101"


def test_what_another_has_changed_meanwhile_is_not_overwritten(forwarding: Forwarding) -> None:
    seen = version_of(forwarding.rules("117"))
    forwarding.put("117", RuleKind.BUSY, RuleAsked("extension:105"), "panel, ewa", seen)
    with pytest.raises(ChangedMeanwhile):
        forwarding.put("117", RuleKind.BUSY, RuleAsked("extension:102"), "panel, jan", seen)
    with pytest.raises(ChangedMeanwhile):
        forwarding.clear("117", RuleKind.BUSY, seen)
    found = forwarding.rules("117").of(RuleKind.BUSY)
    assert found is not None
    assert text_of(found.target) == "extension:105"


def test_a_change_between_look_and_write_is_seen_by_redis_itself(
    forwarding: Forwarding, pipeline: RedisPipeline
) -> None:
    store = RuleStore(pipeline)
    seen = store.stored("acme", "117")
    assert store.put_if("acme", "117", RuleKind.BUSY, None, seen)
    assert not store.put_if("acme", "117", RuleKind.ALWAYS, None, seen)
    assert pipeline.ask("HEXISTS", keys.rules("acme"), "117/always") == 0
    assert forwarding.rules("117").of(RuleKind.BUSY) is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (RuleAsked("spaceship:1"), "target"),
        (RuleAsked("extension:117"), "target"),
        (RuleAsked("extension:105", after_s=0), "after_s"),
        (RuleAsked("extension:105", until="tomorrow"), "until"),
        (RuleAsked("extension:105", start="2026-12-02", until="2026-12-01"), "until"),
        (RuleAsked("extension:105", show="somebody"), "show"),
    ],
)
def test_what_makes_no_sense_names_its_field(forwarding: Forwarding, asked: RuleAsked, field: str) -> None:
    with pytest.raises(Refused) as refused:
        forwarding.put("117", RuleKind.ALWAYS, asked, "command")
    assert refused.value.field == field
    assert forwarding.rules("117").of(RuleKind.ALWAYS) is None


def test_do_not_disturb_is_on_until_its_time_or_until_taken_back(
    tmp_path: Path, redis_url: str, pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_configuration(Path(configured(tmp_path, redis_url))).settings
    moment = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    undisturbed = Undisturbed(settings, "acme", OverrideStore(pipeline), lambda: moment[0])
    assert undisturbed.of("101") is None
    on = undisturbed.switch_on("101", "2026-11-30T13:00", "panel, ewa")
    assert undisturbed.of("101") == on
    assert undisturbed.of("102") is None
    moment[0] = instant_from("2026-11-30T13:00:00+01:00")
    assert undisturbed.of("101") is None
    undisturbed.switch_on("101", "", "panel, ewa")
    assert undisturbed.of("101") is not None
    undisturbed.switch_off("101")
    assert undisturbed.of("101") is None
    with pytest.raises(Refused) as refused:
        undisturbed.switch_on("101", "2026-11-30T12:00", "panel, ewa")
    assert refused.value.field == "until"
    with pytest.raises(NotThere):
        undisturbed.of("999")
