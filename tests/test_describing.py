"""One claim, one source, one entity, one other node as plain values: to the letter, and as the schema has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from casebooks import FIXTURE, written

import kgtool
from kgtool import Casebook, open_casebook
from kgtool.describing import Described, describe
from kgtool.formats import ShowFormat
from kgtool.quotes import texts_of_sources
from kgtool.render.shown import render

CUP = "https://example.org/cup/"
SCHEMA = json.loads((Path(kgtool.__file__).parent / "schemas" / "show.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def cup() -> Casebook:
    return open_casebook(FIXTURE)


def described(casebook: Casebook, name: str, texts: Mapping[str, str] | None = None) -> Described:
    return describe(casebook.holdings, casebook.labels, casebook.labels.resolve(name), texts or {})


def as_json(found: Described) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(found, ShowFormat.JSON))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def named(path: str, label: str) -> dict[str, str]:
    return {"id": f"{CUP}{path}", "name": path.replace("/", ":", 1), "label": label}


EVENING = named("source/evening", "The evening report")
MORNING = named("source/morning", "The morning report")
AGAIN = named("entity/witness-again", "the witness, as the evening report has it")


def test_a_claim(cup: Casebook) -> None:
    assert as_json(described(cup, "morning-3")) == {
        "schema": "https://w3id.org/kgtool/schema/show-1",
        "kind": "claim",
        "id": f"{CUP}claim/morning-3",
        "file": "graph/morning.ttl",
        "line": 69,
        "subject": named("entity/team", "l’équipe"),
        "predicate": {
            "id": "https://w3id.org/kgtool/domain/sport#participatedIn",
            "name": "sport:participatedIn",
            "label": "participated in",
        },
        "object": {"id": f"{CUP}entity/games", "label": "the Games"},
        "polarity": "affirmed",
        "certainty": "certain",
        "mode": "actual",
        "cues": {},
        "qualifiers": [],
        "as_written": None,
        "at_least": None,
        "at_most": None,
        "inferred": None,
        "notes": [],
        "source": MORNING,
        "quote": {
            "id": f"{CUP}source/morning#char=47,107",
            "exact": "a witness told the ministry, says the agency, that they came",
            "start": 47,
            "end": 107,
            "before": None,
            "after": None,
        },
        "attributions": [
            [
                {"agent": named("entity/agency", "the agency"), "cue": "says the agency"},
                {"agent": named("entity/ministry", "the ministry"), "cue": "told the ministry"},
                {"agent": named("entity/witness", "the witness"), "cue": "a witness"},
            ]
        ],
        "origins": [named("entity/witness", "the witness")],
    }


def test_a_claim_with_a_value_a_qualifier_and_a_cue(cup: Casebook) -> None:
    found = as_json(described(cup, "evening-3"))
    assert found["object"] == {"value": "16", "language": None, "datatype": "xsd:integer"}
    assert found["as_written"] == "16"
    [qualifier] = found["qualifiers"]
    assert (qualifier["property"]["name"], qualifier["value"]) == (
        "sport:atGames",
        {"id": f"{CUP}entity/games", "label": "the Games"},
    )
    assert as_json(described(cup, "evening-2"))["cues"] == {"polarity": "not"}
    assert as_json(described(cup, "morning-6"))["object"] == {"value": "first", "language": "en", "datatype": None}


def test_a_source(cup: Casebook) -> None:
    assert as_json(described(cup, "evening")) == {
        "schema": "https://w3id.org/kgtool/schema/show-1",
        "kind": "source",
        "id": f"{CUP}source/evening",
        "file": "graph/evening.ttl",
        "line": 14,
        "title": "The evening report",
        "issued": None,
        "language": "en",
        "publisher": None,
        "url": None,
        "comment": None,
        "sha256": "b" * 64,
        "length": 109,
        "text_found": False,
        "claims": 5,
        "denied": 1,
        "certainties": {"certain": 5},
        "modes": {"actual": 5},
        "origins": [{"agent": EVENING, "claims": 4}, {"agent": AGAIN, "claims": 1}],
    }


def test_an_entity(cup: Casebook) -> None:
    def brief(claim: str, source: dict[str, str], statement: str, quote: str) -> dict[str, Any]:
        return {
            "id": f"{CUP}claim/{claim}",
            "name": f"claim:{claim}",
            "source": source,
            "statement": statement,
            "certainty": "certain",
            "mode": "actual",
            "quote": quote,
            "origins": [source],
        }

    def decided(verdict: str, stands: bool, reason: str) -> dict[str, Any]:
        return {
            "decision": verdict,
            "stands": stands,
            "nodes": [AGAIN],
            "by": "the kgtool founders",
            "date": "2026-11-22",
            "reason": reason,
        }

    won = "the cup · won by · the witness"
    assert as_json(described(cup, "witness")) == {
        "schema": "https://w3id.org/kgtool/schema/show-1",
        "kind": "entity",
        "id": f"{CUP}entity/witness",
        "file": "graph/entities.ttl",
        "line": 43,
        "label": "the witness",
        "types": [
            {"id": "http://www.w3.org/ns/prov#Agent", "name": "prov:Agent", "label": "agent"},
            {"id": "https://schema.org/Person", "name": "schema:Person", "label": "person"},
        ],
        "comment": None,
        "same_as": [AGAIN],
        "spellings": [],
        "decisions": [
            decided("unsure", False, "Neither report names the witness."),
            decided("same", True, "Both were alone at the gate."),
        ],
        "about": [],
        "named_in": [
            brief("evening-5", EVENING, f"{won}, as the evening report has it", "the winner, a witness"),
            brief("morning-10", MORNING, won, "and yet the witness won"),
            brief("morning-8", MORNING, f"{won}, as the evening report has it", "the witness won it"),
            brief("morning-9", MORNING, f"not: {won}", "nor did the witness win"),
        ],
        "origin_of": 2,
    }


def test_an_entity_by_another_name_has_the_same_claims(cup: Casebook) -> None:
    one, other = described(cup, "witness").parts, described(cup, "witness-again").parts
    for key in ("about", "named_in", "origin_of"):
        assert one[key] == other[key]
    assert other["same_as"] == [named("entity/witness", "the witness")]


def test_an_entity_with_spellings(tmp_path: Path) -> None:
    casebook = written(
        tmp_path,
        one="""
