"""Reports of validation in each format: to the letter, valid where there is a schema, and safe with hostile words."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

import kgtool
from kgtool.findings import Checked, Finding, Report, Severity
from kgtool.formats import ReportFormat
from kgtool.nodes import NodeIndex
from kgtool.render.report import render
from kgtool.vocab import KG, RDF, SH, SHAPE, XSD

HOSTILE = "\x1b[31mred\u202e line\nbreak ]]> <script>alert(1)</script> 100% ::error::x \x00"
WORDS = r"\u001B[31mred\u202E line\u000Abreak ]]> <script>alert(1)</script> 100% ::error::x \u0000"
ODD_FILE = "graph/a,b:%.ttl"

CHECKED = Checked(
    files=(ODD_FILE, "graph/b.ttl"),
    triples=12,
    claims=1,
    sources=2,
    quotes=3,
    texts=1,
    missing_texts=("https://example.org/book/source/s",),
    shapes={"shape:Claim-mode": 1, "shape:Empty": 0},
    deactivated=("shape:Off",),
    checks=("odd name", "other"),
)
REPORT = Report(
    findings=(
        Finding(
            Severity.VIOLATION,
            "shape:Claim-mode",
            HOSTILE,
            "mend it",
            focus="https://example.org/book/claim/1",
            path=KG.mode.value,
            value="a value",
            file=ODD_FILE,
            line=7,
            column=13,
        ),
        Finding(Severity.WARNING, "quote:words", "two words", "look again", file="graph/b.ttl", line=2),
        Finding(Severity.INFO, "check:odd name", "no place", "nothing to do", path="^<urn:p>/<urn:q>", value="urn:x"),
    ),
    checked=CHECKED,
    prefixes={"claim": "https://example.org/book/claim/"},
)
CLEAN = Report((), replace(CHECKED, missing_texts=(), deactivated=(), shapes={"shape:Claim-mode": 1}))


def shown(format_: ReportFormat, report: Report = REPORT) -> str:
    text = render(report, format_, version="9.9")
    assert text.endswith("\n")
    return text


# --- text ---


def test_text() -> None:
    assert shown(ReportFormat.TEXT) == (
        f"graph/a,b:%.ttl:7:13: violation: {WORDS} [shape:Claim-mode]\n"
        "    mend it\n"
        "graph/b.ttl:2: warning: two words [quote:words]\n"
        "    look again\n"
        "info: no place [check:odd name]\n"
        "    nothing to do\n"
        "\n"
        "Checked 1 claim and 3 quotes of 2 sources in 2 files (12 triples) against 2 shapes and 2 checks.\n"
        "Words NOT compared for 1 of 2 sources: no stored text has their digest "
        "(name the folder with --texts or KGTOOL_TEXTS).\n"
        "Shapes that found nothing to check: shape:Empty.\n"
        "Shapes switched off: shape:Off.\n"
        "Does not conform: 1 violation, 1 warning, 1 info.\n"
    )


def test_a_clean_text() -> None:
    assert shown(ReportFormat.TEXT, CLEAN) == (
        "Checked 1 claim and 3 quotes of 2 sources in 2 files (12 triples) against 1 shape and 2 checks.\n"
        "Every quote was compared with its source's stored text.\n"
        "Conforms.\n"
    )


def test_the_verdict_counts_what_does_not_break_it() -> None:
    report = replace(REPORT, findings=REPORT.findings[1:])
    assert shown(ReportFormat.TEXT, report).splitlines()[-1] == "Conforms (1 warning, 1 info)."


def test_nothing_to_check_is_said() -> None:
    report = replace(CLEAN, checked=replace(CLEAN.checked, triples=0, sources=0, claims=0, quotes=0, shapes={}))
    assert shown(ReportFormat.TEXT, report) == (
        "Checked 0 claims and 0 quotes of 0 sources in 2 files (0 triples) against 0 shapes and 2 checks.\n"
        "Nothing to check: the files hold no triples.\n"
    )


def test_colour_is_only_for_who_asks() -> None:
    coloured = render(REPORT, ReportFormat.TEXT, version="9.9", color=True)
    assert "\x1b[31m\x1b[1mviolation\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown(ReportFormat.TEXT)


# --- JSON ---


@pytest.mark.parametrize("report", [REPORT, CLEAN])
def test_json_follows_its_schema(report: Report) -> None:
    schema = json.loads((Path(kgtool.__file__).parent / "schemas" / "report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(shown(ReportFormat.JSON, report))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["conforms"] is report.conforms
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**document, "more": 1})


def test_json_says_all_that_a_finding_says() -> None:
    document = json.loads(shown(ReportFormat.JSON))
    assert document["findings"][0] == {
        "severity": "violation",
        "rule": "shape:Claim-mode",
        "file": ODD_FILE,
        "line": 7,
        "column": 13,
        "focus": "https://example.org/book/claim/1",
        "path": KG.mode.value,
        "value": "a value",
        "message": HOSTILE,
        "fix": "mend it",
    }
    assert document["findings"][2]["file"] is None
    assert document["checked"] == {
        "files": [ODD_FILE, "graph/b.ttl"],
        "triples": 12,
        "claims": 1,
        "sources": 2,
        "quotes": 3,
        "texts": 1,
        "missing_texts": ["https://example.org/book/source/s"],
        "shapes": {"shape:Claim-mode": 1, "shape:Empty": 0},
        "deactivated": ["shape:Off"],
        "checks": ["odd name", "other"],
    }


# --- Turtle ---


def test_turtle_is_a_shacl_report() -> None:
    index = NodeIndex(parse(shown(ReportFormat.TURTLE), RdfFormat.TURTLE))
    [root] = index.instances(SH.ValidationReport)
    assert index.values(root, SH.conforms) == [Literal("false", datatype=XSD.boolean)]
    results = index.values(root, SH.result)
    assert results == index.instances(SH.ValidationResult)
    by_severity = {index.node(result, SH.resultSeverity): result for result in results}
    assert set(by_severity) == {SH.Violation, SH.Warning, SH.Info}
    violation = by_severity[SH.Violation]
    assert isinstance(violation, BlankNode)
    assert {each: index.values(violation, each) for each in index.properties(violation)} == {
        RDF.type: [SH.ValidationResult],
        SH.focusNode: [NamedNode("https://example.org/book/claim/1")],
        SH.resultPath: [KG.mode],
        SH.resultSeverity: [SH.Violation],
        SH.resultMessage: [Literal(f"{HOSTILE}; mend it")],
        SH.value: [Literal("a value")],
        SH.sourceShape: [SHAPE["Claim-mode"]],
        SH.sourceConstraintComponent: [NamedNode("urn:kgtool:rule:shape:Claim-mode")],
    }
    info = by_severity[SH.Info]
    assert isinstance(info, BlankNode)
    assert index.values(info, SH.resultPath) == []
    assert index.values(info, SH.sourceConstraintComponent) == [NamedNode("urn:kgtool:rule:check:odd%20name")]


def test_turtle_of_a_clean_report() -> None:
    assert shown(ReportFormat.TURTLE, CLEAN) == (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n\n_:b0\n    a sh:ValidationReport ;\n    sh:conforms true .\n"
    )


# --- HTML ---


class Page(HTMLParser):
    """The tags, the attributes and the words of a page; whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_html_is_one_page_without_scripts_and_outside_parts() -> None:
    page = Page()
    text = shown(ReportFormat.HTML)
    page.feed(text)
    page.close()
    assert page.open == []
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & page.tags
    assert not {each for each in page.attributes if each.startswith("on") or each in ("src", "href", "style")}
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")
    assert WORDS.replace(r"\u000A", "\n") in page.words
    assert "Does not conform: 1 violation, 1 warning, 1 info." in page.words
    assert "graph/a,b:%.ttl:7:13" in page.words
    assert text.count('<section class="finding') == 3
    assert not set("\x1b\u202e\x00") & set(text)


