"""Positions: the exact line and column of every term, in every construct of the Turtle family."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kgtool.positions import Position, find_rdf12, index_positions, position_at, resolve_iri
from kgtool.writing import to_turtle

E = "http://example.org/"
DIR = "http://example.org/base/dir/"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

TURTLE = r'''@prefix ex: <http://example.org/> . # <http://example.org/comment> a ex:Comment .
PREFIX : <http://example.org/d/>
@base <http://example.org/base/> .
bAsE <dir/>
ex:s a ex:Claim , :Local ;
  ex:p "one" , 'two'@en-GB , """three
 "" lines""" , 01 , -1.5 , 1e0 , true ;;
  <#frag> <x/../y>, <>  .
:a\~b.c ex:q%41 "😀\u00E9\n\"'" , ex:after ; ex:date "2024-01-01"^^ex:dt .
[] ex:anon ex:value .
[ ex:in ex:deep ; ex:list ( ex:m1 [ ex:in2 "x" ] ( 1 ex:m2 ) ) ] ex:out ex:o2 .
( ex:m3 ) ex:ofList ex:o3 .
_:b.1 ex:blank ex:o4 . ex:s ex:late ex:o5.
<http://example.org/\u00e9\U0001F600> ex:p [ a ex:Inner ] , ex:outer ; ex:p5 5.
'''
INDEX = index_positions(TURTLE)


def at(line: int, column: int) -> Position:
    return Position(line, column)


def test_the_example_is_valid_turtle() -> None:
    assert len(list(parse(TURTLE, format=RdfFormat.TURTLE))) == 38


@pytest.mark.parametrize(
    ("iri", "line", "column"),
    [(f"{E}s", 5, 1), (f"{E}d/a~b.c", 9, 1), (f"{E}é😀", 14, 1)],
)
def test_subjects(iri: str, line: int, column: int) -> None:
    assert INDEX.subject(iri) == at(line, column)


@pytest.mark.parametrize("iri", [f"{E}comment", f"{E}Claim", f"{E}p", f"{E}m3", "", "a"])
def test_what_is_no_subject(iri: str) -> None:
    assert INDEX.subject(iri) is None


@pytest.mark.parametrize(
    ("subject", "predicate", "expected"),
    [
        ("s", RDF_TYPE, at(5, 6)),
        ("s", f"{E}p", at(6, 3)),
        ("s", f"{DIR}#frag", at(8, 3)),
        ("d/a~b.c", f"{E}q%41", at(9, 9)),
        ("d/a~b.c", f"{E}date", at(9, 45)),
        ("s", f"{E}late", at(13, 29)),
        ("é😀", f"{E}p5", at(14, 72)),
        ("s", f"{E}in", None),
        ("s", f"{E}q%41", None),
    ],
)
def test_predicates(subject: str, predicate: str, expected: Position | None) -> None:
    assert INDEX.predicate(E + subject, predicate) == expected


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "expected"),
    [
        ("s", RDF_TYPE, f"{E}Claim", at(5, 8)),
        ("s", RDF_TYPE, f"{E}d/Local", at(5, 19)),
        ("s", f"{E}p", "one", at(6, 8)),
        ("s", f"{E}p", "two", at(6, 16)),
        ("s", f"{E}p", 'three\n "" lines', at(6, 30)),
        ("s", f"{E}p", "01", at(7, 16)),
        ("s", f"{E}p", "-1.5", at(7, 21)),
        ("s", f"{E}p", "1e0", at(7, 28)),
        ("s", f"{E}p", "true", at(7, 34)),
        ("s", f"{DIR}#frag", f"{DIR}y", at(8, 11)),
        ("s", f"{DIR}#frag", DIR, at(8, 21)),
        ("d/a~b.c", f"{E}q%41", "😀é\n\"'", at(9, 17)),
        ("d/a~b.c", f"{E}q%41", f"{E}after", at(9, 34)),
        ("d/a~b.c", f"{E}date", "2024-01-01", at(9, 53)),
        ("d/a~b.c", f"{E}date", f"{E}dt", None),
        ("s", f"{E}late", f"{E}o5", at(13, 37)),
        ("é😀", f"{E}p", f"{E}outer", at(14, 61)),
        ("é😀", f"{E}p", f"{E}Inner", None),
        ("é😀", f"{E}p5", "5", at(14, 78)),
    ],
)
def test_objects(subject: str, predicate: str, value: str, expected: Position | None) -> None:
    assert INDEX.object(E + subject, predicate, value) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("dt", at(9, 67)),
        ("anon", at(10, 4)),
        ("value", at(10, 12)),
        ("in", at(11, 3)),
        ("m1", at(11, 29)),
        ("in2", at(11, 37)),
        ("m2", at(11, 54)),
        ("o2", at(11, 73)),
        ("m3", at(12, 3)),
        ("o3", at(12, 21)),
        ("Inner", at(14, 48)),
        ("Comment", None),
    ],
)
def test_mentions(local: str, expected: Position | None) -> None:
    assert INDEX.mention(E + local) == expected


def test_graph_blocks() -> None:
    text = (
        "@prefix ex: <http://e/> .\n"
        "ex:g1 { ex:s ex:p ex:o . ex:s2 ex:p [ ex:q 1 ] }\n"
        "GRAPH ex:g2 { ex:s ex:p2 1 }\n"
        "{ ex:s ex:p3 2 . }\n"
        "[] { ex:s3 ex:p 3 }\n"
        "ex:g1 ex:p4 4 .\n"
    )
    assert len(list(parse(text, format=RdfFormat.TRIG))) == 7
    index = index_positions(text)
    assert index.subject("http://e/s") == at(2, 9)
    assert index.subject("http://e/s2") == at(2, 26)
    assert index.predicate("http://e/s", "http://e/p2") == at(3, 20)
    assert index.object("http://e/s", "http://e/p3", "2") == at(4, 14)
    assert index.subject("http://e/s3") == at(5, 6)
    assert index.subject("http://e/g1") == at(6, 1)
    assert index.mention("http://e/g1") == at(2, 1)
    assert index.subject("http://e/g2") is None


def test_n_quads_and_line_ends() -> None:
    text = (
        '<http://e/s> <http://e/p> "a" <http://e/g> .\r\n<http://e/t> <http://e/p> <http://e/o> .\r'
        "#\n<http://e/u> <http://e/p> 1 ."
    )
    index = index_positions(text)
    assert index.object("http://e/s", "http://e/p", "a") == at(1, 27)
    assert index.mention("http://e/g") == at(1, 31)
    assert index.subject("http://e/t") == at(2, 1)
    assert index.subject("http://e/u") == at(4, 1)


def test_a_base_given_from_outside() -> None:
    index = index_positions("<s> <p> <#o> .", base="http://e/d/x")
    assert index.object("http://e/d/s", "http://e/d/p", "http://e/d/x#o") == at(1, 9)


@pytest.mark.parametrize(
    "tail", ['"', '"""', "'''x", "<a b>", "\\", "} <http://e/x> a 1", "%", "]", "<<( 1", "@", "^^"]
)
def test_what_cannot_be_read_ends_the_index(tail: str) -> None:
    index = index_positions("<http://e/s> <http://e/p> 1 . <http://e/t> <http://e/p> " + tail)
    assert index.subject("http://e/s") == at(1, 1)
    assert index.subject("http://e/x") is None


