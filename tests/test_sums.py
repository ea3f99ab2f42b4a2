"""Totals that their parts do not reach or exceed, each case by hand; and totals of which nothing is said."""

from __future__ import annotations

import time

import pytest
from comparing import book, claim, end, same

from kgtool.claims import read_claims
from kgtool.sums import Sum, find_sums


def people(name: str, answer: str, of: str = "", *, subject: str = "fleet", source: str = "s1", rest: str = "") -> str:
    """A claim on a number of people; `of` is the value of the qualifier."""
    more = " ; ".join(each for each in (f"v:inSport entity:{of}" if of else "", rest) if each)
    return claim(name, answer, more, property_="people", subject=subject, source=source)


def shown(found: Sum) -> str:
    parts = " + ".join(f"{end(part.claim)}={part.value}" for part in found.parts)
    total = f"{end(found.total.claim)}={found.total.value}"
    return f"{found.scope} {end(found.over)}: {parts} = {found.sum} {found.kind} {total}"


def findings(*turtles: str) -> list[str]:
    holdings = book(*turtles)
    return [shown(each) for each in find_sums(holdings, read_claims(holdings.nodes, holdings.vocabulary))]


GAMES = "entity:games dcterms:hasPart entity:judo , entity:boxing .\n"
FLEET = "entity:fleet dcterms:hasPart entity:ark , entity:boat .\n"
JUDO_BOXING = people("judo", "4", "judo") + people("boxing", "3", "boxing")