def test_html_of_a_clean_report_has_no_findings() -> None:
    text = shown(ReportFormat.HTML, CLEAN)
    assert '<p class="verdict yes">Conforms.</p>' in text
    assert "<section" not in text


# --- JUnit ---


def test_junit_counts_rules_and_those_that_were_broken() -> None:
    suites = ET.fromstring(shown(ReportFormat.JUNIT))
    assert suites.tag == "testsuites"
    [suite] = suites
    for each in (suites, suite):
        assert {name: each.get(name) for name in ("tests", "failures", "errors")} == {
            "tests": "5",
            "failures": "1",
            "errors": "0",
        }
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert list(cases) == ["shape:Claim-mode", "shape:Empty", "check:odd name", "check:other", "quote:words"]
    [failure] = suite.iter("failure")
    assert failure is cases["shape:Claim-mode"].find("failure")
    assert failure.get("message") == "1 finding"
    words = HOSTILE.replace("\x1b", r"\u001B").replace("\x00", r"\u0000").replace("\n", r"\n")
    assert failure.text == f"graph/a,b:%.ttl:7:13: violation: {words}; mend it"
    assert [each.text for each in suite.iter("system-out")] == [
        "info: no place; nothing to do",
        "graph/b.ttl:2: warning: two words; look again",
    ]


