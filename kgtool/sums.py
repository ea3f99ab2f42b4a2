"""Sums that do not add up: totals that no reading of their parts reaches.

A property declared `kg:additive` adds up over the values of one qualifier and over the parts of its subject
(`dcterms:hasPart`). Parts that a whole lists are all of them, so that a sum below the total is a finding, too;
elsewhere there may be parts that nobody mentions, and only a sum above the total is one. Claims count that affirm
and report; parts that contain each other are never added; a part with several values is taken at the one that comes
nearest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import prod
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode

from kgtool.bounds import Bounds, bounds_of, claimed_bounds
from kgtool.claims import Claim, qualifier_properties
from kgtool.holdings import Holdings
from kgtool.questions import resolve_identities
from kgtool.vocab import DCTERMS, KG, Mode, Polarity

_MOST_READINGS = 20_000
"""Combinations of rival values that are tried; beyond that the least and the greatest sum decide."""

_SUBJECT = DCTERMS.hasPart.value


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sum: the claim, the value of the qualifier (or the part of the subject) and the number."""

    claim: str
    of: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """A total that its parts do not reach, or exceed.

    `over` is the qualifier whose values are added up, or dcterms:hasPart for parts of the subject; `kind` is "above" or
    "below", as the sum lies to the total; `scope` is "within" one source or "across" sources.
    """

    subject: str
    predicate: str
    qualifiers: tuple[tuple[str, str], ...]
    over: str
    scope: str
    total: Part
    parts: tuple[Part, ...]
    sum: Decimal
    kind: str


@dataclass(frozen=True, slots=True)
class _Number:
    claim: Claim
    subject: str
    qualifiers: Mapping[str, str]
    bounds: Bounds
    validity: Bounds

    def without(self, qualifier: str) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((name, value) for name, value in self.qualifiers.items() if name != qualifier))


def find_sums(holdings: Holdings, claims: Iterable[Claim]) -> tuple[Sum, ...]:
    """The findings, sorted. A sum found within a source is not told again across the sources."""
    wholes = _wholes(holdings)
    groups: dict[str, list[_Number]] = defaultdict(list)
    for number in _numbers(holdings, claims):
        groups[number.claim.predicate or ""].append(number)
    found = [each for _, group in sorted(groups.items()) for each in _of_property(group, wholes)]
    return tuple(sorted(found, key=lambda s: (s.scope, s.total.claim, s.over, [part.claim for part in s.parts])))


_Axis: TypeAlias = tuple[str | None, str | None, str, tuple[tuple[str, str], ...]]


def _of_property(numbers: list[_Number], wholes: Mapping[str, tuple[str, ...]]) -> Iterator[Sum]:
    """The findings among the claims of one property, first within each source, then across all."""
    names = sorted({name for number in numbers for name in number.qualifiers})
    told: set[tuple[str, str]] = set()
    for scope in ("within", "across"):
        parts: dict[_Axis, dict[str, list[_Number]]] = defaultdict(lambda: defaultdict(list))
        for number in numbers:
            for over, value in _axes(number, names):
                if value is not None:
                    parts[_axis(number, over, scope)][value].append(number)
        for total in numbers:
            for over, value in _axes(total, names):
                finding = _check(total, over, value, parts.get(_axis(total, over, scope), {}), wholes, scope)
                if finding is not None and (total.claim.iri, over) not in told:
                    told.add((total.claim.iri, over))
                    yield finding


def _axes(number: _Number, names: list[str]) -> Iterator[tuple[str, str | None]]:
    """Along what a number may be a total or a part: each qualifier, and its subject; with its own value there."""
    for name in names:
        yield name, number.qualifiers.get(name)
    yield _SUBJECT, number.subject


def _axis(number: _Number, over: str, scope: str) -> _Axis:
    """What totals and parts along an axis have in common."""
    source = number.claim.source if scope == "within" else None
    return source, None if over == _SUBJECT else number.subject, over, number.without(over)


def _check(
    total: _Number,
    over: str,
    whole: str | None,
    parts: Mapping[str, list[_Number]],
    wholes: Mapping[str, tuple[str, ...]],
    scope: str,
) -> Sum | None:
    """The finding for one total; `whole` is its own value on the axis, None where it has none."""
    fitting = {
        value: rivals
        for value in (parts if whole is None else _below(whole, wholes))
        if (rivals := [n for n in parts.get(value, ()) if n.claim.iri != total.claim.iri and _same_time(n, total)])
    }
    chosen = _greatest(fitting, wholes)
    listed = wholes.get(whole, ()) if whole is not None else ()
    complete = bool(listed) and all(value in fitting for value in listed)
    if not chosen:
        return None
    least = sum((_lower(rivals).bounds.lower or Decimal(0) for rivals in chosen.values()), Decimal(0))
    if total.bounds.upper is not None and least > total.bounds.upper:
        return _finding(total, over, scope, {value: _lower(rivals) for value, rivals in chosen.items()}, "above")
    if complete:
        rivals_of = {value: fitting[value] for value in wholes[whole or ""]}
        if not _reachable(total, list(rivals_of.values())):
            best = {value: _upper(rivals) for value, rivals in rivals_of.items()}
            return _finding(total, over, scope, best, "below")
    return None


