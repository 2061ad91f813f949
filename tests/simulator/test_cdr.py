"""The simulated switch writes its own records of legs as the real one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from callcontrol.billing.switch_cdr import read_cdr
from callcontrol.simulator import Behaviour, Call, Phone, Settings, Simulator
from callcontrol.simulator.cdr import encoded
from callcontrol.simulator.dialplan import Dialplan
from tests.jobs.cdr import OUTSIDE, seen

SPEED = 10.0
REFUSED = "127.0.0.1:1"


def bridging() -> Dialplan:
    """A dialplan that rings a phone as one of our legs, with no daemon."""
    plan = Dialplan()
    marks = "{cc_call=a-call,cc_tenant=acme,cc_payer=extension:101}"
    plan.add("public", ".*", (("set", "hangup_after_bridge=true"), ("bridge", f"{marks}sofia/internal/101%lab")))
    return plan


def started(folder: Path, dialplan: Dialplan | None) -> Iterator[Simulator]:
    settings = Settings(sockets=REFUSED, cdrs=folder, dialplan=dialplan, speed=SPEED)
    with Simulator(settings) as simulator:
        simulator.phone(Phone("101@lab", (Behaviour("answers", after_s=0.5, talk_s=2),)))
        simulator.register("101@lab")
        yield simulator


@pytest.fixture
def bridged(tmp_path: Path) -> Iterator[Simulator]:
    yield from started(tmp_path / "json_cdr", bridging())


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Simulator]:
    yield from started(tmp_path / "json_cdr", None)


def files(folder: Path, count: int) -> dict[str, dict[str, Any]]:
    """The records, waited for, by name."""
    with gevent.Timeout(10):
        while len(list(folder.glob("*.json"))) < count:
            gevent.sleep(0.01)
    return {path.name: json.loads(path.read_bytes()) for path in folder.glob("*.json")}


def test_both_legs_have_a_record_with_what_the_real_one_has(bridged: Simulator, tmp_path: Path) -> None:
    bridged.wait_for_end(bridged.place(Call("48221234567")))
    written = files(tmp_path / "json_cdr", 2)
    (ours,) = [value for name, value in written.items() if not name.startswith("a_")]
    (callers,) = [name for name in written if name.startswith("a_")]
    real = json.loads(seen(OUTSIDE))
    assert set(ours) <= {*real, "channel_data"}
    read_here = {name for name in real["variables"] if name.endswith("_uepoch") or name.startswith(("cc_", "hangup"))}
    assert read_here <= set(ours["variables"])
    assert set(ours["callflow"][0]["caller_profile"]) <= set(real["callflow"][0]["caller_profile"])
    end = read_cdr((tmp_path / "json_cdr" / f"{ours['variables']['uuid']}.cdr.json").read_bytes())
    assert (end.call_id, end.tenant, end.payer, end.hung_up_by) == ("a-call", "acme", "extension:101", "callee")
    assert end.stamps.answered is not None
    assert 1_900_000 < end.stamps.talk_us < 2_500_000
    assert end.stamps.bridged is not None
    own = read_cdr((tmp_path / "json_cdr" / callers).read_bytes())
    assert (own.is_callers, own.address, own.hung_up_by) == (True, "48221234567", "switch")


def test_a_call_nobody_took_went_to_the_last_resort(alone: Simulator, tmp_path: Path) -> None:
    alone.wait_for_end(alone.place(Call("48221234567")))
    ((name, value),) = files(tmp_path / "json_cdr", 1).items()
    assert [flow["caller_profile"]["context"] for flow in value["callflow"]] == ["fallback", "public"]
    end = read_cdr((tmp_path / "json_cdr" / name).read_bytes())
    assert (end.fell_back, end.address, end.cause) == (True, "48221234567", "NORMAL_TEMPORARY_FAILURE")


def test_a_switch_that_is_killed_writes_nothing(bridged: Simulator, tmp_path: Path) -> None:
    call = bridged.place(Call("48221234567"))
    with gevent.Timeout(10):
        while "bridged" not in [heard.what for heard in bridged.heard(call)]:
            gevent.sleep(0.01)
    bridged.kill()
    gevent.sleep(0.1)
    assert not (tmp_path / "json_cdr").exists()


def test_values_are_encoded_as_the_real_one_does() -> None:
    assert encoded('"+48 500" <x>%') == "%22%2B48%20500%22%20%3Cx%3E%25"
    assert encoded("tone_stream://%(300,100,523);") == "tone_stream%3A//%25(300,100,523)%3B"
    assert encoded("\u017c\n") == "%C5%BC%0A"
