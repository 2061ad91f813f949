"""`callcontrol recordings` against a real Redis: what is recorded; what is asked for reaches the call's worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.control.talk_events import RecordingAsked
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.recording import RecordingAction
from tests.config import folder
from tests.control.story import Story
from tests.control.test_recordings import recorded

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"


@pytest.fixture
def config(tmp_path: Path, redis_url: str, redis_client: Redis) -> str:
    redis_client.ping()
    for name, text in folder.files(folder.TENANT, f"{folder.MAIN}redis: {{url: '{redis_url}'}}\n").items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    shutil.copy(EXAMPLE / "tariffs" / "retail.yaml", tmp_path / "tariffs")
    return str(tmp_path)


class Worker:
    """Has one call, and does what it is asked to."""

    def __init__(self, redis: Redis, url: str) -> None:
        self._redis = redis
        self._story: Story = recorded()[0]
        self._story.call = replace(self._story.call, worker="w1")
        self.save()
        self.inbox = Inbox(url, "w1", print, print, print, self._asked)

    def save(self) -> None:
        self._redis.hset(keys.calls("acme"), self._story.call.id, codec.encode(self._story.call))

    def _asked(self, call: str, action: str, by: str) -> None:
        self._story.then(RecordingAsked(RecordingAction(action), by))
        self.save()


@pytest.fixture
def worker(redis_client: Redis, redis_url: str) -> Iterator[Worker]:
    made = Worker(redis_client, redis_url)
    made.inbox.start()
    while not redis_client.pubsub_numsub(keys.inbox("w1"))[0][1]:
        gevent.sleep(0.01)
    yield made
    made.inbox.stop()
    redis_client.delete(keys.calls("acme"))


def test_a_pause_by_command(config: str, worker: Worker, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recordings", "--config", config]) == 0
    assert capsys.readouterr().out == "call-1  +48600700800 to +48221234501: recorded\n"
    assert main(["recordings", "pause", "--config", config, "--by", "Jan", "call"]) == 0
    assert capsys.readouterr().out == "call-1  +48600700800 to +48221234501: recorded, paused\n"
    assert main(["recordings", "resume", "--config", config, "call-1"]) == 0
    assert capsys.readouterr().out == "call-1  +48600700800 to +48221234501: recorded\n"


def test_what_changes_nothing_is_told(
    config: str, worker: Worker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcontrol.commands.recordings.DONE_S", 0.3)
    assert main(["recordings", "resume", "--config", config, "call-1"]) == 1
    assert "nothing has changed: call-1" in capsys.readouterr().err
    assert main(["recordings", "stop", "--config", config, "other"]) == 1
    assert "no conversation of a call 'other' is recorded" in capsys.readouterr().err
