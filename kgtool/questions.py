"""What is derived from each claim: its question, its answer in comparable form, its origins.

A question is the resolved subject, the property and the identifying qualifiers: two claims are comparable when they
answer the same question. The rules of comparison (`queries/rules/`) need no more than what is derived here and the
claims' own polarity, certainty, mode and source. What is derived lives in a named graph of its own, can be deleted,
and is rebuilt to the same triples whatever the order of files and claims.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kgtool.bounds import EDTF, bounds_of, claimed_bounds
from kgtool.claims import Claim, qualifier_properties, read_claims
from kgtool.holdings import Holdings
from kgtool.nodes import NodeIndex
from kgtool.vocab import DCTERMS, KG, PROV, RDF, SKOS, SSSOM, XSD, Decision, WayOfComparing

_TRUE = Literal("true", datatype=XSD.boolean)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def derived_graph_name(base: str) -> NamedNode:
    return NamedNode(f"{base}graph/derived")


def derive(holdings: Holdings) -> list[Quad]:
    """The derived triples of a casebook, sorted, in the derived graph."""
    name = derived_graph_name(holdings.base)
    triples = derive_from(holdings, read_claims(holdings.nodes, holdings.vocabulary))
    return sorted((Quad(t.subject, t.predicate, t.object, name) for t in triples), key=str)


def derive_from(holdings: Holdings, claims: Collection[Claim]) -> set[Triple]:
    """What is derived from claims that have been read already."""
    return set(Derivation(holdings.nodes, holdings.vocabulary, holdings.base).triples(claims))


@dataclass(frozen=True)
class Derivation:
    """What derivation looks up beside the claims: identity decisions, the declarations, who copies whom."""

    nodes: NodeIndex
    vocabulary: NodeIndex
    base: str

    def triples(self, claims: Collection[Claim]) -> Iterator[Triple]:
        """Everything derived from the claims; a triple may come more than once."""
        resolved = resolve_identities(self.nodes)
        identifying = {each.value for each in qualifier_properties(self.vocabulary, identifying=True)}
        ways = {
            node.value: self.vocabulary.node(node, KG.comparedAs)
            for node in self.vocabulary.nodes()
            if isinstance(node, NamedNode)
        }
        questions = {claim.iri: question_of(claim, resolved, identifying, self.base) for claim in claims}
        answered: set[NamedNode] = set()
        for claim in claims:
            node = NamedNode(claim.iri)
            for each in _entities(claim):
                yield Triple(each, KG.resolvesTo, resolved.get(each, each))
            question = questions[claim.iri]
            if question is not None:
                yield from question.triples(node)
            yield from _answer(node, claim, resolved, ways.get(claim.predicate or ""))
            yield from _validity(node, claim)
            if isinstance(claim.object, NamedNode):
                answered.add(resolved.get(claim.object, claim.object))
        for each, one in resolved.items():
            yield Triple(each, KG.resolvesTo, one)
        copies = _Copies(self.nodes)
        for source in {claim.source for claim in claims if claim.source is not None}:
            for head in copies.heads(source):
                yield Triple(NamedNode(source), KG.headSource, NamedNode(head))
        yield from _narrower(self.nodes, resolved, answered)
        named = {one for each, one in resolved.items() if not self.nodes.has_type(each, KG.UnnamedOrigin)}
        unnamed = {
            resolved.get(n, n) for n in self.nodes.instances(KG.UnnamedOrigin) if isinstance(n, NamedNode)
        } - named
        for iri, origins in self.origins(claims, questions, resolved).items():
            for origin in origins:
                yield Triple(NamedNode(iri), KG.origin, origin)
            if origins & unnamed:
                yield Triple(NamedNode(iri), KG.restsOnUnnamed, _TRUE)

    def origins(
        self,
        claims: Collection[Claim],
        questions: Mapping[str, Question | None],
        resolved: Mapping[NamedNode, NamedNode],
    ) -> dict[str, set[NamedNode]]:
        """On whose authority each claim rests in the end; identity decisions applied.

        An attributed claim rests on its innermost agents. In its own voice a source is the origin, and its publisher
        with it: whoever relays the publisher relays the source. A source that copies or revises others has no voice of
        its own: its claim has the origins of the claim that gives the same answer there, else the sources at the head.
        """
        by_answer: dict[tuple[str, str, str], list[Claim]] = defaultdict(list)
        for claim in claims:
            if (place := _place_of_answer(claim, questions, resolved)) is not None and claim.source is not None:
                by_answer[(claim.source, *place)].append(claim)
        copies = _Copies(self.nodes)
        found: dict[str, set[NamedNode]] = {}
        for claim in claims:
            origins = {NamedNode(origin) for origin in claim.origins} if claim.attributions else set()
            if not claim.attributions and claim.source is not None:
                place = _place_of_answer(claim, questions, resolved)
                for source in copies.upstream(claim.source):
                    for other in by_answer.get((source, *place), ()) if place is not None else ():
                        if other.attributions:
                            origins.update(NamedNode(origin) for origin in other.origins)
                        else:
                            origins.update(self._voices(copies.heads(source)))
                origins = origins or self._voices(copies.heads(claim.source))
            found[claim.iri] = {resolved.get(origin, origin) for origin in origins}
        return found

    def _voices(self, sources: Iterable[str]) -> set[NamedNode]:
        """Sources as origins: each with its publisher."""
        nodes = {NamedNode(source) for source in sources}
        publishers = {value for node in nodes for value in self.nodes.values(node, DCTERMS.publisher)}
        return nodes | {each for each in publishers if isinstance(each, NamedNode)}


def _place_of_answer(
    claim: Claim, questions: Mapping[str, Question | None], resolved: Mapping[NamedNode, NamedNode]
) -> tuple[str, str] | None:
    """The question that a claim answers and the answer that it gives, by which a copy's claim finds its model."""
    question = questions[claim.iri]
    if question is None or claim.object is None:
        return None
    answer = claim.object
    if isinstance(answer, NamedNode):
        return question.iri, resolved.get(answer, answer).value
    return question.iri, fold_words(answer.value)


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `qualifiers` are the resolved identifying ones, sorted by property."""

    iri: str
    subject: NamedNode
    predicate: NamedNode
    qualifiers: tuple[tuple[str, NamedNode | Literal], ...]

    def triples(self, claim: NamedNode) -> Iterator[Triple]:
        node = NamedNode(self.iri)
        yield Triple(claim, KG.answers, node)
        yield Triple(node, RDF.type, KG.Question)
        yield Triple(node, KG.questionSubject, self.subject)
        yield Triple(node, KG.questionProperty, self.predicate)
        for each, value in self.qualifiers:
            yield Triple(node, NamedNode(each), value)


def question_of(
    claim: Claim, resolved: Mapping[NamedNode, NamedNode], identifying: Collection[str], base: str
) -> Question | None:
    """The question that a claim answers; None for a claim without a subject or a predicate."""
    if claim.subject is None or claim.predicate is None:
        return None

    def one(value: NamedNode | Literal) -> NamedNode | Literal:
        return resolved.get(value, value) if isinstance(value, NamedNode) else value

    subject = NamedNode(claim.subject)
    subject = resolved.get(subject, subject)
    qualifiers = sorted(((p, one(v)) for p, v in claim.qualifiers if p in identifying), key=str)
    parts = [str(subject), claim.predicate, *(str(part) for pair in qualifiers for part in pair)]
    digest = hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]
    return Question(f"{base}question/{digest}", subject, NamedNode(claim.predicate), tuple(qualifiers))


def resolve_identities(nodes: NodeIndex) -> dict[NamedNode, NamedNode]:
    """For each node in a standing `same` decision, the one that stands for it and its equals.

    It is the first by IRI. A decision that another one revises no longer stands.
    """
    revised = {
        old for decision in nodes.instances(KG.IdentityDecision) for old in nodes.values(decision, PROV.wasRevisionOf)
    }
    parent: dict[NamedNode, NamedNode] = {}

    def head(node: NamedNode) -> NamedNode:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for decision in nodes.instances(KG.IdentityDecision):
        if decision in revised or nodes.node(decision, KG.decision) != Decision.SAME.node:
            continue
        first, second = nodes.node(decision, SSSOM.subject_id), nodes.node(decision, SSSOM.object_id)
        if first is not None and second is not None:
            one, other = sorted((head(first), head(second)), key=_iri)
            parent[other] = one
    return {node: head(node) for node in sorted(parent, key=_iri)}


def fold_words(text: str) -> str:
    """Words as they are compared: compatibility forms, case, outer punctuation and runs of spaces do not matter."""
    return _EDGES.sub("", " ".join(unicodedata.normalize("NFKC", text).casefold().split()))


def fold_name(text: str) -> str:
    """The bare letters and digits of a name: case, hyphens, spaces, apostrophes and diacritics do not matter."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _iri(node: NamedNode) -> str:
    return node.value


