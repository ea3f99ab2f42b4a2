"""Where the sources agree, differ, echo each other and fall silent: the rules' conclusions as plain values.

Comparison needs no stored texts and never says who is right. Exactness by partition: a comparison joins two claims
of one question and so of one resolved subject; a state, its question's comparisons; a sum and a timeline, one
subject's or one process's claims and the groups that they are part of.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kgtool.claims import Claim, read_claims
from kgtool.holdings import Holdings
from kgtool.nodes import NodeIndex
from kgtool.questions import derive_from, derived_graph_name
from kgtool.rules import LINKS, Rule, rules, run_rules
from kgtool.sums import Sum, find_sums
from kgtool.timelines import Timeline, find_timelines
from kgtool.vocab import KG, RDF, XSD, State, Verdict
from kgtool.worker import Limits


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the rules conclude of two claims; `reason` and `finer` where the verdict has one."""

    iri: str
    a: str
    b: str
    verdict: Verdict
    reason: str | None
    finer: str | None
    same_source: bool
    certainty_differs: bool
    mode_differs: bool
    shared_origins: tuple[str, ...]
    origins_unknown: bool
    agreement: str | None


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """The claims that give one answer to a question, affirmed or denied; `value` is an IRI or a literal."""

    value: NamedNode | Literal
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question with its answers, comparisons and states; `among` holds the sources of the whole casebook."""

    iri: str
    subject: str
    predicate: str
    qualifiers: tuple[tuple[str, NamedNode | Literal], ...]
    states: tuple[State, ...]
    answers: tuple[AnswerGroup, ...]
    comparisons: tuple[Comparison, ...]
    among: tuple[str, ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """The sources that do not answer the question. Not kept: questions times sources would outgrow the claims."""
        speaking = self.sources
        return tuple(source for source in self.among if source not in speaking)

    @property
    def claims(self) -> list[Claim]:
        return sorted((claim for answer in self.answers for claim in answer.claims), key=lambda claim: claim.iri)

    @property
    def sources(self) -> set[str]:
        return {claim.source for claim in self.claims if claim.source is not None}


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """The outcome; `origins` holds the derived origins of every claim, `left_out` says what was not compared."""

    questions: tuple[QuestionResult, ...]
    sums: tuple[Sum, ...]
    timelines: tuple[Timeline, ...]
    origins: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]

    def counts(self) -> dict[State, int]:
        """How many questions are in each state."""
        found = Counter(state for question in self.questions for state in question.states)
        return {state: found[state] for state in State}


def conclude(holdings: Holdings, limits: Limits | None = None) -> list[Quad]:
    """Everything derived, in one named graph, sorted: facts, the rules' conclusions, sums and timelines.

    Raises LimitReached when `limits` end it.
    """
    read = read_claims(holdings.nodes, holdings.vocabulary)
    facts = derive_from(holdings, read)
    concluded = _run_rules(holdings, facts, rules(holdings.layout), limits)
    claims = _comparable(holdings, read)
    findings = [
        *(each for sum_ in find_sums(holdings, claims) for each in _sum_triples(holdings.base, sum_)),
        *(each for timeline in find_timelines(holdings, claims) for each in _timeline_triples(holdings.base, timeline)),
    ]
    name = derived_graph_name(holdings.base)
    triples = facts | {quad.triple for quad in concluded} | set(findings)
    return sorted((Quad(t.subject, t.predicate, t.object, name) for t in triples), key=str)


def _run_rules(holdings: Holdings, facts: Iterable[Triple], chosen: list[Rule], limits: Limits | None) -> list[Quad]:
    known = (quad for document in (*holdings.graph, *holdings.ontology) for quad in document.quads)
    return run_rules(chosen, chain(facts, known), limits)


def _sum_triples(base: str, sum_: Sum) -> list[Triple]:
    key = " ".join((sum_.total.claim, sum_.over, *(part.claim for part in sum_.parts)))
    node = _finding_node(base, "sum", key)
    return [
        Triple(node, RDF.type, KG.SumFinding),
        Triple(node, KG.totalClaim, NamedNode(sum_.total.claim)),
        *(Triple(node, KG.partClaim, NamedNode(part.claim)) for part in sum_.parts),
        Triple(node, KG.sumOfParts, Literal(f"{sum_.sum:f}", datatype=XSD.decimal)),
        Triple(node, KG.lies, Literal(sum_.kind)),
    ]


def _timeline_triples(base: str, timeline: Timeline) -> list[Triple]:
    key = " ".join((timeline.said_over, timeline.began, timeline.duration))
    node = _finding_node(base, "timeline", key)
    return [
        Triple(node, RDF.type, KG.TimelineFinding),
        Triple(node, KG.saidOver, NamedNode(timeline.said_over)),
        Triple(node, KG.beganAs, NamedNode(timeline.began)),
        Triple(node, KG.lastedAs, NamedNode(timeline.duration)),
        Triple(node, KG.earliestEnd, Literal(timeline.earliest_end, datatype=XSD.date)),
    ]


def _finding_node(base: str, kind: str, key: str) -> NamedNode:
    return NamedNode(f"{base}{kind}/{hashlib.sha256(key.encode()).hexdigest()[:16]}")


def _comparable(holdings: Holdings, claims: Iterable[Claim]) -> list[Claim]:
    """The claims that are complete enough to be compared."""
    return [claim for claim in claims if _why_left_out(holdings, claim) is None]


def _why_left_out(holdings: Holdings, claim: Claim) -> str | None:
    if claim.subject is None or claim.predicate is None or claim.object is None or claim.polarity is None:
        return "the claim is incomplete"
    if holdings.vocabulary.value(NamedNode(claim.predicate), KG.comparedAs) is None:
        return f"the property {claim.predicate} does not say how its answers compare"
    return None


def compare(holdings: Holdings, limits: Limits | None = None) -> ComparisonReport:
    """Compare all claims of a casebook. Raises LimitReached when `limits` end it."""
    claims = {claim.iri: claim for claim in read_claims(holdings.nodes, holdings.vocabulary)}
    facts = derive_from(holdings, claims.values())
    # The links between claims are for exports.
    chosen = [rule for rule in rules(holdings.layout) if not rule.name.startswith(LINKS)]
    derived = NodeIndex(chain(facts, _run_rules(holdings, facts, chosen, limits)))
    sources = tuple(node.value for node in holdings.nodes.instances(KG.Source))
    unnamed = {iri for iri in claims if derived.value(NamedNode(iri), KG.restsOnUnnamed) is not None}
    origins = {iri: tuple(each.value for each in derived.values(NamedNode(iri), KG.origin)) for iri in claims}
    by_question: dict[str, list[Claim]] = defaultdict(list)
    left_out: list[str] = []
    for claim in claims.values():
        why = _why_left_out(holdings, claim)
        question = derived.node(NamedNode(claim.iri), KG.answers)
        if why is not None or question is None:
            left_out.append(f"{claim.iri}: {why}")
        else:
            by_question[question.value].append(claim)
    comparisons = _comparisons(derived, claims, origins, unnamed)
    questions = tuple(
        _question(iri, sorted(group, key=lambda claim: claim.iri), derived, comparisons.get(iri, ()), sources)
        for iri, group in sorted(by_question.items())
    )
    compared = [claim for group in by_question.values() for claim in group]
    return ComparisonReport(
        questions=tuple(sorted(questions, key=_order)),
        sums=find_sums(holdings, compared),
        timelines=find_timelines(holdings, compared),
        origins=origins,
        left_out=tuple(sorted(left_out)),
    )


def _order(question: QuestionResult) -> tuple[object, ...]:
    return (question.subject, question.predicate, question.iri)


def _comparisons(
    derived: NodeIndex,
    claims: Mapping[str, Claim],
    origins: Mapping[str, tuple[str, ...]],
    unnamed: Collection[str],
) -> dict[str, list[Comparison]]:
    found: dict[str, list[Comparison]] = defaultdict(list)
    for node in derived.instances(KG.Comparison):
        a, b = derived.node(node, KG.firstClaim), derived.node(node, KG.secondClaim)
        question, verdict = derived.node(node, KG.inQuestion), derived.node(node, KG.verdict)
        if a is None or b is None or question is None or verdict is None:
            continue
        first, second = claims[a.value], claims[b.value]
        of_first, of_second = set(origins[first.iri]), set(origins[second.iri])
        found[question.value].append(
            Comparison(
                iri=node.value,
                a=first.iri,
                b=second.iri,
                verdict=Verdict(_local(verdict)),
                reason=_local_or_none(derived.node(node, KG.because)),
                finer=_iri_or_none(derived.node(node, KG.finer)) if verdict == Verdict.REFINES.node else None,
                same_source=first.source == second.source,
                certainty_differs=first.certainty != second.certainty,
                mode_differs=first.mode != second.mode,
                shared_origins=tuple(sorted(of_first & of_second)),
                origins_unknown=first.iri in unnamed or second.iri in unnamed,
                agreement=_local_or_none(derived.node(node, KG.agreement)),
            )
        )
    return found


def _question(
    iri: str, claims: list[Claim], derived: NodeIndex, comparisons: Iterable[Comparison], among: tuple[str, ...]
) -> QuestionResult:
    node = NamedNode(iri)
    subject, predicate = derived.node(node, KG.questionSubject), derived.node(node, KG.questionProperty)
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[derived.text(NamedNode(claim.iri), KG.answerKey) or ""].append(claim)
    qualifiers = [
        (each.value, value)
        for each in derived.properties(node)
        if not each.value.startswith((KG.iri, "http://www.w3.org/1999/02/22-rdf-syntax-ns#"))
        for value in derived.values(node, each)
        if isinstance(value, NamedNode | Literal)
    ]
    return QuestionResult(
        iri=iri,
        subject=subject.value if subject is not None else "",
        predicate=predicate.value if predicate is not None else "",
        qualifiers=tuple(qualifiers),
        states=tuple(state for state in State if state.node in derived.values(node, KG.state)),
        answers=tuple(
            AnswerGroup(group[0].object, tuple(group))
            for _, group in sorted(groups.items(), key=lambda item: item[1][0].iri)
            if group[0].object is not None
        ),
        comparisons=tuple(sorted(comparisons, key=lambda each: (each.a, each.b))),
        among=among,
    )


def _local(node: NamedNode) -> str:
    return node.value.removeprefix(KG.iri)


def _local_or_none(node: NamedNode | None) -> str | None:
    return None if node is None else _local(node)


def _iri_or_none(node: NamedNode | None) -> str | None:
    return None if node is None else node.value
