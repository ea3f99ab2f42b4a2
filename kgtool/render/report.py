"""Reports of `validate` in its formats.

JSON has a schema of its own (`kgtool/schemas/report.schema.json`); Turtle is a SHACL validation report; HTML is one
page without scripts or outside parts; JUnit, SARIF 2.1.0 and GitHub's workflow commands are what CI systems read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import typer
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kgtool.errors import place
from kgtool.findings import Finding, Report, Severity
from kgtool.formats import ReportFormat
from kgtool.nodes import is_iri
from kgtool.render.safe import for_html, for_terminal, for_xml
from kgtool.vocab import PREFIXES, RDF, SH, XSD

SCHEMA_ID = "https://w3id.org/kgtool/schema/report-1"


def render(report: Report, format_: ReportFormat, *, version: str, color: bool = False) -> str:
    """A report as text that ends with a newline."""
    match format_:
        case ReportFormat.TEXT:
            return _text(report, color=color)
        case ReportFormat.JSON:
            return _json(report)
        case ReportFormat.TURTLE:
            return _turtle(report)
        case ReportFormat.HTML:
            return _html(report)
        case ReportFormat.JUNIT:
            return _junit(report)
        case ReportFormat.SARIF:
            return _sarif(report, version)
        case ReportFormat.GITHUB:
            return _github(report)


# --- text ---

_COLORS = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def _text(report: Report, *, color: bool) -> str:
    def styled(text: str, **style: Any) -> str:
        # click's colours: rich takes longer to import than a small casebook takes to be read.
        return typer.style(text, **style) if color else text

    lines: list[str] = []
    for finding in report.findings:
        where = place(finding.file, finding.line, finding.column)
        severity = styled(finding.severity.value, fg=_COLORS[finding.severity], bold=True)
        rule = styled(f"[{finding.rule}]", dim=True)
        lines.append(f"{for_terminal(f'{where}: ' if where else '')}{severity}: {for_terminal(finding.message)} {rule}")
        lines.append(styled(f"    {for_terminal(finding.fix)}", dim=True))
    if report.findings:
        lines.append("")
    lines += [for_terminal(sentence) for sentence in summary(report)]
    lines.append(styled(verdict_of(report), fg="green" if report.conforms else "red", bold=True))
    return "\n".join(lines) + "\n"


def summary(report: Report) -> list[str]:
    """What was checked, in sentences."""
    checked = report.checked
    sentences = [
        f"Checked {_count(checked.claims, 'claim')} and {_count(checked.quotes, 'quote')} of "
        f"{_count(checked.sources, 'source')} in {_count(len(checked.files), 'file')} "
        f"({_count(checked.triples, 'triple')}) against {_count(len(checked.shapes), 'shape')} "
        f"and {_count(len(checked.checks), 'check')}."
    ]
    if checked.sources and not checked.missing_texts:
        sentences.append("Every quote was compared with its source's stored text.")
    elif checked.sources:
        sentences.append(
            f"Words NOT compared for {len(checked.missing_texts)} of {_count(checked.sources, 'source')}: "
            "no stored text has their digest (name the folder with --texts or KGTOOL_TEXTS)."
        )
    empty = [name for name, count in checked.shapes.items() if count == 0]
    if empty:
        sentences.append(f"Shapes that found nothing to check: {', '.join(empty)}.")
    if checked.deactivated:
        sentences.append(f"Shapes switched off: {', '.join(checked.deactivated)}.")
    return sentences


def verdict_of(report: Report) -> str:
    if not report.checked.triples:
        return "Nothing to check: the files hold no triples."
    counts = [f"{_count(report.count(s), s.value)}" for s in Severity if report.count(s)]
    if report.conforms:
        return f"Conforms ({', '.join(counts)})." if counts else "Conforms."
    return f"Does not conform: {', '.join(counts)}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --- json ---


def _json(report: Report) -> str:
    checked = report.checked
    document: dict[str, Any] = {
        "schema": SCHEMA_ID,
        "conforms": report.conforms,
        "findings": [_finding_object(finding) for finding in report.findings],
        "checked": {
            "files": list(checked.files),
            "triples": checked.triples,
            "claims": checked.claims,
            "sources": checked.sources,
            "quotes": checked.quotes,
            "texts": checked.texts,
            "missing_texts": list(checked.missing_texts),
            "shapes": dict(checked.shapes),
            "deactivated": list(checked.deactivated),
            "checks": list(checked.checks),
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _finding_object(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "rule": finding.rule,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "focus": finding.focus,
        "path": finding.path,
        "value": finding.value,
        "message": finding.message,
        "fix": finding.fix,
    }


# --- turtle ---


def _turtle(report: Report) -> str:
    from urllib.parse import quote

    from kgtool.writing import to_turtle

    root = BlankNode("report")
    triples = [
        Triple(root, RDF.type, SH.ValidationReport),
        Triple(root, SH.conforms, Literal("true" if not report.findings else "false", datatype=XSD.boolean)),
    ]
    for number, finding in enumerate(report.findings):
        result = BlankNode(f"result{number}")
        triples += [
            Triple(root, SH.result, result),
            Triple(result, RDF.type, SH.ValidationResult),
            Triple(result, SH.resultSeverity, SH[finding.severity.value.capitalize()]),
            Triple(result, SH.resultMessage, Literal(f"{finding.message}; {finding.fix}")),
            Triple(result, SH.sourceConstraintComponent, NamedNode(f"urn:kgtool:rule:{quote(finding.rule, safe=':')}")),
        ]
        for property_, value in (
            (SH.focusNode, finding.focus),
            (SH.resultPath, finding.path if finding.path and is_iri(finding.path) else None),
            (SH.value, finding.value),
        ):
            if value is not None:
                term = NamedNode(value) if is_iri(value) else Literal(value)
                triples.append(Triple(result, property_, term))
        shape = _shape_iri(finding, report.prefixes)
        if shape is not None:
            triples.append(Triple(result, SH.sourceShape, NamedNode(shape)))
    return to_turtle(triples, prefixes={**PREFIXES, **report.prefixes})


def _shape_iri(finding: Finding, prefixes: Mapping[str, str]) -> str | None:
    name, _, local = finding.rule.partition(":")
    known = {**PREFIXES, **prefixes}
    return known[name] + local if name in known and name not in ("check", "quote") else None


# --- html ---

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b;
  background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.verdict { font-weight: 600; padding: .6rem 1rem; border-radius: .4rem; }
.yes { background: #e3f4e6; color: #14532d; } .no { background: #fde8e6; color: #7a1410; }
.finding { border-left: .3rem solid #888; padding: .2rem 1rem; margin: 1rem 0; overflow-wrap: anywhere; }
.violation { border-color: #b3261e; } .warning { border-color: #b26a00; } .info { border-color: #0b5cad; }
.severity { font-weight: 600; } .where, .rule, code { font-family: ui-monospace, monospace; font-size: .9em; }
.rule { color: #595959; } .fix { color: #333; margin: .2rem 0; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem 1.5rem .15rem 0; }
td.n { text-align: right; }
@media (prefers-color-scheme: dark) { body { background: #16181c; color: #e6e6e6; } .rule { color: #a8a8a8; }
  .fix { color: #cfcfcf; } .yes { background: #12351d; color: #b7ebc3; } .no { background: #45120f; color: #ffd3ce; } }
"""


