"""What leaves a casebook: nothing lost, nothing asserted, the same bytes each time, and parts that stand alone."""

from __future__ import annotations

import re
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rdflib
from casebooks import FIXTURE, written
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kgtool import Casebook, open_casebook
from kgtool.errors import UsageError
from kgtool.exporting import export
from kgtool.formats import ExportFormat
from kgtool.layout import casebook_at
from kgtool.nodes import NodeIndex
from kgtool.questions import derive
from kgtool.validate import validate
from kgtool.vocab import KG, RDF, XSD

FORMATS = {
    ExportFormat.TURTLE: RdfFormat.TURTLE,
    ExportFormat.TRIG: RdfFormat.TRIG,
    ExportFormat.NTRIPLES: RdfFormat.N_TRIPLES,
    ExportFormat.NQUADS: RdfFormat.N_QUADS,
    ExportFormat.JSONLD: RdfFormat.JSON_LD,
    ExportFormat.RDFXML: RdfFormat.RDF_XML,
}
WITH_GRAPHS = {ExportFormat.TRIG, ExportFormat.NQUADS, ExportFormat.JSONLD}
EVERY_SYNTAX = pytest.mark.parametrize("syntax", list(ExportFormat))

ODD = r"""
entity:odd a prov:Agent ;
    rdfs:label "l’équipe\n“à”\t\\ \"q\""@fr-CA , "팀"@ko , "plain" , "" ;
    sport:medalCount "01"^^xsd:integer , "+6"^^xsd:integer , 6 , 1.50 , "1.5e0"^^xsd:double ;
    sport:event "1"^^xsd:boolean , true , "2024-08-07Z"^^xsd:date , "2024-08-07+09:00"^^xsd:date ,
        "20X4"^^<http://id.loc.gov/datatypes/edtf> ;
    prov:wasAttributedTo [ rdfs:label "b1" ; rdfs:seeAlso [ rdfs:label "b2" ] ] , [ rdfs:label "b3" ] .
"""


@pytest.fixture(scope="module")
def casebook(tmp_path_factory: pytest.TempPathFactory) -> Casebook:
    """The small casebook with one more file, full of lexical forms and blank nodes."""
    folder = tmp_path_factory.mktemp("book")
    odd = written(folder, odd=ODD).layout.graph / "odd.ttl"
    odd.write_text(odd.read_text("utf-8").replace("https://example.org/book/", "https://example.org/cup/"), "utf-8")
    for file in sorted((FIXTURE / "graph").iterdir()):
        shutil.copy(file, folder / "graph" / file.name)
    return open_casebook(folder)


@pytest.fixture(scope="module")
def paris(repository: Path) -> Casebook:
    return open_casebook(repository)


def loaded(content: bytes, syntax: ExportFormat) -> list[Quad]:
    return list(parse(content, FORMATS[syntax]))


def canonical(quads: list[Quad], *, graphs: bool) -> set[Quad]:
    dataset = Dataset(quads if graphs else [Quad(q.subject, q.predicate, q.object) for q in quads])
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def assertions(quads: list[Quad]) -> set[Triple]:
    return {quad.triple for quad in quads}


# --- the whole ---


@EVERY_SYNTAX
@pytest.mark.parametrize("more", [{}, {"derived": True}, {"comparisons": True, "ontology": True}], ids=str)
def test_what_is_loaded_is_what_was_read(casebook: Casebook, syntax: ExportFormat, more: dict[str, Any]) -> None:
    read = list(casebook.quads(**more))
    assert len(read) > 350
    back = loaded(casebook.export(syntax, **more), syntax)
    graphs = syntax in WITH_GRAPHS
    assert canonical(back, graphs=graphs) == canonical(read, graphs=graphs)


@EVERY_SYNTAX
def test_lexical_forms_survive(casebook: Casebook, syntax: ExportFormat) -> None:
    odd = NamedNode("https://example.org/cup/entity/odd")
    found = {
        q.object for q in loaded(casebook.export(syntax), syntax) if q.subject == odd and isinstance(q.object, Literal)
    }
    assert found == {
        Literal('l’équipe\n“à”\t\\ "q"', language="fr-ca"),
        Literal("팀", language="ko"),
        Literal("plain"),
        Literal(""),
        *(Literal(each, datatype=XSD.integer) for each in ("01", "+6", "6")),
        Literal("1.50", datatype=XSD.decimal),
        Literal("1.5e0", datatype=XSD.double),
        *(Literal(each, datatype=XSD.boolean) for each in ("1", "true")),
        *(Literal(each, datatype=XSD.date) for each in ("2024-08-07Z", "2024-08-07+09:00")),
        Literal("20X4", datatype=NamedNode("http://id.loc.gov/datatypes/edtf")),
    }


