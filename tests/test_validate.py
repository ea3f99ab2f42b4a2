"""One slip is one finding, at its line: the included casebook, broken in one place at a time."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kgtool.errors import InputError, LimitReached, SeveralErrors, SyntaxProblem, UsageError
from kgtool.findings import Finding, Severity
from kgtool.layout import casebook_at
from kgtool.validate import validate
from kgtool.worker import Limits

BASE = "https://w3id.org/kgtool/casebook/paris-2024/"


@pytest.fixture
def casebook(tmp_path: Path, repository: Path) -> Path:
    """A copy of the included graph, to be broken; the vocabulary is the packaged one."""
    shutil.copytree(repository / "graph", tmp_path / "graph")
    return tmp_path


def edit(file: Path, change: Callable[[str], str]) -> None:
    before = file.read_text("utf-8")
    after = change(before)
    assert after != before, "the edit changed nothing"
    file.write_text(after, "utf-8")


def once(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def line_of(file: Path, needle: str) -> int:
    """The line of the only place where `needle` stands."""
    text = file.read_text("utf-8")
    assert text.count(needle) == 1, (needle, text.count(needle))
    return text[: text.index(needle)].count("\n") + 1


def findings(casebook: Path, texts: Path | None) -> tuple[Finding, ...]:
    return validate(casebook_at(casebook), texts=texts).findings


def test_the_casebook_is_clean_and_every_word_is_compared(repository: Path, texts: Path) -> None:
    report = validate(casebook_at(repository), texts=texts)
    assert report.findings == ()
    assert report.conforms
    assert report.checked.sources == 2
    assert report.checked.texts == 2
    assert report.checked.missing_texts == ()
    assert report.checked.claims >= 200
    assert all(count > 0 for count in report.checked.shapes.values())
    assert len(report.checked.checks) >= 7


def test_without_texts_it_is_clean_and_says_what_was_not_compared(
    casebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KGTOOL_TEXTS", raising=False)
    report = validate(casebook_at(casebook))
    assert report.findings == ()
    assert report.checked.texts == 0
    assert report.checked.missing_texts == (f"{BASE}source/campaign", f"{BASE}source/podium")


def test_texts_beside_the_graph_are_found(casebook: Path, texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KGTOOL_TEXTS", raising=False)
    shutil.copytree(texts, casebook / "texts")
    assert validate(casebook_at(casebook)).checked.texts == 2


SELFIE = "source/campaign#char=72,126"

# name, file, edit, what stands only on the line of the finding (after the edit), the rule, words of the message
SLIPS = [
    (
        "a digit of a start",
        "campaign.ttl",
        once("oa:start 72 ", "oa:start 73 "),
        "oa:start 73 ",
        "quote:words",
        "at 73–126 of the text but at 72–126",
    ),
    (
        "a digit of an end",
        "campaign.ttl",
        once("    oa:end 126 ;", "    oa:end 128 ;"),
        "oa:end 128 ;",
        "quote:words",
        "at 72–128 of the text but at 72–126",
    ),
    (
        "a digit of a quote's own IRI",
        "campaign.ttl",
        once(f"<{SELFIE}>\n    a", "<source/campaign#char=72,127>\n    a"),
        "<source/campaign#selector=72,126> ;",
        "quote:words",
        "says char=72,127, but its selector says 72,126",
    ),
    (
        "a letter of a quote",
        "podium.ttl",
        once('"may face disciplinary action for smiling"', '"may face disciplinary action for smirking"'),
        '"may face disciplinary action for smirking"',
        "quote:words",
        "which has “may face disciplinary action for smiling” at 220–260",
    ),
    (
        "a letter of a spelling",
        "podium.ttl",
        once('literalForm "Ri Jing-sik"', 'literalForm "Ri Jong-sik"'),
        'literalForm "Ri Jong-sik"',
        "quote:spelling",
        "“Ri Jong-sik” is not what its quote has: “Ri Jing-sik”",
    ),
    (
        "a misspelt property",
        "campaign.ttl",
        once("kg:certainty kg", "kg:certanty kg"),
        "kg:certanty",
        "check:undeclared-property",
        "kg:certanty",
    ),
    (
        "a misspelt part of the statement",
        "campaign.ttl",
        once("rdf:object ", "rdf:objct "),
        "rdf:objct",
        "check:undeclared-property",
        "rdf:objct",
    ),
    (
        "a misspelt value of a scheme",
        "campaign.ttl",
        once("kg:polarity kg:affirmed", "kg:polarity kg:afirmed"),
        "kg:afirmed",
        "shape:Claim-polarity",
        "kg:polarity kg:afirmed, which cannot stand there",
    ),
    (
        "a misspelt property inside a claim",
        "campaign.ttl",
        once("rdf:predicate sport:medalTableRank", "rdf:predicate sport:medalTableRang"),
        "sport:medalTableRang",
        "shape:Predicate-compared-as",
        "sport:medalTableRang is spoken of but not described",
    ),
    (
        "a misspelt class",
        "campaign.ttl",
        once("a kg:Source ;", "a kg:Sorce ;"),
        "kg:Sorce",
        "check:undeclared-class",
        "kg:Sorce",
    ),
    (
        "a misspelt class of a claim",
        "campaign.ttl",
        once("a kg:Claim ,", "a kg:Clam ,"),
        "kg:Clam ,",
        "check:undeclared-class",
        "kg:Clam",
    ),
    (
        "a misspelt entity",
        "campaign.ttl",
        once("rdf:subject entity:podium-selfie", "rdf:subject entity:podium-selfi"),
        "entity:podium-selfi ;",
        "shape:Subject-label",
        "entity:podium-selfi is spoken of but not described",
    ),
    (
        "a misspelt answer",
        "campaign.ttl",
        once("rdf:object entity:rio-2016", "rdf:object entity:rio-2015"),
        "entity:rio-2015",
        "shape:Object",
        "entity:rio-2015 is spoken of but not described",
    ),
    (
        "a misspelt agent",
        "campaign.ttl",
        once("prov:agent entity:ioc ", "prov:agent entity:iocc "),
        "entity:iocc",
        "shape:Agent-label",
        "entity:iocc is spoken of but not described",
    ),
    (
        "a claim without its source",
        "podium.ttl",
        once(";\n    prov:wasQuotedFrom source:podium .", " ."),
        "claim:podium-001",
        "shape:Claim-source",
        "claim:podium-001 has no prov:wasQuotedFrom",
    ),
    (
        "a second object",
        "campaign.ttl",
        once("rdf:object entity:paris ;", "rdf:object entity:paris ,\n        entity:china-team ;"),
        "        entity:china-team ;",
        "shape:Claim-object",
        "more than one rdf:object; the last is entity:china-team",
    ),
    (
        "a denial without its cue",
        "campaign.ttl",
        lambda text: re.sub(r"    kg:polarityCue .*\n", "", text, count=1),
        "claim:campaign-020",
        "shape:Claim-polarity-cue",
        "claim:campaign-020 does not meet the shape “cue of a denial”",
    ),
    (
        "a letter of a cue",
        "campaign.ttl",
        once('"seemed to"', '"seems to"'),
        '"seems to"',
        "quote:wording",
        "“seems to” do not stand in the source's text",
    ),
    (
        "other words for a quantity",
        "campaign.ttl",
        once('asWritten "seven"', 'asWritten "eight"'),
        '"eight"',
        "quote:wording",
        "“eight” do not stand in the claim's quote",
    ),
    (
        "bounds that cross",
        "campaign.ttl",
        once("kg:atLeast 1350000000", "kg:atLeast 1550000000"),
        "kg:atLeast 1550000000",
        "shape:Claim-at-least",
        "which cannot stand there",
    ),
    (
        "a quote of the other source",
        "campaign.ttl",
        once("prov:wasQuotedFrom source:campaign", "prov:wasQuotedFrom source:podium"),
        "    oa:hasTarget <source/campaign#char=0,22> ;",
        "check:quote-of-another-source",
        "claim:campaign-001 oa:hasTarget",
    ),
    (
        "a misspelt decision",
        "identities.ttl",
        once("kg:decision kg:same", "kg:decision kg:sam"),
        "kg:sam ",
        "shape:IdentityDecision-decision",
        "kg:decision kg:sam, which cannot stand there",
    ),
    (
        "a digit of a text's length",
        "podium.ttl",
        once("kg:textLength 2151", "kg:textLength 2152"),
        "kg:textLength 2152",
        "quote:text-length",
        "the stored text has 2151 code points, not 2152",
    ),
]


@pytest.mark.parametrize(
    ("file", "change", "needle", "rule", "words"), [slip[1:] for slip in SLIPS], ids=[slip[0] for slip in SLIPS]
)
def test_one_slip_is_one_finding_at_its_line(
    casebook: Path, texts: Path, file: str, change: Callable[[str], str], needle: str, rule: str, words: str
) -> None:
    path = casebook / "graph" / file
    edit(path, change)
    (found,) = findings(casebook, texts)
    assert (found.rule, found.severity) == (rule, Severity.VIOLATION)
    assert words in found.message
    assert found.fix
    assert found.file == f"graph/{file}"
    if "\n" not in needle and path.read_text("utf-8").count(needle) == 1:
        assert found.line == line_of(path, needle)
    else:
        assert needle in path.read_text("utf-8").splitlines()[(found.line or 0) - 1]


def test_a_reference_to_a_quote_that_is_not_there(casebook: Path, texts: Path) -> None:
    path = casebook / "graph" / "campaign.ttl"
    edit(path, once(f"oa:hasTarget <{SELFIE}>", "oa:hasTarget <source/campaign#char=72,127>"))
    (found,) = findings(casebook, texts)
    assert found.rule == "shape:QuotedWords"
    assert found.line == line_of(path, "#char=72,127")
    assert f"did you mean <{SELFIE}>?" in found.fix


def test_a_dropped_source_is_one_finding_however_many_claims_quote_it(casebook: Path, texts: Path) -> None:
    path = casebook / "graph" / "podium.ttl"
    edit(path, lambda text: re.sub(r"source:podium\n(?:    .*\n)+", "", text, count=1))
    (found,) = findings(casebook, texts)
    assert (found.rule, found.focus) == ("shape:QuotedSource", f"{BASE}source/podium")
    assert found.line is not None


def test_a_claim_asserted_as_a_triple(casebook: Path, texts: Path) -> None:
    path = casebook / "graph" / "entities.ttl"
    triple = f"<{BASE}entity/podium-selfie> society:takenIn <{BASE}entity/paris> ."
    edit(
        path,
        lambda text: f"{text}\n@prefix society: <https://w3id.org/kgtool/domain/society#> .\n{triple}\n",
    )
    (found,) = findings(casebook, texts)
    assert found.rule == "check:asserted-claim"
    assert found.line == line_of(path, triple)


def test_a_changed_letter_is_told_by_its_length_without_the_texts(
    casebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KGTOOL_TEXTS", raising=False)
    edit(casebook / "graph" / "campaign.ttl", once("oa:start 72 ", "oa:start 73 "))
    (found,) = findings(casebook, None)
    assert found.rule == "quote:words"
    assert "span 53 code points, but oa:exact has 54" in found.message


def test_a_digest_without_its_text_is_a_warning(casebook: Path, texts: Path) -> None:
    edit(casebook / "graph" / "campaign.ttl", once("225e7a57", "225e7a58"))
    report = validate(casebook_at(casebook), texts=texts)
    (found,) = report.findings
    assert (found.rule, found.severity) == ("quote:no-text", Severity.WARNING)
    assert report.conforms
    assert report.checked.missing_texts == (f"{BASE}source/campaign",)


def test_words_that_stand_twice_ask_for_a_prefix(casebook: Path, texts: Path) -> None:
    edit(casebook / "graph" / "podium.ttl", lambda text: re.sub(r"    oa:prefix .*\n", "", text, count=1))
    (found,) = findings(casebook, texts)
    assert (found.rule, found.severity) == ("quote:words-around", Severity.WARNING)
    assert "stand 2 times" in found.message


def test_turtle_that_breaks_names_its_line(casebook: Path) -> None:
    path = casebook / "graph" / "campaign.ttl"
    lines = path.read_text("utf-8").splitlines()
    lines[56] += " ;;; x"
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(SyntaxProblem) as caught:
        validate(casebook_at(casebook))
    assert (caught.value.file, caught.value.line) == ("graph/campaign.ttl", 57)


def test_every_unreadable_file_is_named(casebook: Path) -> None:
    (casebook / "graph" / "a.ttl").write_bytes(b"\xff\xfe\xfd")
    (casebook / "graph" / "b.ttl").write_text("<http://example.org/a> .", "utf-8")
    with pytest.raises(SeveralErrors) as caught:
        validate(casebook_at(casebook))
    assert [error.file for error in caught.value.errors] == ["graph/a.ttl", "graph/b.ttl"]


def test_an_empty_graph_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    with pytest.raises(InputError, match="holds no RDF file"):
        validate(casebook_at(tmp_path))


def test_a_missing_folder_of_texts_is_refused(casebook: Path) -> None:
    with pytest.raises(UsageError, match="no such folder of stored texts"):
        validate(casebook_at(casebook), texts=casebook / "nowhere")


def test_a_file_of_the_graph_is_checked_with_the_rest_but_alone_reported(casebook: Path, texts: Path) -> None:
    edit(casebook / "graph" / "campaign.ttl", once("kg:certainty kg", "kg:certanty kg"))
    layout = casebook_at(casebook)
    assert validate(layout, [casebook / "graph" / "podium.ttl"], texts=texts).findings == ()
    (found,) = validate(layout, [casebook / "graph" / "campaign.ttl"], texts=texts).findings
    assert found.rule == "check:undeclared-property"


def test_a_file_from_elsewhere_is_checked_on_its_own(casebook: Path, tmp_path: Path) -> None:
    lone = tmp_path / "lone.ttl"
    lone.write_text("@prefix kg: <https://w3id.org/kgtool/ontology#> .\n<http://example.org/c> a kg:Claim .\n", "utf-8")
    report = validate(casebook_at(casebook), [lone])
    assert report.checked.claims == 1
    assert {finding.rule for finding in report.findings} >= {"shape:Claim-subject", "shape:Claim-object"}
    assert {finding.line for finding in report.findings} == {2}


def test_files_do_not_share_blank_nodes(casebook: Path) -> None:
    for name in ("x", "y"):
        (casebook / "graph" / f"{name}.ttl").write_text(
            "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
            f'_:a rdfs:label "{name}"@en ; rdfs:comment "a node"@en .\n',
            "utf-8",
        )
    assert validate(casebook_at(casebook)).findings == ()


def test_a_limit_is_no_verdict(casebook: Path) -> None:
    with pytest.raises(LimitReached, match=r"longer than 0\.01 s"):
        validate(casebook_at(casebook), limits=Limits(seconds=0.01))


def test_a_casebook_may_bring_shapes_of_its_own(casebook: Path) -> None:
    (casebook / "ontology").mkdir()
    (casebook / "ontology" / "shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "@prefix kg: <https://w3id.org/kgtool/ontology#> .\n"
        "<urn:x:S> a sh:NodeShape ; sh:targetClass kg:Source ; sh:mincount 1 .\n",
        "utf-8",
    )
    with pytest.raises(InputError) as caught:
        validate(casebook_at(casebook))
    assert (caught.value.file, caught.value.line) == ("ontology/shapes.ttl", 3)
    assert "sh:mincount" in str(caught.value)
    assert "did you mean sh:minCount?" in str(caught.value)


def test_the_vocabulary_of_a_casebook_is_linted(casebook: Path) -> None:
    domain = casebook / "ontology" / "domain"
    domain.mkdir(parents=True)
    (domain / "own.ttl").write_text(
        "@prefix kg: <https://w3id.org/kgtool/ontology#> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "<urn:x:p> a rdf:Property ; kg:comparedAs kg:one ; rdfs:isDefinedBy <urn:x:o> ;\n"
        '    skos:prefLabel "p"@en ; skos:definition "no sentence"@en .\n',
        "utf-8",
    )
    (found,) = validate(casebook_at(casebook)).findings
    assert (found.rule, found.file, found.line) == ("style:Term-definition", "ontology/domain/own.ttl", 6)
