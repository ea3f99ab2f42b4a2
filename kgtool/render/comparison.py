"""A comparison as text for people, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import typer
from pyoxigraph import Literal, NamedNode

from kgtool.claims import Claim
from kgtool.compare import AnswerGroup, Comparison, ComparisonReport, QuestionResult
from kgtool.labels import Labels
from kgtool.render.safe import for_spreadsheet, for_terminal
from kgtool.sums import Sum
from kgtool.timelines import Timeline
from kgtool.vocab import KG, Certainty, Concept, Mode, Polarity, Reason, State, Verdict

SCHEMA_ID = "https://w3id.org/kgtool/schema/compare-1"

_COLORS = {
    State.CORROBORATED: "green",
    State.ECHOED: "yellow",
    State.ORIGINS_UNKNOWN: "yellow",
    State.DISPUTED: "red",
    State.SELF_CONTRADICTED: "red",
    State.SINGLE_SOURCE: None,
}


def kebab(name: str) -> str:
    """A concept's name as the command line has it: ``self-contradicted``."""
    return "".join(f"-{character.lower()}" if character.isupper() else character for character in name)


def question_label(question: QuestionResult, labels: Labels) -> str:
    """The question in words: the property, of what, under which circumstances."""
    qualifiers = [f"{labels.of(name)}: {labels.shown(value)}" for name, value in question.qualifiers]
    return f"{labels.of(question.predicate)} · {subject_label(question, labels)}" + (
        f" ({', '.join(qualifiers)})" if qualifiers else ""
    )


def subject_label(question: QuestionResult, labels: Labels) -> str:
    """What a question is about, under every label that its claims' sources have for it: none is preferred."""
    return " / ".join(dict.fromkeys(labels.of(claim.subject) for claim in question.claims if claim.subject))


def answer_label(answer: AnswerGroup, labels: Labels) -> str:
    """An answer as each of its claims gives it."""
    return " / ".join(dict.fromkeys(labels.shown(claim.object) for claim in answer.claims))


# --- text ---


def render_text(
    report: ComparisonReport,
    labels: Labels,
    *,
    questions: Sequence[QuestionResult],
    findings: bool,
    width: int | None,
    color: bool,
) -> str:
    """The summary, then one block a question in `questions`, then, with `findings`, sums and timelines."""
    writer = _Writer(report, labels, width, color=color)
    lines = [*writer.summary(questions)]
    for question in questions:
        lines += ["", *writer.question(question)]
    if findings and report.sums:
        lines += ["", writer.bold("Sums that do not add up")]
        for each in report.sums:
            lines += writer.folded(sum_sentence(each, labels), "  ")
    if findings and report.timelines:
        lines += ["", writer.bold("Timelines that cannot be")]
        for timeline in report.timelines:
            lines += writer.folded(timeline_sentence(timeline, labels), "  ")
    if report.left_out:
        lines += ["", writer.bold("Left out")]
        for sentence in report.left_out:
            lines += writer.folded(sentence, "  ")
    return "\n".join(line.rstrip() for line in lines) + "\n"


