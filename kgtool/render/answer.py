"""Answers of queries in the formats of `query`.

CSV and TSV follow SPARQL 1.1 Query Results CSV and TSV Formats, JSON the SPARQL 1.1 Query Results JSON Format, XML the
SPARQL Query Results XML Format. The triples of CONSTRUCT and DESCRIBE are Turtle, or rows of three in the others.
"""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import typer
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kgtool.errors import UsageError
from kgtool.formats import AnswerFormat
from kgtool.labels import Labels
from kgtool.render.safe import for_spreadsheet, for_terminal, for_xml
from kgtool.results import Answer, Rows, Term, Triples, Truth
from kgtool.writing import to_turtle

# Columns of a terminal below which a table's column cannot be read.
_NARROWEST_COLUMN = 16
_TRIPLE = ("subject", "predicate", "object")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


def default_format(answer: Answer) -> AnswerFormat:
    return AnswerFormat.TURTLE if isinstance(answer, Triples) else AnswerFormat.TABLE


def render(
    answer: Answer,
    format_: AnswerFormat,
    labels: Labels,
    *,
    raw: bool = False,
    width: int | None = None,
    color: bool = False,
) -> str:
    """An answer as text that ends with a newline.

    `raw` leaves CSV and TSV cells as the standard has them, formulas included. A table is folded to `width` columns
    (None: as wide as it needs). Raises UsageError where the format cannot carry the answer.
    """
    if format_ is AnswerFormat.TURTLE:
        if not isinstance(answer, Triples):
            raise UsageError(
                "Turtle carries triples, and this query answers with rows", advice="choose another --format"
            )
        return to_turtle(answer.triples, prefixes=labels.holdings.prefixes, base=labels.holdings.base)
    if isinstance(answer, Truth):
        return _truth(answer.value, format_)
    rows = _as_rows(answer)
    if format_ is AnswerFormat.TABLE:
        return _table(rows, labels, width, color=color)
    if format_ is AnswerFormat.CSV:
        return _csv(rows, raw=raw)
    if format_ is AnswerFormat.TSV:
        return _tsv(rows)
    renderers: dict[AnswerFormat, Callable[[Rows], str]] = {
        AnswerFormat.JSON: _json,
        AnswerFormat.XML: _xml,
        AnswerFormat.MARKDOWN: lambda each: _markdown(each, labels),
    }
    return renderers[format_](rows)


def _as_rows(answer: Rows | Triples) -> Rows:
    if isinstance(answer, Rows):
        return answer
    return Rows(_TRIPLE, tuple((t.subject, t.predicate, t.object) for t in answer.triples))


def _truth(value: bool, format_: AnswerFormat) -> str:
    word = "true" if value else "false"
    if format_ is AnswerFormat.JSON:
        return json.dumps({"head": {}, "boolean": value}, indent=2) + "\n"
    if format_ is AnswerFormat.XML:
        return f"{_XML_HEAD}  <head/>\n  <boolean>{word}</boolean>\n</sparql>\n"
    return word + "\n"


def _table(rows: Rows, labels: Labels, width: int | None, *, color: bool) -> str:
    cells = [[for_terminal(labels.term(term)) for term in row] for row in rows.rows]
    needed = sum(
        max([len(name), *(len(row[column]) for row in cells)]) + 3 for column, name in enumerate(rows.variables)
    )
    if width is not None and needed > width and width < _NARROWEST_COLUMN * len(rows.variables):
        return _records(rows.variables, cells, width, color=color)
    if width is None:
        return _unfolded(rows, cells)
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=color, no_color=not color, legacy_windows=False)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
    for column, name in enumerate(rows.variables):
        numeric = bool(cells) and all(_is_number(row[column]) for row in rows.rows)
        table.add_column(name, overflow="fold", justify="right" if numeric else "left")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    if rows.variables:
        console.print(table)
    count = len(rows.rows)
    console.print(Text(f"{count} row{'' if count == 1 else 's'}", style="dim"))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _unfolded(rows: Rows, cells: list[list[str]]) -> str:
    """The table as wide as it needs to be, for a pipe; made by hand, since folding is what takes rich its time."""
    from rich.cells import cell_len

    widths: list[int] = []
    numeric: list[bool] = []
    for column, name in enumerate(rows.variables):
        widths.append(max([cell_len(name), *(cell_len(row[column]) for row in cells)]))
        numeric.append(bool(cells) and all(_is_number(row[column]) for row in rows.rows))

    def line(row: Sequence[str]) -> str:
        padded = []
        for cell, width, right in zip(row, widths, numeric, strict=True):
            space = " " * (width - cell_len(cell))
            padded.append(space + cell if right else cell + space)
        return "   ".join(padded).rstrip()

    lines = [line(rows.variables), "─" * (sum(widths) + 3 * (len(widths) - 1)), *map(line, cells)]
    count = len(cells)
    return "\n".join([*(lines if rows.variables else []), f"{count} row{'' if count == 1 else 's'}"]) + "\n"


