"""The terms that code, shapes, queries and data speak with are the ones that ``ontology/`` declares."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kgtool import vocab
from kgtool.nodes import NodeIndex
from kgtool.reading import Document, read_document
from kgtool.vocab import KG, RDF, RDFS, SCHEMES, SHAPE, SKOS, Concept, Namespace

REPOSITORY = Path(__file__).resolve().parents[1]
ONTOLOGY = REPOSITORY / "ontology"
OWN = {
    "kg": KG.iri,
    "society": "https://w3id.org/kgtool/domain/society#",
    "sport": "https://w3id.org/kgtool/domain/sport#",
}
LISTS = {"shapes.ttl", "style.ttl"}


def documents(folder: Path) -> list[Document]:
    found = [read_document(path) for path in sorted(folder.rglob("*.ttl"))]
    assert found
    return found


@pytest.fixture(scope="module")
def vocabulary() -> NodeIndex:
    return NodeIndex(q for d in documents(ONTOLOGY) if d.path.name not in LISTS for q in d.quads)


@pytest.fixture(scope="module")
def graph() -> list[Document]:
    return documents(REPOSITORY / "graph")


@pytest.fixture(scope="module")
def declared(vocabulary: NodeIndex) -> set[str]:
    return {node.value for node in vocabulary.nodes() if vocabulary.values(node, RDFS.isDefinedBy)}


# --- namespaces ---


def test_a_namespace_makes_terms() -> None:
    example = Namespace("https://example.org/#")
    assert example.Claim == NamedNode("https://example.org/#Claim")
    assert example["in"] == NamedNode("https://example.org/#in")
    assert example.Claim is example.Claim


def test_a_namespace_leaves_python_protocols_alone() -> None:
    with pytest.raises(AttributeError):
        _ = KG.__wrapped__


def test_prefixes_are_sorted_and_lead_to_different_places() -> None:
    assert list(vocab.PREFIXES) == sorted(vocab.PREFIXES)
    assert len(set(vocab.PREFIXES.values())) == len(vocab.PREFIXES)


def test_prefixes_mean_what_the_files_mean_by_them(graph: list[Document]) -> None:
    for document in [*documents(ONTOLOGY), *graph]:
        for name, iri in document.prefixes.items():
            assert vocab.PREFIXES.get(name, iri) == iri, f"{document.name}: {name}"


# --- closed lists ---


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_an_enum_equals_its_scheme(scheme: str, vocabulary: NodeIndex) -> None:
    members = {node for node in vocabulary.nodes() if KG[scheme] in vocabulary.values(node, SKOS.inScheme)}
    assert members == {each.node for each in SCHEMES[scheme]}
    assert set(vocabulary.values(KG[scheme], SKOS.hasTopConcept)) == members
    assert all(vocabulary.values(each, SKOS.topConceptOf) == [KG[scheme]] for each in members)


def test_every_enum_has_its_scheme_and_every_scheme_of_claims_its_enum(vocabulary: NodeIndex) -> None:
    assert set(SCHEMES.values()) == set(Concept.__subclasses__())
    schemes = {str(node.value).removeprefix(KG.iri) for node in vocabulary.instances(SKOS.ConceptScheme)}
    assert set(SCHEMES) == schemes


@pytest.mark.parametrize(
    ("shape", "scheme"),
    [
        ("Claim-polarity", "PolarityScheme"),
        ("Claim-certainty", "CertaintyScheme"),
        ("Claim-mode", "ModeScheme"),
        ("IdentityDecision-decision", "DecisionScheme"),
        ("Predicate-compared-as", "ComparingScheme"),
    ],
)
def test_a_shape_admits_exactly_its_scheme(shape: str, scheme: str) -> None:
    from kgtool.shapes import Shapes
    from kgtool.vocab import SH

    shapes = Shapes(read_document(ONTOLOGY / "shapes.ttl"))
    (admitted,) = shapes.nodes.values(SHAPE[shape], SH["in"])
    assert set(shapes.items(admitted)) == {each.node for each in SCHEMES[scheme]}


# --- every term in use is declared ---


def terms_in_code(path: Path) -> set[str]:
    """The terms of the vocabulary that a module names: ``KG.Claim``, ``KG["Claim"]``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id="KG"), attr=name) if name != "iri":
                found.add(KG.iri + name)
            case ast.Subscript(value=ast.Name(id="KG"), slice=ast.Constant(value=str(name))):
                found.add(KG.iri + name)
    return found


def terms_in_query(path: Path) -> set[str]:
    text = re.sub(r"^#.*$|\"[^\"]*\"", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    names = re.findall(r"\b(kg|society|sport):([A-Za-z][\w-]*)", text)
    return {OWN[prefix] + local for prefix, local in names}


def own_terms(document: Document) -> set[str]:
    terms = [term for quad in document.quads for term in (quad.subject, quad.predicate, quad.object)]
    return {t.value for t in terms if isinstance(t, NamedNode) and t.value.startswith(tuple(OWN.values()))}


def test_every_term_in_code_is_declared(declared: set[str]) -> None:
    used = {path: terms_in_code(path) for path in sorted((REPOSITORY / "kgtool").rglob("*.py"))}
    assert len(set().union(*used.values())) >= 20
    assert {path.name: terms - declared for path, terms in used.items() if terms - declared} == {}


def test_every_term_in_a_query_is_declared(declared: set[str]) -> None:
    used = {path: terms_in_query(path) for path in sorted((REPOSITORY / "queries").rglob("*.rq"))}
    assert len(set().union(*used.values())) >= 2
    assert {path.name: terms - declared for path, terms in used.items() if terms - declared} == {}


def test_every_term_in_the_shapes_is_declared(declared: set[str]) -> None:
    used = {name: own_terms(read_document(ONTOLOGY / name)) for name in LISTS}
    assert len(set().union(*used.values())) >= 30
    assert {name: terms - declared for name, terms in used.items() if terms - declared} == {}


def test_every_own_term_in_the_graph_is_declared(declared: set[str], graph: list[Document]) -> None:
    used = {document.name: own_terms(document) for document in graph}
    assert len(set().union(*used.values())) >= 50
    assert {name: terms - declared for name, terms in used.items() if terms - declared} == {}


def test_every_property_and_class_in_the_graph_is_declared(declared: set[str], graph: list[Document]) -> None:
    quads = [quad for document in graph for quad in document.quads]
    properties = {quad.predicate.value for quad in quads}
    classes = {quad.object.value for quad in quads if quad.predicate == RDF.type and isinstance(quad.object, NamedNode)}
    assert len(properties) >= 20
    assert len(classes) >= 10
    assert properties | classes <= declared


def test_every_declared_term_says_where_it_comes_from(vocabulary: NodeIndex) -> None:
    """By its namespace: the own vocabularies by their ontology's IRI, the others by the namespace itself."""
    for node in vocabulary.nodes():
        for home in vocabulary.values(node, RDFS.isDefinedBy):
            assert isinstance(home, NamedNode)
            assert node.value.startswith(home.value)
            assert home.value + "#" in OWN.values() or home.value in vocab.PREFIXES.values()
