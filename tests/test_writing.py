"""Writing: the exact Turtle, the same bytes for the same graph, and files that are whole or untouched."""

from __future__ import annotations

import errno
import os
import random
import resource
import stat
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from kgtool.errors import LimitReached, OutputError
from kgtool.writing import Syntax, serialise, to_trig, to_turtle, write_atomically

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(f"{RDF}type")
PREFIXES = {
    "claim": "http://case.example/claim/",
    "entity": "http://case.example/entity/",
    "kg": "https://w3id.org/kgtool/ontology#",
    "rdf": RDF,
    "unused": "http://unused.example/",
    "xsd": XSD,
}
BASE = "http://case.example/"
FORMATS = {
    Syntax.TURTLE: RdfFormat.TURTLE,
    Syntax.TRIG: RdfFormat.TRIG,
    Syntax.N_TRIPLES: RdfFormat.N_TRIPLES,
    Syntax.N_QUADS: RdfFormat.N_QUADS,
    Syntax.JSON_LD: RdfFormat.JSON_LD,
    Syntax.RDF_XML: RdfFormat.RDF_XML,
}


def kg(name: str) -> NamedNode:
    return NamedNode(PREFIXES["kg"] + name)


def ex(name: str) -> NamedNode:
    return NamedNode(BASE + name)


def typed(form: str, datatype: str) -> Literal:
    return Literal(form, datatype=NamedNode(XSD + datatype))


def values(*objects: NamedNode | Literal | BlankNode, prefixes: dict[str, str] | None = None) -> list[str]:
    """The objects of one subject and predicate as written, one a line."""
    text = to_turtle([Triple(ex("s"), kg("p"), each) for each in objects], prefixes=prefixes or {}, base=BASE)
    body = text.partition("\n\n")[2].partition("ontology#p> ")[2].removesuffix(" .\n")
    return body.split(" ,\n        ")


def test_a_claim_as_turtle() -> None:
    claim = ex("claim/campaign-001")
    quote = ex("source/campaign#char=12,20")
    text = to_turtle(
        [
            Triple(quote, kg("exact"), Literal('Sei "gut"\nund\\wahr')),
            Triple(claim, kg("certainty"), kg("certain")),
            Triple(claim, TYPE, NamedNode(f"{RDF}Statement")),
            Triple(claim, TYPE, kg("Claim")),
            Triple(claim, NamedNode(f"{RDF}subject"), ex("entity/selfie")),
            Triple(claim, kg("target"), quote),
            Triple(claim, kg("note"), BlankNode("z")),
            Triple(BlankNode("z"), kg("atLeast"), typed("01", "integer")),
            Triple(BlankNode("z"), kg("day"), typed("2024-08-01", "date")),
            Triple(claim, kg("certainty"), kg("certain")),
        ],
        prefixes=PREFIXES,
        base=BASE,
    )
    assert text == (
        "@base <http://case.example/> .\n"
        "@prefix claim: <http://case.example/claim/> .\n"
        "@prefix entity: <http://case.example/entity/> .\n"
        "@prefix kg: <https://w3id.org/kgtool/ontology#> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "\n"
        "claim:campaign-001\n"
        "    a rdf:Statement ,\n"
        "        kg:Claim ;\n"
        "    rdf:subject entity:selfie ;\n"
        "    kg:certainty kg:certain ;\n"
        "    kg:note _:b0 ;\n"
        "    kg:target <source/campaign#char=12,20> .\n"
        "\n"
        "<source/campaign#char=12,20>\n"
        '    kg:exact """Sei "gut"\n'
        'und\\\\wahr""" .\n'
        "\n"
        "_:b0\n"
        "    kg:atLeast 01 ;\n"
        '    kg:day "2024-08-01"^^xsd:date .\n'
    )