def _entities(claim: Claim) -> Iterator[NamedNode]:
    if claim.subject is not None:
        yield NamedNode(claim.subject)
    for value in (claim.object, *(value for _, value in claim.qualifiers)):
        if isinstance(value, NamedNode):
            yield value


def _answer(
    node: NamedNode, claim: Claim, resolved: Mapping[NamedNode, NamedNode], way: NamedNode | None
) -> Iterator[Triple]:
    answer = claim.object
    if answer is None:
        return
    if isinstance(answer, NamedNode):
        one = resolved.get(answer, answer)
        if answer == KG.remainsUnclear:
            yield Triple(node, KG.isUnclear, _TRUE)
        yield Triple(node, KG.answerNode, one)
        key, written = one.value, answer.value
    elif way == WayOfComparing.NAME.node:
        key, written = fold_name(answer.value), answer.value
    else:
        key = written = fold_words(answer.value)
    if way == WayOfComparing.QUANTITY.node and isinstance(answer, Literal):
        bounds = claimed_bounds(answer, claim.at_least, claim.at_most)
        for property_, bound in ((KG.lowerBound, bounds.lower), (KG.upperBound, bounds.upper)):
            if bound is not None:
                yield Triple(node, property_, _decimal(bound))
        if bounds.known:
            key = written = f"{_plain(bounds.lower)}..{_plain(bounds.upper)}"
    yield Triple(node, KG.answerKey, Literal(key))
    yield Triple(node, KG.writtenKey, Literal(written))