@EVERY_SYNTAX
def test_twice_is_the_same_bytes(casebook: Casebook, syntax: ExportFormat) -> None:
    first = casebook.export(syntax, derived=True, ontology=True)
    again = open_casebook(casebook.root)
    assert again.export(syntax, derived=True, ontology=True) == first
    backwards = replace(again.holdings, graph=again.holdings.graph[::-1], ontology=again.holdings.ontology[::-1])
    along = derive(backwards)
    assert export(backwards, syntax, derivation=along[::-1], ontology=True) == first


@pytest.mark.parametrize("syntax", [ExportFormat.TURTLE, ExportFormat.TRIG])
def test_prefixes_are_alphabetical_and_only_those_used(casebook: Casebook, syntax: ExportFormat) -> None:
    text = casebook.export(syntax).decode()
    declared = re.findall(r"^@prefix ([\w-]*): ", text, re.MULTILINE)
    assert len(declared) > 8
    assert declared == sorted(declared)
    body = "\n".join(line for line in text.splitlines() if not line.startswith("@"))
    unquoted = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', body)
    assert set(declared) == set(re.findall(r"(?<![\w<:/.-])([A-Za-z][\w-]*):(?!//)", unquoted))


@pytest.mark.parametrize(
    ("syntax", "name"), [(ExportFormat.TURTLE, "turtle"), (ExportFormat.RDFXML, "xml"), (ExportFormat.NTRIPLES, "nt")]
)
def test_rdflib_loads_as_many_triples(paris: Casebook, syntax: ExportFormat, name: str) -> None:
    expected = len({quad.triple for quad in paris.holdings.quads()})
    assert expected > 5000
    assert len(rdflib.Graph().parse(data=paris.export(syntax), format=name)) == expected


def test_rdflib_loads_as_many_quads_from_json_ld(paris: Casebook) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's parser, of its own Dataset
        dataset = rdflib.Dataset().parse(data=paris.export(ExportFormat.JSONLD), format="json-ld")
        assert len(list(dataset.quads())) == len(set(paris.holdings.quads()))


# --- what a casebook never says ---


@EVERY_SYNTAX
@pytest.mark.parametrize("comparisons", [False, True])
def test_no_claim_is_asserted(paris: Casebook, syntax: ExportFormat, comparisons: bool) -> None:
    claimed = {
        Triple(NamedNode(claim.subject), NamedNode(claim.predicate), claim.object)
        for claim in paris.claims()
        if claim.subject and claim.predicate and claim.object
    }
    assert len(claimed) > 180
    content = paris.export(syntax, derived=True, comparisons=comparisons, ontology=True)
    assert claimed & assertions(loaded(content, syntax)) == set()


def test_what_is_derived_is_a_graph_of_its_own(casebook: Casebook) -> None:
    name = NamedNode("https://example.org/cup/graph/derived")
    quads = loaded(casebook.export(ExportFormat.TRIG, derived=True), ExportFormat.TRIG)
    derived = {quad for quad in quads if quad.graph_name == name}
    assert derived == set(derive(casebook.holdings))
    assert {quad.predicate for quad in quads if quad not in derived} & {KG.answers, KG.origin, KG.resolvesTo} == set()
    names = {quad.graph_name.value.rpartition("/")[2] for quad in quads if isinstance(quad.graph_name, NamedNode)}
    assert names == {"casebook", "derived", "entities", "evening", "morning", "odd"}
    plain = loaded(casebook.export(ExportFormat.TRIG), ExportFormat.TRIG)
    assert len(plain) == len(quads) - len(derived)


# --- a part ---


def part(casebook: Casebook, **wanted: Any) -> tuple[set[str], NodeIndex, list[Quad]]:
    """The claims of a part, by the ends of their IRIs, and what it holds."""
    quads = loaded(casebook.export(ExportFormat.TURTLE, **wanted), ExportFormat.TURTLE)
    index = NodeIndex(quads)
    return {str(each.value).rpartition("/")[2] for each in index.instances(KG.Claim)}, index, quads


PARTS: list[dict[str, Any]] = [
    {"sources": ["podium"]},
    {"sources": ["campaign"]},
    {"entities": ["Ri Jong Sik"]},
    {"entities": ["Daily NK", "paris-2024"]},
    {"sources": ["podium"], "entities": ["Ri Jong Sik"]},
]