def test_junit_of_a_clean_report_has_no_failures() -> None:
    suites = ET.fromstring(shown(ReportFormat.JUNIT, CLEAN))
    assert (suites.get("tests"), suites.get("failures")) == ("4", "0")
    assert list(suites.iter("failure")) == []


# --- SARIF ---


def test_sarif_has_what_2_1_0_requires() -> None:
    # https://docs.oasis-open.org/sarif/sarif/v2.1.0/: sections 3.13, 3.14, 3.18, 3.19, 3.27 to 3.30
    log = json.loads(shown(ReportFormat.SARIF))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    assert set(run) == {"tool", "columnKind", "results"}
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("kgtool", "9.9")
    assert driver["rules"] == [
        {"id": "check:odd name", "help": {"text": "nothing to do"}},
        {"id": "quote:words", "help": {"text": "look again"}},
        {"id": "shape:Claim-mode", "help": {"text": "mend it"}},
    ]
    violation, warning, info = run["results"]
    assert violation == {
        "ruleId": "shape:Claim-mode",
        "ruleIndex": 2,
        "level": "error",
        "message": {"text": f"{HOSTILE}. mend it"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "graph/a%2Cb%3A%25.ttl"},
                    "region": {"startLine": 7, "startColumn": 13},
                }
            }
        ],
    }
    assert warning["level"] == "warning"
    assert warning["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 1}
    assert (info["level"], "locations" in info) == ("note", False)
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_of_a_file_whose_name_is_no_utf_8() -> None:
    finding = replace(REPORT.findings[1], file="graph/caf\udce9.ttl")
    log = json.loads(shown(ReportFormat.SARIF, replace(REPORT, findings=(finding,))))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "graph/caf%E9.ttl"}


def test_sarif_of_a_clean_report_has_a_run() -> None:
    [run] = json.loads(shown(ReportFormat.SARIF, CLEAN))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


# --- GitHub ---


def test_github_gets_a_command_a_finding() -> None:
    words = WORDS.replace("%", "%25")
    assert shown(ReportFormat.GITHUB) == (
        f"::error title=shape%3AClaim-mode,file=graph/a%2Cb%3A%25.ttl,line=7,col=13::{words}; mend it\n"
        "::warning title=quote%3Awords,file=graph/b.ttl,line=2::two words; look again\n"
        "::notice title=check%3Aodd name::no place; nothing to do\n"
        "Does not conform: 1 violation, 1 warning, 1 info.\n"
    )


def test_github_properties_cannot_break_out() -> None:
    finding = replace(REPORT.findings[1], file="a\n::error::b\x1b", rule="r\r")
    first, last = shown(ReportFormat.GITHUB, replace(REPORT, findings=(finding,))).splitlines()
    assert first == (r"::warning title=r\u000D,file=a\u000A%3A%3Aerror%3A%3Ab\u001B,line=2::two words; look again")
    assert last == "Conforms (1 warning)."
