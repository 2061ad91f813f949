"""Draws up a document: all that a month comes to by now, less what documents of before have said. Pure.

The rule: each line is rounded once, of all there is (half up, to the currency's smallest unit), and a document has the
difference to what was stated before. So the documents of a month always add up to what one statement over all of it
would say, whatever came late and in how many pieces. VAT likewise: of the sum of each rate, or line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from callcontrol.billing.statements.document import Document, Line, LineKey, Rules, Section, VatSum, total_of
from callcontrol.billing.tariff import PricesAre
from callcontrol.config.statement_settings import VatRounding
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.money import EXACT, Rounding, rounded_quotient

# ISO 4217: currencies whose smallest unit is no hundredth.
_NO_DECIMALS: Final = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
_THREE_DECIMALS: Final = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
_MILLE: Final = 1000  # VAT rates have at most three decimals
_ZERO: Final = Decimal(0)
_NEAREST: Final = {direction.value: at for at, direction in enumerate(Direction)}

Rate = tuple[Decimal | None, PricesAre]
"""A rate of VAT, and whether amounts are without it."""


def decimals_of(currency: str) -> int:
    """Decimals of its smallest unit."""
    return 0 if currency in _NO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2


def vat_of(amount: Decimal, rate: Rate, decimals: int) -> Decimal:
    """The VAT of an amount: on top of a net one, within a gross one; 0 where no rate is known."""
    percent, prices = rate
    if percent is None:
        return _ZERO
    mille = int(EXACT.multiply(percent, _MILLE))
    denominator = 100 * _MILLE + (mille if prices is PricesAre.GROSS else 0)
    return rounded_quotient(EXACT.multiply(amount, mille), denominator, Rounding.HALF_UP, decimals)


def stated(issued: Iterable[Document]) -> dict[LineKey, Line]:
    """What documents have said so far, line by line."""
    found: dict[LineKey, Line] = {}
    for document in issued:
        for line in document.lines:
            found[line.key] = plus(found[line.key], line) if line.key in found else line
    return found


def whole_calls(issued: Iterable[Document], changed: Iterable[Line]) -> list[Line]:
    """All calls of the month: those stated so far, and what has changed since."""
    found = {key: line for key, line in stated(issued).items() if line.section is Section.CALLS}
    for line in changed:
        found[line.key] = plus(found[line.key], line) if line.key in found else line
    return list(found.values())


def whole_fees(issued: Iterable[Document]) -> list[Line]:
    """The fees of the month as they were stated."""
    return [line for line in stated(issued).values() if line.section is Section.FEES]


def drawn_up(form: Document, whole: Iterable[Line], issued: Sequence[Document]) -> Document:
    """The document with its lines and sums.

    Args:
        form: the document as it is without them.
        whole: all that the month comes to; their `exact` counts, `amount` and `vat` are worked out.
    """
    rules = form.rules
    all_ = {line.key: _rounded(line, rules) for line in whole}
    before = stated(issued)
    ordered = [*all_, *(key for key in before if key not in all_)]
    lines = [_minus(all_.get(key), before.get(key)) for key in ordered]
    sums = tuple(_sums(rules, all_, before, issued))
    return replace(
        form,
        lines=tuple(sorted((line for line in lines if not line.is_nothing), key=_order)),
        sums=sums,
        **{name: total_of(getattr(one, name) for one in sums) for name in ("net", "vat", "gross")},
    )


def _rounded(line: Line, rules: Rules) -> Line:
    amount = rounded_quotient(line.exact, 1, Rounding.HALF_UP, rules.decimals)
    by_line = rules.vat_rounding is VatRounding.LINE
    vat = vat_of(amount, (line.vat_percent, line.prices), rules.decimals) if by_line else None
    return replace(line, amount=amount, vat=vat)


def _sums(
    rules: Rules, whole: Mapping[LineKey, Line], before: Mapping[LineKey, Line], issued: Sequence[Document]
) -> Iterator[VatSum]:
    """By rate, what is new; a rate of which nothing is new has none."""
    rates = dict.fromkeys((line.vat_percent, line.prices) for line in (*whole.values(), *before.values()))
    for rate in sorted(rates, key=_rate_order):
        own = [line for line in whole.values() if (line.vat_percent, line.prices) == rate]
        base, vat = total_of(line.amount for line in own), _vat(rules, rate, own)
        said = [one for document in issued for one in document.sums if (one.vat_percent, one.prices) == rate]
        base = EXACT.subtract(base, total_of(one.base for one in said))
        vat = EXACT.subtract(vat, total_of(one.vat for one in said))
        if (own and not said) or base or vat:
            yield _vat_sum(rate, base, vat)


def _vat(rules: Rules, rate: Rate, lines: Sequence[Line]) -> Decimal:
    if rules.vat_rounding is VatRounding.LINE:
        return total_of(line.vat or _ZERO for line in lines)
    return vat_of(total_of(line.amount for line in lines), rate, rules.decimals)


def _vat_sum(rate: Rate, base: Decimal, vat: Decimal) -> VatSum:
    percent, prices = rate
    if prices is PricesAre.NET:
        return VatSum(vat_percent=percent, prices=prices, net=base, vat=vat, gross=EXACT.add(base, vat))
    return VatSum(vat_percent=percent, prices=prices, net=EXACT.subtract(base, vat), vat=vat, gross=base)


def plus(one: Line, other: Line) -> Line:
    """Both together."""
    return _joined(one, other, 1)


def _minus(one: Line | None, other: Line | None) -> Line:
    if other is None:
        assert one is not None
        return one
    return _joined(_emptied(other) if one is None else one, other, -1)


def _emptied(line: Line) -> Line:
    vat = None if line.vat is None else _ZERO
    return replace(line, quantity=0, talk_s=0, billed_s=0, exact=_ZERO, amount=_ZERO, vat=vat)


def _joined(one: Line, other: Line, sign: int) -> Line:
    def joined(a: Decimal, b: Decimal) -> Decimal:
        return EXACT.add(a, EXACT.multiply(b, sign))

    has_vat = one.vat is not None or other.vat is not None
    return replace(
        one,
        quantity=one.quantity + sign * other.quantity,
        talk_s=one.talk_s + sign * other.talk_s,
        billed_s=one.billed_s + sign * other.billed_s,
        exact=joined(one.exact, other.exact),
        amount=joined(one.amount, other.amount),
        vat=joined(one.vat or _ZERO, other.vat or _ZERO) if has_vat else None,
    )


def _order(line: Line) -> tuple[object, ...]:
    """Fees first, by name; then calls by class, what is nearest first."""
    name = (_NEAREST.get(line.name, len(_NEAREST)), line.name) if line.section is Section.CALLS else (0, line.name)
    return (line.section is Section.CALLS, *name, *_rate_order((line.vat_percent, line.prices)), _first_day(line))


def _first_day(line: Line) -> int:
    return int(line.span.partition("-")[0].partition(",")[0] or 0)


def _rate_order(rate: Rate) -> tuple[Decimal, str]:
    percent, prices = rate
    return (Decimal(-1) if percent is None else percent, prices.value)
