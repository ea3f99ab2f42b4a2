"""What `compare` prints: as text, JSON, CSV and Turtle."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pyoxigraph
import pytest
from pyoxigraph import NamedNode, RdfFormat

import kgtool
from kgtool import Casebook
from kgtool.compare import ComparisonReport, QuestionResult
from kgtool.render.comparison import kebab, question_label, render_csv, render_json, render_text, sum_sentence

SCHEMA = json.loads((Path(kgtool.__file__).parent / "schemas" / "compare.schema.json").read_text("utf-8"))
INVENTED = Path(__file__).parent / "compare" / "invented"


@pytest.fixture(scope="module", params=["paris-2024", "invented"])
def casebook(request: pytest.FixtureRequest, repository: Path) -> Casebook:
    return kgtool.open_casebook(INVENTED if request.param == "invented" else repository)


@pytest.fixture(scope="module")
def report(casebook: Casebook) -> ComparisonReport:
    return casebook.compare()


def disputed(report: ComparisonReport) -> list[QuestionResult]:
    return [question for question in report.questions if "disputed" in question.states]


def test_states_are_written_in_kebab_case() -> None:
    assert kebab("selfContradicted") == "self-contradicted"
    assert kebab("disputed") == "disputed"


def test_text_of_one_question(repository: Path) -> None:
    casebook = kgtool.open_casebook(repository)
    report = casebook.compare()
    text = render_text(report, casebook.labels, questions=disputed(report), findings=False, width=80, color=False)
    assert text.split("\n\n", 1)[1] == (
        "event · the silver medal of North Korea’s table tennis pair at Paris 2024\n"
        "  disputed\n"
        "  ▸ the table tennis mixed doubles at Paris 2024\n"
        "      claim:campaign-048  “in the mixed doubles but somehow smashed their way to\n"
        "          a silver medal”\n"
        "  ▸ the table tennis mixed team event at Paris 2024\n"
        "      claim:podium-021  “the silver medal in the mixed team event”\n"
        "  why: claim:campaign-048 differs from claim:podium-021, no shared origin\n"
    )
    assert max(map(len, text.splitlines())) <= 80


def test_a_sum_shows_its_arithmetic(repository: Path) -> None:
    casebook = kgtool.open_casebook(repository)
    sentences = [sum_sentence(each, casebook.labels) for each in casebook.compare().sums]
    assert any(
        "4 (wrestling and boxing together, claim:campaign-057) + 1 (diving, claim:campaign-123) = 5, "
        "above the total 4 (claim:campaign-039), within one source" in sentence
        for sentence in sentences
    )


def test_json_meets_its_schema_and_counts_every_claim(casebook: Casebook, report: ComparisonReport) -> None:
    text = render_json(report, casebook.labels, questions=report.questions, findings=True)
    document = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    claims = [c["id"] for q in document["questions"] for a in q["answers"] for c in a["claims"]]
    assert sorted(claims) == [claim.iri for claim in casebook.claims()]
    assert document["counts"]["questions"] == len(document["questions"])
    assert len(document["sums"]) == len(report.sums) > 0
    assert len(document["timelines"]) == len(report.timelines) > 0


def test_csv_has_a_row_a_claim_with_its_comparisons(casebook: Casebook, report: ComparisonReport) -> None:
    rows = list(csv.DictReader(io.StringIO(render_csv(report, casebook.labels, questions=report.questions))))
    assert len(rows) == len(casebook.claims())
    pairs = sum(len(row["compared"].split("; ")) for row in rows if row["compared"])
    assert pairs == 2 * sum(len(question.comparisons) for question in report.questions)


def test_turtle_carries_the_conflict_with_its_links(repository: Path) -> None:
    casebook = kgtool.open_casebook(repository)
    (question,) = disputed(casebook.compare())
    turtle = casebook.comparisons(questions=[question.iri])
    quads = list(pyoxigraph.parse(turtle, RdfFormat.TURTLE))
    links = {
        (quad.subject.value.rsplit("/", 1)[-1], quad.object.value.rsplit("/", 1)[-1])
        for quad in quads
        if quad.predicate == NamedNode("http://purl.org/spar/cito/disagreesWith")
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, NamedNode)
    }
    assert links == {("campaign-048", "podium-021"), ("podium-021", "campaign-048")}


def test_an_export_with_comparisons_asserts_no_claim(casebook: Casebook) -> None:
    quads = {
        (quad.subject, quad.predicate, quad.object)
        for quad in pyoxigraph.parse(casebook.export("ntriples", comparisons=True), RdfFormat.N_TRIPLES)
    }
    asserted = [
        claim.iri
        for claim in casebook.claims()
        if (NamedNode(claim.subject or ""), NamedNode(claim.predicate or ""), claim.object) in quads
    ]
    assert asserted == []
    verdict = NamedNode("https://w3id.org/kgtool/ontology#verdict")
    assert sum(predicate == verdict for _, predicate, _ in quads) == sum(
        len(question.comparisons) for question in casebook.compare().questions
    )


def test_a_question_reads_in_words(report: ComparisonReport, casebook: Casebook) -> None:
    labels = [question_label(question, casebook.labels) for question in report.questions]
    assert len(labels) > 30
    assert not [label for label in labels if "http" in label]
