"""The names of the output formats, as the command line and the library take them."""

from __future__ import annotations

from enum import StrEnum


class ReportFormat(StrEnum):
    """How `validate` reports."""

    TEXT = "text"
    JSON = "json"
    TURTLE = "turtle"
    HTML = "html"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"


class AnswerFormat(StrEnum):
    """How `query` answers."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    XML = "xml"
    MARKDOWN = "markdown"
    TURTLE = "turtle"


class ExportFormat(StrEnum):
    """In which syntax `export` writes."""

    TURTLE = "turtle"
    TRIG = "trig"
    NTRIPLES = "ntriples"
    NQUADS = "nquads"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"


class ShowFormat(StrEnum):
    """How `show` shows."""

    TEXT = "text"
    JSON = "json"


class CompareFormat(StrEnum):
    """How `compare` tells what it found."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    TURTLE = "turtle"
