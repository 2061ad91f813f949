"""An arrival is told by its context and variables: a new call, a transfer by REFER, a return; never by the number."""

from __future__ import annotations

import pytest

from callcontrol.edges.freeswitch.arrival import read_arrival
from callcontrol.edges.freeswitch.commands import end_at

LEG = "6c4d8c1e-8f0b-5d0a-9d6c-0e4f6a1b2c3d"


def data(context: str, **variables: str) -> dict[str, str]:
    return {
        "Unique-ID": LEG,
        "Caller-Context": context,
        "Caller-Destination-Number": "*21*600700800#",
        "Caller-Channel-Answered-Time": "1795320000500000",
        **{f"variable_{name}": value for name, value in variables.items()},
    }


@pytest.mark.parametrize(
    ("context", "variables", "again", "transfer"),
    [
        ("internal", {}, False, False),
        ("public", {"cc_again": "true"}, True, False),
        ("callcontrol", {"transfer_history": "1:x:bl_xfer"}, True, False),
        ("transferred", {"transfer_history": "1:x:bl_xfer", "cc_again": "false"}, True, True),
        ("transferred", {}, True, True),  # the history is written late
        ("transferred", {"transfer_history": "1:x:bl_xfer", "cc_again": "true"}, True, False),
    ],
)
def test_what_brought_a_channel_here(context: str, variables: dict[str, str], again: bool, transfer: bool) -> None:
    arriving = read_arrival(data(context, **variables))
    assert (arriving.again, arriving.transfer) == (again, transfer)


def test_a_channel_that_we_dialled_says_for_which_call_and_with_whom_it_was_joined() -> None:
    arriving = read_arrival(data("transferred", cc_call="call-0", cc_tenant="acme", last_bridge_to="call-0"))
    assert (arriving.call, arriving.tenant, arriving.by_leg) == ("call-0", "acme", "call-0")


def test_a_limit_of_time_outlives_the_dead_man_that_is_taken_back() -> None:
    arriving = read_arrival(data("transferred", cc_call="call-0", cc_cap_s="3600"))
    assert arriving.limit == 1_795_320_000_500_000 + 3_600_000_000
    assert end_at(LEG, 1_795_323_600, "ALLOTTED_TIMEOUT").command == f"sched_hangup 1795323600 {LEG} ALLOTTED_TIMEOUT"
    assert read_arrival(data("transferred")).limit is None
    assert read_arrival(data("transferred", cc_cap_s="x")).limit is None
