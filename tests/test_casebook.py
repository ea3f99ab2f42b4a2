"""The library: open, read, validate, ask, export; and the errors of each."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from casebooks import BASE, DATASET, FIXTURE, written
from pyoxigraph import Literal, NamedNode
from rdflib import URIRef

from kgtool import Limits, Rows, Truth, open_casebook
from kgtool.errors import InputError, LimitReached, QueryRefused, SyntaxProblem, UsageError
from kgtool.vocab import XSD

CUP = "https://example.org/cup/"


def test_the_casebook_is_found_upwards_only_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, one=DATASET)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert open_casebook().root == open_casebook(".").root == tmp_path.resolve()
    with pytest.raises(UsageError, match=r"this folder holds no graph/"):
        open_casebook(tmp_path / "deep")
    with pytest.raises(UsageError, match=r"there is no such folder"):
        open_casebook("nowhere")
    assert open_casebook(str(tmp_path)).root == open_casebook(tmp_path).root == tmp_path


def test_nothing_is_read_before_it_is_needed_and_all_of_it_once(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=DATASET + "claim:1 a kg:Claim .")
    broken = tmp_path / "graph" / "two.ttl"
    broken.write_text("nonsense", "utf-8")
    again = open_casebook(tmp_path)
    with pytest.raises(SyntaxProblem, match=r"^graph/two\.ttl:1"):
        again.claims()
    broken.unlink()
    assert len(casebook.claims()) == 1
    broken.write_text("nonsense", "utf-8")
    assert len(casebook.claims()) == 1


def test_an_empty_casebook_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    with pytest.raises(InputError, match="graph/ holds no RDF file"):
        open_casebook(tmp_path).claims()


def test_claims_of_all_and_of_one_source() -> None:
    cup = open_casebook(FIXTURE)
    assert [len(cup.claims()), len(cup.claims(source="morning")), len(cup.claims(source="The Evening Report"))] == [
        15,
        10,
        5,
    ]
    assert cup.claims(source=f"{CUP}source/evening") == cup.claims(source="evening")
    assert [claim.iri for claim in cup.claims(source="evening")] == [f"{CUP}claim/evening-{n}" for n in range(1, 6)]
    with pytest.raises(UsageError, match="no source is called 'witness'"):
        cup.claims(source="witness")


def test_validate_finds_and_places(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=DATASET + "claim:1 a kg:Claim .")
    report = casebook.validate(limits=Limits(60.0, 1024**3))
    assert not report.conforms
    assert {finding.file for finding in report.findings} == {"graph/one.ttl"}
    # A folder of stored texts may be given as a string.
    (tmp_path / "stored").mkdir()
    assert casebook.validate(texts=str(tmp_path / "stored")).checked.texts == 0
    assert casebook.validate([tmp_path / "graph" / "one.ttl"]).checked.files == ("graph/one.ttl",)
    with pytest.raises(UsageError, match="there is no such folder of stored texts"):
        casebook.validate(texts="nowhere")


def test_a_query_by_name_with_a_name() -> None:
    cup = open_casebook(FIXTURE)
    answer = cup.query("claims-about", entity="the team")
    assert isinstance(answer, Rows)
    assert len(answer.rows) == 8
    assert cup.query("claims-about", entity="THE TEAM", limits=None) == answer


def test_a_query_by_its_text() -> None:
    cup = open_casebook(FIXTURE)
    assert cup.query("ASK { ?s ?p ?o }") == Truth(True)
    text = "SELECT ?x WHERE {\n  VALUES ?x { UNDEF }\n}"
    assert cup.query(text, x="a\nb") == Rows(("x",), ((Literal("a\nb"),),))


def test_the_store_holds_what_is_derived_and_the_vocabulary() -> None:
    cup = open_casebook(FIXTURE)
    kg = "PREFIX kg: <https://w3id.org/kgtool/ontology#>\n"
    for pattern in ("?claim kg:answers ?question", "?claim kg:origin ?who", "kg:Claim ?p ?o"):
        assert cup.query(f"{kg}ASK {{ {pattern} }}") == Truth(True)


@pytest.mark.parametrize(
    ("query", "error", "words"),
    [
        ("claim-about", UsageError, "did you mean claims-about"),
        ("claims-about", UsageError, "needs the parameter 'entity'"),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", QueryRefused, r"^query:1:1: INSERT writes"),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", QueryRefused, r"^query:1:7: SERVICE"),
        ("SELECT {", InputError, r"^query:1:"),
    ],
)
def test_what_is_wrong_with_a_query(query: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        open_casebook(FIXTURE).query(query)


def test_a_query_ends_at_its_limit() -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with pytest.raises(LimitReached, match=r"^query took longer than 0\.5 s"):
        open_casebook(FIXTURE).query(endless, limits=Limits(0.5, 1024**3))


def test_the_saved_queries_are_listed() -> None:
    names = [query.name for query in open_casebook(FIXTURE).queries()]
    assert names == sorted(names)
    assert "claims-about" in names


def test_the_graph_keeps_lexical_forms_and_binds_prefixes(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=DATASET + 'entity:a rdf:value "01"^^xsd:integer , "2024-08-07Z"^^xsd:date .')
    graph = casebook.graph()
    assert isinstance(graph, rdflib.Graph)
    assert {str(each) for each in graph.objects(URIRef(f"{BASE}entity/a"))} == {"01", "2024-08-07Z"}
    assert dict(graph.namespaces())["entity"] == URIRef(f"{BASE}entity/")
    assert len(graph) == 5
    graph.remove((None, None, None))
    assert len(casebook.graph()) == 5


def test_more_of_the_graph_on_request() -> None:
    cup = open_casebook(FIXTURE)
    plain, derived, whole = (
        set(cup.graph()),
        set(cup.graph(derived=True)),
        set(cup.graph(derived=True, ontology=True)),
    )
    assert plain < derived < whole


def test_names_become_parts_of_an_export(tmp_path: Path) -> None:
    cup = open_casebook(FIXTURE)
    part = cup.export("ntriples", sources=["the evening report"], entities=["l’équipe"]).decode()
    claims = {line.split()[0] for line in part.splitlines() if line.endswith("kgtool/ontology#Claim> .")}
    assert claims == {f"<{CUP}claim/evening-{number}>" for number in (1, 3, 4)}


def test_terms_are_pyoxigraphs() -> None:
    cup = open_casebook(FIXTURE)
    [claim] = [claim for claim in cup.claims() if claim.iri.endswith("/evening-3")]
    assert claim.object == Literal("16", datatype=XSD.integer)
    assert claim.qualifiers == (("https://w3id.org/kgtool/domain/sport#atGames", NamedNode(f"{CUP}entity/games")),)
