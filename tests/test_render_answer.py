"""Answers of queries, to the letter, in every format; what a format can carry comes back from it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from casebooks import BASE, DATASET, in_memory
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from kgtool.errors import UsageError
from kgtool.formats import AnswerFormat
from kgtool.labels import Labels
from kgtool.render.answer import default_format, render
from kgtool.results import Answer, Rows, Triples, Truth
from kgtool.vocab import XSD

LABELS = Labels(in_memory(DATASET))
A = NamedNode(f"{BASE}entity/a")


def integer(lexical: str) -> Literal:
    return Literal(lexical, datatype=XSD.integer)


ROWS = Rows(
    ("thing", "text", "n"),
    (
        (A, Literal("plain"), integer("7")),
        (BlankNode("b1"), Literal("l’été, “tôt”", language="fr"), integer("-12")),
        (NamedNode("http://example.net/x?a=1&b=2"), Literal('a "b" <c>\n| d\te\r'), None),
        (
            Literal("2024-08-07Z", datatype=XSD.date),
            Literal("\x1b[31m\u202e]]> \\ *_`&amp;~"),
            Literal("+1.50", datatype=XSD.decimal),
        ),
        (None, Literal("=1+1"), None),
    ),
)


def shown(format_: AnswerFormat, answer: Answer = ROWS, *, raw: bool = False, width: int | None = None) -> str:
    return render(answer, format_, LABELS, raw=raw, width=width)


# --- to the letter ---

TABLE = r"""
thing                            text                                  n
────────────────────────────────────────────────────────────────────────
entity:a                         plain                                 7
_:b1                             l’été, “tôt”                        -12
<http://example.net/x?a=1&b=2>   a "b" <c>\u000A| d\u0009e\u000D
2024-08-07Z                      \u001B[31m\u202E]]> \ *_`&amp;~   +1.50
                                 =1+1
5 rows
"""[1:]


@pytest.mark.parametrize("width", [None, 72, 80])
def test_a_table(width: int | None) -> None:
    assert shown(AnswerFormat.TABLE, width=width) == TABLE


FOLDED = r"""
thing                       text                           n
────────────────────────────────────────────────────────────
entity:a                    plain                          7
_:b1                        l’été, “tôt”                 -12
<http://example.net/x?a=1   a "b" <c>\u000A|
&b=2>                       d\u0009e\u000D
2024-08-07Z                 \u001B[31m\u202E]]> \      +1.50
                            *_`&amp;~
                            =1+1
