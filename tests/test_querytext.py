from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Triple

from kgtool.errors import KgtoolError, LimitReached, QueryRefused, SyntaxProblem, UsageError
from kgtool.querytext import QueryForm, bind, bindable, guard, query_form

XSD = "http://www.w3.org/2001/XMLSchema#"


def place_of(error: KgtoolError) -> tuple[str | None, int | None, int | None]:
    return error.file, error.line, error.column


# --- Form and guard ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * { }", "SELECT"),
        ("ask{}", "ASK"),
        ("BASE <http://e/> PREFIX select: <x#> # SELECT\nPREFIX : <y>\r\nConstruct {} {}", "CONSTRUCT"),
        ("DESCRIBE ex:from", "DESCRIBE"),
        ('VERSION "1.2" SELECT * {}', "SELECT"),
        ("S\\u0045LECT * {}", "SELECT"),
        # Each of these words is part of another token.
        ("SELECT ?service $from { _:from ex:load 'LOAD'@from ; a ex:service.from , <x:load> }", "SELECT"),
        ("SELECT * { GRAPH service:g { ?s ?p \"\"\"a \"\" FROM \\\" \"\"\" } } # ; DROP ALL", "SELECT"),
        ("SELECT * { ?s <http://ex.org/service#from> \"it\\u0027s \\U0001F600 \\\\u0041\" }", "SELECT"),
        ("SELECT (GROUP_CONCAT(?x; separator=';') AS ?y) { ?s ?p ?o ; ?q ?r } LIMIT 1", "SELECT"),
        ("SELECT * { FILTER(?a<?b && ?c>=1.5e3 || ?d<-.5) ?s !(a|^ex:p)+/ex:q? ex:x\\.y%20z.. }", "SELECT"),
        ("SELECT * { ?s ?p 'x'@en--ltr, true, 1., 'a\\\\'^^xsd:string }", "SELECT"),
        ("DESCRIBE service:x { ?s ?p ?o }", "DESCRIBE"),
    ],
)  # fmt: skip
def test_what_only_reads_passes(text: str, form: str) -> None:
    assert guard(text, name="q") is QueryForm(form)
    assert query_form(text, name="q") is QueryForm(form)


@pytest.mark.parametrize(
    ("text", "keyword", "line", "column"),
    [
        ("SELECT * WHERE { SERVICE <http://h/> { ?s ?p ?x } }", "SERVICE", 1, 18),
        ("SELECT * {\r\n ?a ex:p ?e .\r service ?e { } }", "SERVICE", 3, 2),
        ("SELECT * { \\u0053E\\U00000052VICE <http://h/> { } }", "SERVICE", 1, 12),
        ("SELECT * { \"\\u00e9\\u00e9\" SERVICE <http://h/> { } }", "SERVICE", 1, 27),
        ("SELECT * FROM <http://h/d.ttl> { }", "FROM", 1, 10),
        ("SELECT * FROM NAMED <file:///d> { }", "FROM", 1, 10),
        ("SELECT*{?s ?p 1}FROM#\n<x:y>", "FROM", 1, 17),
        ("SELECT * { ?s ?p 'a'@enSERVICE, 'b'@en--ltrSERVICE <http://h/> {} }", "SERVICE", 1, 44),
        # Readings of pyoxigraph alone.
        ("SELECT*{SERVICESILENT<http://h/>{}}", "SERVICE", 1, 9),
        ("SELECT*{?s ?p trueSERVICE<http://h/>{}}", "SERVICE", 1, 15),
        ("PREFIX :<x:> SELECT*{SERVICE:s{}}", "SERVICE", 1, 22),
        ("PREFIX u:<x:> SELECT*{ServiceSilentu:s # {\n {}}", "SERVICE", 1, 23),
        ("SELECT*{FILTER(?a<?b)SERVICE#>\n<http://h/>{}}", "SERVICE", 1, 18),
    ],
)  # fmt: skip
def test_what_reaches_out_is_refused(text: str, keyword: str, line: int, column: int) -> None:
    with pytest.raises(QueryRefused, match=f"{keyword} reaches outside") as caught:
        guard(text, name="q.rq")
    assert place_of(caught.value) == ("q.rq", line, column)


@pytest.mark.parametrize(
    "keyword", ["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"]
)
def test_updates_are_refused(keyword: str) -> None:
    for read in (guard, query_form):
        with pytest.raises(QueryRefused) as caught:
            read(f"PREFIX : <x:>\n{keyword.lower()} <x:y>", name="u.ru")
        assert str(caught.value) == f"u.ru:2:1: {keyword} writes; `kgtool query` only reads"


def test_a_second_operation_is_refused() -> None:
    with pytest.raises(QueryRefused, match="begins a second operation") as caught:
        guard("SELECT * { ?s ?p ?o ; ?q ?r } ; SELECT * {}", name="q")
    assert place_of(caught.value) == ("q", 1, 31)
    with pytest.raises(QueryRefused, match="DROP writes"):
        guard("SELECT ( * {} ; DROP ALL", name="q")


