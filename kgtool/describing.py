"""One claim, source, entity or term in full, as plain values ready to be shown or written as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import Literal, NamedNode

from kgtool.claims import Claim, read_claims
from kgtool.holdings import Holdings
from kgtool.labels import Labels, spellings
from kgtool.positions import index_positions
from kgtool.questions import resolve_identities
from kgtool.quotes import in_context
from kgtool.vocab import DCTERMS, KG, PROV, RDF, RDFS, SCHEMA, SKOS, SSSOM, Polarity


@dataclass(frozen=True)
class Described:
    """What is known of one node: `kind` is claim, source, entity or node, `parts` is JSON's plain values."""

    kind: str
    id: str
    name: str
    parts: dict[str, Any] = field(default_factory=dict)


def describe(holdings: Holdings, labels: Labels, iri: str, texts: Mapping[str, str]) -> Described:
    """Everything about one node; `texts` holds stored texts by the IRI of their source."""
    node = NamedNode(iri)
    nodes = holdings.nodes
    teller = _Teller(holdings, labels, texts)
    if nodes.has_type(node, KG.Claim):
        claim = next(claim for claim in teller.claims if claim.iri == iri)
        return Described("claim", iri, labels.short(iri), {**teller.place(iri), **teller.claim(claim)})
    if nodes.has_type(node, KG.Source):
        return Described("source", iri, labels.short(iri), {**teller.place(iri), **teller.source(node)})
    if nodes.text(node, RDFS.label) is not None:
        return Described("entity", iri, labels.short(iri), {**teller.place(iri), **teller.entity(node)})
    return Described("node", iri, labels.short(iri), {**teller.place(iri), **teller.node(node)})


