"""Which switch a call begins at that came from none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import cast

import pytest

from callcontrol.config.settings import Settings
from callcontrol.daemon.desk import Desk
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.switchboard import Switchboard
from callcontrol.simulator import Settings as Simulated
from callcontrol.simulator import Simulator
from callcontrol.simulator.air import Air
from tests.config.folder import loaded
from tests.daemon.queue_desk import until


class Switches:
    """Two of them, and a switchboard that is connected to both."""

    def __init__(self) -> None:
        air = Air()
        self.simulated = {name: Simulator(Simulated(hostname=name), air).start() for name in ("fs1", "fs2")}
        self.board = Switchboard(self._settings(), Registrations(), random.Random(1), lambda user, domain: None, int)
        self.board.start(cast(Desk, None))  # nobody calls
        until(lambda: not self.board.down())

    def _settings(self) -> Settings:
        switches = "".join(
            f'  {name}: {{address: "127.0.0.1:{s.port}", password: ClueCon, sip: "192.0.2.{n}:5060"}}\n'
            for n, (name, s) in enumerate(self.simulated.items(), 1)
        )
        return loaded(main=f"switches:\n{switches}")

    def close(self) -> None:
        self.board.stop()
        for simulator in self.simulated.values():
            simulator.stop()


@pytest.fixture
def switches() -> Iterator[Switches]:
    made = Switches()
    yield made
    made.close()


def test_where_the_agent_is_else_the_first(switches: Switches) -> None:
    assert switches.board.best() == "fs1"
    assert switches.board.best(["fs2"]) == "fs2"
    assert switches.board.best(["taken out", "fs2", "fs1"]) == "fs2"


def test_never_one_that_is_down_while_another_is_up(switches: Switches) -> None:
    switches.simulated["fs2"].kill()
    until(lambda: switches.board.down() == ("fs2",))
    assert switches.board.best(["fs2"]) == "fs1"
    switches.simulated["fs1"].kill()
    until(lambda: len(switches.board.down()) == 2)
    assert switches.board.best() == "fs1"
