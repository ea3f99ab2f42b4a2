"""From a node to a name and back: every way to write a name finds the same node, and no name finds two."""

from __future__ import annotations

import unicodedata

import pytest
from casebooks import BASE, DATASET, in_memory
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kgtool.errors import UsageError
from kgtool.labels import Labels, spellings
from kgtool.vocab import KG

BOOK = (
    DATASET
    + """
source:wire a kg:Source ; dcterms:title "The Wire"@en .
source:post a kg:Source ; dcterms:title "The Post"@en .
entity:ri a prov:Agent ; rdfs:label "Ri Jong Sik"@en ; skosxl:altLabel label:1 , label:2 , label:3 .
label:1 a skosxl:Label ; skosxl:literalForm "리정식"@ko ; dcterms:source source:wire ; oa:hasTarget <q1> , <q2> .
label:2 a skosxl:Label ; skosxl:literalForm "Ri Jing-sik" ; dcterms:source source:post ; oa:hasTarget <q3> .
label:3 a skosxl:Label ; skosxl:literalForm "unsourced" .
entity:andre a prov:Agent ; rdfs:label "André Müller"@fr .
entity:strasse a prov:Agent ; rdfs:label "Hauptstraße"@de .
entity:kim-a a prov:Agent ; rdfs:label "Kim"@en .
entity:kim-b a prov:Agent ; rdfs:label "Kim"@en .
entity:team a prov:Agent ; rdfs:label "the team"@en , "l’équipe"@fr .
entity:silent a prov:Agent .
claim:wire-1 a kg:Claim .
claim:ri a kg:Claim .
attribution:wire-1-1 a prov:Attribution .
<urn:isbn:0> rdfs:comment "no name" .
"""
)
ONTOLOGY = 'kg:Claim a rdfs:Class ; skos:prefLabel "claim"@en .'


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(in_memory(BOOK, ontology=ONTOLOGY))


def said(labels: Labels, name: str, of_class: NamedNode | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        labels.resolve(name, of_class=of_class)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        (f"{BASE}entity/ri", f"{BASE}entity/ri"),
        (f"<{BASE}entity/ri>", f"{BASE}entity/ri"),
        ("entity:ri", f"{BASE}entity/ri"),
        ("<entity:ri>", f"{BASE}entity/ri"),
        ("entity/ri", f"{BASE}entity/ri"),
        ("<entity/ri>", f"{BASE}entity/ri"),
        ("claim/ri", f"{BASE}claim/ri"),
        ("wire-1", f"{BASE}claim/wire-1"),
        ("WIRE-1", f"{BASE}claim/wire-1"),
        ("Ri Jong Sik", f"{BASE}entity/ri"),
        ("  ri jong SIK ", f"{BASE}entity/ri"),
        ("Ri Jing-sik", f"{BASE}entity/ri"),
        ("리정식", f"{BASE}entity/ri"),
        (unicodedata.normalize("NFD", "리정식"), f"{BASE}entity/ri"),
        ("André Müller", f"{BASE}entity/andre"),
        (unicodedata.normalize("NFD", "ANDRÉ MÜLLER"), f"{BASE}entity/andre"),
        ("HAUPTSTRASSE", f"{BASE}entity/strasse"),
        ("L’ÉQUIPE", f"{BASE}entity/team"),
        ("the wire", f"{BASE}source/wire"),
        ("wire", f"{BASE}source/wire"),
        ("silent", f"{BASE}entity/silent"),
        ("kg:Claim", KG.Claim.value),
        ("urn:isbn:0", "urn:isbn:0"),
        (BASE, BASE),
        ("A book", BASE),
    ],
)
def test_every_way_to_name_a_node(labels: Labels, name: str, iri: str) -> None:
    assert labels.resolve(name) == iri


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Kim", "2 things are called 'Kim': entity:kim-a, entity:kim-b; name one of them"),
        ("ri", "2 things are called 'ri': claim:ri, entity:ri; name one of them"),
        (
            "Ri Jong Sk",
            "no claim, entity or source is called 'Ri Jong Sk'; did you mean 'Ri Jong Sik' or 'Ri Jing-sik'?",
        ),
        ("Andre Muller", "no claim, entity or source is called 'Andre Muller'; did you mean 'André Müller'?"),
        ("xyzzy", "no claim, entity or source is called 'xyzzy'; check the name"),
        ("", "no claim, entity or source is called ''; check the name"),
        ("urn:nothing", "the casebook does not speak of <urn:nothing>; check the IRI"),
        ("http://a b", "no claim, entity or source is called 'http://a b'; check the name"),
        ("entity:nobody", "no claim, entity or source is called 'entity:nobody'; check the name"),
        ("graph/wire.ttl", "no claim, entity or source is called 'graph/wire.ttl'; check the name"),
        ("wire-1-1", "no claim, entity or source is called 'wire-1-1'; did you mean 'wire-1'"),
        ("1", "no claim, entity or source is called '1'; check the name"),
    ],
)
def test_a_name_of_none_or_of_several(labels: Labels, name: str, words: str) -> None:
    assert said(labels, name).startswith(words)


