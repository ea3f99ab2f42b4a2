"""Quads as an `rdflib.Graph`, every lexical form kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from kgtool.errors import InputError
from kgtool.nodes import Value

if TYPE_CHECKING:
    import rdflib


def to_rdflib(quads: Iterable[Quad | Triple], prefixes: Iterable[tuple[str, str]] = ()) -> rdflib.Graph:
    """One graph with the triples of all quads; `prefixes` are bound to it."""
    import rdflib
    from rdflib.term import BNode, Identifier, URIRef
    from rdflib.term import Literal as RdflibLiteral

    graph = rdflib.Graph(bind_namespaces="none")
    for name, iri in prefixes:
        graph.bind(name, iri)
    known: dict[Value | Triple, Identifier] = {}

    def term(each: Value | Triple) -> Identifier:
        found = known.get(each)
        if found is None:
            if isinstance(each, NamedNode):
                found = URIRef(each.value)
            elif isinstance(each, BlankNode):
                found = BNode(each.value)
            elif isinstance(each, Triple):
                raise InputError(f"RDF 1.2 triple terms are not supported: {each}")
            elif each.language is not None:
                found = RdflibLiteral(each.value, lang=each.language)
            elif each.datatype.value == "http://www.w3.org/2001/XMLSchema#string":
                found = RdflibLiteral(each.value)
            else:
                # rdflib rewrites "01" to "1" unless told not to.
                found = RdflibLiteral(each.value, datatype=URIRef(each.datatype.value), normalize=False)
            known[each] = found
        return found

    for quad in quads:
        graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return graph
