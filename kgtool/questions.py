"""What is derived from the claims: questions, origins, and which nodes stand for the same thing.

A question is the resolved subject, the property and the identifying qualifiers (DESIGN: two claims are comparable
when they answer the same question). What is derived lives in a named graph of its own, can be deleted, and is
rebuilt to the same triples whatever the order of files and claims.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kgtool.claims import Claim, qualifier_properties, read_claims
from kgtool.holdings import Holdings
from kgtool.nodes import NodeIndex
from kgtool.vocab import KG, PROV, RDF, SSSOM, Decision


def derived_graph_name(holdings: Holdings) -> NamedNode:
    return NamedNode(f"{holdings.base}graph/derived")


def derive(holdings: Holdings) -> list[Quad]:
    """The derived triples of a casebook, sorted, in the derived graph."""
    name = derived_graph_name(holdings)
    resolved = resolve_identities(holdings.nodes)
    identifying = set(qualifier_properties(holdings.vocabulary, identifying=True))
    triples: set[Triple] = set()
    for claim in read_claims(holdings.nodes, holdings.vocabulary):
        node = NamedNode(claim.iri)
        triples.update(Triple(node, KG.origin, NamedNode(origin)) for origin in claim.origins)
        for each in _entities(claim):
            triples.add(Triple(each, KG.resolvesTo, resolved.get(each, each)))
        triples.update(_question(holdings.base, claim, resolved, identifying))
    triples.update(Triple(node, KG.resolvesTo, one) for node, one in resolved.items())
    return sorted((Quad(t.subject, t.predicate, t.object, name) for t in triples), key=str)


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


def _iri(node: NamedNode) -> str:
    return node.value


def _entities(claim: Claim) -> Iterable[NamedNode]:
    if claim.subject is not None:
        yield NamedNode(claim.subject)
    for value in (claim.object, *(value for _, value in claim.qualifiers)):
        if isinstance(value, NamedNode):
            yield value


def _question(
    base: str,
    claim: Claim,
    resolved: dict[NamedNode, NamedNode],
    identifying: set[NamedNode],
) -> Iterable[Triple]:
    if claim.subject is None or claim.predicate is None:
        return

    def one(node: NamedNode | Literal) -> NamedNode | Literal:
        return resolved.get(node, node) if isinstance(node, NamedNode) else node

    subject = one(NamedNode(claim.subject))
    predicate = NamedNode(claim.predicate)
    qualifiers = sorted(((NamedNode(p), one(v)) for p, v in claim.qualifiers if NamedNode(p) in identifying), key=str)
    key = " ".join(str(part) for part in (subject, predicate, *(part for pair in qualifiers for part in pair)))
    question = NamedNode(f"{base}question/{hashlib.sha256(key.encode()).hexdigest()[:16]}")
    yield Triple(NamedNode(claim.iri), KG.answers, question)
    yield Triple(question, RDF.type, KG.Question)
    yield Triple(question, KG.questionSubject, subject)
    yield Triple(question, KG.questionProperty, predicate)
    for each, value in qualifiers:
        yield Triple(question, each, value)
