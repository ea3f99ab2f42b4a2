"""Each rule of comparison: what it concludes, what it does not conclude, and that any SPARQL 1.1 engine agrees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import rdflib
from comparing import book, claim, end, same, told_by
from pyoxigraph import Quad

from kgtool import open_casebook
from kgtool.compare import compare
from kgtool.errors import UsageError
from kgtool.holdings import Holdings
from kgtool.layout import Layout
from kgtool.querytext import QueryForm, guard
from kgtool.questions import derive
from kgtool.rdflibgraph import to_rdflib
from kgtool.rules import Rule, find_rule, rules, run_rules
from kgtool.vocab import KG, Reason, State, Verdict

NOWHERE = Layout(Path("/nowhere"))
RULES = rules(NOWHERE)
INVENTED = Path(__file__).parent / "compare" / "invented"


@dataclass(frozen=True)
class Told:
    """What is told of a few claims: ``verdict``, ``verdict/reason`` or ``verdict//finer claim`` a pair, and states."""

    pairs: str
    states: str = ""


@dataclass(frozen=True)
class Case:
    """Claims from which a rule concludes something, and claims almost like them from which it does not."""

    hit: str
    told: Told
    miss: str
    instead: Told


def told(holdings: Holdings) -> Told:
    report = compare(holdings)
    pairs = []
    for question in report.questions:
        for each in question.comparisons:
            shown = "/".join((each.verdict.value, each.reason or "", end(each.finer or "")))
            pairs.append(shown.rstrip("/"))
    states = sorted({state.value for question in report.questions for state in question.states})
    return Told(" ".join(sorted(pairs)), " ".join(states))


def conclusions(holdings: Holdings) -> dict[str, list[Quad]]:
    """What each rule concludes in its turn, those that conclude nothing left out."""
    # The rules run one by one here, each over facts of its own, so these are few.
    declared = [quad for quad in holdings.ontology_quads() if quad.predicate.value.startswith(KG.iri)]
    facts = [*derive(holdings), *holdings.quads(), *declared]
    found: dict[str, list[Quad]] = {}
    for rule in RULES:
        concluded = run_rules([rule], facts)
        facts.extend(concluded)
        if concluded:
            found[rule.name] = concluded
    return found


def two(a: str, b: str, *, of_b: str = "", **both: str) -> str:
    """Claims a and b of two sources; `of_b` names what b has otherwise than a."""
    other = dict(each.split("=", 1) for each in of_b.split())
    return claim("a", a, **both) + claim("b", b, **{"source": "s2", **both, **other})


def dated(first: str, second: str) -> str:
    return claim("a", '"up"', f'kg:validDuring "{first}"^^<http://id.loc.gov/datatypes/edtf>') + claim(
        "b", '"down"', f'kg:validDuring "{second}"^^<http://id.loc.gov/datatypes/edtf>', source="s2"
    )


def between(name: str, least: int, most: int, source: str) -> str:
    return claim(name, '"dozens"', f"kg:atLeast {least} ; kg:atMost {most}", property_="count", source=source)


FOG, ICE, TOWN, QUAY = '"fog"', '"ice"', "entity:town", "entity:quay"
PLACES = "entity:town dcterms:hasPart entity:quay .\n"
SAME = two(FOG, FOG)
DIFFERENT = two(FOG, ICE)
NAMES = two('"Ri Jong Sik"', '"RI JONG-SIK"', property_="name")
UNNAMED = "entity:some a kg:UnnamedOrigin . entity:others a kg:UnnamedOrigin .\n"
VAGUE = SAME + UNNAMED + told_by("a", "some")
ECHO = SAME + told_by("a", "agency") + told_by("b", "agency")
AGREES, DIFFERS, DENIES = (
    Told("agrees", "corroborated"),
    Told("differs", "disputed"),
    Told("denies", "disputed"),
)