class _Writer:
    def __init__(self, report: ComparisonReport, labels: Labels, width: int | None, *, color: bool) -> None:
        self.report = report
        self.labels = labels
        self.width = width
        self.color = color

    def summary(self, shown: Sequence[QuestionResult]) -> Iterator[str]:
        counts = self.report.counts()
        parts = [f"{counts[state]} {kebab(state.value).replace('-', ' ')}" for state in State]
        total = len(self.report.questions)
        parts.append(f"{sum(not question.states for question in self.report.questions)} in no such state")
        yield from self.folded(f"{total} questions: {', '.join(parts)}.", "")
        yield from self.folded(
            f"{_number(len(self.report.sums), 'sum')} that do not add up, "
            f"{_number(len(self.report.timelines), 'timeline')} that cannot be.",
            "",
        )
        if len(shown) < total:
            yield from self.folded(
                f"Shown: {len(shown)}; the others have one source, or the choice leaves them out (--all shows all).", ""
            )

    def question(self, question: QuestionResult) -> Iterator[str]:
        states = ", ".join(self.state(state) for state in question.states) or "no agreement, no conflict"
        yield from self.folded(question_label(question, self.labels), "", bold=True)
        yield f"  {states}"
        for answer in question.answers:
            yield from self.folded(f"▸ {answer_label(answer, self.labels)}", "  ")
            for claim in answer.claims:
                yield from self.claim(claim)
        whys = list(self.whys(question))
        for number, why in enumerate(whys):
            yield from self.folded(f"{'why: ' if number == 0 else '     '}{why}", "  ")
        if question.silent:
            names = ", ".join(self.labels.short(source) for source in question.silent)
            yield from self.folded(f"silent: {names}", "  ")

    def claim(self, claim: Claim) -> Iterator[str]:
        marks = []
        if claim.polarity is Polarity.DENIED:
            marks.append("DENIES")
        if claim.certainty not in (None, Certainty.CERTAIN):
            marks.append(claim.certainty.value)
        if claim.mode not in (None, Mode.ACTUAL):
            marks.append(claim.mode.value)
        mark = f" [{', '.join(marks)}]" if marks else ""
        words = " ".join((claim.quote.exact or "").split()) if claim.quote is not None else ""
        origins = [self.labels.of(each) for each in self.report.origins[claim.iri] if each != claim.source]
        on_word_of = f" — on the word of {', '.join(origins)}" if claim.attributions and origins else ""
        yield from self.folded(f"{self.labels.short(claim.iri)}{mark}  “{words}”{on_word_of}", "      ")

    def whys(self, question: QuestionResult) -> Iterator[str]:
        """The comparisons that say something, in words: what merely stands side by side is counted."""
        beside = 0
        for each in question.comparisons:
            conflict = each.verdict in (Verdict.DIFFERS, Verdict.DENIES)
            if each.verdict is Verdict.COEXISTS and each.reason in _SIDE_BY_SIDE:
                beside += not each.same_source
            elif conflict or not each.same_source:
                yield comparison_sentence(each, self.labels)
        if beside:
            yield f"{_number(beside, 'pair')} of answers that may hold side by side"

    def state(self, state: State) -> str:
        text, color = kebab(state.value), _COLORS[state]
        return typer.style(text, fg=color, bold=True) if self.color and color else text

    def bold(self, text: str) -> str:
        return typer.style(text, bold=True) if self.color else text

    def folded(self, text: str, indent: str, *, bold: bool = False) -> list[str]:
        shown = for_terminal(text)
        if self.width is None:
            lines = [f"{indent}{shown}"]
        else:
            lines = textwrap.wrap(
                shown,
                max(30, self.width),
                initial_indent=indent,
                subsequent_indent=f"{indent}    ",
                break_on_hyphens=False,
            ) or [indent]
        return [self.bold(line) for line in lines] if bold else lines


_SIDE_BY_SIDE = frozenset(
    reason.value for reason in (Reason.SEVERAL_ANSWERS, Reason.BOTH_DENIED, Reason.DIFFERENT_ANSWER_DENIED)
)
_VERBS = {
    Verdict.AGREES: "agrees with",
    Verdict.RESPELLS: "respells",
    Verdict.REFINES: "is refined by",
    Verdict.DIFFERS: "differs from",
    Verdict.DENIES: "is at odds with",
    Verdict.LEAVES_OPEN: "and one of them leaves the answer open:",
    Verdict.AT_ANOTHER_TIME: "holds at another time than",
    Verdict.COEXISTS: "coexists with",
}


def comparison_sentence(comparison: Comparison, labels: Labels) -> str:
    """A comparison in words: the two claims, the verdict, the reason and the origins."""
    first, second = labels.short(comparison.a), labels.short(comparison.b)
    if comparison.verdict is Verdict.REFINES and comparison.finer == comparison.a:
        first, second = second, first
    parts = [f"{first} {_VERBS[comparison.verdict]} {second}"]
    if comparison.reason is not None:
        parts[0] += f" ({labels.of(KG[comparison.reason].value)})"
    if not comparison.same_source:
        if comparison.shared_origins:
            parts.append(f"shared origin: {', '.join(labels.of(each) for each in comparison.shared_origins)}")
        else:
            parts.append("an origin is unnamed" if comparison.origins_unknown else "no shared origin")
    else:
        parts.append("one source")
    return ", ".join(parts)


def sum_sentence(sum_: Sum, labels: Labels) -> str:
    """The arithmetic of a sum that does not add up, with its claims."""
    parts = " + ".join(
        f"{_plain(part.value)} ({labels.of(part.of)}, {labels.short(part.claim)})" for part in sum_.parts
    )
    qualifiers = [labels.of(value) for _, value in sum_.qualifiers]
    where = f" ({', '.join(qualifiers)})" if qualifiers else ""
    scope = "within one source" if sum_.scope == "within" else "across sources"
    total = f"{_plain(sum_.total.value)} ({labels.short(sum_.total.claim)})"
    return (
        f"{labels.of(sum_.predicate)} · {labels.of(sum_.subject)}{where}: "
        f"{parts} = {_plain(sum_.sum)}, {sum_.kind} the total {total}, {scope}"
    )


