"""Any bytes as the calls of `callcontrol rate`: one answer for each line that is not empty, each of them JSON."""

from __future__ import annotations

import io
from functools import cache

import orjson

from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.commands import rate
from tests.fuzz.price_lists import WARSAW

LIST = """tariff,list
currency,PLN
period,peak,mon-fri,08:00-20:00
default_period,offpeak
version,2026-01-01
prefix,destination,step,price_per_minute:peak,price_per_minute:offpeak
48,Poland,60/1,0.10,0.05
short:112,Emergency,1/1,0,0
"""


def check_rate_lines(data: bytes) -> None:
    """Any file of calls, opened as the command does."""
    text = data.decode("utf-8", "backslashreplace")
    results = list(rate._results(a_list(), "PL", io.TextIOWrapper(io.BytesIO(data), "utf-8", "backslashreplace")))
    assert len(results) <= len(text.splitlines())
    for result in results:
        assert isinstance(result["line"], int)
        assert ("error" in result) != ("number" in result)
        assert b"\n" not in orjson.dumps(result)


@cache
def a_list() -> Tariff:
    """A small price list."""
    found = parse(LIST, "list.csv", WARSAW)
    assert isinstance(found, Tariff), found
    return found