CASES = {
    "10-pair": Case(
        SAME,
        AGREES,
        claim("a", FOG, "v:atGames entity:paris") + claim("b", FOG, "v:atGames entity:tokyo", source="s2"),
        Told("", "singleSource"),
    ),
    "20-elsewhen": Case(
        dated("2031-05-03/2031-05-05", "2031-05-06/.."),
        Told("atAnotherTime"),
        dated("2031-05-03/2031-05-05", "2031-05-05/.."),
        DIFFERS,
    ),
    "21-one-unclear": Case(
        two(FOG, "kg:remainsUnclear"), Told("leavesOpen"), two(*["kg:remainsUnclear"] * 2), Told("agrees")
    ),
    "22-same": Case(
        two('"The Fog."@en', '" the  fog"'),
        AGREES,
        two("entity:x", "entity:y") + same("x", "y"),
        Told("respells", "corroborated"),
    ),
    "23-respelled": Case(
        NAMES, Told("respells", "corroborated"), two('"Ri Jong Sik"', '"Ri Jong Su"', property_="name"), DIFFERS
    ),
    "24-narrower": Case(
        PLACES + two(QUAY, TOWN),
        Told("refines//a", "corroborated"),
        "entity:town dcterms:hasPart entity:quay , entity:pier .\n" + two(QUAY, "entity:pier"),
        DIFFERS,
    ),
    "25-within": Case(
        claim("a", "20", property_="count") + between("b", 10, 20, "s2"),
        Told("refines//a", "corroborated"),
        claim("a", "21", property_="count") + between("b", 10, 20, "s2"),
        DIFFERS,
    ),
    "26-overlapping": Case(
        between("a", 10, 20, "s1") + between("b", 20, 30, "s2"),
        AGREES,
        between("a", 10, 20, "s1") + between("b", 21, 30, "s2"),
        DIFFERS,
    ),
    "27-near": Case(
        # A gap of 50 against 0.05 × 1050 = 52.5, and of 53 against 0.05 × 1053 = 52.65.
        two("1000", "1050", property_="weight"),
        Told("agrees/rounding", "corroborated"),
        two("1000", "1053", property_="weight"),
        DIFFERS,
    ),
    "28-incomparable": Case(
        two('"some"', "12", property_="count"),
        Told("coexists/noBounds"),
        claim("a", '"some"', "kg:atLeast 3", property_="count") + claim("b", "12", property_="count", source="s2"),
        Told("refines//b", "corroborated"),
    ),
    "29-apart": Case(DIFFERENT, DIFFERS, two(FOG, '"Fog!"'), AGREES),
    "30-at-another-time": Case(
        dated("2031-05", "2031-06"), Told("atAnotherTime"), dated("2031-05", "2031-05-31"), DIFFERS
    ),
    "31-leaves-open": Case(
        two("kg:remainsUnclear", FOG, of_b="polarity=denied"), Told("leavesOpen"), DIFFERENT, DIFFERS
    ),
    "32-agrees": Case(SAME, AGREES, two(FOG, FOG, of_b="polarity=denied"), DENIES),
    "33-agrees-within-tolerance": Case(
        two("1000", "1050", property_="weight"),
        Told("agrees/rounding", "corroborated"),
        two("1000", "1050", property_="weight", of_b="polarity=denied"),
        DENIES,
    ),
    "34-respells": Case(
        two("entity:x", "entity:y", polarity="denied") + same("x", "y"),
        Told("respells", "corroborated"),
        two("entity:x", "entity:y", of_b="polarity=denied") + same("x", "y"),
        DENIES,
    ),
    "35-refines": Case(
        PLACES + two(TOWN, QUAY),
        Told("refines//b", "corroborated"),
        PLACES + two(TOWN, QUAY, polarity="denied"),
        Told("coexists/bothDenied"),
    ),
    "40-tension-denies": Case(
        PLACES + two(QUAY, TOWN, of_b="polarity=denied"),
        DENIES,
        PLACES + two(TOWN, QUAY, of_b="polarity=denied"),
        Told("coexists/narrowerDenied"),
    ),
    "41-tension-differs": Case(DIFFERENT, DIFFERS, two(FOG, ICE, property_="depicts"), Told("coexists/severalAnswers")),
    "50-several-answers": Case(
        two(FOG, ICE, property_="depicts"),
        Told("coexists/severalAnswers"),
        two(FOG, FOG, property_="depicts"),
        AGREES,
    ),
    "51-both-denied": Case(
        two(FOG, ICE, polarity="denied"), Told("coexists/bothDenied"), two(FOG, FOG, polarity="denied"), AGREES
    ),
    "52-narrower-denied": Case(
        PLACES + two(TOWN, QUAY, of_b="polarity=denied"),
        Told("coexists/narrowerDenied"),
        PLACES + two(QUAY, TOWN, of_b="polarity=denied"),
        DENIES,
    ),
    "53-different-answer-denied": Case(
        two(FOG, ICE, of_b="polarity=denied"),
        Told("coexists/differentAnswerDenied"),
        two(FOG, FOG, of_b="polarity=denied"),
        DENIES,
    ),
    "54-no-bounds": Case(
        two('"some"', '"many"', property_="count"),
        Told("coexists/noBounds"),
        two('"some"', '"Some."', property_="count"),
        AGREES,
    ),
    "60-opinion-against-fact": Case(
        two(FOG, ICE, of_b="mode=opinion"),
        Told("coexists/opinionAgainstFact"),
        two(FOG, FOG, of_b="mode=opinion"),
        Told("agrees"),
    ),
    "61-hypothetical-against-fact": Case(
        two(FOG, FOG, of_b="mode=hypothetical polarity=denied"),
        Told("coexists/hypotheticalAgainstFact"),
        two(FOG, ICE, mode="hypothetical"),
        DIFFERS,
    ),
    "62-prediction-against-fact": Case(
        two(FOG, ICE, mode="predicted", of_b="mode=actual"),
        Told("coexists/predictionAgainstFact"),
        two(FOG, ICE, mode="predicted"),
        DIFFERS,
    ),
    "63-different-modes": Case(
        two(FOG, ICE, mode="predicted", of_b="mode=opinion"),
        Told("coexists/differentModes"),
        two(FOG, ICE, mode="opinion"),
        Told("coexists/opinions"),
    ),
    "64-opinions": Case(
        two(FOG, FOG, mode="opinion", of_b="polarity=denied"),
        Told("coexists/opinions"),
        two(FOG, FOG, mode="predicted", of_b="polarity=denied"),
        DENIES,
    ),
    "65-hedge": Case(
        two(FOG, ICE, certainty="probable", of_b="certainty=unknown"),
        Told("coexists/hedge"),
        two(FOG, ICE, certainty="possible", of_b="certainty=unknown"),
        DIFFERS,
    ),
    "70-denies": Case(
        two(FOG, FOG, of_b="polarity=denied certainty=probable"),
        DENIES,
        two(FOG, FOG, of_b="polarity=denied certainty=possible"),
        Told("coexists/hedge"),
    ),
    "71-differs": Case(DIFFERENT, DIFFERS, two(FOG, ICE, of_b="certainty=possible"), Told("coexists/hedge")),
    "80-independent": Case(SAME, AGREES, two(FOG, FOG, of_b="certainty=unknown"), Told("agrees")),
    "81-shared": Case(ECHO, Told("agrees", "echoed"), SAME + told_by("a", "agency") + told_by("b", "witness"), AGREES),
    "82-unknown": Case(
        VAGUE,
        Told("agrees", "originsUnknown"),
        # Whatever else is unnamed, the agency is shared.
        ECHO + UNNAMED + "claim:a prov:qualifiedAttribution attribution:z . attribution:z prov:agent entity:some .",
        Told("agrees", "echoed"),
    ),
    "90-corroborated": Case(
        SAME + claim("c", FOG, source="s3") + "source:s3 prov:wasDerivedFrom source:s1 .",
        Told("agrees agrees agrees", "corroborated"),
        SAME + "source:s2 prov:wasRevisionOf source:s1 .",
        Told("agrees", "echoed"),
    ),
    "91-echoed": Case(
        SAME + "source:s1 dcterms:publisher entity:agency ." + told_by("b", "agency"),
        Told("agrees", "echoed"),
        ECHO + claim("c", FOG, source="s3"),
        Told("agrees agrees agrees", "corroborated"),
    ),
    "92-origins-unknown": Case(
        ECHO + UNNAMED + claim("c", FOG, source="s3") + told_by("c", "others"),
        Told("agrees agrees agrees", "originsUnknown"),
        VAGUE + claim("c", FOG, source="s3"),
        Told("agrees agrees agrees", "corroborated"),
    ),
    "93-disputed": Case(
        DIFFERENT, DIFFERS, two(FOG, ICE, source="s1"), Told("differs", "selfContradicted singleSource")
    ),
    "94-self-contradicted": Case(
        two(FOG, FOG, source="s1", of_b="polarity=denied"),
        Told("denies", "selfContradicted singleSource"),
        two(FOG, FOG, of_b="polarity=denied"),
        DENIES,
    ),
    "95-single-source": Case(two(FOG, FOG, source="s1"), Told("agrees", "singleSource"), SAME, AGREES),
    "97-links": Case(SAME, AGREES, two(FOG, ICE, property_="depicts"), Told("coexists/severalAnswers")),
}

