"""Processes said to be over before they could be, each case by hand."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from comparing import book, claim, end, same

from kgtool.claims import read_claims
from kgtool.timelines import find_timelines

DAY = "^^<http://id.loc.gov/datatypes/edtf>"


def began(name: str, day: str, source: str = "s1", *, process: str = "review", **said: str) -> str:
    return claim(name, f'"{day}"{DAY}', property_="began", subject=process, source=source, **said)


def lasted(name: str, length: str, source: str = "s1", *, process: str = "review", **said: str) -> str:
    return claim(name, f'"{length}"^^xsd:duration', property_="lasted", subject=process, source=source, **said)


def went(name: str, source: str = "s1", *, process: str = "review", **said: str) -> str:
    return claim(name, f"entity:{process}", property_="went", source=source, **said)


def issued(day: str, source: str = "s1", type_: str = "date") -> str:
    return f'source:{source} dcterms:issued "{day}"^^xsd:{type_} .\n'


def findings(*turtles: str) -> list[tuple[str, ...]]:
    """Process, beginning, length, said over, source, date of issue, earliest end."""
    holdings = book(*turtles)
    found = find_timelines(holdings, read_claims(holdings.nodes, holdings.vocabulary))
    return [tuple(end(each) for each in astuple(timeline)) for timeline in found]


MAY = began("began", "2031-05-03") + lasted("lasted", "P14D") + went("went")
FOUND: list[tuple[str, ...]] = [("review", "began", "lasted", "went", "s1", "2031-05-16", "2031-05-17")]

CASES: dict[str, tuple[str, list[tuple[str, ...]]]] = {
    "issued before the earliest end": (MAY + issued("2031-05-16"), FOUND),
    "issued on the day of the end": (MAY + issued("2031-05-17"), []),
    "no date of issue": (MAY, []),
    "a source without a month of issue": (MAY + issued("2031", type_="gYear"), []),
    "a date of issue of another source": (MAY + issued("2031-05-16", "s2"), []),
    "no beginning": (lasted("lasted", "P14D") + went("went") + issued("2031-05-04"), []),
    "no length": (began("began", "2031-05-03") + went("went") + issued("2031-05-04"), []),
    "nobody went through it": (began("began", "2031-05-03") + lasted("lasted", "P14D") + issued("2031-05-04"), []),
    "another process": (MAY.replace("rdf:object entity:review", "rdf:object entity:trial") + issued("2031-05-04"), []),
    "one process with two names": (
        began("began", "2031-05-03", process="the-review")
        + lasted("lasted", "P14D")
        + went("went")
        + same("review", "the-review")
        + issued("2031-05-16"),
        FOUND,
    ),
    # The earliest day and the shortest month count: 1 May and 28 days.
    "a month that began in May": (
        began("began", "2031-05") + lasted("lasted", "P1M") + went("went") + issued("2031-05-28"),
        [("review", "began", "lasted", "went", "s1", "2031-05-28", "2031-05-29")],
    ),
    "a month that began in May, and may be over": (
        began("began", "2031-05") + lasted("lasted", "P1M") + went("went") + issued("2031-05-29"),
        [],
    ),
    "part of a day is not over before the next": (
        began("began", "2031-05-03") + lasted("lasted", "PT36H") + went("went") + issued("2031-05-04"),
        [("review", "began", "lasted", "went", "s1", "2031-05-04", "2031-05-05")],
    ),
    "a beginning that is open": (
        began("began", "../2031-05-03") + lasted("lasted", "P14D") + went("went") + issued("2031-05-04"),
        [],
    ),
    "a beginning without an end is as good as a date": (
        began("began", "2031-05-03/..") + lasted("lasted", "P14D") + went("went") + issued("2031-05-16"),
        FOUND,
    ),
    "the source's own words before those of others": (
        began("began", "2031-05-03")
        + began("other", "2031-04-03", "s2")
        + lasted("lasted", "P14D")
        + lasted("shorter", "P1D", "s2")
        + went("went")
        + issued("2031-05-16"),
        FOUND,
    ),
    "the words of others where the source has none": (
        began("began", "2031-05-03", "s2") + lasted("lasted", "P14D", "s3") + went("went") + issued("2031-05-16"),
        FOUND,
    ),
    "of several words the earliest end": (
        began("began", "2031-05-03")
        + began("later", "2031-05-09")
        + lasted("lasted", "P14D")
        + lasted("longer", "P1M")
        + went("went")
        + issued("2031-05-16"),
        FOUND,
    ),
    "will go through it": (
        began("began", "2031-05-03") + lasted("lasted", "P14D") + went("went", mode="predicted") + issued("2031-05-16"),
        [],
    ),
    "did not go through it": (
        began("began", "2031-05-03")
        + lasted("lasted", "P14D")
        + went("went", polarity="denied")
        + issued("2031-05-16"),
        [],
    ),
    "did not begin": (
        began("began", "2031-05-03", polarity="denied")
        + lasted("lasted", "P14D")
        + went("went")
        + issued("2031-05-16"),
        [],
    ),
    "may last longer, one supposes": (
        began("began", "2031-05-03")
        + lasted("lasted", "P14D", mode="hypothetical")
        + went("went")
        + issued("2031-05-16"),
        [],
    ),
    "two that went through it": (
        MAY + went("again", "s2") + issued("2031-05-16") + issued("2031-05-15", "s2"),
        [("review", "began", "lasted", "again", "s2", "2031-05-15", "2031-05-17"), *FOUND],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_timelines(case: str) -> None:
    turtle, expected = CASES[case]
    assert findings(turtle) == expected


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_files_changes_nothing(case: str) -> None:
    lines = CASES[case][0].strip().splitlines()
    assert findings(*lines[::-1]) == CASES[case][1]


def test_a_length_in_words_with_a_least_number() -> None:
    weeks = claim("lasted", '"weeks"@en', 'kg:atLeast "P14D"^^xsd:duration', property_="lasted", subject="review")
    assert findings(began("began", "2031-05-03"), weeks, went("went"), issued("2031-05-16")) == FOUND


def test_an_end_beyond_the_calendar_is_told_as_a_day() -> None:
    turtle = began("began", "2031-05-03") + lasted("lasted", "P999999Y") + went("went") + issued("2031-05-16")
    [found] = findings(turtle)
    assert found[-1].startswith("day ")
