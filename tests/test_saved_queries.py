"""The saved queries: their headers, their stored answers, the same rows from every store; and the checks.

Answers are stored in ``queries/`` beside this file, one CSV a run, with plain newlines. A run is named after its query,
with what it asks for and, unless it is this repository's own casebook, the casebook that is asked.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pytest
import rdflib
from loopback import SparqlServer
from pyoxigraph import NamedNode
from rdflib.plugins.sparql import prepareQuery

from kgtool import Casebook, Rows, open_casebook
from kgtool.casebook import asks_for_comparisons
from kgtool.endpoint import Endpoint
from kgtool.formats import AnswerFormat
from kgtool.header import read_header
from kgtool.layout import casebook_at
from kgtool.queries import SavedQuery, as_query, bound_text
from kgtool.render.answer import render
from kgtool.store import Store

ROOT = Path(__file__).resolve().parent.parent
QUERIES = ROOT / "queries"
STORED = Path(__file__).parent / "queries"
FIXTURE = STORED / "fixture"

NAMES = sorted(path.stem for path in QUERIES.glob("*.rq"))
CHECKS = sorted(path.stem for path in (QUERIES / "checks").glob("*.rq"))

CASEBOOKS = {"paris": ROOT, "invented": STORED.parent / "compare" / "invented", "cup": FIXTURE}


class Run(NamedTuple):
    """A query with what a user would type, put to one of the casebooks."""

    query: str
    parameters: dict[str, str]
    casebook: str = "paris"


WITH_PARAMETERS: dict[str, Run] = {
    "claims-about": Run("claims-about", {"entity": "Ri Jong Sik"}),
    "claims-by-origin--daily-nk": Run("claims-by-origin", {"origin": "Daily NK"}),
    "claims-by-source--podium": Run("claims-by-source", {"source": "podium"}),
    "comparisons--differs": Run("comparisons", {"verdict": "differs"}),
    "comparisons--ri-jong-sik": Run("comparisons", {"entity": "Ri Jong Sik"}),
    "hedged-claims--possible": Run("hedged-claims", {"certainty": "possible"}),
    "not-contradictions--hedge--invented": Run("not-contradictions", {"reason": "hedge"}, "invented"),
    "only-one-source--podium": Run("only-one-source", {"source": "podium"}),
    "opinions-and-predictions--hypothetical": Run("opinions-and-predictions", {"mode": "hypothetical"}),
    "said-twice-differently--denies--cup": Run("said-twice-differently", {"verdict": "denies"}, "cup"),
    "silence--podium": Run("silence", {"source": "podium"}),
    "sources-agree--refines": Run("sources-agree", {"verdict": "refines"}),
    "sources-differ--denies--invented": Run("sources-differ", {"verdict": "denies"}, "invented"),
    "states--disputed": Run("states", {"state": "disputed"}),
}
# What this repository's own casebook has few or none of.
INVENTED = (
    "echoed",
    "impossible-timelines",
    "not-contradictions",
    "said-twice-differently",
    "shared-origins",
    "states",
    "sums",
)
RUNS: dict[str, Run] = (
    {name: Run(name, {}) for name in NAMES}
    | {f"{name}--invented": Run(name, {}, "invented") for name in INVENTED}
    | WITH_PARAMETERS
)


@pytest.fixture(scope="module")
def casebooks() -> dict[str, Casebook]:
    return {name: open_casebook(folder) for name, folder in CASEBOOKS.items()}


@pytest.fixture(scope="module")
def casebook(casebooks: dict[str, Casebook]) -> Casebook:
    return casebooks["paris"]


@pytest.fixture(scope="module")
def fixture(casebooks: dict[str, Casebook]) -> Casebook:
    return casebooks["cup"]


@pytest.fixture(scope="module")
def second_engine(casebooks: dict[str, Casebook]) -> dict[str, rdflib.Graph]:
    return {name: each.graph(comparisons=True, ontology=True) for name, each in casebooks.items()}


def saved(casebook: Casebook, name: str) -> SavedQuery:
    return next(query for query in casebook.queries() if query.name == name)


def text_of(casebook: Casebook, run: str) -> str:
    return bound_text(saved(casebook, RUNS[run].query), RUNS[run].parameters, casebook.labels)


def store_for(casebook: Casebook, text: str) -> Store:
    return casebook.compared_store if asks_for_comparisons(text) else casebook.store


def rows_of(casebook: Casebook, text: str) -> Rows:
    answer = store_for(casebook, text).answer(text)
    assert isinstance(answer, Rows)
    return answer


def columns(casebook: Casebook, name: str, *wanted: str, **parameters: str) -> list[tuple[str, ...]]:
    """Some columns of an answer: short IRIs without prefix, literals as they are."""
    answer = casebook.ask(saved(casebook, name), parameters)
    assert isinstance(answer, Rows)
    at = [answer.variables.index(each) for each in wanted]
    cells = [[row[i] for i in at] for row in answer.rows]
    return [
        tuple(
            casebook.labels.short(c.value).partition(":")[2] if isinstance(c, NamedNode) else casebook.labels.term(c)
            for c in row
        )
        for row in cells
    ]


# --- The files ---


def test_there_are_queries_and_checks() -> None:
    assert len(NAMES) >= 12
    assert len(CHECKS) >= 7


def test_every_query_has_a_stored_answer_and_every_stored_answer_a_query() -> None:
    assert sorted(path.stem for path in STORED.glob("*.csv")) == sorted(RUNS)


def test_every_parameter_is_tried() -> None:
    declared = {
        (name, parameter.name)
        for name in NAMES
        for parameter in read_header((QUERIES / f"{name}.rq").read_text("utf-8"), name=name).parameters
    }
    assert declared == {(run.query, each) for run in WITH_PARAMETERS.values() for each in run.parameters}


@pytest.mark.parametrize("name", NAMES)
def test_every_query_is_described(name: str) -> None:
    header = read_header((QUERIES / f"{name}.rq").read_text("utf-8"), name=name)
    assert header.summary.endswith("?")
    assert header.description.endswith(".")
    assert header.tags == tuple(sorted(set(header.tags)))
    assert header.tags
    assert all(parameter.description for parameter in header.parameters)


@pytest.mark.parametrize("name", NAMES + [f"checks/{name}" for name in CHECKS])
def test_prefixes_are_sorted_and_used(name: str) -> None:
    text = (QUERIES / f"{name}.rq").read_text("utf-8")
    declared = re.findall(r"^PREFIX (\w+):", text, re.MULTILINE)
    body = text[text.index("SELECT") :]
    assert declared == sorted(declared)
    assert [prefix for prefix in declared if not re.search(rf"(?<!\w){prefix}:", body)] == []
    assert not re.search(r"\b(GRAPH|SERVICE|FROM)\b", body)


@pytest.mark.parametrize("name", NAMES + [f"checks/{name}" for name in CHECKS])
def test_a_second_parser_reads_the_query(name: str) -> None:
    prepareQuery((QUERIES / f"{name}.rq").read_text("utf-8"))


def test_the_index_says_what_the_headers_say(casebook: Casebook) -> None:
    readme = (QUERIES / "README.md").read_text("utf-8")
    index = [line for line in readme.splitlines() if line.startswith("| [`")]
    assert index == [index_line(query) for query in casebook.queries()]


def index_line(query: SavedQuery) -> str:
    parameters = ", ".join(
        f"`{each.name}` ({each.type.value}{'' if each.required else ', optional'})" for each in query.header.parameters
    )
    tags = ", ".join(query.header.tags)
    return f"| [`{query.name}`]({query.name}.rq) | {query.header.summary} | {parameters} | {tags} |"


# --- The answers ---


@pytest.mark.parametrize("run", sorted(RUNS))
def test_the_answer_is_the_stored_one(casebooks: dict[str, Casebook], run: str) -> None:
    name, parameters, asked = RUNS[run]
    casebook = casebooks[asked]
    rendered = render(casebook.ask(saved(casebook, name), parameters), AnswerFormat.CSV, casebook.labels)
    assert rendered.replace("\r\n", "\n") == (STORED / f"{run}.csv").read_text("utf-8")


@pytest.mark.parametrize("seed", range(3))
def test_rows_do_not_depend_on_the_order_of_loading(casebooks: dict[str, Casebook], seed: int) -> None:
    for each in casebooks.values():
        quads = list(each.quads(comparisons=True, ontology=True))
        random.Random(seed).shuffle(quads)
        shuffled = Store(quads)
        for query in each.queries():
            # Unbound parameters leave the query as it stands, so that it answers for everything.
            assert shuffled.answer(query.text) == rows_of(each, query.text), query.name


def test_no_row_stands_twice_in_the_order(casebooks: dict[str, Casebook]) -> None:
    for run in sorted(RUNS):
        casebook = casebooks[RUNS[run].casebook]
        text = text_of(casebook, run)
        keys = re.findall(r"\?(\w+)", text[text.rindex("ORDER BY") :])
        answer = rows_of(casebook, text)
        at = [answer.variables.index(key) for key in keys]
        sorted_by = [tuple(row[i] for i in at) for row in answer.rows]
        assert len(set(sorted_by)) == len(sorted_by), run


@pytest.mark.parametrize("asked", sorted(CASEBOOKS))
def test_an_endpoint_gives_the_same_rows(casebooks: dict[str, Casebook], asked: str) -> None:
    casebook = casebooks[asked]
    remote = pyoxigraph.Store()
    remote.bulk_extend(casebook.quads(comparisons=True, ontology=True))
    with SparqlServer(remote) as server:
        endpoint = Endpoint(server.url)
        for run in sorted(name for name, each in RUNS.items() if each.casebook == asked):
            text = text_of(casebook, run)
            assert endpoint.answer(text) == rows_of(casebook, text), run


@pytest.mark.parametrize("run", sorted(set(RUNS) - {"claims-by-origin", "claims-by-source", "only-one-source"}))
def test_a_second_engine_gives_the_same_rows(
    casebooks: dict[str, Casebook], second_engine: dict[str, rdflib.Graph], run: str
) -> None:
    casebook, graph = casebooks[RUNS[run].casebook], second_engine[RUNS[run].casebook]
    text = text_of(casebook, run)
    embedded = [[None if t is None else value_of(t) for t in row] for row in rows_of(casebook, text).rows]
    found = [[None if t is None else str(t) for t in row] for row in iterate(graph.query(text))]
    assert found == embedded


def value_of(term: object) -> str:
    return str(getattr(term, "value", term))


def iterate(result: rdflib.query.Result) -> list[rdflib.query.ResultRow]:
    return [row for row in result if isinstance(row, rdflib.query.ResultRow)]


# --- Two invented reports that contradict themselves and each other ---


def test_the_fixture_is_well_formed(fixture: Casebook) -> None:
    assert fixture.validate().conforms


def test_agreement_on_one_origin_is_an_echo_and_seen_through_an_identity_decision(fixture: Casebook) -> None:
    found = columns(fixture, "sources-agree", "firstClaim", "secondClaim", "verdict", "agreement", "sharedOrigins")
    assert found == [
        ("evening-1", "morning-3", "agrees", "echoed", "the witness"),
        ("evening-5", "morning-10", "respells", "corroborated", ""),
        ("evening-5", "morning-8", "agrees", "corroborated", ""),
    ]
    assert columns(fixture, "echoed", "firstClaim", "secondClaim", "states", "sharedOrigins") == [
        ("evening-1", "morning-3", "disputed; echoed; self-contradicted", "the witness")
    ]
    assert columns(fixture, "shared-origins", "firstClaim", "secondClaim", "sharedOrigins") == [
        ("evening-1", "morning-3", "the witness")
    ]


def test_sources_differ_on_an_answer_a_denial_and_a_quantity(fixture: Casebook) -> None:
    # A relay denied and a sprint affirmed go together, and so do a rank and a rank that is not known.
    found = columns(fixture, "sources-differ", "firstClaim", "secondClaim", "verdict", "firstAnswer", "secondAnswer")
    assert found == [
        ("evening-1", "morning-4", "denies", "the Games", "the Games"),
        ("evening-2", "morning-2", "denies", "the relay", "the relay"),
        ("evening-3", "morning-5", "differs", "16", "17"),
        ("evening-5", "morning-9", "denies", "the witness, as the evening report has it", "the witness"),
    ]


def test_a_source_contradicts_itself(fixture: Casebook) -> None:
    wanted = ("firstClaim", "secondClaim", "verdict", "firstQuote", "secondQuote")
    assert columns(fixture, "said-twice-differently", *wanted) == [
        ("morning-1", "morning-2", "differs", "they won it in the sprint", "the cup of the relay"),
        ("morning-10", "morning-9", "denies", "and yet the witness won", "nor did the witness win"),
        (
            "morning-3",
            "morning-4",
            "denies",
            "a witness told the ministry, says the agency, that they came",
            "they never came",
        ),
        ("morning-8", "morning-9", "denies", "the witness won it", "nor did the witness win"),
    ]


def test_verdicts_on_every_pair(fixture: Casebook) -> None:
    assert columns(fixture, "comparisons", "firstClaim", "secondClaim", "verdict", "why") == [
        ("evening-1", "morning-3", "agrees", ""),
        ("evening-1", "morning-4", "denies", ""),
        ("evening-2", "morning-1", "coexists", "a different answer is denied"),
        ("evening-2", "morning-2", "denies", ""),
        ("evening-3", "morning-5", "differs", ""),
        ("evening-4", "morning-6", "leavesOpen", ""),
        ("evening-5", "morning-10", "respells", ""),
        ("evening-5", "morning-8", "agrees", ""),
        ("evening-5", "morning-9", "denies", ""),
        ("morning-1", "morning-2", "differs", ""),
        ("morning-10", "morning-8", "respells", ""),
        ("morning-10", "morning-9", "denies", ""),
        ("morning-3", "morning-4", "denies", ""),
        ("morning-8", "morning-9", "denies", ""),
    ]


def test_the_states_of_each_question(fixture: Casebook) -> None:
    assert columns(fixture, "states", "about", "property", "states", "claims", "sources") == [
        ("l’équipe", "number of athletes", "disputed", "2", "2"),
        ("l’équipe", "participated in", "disputed; echoed; self-contradicted", "3", "2"),
        ("l’équipe", "ranking", "", "2", "2"),
        ("l’équipe", "training methods", "single-source", "1", "1"),
        ("the cup", "event", "disputed; self-contradicted", "3", "2"),
        ("the cup", "won by", "corroborated; disputed; self-contradicted", "4", "2"),
    ]


def test_a_silent_source(fixture: Casebook) -> None:
    assert columns(fixture, "silence", "source", "about", "property", "speaking") == [
        ("evening", "l’équipe", "training methods", "The morning report")
    ]


def test_a_chain_of_three(fixture: Casebook) -> None:
    assert columns(fixture, "attribution-chains", "claim", "step", "agent", "cue", "isOrigin") == [
        ("evening-1", "1", "witness-again", "says a witness", "true"),
        ("morning-3", "1", "agency", "says the agency", "false"),
        ("morning-3", "2", "ministry", "told the ministry", "false"),
        ("morning-3", "3", "witness", "a witness", "true"),
    ]


def test_what_is_left_unclear_may_be_answered_elsewhere(fixture: Casebook) -> None:
    assert columns(fixture, "left-unclear", "claim", "certainty", "answeredElsewhere") == [
        ("evening-4", "certain", "true"),
        ("morning-7", "unknown", "false"),
    ]


def test_two_labels_make_one_row(fixture: Casebook) -> None:
    found = columns(fixture, "claims-about", "claim", "about", entity="the team")
    assert found == [
        (claim, "l’équipe")
        for claim in (
            "evening-1",
            "evening-3",
            "evening-4",
            "morning-3",
            "morning-4",
            "morning-5",
            "morning-6",
            "morning-7",
        )
    ]


@pytest.mark.parametrize("name", ["witness", "witness-again"])
def test_an_origin_is_asked_for_by_any_of_its_nodes(fixture: Casebook, name: str) -> None:
    found = columns(fixture, "claims-by-origin", "authority", "claim", origin=f"entity:{name}")
    assert found == [("witness", "evening-1"), ("witness", "morning-3")]


def test_a_revised_decision_no_longer_stands(fixture: Casebook) -> None:
    assert columns(fixture, "identity-decisions", "identityDecision", "decision", "stands") == [
        ("first-look", "unsure", "false"),
        ("second-look", "same", "true"),
    ]


def test_what_only_one_source_speaks_of(fixture: Casebook) -> None:
    assert columns(fixture, "only-one-source", "claim") == [("morning-7",)]


# --- The checks: a graph that a check lets through, and what it finds in one that it does not ---

CLEAN = """
@base <https://example.org/cup/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix kg: <https://w3id.org/kgtool/ontology#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sport: <https://w3id.org/kgtool/domain/sport#> .
@prefix sssom: <https://w3id.org/sssom/> .