def _validity(node: NamedNode, claim: Claim) -> Iterator[Triple]:
    for property_, value in claim.qualifiers:
        if property_ != KG.validDuring.value or not isinstance(value, Literal) or value.datatype.value != EDTF:
            continue
        bounds = bounds_of(value)
        if bounds.known:
            # An open side reaches as far as the calendar does.
            yield Triple(node, KG.validFrom, _decimal(Decimal(0) if bounds.lower is None else bounds.lower))
            yield Triple(node, KG.validUntil, _decimal(Decimal(3652060) if bounds.upper is None else bounds.upper))


def _decimal(number: Decimal) -> Literal:
    return Literal(_plain(number), datatype=XSD.decimal)


def _plain(number: Decimal | None) -> str:
    """A number without exponent and trailing zeros, cut at twelve decimal places; open sides are empty."""
    if number is None:
        return ""
    whole, _, fraction = f"{number:f}".partition(".")
    fraction = fraction[:12].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _narrower(
    nodes: NodeIndex, resolved: Mapping[NamedNode, NamedNode], answered: Collection[NamedNode]
) -> Iterator[Triple]:
    """Which answers lie within which others, at whatever remove."""
    wider: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    for node in nodes.nodes():
        if not isinstance(node, NamedNode):
            continue
        for property_, inverse in ((SKOS.broader, False), (DCTERMS.isPartOf, False), (DCTERMS.hasPart, True)):
            for value in nodes.values(node, property_):
                if isinstance(value, NamedNode):
                    small, large = (value, node) if inverse else (node, value)
                    wider[resolved.get(small, small)].add(resolved.get(large, large))
    for node in answered:
        reached: set[NamedNode] = set()
        waiting = list(wider.get(node, ()))
        while waiting:
            each = waiting.pop()
            if each not in reached and each != node:
                reached.add(each)
                waiting.extend(wider.get(each, ()))
        for each in reached & set(answered):
            yield Triple(node, KG.narrowerThan, each)


class _Copies:
    """Which sources each source copies or revises, at whatever remove, and which stand at the head."""

    def __init__(self, nodes: NodeIndex) -> None:
        self._nodes = nodes
        self._upstream: dict[str, frozenset[str]] = {}

    def upstream(self, source: str) -> frozenset[str]:
        if source not in self._upstream:
            reached: set[str] = set()
            waiting = self._direct(source)
            while waiting:
                each = waiting.pop()
                if each not in reached and each != source:
                    reached.add(each)
                    waiting.extend(self._direct(each))
            self._upstream[source] = frozenset(reached)
        return self._upstream[source]

    def heads(self, source: str) -> set[str]:
        """The sources at the head of what `source` copies, or itself; in a closed circle of copies, all of them."""
        reached = self.upstream(source) | {source}
        heads = {each for each in reached if not self._direct(each)}
        return heads or {each for each in reached if any(each in self._and_upstream(up) for up in self._direct(each))}

    def _and_upstream(self, source: str) -> frozenset[str]:
        return self.upstream(source) | {source}

    def _direct(self, source: str) -> list[str]:
        node = NamedNode(source)
        values: Iterable[object] = [
            *self._nodes.values(node, PROV.wasDerivedFrom),
            *self._nodes.values(node, PROV.wasRevisionOf),
        ]
        return [each.value for each in values if isinstance(each, NamedNode)]