@pytest.mark.parametrize("brackets", ["{}", "()", "[]"])
def test_nesting(brackets: str) -> None:
    opened, closed = brackets[0], brackets[1]
    assert guard("SELECT " + opened * 200 + closed * 200, name="q") is QueryForm.SELECT
    assert guard("SELECT " + brackets * 201, name="q") is QueryForm.SELECT
    with pytest.raises(LimitReached) as caught:
        guard("SELECT " + opened * 4000, name="q")
    assert str(caught.value) == "q:1:208: more than 200 brackets are open; nest less deeply"


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("SELECT * { 'a }", "not closed", 12),
        ("SELECT * { 'a\n' }", "not closed", 12),
        ("SELECT * { '''a'' }", "not closed", 12),
        ("SELECT * { 'a\\u000Ab' }", "not closed", 12),
        ("SELECT * { '\\x' }", "not closed", 12),
        ("SELECT * { \x00 }", r"unexpected character U\+0000", 12),
        ("SELECT * { \u017fERVICE <x:y> {} }", "unexpected character '\u017f'", 12),
        ("SELECT * { serviceé }", "unexpected character 'é'", 19),
        ("SELECT * { <a\\b> }", r"unexpected character '\\'", 14),
        ("SELECT * { ?s ?p '\ud800' }", r"U\+D800 is not a Unicode character", 19),
        ("SELECT * { '\\uD83D\\uDE00' }", "uD83D is not a Unicode character", 13),
        ("SELECT * { '\\U00110000' }", "U00110000 is not a Unicode character", 13),
        # The standard and pyoxigraph would cut these into different tokens.
        ('SELECT * { BIND("\\u0022 AS ?a) BIND(" AS ?b) SERVICE <x:y> {} # " }', "may not stand", 18),
        ("SELECT * { 'a\\u005Cn' }", "may not stand", 14),
        ("SELECT * { 'a\\u005C' }", "not closed", 12),
        ("SELECT * { \\u0027a' }", "may not stand", 12),
        ("SELECT * { '''\\u0027''' }", "may not stand", 15),
        ("SELECT * { <a\\u003Eb> }", "may not stand", 14),
        ("SELECT * { # \\u000A SERVICE\n }", "may not stand", 14),
        ("SELECT * { # \\\\u000A SERVICE\n }", "two ways", 14),
        ("SELECT * { } \\u0023 }", "may not stand", 14),
        ("SELECT * \\u007B }", "may not stand", 10),
        ('SELECT * { "a\\\\u0022 }', "two ways", 14),
        ("", "no query", None),
        ("# SELECT\n", "no query", None),
        ("PREFIX : <x:>", "no query", None),
        ("PREFIX ex <x:> SELECT * {}", "prefix with its colon", 8),
        ("PREFIX ex:a <x:> SELECT * {}", "ends with its colon", 8),
        ("BASE", "an IRI in angle brackets", 5),
        ("{ SELECT }", "expected SELECT, ASK, CONSTRUCT or DESCRIBE, not '{'", 1),
        ("SELECTDISTINCT * {}", "expected SELECT", 1),
    ],
)  # fmt: skip
def test_what_is_no_query(text: str, message: str, column: int | None) -> None:
    with pytest.raises(SyntaxProblem, match=message) as caught:
        guard(text, name="q")
    assert place_of(caught.value) == ("q", None if column is None else 1, column)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { " + "a." * 200_000,
        "SELECT * { " + "<a" * 200_000,
        "SELECT * { <" + "))" * 200_000 + ">",
        "SELECT * { <" + "))" * 100_000 + "#" * 100_000,
        "SELECT * { a:" + "." * 200_000,
        "SELECT * { '" + "\\\\" * 200_000,
        "SELECT * { '''" + "''a" * 200_000,
        "SELECT # " + "\\u0041" * 100_000,
        "SELECT * { " + "a-" * 200_000,
    ],
)
def test_text_made_to_be_slow_is_answered(text: str) -> None:
    # Quadratic or worse time would take hours on these; the suite would not end.
    with contextlib.suppress(SyntaxProblem):
        guard(text, name="q")


_PIECES = [
    "SELECT", "SERVICE", "FROM", "PREFIX", "GRAPH", "VALUES", "UNDEF", "?v", "<a:b>", "<", ">",
    "a:b", ":", "_:b", "'", '"', '"""', "\\", "\\u0022", "\\u0053", "\\\\", "#", "\n", " ", "{",
    "}", "(", ")", ";", ".", "1e5", "@en", "\ud800", "\x00", "é",
]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(_PIECES)).map("".join)))
def test_only_our_errors(text: str) -> None:
    for read in (guard, query_form, bindable):
        with contextlib.suppress(KgtoolError):
            read(text, name="q")


# Of these even chance makes queries that pyoxigraph runs; `urn:` services fail without any network.
_SERVICE_PIECES = [
    "SERVICE", "<urn:x>", "{}", "?v", ":", ":x", "FILTER(?a<?b)", "FILTER(?a<1", ")", "#", ">",
    "\n", " ", "a:b", "_:b", "true", "1", ".", '"', "'", "\\u0022", "'x'@en", "--ltr", "?s ?p ",
    "GRAPH", "{", "}", "\\",
]  # fmt: skip