5 rows
"""[1:]


def test_a_table_is_folded_to_the_terminal() -> None:
    assert shown(AnswerFormat.TABLE, width=60) == FOLDED


def test_rows_are_records_where_columns_have_no_room() -> None:
    rows = Rows(
        ("claim", "statement"),
        ((A, Literal("seven words that do not fit at all")), (None, Literal(" ")), (A, Literal("=1"))),
    )
    assert shown(AnswerFormat.TABLE, rows, width=31) == (
        "── 1 ──────────────────────────\n"
        "claim      entity:a\n"
        "statement  seven words that do\n"
        "           not fit at all\n"
        "── 2 ──────────────────────────\n"
        "statement   \n"
        "── 3 ──────────────────────────\n"
        "claim      entity:a\n"
        "statement  =1\n"
        "3 rows\n"
    )


def test_a_narrow_answer_stays_a_table_on_a_narrow_terminal() -> None:
    rows = Rows(("a", "b"), ((Literal("x"), integer("1")),))
    assert shown(AnswerFormat.TABLE, rows, width=20) == "a   b\n─────\nx   1\n1 row\n"


def test_numbers_stand_right_only_where_all_are_numbers() -> None:
    rows = Rows(("n", "m"), ((integer("7"), integer("7")), (integer("100"), Literal("none")), (None, None)))
    lines = shown(AnswerFormat.TABLE, rows).splitlines()
    assert lines[2:5] == ["  7   7", "100   none", ""]


def test_csv() -> None:
    assert shown(AnswerFormat.CSV) == (
        "thing,text,n\r\n"
        f"{BASE}entity/a,plain,7\r\n"
        '_:b1,"l’été, “tôt”",-12\r\n'
        'http://example.net/x?a=1&b=2,"a ""b"" <c>\n| d\te\r",\r\n'
        "2024-08-07Z,\x1b[31m\u202e]]> \\ *_`&amp;~,+1.50\r\n"
        ",'=1+1,\r\n"
    )
    assert shown(AnswerFormat.CSV, raw=True) == shown(AnswerFormat.CSV).replace("'=1+1", "=1+1")


@pytest.mark.parametrize(
    ("lexical", "cell"),
    [
        ("-5", "-5"),
        ("+05", "+05"),
        ("-1.5e+3", "-1.5e+3"),
        ("=1+1", "'=1+1"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
    ],
)
def test_a_number_is_what_reads_as_one_whatever_its_datatype_says(lexical: str, cell: str) -> None:
    [_, [found]] = csv.reader(io.StringIO(shown(AnswerFormat.CSV, Rows(("n",), ((integer(lexical),),)))))
    assert found == cell


@given(
    st.lists(
        st.one_of(st.text(), st.sampled_from("=+-@'").flatmap(lambda c: st.text().map(lambda t: c + t))), min_size=1
    )
)
def test_defused_cells_can_be_restored(texts: list[str]) -> None:
    rows = Rows(("text", "last"), tuple((Literal(text), Literal("x")) for text in texts))
    [_, *cells] = csv.reader(io.StringIO(shown(AnswerFormat.CSV, rows), newline=""), strict=True)
    assert [cell[1:] if cell.startswith("'") else cell for cell, _ in cells] == texts


def test_tsv() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert shown(AnswerFormat.TSV) == (
        "?thing\t?text\t?n\n"
        f'<{BASE}entity/a>\t"plain"\t"7"^^<{xsd}integer>\n'
        f'_:b1\t"l’été, “tôt”"@fr\t"-12"^^<{xsd}integer>\n'
        '<http://example.net/x?a=1&b=2>\t"a \\"b\\" <c>\\n| d\\te\\r"\t\n'
        f'"2024-08-07Z"^^<{xsd}date>\t"\\u001B[31m\u202e]]> \\\\ *_`&amp;~"\t"+1.50"^^<{xsd}decimal>\n'
        '\t"=1+1"\t\n'
    )


def test_json() -> None:
    rows = Rows(("a", "b"), ((A, None), (Literal("é\n", language="fr"), integer("07"))))
    assert shown(AnswerFormat.JSON, rows) == (
        """\
{
  "head": {
    "vars": [
      "a",
      "b"
    ]
  },
  "results": {
    "bindings": [
      {
        "a": {
          "type": "uri",
          "value": "https://example.org/book/entity/a"
        }
      },
      {
        "a": {
          "type": "literal",
          "value": "é\\n",
          "xml:lang": "fr"
        },
        "b": {
          "type": "literal",
          "value": "07",
          "datatype": "http://www.w3.org/2001/XMLSchema#integer"
        }
      }
    ]
  }
}
"""
    )


def test_xml() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert shown(AnswerFormat.XML) == (
        f"""\
<?xml version="1.0" encoding="UTF-8"?>
<sparql xmlns="http://www.w3.org/2005/sparql-results#">
  <head>
    <variable name="thing"/>
    <variable name="text"/>
    <variable name="n"/>
  </head>
  <results>
    <result>
      <binding name="thing"><uri>{BASE}entity/a</uri></binding>
      <binding name="text"><literal>plain</literal></binding>
      <binding name="n"><literal datatype="{xsd}integer">7</literal></binding>
    </result>
    <result>
      <binding name="thing"><bnode>b1</bnode></binding>
      <binding name="text"><literal xml:lang="fr">l’été, “tôt”</literal></binding>
      <binding name="n"><literal datatype="{xsd}integer">-12</literal></binding>
    </result>
    <result>
      <binding name="thing"><uri>http://example.net/x?a=1&amp;b=2</uri></binding>
      <binding name="text"><literal>a "b" &lt;c&gt;
