"""What is derived: questions, origins and resolved names; the same for the same claims, in whatever order."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from dataclasses import replace

import pytest
from casebooks import BASE, DATASET, FIXTURE, in_memory, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from kgtool import open_casebook
from kgtool.holdings import Holdings
from kgtool.questions import derive, derived_graph_name, resolve_identities
from kgtool.vocab import KG, RDF

ONTOLOGY = """
sport:atGames a rdf:Property , kg:IdentifyingQualifier .
kg:validDuring a rdf:Property , kg:Qualifier .
"""


def decision(name: str, first: str, second: str, verdict: str = "same", rest: str = "") -> str:
    return (
        f"decision:{name} a kg:IdentityDecision ; kg:decision kg:{verdict} ; "
        f"sssom:subject_id entity:{first} ; sssom:object_id entity:{second} {rest} .\n"
    )


def claim(name: str, subject: str, property_: str = "sport:ranking", rest: str = "") -> str:
    return f"claim:{name} a kg:Claim ; rdf:subject entity:{subject} ; rdf:predicate {property_} {rest} .\n"


def resolved(*turtles: str) -> dict[str, str]:
    found = resolve_identities(in_memory(*turtles).nodes)
    start = len(f"{BASE}entity/")
    return {node.value[start:]: one.value[start:] for node, one in found.items()}


def end(term: object) -> str:
    """The end of a node's IRI."""
    return str(term).rpartition("/")[2].rstrip(">")


def together(holdings: Holdings) -> set[frozenset[str]]:
    """The claims that answer the same question, by the ends of their IRIs."""
    answers: dict[object, set[str]] = defaultdict(set)
    for quad in derive(holdings):
        if quad.predicate == KG.answers:
            answers[quad.object].add(end(quad.subject))
    return {frozenset(each) for each in answers.values()}


def sets(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in groups}


# --- identity ---


def test_a_chain_of_decisions_is_one() -> None:
    # The first by IRI stands for all, whichever way the decisions point.
    chain = [decision("1", "b", "c"), decision("2", "b", "a"), decision("3", "x", "d"), decision("4", "c", "d")]
    for each in itertools.permutations(chain):
        assert resolved(*each) == dict.fromkeys("abcdx", "a")


def test_two_groups_stay_two() -> None:
    assert resolved(decision("1", "a", "b"), decision("2", "d", "c")) == {"a": "a", "b": "a", "c": "c", "d": "c"}


@pytest.mark.parametrize("verdict", ["different", "unsure", "affirmed"])
def test_only_same_merges(verdict: str) -> None:
    assert resolved(decision("1", "a", "b", verdict)) == {}


def test_a_revised_decision_no_longer_stands() -> None:
    first = decision("1", "a", "b")
    second = decision("2", "a", "b", "unsure", "; prov:wasRevisionOf decision:1")
    third = decision("3", "a", "b", "same", "; prov:wasRevisionOf decision:2")
    assert resolved(first) == {"a": "a", "b": "a"}
    assert resolved(first, second) == resolved(second, first) == {}
    assert resolved(first, second, third) == {"a": "a", "b": "a"}


def test_a_decision_without_an_end_merges_nothing() -> None:
    assert resolved("decision:1 a kg:IdentityDecision ; kg:decision kg:same ; sssom:subject_id entity:a .") == {}


# --- questions ---


def test_one_subject_one_property_and_one_identifying_qualifier_make_a_question() -> None:
    holdings = in_memory(
        claim("1", "a"),
        claim("2", "a", rest="; rdf:object 1"),
        claim("3", "b"),
        claim("4", "a", "sport:medalCount"),
        claim("5", "a", rest="; sport:atGames entity:games"),
        claim("6", "a", rest="; sport:atGames entity:games ; kg:validDuring 'May'"),
        claim("7", "a", rest="; sport:atGames entity:other"),
        "claim:8 a kg:Claim ; rdf:subject entity:a .",
        "claim:9 a kg:Claim ; rdf:predicate sport:ranking .",
        ontology=ONTOLOGY,
    )
    assert together(holdings) == sets("1 2", "3", "4", "5 6", "7")


