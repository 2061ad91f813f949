"""Two workers take over the data of the version in which a call's id was its caller's channel.

Among the data are transferred callees that had become calls of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcontrol.control.call import Call
from callcontrol.edges.live_state.codec import decode
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from tests.daemon.test_survival import nothing_is_left, records, until
from tests.upgrade.left_behind import LeftBehind, Taken, changed_rows, taken_over

LEFT = LeftBehind(Path(__file__).parent / "before_call_ids")
ANSWERS = Behaviour("answers", after_s=0.2, talk_s=1)

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def taken() -> Iterator[Taken]:
    with taken_over(LEFT, ("0", "1"), _people, workers=2) as found:
        yield found


def _people(stage: Stage) -> None:
    for extension in ("103", "105", "106", "121", "122", "124"):
        stage.switch.phone(Phone(f"{extension}@acme.example", (ANSWERS,), registered=False))
        stage.switch.register(f"{extension}@acme.example")


def test_every_call_in_progress_is_recorded_once_under_its_old_id(taken: Taken) -> None:
    until(lambda: {record.call_id for record in records(taken.stage)} >= LEFT.in_progress)
    nothing_is_left(taken.stage)
    counted = Counter(record.call_id for record in records(taken.stage))
    assert {call: counted[call] for call in LEFT.in_progress} == dict.fromkeys(LEFT.in_progress, 1)


def test_records_on_the_spool_are_in_the_ledger_once(taken: Taken) -> None:
    kept = LEFT.on_spool
    until(lambda: kept <= {record.call_id for record in records(taken.stage)})
    counted = Counter(record.call_id for record in records(taken.stage))
    assert {call: counted[call] for call in kept} == dict.fromkeys(kept, 1)
    assert (len(taken.old_rows) > 0, changed_rows(taken)) == (True, [])


def test_each_leg_stands_in_one_record(taken: Taken) -> None:
    until(lambda: {record.call_id for record in records(taken.stage)} >= LEFT.in_progress)
    legs = Counter(leg.leg_id for record in records(taken.stage) for leg in record.legs)
    assert set(legs.values()) == {1}
    calls: list[Call] = [decode(text) for text in LEFT.live_state["cc:{acme}:calls"]["value"].values()]
    assert {leg.id for call in calls for leg in call.legs} <= set(legs)
