"""Comparison against lists that were written by reading, and what must hold of it on any casebook."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from kgtool import open_casebook
from kgtool.compare import ComparisonReport, compare
from kgtool.labels import Labels

HERE = Path(__file__).parent / "compare"
CASES = {
    "paris-2024": (HERE.parent.parent, HERE / "paris-2024.expected.yaml"),
    "invented": (HERE / "invented", HERE / "invented" / "expected.yaml"),
}


def local(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


def kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name)


def origin(iri: str) -> str:
    return f"{'source' if '/source/' in iri else 'entity'}:{local(iri)}"


def expected(name: str) -> Any:
    return yaml.safe_load(CASES[name][1].read_text("utf-8"))


@pytest.fixture(scope="module", params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> tuple[ComparisonReport, Any, Labels]:
    casebook = open_casebook(CASES[request.param][0])
    return compare(casebook.holdings), expected(request.param), casebook.labels


Told = dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, Any]]


def told(report: ComparisonReport, labels: Labels) -> Told:
    """The questions of a report in the words of the expected files."""
    found: Told = {}
    for question in report.questions:
        qualifiers = tuple(sorted((labels.short(name), local(value.value)) for name, value in question.qualifiers))
        found[local(question.subject), labels.short(question.predicate), qualifiers] = {
            "claims": [local(claim.iri) for claim in question.claims],
            "states": sorted(kebab(state.value) for state in question.states),
            "silent": sorted(map(local, question.silent)),
            "comparisons": [
                {
                    "a": local(each.a),
                    "b": local(each.b),
                    "verdict": kebab(each.verdict.value),
                    "reason": kebab(each.reason) if each.reason else None,
                    "finer": local(each.finer) if each.finer else None,
                    "same_source": each.same_source,
                    "shared_origins": [origin(iri) for iri in each.shared_origins],
                    "origins_unknown": each.origins_unknown,
                    "certainty_differs": each.certainty_differs,
                    "mode_differs": each.mode_differs,
                }
                for each in question.comparisons
            ],
        }
    return found


def test_every_question_a_reader_lists_has_what_the_reader_says(
    case: tuple[ComparisonReport, Any, Labels],
) -> None:
    report, wanted, labels = case
    questions = told(report, labels)
    assert len(wanted["questions"]) >= 30
    for question in wanted["questions"]:
        key = (question["subject"], question["predicate"], tuple(sorted((question["qualifiers"] or {}).items())))
        got = questions[key]
        assert got["claims"] == question["claims"], key
        assert got["states"] == sorted(question["states"]), key
        assert got["silent"] == sorted(question["silent"]), key
        pairs = [{"finer": None, "reason": None, **pair} for pair in question["comparisons"]]
        assert got["comparisons"] == pairs, key


def test_nothing_is_told_that_a_reader_would_reject(case: tuple[ComparisonReport, Any, Labels]) -> None:
    """Whatever the expected list leaves out has one source and no conflict."""
    report, wanted, labels = case
    listed = {
        (q["subject"], q["predicate"], tuple(sorted((q["qualifiers"] or {}).items()))) for q in wanted["questions"]
    }
    for key, question in told(report, labels).items():
        if key not in listed:
            assert question["states"] == ["single-source"], key
            assert {pair["verdict"] for pair in question["comparisons"]} <= {"agrees", "coexists"}, key
    conflicts = {
        (local(pair.a), local(pair.b))
        for question in report.questions
        for pair in question.comparisons
        if pair.verdict.value in ("differs", "denies")
    }
    rejected = {(pair["a"], pair["b"]) for pair in wanted["rejected"]}
    assert len(rejected) >= 10
    assert not conflicts & rejected


def test_sums_show_their_arithmetic(case: tuple[ComparisonReport, Any, Labels]) -> None:
    report, wanted, labels = case
    got = [
        {
            "subject": local(each.subject),
            "predicate": labels.short(each.predicate),
            "qualifiers": {labels.short(name): local(value) for name, value in each.qualifiers},
            "over": labels.short(each.over),
            "scope": each.scope,
            "total": {"claim": local(each.total.claim), "value": each.total.value},
            "parts": [{"claim": local(p.claim), "of": local(p.of), "value": p.value} for p in each.parts],
            "sum": each.sum,
            "kind": each.kind,
        }
        for each in report.sums
    ]
    assert {repr(each) for each in got} == {repr(_numbers(each)) for each in wanted["sums"]}


def _numbers(sum_: dict[str, Any]) -> dict[str, Any]:
    """An expected sum with its numbers as the report has them."""
    return {
        "subject": sum_["subject"],
        "predicate": sum_["predicate"],
        "qualifiers": sum_["qualifiers"] or {},
        "over": sum_["over"],
        "scope": sum_["scope"],
        "total": {"claim": sum_["total"]["claim"], "value": Decimal(sum_["total"]["value"])},
        "parts": [{"claim": p["claim"], "of": p["of"], "value": Decimal(p["value"])} for p in sum_["parts"]],
        "sum": Decimal(sum_["sum"]),
        "kind": sum_["kind"],
    }


def test_timelines_name_the_earliest_end(case: tuple[ComparisonReport, Any, Labels]) -> None:
    report, wanted, _ = case
    got = [
        {
            "process": local(each.process),
            "began": local(each.began),
            "duration": local(each.duration),
            "said_over": local(each.said_over),
            "issued": each.issued,
            "earliest_end": each.earliest_end,
        }
        for each in report.timelines
    ]
    assert got == [
        {
            "process": each["process"],
            "began": each["began"]["claim"],
            "duration": each["duration"]["claim"],
            "said_over": each["said_over"]["claim"],
            "issued": each["said_over"]["issued"],
            "earliest_end": each["earliest_end"],
        }
        for each in wanted["timelines"]
    ]


def test_a_copy_of_a_source_never_raises_corroboration(tmp_path: Path) -> None:
    shutil.copytree(HERE / "invented", tmp_path / "book")
    before = compare(open_casebook(tmp_path / "book").holdings)
    wire = (tmp_path / "book" / "graph" / "wire.ttl").read_text("utf-8")
    copy = (
        wire.replace("source:wire", "source:echo")
        .replace("claim:wire-", "claim:echo-")
        .replace("attribution:wire-", "attribution:echo-")
        .replace("label:wire-", "label:echo-")
        .replace("<source/wire#", "<source/echo#")
        .replace("a kg:Source ;", "a kg:Source ;\n    prov:wasDerivedFrom source:wire ;", 1)
    )
    copy = re.sub(r"    dcterms:publisher .*\n", "", copy)
    # The wire stays what it was; only what points to it as upstream must still do so.
    copy = copy.replace("prov:wasDerivedFrom source:echo", "prov:wasDerivedFrom source:wire")
    (tmp_path / "book" / "graph" / "echo.ttl").write_text(copy, "utf-8")
    after = compare(open_casebook(tmp_path / "book").holdings)
    key = {question.iri: question for question in before.questions}
    gained = [
        question.iri
        for question in after.questions
        if "corroborated" in question.states and "corroborated" not in key[question.iri].states
    ]
    assert len(after.questions) == len(before.questions)
    assert gained == []
    assert after.counts() != before.counts()


def test_an_unrelated_source_changes_no_verdict(tmp_path: Path) -> None:
    shutil.copytree(HERE / "invented", tmp_path / "book")
    before = compare(open_casebook(tmp_path / "book").holdings)
    (tmp_path / "book" / "graph" / "other.ttl").write_text(
        """@prefix b: <https://example.org/casebook/halvar/> .
        @prefix kg: <https://w3id.org/kgtool/ontology#> .
        @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
        <https://example.org/casebook/halvar/source/other> a kg:Source .
        <https://example.org/casebook/halvar/claim/other-001> a kg:Claim , rdf:Statement ;
            rdf:subject <https://example.org/casebook/halvar/entity/elsewhere> ;
            rdf:predicate <https://example.org/harbour#cause> ; rdf:object "rust"@en ;
            kg:polarity kg:affirmed ; kg:certainty kg:certain ; kg:mode kg:actual ;
            prov:wasQuotedFrom <https://example.org/casebook/halvar/source/other> .
        """,
        "utf-8",
    )
    after = compare(open_casebook(tmp_path / "book").holdings)
    verdicts = {(p.a, p.b): p.verdict for q in before.questions for p in q.comparisons}
    assert {(p.a, p.b): p.verdict for q in after.questions for p in q.comparisons} == verdicts
    assert len(after.questions) == len(before.questions) + 1