# Rules of one step exclude each other: a pair has one relation, one verdict and at most one agreement.
STEPS = [r"2\d-", r"(3[0-5]|5\d|6\d|7\d)-", r"8\d-", r"4\d-"]


def test_every_rule_has_a_case() -> None:
    assert len(RULES) >= 40
    assert [rule.name for rule in RULES] == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_rule_concludes_where_it_should_and_only_there(name: str) -> None:
    case = CASES[name]
    hit, miss = book(case.hit), book(case.miss)
    assert told(hit) == case.told
    assert name in conclusions(hit)
    assert told(miss) == case.instead
    assert name not in conclusions(miss)


@pytest.mark.parametrize("name", CASES)
def test_two_claims_have_one_relation_and_one_verdict(name: str) -> None:
    for turtle in (CASES[name].hit, CASES[name].miss):
        by_pair: dict[tuple[str, int], int] = {}
        for rule, concluded in conclusions(book(turtle)).items():
            for step, names in enumerate(STEPS):
                if re.match(names, rule):
                    for subject in {str(quad.subject) for quad in concluded}:
                        by_pair[subject, step] = by_pair.get((subject, step), 0) + 1
        assert set(by_pair.values()) <= {1}


NO_CONTRADICTION = {
    "several answers": (two(FOG, ICE, property_="depicts"), Told("coexists/severalAnswers")),
    "a narrower answer": (PLACES + two(QUAY, TOWN), Told("refines//a", "corroborated")),
    "a narrower kind": (
        "entity:quay skos:broader entity:pier . entity:pier skos:broader entity:town .\n" + two(TOWN, QUAY),
        Told("refines//b", "corroborated"),
    ),
    "another sport": (
        claim("a", FOG, "v:inSport entity:judo") + claim("b", ICE, "v:inSport entity:boxing", source="s2"),
        Told("", "singleSource"),
    ),
    "all sports and one": (
        claim("a", "12", property_="count") + claim("b", "3", "v:inSport entity:judo", property_="count", source="s2"),
        Told("", "singleSource"),
    ),
    "another time": (dated("../2031-05", "2031-06"), Told("atAnotherTime")),
    "a rounding": (two("1240", "1250", property_="weight"), Told("agrees/rounding", "corroborated")),
    "a spelling": (NAMES, Told("respells", "corroborated")),
    "a hedge": (two(FOG, ICE, of_b="certainty=possible"), Told("coexists/hedge")),
    "a supposition": (two(FOG, ICE, of_b="mode=hypothetical"), Told("coexists/hypotheticalAgainstFact")),
    "a prediction": (two(FOG, ICE, of_b="mode=predicted"), Told("coexists/predictionAgainstFact")),
    "an opinion": (two(FOG, ICE, of_b="mode=opinion"), Told("coexists/opinionAgainstFact")),
    "an opinion that is hedged": (
        two(FOG, ICE, of_b="mode=opinion certainty=possible"),
        Told("coexists/opinionAgainstFact"),
    ),
    "the same words about another": (two(FOG, ICE, of_b="subject=other-team"), Told("", "singleSource")),
    "every one except": (
        claim("a", FOG, "kg:except entity:member", subject="every-member")
        + claim("b", FOG, subject="member", source="s2", polarity="denied"),
        Told("", "singleSource"),
    ),
    "a denied number that is not the affirmed one": (
        two("12", "13", property_="count", of_b="polarity=denied"),
        Told("coexists/differentAnswerDenied"),
    ),
    "a denied range that is wider": (
        between("a", 10, 20, "s1") + claim("b", "12", property_="count", source="s2", polarity="denied"),
        Told("coexists/narrowerDenied"),
    ),
}


