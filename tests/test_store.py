"""The embedded store: what SELECT, ASK and CONSTRUCT answer, and where a query that does not parse breaks."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kgtool.errors import LimitReached, SyntaxProblem
from kgtool.results import Rows, Triples, Truth
from kgtool.store import Store
from kgtool.worker import Limits

A, B, C = (NamedNode(f"urn:{each}") for each in "abc")
TEXT = Literal("text", language="en")


@pytest.fixture
def store() -> Store:
    return Store([Quad(A, B, C, NamedNode("urn:g1")), Quad(C, B, TEXT, NamedNode("urn:g2"))])


def test_rows_with_unbound_cells_in_the_querys_order(store: Store) -> None:
    answer = store.answer("SELECT ?o ?x ?s { ?s ?p ?o OPTIONAL { ?o <urn:none> ?x } } ORDER BY ?s")
    assert answer == Rows(("o", "x", "s"), ((C, None, A), (TEXT, None, C)))


def test_all_graphs_are_one_and_named_graphs_are_themselves(store: Store) -> None:
    assert len(store) == 2
    assert store.answer("ASK { <urn:a> ?p ?both . ?both ?q ?text }") == Truth(True)
    assert store.answer("SELECT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g") == Rows(
        ("g",), ((NamedNode("urn:g1"),), (NamedNode("urn:g2"),))
    )


def test_a_triple_in_two_graphs_is_one() -> None:
    # https://www.w3.org/TR/sparql11-query/#rdfDataset: a default graph is a graph, which is a set of triples.
    twice = Store([Quad(A, B, C, NamedNode("urn:g1")), Quad(A, B, C, NamedNode("urn:g2"))])
    assert twice.answer("SELECT ?s { ?s ?p ?o }") == Rows(("s",), ((A,),))


def test_no_rows_keep_their_variables(store: Store) -> None:
    assert store.answer("SELECT ?a ?b { ?a <urn:none> ?b }") == Rows(("a", "b"), ())


def test_truth(store: Store) -> None:
    assert store.answer("ASK { <urn:a> ?p ?o }") == Truth(True)
    assert store.answer("ASK { <urn:x> ?p ?o }") == Truth(False)


def test_triples_sorted_each_once(store: Store) -> None:
    answer = store.answer("CONSTRUCT { ?o <urn:of> ?s . <urn:a> <urn:is> 1 } WHERE { ?s ?p ?o FILTER(isIRI(?o)) }")
    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    assert answer == Triples(
        (Triple(A, NamedNode("urn:is"), Literal("1", datatype=integer)), Triple(C, NamedNode("urn:of"), A))
    )
    many = Store(Quad(NamedNode(f"urn:s{number}"), B, C) for number in range(20)).answer(
        "CONSTRUCT { ?s a ?o . ?o a <urn:each> } WHERE { ?s ?p ?o }"
    )
    assert isinstance(many, Triples)
    assert len(many.triples) == 21
    assert list(many.triples) == sorted(many.triples, key=str)
    described = store.answer("DESCRIBE <urn:c>")
    assert described == Triples((Triple(C, B, TEXT),))


def test_the_same_from_a_worker_process(store: Store) -> None:
    query = "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s"
    assert store.answer(query, limits=Limits(20.0, 512 * 1024**2)) == store.answer(query)


def test_blank_nodes_are_answered_as_such() -> None:
    node = BlankNode("b1")
    assert Store([Quad(node, B, C)]).answer("SELECT ?s { ?s ?p ?o }") == Rows(("s",), ((node,),))


def test_a_limit_ends_a_query_that_would_not(store: Store) -> None:
    big = Store(Quad(NamedNode(f"urn:s{n}"), B, C) for n in range(2000))
    with pytest.raises(LimitReached, match=r"^the query took longer than 0\.5 s"):
        big.answer("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", limits=Limits(0.5, 512 * 1024**2))


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("SELECT", "q.rq:1:7: this is not SPARQL 1.1: "),
        ("SELECT * {\n ?s ?p }", "q.rq:2:9: this is not SPARQL 1.1: "),
        ("SELECT * { ?s nope:p ?o }", "q.rq:1:21: this is not SPARQL 1.1: "),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", "q.rq"),
        ("", "q.rq:1:1: this is not SPARQL 1.1: "),
    ],
)
def test_a_query_that_does_not_parse_says_where(store: Store, query: str, where: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        store.answer(query, name="q.rq")
    sentence = str(caught.value)
    assert sentence.startswith(where)
    assert sentence.endswith("; mend the query")
    assert "\n" not in sentence
    assert "[" not in sentence


def test_an_unknown_prefix_is_named(store: Store) -> None:
    with pytest.raises(SyntaxProblem, match="prefix"):
        store.answer("SELECT * { ?s nope:p ?o }")
