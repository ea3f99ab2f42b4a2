"""`kgtool compare`: the questions that matter, with their answers, states and why; status 1 only where asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pyoxigraph import NamedNode

from kgtool.casebook import Casebook
from kgtool.compare import ComparisonReport, QuestionResult
from kgtool.errors import ExitStatus, UsageError, near_names
from kgtool.formats import CompareFormat
from kgtool.render.comparison import kebab, render_csv, render_json, render_text
from kgtool.terminal import Session
from kgtool.vocab import DCAT, DCTERMS, KG, State
from kgtool.worker import Limits


def run(
    session: Session,
    *,
    about: str | None,
    states: list[str],
    sources: list[str],
    everything: bool,
    format_: CompareFormat,
    fail_on: list[str],
    output: Path | None,
    timeout: float,
    memory: int,
) -> ExitStatus:
    wanted, failing = _states(states), _states(fail_on)
    casebook = session.open_casebook()
    only = [casebook.labels.resolve(each, of_class=KG.Source) for each in sources]
    limits = Limits(timeout, memory * 1024**2)
    report = casebook.compare(limits=limits)
    chosen = _chosen(casebook, report, about, wanted, only, everything=everything)
    # Sums and timelines belong to the whole; a choice of questions leaves them out. A page without a choice holds the
    # whole, questions of one source folded away.
    findings = not (about or wanted or only)
    renderers: dict[CompareFormat, Callable[[], str]] = {
        CompareFormat.TEXT: lambda: render_text(
            report,
            casebook.labels,
            questions=chosen,
            findings=findings,
            width=session.width if output is None else None,
            color=session.color and output is None,
        ),
        CompareFormat.JSON: lambda: render_json(report, casebook.labels, questions=chosen, findings=findings),
        CompareFormat.CSV: lambda: render_csv(report, casebook.labels, questions=chosen),
        CompareFormat.HTML: lambda: _html(casebook, report, None if findings else chosen),
        CompareFormat.TURTLE: lambda: casebook.comparisons(questions=[each.iri for each in chosen], limits=limits),
    }
    session.deliver(renderers[format_](), output)
    failed = any(state in failing for question in chosen for state in question.states)
    return ExitStatus.FINDINGS if failed else ExitStatus.CLEAN


def _html(casebook: Casebook, report: ComparisonReport, chosen: list[QuestionResult] | None) -> str:
    from kgtool.render.comparison_html import render_html

    nodes = casebook.holdings.nodes
    titles = [nodes.text(node, DCTERMS.title) for node in nodes.instances(DCAT.Dataset)]
    title = next((each for each in titles if each), casebook.root.name)
    return render_html(report, casebook.labels, title=title, questions=chosen)


def _states(names: list[str]) -> set[State]:
    """States as the command line has them: kebab-case, several separated by commas."""
    known = {kebab(state.value): state for state in State}
    found: set[State] = set()
    for name in (part.strip() for each in names for part in each.split(",")):
        if name not in known:
            near = near_names(name, known)
            advice = f"did you mean {near}?" if near else f"the states are {', '.join(known)}"
            raise UsageError(f"there is no state '{name}'", advice=advice)
        found.add(known[name])
    return found


def _chosen(
    casebook: Casebook,
    report: ComparisonReport,
    about: str | None,
    states: set[State],
    sources: list[str],
    *,
    everything: bool,
) -> list[QuestionResult]:
    """The questions asked for; without a choice, those of more than one source and those in conflict."""
    questions = list(report.questions)
    if about is not None:
        questions = _about(casebook, questions, about)
    if states:
        questions = [each for each in questions if states & set(each.states)]
    if sources:
        questions = [each for each in questions if each.sources & set(sources)]
    if about is None and not states and not sources and not everything:
        questions = [each for each in questions if set(each.states) != {State.SINGLE_SOURCE}]
    order = [State.DISPUTED, State.SELF_CONTRADICTED, State.CORROBORATED, State.ECHOED, State.ORIGINS_UNKNOWN]
    return sorted(questions, key=lambda each: (_rank(each, order), each.subject, each.predicate, each.iri))


def _rank(question: QuestionResult, order: list[State]) -> int:
    return min((order.index(state) for state in question.states if state in order), default=len(order))


def _about(casebook: Casebook, questions: list[QuestionResult], about: str) -> list[QuestionResult]:
    """The question of that IRI (or its last part), else the questions on an entity, as subject, answer or qualifier."""
    exact = [each for each in questions if about in (each.iri, each.iri.rsplit("/", 1)[-1])]
    if exact:
        return exact
    resolved = casebook.resolved
    node = NamedNode(casebook.labels.resolve(about))
    one = resolved.get(node, node)

    def speaks_of(question: QuestionResult) -> bool:
        values = [NamedNode(question.subject), *(answer.value for answer in question.answers)]
        values += [value for _, value in question.qualifiers]
        values += [claim.object for claim in question.claims if claim.object is not None]
        return any(resolved.get(each, each) == one for each in values if isinstance(each, NamedNode))

    return [each for each in questions if speaks_of(each)]