def test_more_than_six_of_a_name_are_not_all_listed() -> None:
    labels = Labels(in_memory("".join(f'entity:k{n} rdfs:label "Kim" .\n' for n in range(8))))
    assert said(labels, "Kim") == (
        "8 things are called 'Kim': entity:k0, entity:k1, entity:k2, entity:k3, entity:k4, entity:k5; name one of them"
    )


def test_only_a_source_is_found_where_a_source_is_asked_for(labels: Labels) -> None:
    assert labels.resolve("THE POST", of_class=KG.Source) == f"{BASE}source/post"
    assert said(labels, "Ri Jong Sik", KG.Source) == "no source is called 'Ri Jong Sik'; check the name"
    assert said(labels, "entity:ri", KG.Source) == "no source is called 'entity:ri'; check the name"
    assert said(labels, "The Pots", KG.Source) == "no source is called 'The Pots'; did you mean 'The Post'?"


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (f"{BASE}entity/ri", "entity:ri"),
        (f"{BASE}source/wire#char=3,7", "<source/wire#char=3,7>"),
        (KG.Claim.value, "kg:Claim"),
        (KG.iri, f"<{KG.iri}>"),
        (f"{BASE}entity/", "<entity/>"),
        ("http://example.net/x", "<http://example.net/x>"),
        (f"{BASE}other/x", "<other/x>"),
    ],
)
def test_short_iris(labels: Labels, iri: str, short: str) -> None:
    assert labels.short(iri) == short
    if labels.expand(short) is not None:
        assert labels.expand(short) == iri


def test_a_short_iri_leads_back(labels: Labels) -> None:
    for node in labels.holdings.nodes.nodes():
        assert isinstance(node, NamedNode)
        assert labels.resolve(labels.short(node.value)) == node.value


def test_the_longest_prefix_that_fits_is_taken() -> None:
    labels = Labels(in_memory("@prefix x: <https://example.org/> ."))
    assert labels.short(f"{BASE}entity/ri") == "entity:ri"


def test_labels_in_words(labels: Labels) -> None:
    assert labels.of(f"{BASE}entity/ri") == "Ri Jong Sik"
    assert labels.of(f"{BASE}source/wire") == "The Wire"
    assert labels.of(KG.Claim.value) == "claim"
    assert labels.of(f"{BASE}entity/silent") == "entity:silent"
    assert labels.shown(None) == "—"
    assert labels.shown(NamedNode(f"{BASE}entity/ri")) == "Ri Jong Sik"
    assert labels.shown(Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))) == "01"


def test_terms_in_a_listing(labels: Labels) -> None:
    a = NamedNode(f"{BASE}entity/ri")
    assert labels.term(None) == ""
    assert labels.term(a) == "entity:ri"
    assert labels.term(Literal("text", language="en")) == "text"
    assert labels.term(BlankNode("b1")) == "_:b1"
    assert labels.term(Triple(a, a, a)) == str(Triple(a, a, a))


def test_spellings_with_their_source_and_places(labels: Labels) -> None:
    assert spellings(labels.holdings, f"{BASE}entity/ri") == [
        ("Ri Jing-sik", f"{BASE}source/post", 1),
        ("리정식", f"{BASE}source/wire", 2),
    ]
    assert spellings(labels.holdings, f"{BASE}entity/kim-a") == []