@pytest.mark.parametrize("kind", NO_CONTRADICTION)
def test_what_is_no_contradiction_is_none(kind: str) -> None:
    turtle, expected = NO_CONTRADICTION[kind]
    assert told(book(turtle)) == expected


def test_an_identity_decision_brings_claims_together() -> None:
    apart = two(FOG, ICE, of_b="subject=the-team")
    assert told(book(apart)) == Told("", "singleSource")
    assert told(book(apart + same("team", "the-team"))) == DIFFERS


def test_a_claim_without_polarity_has_no_verdict_and_is_left_out() -> None:
    report = compare(book(two(FOG, ICE).replace("kg:polarity kg:affirmed ;", "", 1)))
    assert [each for question in report.questions for each in question.comparisons] == []
    assert [end(each.split(": ")[0]) for each in report.left_out] == ["a"]


def test_a_claim_without_an_answer_is_compared_with_nothing() -> None:
    report = compare(book(two(FOG, ICE).replace('rdf:object "fog" ;', "", 1)))
    assert [each for question in report.questions for each in question.comparisons] == []
    assert [state.value for question in report.questions for state in question.states] == ["singleSource"]
    assert len(report.left_out) == 1


def test_a_property_that_does_not_compare_is_left_out() -> None:
    report = compare(book(two(FOG, ICE, property_="mute")))
    assert report.questions == ()
    assert len(report.left_out) == 2


