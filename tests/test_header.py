from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from kgtool.errors import SyntaxProblem, UsageError
from kgtool.header import Header, Parameter, ParameterType, parse_value, read_header

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("kind", "value", "datatype"),
    [
        ("string", 'a"b\n', "string"),
        ("integer", "-007", "integer"),
        ("integer", "9" * 5000, "integer"),
        ("decimal", "+1.", "decimal"),
        ("decimal", ".5", "decimal"),
        ("date", "2024-02-29", "date"),
        ("date", "0000-02-29", "date"),
        ("date", "-0004-02-29+14:00", "date"),
        ("date", "12024-12-31Z", "date"),
        ("date", "1" * 5000 + "-12-31", "date"),
        ("boolean", "true", "boolean"),
    ],
)
def test_parse_value(kind: str, value: str, datatype: str) -> None:
    expected = Literal(value, datatype=NamedNode(XSD + datatype))
    assert parse_value(ParameterType(kind), value, parameter="p") == expected


def test_parse_value_of_an_iri() -> None:
    value = parse_value(ParameterType.IRI, "https://example.org/é", parameter="p")
    assert value == NamedNode("https://example.org/é")


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("integer", "ten", "parameter 'limit' takes a whole number, not 'ten'"),
        ("integer", "1\n", "parameter 'limit' takes a whole number, not '1\\n'"),
        ("integer", "\u0661", "parameter 'limit' takes a whole number, not '\u0661'"),
        ("decimal", "1e5", "parameter 'limit' takes a number, not '1e5'"),
        ("decimal", ".", "parameter 'limit' takes a number, not '.'"),
        ("date", "2023-02-29", "parameter 'limit' takes a date, such as 2024-08-15, not '2023-02-29'"),
        ("date", "2024-13-01", "parameter 'limit' takes a date, such as 2024-08-15, not '2024-13-01'"),
        ("date", "02024-01-01", "parameter 'limit' takes a date, such as 2024-08-15, not '02024-01-01'"),
        ("date", "1900-02-29", "parameter 'limit' takes a date, such as 2024-08-15, not '1900-02-29'"),
        ("boolean", "True", "parameter 'limit' takes true or false, not 'True'"),
        ("string", "\ud800", "parameter 'limit' takes Unicode text, not '\\ud800'"),
        ("iri", "a/b", "parameter 'limit' takes a whole IRI, such as https://example.org/a, not 'a/b'"),
        ("iri", "x:a b", "parameter 'limit' takes a whole IRI, such as https://example.org/a, not 'x:a b'"),
        ("iri", "x:a>", "parameter 'limit' takes a whole IRI, such as https://example.org/a, not 'x:a>'"),
    ],
)  # fmt: skip
def test_parse_value_refuses(kind: str, value: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_value(ParameterType(kind), value, parameter="limit")
    assert str(caught.value) == message


@given(st.sampled_from(["iri", "string", "integer", "decimal", "date", "boolean"]), st.text())
def test_parse_value_raises_only_usage_errors(kind: str, value: str) -> None:
    with contextlib.suppress(UsageError):
        parse_value(ParameterType(kind), value, parameter="p")


@pytest.mark.parametrize("kind", ["entity", "source", "concept"])
def test_names_are_not_looked_up_here(kind: str) -> None:
    with pytest.raises(ValueError, match="looked up in the graph"):
        parse_value(ParameterType(kind), "x", parameter="p")


# --- Header --------------------------------------------------------------------------------------------


def test_a_header() -> None:
    text = """#+ summary: Who said it, and when?
#+ description: >
#+   One row a claim:
#+   the newest first.
# a comment
#+ tags: [people, 2024, no]
#+ params:
#+   - name: entity
#+     type: entity
#+     description: the one asked about
#+   - {name: since, type: date, default: 2024-08-15}
#+   - name: anyone
#+     type: boolean
#+     default: false
#+   - {name: text, type: string, optional: true}
#+   - {name: empty, type: string, default: ''}

SELECT * { VALUES ?entity { UNDEF } }
"""
    header = read_header(text, name="q.rq")
    assert header == Header(
        summary="Who said it, and when?",
        description="One row a claim: the newest first.",
        tags=("people", "2024", "no"),
        parameters=(
            Parameter("entity", ParameterType.ENTITY, "the one asked about", None, False),
            Parameter("since", ParameterType.DATE, "", "2024-08-15", False),
            Parameter("anyone", ParameterType.BOOLEAN, "", "false", False),
            Parameter("text", ParameterType.STRING, "", None, True),
            Parameter("empty", ParameterType.STRING, "", "", False),
        ),
    )
    assert [parameter.required for parameter in header.parameters] == [True, False, False, False, False]


@pytest.mark.parametrize("text", ["", "SELECT * {}", "#+\n#+ # nothing\nSELECT * {}", " #+ summary: no\nASK {}"])
def test_no_header(text: str) -> None:
    assert read_header(text, name="q") == Header()


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        ("sumary: a", 2, "the header has no key 'sumary'; did you mean 'summary'?"),
        (
            "method: GET",
            2,
            "the header has no key 'method'; the keys are summary, description, fix, example, tags, params",
        ),
        ("summary: a\nsummary: b", 3, "the key 'summary' stands twice"),
        ("just text", 2, "the header should be keys and values"),
        ("tags: a", 2, "'tags' should be a list; begin each entry with '- '"),
        ("summary: [a]", 2, "'summary' should be text"),
        ("? [a]\n: b", 2, "a key should be text"),
        ("params:\n- name: a\n  type: entty", 4, "there is no type 'entty'; the types are "),
        ("params:\n- type: iri", 3, "a parameter has no name"),
        ("params:\n- name: a", 3, "a parameter has no type"),
        ("params:\n- name: ?a\n  type: iri", 3, "'?a' is not a parameter's name"),
        ("params:\n- name: a\n  type: iri\n  optional: maybe", 5, "'optional' is true or false, not 'maybe'"),
        ("params:\n- name: a\n  type: integer\n  default: ten", 5, "parameter 'a' takes a whole number"),
        ("params:\n- name: a\n  type: string\n  default:", 5, "a default is empty"),
        ("params:\n- {name: a, type: iri}\n- {name: a, type: iri}", 4, "the parameter 'a' stands twice"),
        ("summary: a: b", 2, "the header is not YAML: mapping values are not allowed here"),
        ("summary: a\ntags: [a", 3, "the header is not YAML: "),
        ("summary: a\ndescription: \x07", 3, "the header holds U+0007, which YAML does not allow"),
        ("tags: " + "[" * 5000, 2, "the header is nested too deeply"),
        ("params: &a [*a]", 2, "a parameter should be keys and values"),
        ("summary: a\n--- \nsummary: b", 3, "the header is not YAML: "),
    ],
)  # fmt: skip
def test_a_bad_header(header: str, line: int, message: str) -> None:
    text = "# first\n" + "".join(f"#+ {part}\n" for part in header.split("\n")) + "SELECT * {}"
    with pytest.raises(SyntaxProblem) as caught:
        read_header(text, name="q.rq")
    if message.startswith(("a parameter should", "the header is not YAML")):
        assert message in str(caught.value)
        assert str(caught.value).startswith("q.rq:")
    else:
        assert str(caught.value).startswith(f"q.rq:{line}: {message}")


@given(st.text(alphabet=st.sampled_from("params:-[]{}&*!|>'\" \n#%@`ab1\x00\ud800"), max_size=60))
def test_any_header_raises_only_our_errors(text: str) -> None:
    with contextlib.suppress(SyntaxProblem):
        read_header("".join(f"#+ {line}\n" for line in text.split("\n")), name="q")
