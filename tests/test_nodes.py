"""Look-ups in a set of triples: sorted, without repeats, forgiving to what is not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from kgtool.nodes import NodeIndex, is_iri
from kgtool.vocab import RDF

DATA = """
@prefix : <https://example.org/> .
:seoul a :City , :Capital ; :name "Seoul"@en , "서울"@ko ; :mayor :oh , "Oh" ; :people 9400000 .
:busan a :City ; :people "3.3 million" , "3300000" .
_:nameless a :City .
"""


def node(local: str) -> NamedNode:
    return NamedNode(f"https://example.org/{local}")


@pytest.fixture
def index() -> NodeIndex:
    return NodeIndex(parse(DATA, format=RdfFormat.TURTLE))


def test_what_stands_as_a_subject_is_in_the_index(index: NodeIndex) -> None:
    assert node("seoul") in index
    assert node("oh") not in index
    assert node("City") not in index


def test_nodes_and_properties_come_sorted(index: NodeIndex) -> None:
    named = [each for each in index.nodes() if isinstance(each, NamedNode)]
    assert named == [node("busan"), node("seoul")]
    assert index.properties(node("seoul")) == [RDF.type, node("mayor"), node("name"), node("people")]
    assert index.properties(node("nobody")) == []


def test_values_come_sorted_and_may_be_none(index: NodeIndex) -> None:
    assert index.values(node("seoul"), RDF.type) == [node("Capital"), node("City")]
    assert index.values(node("seoul"), node("twin")) == []
    assert index.values(node("nobody"), RDF.type) == []
    assert index.values(Literal("Seoul"), RDF.type) == []


def test_one_value_of_a_kind(index: NodeIndex) -> None:
    assert index.value(node("seoul"), RDF.type) == node("Capital")
    assert index.value(node("seoul"), node("twin")) is None
    assert index.node(node("seoul"), node("mayor")) == node("oh")
    assert index.node(node("seoul"), node("name")) is None
    assert index.text(node("seoul"), node("mayor")) == "Oh"
    assert index.text(node("seoul"), RDF.type) is None
    assert index.texts(node("seoul"), node("name")) == ["Seoul", "서울"]


@pytest.mark.parametrize(
    ("lexical", "number"),
    [("9400000", 9400000), ("007", 7), ("0", 0), ("-1", None), ("3.3", None), ("", None), ("٣", None), ("²", None)],
)
def test_a_number_is_a_whole_number_in_plain_digits(lexical: str, number: int | None) -> None:
    index = NodeIndex([Quad(node("a"), node("n"), Literal(lexical))])
    assert index.number(node("a"), node("n")) == number


def test_no_number_where_there_is_no_value(index: NodeIndex) -> None:
    assert index.number(node("seoul"), node("mayors")) is None


def test_instances_and_types(index: NodeIndex) -> None:
    cities = index.instances(node("City"))
    assert len(cities) == 3
    assert cities == sorted(cities, key=str)
    assert isinstance(cities[0], BlankNode) or isinstance(cities[-1], BlankNode)
    assert index.instances(node("Town")) == []
    assert index.has_type(node("seoul"), node("Capital"))
    assert not index.has_type(node("busan"), node("Capital"))


def test_the_same_triple_in_two_graphs_counts_once() -> None:
    quads = [Quad(node("a"), RDF.type, node("City"), node(graph)) for graph in ("one", "two")]
    index = NodeIndex(quads)
    assert index.values(node("a"), RDF.type) == [node("City")]
    assert index.instances(node("City")) == [node("a")]


@given(st.permutations(list(parse(DATA, format=RdfFormat.TURTLE))))
def test_the_order_of_the_triples_does_not_matter(quads: list[Quad]) -> None:
    index = NodeIndex(quads)
    assert index.values(node("seoul"), node("name")) == [
        Literal("Seoul", language="en"),
        Literal("서울", language="ko"),
    ]
    assert index.texts(node("busan"), node("people")) == ["3.3 million", "3300000"]


@pytest.mark.parametrize("text", ["https://example.org/a", "urn:kgtool:a", "mailto:a@example.org"])
def test_absolute_iris(text: str) -> None:
    assert is_iri(text)


@pytest.mark.parametrize("text", ["", "seoul", "/seoul", "https://example.org/a b", "Kim won: silver", "f8158a2d55"])
def test_what_is_no_absolute_iri(text: str) -> None:
    assert not is_iri(text)
