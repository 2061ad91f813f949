"""A supervisor's phone is rung, who is at a conversation now, who was: by the use case and by the command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest

from callcontrol.commands import supervise as command
from callcontrol.config.settings import Tenant
from callcontrol.edges.ledger.listenings import note_listenings
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.codec import encode
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.supervision import SupervisionStore
from callcontrol.kinds.star_codes.supervising import AtTalk
from callcontrol.usecases import supervision
from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, Mode, SupervisedTalk
from tests.billing.trails import NOON
from tests.commands.command import run
from tests.commands.test_reconcile import configured
from tests.config.example import example
from tests.control.story import Story
from tests.routing.world import facts
from tests.usecases.answering import answering, save_listening

NEW = ListeningRecord("acme", "call-2", "extension:102", "extension:117", "call-1", "fs1", NOON, "", "a test")
BEGUN = NEW.doing(Mode.BARGE, "extension:117", NOON)
OVER = BEGUN.over(Instant(NOON + 12 * SECOND_US), ListeningEnd.HUNG_UP)


@pytest.fixture
def pipeline(redis_url: str) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(redis_url, 2.0))
    yield made
    made.ask("DEL", keys.calls("acme"))
    made.stop(1.0)


def tenant(**supervision: object) -> Tenant:
    acme = example().tenants["acme"]
    return acme.model_copy(update={"supervision": acme.supervision.model_copy(update=supervision)})


@pytest.mark.parametrize(
    ("extension", "phone", "mode", "reason", "ring_s", "why"),
    [
        ("999", "102", Mode.LISTEN, "", 30, "no extension 999"),
        ("117", "999", Mode.LISTEN, "", 30, "no extension 999"),
        ("117", "103", Mode.LISTEN, "", 30, "extension 103 has no right to listen"),
        ("117", "105", Mode.BARGE, "", 30, "extension 105 has no right to barge"),
        ("117", "102", Mode.LISTEN, "", 999, "1 to 120 are possible"),
        ("117", "102", Mode.LISTEN, "", 30, "a reason is needed"),
    ],
)
def test_what_makes_no_sense_rings_no_phone(
    extension: str, phone: str, mode: Mode, reason: str, ring_s: int, why: str
) -> None:
    settings = tenant(reason_needed=why.startswith("a reason"))
    with pytest.raises(Refused, match=why):
        supervision.check("acme", settings, extension, phone, mode, reason, ring_s)
    supervision.check("acme", tenant(reason_needed=True), "117", "102", Mode.TAKE_OVER, "a test", 30)


def test_the_reason_waits_for_the_phone(pipeline: RedisPipeline) -> None:
    store, told = SupervisionStore(pipeline), list[str]()
    store.keep_reason("acme", "1234567890", "weil: ja")
    for token in ("1234567890", "999"):
        store.reason("acme", token, told.append)
    pipeline.ask("PING")
    assert told == ["weil: ja", ""]
    assert 0 < pipeline.ask("TTL", keys.supervision_reason("acme", "1234567890")) <= 300


def test_an_eavesdropping_is_ordered_once_and_told_to_one_worker(pipeline: RedisPipeline) -> None:
    store, told = SupervisionStore(pipeline), list[bool]()
    for _ in range(2):  # of two supervisors, before it is looked whether the first one was
        store.order("leg-1")
    for event in ("fs1:7", "fs1:7", "fs1:8", "fs1:9"):
        store.was_ordered("leg-1", event, told.append)
        for _ in range(4):  # a script that Redis does not know is sent again
            pipeline.ask("PING")
    assert told == [True, True, False]


def test_the_command_shows_who_is_there_and_who_was(
    tmp_path: Path, ledger_database: str, redis_url: str, pipeline: RedisPipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, ledger_database, redis_url, fs1="")

    def said(*words: str) -> str:
        assert run(command, *words, "--config", config) == 0
        return capsys.readouterr().out

    assert said("list") == said("history", "acme") == ""
    state = AtTalk("102", SupervisedTalk("call-1", "fs1", "customer-1", "leg-1", "117"), BEGUN, Mode.BARGE, "app-1")
    call = Story(facts()).call.to(state)
    pipeline.ask("HSET", keys.calls("acme"), call.id, encode(call))
    assert "extension:102 at extension:117, call call-1: barge" in said("list")
    assert orjson.loads(said("list", "acme", "--json"))["ended_at"] is None
    with psycopg.connect(ledger_database) as connection:
        note_listenings(connection, [OVER, replace(OVER, listening_id="call-3", supervisor="extension:105", reason="")])
    assert "barge 12 s; hung_up; why: a test" in said("history", "acme", "--by", "102")
    assert "why" not in said("history", "acme", "--by", "105")
    assert said("history", "acme", "--extension", "103") == ""


def test_the_mode_is_changed_by_the_worker_of_the_supervisors_call(
    tmp_path: Path, ledger_database: str, redis_url: str, pipeline: RedisPipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, ledger_database, redis_url, fs1="")

    def mode(which: str, wanted: str) -> tuple[int, str]:
        status = run(command, "mode", "acme", which, wanted, "--by", "Jan", "--config", config)
        said = capsys.readouterr()
        return status, said.out + said.err

    assert mode("102", "whisper") == (1, "102 is at no conversation now\n")
    talk = SupervisedTalk("call-1", "fs1", "customer-1", "leg-1", "117")
    save_listening(pipeline, BEGUN, talk)
    assert "no worker has the supervisor's call" in mode("102", "whisper")[1]
    with answering(redis_url, pipeline, "") as heard:
        assert mode("102", "take_over") == (0, "from now on: take over\n")
        assert mode("call-2", "listen")[0] == 0
        assert [(call, wish.mode, wish.by) for call, wish in heard] == [
            ("call-2", Mode.TAKE_OVER, "Jan (command)"),
            ("call-2", Mode.LISTEN, "Jan (command)"),
        ]
        save_listening(pipeline, replace(BEGUN, listening_id="call-7"), talk)
        assert "write one of call-2, call-7" in mode("102", "listen")[1]
    with answering(redis_url, pipeline, "extension 102 may not whisper to extension 117 at this time"):
        assert mode("call-2", "whisper") == (1, "extension 102 may not whisper to extension 117 at this time\n")


def test_no_answer_of_the_worker_is_said(
    redis_url: str, pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "ANSWERED_S", 0.0)
    save_listening(pipeline, BEGUN, SupervisedTalk("call-1", "fs1", "customer-1", "leg-1", "117"))
    with answering(redis_url, pipeline, None), pytest.raises(Refused, match="has not answered"):
        supervision.change_mode(pipeline, "acme", tenant(), "102", Mode.LISTEN, "Jan")
    settings = tenant(rights=())
    with pytest.raises(Refused, match="extension 102 has no right to barge"):
        supervision.change_mode(pipeline, "acme", settings, "102", Mode.BARGE, "Jan")


def test_the_command_refuses_what_makes_no_sense(
    tmp_path: Path, ledger_database: str, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, ledger_database, redis_url, fs1="")
    assert run(command, "start", "acme", "117", "--phone", "103", "--config", config) == 1
    assert "no right to listen" in capsys.readouterr().err
    assert run(command, "history", "acmee", "--config", config) == 1
    assert "did you mean acme?" in capsys.readouterr().err
