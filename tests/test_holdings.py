"""What a casebook holds: its documents, the graphs they are named by, its base and its prefixes."""

from __future__ import annotations

from pathlib import Path

import pytest
from casebooks import BASE, DATASET, in_memory, written
from pyoxigraph import NamedNode

from kgtool.errors import InputError, SeveralErrors, SyntaxProblem, UsageError
from kgtool.holdings import FALLBACK_BASE, read_holdings


def test_each_file_is_a_graph_of_its_own(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=DATASET + "entity:a a prov:Agent .", two="entity:a rdfs:label 'a' .")
    found = {(str(quad.subject), str(quad.graph_name)) for quad in casebook.holdings.quads()}
    assert found == {
        (f"<{BASE}>", f"<{BASE}graph/one>"),
        (f"<{BASE}entity/a>", f"<{BASE}graph/one>"),
        (f"<{BASE}entity/a>", f"<{BASE}graph/two>"),
    }


def test_a_graph_that_a_file_names_keeps_its_name(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=DATASET)
    (tmp_path / "graph" / "more.trig").write_text("<urn:g> { <urn:a> <urn:b> <urn:c> }", "utf-8")
    [quad] = [quad for quad in casebook.holdings.quads() if quad.subject == NamedNode("urn:a")]
    assert quad.graph_name == NamedNode("urn:g")


def test_a_file_in_a_folder_with_an_odd_name_gives_an_iri(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=DATASET)
    (tmp_path / "graph" / "other side").mkdir()
    (tmp_path / "graph" / "other side" / "rûche <2>.v1.ttl").write_text("<urn:a> <urn:b> <urn:c> .", "utf-8")
    [quad] = [quad for quad in casebook.holdings.quads() if quad.subject == NamedNode("urn:a")]
    assert quad.graph_name == NamedNode(f"{BASE}graph/other-side/rûche--2-.v1")


def test_the_vocabulary_is_one_graph(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=DATASET)
    assert {quad.graph_name for quad in casebook.holdings.ontology_quads()} == {NamedNode(f"{BASE}graph/ontology")}


def test_the_base_comes_from_the_dataset() -> None:
    assert in_memory(DATASET).base == BASE
    assert in_memory("entity:a a prov:Agent .").base == FALLBACK_BASE == "urn:kgtool:"
    assert in_memory("<> a dcat:Dataset .").base == FALLBACK_BASE


def test_prefixes_are_sorted_and_the_casebooks_own_win(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=DATASET + "@prefix kg: <urn:other:> .\n@prefix a: <urn:a:> .\n")
    prefixes = casebook.holdings.prefixes
    assert list(prefixes) == sorted(prefixes)
    assert (prefixes["kg"], prefixes["a"], prefixes["oa"]) == ("urn:other:", "urn:a:", "http://www.w3.org/ns/oa#")


def test_nodes_are_of_the_graph_and_terms_of_the_vocabulary() -> None:
    holdings = in_memory("entity:a a prov:Agent .", ontology="kg:thing a rdfs:Class .")
    assert NamedNode(f"{BASE}entity/a") in holdings.nodes
    assert NamedNode("https://w3id.org/kgtool/ontology#thing") not in holdings.nodes
    assert NamedNode("https://w3id.org/kgtool/ontology#thing") in holdings.vocabulary


def test_files_and_folders_stand_in_for_the_graph(tmp_path: Path) -> None:
    layout = written(tmp_path, one=DATASET, two="entity:a a prov:Agent .").layout
    (tmp_path / "aside").mkdir()
    (tmp_path / "aside" / "b.ttl").write_text("<urn:a> <urn:b> <urn:c> .", "utf-8")
    (tmp_path / "aside" / "a.nt").write_text("", "utf-8")
    holdings = read_holdings(layout, [tmp_path / "graph" / "two.ttl", tmp_path / "aside"])
    assert [document.name for document in holdings.graph] == ["graph/two.ttl", "aside/a.nt", "aside/b.ttl"]
    assert [document.name for document in read_holdings(layout).graph] == ["graph/one.ttl", "graph/two.ttl"]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    layout = written(tmp_path, one=DATASET).layout
    with pytest.raises(UsageError) as caught:
        read_holdings(layout, [tmp_path / "nowhere.ttl"])
    assert str(caught.value) == f"{tmp_path / 'nowhere.ttl'}: there is no such file or folder; check the name"


def test_an_empty_graph_is_an_error(tmp_path: Path) -> None:
    layout = written(tmp_path).layout
    (tmp_path / "graph" / "notes.txt").write_text("no RDF", "utf-8")
    with pytest.raises(InputError) as caught:
        read_holdings(layout)
    assert str(caught.value) == "graph: graph/ holds no RDF file"


def test_every_file_is_tried(tmp_path: Path) -> None:
    layout = written(tmp_path, one=DATASET).layout
    (tmp_path / "graph" / "b.ttl").write_text("<urn:a> <urn:b>", "utf-8")
    with pytest.raises(SyntaxProblem, match=r"^graph/b\.ttl:1:"):
        read_holdings(layout)
    (tmp_path / "graph" / "a.ttl").write_text("nonsense", "utf-8")
    with pytest.raises(SeveralErrors) as caught:
        read_holdings(layout)
    assert [error.file for error in caught.value.errors] == ["graph/a.ttl", "graph/b.ttl"]
