"""The vocabulary keeps its own style, and the casebook in ``graph/`` keeps the invariants."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kgtool.claims import Claim, Quote, read_claims, read_quote
from kgtool.layout import Layout
from kgtool.nodes import NodeIndex
from kgtool.quotes import check_quote, check_unique, find_texts, occurrences
from kgtool.reading import Document, read_document
from kgtool.shacl import shape_results
from kgtool.shapes import Shapes
from kgtool.validate import validate
from kgtool.vocab import DCTERMS, KG, OA, RDFS, SCHEMA, SKOS, SKOSXL, Namespace
from kgtool.worker import Limits

REPOSITORY = Path(__file__).resolve().parents[1]
ONTOLOGY = sorted((REPOSITORY / "ontology").rglob("*.ttl"))
GRAPH = sorted((REPOSITORY / "graph").rglob("*.ttl"))
OWL = Namespace("http://www.w3.org/2002/07/owl#")
LONGEST_QUOTE = 120  # code points
WINDOW = 200  # code points of article text that must never stand in a file

assert len(ONTOLOGY) >= 5
assert len(GRAPH) >= 4

each_ontology_file = pytest.mark.parametrize("path", ONTOLOGY, ids=lambda path: path.stem)
each_file = pytest.mark.parametrize("path", [*ONTOLOGY, *GRAPH], ids=lambda path: f"{path.parent.name}-{path.stem}")


@pytest.fixture(scope="module")
def graph() -> list[Document]:
    return [read_document(path, name=path.name) for path in GRAPH]


@pytest.fixture(scope="module")
def quads(graph: list[Document]) -> list[Quad]:
    return [quad for document in graph for quad in document.quads]


@pytest.fixture(scope="module")
def nodes(quads: list[Quad]) -> NodeIndex:
    return NodeIndex(quads)


@pytest.fixture(scope="module")
def vocabulary() -> NodeIndex:
    documents = [read_document(path) for path in ONTOLOGY if path.stem not in ("shapes", "style")]
    return NodeIndex(quad for document in documents for quad in document.quads)


@pytest.fixture(scope="module")
def claims(nodes: NodeIndex, vocabulary: NodeIndex) -> list[Claim]:
    found = read_claims(nodes, vocabulary)
    assert len(found) >= 50
    return found


@pytest.fixture(scope="module")
def quotes(nodes: NodeIndex) -> list[Quote]:
    found = [read_quote(nodes, node) for node in nodes.instances(OA.SpecificResource)]
    assert len(found) >= 50
    return found


@pytest.fixture(scope="module")
def stored(texts: Path, nodes: NodeIndex) -> dict[str, str]:
    """The stored text of every source, by the source's IRI."""
    digests = {str(node.value): nodes.text(node, SCHEMA.sha256) for node in nodes.instances(KG.Source)}
    found = find_texts(texts, [digest for digest in digests.values() if digest])
    assert set(found) == set(digests.values())
    return {source: found[digest] for source, digest in digests.items() if digest}


# --- the vocabulary ---


def test_the_vocabulary_and_its_shapes_meet_the_style_shapes() -> None:
    style = Shapes(read_document(REPOSITORY / "ontology" / "style.ttl"))
    style.check()
    everything = [quad for path in ONTOLOGY for quad in read_document(path).quads]
    data = NodeIndex(everything)
    assert all(style.focus_nodes(shape, data) for shape in style.targeted())
    assert shape_results(style.document.quads, everything, Limits(seconds=120.0)) == []


def test_the_shapes_can_be_relied_on() -> None:
    Shapes(read_document(REPOSITORY / "ontology" / "shapes.ttl")).check()


@each_ontology_file
def test_an_ontology_has_a_version_and_a_licence(path: Path) -> None:
    index = NodeIndex(read_document(path).quads)
    (ontology,) = index.instances(OWL.Ontology)
    (version,) = index.values(ontology, OWL.versionIRI)
    (number,) = index.texts(ontology, OWL.versionInfo)
    assert isinstance(version, NamedNode)
    assert version.value == f"{ontology.value}/{number}"
    assert index.values(ontology, DCTERMS.license) == [NamedNode("https://www.apache.org/licenses/LICENSE-2.0")]


def test_every_term_has_one_label_and_one_definition(vocabulary: NodeIndex) -> None:
    terms = [node for node in vocabulary.nodes() if vocabulary.values(node, RDFS.isDefinedBy)]
    assert len(terms) >= 150
    for term in terms:
        for property_ in (SKOS.prefLabel, SKOS.definition):
            values = vocabulary.values(term, property_)
            assert [each.language for each in values if isinstance(each, Literal)] == ["en"], (term, property_)


def test_no_two_terms_share_a_definition(vocabulary: NodeIndex) -> None:
    definitions = [text for node in vocabulary.nodes() for text in vocabulary.texts(node, SKOS.definition)]
    assert len(set(definitions)) == len(definitions)


@each_file
def test_prefixes_are_alphabetical_and_all_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    declared = re.findall(r"^@prefix ([\w-]*):", text, re.MULTILINE)
    body = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>|^#.*$|^@prefix .*$', "", text, flags=re.MULTILINE)
    used = set(re.findall(r"(?<![\w:-])([A-Za-z][\w-]*|):(?=[\w])", body))
    assert declared == sorted(declared)
    assert set(declared) == used