| d\te&#13;</literal></binding>
    </result>
    <result>
      <binding name="thing"><literal datatype="{xsd}date">2024-08-07Z</literal></binding>
      <binding name="text"><literal>\\u001B[31m\u202e]]&gt; \\ *_`&amp;amp;~</literal></binding>
      <binding name="n"><literal datatype="{xsd}decimal">+1.50</literal></binding>
    </result>
    <result>
      <binding name="text"><literal>=1+1</literal></binding>
    </result>
  </results>
</sparql>
"""
    )


def test_markdown() -> None:
    assert (
        shown(AnswerFormat.MARKDOWN)
        == (
            r"""
| thing | text | n |
| --- | --- | --- |
| entity:a | plain | 7 |
| \_:b1 | l’été, “tôt” | -12 |
| \<http://example.net/x?a=1\&b=2\> | a "b" \<c\>\\u000A\| d\\u0009e\\u000D |  |
| 2024-08-07Z | \\u001B\[31m\\u202E\]\]\> \\ \*\_\`\&amp;\~ | +1.50 |
|  | =1+1 |  |
"""[1:]
        )
    )


def test_turtle() -> None:
    answer = Triples((Triple(A, XSD.of, Literal("01", datatype=XSD.integer)), Triple(A, XSD.of, A)))
    assert shown(AnswerFormat.TURTLE, answer) == (
        f"@prefix entity: <{BASE}entity/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n"
        "entity:a\n    xsd:of entity:a ,\n        01 .\n"
    )


# --- what comes back ---


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        (AnswerFormat.JSON, QueryResultsFormat.JSON),
        (AnswerFormat.XML, QueryResultsFormat.XML),
        (AnswerFormat.TSV, QueryResultsFormat.TSV),
    ],
)
def test_terms_come_back(format_: AnswerFormat, name: QueryResultsFormat) -> None:
    rows = ROWS.rows
    if format_ is AnswerFormat.XML:  # which cannot carry an escape character at all
        rows = (*rows[:3], rows[4])
    back = parse_query_results(shown(format_, Rows(ROWS.variables, rows)), name)
    assert isinstance(back, QuerySolutions)
    variables = list(back.variables)
    assert [variable.value for variable in variables] == list(ROWS.variables)
    found = [tuple(row[variable] for variable in variables) for row in back]
    blank = [[isinstance(term, BlankNode) for term in row] for row in found]
    assert blank == [[isinstance(term, BlankNode) for term in row] for row in rows]
    assert [[t for t in row if not isinstance(t, BlankNode)] for row in found] == [
        [t for t in row if not isinstance(t, BlankNode)] for row in rows
    ]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_from_json(text: str) -> None:
    back = parse_query_results(shown(AnswerFormat.JSON, Rows(("t",), ((Literal(text),),))), QueryResultsFormat.JSON)
    assert isinstance(back, QuerySolutions)
    assert [row["t"] for row in back] == [Literal(text)]


@pytest.mark.parametrize("value", [True, False])
def test_truth_in_every_format(value: bool) -> None:
    word = str(value).lower()
    for format_ in (AnswerFormat.TABLE, AnswerFormat.CSV, AnswerFormat.TSV, AnswerFormat.MARKDOWN):
        assert shown(format_, Truth(value)) == f"{word}\n"
    for format_, name in ((AnswerFormat.JSON, QueryResultsFormat.JSON), (AnswerFormat.XML, QueryResultsFormat.XML)):
        back = parse_query_results(shown(format_, Truth(value)), name)
        assert isinstance(back, QueryBoolean)
        assert bool(back) is value


def test_triples_are_rows_where_there_is_no_turtle() -> None:
    answer = Triples((Triple(A, XSD.of, Literal("x")),))
    assert shown(AnswerFormat.CSV, answer) == (
        f"subject,predicate,object\r\n{BASE}entity/a,http://www.w3.org/2001/XMLSchema#of,x\r\n"
    )
    assert default_format(answer) is AnswerFormat.TURTLE
    assert default_format(ROWS) is default_format(Truth(True)) is AnswerFormat.TABLE


@pytest.mark.parametrize("answer", [ROWS, Truth(True)])
def test_rows_are_no_turtle(answer: Answer) -> None:
    with pytest.raises(UsageError, match=r"^Turtle carries triples, and this query answers"):
        shown(AnswerFormat.TURTLE, answer)


@pytest.mark.parametrize("format_", [each for each in AnswerFormat if each is not AnswerFormat.TURTLE])
def test_an_empty_answer_is_written(format_: AnswerFormat) -> None:
    text = shown(format_, Rows(("a", "b"), ()))
    assert text.endswith("\n")
    assert "a" in text
    assert "b" in text
    assert shown(format_, Rows((), ((),))).endswith("\n")


def test_colour_is_only_for_who_asks() -> None:
    plain = render(ROWS, AnswerFormat.TABLE, LABELS, width=80)
    coloured = render(ROWS, AnswerFormat.TABLE, LABELS, width=80, color=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    unpainted = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "\n".join(line.rstrip() for line in unpainted.splitlines()) + "\n" == plain