def test_names_of_one_thing_are_one_in_subjects_and_in_qualifiers() -> None:
    holdings = in_memory(
        claim("1", "a", rest="; sport:atGames entity:paris"),
        claim("2", "b", rest="; sport:atGames entity:paris-2024"),
        decision("1", "a", "b"),
        decision("2", "paris-2024", "paris"),
        ontology=ONTOLOGY,
    )
    assert together(holdings) == sets("1 2")


def test_a_question_tells_what_is_asked() -> None:
    holdings = in_memory(
        DATASET, claim("1", "b", rest="; sport:atGames entity:games"), decision("1", "a", "b"), ontology=ONTOLOGY
    )
    quads = derive(holdings)
    [question] = [quad.object for quad in quads if quad.predicate == KG.answers]
    assert isinstance(question, NamedNode)
    assert question.value.startswith(f"{BASE}question/")
    assert {(quad.predicate, quad.object) for quad in quads if quad.subject == question} == {
        (RDF.type, KG.Question),
        (KG.questionSubject, NamedNode(f"{BASE}entity/a")),
        (KG.questionProperty, NamedNode("https://w3id.org/kgtool/domain/sport#ranking")),
        (NamedNode("https://w3id.org/kgtool/domain/sport#atGames"), NamedNode(f"{BASE}entity/games")),
    }
    assert (
        {quad.graph_name for quad in quads}
        == {derived_graph_name(holdings.base)}
        == {NamedNode(f"{BASE}graph/derived")}
    )


# --- origins ---


def origins(holdings: Holdings) -> dict[str, set[str]]:
    """The origins of each claim, by the ends of the IRIs."""
    found: dict[str, set[str]] = defaultdict(set)
    for quad in derive(holdings):
        if quad.predicate == KG.origin:
            assert isinstance(quad.object, NamedNode)
            found[end(quad.subject)].add(quad.object.value.removeprefix(BASE))
    return found


COPIES = {
    "nothing upstream": ("", {"source/a"}),
    "a copy": ("source:a prov:wasDerivedFrom source:b .", {"source/b"}),
    "a copy of a copy": (
        "source:a prov:wasDerivedFrom source:b . source:b prov:wasDerivedFrom source:c .",
        {"source/c"},
    ),
    "two models": ("source:a prov:wasDerivedFrom source:b , source:c .", {"source/b", "source/c"}),
    "two ways to one": (
        "source:a prov:wasDerivedFrom source:b , source:c . source:b prov:wasDerivedFrom source:d ."
        " source:c prov:wasDerivedFrom source:d .",
        {"source/d"},
    ),
    "a closed circle": (
        "source:a prov:wasDerivedFrom source:b . source:b prov:wasDerivedFrom source:a .",
        {"source/a", "source/b"},
    ),
    "a copy of itself": ("source:a prov:wasDerivedFrom source:a .", {"source/a"}),
    "a circle with a way out": (
        "source:a prov:wasDerivedFrom source:b . source:b prov:wasDerivedFrom source:a , source:c .",
        {"source/c"},
    ),
    "a literal is no source": ('source:a prov:wasDerivedFrom "the wire" .', {"source/a"}),
}


@pytest.mark.parametrize("case", COPIES)
def test_the_origin_of_a_copy_is_the_head_of_the_copies(case: str) -> None:
    turtle, heads = COPIES[case]
    assert origins(in_memory(turtle, claim("1", "x", rest="; prov:wasQuotedFrom source:a"))) == {"1": heads}


TOLD = "; prov:qualifiedAttribution attribution:1"
CHAIN = (
    "attribution:1 prov:agent entity:agency ; kg:innerAttribution attribution:2 ."
    " attribution:2 prov:agent entity:witness ."
)


def test_the_origin_of_a_chain_is_its_innermost_agent_whoever_copies() -> None:
    copied = "source:a prov:wasDerivedFrom source:b ."
    holdings = in_memory(CHAIN, copied, claim("1", "x", rest=f"; prov:wasQuotedFrom source:a {TOLD}"))
    assert origins(holdings) == {"1": {"entity/witness"}}


def test_identity_decisions_hold_for_origins() -> None:
    holdings = in_memory(CHAIN, claim("1", "x", rest=TOLD), decision("1", "witness", "anna"))
    assert origins(holdings) == {"1": {"entity/anna"}}