@settings(max_examples=500)
@given(st.lists(st.sampled_from(_SERVICE_PIECES), min_size=3, max_size=14).map("".join))
def test_nothing_that_passes_makes_the_engine_call_a_service(group: str) -> None:
    text = f"PREFIX : <urn:x> PREFIX SERVICE: <urn:y> PREFIX a: <urn:z> SELECT * {{ {group} }}"
    try:
        guard(text, name="q")
    except KgtoolError:
        return
    with contextlib.suppress(SyntaxError):
        answer = Store().query(text)
        assert isinstance(answer, QuerySolutions)
        list(answer)  # calling a service would raise OSError or RuntimeError


# --- Parameters ----------------------------------------------------------------------------------------

ECHO = "SELECT ?x { VALUES ?v { UNDEF } BIND(?v AS ?x) }"


def echo(value: Literal | NamedNode) -> object:
    text = bind(ECHO, {"v": value}, name="q")
    assert guard(text, name="q") is QueryForm.SELECT
    answer = Store().query(text)
    assert isinstance(answer, QuerySolutions)
    (row,) = answer
    return row["x"]


@given(st.text())
@example('alice" . } UNION { ?s <http://ex.org/pw> ?v } #')
@example("\\u0022 \\\\u0022 \\U00000022 \\\x00 \\\\\x01u0022")
@example("'\"\\\n\r\t\x00\x7f\u2028\U0001f600\ufffe")
def test_a_bound_literal_is_exactly_itself(value: str) -> None:
    assert echo(Literal(value)) == Literal(value)
    assert echo(Literal(value, language="en-gb")) == Literal(value, language="en-gb")
    datatype = NamedNode("http://ex.org/type")
    assert echo(Literal(value, datatype=datatype)) == Literal(value, datatype=datatype)


def test_a_bound_iri() -> None:
    assert echo(NamedNode("http://ex.org/é?a=b&c#d'")) == NamedNode("http://ex.org/é?a=b&c#d'")


def test_a_backslash_reads_the_same_before_and_after_tokenising() -> None:
    # A reader that decodes escapes first would make a quotation mark of `\\u0022`.
    assert bind("VALUES ?v {UNDEF}", {"v": Literal("\\u0022")}, name="q") == (r'VALUES ?v {"\\\U000000750022"}')


def test_only_the_undef_is_replaced() -> None:
    text = (
        "#+ params: VALUES ?a { UNDEF }\r\n"
        "SELECT * { VALUES ?a { UNDEF } values $a # here\n{undef} VALUES (?a) { ( UN\\u0044EF ) }\n"
        "  VALUES ?b {UNDEF} VALUES ?a { UNDEF 1 } VALUES (?a ?b) { (UNDEF UNDEF) }\n"
        '  ?s ?p \'VALUES ?a { UNDEF }\', """VALUES ?a { UNDEF }""", \'é\\u00e9\' # VALUES ?a { UNDEF }\n'
        "} VALUES ?a { UNDEF }"
    )
    assert bind(text, {"a": NamedNode("x:y")}, name="q") == (
        "#+ params: VALUES ?a { UNDEF }\r\n"
        "SELECT * { VALUES ?a { <x:y> } values $a # here\n{<x:y>} VALUES (?a) { ( <x:y> ) }\n"
        "  VALUES ?b {UNDEF} VALUES ?a { UNDEF 1 } VALUES (?a ?b) { (UNDEF UNDEF) }\n"
        '  ?s ?p \'VALUES ?a { UNDEF }\', """VALUES ?a { UNDEF }""", \'é\\u00e9\' # VALUES ?a { UNDEF }\n'
        "} VALUES ?a { <x:y> }"
    )
    assert bind(text, {}, name="q") == text
    assert bindable(text, name="q") == ("a", "b")


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("entiy", "q.rq has no parameter 'entiy'; did you mean 'entity'?"),
        ("x", "q.rq has no parameter 'x'; it has entity, limit"),
    ],
)
def test_a_value_without_a_parameter(parameter: str, message: str) -> None:
    text = "SELECT * { VALUES ?limit { UNDEF } VALUES ?entity { UNDEF } VALUES ?x { 1 } }"
    with pytest.raises(UsageError) as caught:
        bind(text, {parameter: Literal("a")}, name="q.rq")
    assert str(caught.value) == message


def test_a_query_without_parameters() -> None:
    with pytest.raises(UsageError, match="q has no parameter 'x'; it takes none"):
        bind("SELECT * {}", {"x": Literal("a")}, name="q")


@pytest.mark.parametrize("value", [BlankNode("b"), Triple(NamedNode("x:s"), NamedNode("x:p"), NamedNode("x:o"))])
def test_a_value_of_another_kind(value: BlankNode | Triple) -> None:
    with pytest.raises(UsageError, match="parameter 'v' takes an IRI or a literal"):
        bind(ECHO, {"v": value}, name="q")