def _html(report: Report) -> str:
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Validation report</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>Validation report</h1>",
        f'<p class="verdict {"yes" if report.conforms else "no"}">{for_html(verdict_of(report))}</p>',
        *(f"<p>{for_html(sentence)}</p>" for sentence in summary(report)),
    ]
    if report.findings:
        parts.append(f"<h2>Findings ({len(report.findings)})</h2>")
    for finding in report.findings:
        where = place(finding.file, finding.line, finding.column)
        parts.append(
            f'<section class="finding {finding.severity.value}">'
            f'<div><span class="severity">{finding.severity.value}</span> '
            f'<span class="where">{for_html(where)}</span> <span class="rule">{for_html(finding.rule)}</span></div>'
            f"<div>{for_html(finding.message)}</div>"
            f'<div class="fix">{for_html(finding.fix)}</div></section>'
        )
    rows = "".join(
        f'<tr><td><code>{for_html(name)}</code></td><td class="n">{count}</td></tr>'
        for name, count in report.checked.shapes.items()
    )
    parts.append(
        "<h2>What was checked</h2>\n<table><thead><tr><th>Shape</th><th>Focus nodes</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>\n</body>\n</html>"
    )
    return "\n".join(parts) + "\n"


# --- junit ---


def _junit(report: Report) -> str:
    """One test case a shape, check and kind of quote finding; its failures are the findings."""
    rules = dict.fromkeys([*report.checked.shapes, *(f"check:{name}" for name in report.checked.checks), "quote:words"])
    by_rule: dict[str, list[Finding]] = {rule: [] for rule in rules}
    for finding in report.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    failures = sum(bool(_failing(found)) for found in by_rule.values())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="kgtool validate" tests="{len(by_rule)}" failures="{failures}" errors="0">',
        f'  <testsuite name="kgtool validate" tests="{len(by_rule)}" failures="{failures}" errors="0" skipped="0">',
    ]
    for rule, found in by_rule.items():
        lines.append(f'    <testcase classname="kgtool" name={_attribute(rule)}>')
        failing = _failing(found)
        if failing:
            body = "\n".join(_junit_line(finding) for finding in failing)
            message = f"{len(failing)} finding{'' if len(failing) == 1 else 's'}"
            lines.append(f"      <failure message={_attribute(message)}>{escape(for_xml(body))}</failure>")
        rest = [finding for finding in found if finding not in failing]
        if rest:
            body = "\n".join(_junit_line(finding) for finding in rest)
            lines.append(f"      <system-out>{escape(for_xml(body))}</system-out>")
        lines.append("    </testcase>")
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _failing(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.VIOLATION]