def test_trig_puts_the_default_graph_first() -> None:
    quads = [
        Quad(ex("s"), TYPE, kg("B"), ex("g")),
        Quad(ex("s"), TYPE, kg("A"), ex("g")),
        Quad(ex("s"), TYPE, kg("A"), BlankNode("g")),
        Quad(ex("t"), TYPE, kg("A"), ex("g")),
        Quad(ex("s"), TYPE, kg("A"), DefaultGraph()),
    ]
    assert to_trig(quads, prefixes={"": PREFIXES["kg"]}) == (
        "@prefix : <https://w3id.org/kgtool/ontology#> .\n"
        "\n"
        "<http://case.example/s>\n"
        "    a :A .\n"
        "\n"
        "<http://case.example/g> {\n"
        "    <http://case.example/s>\n"
        "        a :A ,\n"
        "            :B .\n"
        "\n"
        "    <http://case.example/t>\n"
        "        a :A .\n"
        "}\n"
        "\n"
        "_:b0 {\n"
        "    <http://case.example/s>\n"
        "        a :A .\n"
        "}\n"
    )


def test_nothing_is_an_empty_file() -> None:
    assert to_turtle([], prefixes=PREFIXES, base=BASE) == ""


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        (typed("true", "boolean"), "true"),
        (typed("1", "boolean"), f'"1"^^<{XSD}boolean>'),
        (typed("-007", "integer"), "-007"),
        (typed("1_0", "integer"), f'"1_0"^^<{XSD}integer>'),
        (typed("\u0661", "integer"), f'"\u0661"^^<{XSD}integer>'),
        (typed("1\n", "integer"), f'"""1\n"""^^<{XSD}integer>'),
        (typed("+.50", "decimal"), "+.50"),
        (typed("5.", "decimal"), f'"5."^^<{XSD}decimal>'),
        (typed("5", "decimal"), f'"5"^^<{XSD}decimal>'),
        (typed("1e0", "double"), f'"1e0"^^<{XSD}double>'),
        (typed("x", "string"), '"x"'),
        (Literal("x", language="ko-latn"), '"x"@ko-latn'),
        (Literal(""), '""'),
        (Literal("a\tb\x00\x7f\x85"), '"a\\tb\\u0000\\u007F\\u0085"'),
        (Literal("a\r\nb"), '"""a\\r\nb"""'),
        (Literal('"\n""""'), '""""\n\\"\\""\\""""'),
        (Literal("\ufeff\u202ex\u2066\u200f\u2028"), '"\\uFEFF\\u202Ex\\u2066\\u200F\\u2028"'),
        (Literal("'é😀"), '"\'é😀"'),
    ],
)
def test_literals(literal: Literal, expected: str) -> None:
    assert values(literal) == [expected]
    assert [quad.object for quad in parse(f"<x:s> <x:p> {expected} .", format=RdfFormat.TURTLE)] == [literal]


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("http://case.example/a/b", "<a/b>"),
        ("http://case.example/claim/x.y-z_1", "c:x.y-z_1"),
        ("http://case.example/claim/x.", "<claim/x.>"),
        ("http://case.example/claim/-x", "<claim/-x>"),
        ("http://case.example/claim/x/y", "<claim/x/y>"),
        ("http://case.example/claim/deep/y", "deep:y"),
        ("http://case.example/claim/é", "<claim/é>"),
        ("http://case.example/", "<http://case.example/>"),
        ("http://case.example/#f", "<#f>"),
        ("http://case.example/?q", "<http://case.example/?q>"),
        ("http://case.example//x", "<http://case.example//x>"),
        ("http://case.example/x//y", "<http://case.example/x//y>"),
        ("http://case.example/a:b", "<http://case.example/a:b>"),
        ("http://case.example/a/b:c", "<a/b:c>"),
        ("http://case.example/a/../b", "<http://case.example/a/../b>"),
        ("http://case.example/.", "<http://case.example/.>"),
        ("http://case.example/a#x/../y", "<http://case.example/a#x/../y>"),
        ("http://case.example/\u202e", "<\\u202E>"),
        ("http://case.example", "<http://case.example>"),
        ("urn:x:1", "<urn:x:1>"),
    ],
)
def test_iris(iri: str, expected: str) -> None:
    prefixes = {"c": f"{BASE}claim/", "deep": f"{BASE}claim/deep/", "bad": "not an iri", "é": "urn:x:"}
    assert values(NamedNode(iri), prefixes=prefixes) == [expected]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("http://e/d/doc", "@base <http://e/d/doc> .\n\n<x>\n    <p> <http://e/d/#f> .\n"),
        ("http://e/d/doc?a/b#c", "@base <http://e/d/doc?a/b#c> .\n\n<x>\n    <p> <http://e/d/#f> .\n"),
        ("http://e/d/", "@base <http://e/d/> .\n\n<x>\n    <p> <#f> .\n"),
        ("http://e/d", "@base <http://e/d> .\n\n<d/x>\n    <d/p> <d/#f> .\n"),
        ("http://e/./d/", "<http://e/d/x>\n    <http://e/d/p> <http://e/d/#f> .\n"),
        ("urn:x", "<http://e/d/x>\n    <http://e/d/p> <http://e/d/#f> .\n"),
        ("d/", "<http://e/d/x>\n    <http://e/d/p> <http://e/d/#f> .\n"),
        (None, "<http://e/d/x>\n    <http://e/d/p> <http://e/d/#f> .\n"),
    ],
)
def test_a_base_is_used_where_it_is_safe(base: str | None, expected: str) -> None:
    triples = [Triple(NamedNode("http://e/d/x"), NamedNode("http://e/d/p"), NamedNode("http://e/d/#f"))]
    text = to_turtle(triples, prefixes={}, base=base)
    assert text == expected
    assert [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)] == triples