@given(st.text(alphabet="<>\"'\\@:a._-[](){};,^~%# \n1eE+\u00e9", max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_gives_an_index(text: str) -> None:
    index_positions(text, base="http://e/").mention("http://e/")
    find_rdf12(text)


@pytest.mark.parametrize(
    "text",
    [
        '\\"""' * 100_000,
        '"""a' * 100_001,
        "a" * 400_000,
        "a." * 200_000,
        "[" * 400_000,
        "( [ " * 100_000 + ") ]" * 100_000,
        "<" * 400_000,
        "." * 400_000,
        "a:" + "." * 400_000,
        "@a" + "-" * 400_000,
        "1" * 400_000,
        '<http://e/s> <http://e/p> "' + "\\u00e9" * 70_000,
        "<s> <p> <" + "../" * 100_000 + "> .",
    ],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    start = time.process_time()
    index_positions(text, base="http://e/")
    assert time.process_time() - start < 3


REFERENCES = [
    "",
    "#",
    "#f",
    "?",
    "?q#f",
    "x",
    "./x",
    "../x",
    "..",
    ".",
    "../../../x",
    "/",
    "/a/./b/../c",
    "//h",
    "//h/a/..",
    "urn:a/../b#",
    "http:x",
    "x/..",
    "x/./",
    "?a/../b",
    "#a/../b",
    "a:b/../c",
    "x?y/../z",
    ";p",
    "../..//x",
]


@pytest.mark.parametrize(
    "base",
    [
        "http://h",
        "http://h/",
        "http://h/a/b",
        "http://h/a/b/?q/x#f",
        "file:///a/b",
        "urn:a:b",
        "urn:a/b/c",
        "http://h//a//",
    ],
)
@pytest.mark.parametrize("reference", REFERENCES)
def test_iris_resolve_as_the_parser_resolves_them(base: str, reference: str) -> None:
    text = f"<{reference}> <http://e/p> 1 ."
    try:
        [quad] = parse(text, format=RdfFormat.TURTLE, base_iri=base)
    except SyntaxError:
        pytest.skip("the parser refuses this reference")
    assert isinstance(quad.subject, NamedNode)
    assert resolve_iri(reference, base) == quad.subject.value


def test_without_a_base_a_reference_stays() -> None:
    assert resolve_iri("x", None) == "x"


def test_position_at_counts_code_points() -> None:
    assert position_at("😀é\r\nx", 1) == at(1, 2)
    assert position_at("😀é\r\nx", 4) == at(2, 1)


IRIS = st.builds(
    lambda start, end: NamedNode(start + end),
    st.sampled_from(["http://e/", "http://e/a#", "urn:x:", "http://base.example/c/"]),
    st.text(alphabet="abZ019._-~:é😀\u202e%", max_size=6).map(lambda text: text.replace("%", "%2F")),
)
LITERALS = st.builds(
    lambda value, kind: Literal(value, **kind),
    st.text(alphabet="ab\"'\\\n\r\t\0\u202e\ufeff😀1.", max_size=8),
    st.sampled_from([{}, {"language": "en"}, {"datatype": NamedNode("http://www.w3.org/2001/XMLSchema#integer")}]),
)


@given(st.lists(st.builds(Triple, IRIS, IRIS, IRIS | LITERALS), max_size=8))
@settings(max_examples=150, deadline=None)
def test_every_term_of_a_written_file_is_found(triples: list[Triple]) -> None:
    prefixes = {"e": "http://e/", "x": "urn:x:"}
    text = to_turtle(triples, prefixes=prefixes, base="http://base.example/c/")
    index = index_positions(text)
    lines = text.split("\n")

    def rest_of_line(place: Position | None) -> str:
        assert place is not None
        return lines[place.line - 1][place.column - 1 :]

    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        assert isinstance(subject, NamedNode)
        assert isinstance(value, NamedNode | Literal)
        place = index.subject(subject.value)
        assert place is not None
        assert place.column == 1
        assert term_at(rest_of_line(place), prefixes) == subject.value
        place = index.predicate(subject.value, predicate.value)
        assert term_at(rest_of_line(place), prefixes) == predicate.value
        place = index.object(subject.value, predicate.value, value.value)
        found = rest_of_line(place)
        if isinstance(value, NamedNode) and found[0] != '"' and not found[0].isdigit():
            assert term_at(found, prefixes) == value.value
        else:
            assert found[0] in '"+-.0123456789'


def term_at(rest: str, prefixes: dict[str, str]) -> str:
    word = rest.split(" ")[0]
    if not word.startswith("<"):
        prefix, local = word.split(":", 1)
        return prefixes[prefix] + local
    iri = word[1:-1].replace("\\u202E", "\u202e")
    return iri if iri.startswith(("http:", "urn:")) else "http://base.example/c/" + iri