<source/morning> a kg:Source .
<source/evening> a kg:Source ; prov:wasDerivedFrom <source/morning> .
<entity/people> a kg:UnnamedOrigin ; dcterms:source <source/morning> .
<quote> a oa:SpecificResource ; oa:hasSource <source/morning> .
<claim> a kg:Claim ;
    rdf:subject <entity/cup> ; rdf:predicate sport:event ; rdf:object <entity/sprint> ;
    prov:wasQuotedFrom <source/morning> ; oa:hasTarget <quote> ;
    prov:qualifiedAttribution <attribution/1> .
<attribution/1> a prov:Attribution ; prov:agent <entity/people> ; kg:innerAttribution <attribution/2> .
<attribution/2> a prov:Attribution .
"""

BREAKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "asserted-claim": (
        "<entity/cup> sport:event <entity/sprint> .",
        ("entity/cup", "sport:event", "entity/sprint"),
    ),
    "circular-attribution": (
        "<attribution/3> kg:innerAttribution <attribution/3> .",
        ("attribution/3", "kg:innerAttribution"),
    ),
    "circular-parts": ("<entity/squad> dcterms:hasPart <entity/squad> .", ("entity/squad",)),
    "circular-derivation": (
        "<source/noon> prov:wasDerivedFrom <source/noon> .",
        ("source/noon", "prov:wasDerivedFrom"),
    ),
    "contradictory-identity": (
        "<decision/same> a kg:IdentityDecision ; kg:decision kg:same ;\n"
        "    sssom:subject_id <entity/cup> ; sssom:object_id <entity/sprint> .\n"
        "<decision/different> a kg:IdentityDecision ; kg:decision kg:different ;\n"
        "    sssom:subject_id <entity/cup> ; sssom:object_id <entity/sprint> .",
        ("decision/different", "kg:decision", "kg:different"),
    ),
    "quote-of-another-source": (
        "<label> dcterms:source <source/evening> ; oa:hasTarget <quote> .",
        ("label", "oa:hasTarget", "quote"),
    ),
    "shared-unnamed-origin": (
        "<other> prov:wasQuotedFrom <source/evening> ; prov:qualifiedAttribution <attribution/4> .\n"
        "<attribution/4> kg:innerAttribution <attribution/5> .\n"
        "<attribution/5> prov:agent <entity/people> .",
        ("attribution/5", "prov:agent", "entity/people"),
    ),
    "undeclared-class": ("<entity/cup> a sport:Meddal .", ("entity/cup", "rdf:type", "sport:Meddal")),
    "undeclared-property": ("<entity/cup> kg:orogin <claim> .", ("entity/cup", "kg:orogin")),
}


def shown(casebook: Casebook, term: object) -> str:
    return casebook.labels.short(value_of(term)).removeprefix("<https://example.org/cup/").rstrip(">")


def findings(folder: Path, turtle: str, check: str) -> list[tuple[str, ...]]:
    (folder / "graph").mkdir()
    (folder / "graph" / "cup.ttl").write_text(turtle, "utf-8")
    casebook = Casebook(casebook_at(folder))
    file = QUERIES / "checks" / f"{check}.rq"
    answer = rows_of(casebook, as_query(file.read_text("utf-8"), name=check, file=file.name).text)
    return [tuple(shown(casebook, term) for term in row) for row in answer.rows]


def test_every_check_is_tried() -> None:
    assert sorted(BREAKS) == CHECKS


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_lets_a_clean_graph_through(tmp_path: Path, check: str) -> None:
    assert findings(tmp_path, CLEAN, check) == []


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_finds_what_is_wrong(tmp_path: Path, check: str) -> None:
    broken, expected = BREAKS[check]
    assert findings(tmp_path, CLEAN + broken, check) == [expected]
