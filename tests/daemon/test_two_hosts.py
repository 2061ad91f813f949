"""Two hosts share one Redis and one Postgres: one host dies or is drained, and the other takes over its calls."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcontrol.simulator.callers import Call
from callcontrol.simulator.stories.stage import Daemon, Stage, free_ports
from tests.daemon.test_queue_survival import Live
from tests.daemon.test_survival import (
    DID,
    EXAMPLE,
    PHONE,
    TALKS,
    hang_up,
    heard,
    is_bridged,
    nothing_is_left,
    record_of,
    until,
)
from tests.daemon.test_takeover import (
    all_callers_are_served,
    callers_wait,
    owners,
    phone,
    pid_of,
)

pytestmark = pytest.mark.timeout(300)


class TwoHosts(Stage):
    """The stage with a second daemon that has its own ports and data folder, the same stores and the same switch."""

    def __init__(self, folder: Path) -> None:
        self._first, self._second, self._second_http = free_ports(3)
        hosts = f"127.0.0.1:{self._first}|127.0.0.1:{self._second}"
        super().__init__(folder, EXAMPLE, simulator=("--sockets", hosts))

    def _set_up(self) -> None:
        super()._set_up()
        self.daemon.stop()
        self._change(self.config, listen=f"127.0.0.1:{self._first}")
        self.daemon.start()
        other = self._folder / "second"
        shutil.copytree(self.config, other / "config")
        listen, http = f"127.0.0.1:{self._second}", f"127.0.0.1:{self._second_http}"
        self._change(other / "config", listen=listen, http=http, data=str(other / "data"))
        self.second = Daemon(other / "config", self._second_http, self._folder / "second.log")
        self._stack.callback(self._stop_second)
        self.second.start()

    def _stop_second(self) -> None:
        if self.second.process is not None and self.second.process.poll() is None:
            self.second.kill()

    @staticmethod
    def _change(config: Path, **settings: Any) -> None:
        file = config / "callcontrol.yaml"
        main = yaml.safe_load(file.read_text(encoding="utf-8")) | settings
        file.write_text(yaml.safe_dump(main, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def stage() -> Iterator[TwoHosts]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        made = TwoHosts(Path(folder))
        with made:
            yield made


@pytest.fixture
def live(stage: TwoHosts) -> Iterator[Live]:
    """Both hosts take calls, and there is no call."""
    with closing(Live(stage)) as found:
        stage.daemon.wait_until_ready()
        stage.second.wait_until_ready()
        stage.switch.reset()
        nothing_is_left(stage)
        yield found


def has_all(stage: TwoHosts, daemon: Daemon, count: int) -> bool:
    """Whether there are `count` calls, all of them this host's."""
    found = list(owners(stage).values())
    return len(found) == count and {pid_of(worker) for worker in found} <= set(daemon.worker_pids())


def test_a_host_dies_whole_and_the_other_has_its_callers(stage: TwoHosts, live: Live) -> None:
    placed = callers_wait(stage, live, 3)
    assert has_all(stage, stage.daemon, 3), "the first host is asked first"
    stage.daemon.kill()
    until(lambda: has_all(stage, stage.second, 3))
    assert "hangup" not in {what for call in placed for what in heard(stage, call)}
    all_callers_are_served(stage, live, placed)
    stage.daemon.start()


def test_a_host_is_taken_out_in_order(stage: TwoHosts, live: Live) -> None:
    placed = callers_wait(stage, live, 2)
    phone(stage, PHONE, TALKS)
    talking = stage.switch.place(Call(DID))
    until(lambda: is_bridged(stage, talking) and has_all(stage, stage.daemon, 3))
    assert stage.daemon.stop() == 0
    until(lambda: has_all(stage, stage.second, 3))
    hang_up(stage, talking)
    found = record_of(stage, talking)
    assert (found.outcome, found.estimated) == ("answered", False)
    all_callers_are_served(stage, live, placed)
    stage.daemon.start()
