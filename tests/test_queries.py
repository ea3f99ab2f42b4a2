"""Finding saved queries, and binding what a user types as the terms that the header declares."""

from __future__ import annotations

from pathlib import Path

import pytest
from casebooks import BASE, DATASET, in_memory, written

from kgtool.errors import InputError, QueryRefused, UsageError
from kgtool.labels import Labels
from kgtool.layout import Layout
from kgtool.queries import (
    LARGEST_QUERY,
    SavedQuery,
    as_query,
    bound_text,
    catalogue,
    decode_query,
    find_query,
    read_query,
    run_query,
)
from kgtool.querytext import QueryForm
from kgtool.results import Answer, Truth

BOOK = DATASET + 'entity:ri a prov:Agent ; rdfs:label "Ri" . source:wire a kg:Source ; dcterms:title "The Wire" .'
QUERY = """\
#+ summary: Everything at once.
#+ params:
#+   - name: who
#+     type: entity
#+     description: a person
#+   - name: where
#+     type: source
#+     optional: true
#+   - name: mode
#+     type: concept
#+     default: actual
#+   - name: least
#+     type: integer
#+     optional: true
ASK {
  VALUES ?who { UNDEF }
  VALUES ?where { UNDEF }
  VALUES ?mode { UNDEF }
  VALUES ?least { UNDEF }
  VALUES ?plain { UNDEF }
}
"""


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(in_memory(BOOK))


@pytest.fixture(scope="module")
def query() -> SavedQuery:
    return as_query(QUERY, name="everything", file="queries/everything.rq")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("VALUES")]


# --- finding ---


def test_the_catalogue_is_sorted_and_says_what_each_query_is(tmp_path: Path) -> None:
    casebook = written(tmp_path, one=BOOK)
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "a-first.rq").write_text(QUERY, "utf-8")
    found = list(catalogue(casebook.layout))
    assert [each.name for each in found] == sorted(each.name for each in found)
    first = found[0]
    assert (first.name, first.file, first.form) == ("a-first", "queries/a-first.rq", QueryForm.ASK)
    assert first.header.summary == "Everything at once."
    assert first.text == QUERY


def test_a_name_is_found_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = written(tmp_path, one=BOOK).layout
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.rq").write_text("ASK {}", "utf-8")
    (tmp_path / "denied-claims").write_text("ASK {}", "utf-8")
    assert find_query(layout, "own.rq").name == "own"
    assert find_query(layout, "./own.rq").text == "ASK {}"
    assert find_query(layout, "denied-claims").header.summary


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("denied-clams", "no saved query is called 'denied-clams'; did you mean denied-claims"),
        ("xyzzy", "no saved query is called 'xyzzy'; see `kgtool query --list`"),
        ("nowhere.rq", "nowhere.rq: there is no such query file; check the name"),
        ("no/where", "no/where: there is no such query file; check the name"),
        ("graph/", "graph/: this is a folder; name a query file in it"),
    ],
)
def test_what_is_no_query(name: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = written(tmp_path, one=BOOK).layout
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        find_query(layout, name)
    assert str(caught.value).startswith(sentence)


def test_a_query_that_writes_is_refused() -> None:
    with pytest.raises(QueryRefused, match=r"^own\.rq:1:1: DELETE writes"):
        as_query("DELETE WHERE { ?s ?p ?o }", name="own", file="own.rq")


# --- reading ---


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(b"\xef\xbb\xbfASK {}")
    assert read_query(tmp_path / "q.rq", "q.rq") == "ASK {}"


def test_bytes_that_are_no_utf_8_are_placed() -> None:
    with pytest.raises(InputError) as caught:
        decode_query(b"ASK {\n # caf\xe9 \n}", "q.rq")
    assert str(caught.value) == "q.rq:2: not UTF-8 at byte 12; save the query as UTF-8"


def test_a_query_is_read_up_to_a_size(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(b"#" * LARGEST_QUERY)
    assert len(read_query(tmp_path / "q.rq", "q.rq")) == LARGEST_QUERY
    (tmp_path / "q.rq").write_bytes(b"#" * (LARGEST_QUERY + 1))
    with pytest.raises(InputError) as caught:
        read_query(tmp_path / "q.rq", "q.rq")
    assert str(caught.value) == "q.rq: the query is larger than 1048576 bytes; make it smaller"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^gone\.rq: cannot be read: No such file or directory$"):
        read_query(tmp_path / "gone.rq", "gone.rq")


# --- binding ---


def test_names_become_iris_and_values_become_literals(query: SavedQuery, labels: Labels) -> None:
    values = {"who": "ri", "where": "THE WIRE", "mode": "kg:Opinion", "least": "05", "plain": 'a "b"\n'}
    assert lines(bound_text(query, values, labels)) == [
        f"VALUES ?who {{ <{BASE}entity/ri> }}",
        f"VALUES ?where {{ <{BASE}source/wire> }}",
        "VALUES ?mode { <https://w3id.org/kgtool/ontology#opinion> }",
        'VALUES ?least { "05"^^<http://www.w3.org/2001/XMLSchema#integer> }',
        'VALUES ?plain { "a \\"b\\"\\n" }',
    ]


def test_what_is_optional_stays_open_and_a_default_is_taken(query: SavedQuery, labels: Labels) -> None:
    assert lines(bound_text(query, {"who": "Ri"}, labels))[1:] == [
        "VALUES ?where { UNDEF }",
        "VALUES ?mode { <https://w3id.org/kgtool/ontology#actual> }",
        "VALUES ?least { UNDEF }",
        "VALUES ?plain { UNDEF }",
    ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "the query everything needs the parameter 'who'; add --param who=… (a person)"),
        ({"who": "Ri", "whre": "x"}, "the query everything has no parameter 'whre'; did you mean where?"),
        (
            {"who": "Ri", "xyzzy": "x"},
            "the query everything has no parameter 'xyzzy'; it takes: who, where, mode, least, plain",
        ),
        ({"who": "Rin"}, "no claim, entity or source is called 'Rin'; did you mean 'Ri'?"),
        ({"who": "Ri", "where": "Ri"}, "no source is called 'Ri'; check the name"),
        (
            {"who": "Ri", "mode": "opnion"},
            "parameter 'mode' takes a value of a scheme, not 'opnion'; did you mean opinion?",
        ),
        ({"who": "Ri", "least": "five"}, "parameter 'least' takes"),
    ],
)
def test_what_does_not_fit_the_header(query: SavedQuery, labels: Labels, values: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        bound_text(query, values, labels)
    assert str(caught.value).startswith(sentence)


def test_a_value_cannot_break_out_of_its_place(query: SavedQuery, labels: Labels) -> None:
    hostile = '" } } ; DROP ALL # <urn:x> {'
    bound = bound_text(query, {"who": "Ri", "plain": hostile}, labels)
    assert as_query(bound, name="bound", file="bound").form is QueryForm.ASK
    assert lines(bound)[4] == 'VALUES ?plain { "\\" } } ; DROP ALL # <urn:x> {" }'


def test_a_query_is_put_bound_to_whatever_answers(query: SavedQuery, labels: Labels) -> None:
    class Listening:
        heard = ""

        def answer(self, query: str) -> Answer:
            self.heard = query
            return Truth(True)

    listening = Listening()
    assert run_query(query, {"who": "Ri"}, labels, listening) == Truth(True)
    assert listening.heard == bound_text(query, {"who": "Ri"}, labels)


def test_a_casebook_without_a_folder_has_the_packaged_queries(tmp_path: Path) -> None:
    assert [each.name for each in catalogue(Layout(tmp_path))] == list(Layout(tmp_path).query_files())