def test_a_class_that_is_no_xml_name_is_refused_by_rdf_xml() -> None:
    with pytest.raises(OutputError, match="<http://e/1> does not end in an XML name"):
        serialise([Quad(ex("s"), TYPE, NamedNode("http://e/1"))], Syntax.RDF_XML, prefixes={})


def test_numbers_of_blank_nodes_sort_as_numbers() -> None:
    nodes = [Triple(BlankNode(), kg("n"), Literal(f"{number:02}")) for number in range(12)]
    text = to_turtle(nodes, prefixes={})
    assert [line for line in text.splitlines() if line.startswith("_:")] == [f"_:b{n}" for n in range(12)]


# --- round trips ------------------------------------------------------------------------------------------

IRI_TEXT = st.text(alphabet="abZ019._-~:/?é😀\u202e\u200f%", max_size=8).map(lambda text: text.replace("%", "%2F"))


def is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


IRIS = (
    st.tuples(
        st.sampled_from(["http://e/", "http://e/a#", "urn:x:", BASE, f"{BASE}claim/", "http://h", "x:", f"{RDF}type"]),
        IRI_TEXT,
    )
    .map("".join)
    .filter(is_iri)
    .map(NamedNode)
)
LITERALS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12).map(Literal),
    st.text(alphabet="\"'\\\n\r\tu\0a", max_size=10).map(Literal),
    st.builds(
        lambda text, tag: Literal(text, language=tag),
        st.text('a\n"', max_size=4),
        st.sampled_from(["en", "de-CH"]),
    ),
    st.builds(
        typed,
        st.one_of(st.text("+-.019eE ", max_size=6), st.sampled_from(["true", "1", "INF", "007", "-.5"])),
        st.sampled_from(["integer", "decimal", "double", "boolean", "byte", "date"]),
    ),
)
BLANKS = st.sampled_from([BlankNode(label) for label in "abcd"])
NODES = IRIS | BLANKS
TRIPLES = st.lists(st.builds(Triple, NODES, IRIS, NODES | LITERALS), max_size=8)
QUADS = st.lists(st.builds(Quad, NODES, IRIS, NODES | LITERALS, NODES | st.just(DefaultGraph())), max_size=8)
WRITING_PREFIXES = {
    "e": "http://e/",
    "ea": "http://e/a#",
    "c": f"{BASE}claim/",
    "x": "urn:x:",
    "rdf": RDF,
    "xsd": XSD,
}


def canonical(quads: Iterable[Quad]) -> Dataset:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def renamed(quads: Sequence[Quad], labels: dict[BlankNode, BlankNode]) -> list[Quad]:
    def other(term: object) -> object:
        return labels.setdefault(term, BlankNode()) if isinstance(term, BlankNode) else term

    return [Quad(*(other(term) for term in quad)) for quad in quads]  # type: ignore[arg-type]


def shuffled(quads: Sequence[Quad], seed: int) -> list[Quad]:
    result = renamed(quads, {})
    random.Random(seed).shuffle(result)
    return result


