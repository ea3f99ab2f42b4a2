"""Invented casebooks of any size, the same for the same seed.

    python tests/benchmarks/generate.py 10000 /tmp/book [--seed 1]

Two fifths of the questions are answered by two to five sources; one in ten of those is in conflict, and the rest agree
word for word, in another spelling, by a narrower answer or within a rounding. Attribution chains have none to three
hops, often to an agent whom the other sources name, too, and some end at an unnamed origin; some sources copy others;
some entities go by two IRIs that a decision joins. Each claim has its quote and selector, so that a casebook weighs
what one written by hand does. There are no stored texts: comparison needs none.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

BASE = "https://example.org/generated/"
_PREFIXES = {
    "bench": "https://example.org/generated/vocabulary#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "kg": "https://w3id.org/kgtool/ontology#",
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_PROLOGUE = f"@base <{BASE}> .\n" + "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in _PREFIXES.items())
_VOCABULARY = """
bench:cause a rdf:Property ; kg:comparedAs kg:one ; skos:prefLabel "cause"@en .
bench:place a rdf:Property ; kg:comparedAs kg:one ; skos:prefLabel "place"@en .
bench:seen a rdf:Property ; kg:comparedAs kg:many ; skos:prefLabel "seen"@en .
bench:people a rdf:Property ; kg:comparedAs kg:quantity ; kg:additive true ; skos:prefLabel "people"@en .
bench:weight a rdf:Property ; kg:comparedAs kg:quantity ; kg:tolerance 0.05 ; skos:prefLabel "weight"@en .
bench:calledBy a rdf:Property ; kg:comparedAs kg:name ; skos:prefLabel "called by"@en .
bench:occasion a rdf:Property , kg:IdentifyingQualifier ; skos:prefLabel "occasion"@en .
"""
_PROPERTIES = ("cause", "place", "seen", "people", "weight", "calledBy")
_CAUSES = ("fog", "an engine fault", "a broken mast", "high water", "a misread chart", "a strike", "a storm", "ice")
_NAMES = ("Anna", "Bror", "Cilla", "Dag", "Elin", "Folke", "Greta", "Holger", "Ines", "Jon")
_CLAIMS_PER_SOURCE = 100


@dataclass
class _Source:
    """A source on its way to a file: its lines so far, and the next free position in its text."""

    name: str
    lines: list[str] = field(default_factory=list)
    claims: int = 0
    position: int = 0


@dataclass(frozen=True)
class _Question:
    subject: str
    predicate: str
    occasion: str | None
    answer: int
    agent: str | None


def generate(claims: int, folder: Path, seed: int = 1) -> None:
    """Write a casebook of so many claims to `folder`, which is made if need be."""
    dice = Random(seed)
    (folder / "graph").mkdir(parents=True, exist_ok=True)
    (folder / "ontology" / "domain").mkdir(parents=True, exist_ok=True)
    sources = [_source(number, dice) for number in range(max(5, claims // _CLAIMS_PER_SOURCE))]
    entities = max(10, claims // 8)
    aliases = {number for number in range(entities) if dice.random() < 0.03}
    written = 0
    for question in _questions(dice, entities):
        shared = dice.random() < 0.4
        answering = dice.sample(sources, min(dice.randint(2, 5) if shared else 1, claims - written))
        conflict = len(answering) > 1 and dice.random() < 0.1
        for number, source in enumerate(answering):
            _write_claim(source, question, dice, aliases, conflict=conflict and number == len(answering) - 1)
        written += len(answering)
        if written == claims:
            break
    for source in sources:
        (folder / "graph" / f"{source.name}.ttl").write_text(_PROLOGUE + "".join(source.lines), "utf-8")
    (folder / "graph" / "casebook.ttl").write_text(
        f'{_PROLOGUE}<> a dcat:Dataset ; dcterms:title "A generated casebook"@en ; void:uriSpace "{BASE}" .\n', "utf-8"
    )
    (folder / "graph" / "entities.ttl").write_text(_PROLOGUE + "".join(_entities(entities, aliases)), "utf-8")
    (folder / "graph" / "identities.ttl").write_text(_PROLOGUE + "".join(map(_decision, sorted(aliases))), "utf-8")
    (folder / "ontology" / "domain" / "bench.ttl").write_text(_PROLOGUE + _VOCABULARY, "utf-8")


def _questions(dice: Random, entities: int) -> Iterator[_Question]:
    """Questions without end, none of them twice."""
    seen: set[tuple[int, str, int]] = set()
    while True:
        key = (dice.randrange(entities), dice.choice(_PROPERTIES), dice.choice((0, 0, *range(1, 9))))
        if key not in seen:
            seen.add(key)
            entity, predicate, occasion = key
            where = f"occasion-{occasion}" if occasion else None
            told = f"agent-{dice.randrange(200)}" if dice.random() < 0.3 else None
            yield _Question(f"e{entity}", predicate, where, dice.randrange(1000), told)


def _source(number: int, dice: Random) -> _Source:
    source = _Source(f"s{number:05}")
    upstream = f" ; prov:wasDerivedFrom <source/s{dice.randrange(number):05}>" if number and number % 20 == 0 else ""
    day = f"2031-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    source.lines.append(
        f'<source/{source.name}> a kg:Source ; dcterms:title "Report {number}"@en ; dcterms:issued "{day}"^^xsd:date ;'
        f" dcterms:publisher <entity/publisher-{number % 97}>{upstream} .\n"
        f'<entity/unnamed-{source.name}> a kg:UnnamedOrigin ; rdfs:label "some reports"@en .\n'
    )
    return source


def _write_claim(source: _Source, question: _Question, dice: Random, aliases: set[int], *, conflict: bool) -> None:
    source.claims += 1
    iri = f"claim/{source.name}-{source.claims:04}"
    answer, words, denied = _answer(question, dice, conflict=conflict)
    number = int(question.subject[1:])
    subject = f"{question.subject}-alias" if number in aliases and dice.random() < 0.5 else question.subject
    certainty = dice.choices(("certain", "probable", "possible", "unknown"), (80, 8, 8, 4))[0]
    mode = dice.choices(("actual", "predicted", "hypothetical", "opinion"), (92, 3, 2, 3))[0]
    exact = f"The {question.predicate} of {subject} was {words}"
    start, end = source.position, source.position + len(exact)
    source.position = end + 2
    place = f"source/{source.name}"
    occasion = f" ; bench:occasion <entity/{question.occasion}>" if question.occasion else ""
    hops = dice.choices((0, 1, 2, 3), (0, 60, 30, 10) if question.agent else (60, 24, 12, 4))[0]
    told = f" ; prov:qualifiedAttribution <attribution/{source.name}-{source.claims:04}-1>" if hops else ""
    source.lines.append(
        f"<{iri}> a kg:Claim , rdf:Statement ; rdf:subject <entity/{subject}> ;"
        f" rdf:predicate bench:{question.predicate} ; rdf:object {answer}{occasion} ;"
        f" kg:polarity kg:{'denied' if denied else 'affirmed'} ; kg:certainty kg:{certainty} ; kg:mode kg:{mode} ;"
        f" oa:hasTarget <{place}#char={start},{end}> ; prov:wasQuotedFrom <{place}>{told} .\n"
        f"<{place}#char={start},{end}> a oa:SpecificResource ; oa:hasSource <{place}> ;"
        f" oa:hasSelector <{place}#selector={start},{end}> .\n"
        f"<{place}#selector={start},{end}> a oa:TextPositionSelector , oa:TextQuoteSelector ;"
        f' oa:start {start} ; oa:end {end} ; oa:exact "{exact}" .\n'
    )
    for hop in range(1, hops + 1):
        last = hop == hops
        agent = f"agent-{dice.randrange(200)}"
        if last and dice.random() < 0.15:
            agent = f"unnamed-{source.name}"
        elif last and question.agent:
            agent = question.agent
        inner = "" if last else f" ; kg:innerAttribution <attribution/{source.name}-{source.claims:04}-{hop + 1}>"
        source.lines.append(
            f"<attribution/{source.name}-{source.claims:04}-{hop}> a prov:Attribution ;"
            f' prov:agent <entity/{agent}> ; kg:attributionCue "it is said"{inner} .\n'
        )


def _answer(question: _Question, dice: Random, *, conflict: bool) -> tuple[str, str, bool]:
    """The answer in Turtle, the words of the quote, and whether it is denied."""
    number = question.answer + (137 if conflict else 0)
    denied = conflict and dice.random() < 0.3
    if not conflict and dice.random() < 0.02:
        return "kg:remainsUnclear", "unclear", denied
    if question.predicate == "people":
        people = 20 * number + 20
        if dice.random() < 0.2:
            return f"{people} ; kg:atLeast {people - 5} ; kg:atMost {people + 5}", f"around {people}", denied
        return str(people), str(people), denied
    if question.predicate == "weight":
        weight = 2000 + 10 * number + (dice.randint(0, 20) if dice.random() < 0.3 else 0)
        return str(weight), f"{weight} tonnes", denied
    if question.predicate == "calledBy":
        name = f"{_NAMES[number % 10]}-{_NAMES[number // 10 % 10]}"
        shown = name.replace("-", " ") if dice.random() < 0.2 else name
        return f'"{shown}"', shown, denied
    if question.predicate == "place":
        place = f"quay-{number % 50}" if dice.random() < 0.2 else f"town-{number % 50}"
        return f"<entity/{place}>", place, denied
    words = _CAUSES[number % len(_CAUSES)]
    return f'"{words}"@en', words, denied


def _entities(entities: int, aliases: set[int]) -> Iterator[str]:
    for number in range(entities):
        yield f'<entity/e{number}> a prov:Entity ; rdfs:label "entity {number}"@en .\n'
        if number in aliases:
            yield f'<entity/e{number}-alias> a prov:Entity ; rdfs:label "the entity {number}"@en .\n'
    for number in range(50):
        yield f"<entity/town-{number}> a prov:Location ; dcterms:hasPart <entity/quay-{number}> .\n"
        yield f"<entity/quay-{number}> a prov:Location ; dcterms:isPartOf <entity/town-{number}> .\n"
    # One occasion of which the others are parts, so that sums have wholes.
    yield "<entity/occasion-1> dcterms:hasPart <entity/occasion-2> , <entity/occasion-3> .\n"
    for number in range(200):
        yield f'<entity/agent-{number}> a prov:Agent ; rdfs:label "agent {number}"@en .\n'


def _decision(number: int) -> str:
    return (
        f"<decision/{number}> a kg:IdentityDecision ; kg:decision kg:same ; sssom:subject_id <entity/e{number}-alias> ;"
        f" sssom:object_id <entity/e{number}> ; sssom:mapping_justification semapv:ManualMappingCuration .\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a generated casebook.")
    parser.add_argument("claims", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generate(arguments.claims, arguments.folder, arguments.seed)


if __name__ == "__main__":
    main()