entity:ri rdfs:label "Ri" ; rdfs:comment "A man." ; skosxl:altLabel label:1 .
entity:sik rdfs:label "Sik" ; skosxl:altLabel label:2 .
label:1 skosxl:literalForm "리정식"@ko ; dcterms:source source:wire ; oa:hasTarget <q1> , <q2> .
label:2 skosxl:literalForm "Ri Jing-sik" ; dcterms:source source:post .
decision:1 a kg:IdentityDecision ; kg:decision kg:same ; sssom:subject_id entity:ri ; sssom:object_id entity:sik .
""",
    )
    found = as_json(described(casebook, "Ri"))
    assert found["comment"] == "A man."
    assert [(s["form"], s["source"]["label"], s["places"], s["entity"]["label"]) for s in found["spellings"]] == [
        ("리정식", "source:wire", 2, "Ri"),
        ("Ri Jing-sik", "source:post", 0, "Sik"),
    ]


def test_another_node(cup: Casebook) -> None:
    found = as_json(described(cup, "attribution:morning-3-2"))
    assert (found["kind"], found["label"]) == ("node", None)
    assert [(each["property"]["name"], each["value"]) for each in found["properties"]] == [
        ("rdf:type", {"id": "http://www.w3.org/ns/prov#Attribution", "label": "attribution"}),
        ("prov:agent", {"id": f"{CUP}entity/ministry", "label": "the ministry"}),
        ("kg:attributionCue", {"value": "told the ministry", "language": None, "datatype": "xsd:string"}),
        ("kg:innerAttribution", {"id": f"{CUP}attribution/morning-3-3", "label": "attribution:morning-3-3"}),
    ]


def test_a_term_of_the_vocabulary(cup: Casebook) -> None:
    found = as_json(described(cup, "kg:Claim"))
    assert (found["kind"], found["label"]) == ("node", "claim")
    assert found["file"].endswith("ontology/claims.ttl")


def test_a_bare_claim_is_described(tmp_path: Path) -> None:
    casebook = written(tmp_path, one="claim:1 a kg:Claim . entity:a rdfs:label 'a' .")
    found = as_json(described(casebook, "claim:1"))
    assert (found["subject"], found["object"], found["quote"], found["origins"]) == (None, None, None, [])


def test_the_words_in_context_only_where_they_stand(cup: Casebook) -> None:
    text = "they won it in the sprint the cup of the relay and more"
    source = f"{CUP}source/morning"
    quote = described(cup, "morning-2", {source: text}).parts["quote"]
    assert (quote["before"], quote["exact"], quote["after"]) == (
        "they won it in the sprint ",
        "the cup of the relay",
        " and more",
    )
    assert described(cup, "morning-2", {source: text[1:]}).parts["quote"]["before"] is None
    assert described(cup, "morning", {source: text}).parts["text_found"] is True


@pytest.mark.parametrize("kind", ["claim", "source", "entity", "node"])
def test_the_schema_refuses_what_is_missing_or_too_much(cup: Casebook, kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    name = {"claim": "morning-3", "source": "morning", "entity": "witness", "node": "attribution:morning-3-1"}[kind]
    document = as_json(described(cup, name))
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for key in document:
        with pytest.raises(jsonschema.ValidationError):
            validator.validate({other: value for other, value in document.items() if other != key})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**document, "more": 1})


def test_every_node_of_the_included_casebook_follows_the_schema(repository: Path) -> None:
    casebook = open_casebook(repository)
    texts = texts_of_sources(casebook.holdings, None)
    names = ["campaign-089", "podium", "Ri Jong Sik", "Daily NK", "decision:ri", "Paris 2024 Olympics", "kg:mode"]
    for name in names:
        as_json(described(casebook, name, texts))