@given(TRIPLES)
@settings(max_examples=300, deadline=None)
def test_turtle_reads_back_as_the_same_graph(triples: list[Triple]) -> None:
    text = to_turtle(triples, prefixes=WRITING_PREFIXES, base=BASE)
    back = list(parse(text, format=RdfFormat.TURTLE))
    assert canonical(back) == canonical(Quad(*triple) for triple in triples)
    assert len(back) == len(set(triples))


@pytest.mark.filterwarnings("ignore:Parsing weird boolean:UserWarning")
@given(TRIPLES)
@settings(max_examples=150, deadline=None)
def test_another_library_reads_the_same_number_of_triples(triples: list[Triple]) -> None:
    text = to_turtle(triples, prefixes=WRITING_PREFIXES, base=BASE)
    kept = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        graph = rdflib.Graph().parse(data=text, format="turtle")
    finally:
        rdflib.NORMALIZE_LITERALS = kept
    assert len(graph) == len(set(triples))


@given(QUADS, st.integers())
@settings(max_examples=200, deadline=None)
def test_order_and_labels_do_not_matter(quads: list[Quad], seed: int) -> None:
    text = to_trig(quads, prefixes=WRITING_PREFIXES, base=BASE)
    assert to_trig(shuffled(quads, seed), prefixes=WRITING_PREFIXES, base=BASE) == text


@pytest.mark.parametrize("syntax", [each for each in Syntax if each is not Syntax.RDF_XML])
@given(quads=QUADS)
@settings(max_examples=120, deadline=None)
def test_written_read_and_written_again_is_the_same(syntax: Syntax, quads: list[Quad]) -> None:
    content = serialise(quads, syntax, prefixes=WRITING_PREFIXES, base=BASE)
    back = list(parse(content, format=FORMATS[syntax]))
    if syntax in {Syntax.TURTLE, Syntax.N_TRIPLES}:
        quads = [Quad(*quad.triple) for quad in quads]
    assert canonical(back) == canonical(quads)
    assert serialise(back, syntax, prefixes=WRITING_PREFIXES, base=BASE) == content


XML_PREDICATES = st.sampled_from(["http://e/p", "urn:x:q1", f"{BASE}claim/é", "http://e/1x", f"{RDF}type"]).map(
    NamedNode
)


@pytest.mark.filterwarnings("ignore:Parsing weird boolean:UserWarning")
@given(st.lists(st.builds(Quad, NODES, XML_PREDICATES, NODES | LITERALS), max_size=6))
@settings(max_examples=150, deadline=None)
def test_rdf_xml_carries_the_graph_or_says_no(quads: list[Quad]) -> None:
    try:
        content = serialise(quads, Syntax.RDF_XML, prefixes=WRITING_PREFIXES)
    except OutputError:
        return
    back = list(parse(content, format=RdfFormat.RDF_XML))
    assert canonical(back) == canonical(quads)
    assert serialise(back, Syntax.RDF_XML, prefixes=WRITING_PREFIXES) == content
    # It drops what it takes for a repetition, but would raise on bad XML.
    assert len(rdflib.Graph().parse(data=content, format="xml")) <= len(set(quads))


def test_rdf_xml_with_carriage_returns_is_read_by_another_library() -> None:
    triple = Triple(ex("s"), ex("p"), Literal("a\r\nb \t<&>]]>"))
    content = serialise([Quad(*triple)], Syntax.RDF_XML, prefixes={"c": BASE})
    [(_, _, value)] = rdflib.Graph().parse(data=content, format="xml")
    assert str(value) == "a\r\nb \t<&>]]>"
    assert b"<c:p>" in content


@pytest.mark.parametrize(
    ("predicate", "value", "message"),
    [
        ("http://e/1", "x", "<http://e/1> does not end in an XML name"),
        ("http://e/", "x", "<http://e/> does not end in an XML name"),
        ("http://e/p", "a\x01", r"a literal of <http://case.example/s> holds the character U\+0001"),
        (f"{RDF}li", "x", "RDF/XML reserved syntax term is not allowed as a predicate"),
    ],
)
def test_what_rdf_xml_cannot_carry(predicate: str, value: str, message: str) -> None:
    quads = [Quad(ex("s"), NamedNode(predicate), Literal(value))]
    with pytest.raises(OutputError, match=f"^RDF/XML cannot carry this graph: {message}; choose turtle or ntriples$"):
        serialise(quads, Syntax.RDF_XML, prefixes={})