CASES: dict[str, tuple[str, list[str]]] = {
    "adds up": (people("all", "7") + JUDO_BOXING, []),
    "parts above the total": (
        people("all", "6") + JUDO_BOXING,
        ["within inSport: boxing=3 + judo=4 = 7 above all=6"],
    ),
    "parts below a total, others may be unmentioned": (people("all", "9") + JUDO_BOXING, []),
    "all listed parts below the total": (
        GAMES + people("all", "9", "games") + JUDO_BOXING,
        ["within inSport: boxing=3 + judo=4 = 7 below all=9"],
    ),
    "all listed parts make the total": (GAMES + people("all", "7", "games") + JUDO_BOXING, []),
    "all listed parts above the total": (
        GAMES + people("all", "6", "games") + JUDO_BOXING,
        ["within inSport: boxing=3 + judo=4 = 7 above all=6"],
    ),
    "a listed part is missing": (GAMES + people("all", "9", "games") + people("judo", "4", "judo"), []),
    "one part is enough to be above": (
        GAMES + people("all", "3", "games") + people("judo", "4", "judo"),
        ["within inSport: judo=4 = 4 above all=3"],
    ),
    "parts of the subject below": (
        FLEET + people("all", "9") + people("ark", "4", subject="ark") + people("boat", "3", subject="boat"),
        ["within hasPart: ark=4 + boat=3 = 7 below all=9"],
    ),
    "parts of the subject above": (
        FLEET + people("all", "6") + people("ark", "4", subject="ark") + people("boat", "3", subject="boat"),
        ["within hasPart: ark=4 + boat=3 = 7 above all=6"],
    ),
    "parts of the subject in another scope": (
        FLEET + people("all", "3", "judo") + people("ark", "4", subject="ark") + people("boat", "3", subject="boat"),
        [],
    ),
    "across sources only": (
        people("all", "6") + people("judo", "4", "judo") + people("boxing", "3", "boxing", source="s2"),
        ["across inSport: boxing=3 + judo=4 = 7 above all=6"],
    ),
    # 4 of 5 and 3 of 5 are each possible; 4 and 3 of 5 are not.
    "each list is consistent alone, together they are not": (
        people("one", "5")
        + people("judo", "4", "judo")
        + people("two", "5", source="s2")
        + people("boxing", "3", "boxing", source="s2"),
        [
            "across inSport: boxing=3 + judo=4 = 7 above one=5",
            "across inSport: boxing=3 + judo=4 = 7 above two=5",
        ],
    ),
    "what is told within is not told again across": (
        people("all", "6") + JUDO_BOXING + people("again", "3", "boxing", source="s2"),
        ["within inSport: boxing=3 + judo=4 = 7 above all=6"],
    ),
    "a part that contains another is not added to it": (
        GAMES + people("all", "7") + people("games", "7", "games") + JUDO_BOXING,
        [],
    ),
    "the pieces may count for more than the part that contains them": (
        GAMES + people("all", "6") + people("games", "5", "games") + JUDO_BOXING,
        [
            "within inSport: boxing=3 + judo=4 = 7 above all=6",
            "within inSport: boxing=3 + judo=4 = 7 above games=5",
        ],
    ),
    "a part that contains others counts beside one that it does not contain": (
        GAMES + people("all", "7") + people("games", "7", "games") + people("golf", "1", "golf"),
        ["within inSport: games=7 + golf=1 = 8 above all=7"],
    ),
    "of rival values the lowest, against above": (
        people("all", "6") + JUDO_BOXING + people("rival", "3", "judo"),
        [],
    ),
    "of rival values the highest, against below": (
        GAMES + people("all", "9", "games") + JUDO_BOXING + people("rival", "6", "judo"),
        [],
    ),
    "no rival reaches the total": (
        GAMES + people("all", "9", "games") + JUDO_BOXING + people("rival", "5", "judo"),
        ["within inSport: boxing=3 + rival=5 = 8 below all=9"],
    ),
    "a vague part may be as small as its lower bound": (
        people("all", "6") + people("judo", '"some"', "judo", rest="kg:atLeast 3") + people("boxing", "3", "boxing"),
        [],
    ),
    "a vague part is too large at its least": (
        people("all", "6") + people("judo", '"some"', "judo", rest="kg:atLeast 4") + people("boxing", "3", "boxing"),
        ["within inSport: boxing=3 + judo=4 = 7 above all=6"],
    ),
    "a part without an upper bound may be any number": (
        GAMES
        + people("all", "90", "games")
        + people("judo", '"some"', "judo", rest="kg:atLeast 4")
        + people("boxing", "3", "boxing"),
        [],
    ),
    "a part without a lower bound may be none": (
        people("all", "6") + people("judo", '"some"', "judo", rest="kg:atMost 90") + people("boxing", "3", "boxing"),
        [],
    ),
    "a total without an upper bound is never too small": (
        people("all", '"at least two"', rest="kg:atLeast 2") + JUDO_BOXING,
        [],
    ),
    "a total without a lower bound is never too large": (
        GAMES + people("all", '"at most 9"', "games", rest="kg:atMost 9") + JUDO_BOXING,
        [],
    ),
    "another time": (
        people("all", "3", rest='kg:validDuring "2031"^^<http://id.loc.gov/datatypes/edtf>')
        + people("judo", "4", "judo", rest='kg:validDuring "2032"^^<http://id.loc.gov/datatypes/edtf>'),
        [],
    ),
    "a time that overlaps": (
        people("all", "3", rest='kg:validDuring "2031"^^<http://id.loc.gov/datatypes/edtf>')
        + people("judo", "4", "judo", rest='kg:validDuring "2031-05/2032"^^<http://id.loc.gov/datatypes/edtf>'),
        ["within inSport: judo=4 = 4 above all=3"],
    ),
    "a time that is not stated": (
        people("all", "3", rest='kg:validDuring "2031"^^<http://id.loc.gov/datatypes/edtf>')
        + people("judo", "4", "judo"),
        ["within inSport: judo=4 = 4 above all=3"],
    ),
    "another qualifier must be equal": (
        people("all", "3", rest="v:atGames entity:paris") + people("judo", "4", "judo", rest="v:atGames entity:tokyo"),
        [],
    ),
    "and where it is": (
        people("all", "3", rest="v:atGames entity:paris") + people("judo", "4", "judo", rest="v:atGames entity:paris"),
        ["within inSport: judo=4 = 4 above all=3"],
    ),
    "another subject": (people("all", "3") + people("judo", "4", "judo", subject="other"), []),
    "one subject with two names": (
        people("all", "3") + people("judo", "4", "judo", subject="the-fleet") + same("fleet", "the-fleet"),
        ["within inSport: judo=4 = 4 above all=3"],
    ),
    "one part with two names is one part": (
        people("all", "7") + JUDO_BOXING + people("ju-do", "4", "ju-do") + same("judo", "ju-do"),
        [],
    ),
    "a denied part": (people("all", "3") + people("judo", "4", "judo").replace("kg:affirmed", "kg:denied"), []),
    "a predicted part": (people("all", "3") + people("judo", "4", "judo").replace("kg:actual", "kg:predicted"), []),
    "a property that does not add up": (
        (people("all", "3") + people("judo", "4", "judo")).replace("v:people", "v:count"),
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_sums(case: str) -> None:
    turtle, expected = CASES[case]
    assert findings(turtle) == expected


def test_a_circle_of_parts_ends() -> None:
    circle = GAMES + "entity:judo dcterms:hasPart entity:games . entity:boxing dcterms:hasPart entity:boxing .\n"
    start = time.process_time()
    findings(circle + people("all", "6") + people("games", "7", "games") + JUDO_BOXING)
    assert time.process_time() - start < 2


def test_many_rival_values_do_not_multiply() -> None:
    parts = [f"sport-{number}" for number in range(12)]
    lists = f"entity:games dcterms:hasPart {', '.join('entity:' + part for part in parts)} .\n"
    claims = "".join(people(f"{part}-{rival}", str(rival), part) for part in parts for rival in range(1, 6))
    start = time.process_time()
    assert findings(lists + people("fits", "60", "games") + claims) == []
    [below] = findings(lists + people("most", "61", "games") + claims)
    assert below.endswith("= 60 below most=61")
    assert time.process_time() - start < 5


def test_a_finding_tells_its_qualifiers() -> None:
    holdings = book(
        people("all", "3", rest="v:atGames entity:paris"), people("judo", "4", "judo", rest="v:atGames entity:paris")
    )
    [found] = find_sums(holdings, read_claims(holdings.nodes, holdings.vocabulary))
    assert [(end(name), end(value)) for name, value in found.qualifiers] == [("atGames", "paris")]
    assert end(found.subject) == "fleet"
    assert end(found.predicate) == "people"
    assert [(end(part.claim), end(part.of)) for part in found.parts] == [("judo", "judo")]


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_files_changes_nothing(case: str) -> None:
    lines = CASES[case][0].strip().splitlines()
    assert findings(*lines[::-1]) == CASES[case][1]
