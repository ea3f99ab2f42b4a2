"""The shapes engine: what pySHACL reports, as plain values; nothing fetched, and nothing endless."""

from __future__ import annotations

import socket
import threading

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from kgtool.errors import LimitReached
from kgtool.findings import Severity
from kgtool.shacl import ANONYMOUS_SHAPE, ShapeResult, shape_results
from kgtool.worker import Limits

HEAD = """\
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
BASE = "https://example.org/"
LIMITS = Limits(seconds=60.0)


def quads(text: str) -> list[Quad]:
    return list(parse(HEAD + text, format=RdfFormat.TURTLE))


def results(shapes: str, data: str, limits: Limits = LIMITS) -> list[ShapeResult]:
    return shape_results(quads(shapes), quads(data), limits)


def test_results_are_exact_and_sorted() -> None:
    shapes = """
        :City a sh:NodeShape ; sh:targetClass :City ; sh:property :City-name , :City-twin .
        :City-name sh:path :name ; sh:minCount 1 ; sh:maxCount 1 ; sh:message "Name the city once." .
        :City-twin sh:path :twin ; sh:nodeKind sh:IRI ; sh:message "A twin is a city." .
        """
    data = """
        :sound a :City ; :name "Seoul" ; :twin :paris .
        :nameless a :City .
        :doubly a :City ; :name "Seoul" , "Hanseong" ; :twin "Paris" .
        """
    assert results(shapes, data) == [
        ShapeResult(
            focus=BASE + "doubly",
            shape=BASE + "City-name",
            component="MaxCountConstraintComponent",
            severity=Severity.VIOLATION,
            message="Name the city once.",
            value=None,
        ),
        ShapeResult(
            focus=BASE + "doubly",
            shape=BASE + "City-twin",
            component="NodeKindConstraintComponent",
            severity=Severity.VIOLATION,
            message="A twin is a city.",
            value="Paris",
        ),
        ShapeResult(
            focus=BASE + "nameless",
            shape=BASE + "City-name",
            component="MinCountConstraintComponent",
            severity=Severity.VIOLATION,
            message="Name the city once.",
            value=None,
        ),
    ]


def test_data_that_meets_the_shapes_gives_no_result() -> None:
    assert results(":S sh:targetClass :City ; sh:nodeKind sh:IRI .", ":seoul a :City .") == []


@pytest.mark.parametrize("severity", list(Severity))
def test_severities_are_those_of_the_shapes(severity: Severity) -> None:
    shapes = ":S a sh:NodeShape ; sh:targetNode :seoul ; sh:nodeKind sh:Literal ; sh:severity sh:"
    (result,) = results(f"{shapes}{severity.name.title()} .", ":seoul a :City .")
    assert result.severity is severity


def test_a_literal_can_be_the_focus_node() -> None:
    shapes = ':S a sh:NodeShape ; sh:targetObjectsOf :age ; sh:datatype xsd:integer ; sh:message "A number." .'
    (result,) = results(shapes, ':oh :age "old" , 63 .')
    assert (result.focus, result.value, result.shape) == ("old", "old", BASE + "S")


def test_a_shape_without_an_iri_is_named_as_such() -> None:
    (result,) = results(":S sh:targetNode :seoul ; sh:property [ sh:path :name ; sh:minCount 1 ] .", ":seoul a :City .")
    assert result.shape == ANONYMOUS_SHAPE


def test_subclasses_come_from_the_data() -> None:
    shapes = ":S a sh:NodeShape ; sh:targetClass :City ; sh:nodeKind sh:Literal ."
    (result,) = results(shapes, ":Capital rdfs:subClassOf :City . :seoul a :Capital .")
    assert result.focus == BASE + "seoul"


def test_lexical_forms_are_kept() -> None:
    shapes = ':S a sh:NodeShape ; sh:targetObjectsOf :number ; sh:pattern "^[1-9]" .'
    (result,) = results(shapes, ':it :number "007"^^xsd:integer , 7 .')
    assert result.value == "007"


def test_ill_typed_literals_break_a_datatype() -> None:
    shapes = ":S sh:targetNode :it ; sh:property :P . :P sh:path :day ; sh:datatype xsd:date ."
    (result,) = results(shapes, ':it :day "2024-02-30"^^xsd:date , "2024-02-29"^^xsd:date .')
    assert result.value == "2024-02-30"


def test_shapes_in_the_data_are_not_heeded() -> None:
    data = """
        :S sh:deactivated true .
        :T a sh:NodeShape ; sh:targetNode :seoul ; sh:nodeKind sh:Literal .
        :seoul a :City .
        """
    found = results(":S a sh:NodeShape ; sh:targetNode :seoul ; sh:nodeKind sh:Literal .", data)
    assert [result.shape for result in found] == [BASE + "S"]


def test_imports_are_not_followed() -> None:
    """Neither in shapes nor in data: a listener on loopback hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = threading.Event()
        listener.settimeout(5)

        def listen() -> None:
            try:
                listener.accept()[0].close()
            except OSError:
                return
            heard.set()

        thread = threading.Thread(target=listen)
        thread.start()
        import_ = f"<http://127.0.0.1:{listener.getsockname()[1]}/>"
        shapes = f":shapes a owl:Ontology ; owl:imports {import_} . :S sh:targetNode :seoul ; sh:nodeKind sh:Literal ."
        try:
            found = results(shapes, f":seoul owl:imports {import_} .")
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
    assert [result.shape for result in found] == [BASE + "S"]
    assert not heard.is_set()


def test_an_endless_pattern_is_stopped() -> None:
    shapes = ':S sh:targetNode :it ; sh:property :P . :P sh:path :text ; sh:pattern "^(a+)+$" .'
    data = f':it :text "{"a" * 40}!" .'
    with pytest.raises(LimitReached) as caught:
        results(shapes, data, Limits(seconds=1.0))
    assert str(caught.value).startswith("the validation took longer than 1 s")
