"""Moments, durations, numbers and money as a person reads them: in the person's language, on the tenant's clocks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers
from babel.core import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone_gmt
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol
from phonenumbers import NumberParseException, PhoneNumberFormat

from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.moment import Instant, datetime_of

_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600


class Formats:
    """How values are written in templates: `f.moment(call.started_at)`.

    Args:
        zone: of the tenant.
        now: what days are told by.
    """

    def __init__(self, language: Language, zone: ZoneInfo, now: Instant) -> None:
        self._locale, self.zone, self.now = Locale(language), zone, datetime_of(now, zone)

    def local(self, moment: datetime | Instant) -> datetime:
        """On the tenant's clocks."""
        return moment.astimezone(self.zone) if isinstance(moment, datetime) else datetime_of(moment, self.zone)

    def moment(self, moment: datetime | Instant) -> str:
        """`14:05` of today; else with its day, and with its year where it is another one."""
        local = self.local(moment)
        clock = format_time(local, "HH:mm", tzinfo=self.zone, locale=self._locale)
        if local.date() == self.now.date():
            return clock
        return f"{self.day(local.date())}, {clock}"

    def full(self, moment: datetime | Instant) -> str:
        """Day and time to the second, with the offset."""
        return format_datetime(self.local(moment), "d MMM y, HH:mm:ss ZZZZZ", tzinfo=self.zone, locale=self._locale)

    def clock(self, moment: datetime | Instant) -> str:
        """`14:05:09`."""
        return format_time(self.local(moment), "HH:mm:ss", tzinfo=self.zone, locale=self._locale)

    def day(self, day: date) -> str:
        """`28 Nov`, with its year where it is another one."""
        return format_date(day, "d MMM" if day.year == self.now.year else "d MMM y", locale=self._locale)

    def field(self, moment: datetime | Instant | None) -> str:
        """As an input of the type datetime-local has it; "" for none."""
        return "" if moment is None else self.local(moment).strftime("%Y-%m-%dT%H:%M")

    def iso(self, moment: datetime | Instant) -> str:
        """For programs, in `<time datetime>`."""
        return self.local(moment).isoformat(timespec="seconds")

    def duration(self, seconds: float) -> str:
        """`0:07`, `3:05`, `1:02:03`."""
        whole = round(seconds)
        hours, minutes = whole // _HOUR_S, whole % _HOUR_S // _MINUTE_S
        if hours:
            return f"{hours}:{minutes:02}:{whole % _MINUTE_S:02}"
        return f"{minutes}:{whole % _MINUTE_S:02}"

    def number(self, value: float | Decimal) -> str:
        """With the separators of the language."""
        return format_decimal(value, locale=self._locale)

    def percent(self, share: float | Decimal) -> str:
        """Of 1; a tenth of a percent where it is not whole."""
        return format_percent(share, "#,##0.#%", locale=self._locale)

    def money(self, amount: Decimal, currency: str) -> str:
        """With its currency; as many digits as it has beyond the two of cents."""
        digits = max(2, -int(amount.normalize().as_tuple().exponent)) if amount else 2
        number = "#,##0." + "0" * digits
        # Where the language has no sign for a currency, its code would stick to the amount.
        has_sign = get_currency_symbol(currency, locale=self._locale) != currency
        pattern = self._locale.currency_formats["standard"].pattern.replace("#,##0.00", number)
        if not has_sign:
            pattern = f"{number}\u00a0¤"
        return format_currency(amount, currency, pattern, locale=self._locale, currency_digits=False)

    def phone(self, text: str) -> str:
        """`+48 22 123 45 67`; what is no international number, and what is masked, stays as it is."""
        if not text.startswith("+") or not text[1:].isdigit():
            return text
        try:
            return phonenumbers.format_number(phonenumbers.parse(text), PhoneNumberFormat.INTERNATIONAL)
        except NumberParseException:
            return text

    def several(self, texts: list[str]) -> str:
        """`a, b and c`."""
        return format_list(texts, locale=self._locale)

    @property
    def zone_name(self) -> str:
        """`Europe/Warsaw, GMT+01:00`."""
        return f"{self.zone.key}, {get_timezone_gmt(self.now, locale=self._locale)}"
