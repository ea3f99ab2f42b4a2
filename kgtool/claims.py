"""Claims, quotes and attributions as values, read from the nodes of a graph.

Reading is forgiving: a malformed claim is read as far as it goes, because telling what is wrong with it is the
work of `validate`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pyoxigraph import Literal, NamedNode

from kgtool.nodes import NodeIndex, Value
from kgtool.vocab import KG, OA, PROV, RDF, SKOS, Certainty, Mode, Polarity


@dataclass(frozen=True, slots=True)
class Quote:
    """A half-open range of code points of a source's stored text, and the words said to stand there."""

    iri: str
    source: str | None
    exact: str | None
    start: int | None
    end: int | None
    prefix: str | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of an attribution: the agent, and the words by which the step before names them."""

    agent: str
    cue: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one source; `object` is an IRI or a literal, qualifiers are sorted by property.

    `attributions` holds the chains, each from the outermost hop to the innermost; `origins` the agents at their
    ends, or the source itself when it speaks in its own voice. (What counts as an origin when sources copy each other
    is derived: `kgtool.questions`.)
    """

    iri: str
    source: str | None
    subject: str | None
    predicate: str | None
    object: NamedNode | Literal | None
    polarity: Polarity | None
    certainty: Certainty | None
    mode: Mode | None
    quote: Quote | None
    qualifiers: tuple[tuple[str, NamedNode | Literal], ...]
    attributions: tuple[tuple[Hop, ...], ...]
    origins: tuple[str, ...]
    cues: tuple[tuple[str, str], ...]
    as_written: str | None
    at_least: Literal | None
    at_most: Literal | None
    inferred: str | None
    notes: tuple[str, ...]


_CUES = (
    ("polarity", KG.polarityCue),
    ("certainty", KG.certaintyCue),
    ("mode", KG.modeCue),
)


def qualifier_properties(vocabulary: NodeIndex, *, identifying: bool = False) -> list[NamedNode]:
    """The properties declared as qualifiers, or those of them that belong to a claim's question."""
    classes = [KG.IdentifyingQualifier] if identifying else [KG.IdentifyingQualifier, KG.Qualifier]
    found = {n for c in classes for n in vocabulary.instances(c) if isinstance(n, NamedNode)}
    return sorted(found, key=str)


def read_claims(nodes: NodeIndex, vocabulary: NodeIndex) -> list[Claim]:
    """All claims, sorted by IRI."""
    qualifiers = frozenset(qualifier_properties(vocabulary))
    return [_read_claim(nodes, node, qualifiers) for node in nodes.instances(KG.Claim) if isinstance(node, NamedNode)]


def read_quote(nodes: NodeIndex, quote: Value) -> Quote:
    selector = nodes.value(quote, OA.hasSelector)
    source = nodes.node(quote, OA.hasSource)
    if selector is None:
        return Quote(_text(quote), _iri(source), None, None, None)
    return Quote(
        iri=_text(quote),
        source=_iri(source),
        exact=nodes.text(selector, OA.exact),
        start=nodes.number(selector, OA.start),
        end=nodes.number(selector, OA.end),
        prefix=nodes.text(selector, OA.prefix),
        suffix=nodes.text(selector, OA.suffix),
    )


def read_attributions(nodes: NodeIndex, claim: NamedNode) -> Iterator[tuple[Hop, ...]]:
    """The chains of attribution of a claim, outermost hop first. A cycle ends where it would repeat."""
    for outermost in nodes.values(claim, PROV.qualifiedAttribution):
        hops: list[Hop] = []
        seen: set[Value] = set()
        step: Value | None = outermost
        while step is not None and step not in seen:
            seen.add(step)
            agent = nodes.node(step, PROV.agent)
            if agent is not None:
                hops.append(Hop(agent.value, nodes.text(step, KG.attributionCue)))
            step = nodes.value(step, KG.innerAttribution)
        if hops:
            yield tuple(hops)


def _read_claim(nodes: NodeIndex, node: NamedNode, qualifiers: Collection[NamedNode]) -> Claim:
    source = nodes.node(node, PROV.wasQuotedFrom)
    target = nodes.value(node, OA.hasTarget)
    object_ = nodes.value(node, RDF.object)
    chains = tuple(read_attributions(nodes, node))
    origins = {chain[-1].agent for chain in chains} or ({source.value} if source is not None else set())
    return Claim(
        iri=node.value,
        source=_iri(source),
        subject=_iri(nodes.node(node, RDF.subject)),
        predicate=_iri(nodes.node(node, RDF.predicate)),
        object=object_ if isinstance(object_, NamedNode | Literal) else None,
        polarity=_concept(Polarity, nodes.node(node, KG.polarity)),
        certainty=_concept(Certainty, nodes.node(node, KG.certainty)),
        mode=_concept(Mode, nodes.node(node, KG.mode)),
        quote=read_quote(nodes, target) if target is not None else None,
        qualifiers=tuple(
            (each.value, value)
            for each in nodes.properties(node)
            if each in qualifiers
            for value in nodes.values(node, each)
            if isinstance(value, NamedNode | Literal)
        ),
        attributions=chains,
        origins=tuple(sorted(origins)),
        cues=tuple((name, text) for name, each in _CUES for text in nodes.texts(node, each)),
        as_written=nodes.text(node, KG.asWritten),
        at_least=_literal(nodes.value(node, KG.atLeast)),
        at_most=_literal(nodes.value(node, KG.atMost)),
        inferred=nodes.text(node, KG.inferred),
        notes=tuple(nodes.texts(node, SKOS.note)),
    )


C = TypeVar("C", Polarity, Certainty, Mode)


def _concept(scheme: type[C], node: NamedNode | None) -> C | None:
    local = node.value.removeprefix(KG.iri) if node is not None else None
    return scheme(local) if local in set(scheme) else None


def _iri(node: NamedNode | None) -> str | None:
    return node.value if node is not None else None


def _literal(value: Value | None) -> Literal | None:
    return value if isinstance(value, Literal) else None


def _text(value: Value) -> str:
    return value.value