def _junit_line(finding: Finding) -> str:
    where = place(finding.file, finding.line, finding.column)
    start = f"{where}: " if where else ""
    return f"{start}{finding.severity.value}: {finding.message}; {finding.fix}".replace("\n", "\\n")


def _attribute(text: str) -> str:
    return quoteattr(for_xml(text))


# --- sarif ---

_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def _sarif(report: Report, version: str) -> str:
    rules = sorted({finding.rule for finding in report.findings})
    fixes = {finding.rule: finding.fix for finding in reversed(report.findings)}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kgtool",
                        "version": version,
                        "rules": [{"id": rule, "help": {"text": fixes[rule]}} for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(finding, rules) for finding in report.findings],
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _sarif_result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.fix}"},
    }
    if finding.file is not None:
        from urllib.parse import quote

        location: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.file, errors="surrogateescape")}}
        if finding.line is not None:
            location["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
        result["locations"] = [{"physicalLocation": location}]
    return result


# --- github ---

_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def _github(report: Report) -> str:
    lines = []
    for finding in report.findings:
        properties = [("title", finding.rule), ("file", finding.file), ("line", finding.line), ("col", finding.column)]
        shown = ",".join(
            f"{name}={_github_property(for_terminal(str(value)))}" for name, value in properties if value is not None
        )
        text = _github_data(for_terminal(f"{finding.message}; {finding.fix}"))
        lines.append(f"::{_COMMANDS[finding.severity]} {shown}::{text}")
    lines.append(verdict_of(report))
    return "\n".join(lines) + "\n"


def _github_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_data(text).replace(":", "%3A").replace(",", "%2C")