def test_a_circle_of_parts_gives_one_reason() -> None:
    circle = PLACES + "entity:quay dcterms:hasPart entity:town .\n"
    concluded = conclusions(book(circle + two(TOWN, QUAY, of_b="polarity=denied mode=opinion")))
    verdicts = [quad for quads in concluded.values() for quad in quads if quad.predicate == KG.because]
    assert len(verdicts) == 1


def test_whoever_is_named_by_a_decision_is_named() -> None:
    """Which of two names of an origin stands for both does not matter."""
    for unnamed in ("aaa", "zzz"):
        turtle = SAME + f"entity:{unnamed} a kg:UnnamedOrigin .\n" + told_by("a", unnamed) + same("mmm", unnamed)
        assert told(book(turtle)) == AGREES


def test_silence_names_the_silent() -> None:
    [question] = compare(book(SAME, "source:s3 a kg:Source . source:s4 a kg:Source .")).questions
    assert [end(each) for each in question.silent] == ["s3", "s4"]


LINKS = {
    "agrees": (SAME, {"a agreesWith b", "b agreesWith a"}),
    "differs": (DIFFERENT, {"a disagreesWith b", "b disagreesWith a"}),
    "denies": (two(FOG, FOG, of_b="polarity=denied"), {"a disagreesWith b", "b disagreesWith a"}),
    "respells": (NAMES, {"a agreesWith b", "b agreesWith a"}),
    "refines": (PLACES + two(TOWN, QUAY), {"b qualifies a"}),
    "leaves open": (two(FOG, "kg:remainsUnclear"), {"a citesAsRelated b", "b citesAsRelated a"}),
    "coexists": (two(FOG, ICE, property_="depicts"), set()),
}


@pytest.mark.parametrize("verdict", LINKS)
def test_a_verdict_links_the_claims(verdict: str) -> None:
    turtle, links = LINKS[verdict]
    concluded = conclusions(book(turtle)).get("97-links", [])
    shown = {" ".join(end(term.strip("<>")) for term in map(str, quad.triple)) for quad in concluded}
    assert shown == links


# --- the files ---


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_it_is(rule: Rule) -> None:
    header = rule.header
    assert header.summary.endswith(".")
    assert header.description.endswith(".")
    assert header.example.endswith((".", "?"))
    assert header.tags == ("rule",)
    assert header.parameters == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_runs_on_any_store(rule: Rule) -> None:
    assert guard(rule.text, name=rule.file) is QueryForm.CONSTRUCT
    body = "\n".join(line for line in rule.text.splitlines() if not line.startswith("#"))
    assert not re.search(r"\b(GRAPH|LATERAL|FROM|SERVICE)\b", body)
    assert rdflib.Graph().query(rule.text).type == "CONSTRUCT"


def test_every_verdict_reason_and_state_is_concluded_by_some_rule() -> None:
    heads = " ".join(rule.text[rule.text.index("CONSTRUCT") : rule.text.index("WHERE")] for rule in RULES)
    said = set(re.findall(r"kg:(\w+)", heads))
    assert {each.value for scheme in (Verdict, Reason, State) for each in scheme} <= said


def test_two_engines_conclude_the_same() -> None:
    holdings = open_casebook(INVENTED).holdings
    facts = [*derive(holdings), *holdings.quads(), *holdings.ontology_quads()]
    ours = {quad.triple for quad in run_rules(rules(holdings.layout), facts)}
    assert len(ours) > 1000
    graph = to_rdflib(_read_by_rules(facts))
    before = set(graph)
    for rule in rules(holdings.layout):
        concluded = graph.query(rule.text).graph
        assert concluded is not None
        for triple in concluded:
            graph.add(triple)
    assert set(graph) - before == set(to_rdflib(ours)) - before


def _read_by_rules(facts: list[Quad]) -> list[Quad]:
    """What no rule reads would only make the slow engine slower."""
    others = ("http://www.w3.org/ns/oa#", "http://www.w3.org/2004/02/skos/", "http://www.w3.org/2008/05/skos-xl#")
    return [quad for quad in facts if not quad.predicate.value.startswith(others)]


# --- finding one ---


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("70-denies", ["70-denies"]),
        ("hedge", ["65-hedge"]),
        ("kg:opinions", ["64-opinions"]),
        ("at-another-time", ["30-at-another-time"]),
        ("noBounds", ["54-no-bounds"]),
        ("rounding", ["33-agrees-within-tolerance"]),
    ],
)
def test_a_rule_is_found_by_name_or_by_what_it_concludes(asked: str, found: list[str]) -> None:
    assert [rule.name for rule in find_rule(NOWHERE, asked)] == found


def test_a_name_that_is_no_rule_brings_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'hedge'"):
        find_rule(NOWHERE, "hedgy")