def _greatest(parts: Mapping[str, list[_Number]], wholes: Mapping[str, tuple[str, ...]]) -> dict[str, list[_Number]]:
    """The parts, none containing another, whose least values make the greatest sum."""
    inside = {value for value in parts for other in parts if other != value and value in _below(other, wholes)}

    def best(value: str) -> tuple[Decimal, dict[str, list[_Number]]]:
        below = [each for each in _below(value, wholes) if each in parts]
        tops = [each for each in below if not any(each in _below(other, wholes) for other in below)]
        pieces = [best(each) for each in tops]
        sum_ = sum((piece[0] for piece in pieces), Decimal(0))
        own = _lower(parts[value]).bounds.lower or Decimal(0)
        if pieces and sum_ > own:
            return sum_, {key: rivals for piece in pieces for key, rivals in piece[1].items()}
        return own, {value: parts[value]}

    chosen: dict[str, list[_Number]] = {}
    for value in sorted(parts):
        if value not in inside:
            chosen.update(best(value)[1])
    return chosen


def _below(whole: str, wholes: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The parts of a whole, at whatever remove; a part-whole circle ends where it would repeat."""
    reached: list[str] = []
    waiting = list(wholes.get(whole, ()))
    while waiting:
        each = waiting.pop()
        if each != whole and each not in reached:
            reached.append(each)
            waiting.extend(wholes.get(each, ()))
    return sorted(reached)


def _reachable(total: _Number, rivals: list[list[_Number]]) -> bool:
    """Whether some choice of one value a part can make the total, or exceeds it (which is another finding)."""
    if prod(len(each) for each in rivals) <= _MOST_READINGS:
        choices: Iterable[Iterable[_Number]] = product(*rivals)
    else:
        choices = ([_lower(each) for each in rivals], [_upper(each) for each in rivals])
    lower = total.bounds.lower
    for choice in choices:
        uppers = [number.bounds.upper for number in choice]
        if lower is None or any(upper is None for upper in uppers):
            return True
        if sum((upper for upper in uppers if upper is not None), Decimal(0)) >= lower:
            return True
    return False


def _finding(total: _Number, over: str, scope: str, parts: Mapping[str, _Number], kind: str) -> Sum:
    def value(number: _Number) -> Decimal:
        bounds = number.bounds
        chosen = bounds.lower if kind == "above" else bounds.upper
        return next((each for each in (chosen, bounds.lower, bounds.upper) if each is not None), Decimal(0))

    told = tuple(
        sorted((Part(n.claim.iri, of, value(n)) for of, n in parts.items()), key=lambda part: (part.claim, part.of))
    )
    shown = total.bounds.upper if kind == "above" else total.bounds.lower
    return Sum(
        subject=total.subject,
        predicate=total.claim.predicate or "",
        qualifiers=tuple(sorted(total.qualifiers.items())),
        over=over,
        scope=scope,
        total=Part(total.claim.iri, total.qualifiers.get(over, ""), Decimal(0) if shown is None else shown),
        parts=told,
        sum=sum((part.value for part in told), Decimal(0)),
        kind=kind,
    )


def _lower(rivals: list[_Number]) -> _Number:
    return min(rivals, key=lambda n: (n.bounds.lower or Decimal(0), n.claim.iri))


def _upper(rivals: list[_Number]) -> _Number:
    return max(rivals, key=lambda n: (n.bounds.upper is None, n.bounds.upper or Decimal(0), n.claim.iri))


def _same_time(one: _Number, other: _Number) -> bool:
    """Whether the validities may overlap; one that is not stated always may."""
    a, b = one.validity, other.validity
    if not (a.known and b.known):
        return True
    before = a.upper is not None and b.lower is not None and a.upper < b.lower
    after = b.upper is not None and a.lower is not None and b.upper < a.lower
    return not (before or after)


def _numbers(holdings: Holdings, claims: Iterable[Claim]) -> Iterator[_Number]:
    vocabulary = holdings.vocabulary
    additive = {node.value for node in vocabulary.nodes() if vocabulary.text(node, KG.additive) in ("true", "1")}
    identifying = {each.value for each in qualifier_properties(vocabulary, identifying=True)}
    resolved = resolve_identities(holdings.nodes)
    for claim in sorted(claims, key=lambda each: each.iri):
        if claim.predicate not in additive or claim.subject is None:
            continue
        if claim.polarity is not Polarity.AFFIRMED or claim.mode is not Mode.ACTUAL:
            continue
        bounds = claimed_bounds(
            claim.object if isinstance(claim.object, Literal) else None, claim.at_least, claim.at_most
        )
        if bounds.known:
            subject = NamedNode(claim.subject)
            qualifiers = {
                name: resolved.get(value, value).value if isinstance(value, NamedNode) else value.value
                for name, value in claim.qualifiers
                if name in identifying
            }
            yield _Number(claim, resolved.get(subject, subject).value, qualifiers, bounds, _validity(claim))


def _validity(claim: Claim) -> Bounds:
    for name, value in claim.qualifiers:
        if name == KG.validDuring.value and isinstance(value, Literal):
            return bounds_of(value)
    return Bounds()


def _wholes(holdings: Holdings) -> dict[str, tuple[str, ...]]:
    """The listed parts of each whole, identity decisions applied."""
    resolved = resolve_identities(holdings.nodes)
    found: dict[str, tuple[str, ...]] = {}
    for node in holdings.nodes.nodes():
        parts: Collection[str] = {
            resolved.get(part, part).value
            for part in holdings.nodes.values(node, DCTERMS.hasPart)
            if isinstance(part, NamedNode)
        }
        if parts and isinstance(node, NamedNode):
            found[resolved.get(node, node).value] = tuple(sorted(parts))
    return found