@pytest.mark.parametrize("wanted", PARTS, ids=str)
def test_a_part_leads_nowhere_outside_itself(paris: Casebook, wanted: dict[str, Any]) -> None:
    claims, index, quads = part(paris, **wanted)
    assert claims
    whole = set(paris.holdings.nodes.nodes())
    dangling = {
        quad.object.value
        for quad in quads
        if isinstance(quad.object, NamedNode) and quad.object in whole and quad.object not in index
    }
    assert dangling == set()
    assert assertions(quads) <= {quad.triple for quad in paris.holdings.quads()}


@pytest.mark.parametrize("wanted", PARTS, ids=str)
def test_a_part_validates_alone(paris: Casebook, wanted: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "part.ttl"
    file.write_bytes(paris.export(ExportFormat.TURTLE, **wanted))
    (tmp_path / "graph").mkdir()
    report = validate(casebook_at(tmp_path), [file])
    assert report.findings == ()
    assert report.checked.claims == len(part(paris, **wanted)[0])


def test_a_sources_part_has_its_claims_and_no_other(paris: Casebook) -> None:
    claims, index, _ = part(paris, sources=["podium"])
    expected = {claim.iri.rpartition("/")[2] for claim in paris.claims(source="podium")}
    assert 70 <= len(expected) < 80
    assert claims == expected
    assert {each.rpartition("-")[0] for each in claims} == {"podium"}
    assert [str(each).rpartition("/")[2] for each in index.instances(KG.Source)] == ["podium>"]
    campaign = "https://w3id.org/kgtool/casebook/paris-2024/source/campaign"
    assert not any(node.value.startswith(campaign) for node in index.nodes())


def test_an_entitys_part_has_both_spellings_and_the_decision(paris: Casebook) -> None:
    claims, index, _ = part(paris, entities=["Ri Jong Sik"])
    assert claims == {
        "campaign-041",
        "campaign-043",
        "campaign-049",
        "campaign-066",
        *(f"podium-{number:03}" for number in range(13, 20)),
    }
    base = "https://w3id.org/kgtool/casebook/paris-2024"
    for each in ("entity/ri-jong-sik", "entity/ri-jing-sik", "decision/ri"):
        assert NamedNode(f"{base}/{each}") in index
    assert part(paris, entities=["Ri Jing-sik"])[0] == claims


def test_source_and_entity_together_narrow(paris: Casebook) -> None:
    claims, _, _ = part(paris, sources=["podium"], entities=["Ri Jong Sik"])
    assert claims == {f"podium-{number:03}" for number in range(13, 20)}


def test_what_is_derived_of_a_part_stays_in_the_part(paris: Casebook) -> None:
    quads = loaded(paris.export(ExportFormat.TRIG, sources=["podium"], comparisons=True), ExportFormat.TRIG)
    claims = {quad.subject for quad in quads if quad.predicate == RDF.type and quad.object == KG.Claim}
    assert {quad.subject for quad in quads if quad.predicate == KG.answers} == claims
    questions = {quad.subject for quad in quads if quad.predicate == RDF.type and quad.object == KG.Question}
    assert questions == {quad.object for quad in quads if quad.predicate == KG.answers}
    others = {NamedNode(claim.iri) for claim in paris.claims()} - claims
    assert not others & {node for quad in quads for node in (quad.subject, quad.object)}


def test_a_copys_part_does_not_bring_its_model_along(tmp_path: Path) -> None:
    book = written(
        tmp_path,
        one="""
source:copy a kg:Source ; prov:wasDerivedFrom source:model ; dcterms:publisher entity:paper .
source:model a kg:Source ; dcterms:title "The model" .
entity:paper a prov:Agent ; skosxl:altLabel label:copy , label:model .
label:copy a skosxl:Label ; skosxl:literalForm "Paper" ; dcterms:source source:copy .
label:model a skosxl:Label ; skosxl:literalForm "The Paper" ; dcterms:source source:model .
claim:1 a kg:Claim ; prov:wasQuotedFrom source:copy .
claim:2 a kg:Claim ; prov:wasQuotedFrom source:model .
""",
    )
    claims, index, quads = part(book, sources=["source:copy"])
    assert claims == {"1"}
    nodes = {str(node).removeprefix("<https://example.org/book/").rstrip(">") for node in index.nodes()}
    assert nodes == {"claim/1", "entity/paper", "label/copy", "source/copy"}
    assert not any("model" in str(quad) for quad in quads)


def test_an_unknown_part_is_a_usage_error(paris: Casebook) -> None:
    with pytest.raises(UsageError, match="no source is called 'podum'; did you mean 'podium'"):
        paris.export(sources=["podum"])
    with pytest.raises(ValueError, match="'ttl' is not a valid ExportFormat"):
        paris.export("ttl")