@pytest.mark.parametrize(
    "value",
    [
        Triple(ex("s"), kg("p"), Literal("x")),
        next(iter(parse('<x:s> <x:p> "a"@en--ltr .', format=RdfFormat.TURTLE))).object,
        Literal("x", datatype=NamedNode(f"{RDF}langString")),
    ],
)
@pytest.mark.parametrize("syntax", list(Syntax))
def test_rdf_1_2_is_refused(syntax: Syntax, value: Triple | Literal) -> None:
    with pytest.raises(OutputError, match=r"which RDF 1\.1 does not have"):
        serialise([Quad(ex("s"), kg("p"), value)], syntax, prefixes={})


# --- blank nodes that look alike --------------------------------------------------------------------------


def edges(*pairs: tuple[str, str], predicate: NamedNode | None = None) -> list[Quad]:
    return [Quad(BlankNode(one), predicate or kg("to"), BlankNode(other)) for one, other in pairs]


def cycle(name: str, length: int) -> list[Quad]:
    return edges(*((f"{name}{each}", f"{name}{(each + 1) % length}") for each in range(length)))


def both_ways(quads: list[Quad]) -> list[Quad]:
    return quads + [Quad(quad.object, quad.predicate, quad.subject) for quad in quads]  # type: ignore[arg-type]


PETERSEN = both_ways(
    edges(
        *((f"o{each}", f"o{(each + 1) % 5}") for each in range(5)),
        *((f"o{each}", f"i{each}") for each in range(5)),
        *((f"i{each}", f"i{(each + 2) % 5}") for each in range(5)),
    )
)
# Every node has three neighbours, and yet no two can change places.
FRUCHT = both_ways(
    cycle("f", 12)
    + edges(
        *(
            (f"f{one}", f"f{(one + jump) % 12}")
            for one, jump in enumerate([-5, -2, -4, 2, 5, -2, 2, 5, -2, -5, 4, 2])
            if jump > 0
        )
    )
)
PRISM = both_ways(cycle("p", 3) + cycle("q", 3) + edges(*((f"p{each}", f"q{each}") for each in range(3))))
UTILITIES = both_ways(edges(*((f"u{one}", f"v{two}") for one in range(3) for two in range(3))))
ALIKE = {
    "the Frucht graph": FRUCHT,
    "equal in number and degree, yet different": PRISM + UTILITIES,
    "two triangles": both_ways(cycle("a", 3) + cycle("b", 3)),
    "a hexagon": both_ways(cycle("a", 6)),
    "a clique": edges(*((f"n{one}", f"n{two}") for one in range(12) for two in range(12) if one != two)),
    "equal leaves": edges(*(("root", f"leaf{each}") for each in range(500))),
    "equal pairs of leaves": [
        quad
        for each in range(100)
        for quad in edges(("root", f"n{each}"), (f"n{each}", f"x{each}"), (f"n{each}", f"y{each}"))
    ],
    "a list of equal items": [
        quad
        for each in range(2000)
        for quad in (
            Quad(BlankNode(f"n{each}"), NamedNode(f"{RDF}first"), Literal("1")),
            Quad(BlankNode(f"n{each}"), NamedNode(f"{RDF}rest"), BlankNode(f"n{each + 1}")),
        )
    ],
    "equal nodes side by side": [Quad(ex("s"), kg("p"), BlankNode(f"n{each}")) for each in range(5000)],
    "the Petersen graph": PETERSEN,
    "a loop and a pair": edges(("a", "a"), ("b", "c"), ("c", "b")),
    "shared graph name": [
        Quad(BlankNode("a"), kg("p"), BlankNode("b"), BlankNode("g")),
        Quad(BlankNode("b"), kg("p"), BlankNode("a"), BlankNode("g")),
    ],
}


@pytest.mark.parametrize("name", sorted(ALIKE))
def test_graphs_of_nodes_that_look_alike(name: str) -> None:
    quads = ALIKE[name]
    start = time.process_time()
    content = to_trig(quads, prefixes={})
    for seed in range(3):
        assert to_trig(shuffled(quads, seed), prefixes={}) == content
    assert time.process_time() - start < 15
    assert len(list(parse(content, format=RdfFormat.TRIG))) == len(set(quads))