@each_file
def test_a_block_begins_with_its_type(path: Path) -> None:
    blocks = re.split(r"\n\n+", re.sub(r"^(@|#).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
    blocks = [block.strip() for block in blocks if block.strip()]
    assert blocks
    assert [block.splitlines()[0] for block in blocks if not re.match(r"\S+\n    a \S", block)] == []


# --- the invariants of the casebook ---


def test_the_casebook_is_well_formed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KGTOOL_TEXTS", raising=False)
    assert validate(Layout(REPOSITORY)).findings == ()


def test_no_claim_is_asserted(claims: list[Claim], quads: list[Quad]) -> None:
    asserted = {(quad.subject, quad.predicate, quad.object) for quad in quads}
    for claim in claims:
        assert claim.subject is not None
        assert claim.predicate is not None
        assert (NamedNode(claim.subject), NamedNode(claim.predicate), claim.object) not in asserted, claim.iri


def test_claims_speak_with_properties_that_nothing_else_uses(claims: list[Claim], quads: list[Quad]) -> None:
    spoken = {NamedNode(claim.predicate) for claim in claims if claim.predicate}
    standing = {quad.predicate for quad in quads}
    assert spoken & standing == set()


def test_every_claim_leads_to_exact_words_of_its_source(claims: list[Claim], nodes: NodeIndex) -> None:
    for claim in claims:
        quote = claim.quote
        assert quote is not None
        assert quote.source == claim.source
        assert quote.exact
        assert None not in (quote.start, quote.end)
        assert claim.source is not None
        assert re.fullmatch(r"[0-9a-f]{64}", nodes.text(NamedNode(claim.source), SCHEMA.sha256) or "")


def test_quotes_are_short(quotes: list[Quote]) -> None:
    longest = max(len(words) for quote in quotes for words in (quote.exact, quote.prefix, quote.suffix) if words)
    assert longest <= LONGEST_QUOTE


def test_every_source_has_claims_and_spellings(claims: list[Claim], nodes: NodeIndex) -> None:
    sources = {str(node.value) for node in nodes.instances(KG.Source)}
    assert sources
    assert {claim.source for claim in claims} == sources
    assert {v.value for n in nodes.instances(SKOSXL.Label) for v in nodes.values(n, DCTERMS.source)} == sources


def test_a_spelling_belongs_to_one_entity(nodes: NodeIndex) -> None:
    bearers = [label for node in nodes.nodes() for label in nodes.values(node, SKOSXL.altLabel)]
    assert sorted(bearers, key=str) == sorted(nodes.instances(SKOSXL.Label), key=str)


# --- with the stored texts ---


def test_lengths_and_digests_are_right(stored: dict[str, str], nodes: NodeIndex) -> None:
    for source, text in stored.items():
        assert nodes.number(NamedNode(source), KG.textLength) == len(text)
        assert nodes.text(NamedNode(source), SCHEMA.sha256) == hashlib.sha256(text.encode()).hexdigest()


def test_every_quote_is_verbatim(stored: dict[str, str], quotes: list[Quote]) -> None:
    for quote in quotes:
        text = stored[quote.source or ""]
        assert text[quote.start : quote.end] == quote.exact, quote.iri
        assert check_quote(quote, text) is None, quote.iri
        assert check_unique(quote, text) is None, quote.iri


def test_the_casebook_is_well_formed_against_its_texts(texts: Path) -> None:
    report = validate(Layout(REPOSITORY), texts=texts)
    assert report.findings == ()
    assert report.checked.missing_texts == ()
    assert report.checked.texts == report.checked.sources


def test_no_place_of_a_spelled_name_is_forgotten(stored: dict[str, str], nodes: NodeIndex) -> None:
    """Wherever the whole word stands, unless it is part of a longer spelled name that stands there."""
    spans: dict[str, dict[str, set[tuple[int, int]]]] = {}
    for label in nodes.instances(SKOSXL.Label):
        form, source = nodes.text(label, SKOSXL.literalForm), nodes.node(label, DCTERMS.source)
        assert form
        assert source is not None
        for target in nodes.values(label, OA.hasTarget):
            quote = read_quote(nodes, target)
            assert quote.start is not None
            assert quote.end is not None
            spans.setdefault(source.value, {}).setdefault(form, set()).add((quote.start, quote.end))
    assert spans
    forgotten = []
    for place, forms in spans.items():
        text = stored[place]
        recorded = set().union(*forms.values())
        for form, places in forms.items():
            there = {(at, at + len(form)) for at in occurrences(text, form) if whole_word(text, at, at + len(form))}
            assert places <= there, form
            forgotten += [(place, form, span) for span in there - places if not inside(span, recorded)]
    assert forgotten == []


def whole_word(text: str, start: int, end: int) -> bool:
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()


def inside(span: tuple[int, int], longer: set[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end and (start, end) != span for start, end in longer)


def test_no_stretch_of_a_text_is_republished(stored: dict[str, str]) -> None:
    everything = [path for folder in ("graph", "ontology", "queries", "kgtool", "tests", ".") for path in files(folder)]
    assert len(everything) >= 50
    windows = {text[at : at + WINDOW] for text in map(flat, stored.values()) for at in range(len(text) - WINDOW + 1)}
    assert len(windows) >= 1000
    for path in everything:
        content = flat(path.read_text(encoding="utf-8"))
        copied = [at for at in range(len(content) - WINDOW + 1) if content[at : at + WINDOW] in windows]
        assert not copied, path.name


def files(folder: str) -> list[Path]:
    found = (REPOSITORY / folder).glob("*" if folder == "." else "**/*")
    return sorted(path for path in found if path.suffix in {".ttl", ".rq", ".py", ".md", ".json", ".txt", ".toml"})


def flat(text: str) -> str:
    return " ".join(text.split())
