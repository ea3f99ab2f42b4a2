"""Reading: every file gives its quads as written, or one error that names the place."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat

from kgtool.errors import InputError, KgtoolError, LimitReached, SyntaxProblem
from kgtool.reading import FORMATS, JSON_NESTING_LIMIT, XML_NESTING_LIMIT, rdf_files, read_document

RDF_XML_START = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://example.org/">\n'
ONE = "<http://example.org/s> <http://example.org/p> "


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def failure(path: Path) -> KgtoolError:
    with pytest.raises(KgtoolError) as caught:
        read_document(path, name="file")
    return caught.value


def test_a_turtle_file_with_everything_known_about_it(tmp_path: Path) -> None:
    text = "@base <http://example.org/> .\r\n@prefix ex: <http://example.org/ns#> .\r\n<s> ex:p '01'@EN , 01 .\r\n"
    content = b"\xef\xbb\xbf" + text.encode()
    path = written(tmp_path, "a.TTL", content)
    document = read_document(path)
    subject, predicate = NamedNode("http://example.org/s"), NamedNode("http://example.org/ns#p")
    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    assert document.path == path
    assert document.name == str(path)
    assert document.format == RdfFormat.TURTLE
    assert document.text == text
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.quads == (
        Quad(subject, predicate, Literal("01", language="en")),
        Quad(subject, predicate, Literal("01", datatype=integer)),
    )
    assert document.prefixes == {"ex": "http://example.org/ns#"}
    assert document.base == "http://example.org/"


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_an_empty_file_has_no_quads(tmp_path: Path, suffix: str) -> None:
    assert read_document(written(tmp_path, f"empty{suffix}", "")).quads == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.nt", ONE + '"é" .\n'),
        ("a.nq", ONE + '"é" .\n'),
        ("a.trig", "{ " + ONE + '"é" }'),
        ("a.jsonld", '{"@id": "http://example.org/s", "http://example.org/p": "é"}'),
        (
            "a.rdf",
            RDF_XML_START
            + '<rdf:Description rdf:about="http://example.org/s"><ex:p>é</ex:p></rdf:Description></rdf:RDF>',
        ),
    ],
)
def test_every_syntax_gives_the_same_quad(tmp_path: Path, name: str, content: str) -> None:
    expected = Quad(NamedNode("http://example.org/s"), NamedNode("http://example.org/p"), Literal("é"))
    assert read_document(written(tmp_path, name, content)).quads == (expected,)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_rdf_xml_in_utf_16_is_decoded(tmp_path: Path, encoding: str) -> None:
    body = '<rdf:Description rdf:about="http://example.org/s" ex:p="é"/></rdf:RDF>'
    text = f'<?xml version="1.0" encoding="UTF-16"?>\n{RDF_XML_START}{body}'
    document = read_document(written(tmp_path, "a.rdf", ("\ufeff" + text).encode(encoding)))
    assert [quad.object for quad in document.quads] == [Literal("é")]
    assert document.text == text


def test_prefixes_of_rdf_xml_and_json_ld(tmp_path: Path) -> None:
    xml = RDF_XML_START.replace(">", ' xml:base="http://example.org/b/">') + "</rdf:RDF>"
    document = read_document(written(tmp_path, "a.owl", xml))
    assert document.prefixes == {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "ex": "http://example.org/",
    }
    assert document.base == "http://example.org/b/"
    json = (
        '{"@context": [{"ex": "http://example.org/", "name": "http://schema.org/name",'
        ' "o": {"@id": "http://o.example/x", "@prefix": true}}], "@id": "ex:s", "ex:p": 1}'
    )
    assert read_document(written(tmp_path, "a.jsonld", json)).prefixes == {
        "ex": "http://example.org/",
        "o": "http://o.example/x",
    }


def test_blank_nodes_are_named_after_the_file(tmp_path: Path) -> None:
    content = '_:z <http://e/p> [ <http://e/q> "x" ] . <http://e/s> <http://e/p> _:z , _:a .'
    path = written(tmp_path, "a.ttl", content)
    label = f"f{hashlib.sha256(content.encode()).hexdigest()[:12]}b"
    quads = read_document(path).quads
    seen = list(
        dict.fromkeys(term for quad in quads for term in (quad.subject, quad.object) if isinstance(term, BlankNode))
    )
    assert [node.value for node in seen] == [f"{label}0", f"{label}1", f"{label}2"]
    assert read_document(path).quads == quads
    # The label that the file used twice is still one node.
    assert quads[-2].object == next(quad.subject for quad in quads if isinstance(quad.object, BlankNode))
    other = read_document(written(tmp_path, "b.ttl", content + "\n")).quads
    assert not {str(quad.object) for quad in other} & {str(node) for node in seen}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.ttl", ONE + "\n  é .", "file:2:3: é is not a valid RDF object"),
        (
            "a.ttl",
            ONE + "ex:x .",
            "file:1:47: the prefix ex: has not been declared; declare it at the top of the file",
        ),
        (
            "a.ttl",
            "\n<s> <p> <o> .",
            "file:2:1: this IRI is relative and the file declares no base; write it in full, or declare a",
        ),
        ("a.ttl", ONE + "1 .\n\n@prefix", "file:3:1: unexpected end of file"),
        ("a.ttl", ONE + "<<( <http://e/s> <http://e/p> 1 )>> .", "file:1:47: RDF 1.2"),
        ("a.ttl", "# << --\n" + ONE + '"a~<<"@en--ltr .', "file:2:53: RDF 1.2"),
        ("a.ttl", ONE + "1 {| <http://e/p> 2 |} .", "file:1:49: RDF 1.2"),
        ("a.ttl", ONE + "1 ~ <http://e/r> .", "file:1:49: RDF 1.2"),
        ("a.nt", ONE + "<<(" * 200_000, "file:1:47: RDF 1.2"),
        (
            "a.jsonld",
            '{"@id": "http://e/s", "http://e/p": {"@value": "x", "@language": "en", "@direction": "rtl"}}',
            "file: RDF 1.2",
        ),
        ("a.jsonld", '{"@id": \n "http://e/s",}', "file:2:"),
        ("a.jsonld", '{"NaN": 1, "http://e/p":\n NaN}', "file:2:2: NaN is not a JSON number"),
        ("a.jsonld", '{"x": -Infinity}', "file:1:7: -Infinity is not a JSON number"),
        (
            "a.jsonld",
            '{\n "@context": [{}, "https://schema.org/"], "@context": {}}',
            "file:2:19: the context 'https://schema.org/' lies outside the file and is not fetched; put the",
        ),
        (
            "a.jsonld",
            '{"@context": {"p": {"@id": "http://e/p", "@context": "c.jsonld"}}}',
            "file:1:54: the context 'c.jsonld' lies outside the file",
        ),
        ("a.jsonld", '{"\\u0040context": {"@import": "c"}}', "file:1:31: the context 'c' lies outside"),
        (
            "a.rdf",
            RDF_XML_START + "é<ex:a></ex:b></rdf:RDF>",
            "file:2:10: not well-formed XML: mismatched tag",
        ),
        (
            "a.rdf",
            '<!DOCTYPE x [<!ENTITY a "b">]>\n' + RDF_XML_START,
            "file:1:13: document types and entities",
        ),
        (
            "a.rdf",
            RDF_XML_START + '<rdf:Description rdf:about="rel"/>\n\n\n</rdf:RDF>',
            "file:2: the IRI 'rel' is relative and the file declares no base; write it",
        ),
        (
            "a.rdf",
            '<?xml version="1.0" encoding="latin1"?>\n<x/>',
            "file:1:20: declares the encoding 'latin1'",
        ),
        (
            "a.ttl",
            b"# \xc3\xa9\n# a\xe9",
            "file:2:4: not UTF-8: byte 0xE9 at byte offset 8; save the file again",
        ),
        ("a.ttl", b"\xef\xbb\xbf\xff", "file:1:1: not UTF-8: byte 0xFF at byte offset 3; save"),
        ("a.ttl", b"#\n#\0", "file:2:2: a NUL character; remove it"),
        ("a.ttl", "\ufeff# x".encode("utf-16-le"), "file: not UTF-8 text but UTF-16; save it again as UTF-8"),
        ("a.ttl", b"\x1f\x8b\x08\x00", "file: not UTF-8 text but gzip, a compressed file; unpack it first"),
        ("a.ttl", b"PK\x03\x04abc", "file: not UTF-8 text but a zip archive; unpack it first"),
        (
            "a.n3",
            "",
            "file: the suffix '.n3' is not known; known are .jsonld, .nq, .nt, .owl, .rdf, .trig, .ttl, .xml",
        ),
        ("ttl", "", "file: the file name has no suffix; known are"),
    ],
)
def test_a_bad_file_is_one_line_with_its_place(tmp_path: Path, name: str, content: str | bytes, expected: str) -> None:
    error = failure(written(tmp_path, name, content))
    assert isinstance(error, InputError)
    assert str(error).startswith(expected)
    assert "\n" not in str(error)
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonld", '{"a":' * (JSON_NESTING_LIMIT + 1) + "1" + "}" * (JSON_NESTING_LIMIT + 1)),
        ("a.jsonld", "[" * 1_000_000),
        ("a.rdf", RDF_XML_START + "<ex:p>" * XML_NESTING_LIMIT),
    ],
)
def test_deep_nesting_stops_at_a_limit(tmp_path: Path, name: str, content: str) -> None:
    error = failure(written(tmp_path, name, content))
    assert isinstance(error, LimitReached)
    assert error.line is not None


def test_nesting_below_the_limit_and_brackets_in_strings_are_read(tmp_path: Path) -> None:
    depth = JSON_NESTING_LIMIT - 1
    value = '{"http://e/p":' * depth + '"' + "[" * 1000 + '\\""' + "}" * depth
    assert len(read_document(written(tmp_path, "a.jsonld", value)).quads) == depth


def test_deep_turtle_is_read(tmp_path: Path) -> None:
    text = ONE + "[ <http://e/p> " * 50_000 + "1" + " ]" * 50_000 + " ."
    assert len(read_document(written(tmp_path, "a.ttl", text)).quads) == 50_001


def test_files_that_are_not_there_or_not_files(tmp_path: Path) -> None:
    assert str(failure(tmp_path / "no.ttl")) == "file: there is no such file; check the name"
    (tmp_path / "d.ttl").mkdir()
    assert str(failure(tmp_path / "d.ttl")) == "file: this is a folder, not a file; name a file in it"
    os.mkfifo(tmp_path / "p.ttl")
    assert str(failure(tmp_path / "p.ttl")).startswith("file: not a regular file")
    assert str(failure(Path("a\0.ttl"))).endswith("the file name holds a NUL character")


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, "a.ttl", "")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert str(failure(path)) == "file: no permission to read it; check the file's permissions"


def test_rdf_files_are_sorted_and_none_is_hidden(tmp_path: Path) -> None:
    for name in ("b.ttl", "a/z.RDF", "a/c.nq", "a.trig", ".git/x.ttl", "a/.x.ttl", "a/readme.md", "x.n3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "d.ttl").mkdir()
    assert rdf_files(tmp_path) == [tmp_path / name for name in ("a/c.nq", "a/z.RDF", "a.trig", "b.ttl")]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder; check the name"):
        rdf_files(tmp_path / "no")
    with pytest.raises(InputError, match="not a folder"):
        rdf_files(written(tmp_path, "a.ttl", ""))


def test_a_syntax_error_is_a_syntax_problem(tmp_path: Path) -> None:
    assert isinstance(failure(written(tmp_path, "a.ttl", "x")), SyntaxProblem)