def test_a_copy_has_the_origins_of_what_it_copies() -> None:
    answer = "; rdf:object 'First.'"
    holdings = in_memory(
        CHAIN,
        "source:a prov:wasDerivedFrom source:b .",
        claim("model", "x", rest=f"{answer} ; prov:wasQuotedFrom source:b {TOLD}"),
        claim("copy", "x", rest="; rdf:object 'first' ; prov:wasQuotedFrom source:a"),
        claim("other", "x", rest="; rdf:object 'second' ; prov:wasQuotedFrom source:a"),
    )
    assert origins(holdings) == {"model": {"entity/witness"}, "copy": {"entity/witness"}, "other": {"source/b"}}


def test_a_source_in_its_own_voice_is_an_origin_with_its_publisher() -> None:
    holdings = in_memory(
        "source:a dcterms:publisher entity:agency .", claim("1", "x", rest="; prov:wasQuotedFrom source:a")
    )
    assert origins(holdings) == {"1": {"source/a", "entity/agency"}}


def test_every_entity_of_a_claim_resolves_to_one() -> None:
    holdings = in_memory(
        claim("1", "b", rest="; rdf:object entity:z ; sport:atGames entity:games ; kg:validDuring 'May'"),
        decision("1", "a", "b"),
        ontology=ONTOLOGY,
    )
    found = {end(q.subject): end(q.object) for q in derive(holdings) if q.predicate == KG.resolvesTo}
    assert found == {"a": "a", "b": "a", "games": "games", "z": "z"}


# --- whatever the order ---


@pytest.mark.parametrize("seed", range(5))
def test_the_same_quads_whatever_the_order_of_files_and_lines(seed: int) -> None:
    holdings = open_casebook(FIXTURE).holdings
    expected = derive(holdings)
    assert len(expected) > 50
    dice = random.Random(seed)
    documents = [shuffled(each, dice.sample(each.quads, len(each.quads))) for each in holdings.graph]
    dice.shuffle(documents)
    assert derive(replace(holdings, graph=tuple(documents))) == expected


NAMES = ["a", "b", "c", "d", "e", "f"]
CLAIMS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["sport:ranking", "sport:event"]), st.sampled_from([*NAMES, ""])),
    min_size=1,
    max_size=8,
)
DECISIONS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(["same", "same", "different"])),
    max_size=5,
)


def book(claims: list[tuple[str, str, str]], decisions: list[tuple[str, str, str]], names: dict[str, str]) -> Holdings:
    lines = [
        claim(str(number), names[subject], property_, f"; sport:atGames entity:{names[games]}" if games else "")
        for number, (subject, property_, games) in enumerate(claims)
    ]
    lines += [
        decision(str(number), names[first], names[second], verdict)
        for number, (first, second, verdict) in enumerate(decisions)
    ]
    return in_memory("".join(lines), ontology=ONTOLOGY)


@settings(max_examples=60, deadline=None)
@given(CLAIMS, DECISIONS, st.permutations(["q", "a", "zz", "m", "c", "0"]))
def test_the_names_of_nodes_decide_nothing(
    claims: list[tuple[str, str, str]], decisions: list[tuple[str, str, str]], renamed: list[str]
) -> None:
    plain = together(book(claims, decisions, dict(zip(NAMES, NAMES, strict=True))))
    assert together(book(claims, decisions, dict(zip(NAMES, renamed, strict=True)))) == plain


@settings(max_examples=60, deadline=None)
@given(CLAIMS, DECISIONS)
def test_claims_are_together_when_their_subjects_and_games_are_connected(
    claims: list[tuple[str, str, str]], decisions: list[tuple[str, str, str]]
) -> None:
    # The partition, told in another way: paint every name with its group by brute force.
    group = {name: {name} for name in NAMES}
    for first, second, verdict in decisions * len(NAMES):
        if verdict == "same":
            merged = group[first] | group[second]
            for name in merged:
                group[name] = merged
    asked: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for number, (subject, property_, games) in enumerate(claims):
        key = (frozenset(group[subject]), property_, frozenset(group[games]) if games else None)
        asked[key].add(str(number))
    holdings = book(claims, decisions, dict(zip(NAMES, NAMES, strict=True)))
    assert together(holdings) == {frozenset(each) for each in asked.values()}


def test_a_quad_stands_once() -> None:
    holdings = open_casebook(FIXTURE).holdings
    quads = derive(holdings)
    assert len(quads) == len(set(quads))
    assert all(isinstance(quad, Quad) for quad in quads)
