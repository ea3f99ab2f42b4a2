"""A shapes file that cannot be relied on is refused in one line, with its place; targets select what SHACL says."""

from __future__ import annotations

import re
from pathlib import Path

import pyshacl
import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kgtool.errors import InputError
from kgtool.nodes import NodeIndex
from kgtool.reading import read_document
from kgtool.shapes import Shapes, subclasses

HEAD = """\
@prefix : <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""


def node(local: str) -> NamedNode:
    return NamedNode(f"https://example.org/{local}")


def shapes_of(folder: Path, text: str) -> Shapes:
    """The text stands behind four lines of prefixes: its first line is line 5."""
    path = folder / "shapes.ttl"
    path.write_text(HEAD + text, encoding="utf-8")
    return Shapes(read_document(path, name="shapes.ttl"))


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        shapes_of(folder, text).check()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def index(text: str) -> NodeIndex:
    return NodeIndex(parse(HEAD + text, format=RdfFormat.TURTLE))


# --- what is refused ---


def test_plain_shapes_pass(tmp_path: Path) -> None:
    shapes_of(
        tmp_path,
        """
        :City a sh:NodeShape ; sh:targetClass :City ; sh:property :City-name ;
            sh:or ( [ sh:path :mayor ; sh:minCount 1 ] [ sh:not :Town ] ) .
        :City-name a sh:PropertyShape ; sh:path ( :name [ sh:inversePath :of ] ) ; sh:pattern "^[A-Z]" .
        :Town a sh:NodeShape ; sh:property :City-name .
        """,
    ).check()


@pytest.mark.parametrize(
    ("term", "near"),
    [
        ("mincount", "did you mean sh:minCount?"),
        ("minCont", "did you mean sh:minCount?"),
        ("targetclass", "did you mean sh:targetClass?"),
        ("pth", "did you mean sh:path?"),
        ("sparql", "shapes here are SHACL Core only"),
        ("js", "shapes here are SHACL Core only"),
        ("rule", "shapes here are SHACL Core only"),
    ],
)
def test_an_unknown_term_is_named_with_its_line_and_what_was_meant(tmp_path: Path, term: str, near: str) -> None:
    text = f":City a sh:NodeShape ;\n    sh:targetClass :City ;\n    sh:{term} 1 .\n"
    expected = f"shapes.ttl:7:5: sh:{term} is not a term of SHACL Core; {near}"
    assert refusal(tmp_path, text) == expected


def test_an_unknown_class_is_refused(tmp_path: Path) -> None:
    text = ":City sh:targetClass :City ;\n    a sh:NodeShap .\n"
    assert refusal(tmp_path, text) == (
        "shapes.ttl:6:7: sh:NodeShap is not a term of SHACL Core; did you mean sh:NodeShape?"
    )


@pytest.mark.parametrize("construct", ["SPARQLTarget", "SPARQLRule", "JSConstraint", "SPARQLConstraint"])
def test_classes_that_would_run_code_are_refused(tmp_path: Path, construct: str) -> None:
    assert f"sh:{construct} is not a term of SHACL Core" in refusal(
        tmp_path, f":City sh:targetClass :City ; a sh:NodeShape , sh:{construct} .\n"
    )


@pytest.mark.parametrize(("pattern", "why"), [("[a-", "unterminated"), (r"\\p{Lu}", "bad escape")])
def test_a_pattern_that_is_no_regular_expression_is_refused(tmp_path: Path, pattern: str, why: str) -> None:
    text = f':City a sh:NodeShape ;\n    sh:targetClass :City ;\n    sh:pattern "{pattern}" .\n'
    message = refusal(tmp_path, text)
    assert message.startswith("shapes.ttl:7:5: sh:pattern ")
    assert f"is not a regular expression: {why}" in message


@pytest.mark.parametrize(
    "text",
    [
        ":A a sh:NodeShape ; sh:targetClass :A ; sh:property :B .\n:B sh:path :b ; sh:property :B .\n",
        ":A a sh:NodeShape ; sh:targetClass :A ; sh:node :A .\n",
        ":A a sh:NodeShape ; sh:targetClass :A ; sh:property :B .\n:B sh:path :b ; sh:node :A .\n",
        ":A a sh:NodeShape ; sh:targetClass :A ; sh:and ( :A ) .\n",
        ":A a sh:NodeShape ; sh:targetClass :A ; sh:or ( [ sh:not :A ] ) .\n",
        ":A a sh:NodeShape ; sh:targetClass :A ; sh:xone ( :B :C ) .\n:B a sh:NodeShape .\n:C sh:not :A .\n",
        ":A a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :a ; sh:qualifiedValueShape :A ] .\n",
    ],
    ids=["property-self", "node-self", "property-and-node", "and", "or-not", "xone", "qualified"],
)
def test_a_recursive_shape_is_refused(tmp_path: Path, text: str) -> None:
    message = refusal(tmp_path, text)
    assert re.match(r"shapes\.ttl:\d+:\d+: ", message)
    assert ": the shape refers to itself; SHACL does not define what recursive shapes mean; break the circle" in message


def test_a_shape_that_is_used_twice_is_not_recursive(tmp_path: Path) -> None:
    text = ":A sh:targetClass :A ; sh:property :C ; sh:node :B .\n:B sh:property :C .\n:C sh:path :c .\n"
    shapes_of(tmp_path, text).check()


def test_a_recursion_a_thousand_shapes_long_is_found(tmp_path: Path) -> None:
    chain = "".join(f":S{each} sh:node :S{(each + 1) % 1500} .\n" for each in range(1500))
    assert "refers to itself" in refusal(tmp_path, f":S0 sh:targetClass :A .\n{chain}")


def test_a_chain_of_shapes_without_a_circle_passes(tmp_path: Path) -> None:
    chain = "".join(f":S{each} sh:node :S{each + 1} .\n" for each in range(1500))
    shapes_of(tmp_path, f":S0 sh:targetClass :A .\n{chain}:S1500 sh:nodeKind sh:IRI .\n").check()


@pytest.mark.parametrize("list_", ["and", "or", "xone"])
def test_a_list_that_runs_in_a_circle_is_refused(tmp_path: Path, list_: str) -> None:
    text = f":A sh:targetClass :A ; sh:{list_} _:l .\n:B sh:path :b .\n_:l rdf:first :B ; rdf:rest _:m .\n"
    text += "_:m rdf:first :B ; rdf:rest _:l .\n"
    assert "a list runs in a circle" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":A a :NodeShape ; :targetClass :A .\n",
        "@prefix sh: <http://www.w3.org/ns/shacl/> .\n:A a sh:NodeShape ; sh:targetClass :A .\n",
        ":A a sh:NodeShape ; sh:property [ sh:path :a ; sh:minCount 1 ] .\n",
    ],
    ids=["empty", "no-shacl", "wrong-namespace", "no-target"],
)
def test_shapes_that_would_check_nothing_are_refused(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text) == (
        "shapes.ttl: no shapes with a target found, so nothing would be checked; "
        "check the namespace of sh: and the targets"
    )


UNSOUND = {
    "path-in-a-circle": ":S sh:targetNode :a ; sh:property [ sh:path _:p ] .\n_:p sh:inversePath _:p .\n",
    "path-too-deep": f":S sh:targetNode :a ; sh:property [ sh:path {'[ sh:inversePath ' * 60} :p {']' * 60} ] .\n",
    "path-is-a-literal": ':S sh:targetNode :a ; sh:property [ sh:path "p" ; sh:minCount 1 ] .\n',
    "two-paths": ":S sh:targetNode :a ; sh:property [ sh:path :p , :q ; sh:minCount 1 ] .\n",
    "no-path": ":S sh:targetNode :a ; sh:property [ sh:minCount 1 ] .\n",
    "no-such-shape": ":S sh:targetNode :a ; sh:property :Missing .\n",
    "values-in-a-circle": ":S sh:targetNode :a ; sh:in _:l .\n_:l rdf:first :a ; rdf:rest _:l .\n",
    "values-are-no-list": ":S sh:targetNode :a ; sh:in :b .\n",
    "no-such-node-kind": ":S sh:targetNode :a ; sh:nodeKind sh:Iri .\n",
    "no-such-severity": ":S sh:targetNode :a ; sh:nodeKind sh:Literal ; sh:severity sh:Warn .\n",
    "own-severity": ":S sh:targetNode :a ; sh:nodeKind sh:Literal ; sh:severity :Bad .\n",
    "count-in-quotes": ':S sh:targetNode :a ; sh:property [ sh:path :p ; sh:minCount "1" ] .\n',
    "count-without-path": ":S a sh:NodeShape ; sh:targetNode :a ; sh:minCount 1 .\n",
    "target-in-quotes": ':S sh:targetClass "City" ; sh:nodeKind sh:Literal .\n',
}


@pytest.mark.parametrize("name", sorted(UNSOUND))
def test_a_shape_that_the_engine_cannot_use_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, UNSOUND[name]).startswith("shapes.ttl:")


# --- what is targeted ---


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("sh:targetNode :seoul , :nowhere , 5", {node("seoul"), node("nowhere"), Literal(5)}),
        ("sh:targetClass :City", {node("seoul"), node("pyongyang"), node("paris")}),
        ("sh:targetSubjectsOf :mayor", {node("seoul"), node("paris")}),
        ("sh:targetObjectsOf :mayor", {node("oh"), Literal("Hidalgo")}),
        ("sh:targetClass :Capital ; sh:targetObjectsOf :mayor", {node("paris"), node("oh"), Literal("Hidalgo")}),
        ("sh:targetClass :Village", set()),
    ],
    ids=["node", "class", "subjects-of", "objects-of", "two-kinds", "none"],
)
def test_focus_nodes_are_those_that_the_targets_select(tmp_path: Path, target: str, expected: set[object]) -> None:
    text = """
        :Capital rdfs:subClassOf :BigCity . :BigCity rdfs:subClassOf :City .
        :seoul a :City ; :mayor :oh .
        :pyongyang a :BigCity .
        :paris a :Capital ; :mayor "Hidalgo" .
        :oh a :Person .
        """
    shapes = shapes_of(tmp_path, f":S a sh:NodeShape ; {target} ; sh:nodeKind sh:BlankNode .\n")
    found = shapes.focus_nodes(node("S"), index(text))
    assert found == expected
    assert found_by_pyshacl(shapes.document.text, HEAD + text) == {each.value for each in found}


def found_by_pyshacl(shapes: str, data: str) -> set[str]:
    """The focus nodes of a shape that no node of the data meets."""
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    _, report, _ = pyshacl.validate(
        rdflib.Graph().parse(data=data), shacl_graph=rdflib.Graph().parse(data=shapes), inference="none"
    )
    assert isinstance(report, rdflib.Graph)
    return {str(each) for each in report.objects(None, sh.focusNode)}


def test_a_shape_that_is_a_class_targets_its_instances(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, ":City a sh:NodeShape , rdfs:Class ; sh:nodeKind sh:BlankNode .\n")
    data = ":seoul a :City .\n"
    assert found_by_pyshacl(shapes.document.text, HEAD + data) == {node("seoul").value}
    shapes.check()
    assert shapes.targeted() == [node("City")]
    assert shapes.focus_nodes(node("City"), index(data)) == {node("seoul")}


def test_subclasses_end_where_they_run_in_a_circle() -> None:
    data = index(":A rdfs:subClassOf :B . :B rdfs:subClassOf :C , :A . :C rdfs:subClassOf :A .")
    assert set(subclasses(data, node("A"))) == {node("A"), node("B"), node("C")}


def test_shapes_with_targets_and_shapes_switched_off_are_listed(tmp_path: Path) -> None:
    shapes = shapes_of(
        tmp_path,
        """
        :B sh:targetClass :B ; sh:deactivated true .
        :A sh:targetNode :a .
        :C sh:path :c ; sh:deactivated false .
        """,
    )
    assert shapes.targeted() == [node("A"), node("B")]
    assert shapes.deactivated() == ["https://example.org/B"]


def test_items_are_the_members_of_a_list_in_order(tmp_path: Path) -> None:
    shapes = shapes_of(tmp_path, ":A sh:targetNode :a ; sh:in ( :c :a 5 :b ) .\n")
    (list_,) = shapes.nodes.values(node("A"), NamedNode("http://www.w3.org/ns/shacl#in"))
    assert shapes.items(list_) == [node("c"), node("a"), Literal(5), node("b")]
