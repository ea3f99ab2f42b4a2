"""Quads as an rdflib graph: the same terms, lexical forms untouched, prefixes bound."""

from __future__ import annotations

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib import BNode, URIRef

from kgtool.errors import InputError
from kgtool.rdflibgraph import to_rdflib
from kgtool.vocab import XSD

A, B = NamedNode("urn:a"), NamedNode("urn:b")


def objects(*terms: NamedNode | BlankNode | Literal) -> list[rdflib.term.Node]:
    graph = to_rdflib(Quad(A, B, term) for term in terms)
    return sorted(graph.objects(), key=str)


@pytest.mark.parametrize(
    ("lexical", "datatype"),
    [
        ("01", "integer"),
        ("+6", "integer"),
        ("1", "boolean"),
        ("1.50", "decimal"),
        ("2024-08-07+09:00", "date"),
        ("2024-08-07Z", "date"),
        ("not a number", "integer"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_lexical_form_is_kept(lexical: str, datatype: str) -> None:
    [literal] = objects(Literal(lexical, datatype=XSD[datatype]))
    assert isinstance(literal, rdflib.Literal)
    assert str(literal) == lexical
    assert literal.datatype == URIRef(f"http://www.w3.org/2001/XMLSchema#{datatype}")


def test_plain_texts_and_texts_in_a_language() -> None:
    plain, tagged = objects(Literal("a"), Literal("b", language="ko-Latn"))
    assert plain == rdflib.Literal("a")
    assert tagged == rdflib.Literal("b", lang="ko-Latn")
    assert isinstance(plain, rdflib.Literal)
    assert plain.datatype is None


def test_nodes_keep_their_names() -> None:
    graph = to_rdflib([Quad(BlankNode("x"), B, BlankNode("y")), Quad(BlankNode("y"), B, A)])
    assert set(graph) == {(BNode("x"), URIRef("urn:b"), BNode("y")), (BNode("y"), URIRef("urn:b"), URIRef("urn:a"))}


def test_a_triple_in_two_graphs_is_one() -> None:
    assert len(to_rdflib([Quad(A, B, A, NamedNode("urn:g")), Quad(A, B, A), Triple(A, B, A)])) == 1


def test_only_the_prefixes_given_are_bound() -> None:
    graph = to_rdflib([], [("x", "urn:x:"), ("y", "urn:y:")])
    assert {(name, str(iri)) for name, iri in graph.namespaces()} == {("x", "urn:x:"), ("y", "urn:y:")}


def test_a_triple_term_is_refused() -> None:
    with pytest.raises(InputError, match=r"RDF 1\.2 triple terms are not supported"):
        to_rdflib([Quad(A, B, Triple(A, B, A))])
