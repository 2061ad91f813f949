"""Any bytes as a price list: a tariff that prices any call, or Problems that point into the file."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import orjson

from callcontrol.billing.charges import Charge
from callcontrol.billing.rating import rate
from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.vocabulary.moment import SECOND_US, instant_from

WARSAW = ZoneInfo("Europe/Warsaw")
NUMBERS = ("+48221234567", "+15550100", "112")
STARTS = tuple(map(instant_from, ("2026-03-29T00:59:59Z", "2026-10-25T00:59:59.9Z", "2199-12-31T22:59:59Z")))
TALKS_US = (0, 1, 61_500_000, 30 * 86_400 * SECOND_US)


def check_csv(data: bytes) -> None:
    """Any file that is named as CSV."""
    check_price_list(data, "list.csv")


def check_yaml_form(data: bytes) -> None:
    """Any file that is named as YAML."""
    check_price_list(data, "list.yaml")


def check_price_list(data: bytes, file: str) -> None:
    """Read as `callcontrol rate` does."""
    text = data.decode("utf-8", "surrogateescape")
    found = parse(text, file, WARSAW)
    if isinstance(found, Tariff):
        check_tariff(found)
        return
    lines = len(text.splitlines()) + 1
    assert found
    assert all(p.file == file and 1 <= p.line <= lines and p.what and p.right for p in found)


def check_tariff(tariff: Tariff) -> None:
    """What was accepted prices calls; a longer call never costs less."""
    assert tariff.versions
    for number in (*NUMBERS, *(f"+{prefix}" for prefix in list(tariff.versions[0].rows)[:2])):
        for start in STARTS:
            before = None
            for talk_us in TALKS_US:
                priced = rate(tariff, number, start, talk_us)
                assert orjson.dumps(priced.as_json())
                if isinstance(priced, Charge):
                    assert before is None or priced.amount >= before
                    before = priced.amount
