"""Processes said to be over before they could be, given the date of the source that says so.

A property's `kg:timelineRole` says which part it plays: when a process began, how long it lasts, who has gone
through it. A source that says in the mode of fact that somebody has gone through a process, and was issued before
the earliest end that the claims on its beginning and length allow, makes a finding: a question to a person, because
a perfect may also mean that the process is still going on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import product

from pyoxigraph import Literal, NamedNode

from kgtool.bounds import bounds_of, claimed_bounds
from kgtool.claims import Claim
from kgtool.holdings import Holdings
from kgtool.questions import resolve_identities
from kgtool.vocab import DCTERMS, KG, Mode, Polarity, TimelineRole


@dataclass(frozen=True, slots=True)
class Timeline:
    """A process that could not be over: the claims (IRIs), the source's date of issue, the earliest possible end."""

    process: str
    began: str
    duration: str
    said_over: str
    source: str
    issued: str
    earliest_end: str


def find_timelines(holdings: Holdings, claims: Iterable[Claim]) -> tuple[Timeline, ...]:
    """The findings, sorted by the claim that says that the process is over."""
    vocabulary, resolved = holdings.vocabulary, resolve_identities(holdings.nodes)
    roles = {node.value: role for node in vocabulary.nodes() if (role := vocabulary.node(node, KG.timelineRole))}

    def one(iri: str) -> str:
        return resolved.get(NamedNode(iri), NamedNode(iri)).value

    beginnings: dict[str, list[tuple[Claim, Decimal]]] = defaultdict(list)
    lengths: dict[str, list[tuple[Claim, Decimal]]] = defaultdict(list)
    undergone: list[tuple[Claim, str]] = []
    for claim in claims:
        role = roles.get(claim.predicate or "")
        if role is None or claim.polarity is not Polarity.AFFIRMED or claim.mode is not Mode.ACTUAL:
            continue
        if role == TimelineRole.UNDERGONE.node and isinstance(claim.object, NamedNode):
            undergone.append((claim, one(claim.object.value)))
        elif claim.subject is not None and isinstance(claim.object, Literal):
            least = claimed_bounds(claim.object, claim.at_least, claim.at_most).lower
            if least is not None:
                (beginnings if role == TimelineRole.BEGINNING.node else lengths)[one(claim.subject)].append(
                    (claim, least)
                )
    found = []
    for claim, process in undergone:
        issued = holdings.nodes.value(NamedNode(claim.source or ""), DCTERMS.issued) if claim.source else None
        if not isinstance(issued, Literal):
            continue
        last_day = bounds_of(issued).upper
        ends = [
            (start + length, began.iri, lasting.iri)
            for (began, start), (lasting, length) in product(
                _own_first(beginnings[process], claim), _own_first(lengths[process], claim)
            )
        ]
        if ends and last_day is not None and min(ends)[0] > last_day:
            end, began_iri, length_iri = min(ends)
            found.append(
                Timeline(process, began_iri, length_iri, claim.iri, claim.source or "", issued.value, _day(end))
            )
    return tuple(sorted(found, key=lambda timeline: timeline.said_over))


def _own_first(known: list[tuple[Claim, Decimal]], claim: Claim) -> list[tuple[Claim, Decimal]]:
    """What the source itself says, or, where it says nothing, what any source says."""
    return [each for each in known if each[0].source == claim.source] or known


def _day(number: Decimal) -> str:
    days = int(number.to_integral_value(ROUND_CEILING))
    try:
        return (date(1, 1, 1) + timedelta(days=days - 1)).isoformat()
    except OverflowError:
        return f"day {days}"