class _Teller:
    def __init__(self, holdings: Holdings, labels: Labels, texts: Mapping[str, str]) -> None:
        self.holdings = holdings
        self.labels = labels
        self.texts = texts
        self.claims = read_claims(holdings.nodes, holdings.vocabulary)

    def place(self, iri: str) -> dict[str, Any]:
        for document in (*self.holdings.graph, *self.holdings.ontology):
            if any(quad.subject == NamedNode(iri) for quad in document.quads):
                position = index_positions(document.text, base=document.base).subject(iri)
                return {"file": document.name, "line": position.line if position else None}
        return {"file": None, "line": None}

    def claim(self, claim: Claim) -> dict[str, Any]:
        return {
            "subject": self.named(claim.subject),
            "predicate": self.named(claim.predicate),
            "object": self.value(claim.object),
            "polarity": claim.polarity and claim.polarity.value,
            "certainty": claim.certainty and claim.certainty.value,
            "mode": claim.mode and claim.mode.value,
            "cues": dict(claim.cues),
            "qualifiers": [
                {"property": self.named(each), "value": self.value(value)} for each, value in claim.qualifiers
            ],
            "as_written": claim.as_written,
            "at_least": claim.at_least.value if claim.at_least is not None else None,
            "at_most": claim.at_most.value if claim.at_most is not None else None,
            "inferred": claim.inferred,
            "notes": list(claim.notes),
            "source": self.named(claim.source),
            "quote": self.quote(claim),
            "attributions": [
                [{"agent": self.named(hop.agent), "cue": hop.cue} for hop in chain] for chain in claim.attributions
            ],
            "origins": [self.named(origin) for origin in claim.origins],
        }

    def quote(self, claim: Claim) -> dict[str, Any] | None:
        quote = claim.quote
        if quote is None:
            return None
        found: dict[str, Any] = {
            "id": quote.iri,
            "exact": quote.exact,
            "start": quote.start,
            "end": quote.end,
            "before": None,
            "after": None,
        }
        text = self.texts.get(quote.source or "")
        if text is not None and quote.start is not None and quote.end is not None:
            before, words, after = in_context(text, quote.start, quote.end)
            if words == quote.exact:
                found.update(before=before, after=after)
        return found

    def brief(self, claim: Claim) -> dict[str, Any]:
        return {
            "id": claim.iri,
            "name": self.labels.short(claim.iri),
            "source": self.named(claim.source),
            "statement": self.statement(claim),
            "certainty": claim.certainty and claim.certainty.value,
            "mode": claim.mode and claim.mode.value,
            "quote": claim.quote.exact if claim.quote is not None else None,
            "origins": [self.named(origin) for origin in claim.origins],
        }

    def statement(self, claim: Claim) -> str:
        subject = self.labels.of(claim.subject) if claim.subject else "—"
        predicate = self.labels.of(claim.predicate) if claim.predicate else "—"
        denied = "not: " if claim.polarity is Polarity.DENIED else ""
        return f"{denied}{subject} · {predicate} · {self.labels.shown(claim.object)}"

    def source(self, node: NamedNode) -> dict[str, Any]:
        nodes = self.holdings.nodes
        own = [claim for claim in self.claims if claim.source == node.value]
        origins = Counter(origin for claim in own for origin in claim.origins)
        return {
            "title": nodes.text(node, DCTERMS.title),
            "issued": nodes.text(node, DCTERMS.issued),
            "language": nodes.text(node, DCTERMS.language),
            "publisher": self.named(_iri(nodes.node(node, DCTERMS.publisher))),
            "url": _iri(nodes.node(node, SCHEMA.url)),
            "comment": nodes.text(node, RDFS.comment),
            "sha256": nodes.text(node, SCHEMA.sha256),
            "length": nodes.number(node, KG.textLength),
            "text_found": node.value in self.texts,
            "claims": len(own),
            "denied": sum(claim.polarity is Polarity.DENIED for claim in own),
            "certainties": dict(sorted(Counter(c.certainty.value for c in own if c.certainty).items())),
            "modes": dict(sorted(Counter(c.mode.value for c in own if c.mode).items())),
            "origins": [
                {"agent": self.named(origin), "claims": count}
                for origin, count in sorted(origins.items(), key=lambda item: (-item[1], item[0]))
            ],
        }

    def entity(self, node: NamedNode) -> dict[str, Any]:
        nodes = self.holdings.nodes
        resolved = resolve_identities(nodes)
        one = resolved.get(node, node)
        equals = {node, *(each for each, head in resolved.items() if head == one)}
        iris = {each.value for each in equals}
        return {
            "label": nodes.text(node, RDFS.label),
            "types": [self.named(each.value) for each in nodes.values(node, RDF.type)],
            "comment": nodes.text(node, RDFS.comment),
            "same_as": [self.named(each.value) for each in sorted(equals - {node}, key=str)],
            "spellings": [
                {"form": form, "source": self.named(source), "places": places, "entity": self.named(each.value)}
                for each in sorted(equals, key=str)
                for form, source, places in spellings(self.holdings, each.value)
            ],
            "decisions": [
                self.decision(decision, node)
                for decision in nodes.instances(KG.IdentityDecision)
                if isinstance(decision, NamedNode) and iris & {end.value for end in self.ends(decision)}
            ],
            "about": [self.brief(claim) for claim in self.claims if claim.subject in iris],
            "named_in": [
                self.brief(claim)
                for claim in self.claims
                if claim.subject not in iris and isinstance(claim.object, NamedNode) and claim.object.value in iris
            ],
            "origin_of": sum(bool(iris & set(claim.origins)) for claim in self.claims),
        }

    def decision(self, decision: NamedNode, node: NamedNode) -> dict[str, Any]:
        nodes = self.holdings.nodes
        others = [end for end in self.ends(decision) if end != node]
        verdict = nodes.node(decision, KG.decision)
        return {
            "decision": verdict.value.removeprefix(KG.iri) if verdict is not None else None,
            "stands": not any(
                decision in nodes.values(other, PROV.wasRevisionOf) for other in nodes.instances(KG.IdentityDecision)
            ),
            "nodes": [self.named(other.value) for other in others],
            "by": nodes.text(decision, SSSOM.author_label),
            "date": nodes.text(decision, SSSOM.mapping_date),
            "reason": nodes.text(decision, SSSOM.comment),
        }

    def ends(self, decision: NamedNode) -> list[NamedNode]:
        found = [self.holdings.nodes.node(decision, each) for each in (SSSOM.subject_id, SSSOM.object_id)]
        return [each for each in found if each is not None]

    def node(self, node: NamedNode) -> dict[str, Any]:
        index = self.holdings.nodes if node in self.holdings.nodes else self.holdings.vocabulary
        return {
            "label": index.text(node, SKOS.prefLabel),
            "properties": [
                {"property": self.named(each.value), "value": self.value(value)}
                for each in index.properties(node)
                for value in index.values(node, each)
                if isinstance(value, NamedNode | Literal)
            ],
        }

    def named(self, iri: str | None) -> dict[str, str] | None:
        return None if iri is None else {"id": iri, "name": self.labels.short(iri), "label": self.labels.of(iri)}

    def value(self, value: NamedNode | Literal | None) -> dict[str, str | None] | None:
        if value is None:
            return None
        if isinstance(value, NamedNode):
            return {"id": value.value, "label": self.labels.of(value.value)}
        datatype = None if value.language else self.labels.short(value.datatype.value)
        return {"value": value.value, "language": value.language, "datatype": datatype}


def _iri(node: NamedNode | None) -> str | None:
    return node.value if node is not None else None
