"""What leaves a casebook: the whole, or the part that belongs to some sources or entities, in any RDF syntax.

Quads come from the files as read, not from the store, so every lexical form is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pyoxigraph import Literal, NamedNode, Quad

from kgtool.formats import ExportFormat
from kgtool.holdings import Holdings
from kgtool.nodes import NodeIndex, Value
from kgtool.questions import resolve_identities
from kgtool.vocab import DCAT, DCTERMS, KG, OA, PROV, RDF, SKOSXL, SSSOM
from kgtool.writing import Syntax, serialise


def export(
    holdings: Holdings,
    syntax: ExportFormat,
    *,
    sources: Collection[str] = (),
    entities: Collection[str] = (),
    derivation: Iterable[Quad] = (),
    ontology: bool = False,
) -> bytes:
    """The casebook's graph in one syntax.

    `sources` and `entities` are IRIs and keep only the claims of those sources, and those about those entities (as
    subject or object, identity decisions applied), with all that these lead to. `derivation` is what was derived and is
    to go along, `ontology` adds the vocabulary; both are graphs of their own where the syntax has graphs.
    """
    quads = list(holdings.quads())
    along = list(derivation)
    if sources or entities:
        kept = _part(holdings, frozenset(sources), frozenset(entities))
        quads = [q for q in quads if q.subject in kept and _leads_inside(q, kept, holdings.nodes)]
        along = _derived_of(kept, along)
    quads += along
    if ontology:
        quads += holdings.ontology_quads()
    return serialise(quads, Syntax(syntax.value), prefixes=holdings.prefixes, base=holdings.base)


def _derived_of(kept: Collection[Value], derivation: list[Quad]) -> list[Quad]:
    """What was derived of the nodes of a part, and of questions, comparisons and findings among its claims alone."""
    questions = {q.object for q in derivation if q.predicate == KG.answers and q.subject in kept}
    claims = {q.object for q in derivation if q.predicate in _OF_CLAIMS} - set(kept)
    outside = {q.subject for q in derivation if q.predicate in _OF_CLAIMS and q.object in claims}
    conclusions = {q.subject for q in derivation if q.predicate in _OF_CLAIMS} - outside
    subjects = set(kept) | questions | conclusions
    return [q for q in derivation if q.subject in subjects and q.object not in claims]


_OF_CLAIMS = frozenset(
    {KG.firstClaim, KG.secondClaim, KG.totalClaim, KG.partClaim, KG.saidOver, KG.beganAs, KG.lastedAs}
)


def _part(holdings: Holdings, sources: frozenset[str], entities: frozenset[str]) -> set[Value]:
    """The nodes of a part: its claims and whatever they lead to, other sources' records left out."""
    nodes = holdings.nodes
    resolved = resolve_identities(nodes)
    wanted = {resolved.get(NamedNode(each), NamedNode(each)) for each in entities}

    def is_wanted(claim: Value) -> bool:
        if sources and not any(s.value in sources for s in nodes.values(claim, PROV.wasQuotedFrom)):
            return False
        if not wanted:
            return True
        ends = [*nodes.values(claim, RDF.subject), *nodes.values(claim, RDF.object)]
        return any(resolved.get(e, e) in wanted for e in ends if isinstance(e, NamedNode))

    claims = [claim for claim in nodes.instances(KG.Claim) if is_wanted(claim)]
    their_sources = {s.value for claim in claims for s in nodes.values(claim, PROV.wasQuotedFrom)} | sources
    kept: set[Value] = set()
    waiting: list[Value] = [*claims, *(NamedNode(s) for s in sources), *(NamedNode(e) for e in entities)]
    while waiting:
        node = waiting.pop()
        if node in kept or isinstance(node, Literal) or _is_foreign(nodes, node, their_sources):
            continue
        kept.add(node)
        for property_ in nodes.properties(node):
            waiting.extend(nodes.values(node, property_))
    for decision in nodes.instances(KG.IdentityDecision):
        ends = [*nodes.values(decision, SSSOM.subject_id), *nodes.values(decision, SSSOM.object_id)]
        if ends and any(end in kept for end in ends):
            kept.add(decision)
            kept.update(end for end in ends if end in nodes)
    # A part is under the casebook's licence, too.
    kept.update(nodes.instances(DCAT.Dataset))
    return kept


def _is_foreign(nodes: NodeIndex, node: Value, sources: Collection[str]) -> bool:
    """Whether a node is another source, or a spelling or a quote that belongs to one."""
    if nodes.has_type(node, KG.Source):
        return node.value not in sources
    for class_, home in ((SKOSXL.Label, DCTERMS.source), (OA.SpecificResource, OA.hasSource)):
        if nodes.has_type(node, class_):
            return not any(source.value in sources for source in nodes.values(node, home))
    return False


def _leads_inside(quad: Quad, kept: Collection[Value], nodes: NodeIndex) -> bool:
    """Whether a triple leads nowhere that the part leaves out."""
    return isinstance(quad.object, Literal) or quad.object in kept or quad.object not in nodes