def test_graphs_that_only_look_the_same_are_written_differently() -> None:
    contents = [
        to_turtle((quad.triple for quad in ALIKE[name]), prefixes={}) for name in ("two triangles", "a hexagon")
    ]
    assert contents[0] != contents[1]


@given(
    st.integers(2, 5).flatmap(
        lambda size: st.lists(
            st.tuples(st.integers(0, size), st.sampled_from("pq"), st.integers(0, size)),
            min_size=1,
            max_size=12,
        )
    ),
    st.integers(),
)
@settings(max_examples=300, deadline=None)
def test_bytes_are_equal_exactly_when_graphs_are_isomorphic(links: list[tuple[int, str, int]], seed: int) -> None:
    quads = [Quad(BlankNode(f"n{one}"), kg(verb), BlankNode(f"n{two}")) for one, verb, two in links]
    content = to_trig(quads, prefixes={})
    assert to_trig(shuffled(quads, seed), prefixes={}) == content
    assert canonical(parse(content, format=RdfFormat.TRIG)) == canonical(quads)


def test_a_graph_that_is_too_symmetric_stops_at_a_limit() -> None:
    side = 40
    torus = edges(
        *(((f"{x}.{y}", f"{(x + 1) % side}.{y}")) for x in range(side) for y in range(side)),
        *(((f"{x}.{y}", f"{x}.{(y + 1) % side}")) for x in range(side) for y in range(side)),
    )
    with pytest.raises(LimitReached, match="too much alike"):
        to_trig(both_ways(torus), prefixes={})


# --- disk -------------------------------------------------------------------------------------------------


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_new_file_and_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    write_atomically(path, b"one")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    path.chmod(0o640)
    write_atomically(path, b"two\n")
    assert path.read_bytes() == b"two\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["a.ttl"]


@pytest.mark.parametrize("broken", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "No space left on device; free some space and try again",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied"),
            "Permission denied; check the permissions of the folder",
        ),
    ],
)
def test_a_failure_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, error: OSError, expected: str
) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(os, broken, fail)
    with pytest.raises(OutputError) as caught:
        write_atomically(path, b"new")
    assert str(caught.value) == f"{path}: cannot be written: {expected}; nothing was changed"
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.ttl"]


def test_an_interrupt_leaves_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.ttl", b"new")
    assert names(tmp_path) == []


def test_a_file_that_grows_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OutputError, match="the file-size limit is too low for it; nothing was changed"):
            write_atomically(path, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.ttl"]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    for path, expected in [
        (
            tmp_path / "no" / "a.ttl",
            "cannot be written: No such file or directory; create the folder first; nothing",
        ),
        (
            tmp_path / "file" / "a.ttl",
            "cannot be written: Not a directory; check the path: one of its folders is",
        ),
        (tmp_path, "this is a folder; name a file in it"),
        (tmp_path / "pipe", "not a regular file; name a file on disk"),
        (Path("/dev/null"), "not a regular file; name a file on disk"),
        (
            tmp_path / ("x" * 300),
            "cannot be written: File name too long; check the path; nothing was changed",
        ),
    ]:
        with pytest.raises(OutputError) as caught:
            write_atomically(path, b"new")
        assert str(caught.value).startswith(f"{path}: {expected}")
    assert names(tmp_path) == ["file", "pipe"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.ttl").write_bytes(b"old")
    (tmp_path / "link.ttl").symlink_to(tmp_path / "real" / "a.ttl")
    write_atomically(tmp_path / "link.ttl", b"new")
    assert (tmp_path / "link.ttl").is_symlink()
    assert (tmp_path / "real" / "a.ttl").read_bytes() == b"new"


def test_what_a_killed_process_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    for name, age in ((".kgtool-0.tmp", 4000), (".kgtool-1.tmp", 10), ("mine.tmp", 4000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    write_atomically(tmp_path / "a.ttl", b"")
    assert names(tmp_path) == [".kgtool-1.tmp", "a.ttl", "mine.tmp"]