def _records(variables: tuple[str, ...], cells: list[list[str]], width: int, *, color: bool) -> str:
    """One block a row, one line a column: how a row reads that has more columns than the terminal has room for."""
    margin = max(len(name) for name in variables) + 2
    lines: list[str] = []
    for number, row in enumerate(cells, start=1):
        heading = f"── {number} ".ljust(min(width, 40), "─")
        lines.append(typer.style(heading, dim=True) if color else heading)
        for name, cell in zip(variables, row, strict=True):
            if not cell:
                continue
            label = name.ljust(margin)
            folded = textwrap.wrap(cell, max(20, width - margin), break_on_hyphens=False) or [cell]
            lines.append((typer.style(label, bold=True) if color else label) + folded[0])
            lines += [" " * margin + each for each in folded[1:]]
    count = len(cells)
    return "\n".join([*lines, f"{count} row{'' if count == 1 else 's'}"]) + "\n"


def _is_number(term: Term | None) -> bool:
    return term is None or (
        isinstance(term, Literal)
        and term.datatype.value.rsplit("#", 1)[-1] in ("integer", "decimal", "double", "nonNegativeInteger")
    )


def _csv(rows: Rows, *, raw: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # the format asks for CRLF
    writer.writerow(rows.variables)
    for row in rows.rows:
        writer.writerow([_csv_cell(term) if raw else _defused(term) for term in row])
    return out.getvalue()


def _defused(term: Term | None) -> str:
    cell = _csv_cell(term)
    # A number's datatype proves nothing: "=1+1"^^xsd:integer is RDF too.
    return cell if _is_number(term) and _NUMBER.fullmatch(cell) else for_spreadsheet(cell)


def _csv_cell(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, BlankNode | Triple):
        return str(term)
    return term.value


def _tsv(rows: Rows) -> str:
    lines = ["\t".join(f"?{name}" for name in rows.variables)]
    lines += ["\t".join("" if term is None else str(term).replace("\t", "\\t") for term in row) for row in rows.rows]
    return "\n".join(lines) + "\n"


def _json(rows: Rows) -> str:
    bindings = [
        {name: _json_term(term) for name, term in zip(rows.variables, row, strict=True) if term is not None}
        for row in rows.rows
    ]
    answer = {"head": {"vars": list(rows.variables)}, "results": {"bindings": bindings}}
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def _json_term(term: Term) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Literal):
        found = {"type": "literal", "value": term.value}
        if term.language is not None:
            found["xml:lang"] = term.language
        elif term.datatype.value != _XSD_STRING:
            found["datatype"] = term.datatype.value
        return found
    return {"type": "literal", "value": str(term)}


_XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">\n'


def _xml(rows: Rows) -> str:
    lines = ["  <head>"]
    lines += [f"    <variable name={quoteattr(name)}/>" for name in rows.variables]
    lines += ["  </head>", "  <results>"]
    for row in rows.rows:
        lines.append("    <result>")
        for name, term in zip(rows.variables, row, strict=True):
            if term is not None:
                lines.append(f"      <binding name={quoteattr(name)}>{_xml_term(term)}</binding>")
        lines.append("    </result>")
    lines += ["  </results>", "</sparql>"]
    return _XML_HEAD + "\n".join(lines) + "\n"


def _xml_term(term: Term) -> str:
    if isinstance(term, Triple):
        return f"<literal>{escape(for_xml(str(term)))}</literal>"
    # A carriage return that stands as it is would be read back as a newline.
    value = escape(for_xml(term.value), {"\r": "&#13;"})
    if isinstance(term, NamedNode):
        return f"<uri>{value}</uri>"
    if isinstance(term, BlankNode):
        return f"<bnode>{value}</bnode>"
    if term.language is not None:
        return f"<literal xml:lang={quoteattr(term.language)}>{value}</literal>"
    if term.datatype.value == _XSD_STRING:
        return f"<literal>{value}</literal>"
    return f"<literal datatype={quoteattr(term.datatype.value)}>{value}</literal>"


def _markdown(rows: Rows, labels: Labels) -> str:
    if not rows.variables:
        return f"{len(rows.rows)} rows\n"

    def line(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |"

    body = [line([_markdown_cell(labels.term(term)) for term in row]) for row in rows.rows]
    return "\n".join([line(list(rows.variables)), line(["---"] * len(rows.variables)), *body]) + "\n"


def _markdown_cell(text: str) -> str:
    shown = for_terminal(text)
    for mark in "\\`*_[]<>|&~":
        shown = shown.replace(mark, f"\\{mark}")
    return shown