def timeline_sentence(timeline: Timeline, labels: Labels) -> str:
    return (
        f"{labels.of(timeline.process)}: by {labels.short(timeline.began)} and {labels.short(timeline.duration)} "
        f"it could be over on {timeline.earliest_end} at the earliest, "
        f"but {labels.short(timeline.said_over)}, in a source of {timeline.issued}, says that it has been gone through"
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


# --- json ---


def render_json(
    report: ComparisonReport, labels: Labels, *, questions: Sequence[QuestionResult], findings: bool
) -> str:
    document = {
        "schema": SCHEMA_ID,
        "counts": {
            "questions": len(report.questions),
            **{kebab(state.value): count for state, count in report.counts().items()},
            "in-no-state": sum(not question.states for question in report.questions),
        },
        "questions": [_question_object(question, report, labels) for question in questions],
        "sums": [_sum_object(each) for each in report.sums] if findings else [],
        "timelines": [_timeline_object(each) for each in report.timelines] if findings else [],
        "left_out": list(report.left_out),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _question_object(question: QuestionResult, report: ComparisonReport, labels: Labels) -> dict[str, Any]:
    return {
        "id": question.iri,
        "label": question_label(question, labels),
        "subject": question.subject,
        "predicate": question.predicate,
        "qualifiers": {name: value.value for name, value in question.qualifiers},
        "states": [kebab(state.value) for state in question.states],
        "answers": [
            {
                "value": answer.value.value,
                "label": answer_label(answer, labels),
                "claims": [_claim_object(claim, report) for claim in answer.claims],
            }
            for answer in question.answers
        ],
        "comparisons": [_comparison_object(each) for each in question.comparisons],
        "silent": list(question.silent),
    }


def _claim_object(claim: Claim, report: ComparisonReport) -> dict[str, Any]:
    quote = claim.quote
    return {
        "id": claim.iri,
        "source": claim.source,
        "object": claim.object.value if isinstance(claim.object, NamedNode | Literal) else None,
        "quote": quote.exact if quote is not None else None,
        "start": quote.start if quote is not None else None,
        "end": quote.end if quote is not None else None,
        "polarity": _value(claim.polarity),
        "certainty": _value(claim.certainty),
        "mode": _value(claim.mode),
        "origins": list(report.origins[claim.iri]),
    }


def _comparison_object(each: Comparison) -> dict[str, Any]:
    return {
        "a": each.a,
        "b": each.b,
        "verdict": kebab(each.verdict.value),
        "reason": kebab(each.reason) if each.reason is not None else None,
        "finer": each.finer,
        "same_source": each.same_source,
        "certainty_differs": each.certainty_differs,
        "mode_differs": each.mode_differs,
        "shared_origins": list(each.shared_origins),
        "origins_unknown": each.origins_unknown,
    }


def _sum_object(each: Sum) -> dict[str, Any]:
    def part(claim: str, of: str, value: Decimal) -> dict[str, Any]:
        return {"claim": claim, "of": of or None, "value": _json_number(value)}

    return {
        "subject": each.subject,
        "predicate": each.predicate,
        "qualifiers": dict(each.qualifiers),
        "over": each.over,
        "scope": each.scope,
        "total": part(each.total.claim, each.total.of, each.total.value),
        "parts": [part(p.claim, p.of, p.value) for p in each.parts],
        "sum": _json_number(each.sum),
        "kind": each.kind,
    }


def _timeline_object(each: Timeline) -> dict[str, Any]:
    return {
        "process": each.process,
        "began": each.began,
        "duration": each.duration,
        "said_over": each.said_over,
        "source": each.source,
        "issued": each.issued,
        "earliest_end": each.earliest_end,
    }


def _json_number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _value(concept: Concept | None) -> str | None:
    return concept.value if concept is not None else None


# --- csv ---

_COLUMNS = (
    "question",
    "label",
    "states",
    "answer",
    "claim",
    "source",
    "polarity",
    "certainty",
    "mode",
    "origins",
    "quote",
    "start",
    "end",
    "compared",
)


def render_csv(report: ComparisonReport, labels: Labels, *, questions: Iterable[QuestionResult]) -> str:
    """One row a claim; the last column says how it compares with each other claim of its question."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for question in questions:
        states = " ".join(kebab(state.value) for state in question.states)
        for answer in question.answers:
            for claim in answer.claims:
                compared = [
                    f"{kebab(each.verdict.value)} {labels.short(each.b if each.a == claim.iri else each.a)}"
                    for each in question.comparisons
                    if claim.iri in (each.a, each.b)
                ]
                quote = claim.quote
                cells = (
                    question.iri,
                    question_label(question, labels),
                    states,
                    labels.shown(claim.object),
                    claim.iri,
                    claim.source or "",
                    _value(claim.polarity) or "",
                    _value(claim.certainty) or "",
                    _value(claim.mode) or "",
                    " ".join(report.origins[claim.iri]),
                    (quote.exact or "") if quote is not None else "",
                    str(quote.start) if quote is not None else "",
                    str(quote.end) if quote is not None else "",
                    "; ".join(compared),
                )
                writer.writerow([for_spreadsheet(cell) for cell in cells])
    return out.getvalue()
