"""The least and the greatest number that a quantity, a date or a duration allows.

Dates count days in the proleptic Gregorian calendar from 0001-01-01, day 1; durations count days. A side that is open,
or that the words do not bound, is None.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from pyoxigraph import Literal

from kgtool.vocab import XSD

# Extended Date/Time Format, https://www.loc.gov/standards/datetime/ (ISO 8601-2): level 0, and of levels 1 and 2 the
# marks "?", "~" and "%", unspecified digits "X", open intervals and seasons.
EDTF = "http://id.loc.gov/datatypes/edtf"
_NUMBERS = frozenset(
    XSD.iri + name
    for name in (
        *("integer", "decimal", "double", "float", "long", "int", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "negativeInteger", "nonPositiveInteger"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_DATES = frozenset({XSD.iri + name for name in ("date", "dateTime", "gYear", "gYearMonth")} | {EDTF})
_DURATIONS = frozenset(XSD.iri + name for name in ("duration", "dayTimeDuration", "yearMonthDuration"))
_DURATION = re.compile(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,9})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?"
)
_DATE = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(\d{2}|XX)(?:-(\d{2}|XX)(?:T[\d:.]+)?)?)?(?:Z|[+-]\d{2}:\d{2})?")
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}
_LONGEST_NUMBER = 60


@dataclass(frozen=True, slots=True)
class Bounds:
    """A closed interval; None is an open side."""

    lower: Decimal | None = None
    upper: Decimal | None = None

    @property
    def known(self) -> bool:
        return self.lower is not None or self.upper is not None


def bounds_of(value: Literal) -> Bounds:
    """The bounds of a literal, open on both sides where its datatype or its form says nothing."""
    datatype, text = value.datatype.value, value.value.strip()
    if value.language is None:
        if datatype in _NUMBERS:
            return _number(text)
        if datatype in _DATES:
            return _dates(text)
        if datatype in _DURATIONS:
            return _duration(text)
    return Bounds()


def claimed_bounds(value: Literal | None, at_least: Literal | None, at_most: Literal | None) -> Bounds:
    """The bounds of a claim's answer: those of the value, narrowed or replaced by `at_least` and `at_most`."""
    own = bounds_of(value) if value is not None else Bounds()
    lower = bounds_of(at_least).lower if at_least is not None else None
    upper = bounds_of(at_most).upper if at_most is not None else None
    return Bounds(own.lower if lower is None else lower, own.upper if upper is None else upper)


def _number(text: str) -> Bounds:
    # A thirty-byte exponent could ask for a gigabyte of digits.
    exponent = re.search(r"[eE]([+-]?\d+)$", text)
    # Decimal also reads "1_000" and digits of other scripts, which no XSD type has.
    if (
        not text.isascii()
        or "_" in text
        or len(text) > _LONGEST_NUMBER
        or (exponent and abs(int(exponent[1])) > _LONGEST_NUMBER)
    ):
        return Bounds()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Bounds()
    return Bounds(number, number) if number.is_finite() else Bounds()


def _dates(text: str) -> Bounds:
    first, slash, last = text.partition("/")
    if not slash:
        return _date(first)
    lower = None if first in ("", "..") else _date(first).lower
    upper = None if last in ("", "..") else _date(last).upper
    # An interval that ends before it begins says nothing.
    return Bounds() if lower is not None and upper is not None and upper < lower else Bounds(lower, upper)


def _date(text: str) -> Bounds:
    match = _DATE.fullmatch(text.strip("?~%"))
    if match is None:
        return Bounds()
    years = match[1].replace("X", "0"), match[1].replace("X", "9")
    months = _span(match[2], 1, 12)
    if months is None:
        return Bounds()
    if months[0] > 12:
        season = _SEASONS.get(months[0])
        if season is None or match[3] is not None:
            return Bounds()
        months = season
    try:
        last_day = monthrange(int(years[1]), months[1])[1]
        days = _span(match[3], 1, last_day)
        if days is None:
            return Bounds()
        lower, upper = date(int(years[0]), months[0], days[0]), date(int(years[1]), months[1], min(days[1], last_day))
    except ValueError:
        return Bounds()
    return Bounds(Decimal(lower.toordinal()), Decimal(upper.toordinal()))


def _span(digits: str | None, least: int, most: int) -> tuple[int, int] | None:
    if digits is None or digits == "XX":
        return least, most
    return int(digits), int(digits)


def _duration(text: str) -> Bounds:
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return Bounds()
    years, months, days, hours, minutes = (int(each or 0) for each in match.groups()[:5])
    seconds = Decimal(match[6] or 0)
    exact = Decimal(days) + Decimal(hours) / 24 + Decimal(minutes) / 1440 + seconds / 86400
    least, most = _days_in_months(years * 12 + months)
    return Bounds(exact + least, exact + most)


def _days_in_months(months: int) -> tuple[int, int]:
    """The fewest and the most days that so many months on end can have: one is 28 to 31 days, twelve 365 or 366."""
    # The calendar repeats after 400 years of 146097 days; within them a leap year may be among the months or not.
    eras, rest = divmod(months, 4800)
    if rest == 0:
        return eras * 146097, eras * 146097
    starts = [date(year, month, 1) for year in range(1896, 1905) for month in range(1, 13)]
    lengths = [_months_later(start, rest) - start.toordinal() for start in starts]
    return eras * 146097 + min(lengths), eras * 146097 + max(lengths)


def _months_later(start: date, months: int) -> int:
    years, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(years, month + 1, 1).toordinal()
